package quant

import "math"

// Figures says how far stored values are from the values they stand for.
type Figures struct {
	Count   int64   // values compared
	Worst   float64 // largest absolute difference
	WorstAt int64   // index of the value where Worst was met first, -1 if Worst is 0

	signal, noise, absolute float64 // sums: squares of the values, squares and magnitudes of the differences
}

// NewFigures returns the figures of no values.
func NewFigures() *Figures { return &Figures{WorstAt: -1} }

// sums are those of every fourth value: four chains of additions take the time of one.
type sums struct{ signal, noise, absolute float64 }

// Add compares more values; stored must be as long as exact.
func (f *Figures) Add(exact, stored []float32) {
	if len(exact) != len(stored) {
		panic("quant: length mismatch") // a bug of the caller, never bad input
	}
	var s [4]sums
	n := len(exact) &^ 3
	for i := 0; i < n; i += 4 {
		x, y := exact[i:i+4:i+4], stored[i:i+4:i+4]
		f.add(&s[0], x[0], y[0], i)
		f.add(&s[1], x[1], y[1], i+1)
		f.add(&s[2], x[2], y[2], i+2)
		f.add(&s[3], x[3], y[3], i+3)
	}
	for i := n; i < len(exact); i++ {
		f.add(&s[i%4], exact[i], stored[i], i)
	}
	f.signal += (s[0].signal + s[1].signal) + (s[2].signal + s[3].signal)
	f.noise += (s[0].noise + s[1].noise) + (s[2].noise + s[3].noise)
	f.absolute += (s[0].absolute + s[1].absolute) + (s[2].absolute + s[3].absolute)
	f.Count += int64(len(exact))
}

// add compares value i of those that Add was given.
func (f *Figures) add(s *sums, exact, stored float32, i int) {
	w := float64(exact)
	d := math.Abs(w - float64(stored))
	if d > f.Worst {
		f.Worst, f.WorstAt = d, f.Count+int64(i)
	}
	s.signal += float64(w * w) // the conversion forbids fusing, which differs by machine
	s.noise += float64(d * d)
	s.absolute += d
}

// Merge adds the figures of the values that follow.
func (f *Figures) Merge(next *Figures) {
	if next.Worst > f.Worst {
		f.Worst, f.WorstAt = next.Worst, f.Count+next.WorstAt
	}
	f.Count += next.Count
	f.signal += next.signal
	f.noise += next.noise
	f.absolute += next.absolute
}

// Mean returns the mean of the magnitudes of the differences, 0 of no values.
func (f *Figures) Mean() float64 {
	if f.Count == 0 {
		return 0
	}
	return f.absolute / float64(f.Count)
}

// RMS returns the root of the mean square of the differences, 0 of no values.
func (f *Figures) RMS() float64 {
	if f.Count == 0 {
		return 0
	}
	return math.Sqrt(f.noise / float64(f.Count))
}

// SNR returns the signal-to-noise ratio in decibels, infinite where nothing differs.
func (f *Figures) SNR() float64 {
	if f.noise == 0 {
		return math.Inf(1)
	}
	return 10 * math.Log10(f.signal/f.noise)
}

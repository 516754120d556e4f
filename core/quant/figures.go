package quant

import "math"

// Figures says how far stored values are from the values they stand for.
type Figures struct {
	Count   int64   // values compared
	Worst   float64 // largest absolute difference
	WorstAt int64   // index of the value where Worst was met first, -1 if Worst is 0

	signal, noise float64 // sums of squares: of the values, of the differences
}

// NewFigures returns the figures of no values.
func NewFigures() *Figures { return &Figures{WorstAt: -1} }

// Add compares more values; stored must be as long as exact.
func (f *Figures) Add(exact, stored []float32) {
	if len(exact) != len(stored) {
		panic("quant: length mismatch") // a bug of the caller, never bad input
	}
	for i, want := range exact {
		w := float64(want)
		d := math.Abs(w - float64(stored[i]))
		if d > f.Worst {
			f.Worst, f.WorstAt = d, f.Count+int64(i)
		}
		f.signal += float64(w * w) // the conversion forbids fusing, which differs by machine
		f.noise += float64(d * d)
	}
	f.Count += int64(len(exact))
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

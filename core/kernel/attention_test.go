package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// attentionSizes and attentionCounts lie on both sides of the edges of the lanes.
var (
	attentionSizes  = []int{1, 3, 4, 7, 8, 9, 15, 16, 24, 31, 32, 33, 36, 40, 48, 64, 68, 80, 96, 128, 130}
	attentionCounts = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 64, 65}
)

// rows16 returns the rows of x, [n, d], in 16 bits.
func rows16(x []float32, d int) (q []int16, scales []float32) {
	q, scales = make([]int16, len(x)), make([]float32, len(x)/d)
	QuantizeRows(nil, q, scales, x, d, d, 1)
	return q, scales
}

func TestQuantizeRowsMatchesGeneric(t *testing.T) {
	rng := newRand()
	for _, d := range attentionSizes {
		for _, n := range attentionCounts {
			for _, among := range [][]float32{odd, wild} {
				x := oddValues(rng, n*d, among)
				qStride, scaleStride := d+3, 2
				got, want := make([]int16, n*qStride), make([]int16, n*qStride)
				gotScales, wantScales := make([]float32, n*scaleStride), make([]float32, n*scaleStride)
				QuantizeRows(nil, got, gotScales, x, d, qStride, scaleStride)
				quantizeRowsGeneric(want, wantScales, x, d, qStride, scaleStride)
				wantSame(t, gotScales, wantScales, "scales of QuantizeRows(d=%d, n=%d)", d, n)
				if !slices.Equal(got, want) {
					t.Errorf("QuantizeRows(d=%d, n=%d) = %v, want %v", d, n, got, want)
				}
			}
		}
	}
}

// Half a step is all that a value may lose.
func TestQuantizeRowsError(t *testing.T) {
	const d, n = 64, 40
	x := normals(newRand(), n*d, 1)
	q, scales := rows16(x, d)
	for i, v := range x {
		scale := float64(scales[i/d])
		if e := math.Abs(float64(q[i])*scale - float64(v)); e > 0.5001*scale {
			t.Errorf("value %d: %v is off by %v, the step is %v", i, v, e, scale)
		}
	}
}

func TestAttentionMatchesGeneric(t *testing.T) {
	rng := newRand()
	for _, d := range attentionSizes {
		for _, p := range attentionCounts {
			for _, among := range [][]float32{odd, wild} {
				q := oddValues(rng, d, among)
				k, scales := rows16(oddValues(rng, p*d, among), d)
				what := fmt.Sprintf("d=%d, p=%d", d, p)
				got, want := clone(make([]float32, p)), clone(make([]float32, p))
				Scores(nil, got, q, k, scales)
				scoresGeneric(want, q, k, scales)
				wantSame(t, got, want, "Scores(%s)", what)
				checkGuard(t, got, "Scores")

				weights := oddValues(rng, p, among)
				got, want = clone(normals(rng, d, 1)), clone(make([]float32, d))
				Mix(nil, got, weights, k, scales)
				mixGeneric(want, weights, k, scales)
				wantSame(t, got, want, "Mix(%s)", what)
				checkGuard(t, got, "Mix")
			}
		}
	}
}

func TestAttentionAgainstFloat64(t *testing.T) {
	rng := newRand()
	const d, p = 64, 50
	q, k, w := normals(rng, d, 1), normals(rng, p*d, 1), normals(rng, p, 1)
	k16, scales := rows16(k, d)
	got := make([]float32, p)
	Scores(nil, got, q, k16, scales)
	for j := range got {
		var want float64
		for i := range q {
			want += float64(q[i]) * float64(k[j*d+i])
		}
		// 64 terms of size 1; of the keys each is off by up to half a step, 4/65534.
		if !near(got[j], want, 2e-3, 0) {
			t.Errorf("Scores[%d] = %v, want %v", j, got[j], want)
		}
	}
	mixed := make([]float32, d)
	Mix(nil, mixed, w, k16, scales)
	for i := range mixed {
		var want float64
		for j := range w {
			want += float64(w[j]) * float64(k[j*d+i])
		}
		if !near(mixed[i], want, 2e-3, 0) {
			t.Errorf("Mix[%d] = %v, want %v", i, mixed[i], want)
		}
	}
}

func TestAttentionLengths(t *testing.T) {
	f, q := make([]float32, 4), make([]int16, 16)
	for what, call := range map[string]func(){
		"QuantizeRows x":      func() { QuantizeRows(nil, q, f, f, 3, 3, 1) },
		"QuantizeRows q":      func() { QuantizeRows(nil, q[:3], f, f, 4, 4, 1) },
		"QuantizeRows scales": func() { QuantizeRows(nil, q, f[:1], f, 2, 2, 1) },
		"Scores k":            func() { Scores(nil, f, f, q[:15], f) },
		"Scores scales":       func() { Scores(nil, f, f, q, f[:3]) },
		"Mix v":               func() { Mix(nil, f, f, q[:15], f) },
		"Mix scales":          func() { Mix(nil, f, f, q, f[:3]) },
	} {
		wantPanic(t, what, call)
	}
}

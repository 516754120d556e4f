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
	QuantizeRows(nil, q, scales, x, d, d)
	return q, scales
}

// pairs16 returns the rows of x in 16 bits and in pairs.
func pairs16(x []float32, d int) (q []int16, scales []float32) {
	n := len(x) / d
	q, scales = make([]int16, (n+n%2)*d), make([]float32, n)
	QuantizePairs(nil, q, scales, x, d, d, 0)
	return q, scales
}

// weights16 returns weights times scales in 16 bits.
func weights16(weights, scales []float32) (q []int16, scale float32) {
	q = make([]int16, len(weights)+len(weights)%2)
	return q, QuantizeWeights(q, weights, scales)
}

func TestQuantizeRowsMatchesGeneric(t *testing.T) {
	rng := newRand()
	for _, d := range attentionSizes {
		for _, n := range attentionCounts {
			for _, among := range [][]float32{odd, wild} {
				for _, first := range []int{0, 1, 6, 7} {
					stride := d + 3
					x := oddValues(rng, n*stride, among)
					what := fmt.Sprintf("d=%d, n=%d", d, n)
					got, want := make([]int16, n*d), make([]int16, n*d)
					gotScales, wantScales := clone(make([]float32, n)), clone(make([]float32, n))
					QuantizeRows(nil, got, gotScales, x, d, stride)
					quantizeRowsGeneric(want, wantScales, x, d, stride)
					wantSame(t, gotScales, wantScales, "scales of QuantizeRows(%s)", what)
					checkGuard(t, gotScales, "QuantizeRows")
					if !slices.Equal(got, want) {
						t.Errorf("QuantizeRows(%s) = %v, want %v", what, got, want)
					}

					// What lies in the pairs already, and behind them, stays.
					got = make([]int16, (first+n+3)*d*2)
					for i := range got {
						got[i] = int16(i + 1)
					}
					want = slices.Clone(got)
					clear(gotScales)
					QuantizePairs(nil, got, gotScales, x, d, stride, first)
					quantizePairsGeneric(want, wantScales, x, d, stride, first)
					wantSame(t, gotScales, wantScales, "scales of QuantizePairs(%s)", what)
					if !slices.Equal(got, want) {
						t.Errorf("QuantizePairs(%s, first=%d) = %v, want %v", what, first, got, want)
					}
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
	pairs, pairScales := pairs16(x, d)
	for i, v := range x {
		row, column := i/d, i%d
		scale := float64(scales[row])
		if e := math.Abs(float64(q[i])*scale - float64(v)); e > 0.5001*scale {
			t.Errorf("value %d: %v is off by %v, the step is %v", i, v, e, scale)
		}
		if pair := pairs[(row/2*d+column)*2+row%2]; pair != q[i] || pairScales[row] != scales[row] {
			t.Errorf("value %d: %d times %v in a pair, want %d times %v", i, pair, pairScales[row], q[i], scales[row])
		}
	}
}

func TestAttentionMatchesGeneric(t *testing.T) {
	rng := newRand()
	for _, d := range attentionSizes {
		for _, p := range attentionCounts {
			for _, among := range [][]float32{odd, wild} {
				q, qScales := rows16(oddValues(rng, d, among), d)
				x := oddValues(rng, p*d, among)
				k, scales := rows16(x, d)
				what := fmt.Sprintf("d=%d, p=%d", d, p)
				got, want := clone(normals(rng, p, 1)), clone(make([]float32, p))
				Scores(nil, got, q, qScales[0], k, scales)
				scoresGeneric(want, q, qScales[0], k, scales)
				wantSame(t, got, want, "Scores(%s)", what)
				checkGuard(t, got, "Scores")

				weights := oddValues(rng, p, among)
				v, scales := pairs16(x, d)
				w, scale := weights16(weights, scales)
				wantW := make([]int16, len(w))
				wantSame(t, []float32{scale}, []float32{quantizeWeightsGeneric(wantW[:p], weights, scales)}, "scale of %d weights", p)
				if !slices.Equal(w, wantW) {
					t.Errorf("QuantizeWeights(p=%d) = %v, want %v", p, w, wantW)
				}
				got, want = clone(normals(rng, d, 1)), clone(make([]float32, d))
				Mix(nil, got, w, scale, v)
				mixGeneric(want, w, scale, v)
				wantSame(t, got, want, "Mix(%s)", what)
				checkGuard(t, got, "Mix")
			}
		}
	}
}

func TestAttentionAgainstFloat64(t *testing.T) {
	rng := newRand()
	const d, p = 64, 51
	q, k, w := normals(rng, d, 1), normals(rng, p*d, 1), normals(rng, p, 1)
	q16, qScales := rows16(q, d)
	k16, scales := rows16(k, d)
	got := make([]float32, p)
	Scores(nil, got, q16, qScales[0], k16, scales)
	for j := range got {
		var want float64
		for i := range q {
			want += float64(q[i]) * float64(k[j*d+i])
		}
		// 64 terms of size 1; of queries and keys each is off by up to half a step, 4/65534.
		if !near(got[j], want, 3e-3, 0) {
			t.Errorf("Scores[%d] = %v, want %v", j, got[j], want)
		}
	}
	v16, scales := pairs16(k, d)
	w16, scale := weights16(w, scales)
	mixed := make([]float32, d)
	Mix(nil, mixed, w16, scale, v16)
	for i := range mixed {
		var want float64
		for j := range w {
			want += float64(w[j]) * float64(k[j*d+i])
		}
		if !near(mixed[i], want, 3e-3, 0) {
			t.Errorf("Mix[%d] = %v, want %v", i, mixed[i], want)
		}
	}
}

func TestAttentionLengths(t *testing.T) {
	f, q := make([]float32, 4), make([]int16, 16)
	for what, call := range map[string]func(){
		"QuantizeRows x":         func() { QuantizeRows(nil, q[:12], f, f, 3, 3) },
		"QuantizeRows q":         func() { QuantizeRows(nil, q[:3], f[:1], f, 4, 4) },
		"QuantizeRows stride":    func() { QuantizeRows(nil, q[:4], f[:2], f, 2, 1) },
		"QuantizePairs x":        func() { QuantizePairs(nil, q, f, f, 4, 4, 0) },
		"QuantizePairs q":        func() { QuantizePairs(nil, q[:3], f[:1], f, 2, 2, 0) },
		"QuantizePairs first":    func() { QuantizePairs(nil, q, f[:1], f, 2, 2, -1) },
		"Scores k":               func() { Scores(nil, f, q[:4], 1, q[:15], f) },
		"Scores scales":          func() { Scores(nil, f, q[:4], 1, q, f[:3]) },
		"QuantizeWeights q":      func() { QuantizeWeights(q[:3], f[:3], f[:3]) },
		"QuantizeWeights scales": func() { QuantizeWeights(q[:4], f, f[:3]) },
		"Mix v":                  func() { Mix(nil, f, q[:4], 1, q[:15]) },
		"Mix weights":            func() { Mix(nil, f, q[:3], 1, q[:12]) },
	} {
		wantPanic(t, what, call)
	}
}

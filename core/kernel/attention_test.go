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

// upTo8 rounds up to a multiple of 8.
func upTo8(n int) int { return (n + 7) &^ 7 }

// causalRows returns rows of attention over p positions.
func causalRows(n, p int) Causal { return Causal{Stride: upTo8(p), Seen: p - n + 1, N: n} }

// wantSameRows compares the defined part of rows.
func wantSameRows(t *testing.T, got, want []float32, rows Causal, format string, args ...any) {
	t.Helper()
	for i := range rows.N {
		wantSame(t, rows.row(got, i), rows.row(want, i), "row %d of "+format, append([]any{i}, args...)...)
	}
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
		for _, p := range attentionCounts[1:] {
			for _, n := range []int{1, 2, 5} {
				for _, among := range [][]float32{odd, wild} {
					if n > p {
						continue
					}
					rows := causalRows(n, p)
					what := fmt.Sprintf("d=%d, p=%d, n=%d", d, p, n)
					q, qScales := rows16(oddValues(rng, n*d, among), d)
					x := oddValues(rng, p*d, among)
					k, scales := rows16(x, d)
					size := n * rows.Stride
					got, want := clone(normals(rng, size, 1)), clone(make([]float32, size))
					Scores(nil, got, rows, q, qScales, k, scales)
					scoresGeneric(want, rows, q, qScales, k, scales)
					wantSameRows(t, got, want, rows, "Scores(%s)", what)
					checkGuard(t, got, "Scores")

					copy(got, oddValues(rng, size, among))
					copy(want, got)
					ScaleRows(nil, got, rows, 1.7)
					scaleRowsGeneric(want, rows, 1.7)
					wantSameRows(t, got, want, rows, "ScaleRows(%s)", what)
					SoftmaxRows(nil, got, rows)
					softmaxRowsGeneric(want, rows)
					wantSameRows(t, got, want, rows, "SoftmaxRows(%s)", what)
					checkGuard(t, got, "SoftmaxRows")

					v, scales := pairs16(x, d)
					for len(scales) < rows.Stride { // behind the positions
						scales = append(scales, wild[rng.IntN(len(wild))])
					}
					copy(got, oddValues(rng, size, among))
					copy(want, got)
					w, wScales := make([]int16, size), clone(make([]float32, n))
					wantW, wantScales := make([]int16, size), make([]float32, n)
					quantizeWeightsGeneric(wantW, wantScales, want, rows, scales)
					QuantizeWeights(nil, w, wScales, got, rows, scales)
					wantSame(t, wScales, wantScales, "scales of QuantizeWeights(%s)", what)
					checkGuard(t, wScales, "QuantizeWeights")
					for i := range n {
						end := i*rows.Stride + (rows.Seen+i+1)&^1
						if !slices.Equal(w[i*rows.Stride:end], wantW[i*rows.Stride:end]) {
							t.Errorf("row %d of QuantizeWeights(%s) = %v, want %v", i, what, w[i*rows.Stride:end], wantW[i*rows.Stride:end])
						}
					}

					stride := d + 3
					got, want = clone(normals(rng, n*stride, 1)), make([]float32, n*stride)
					copy(want, got)
					Mix(nil, got, d, stride, w, wScales, rows, v)
					mixGeneric(want, 0, d, stride, w, wScales, rows, v)
					wantSame(t, got, want, "Mix(%s)", what)
					checkGuard(t, got, "Mix")
				}
			}
		}
	}
}

func TestAttentionAgainstFloat64(t *testing.T) {
	rng := newRand()
	const d, p, n = 64, 51, 3
	rows := causalRows(n, p)
	q, k, w := normals(rng, n*d, 1), normals(rng, p*d, 1), normals(rng, n*rows.Stride, 1)
	q16, qScales := rows16(q, d)
	k16, scales := rows16(k, d)
	got := make([]float32, n*rows.Stride)
	Scores(nil, got, rows, q16, qScales, k16, scales)
	for i := range n {
		for j, v := range rows.row(got, i) {
			var want float64
			for c := range d {
				want += float64(q[i*d+c]) * float64(k[j*d+c])
			}
			// 64 terms of size 1; of queries and keys each is off by up to half a step, 4/65534.
			if !near(v, want, 3e-3, 0) {
				t.Errorf("Scores[%d, %d] = %v, want %v", i, j, v, want)
			}
		}
	}
	v16, scales := pairs16(k, d)
	w16, wScales := make([]int16, n*rows.Stride), make([]float32, n)
	QuantizeWeights(nil, w16, wScales, w, rows, scales)
	mixed := make([]float32, n*d)
	Mix(nil, mixed, d, d, w16, wScales, rows, v16)
	for i := range n {
		for c := range d {
			var want float64
			for j, weight := range rows.row(w, i) {
				want += float64(weight) * float64(k[j*d+c])
			}
			if !near(mixed[i*d+c], want, 3e-3, 0) {
				t.Errorf("Mix[%d, %d] = %v, want %v", i, c, mixed[i*d+c], want)
			}
		}
	}
}

func TestAttentionLengths(t *testing.T) {
	f, q := make([]float32, 16), make([]int16, 32)
	two := Causal{Stride: 8, Seen: 3, N: 2} // 4 positions
	for what, call := range map[string]func(){
		"QuantizeRows x":         func() { QuantizeRows(nil, q[:12], f[:4], f[:4], 3, 3) },
		"QuantizeRows q":         func() { QuantizeRows(nil, q[:3], f[:1], f[:4], 4, 4) },
		"QuantizeRows stride":    func() { QuantizeRows(nil, q[:4], f[:2], f[:4], 2, 1) },
		"QuantizePairs x":        func() { QuantizePairs(nil, q, f[:4], f[:4], 4, 4, 0) },
		"QuantizePairs q":        func() { QuantizePairs(nil, q[:3], f[:1], f[:4], 2, 2, 0) },
		"QuantizePairs first":    func() { QuantizePairs(nil, q, f[:1], f[:4], 2, 2, -1) },
		"rows":                   func() { ScaleRows(nil, f[:15], two, 1) },
		"rows' stride":           func() { ScaleRows(nil, f[:8], Causal{Stride: 4, Seen: 3, N: 2}, 1) },
		"rows too long":          func() { SoftmaxRows(nil, f[:16], Causal{Stride: 8, Seen: 8, N: 2}) },
		"no rows":                func() { SoftmaxRows(nil, nil, Causal{Stride: 8, Seen: 3}) },
		"Scores k":               func() { Scores(nil, f, two, q[:8], f[:2], q[:15], f[:4]) },
		"Scores q":               func() { Scores(nil, f, two, q[:9], f[:2], q[:16], f[:4]) },
		"Scores qScales":         func() { Scores(nil, f, two, q[:8], f[:1], q[:16], f[:4]) },
		"Scores scales":          func() { Scores(nil, f, two, q[:8], f[:2], q[:16], f[:3]) },
		"QuantizeWeights q":      func() { QuantizeWeights(nil, q[:15], f[:2], f, two, f[:4]) },
		"QuantizeWeights scales": func() { QuantizeWeights(nil, q[:16], f[:2], f, two, f[:3]) },
		"Mix v":                  func() { Mix(nil, f[:8], 4, 4, q[:16], f[:2], two, q[:15]) },
		"Mix dst":                func() { Mix(nil, f[:7], 4, 4, q[:16], f[:2], two, q[:16]) },
		"Mix weights":            func() { Mix(nil, f[:8], 4, 4, q[:15], f[:2], two, q[:16]) },
	} {
		wantPanic(t, what, call)
	}
}

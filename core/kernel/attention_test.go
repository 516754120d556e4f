package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// attentionSizes and attentionCounts lie on both sides of the edges of the lanes.
var (
	attentionSizes  = []int{1, 3, 4, 7, 8, 9, 15, 16, 24, 31, 32, 33, 36, 40, 48, 64, 68, 80, 96, 128, 130}
	attentionCounts = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 64, 65}
)

// attentionHeads are one head and several.
var attentionHeads = []int{1, 3}

// rows16 returns the rows of x, [n, d], in 16 bits.
func rows16(x []float32, d int) (q []int16, scales []float32) {
	n := len(x) / d
	q, scales = make([]int16, len(x)), make([]float32, n)
	QuantizeRows(nil, q, scales, x, 1, n, d, 0)
	return q, scales
}

// pairs16 returns the rows of x in 16 bits and in pairs.
func pairs16(x []float32, d int) (q []int16, scales []float32) {
	n := len(x) / d
	q, scales = make([]int16, (n+n%2)*d), make([]float32, n+n%2)
	QuantizePairs(nil, q, scales, x, 1, n, d, 0)
	return q, scales
}

// cached returns a cache of so many positions, of which store, QuantizeRows or
// QuantizePairs, has set the first: x, [p, H, D]. What lies behind them is anything.
func cached(rng *rand.Rand, store func(team *Team, q []int16, scales, x []float32, heads, n, xStride, first int), x []float32, heads, p, capacity int) (q []int16, scales []float32) {
	width := len(x) / p
	q, scales = make([]int16, width*capacity), oddValues(rng, heads*capacity, wild)
	for i := range q {
		q[i] = int16(rng.IntN(2*maxQ16) - maxQ16)
	}
	store(nil, q, scales, x, heads, p, width, 0)
	return q, scales
}

// upTo8 rounds up to a multiple of 8.
func upTo8(n int) int { return (n + 7) &^ 7 }

// causalRows returns rows of attention over p positions.
func causalRows(heads, n, p int) Causal {
	return Causal{Heads: heads, Stride: upTo8(p), Seen: p - n + 1, N: n}
}

// wantSameRows compares the defined part of rows.
func wantSameRows(t *testing.T, got, want []float32, rows Causal, format string, args ...any) {
	t.Helper()
	for i := range rows.rows() {
		wantSame(t, rows.row(got, i), rows.row(want, i), "row %d of "+format, append([]any{i}, args...)...)
	}
}

func TestQuantizeRowsMatchesGeneric(t *testing.T) {
	rng := newRand()
	kernels := map[string]struct {
		store   func(team *Team, q []int16, scales, x []float32, heads, n, xStride, first int)
		generic func(q []int16, scales, x []float32, s store)
	}{"QuantizeRows": {QuantizeRows, quantizeRowsGeneric}, "QuantizePairs": {QuantizePairs, quantizePairsGeneric}}
	for _, d := range attentionSizes {
		for _, n := range attentionCounts {
			for _, heads := range attentionHeads {
				for i, among := range [][]float32{odd, wild, odd, wild} {
					first := []int{0, 1, 6, 7}[i]
					stride, capacity := heads*d+3, (first+n+3)&^1
					x := oddValues(rng, n*stride, among)
					for name, kernel := range kernels {
						what := fmt.Sprintf("%s(d=%d, n=%d, heads=%d, first=%d)", name, d, n, heads, first)
						// What lies there already, before and behind them, stays.
						got, gotScales := make([]int16, heads*capacity*d), clone(normals(rng, heads*capacity, 1))
						for i := range got {
							got[i] = int16(i + 1)
						}
						want, wantScales := slices.Clone(got), slices.Clone(gotScales)
						kernel.store(nil, got, gotScales, x, heads, n, stride, first)
						kernel.generic(want, wantScales, x, store{heads: heads, capacity: capacity, d: d, first: first, n: n, xStride: stride})
						wantSame(t, gotScales, wantScales, "scales of %s", what)
						checkGuard(t, gotScales, name)
						if !slices.Equal(got, want) {
							t.Errorf("%s = %v, want %v", what, got, want)
						}
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
				for i, among := range [][]float32{odd, wild, odd, wild} {
					if n > p {
						continue
					}
					heads := attentionHeads[i/2]
					capacity := []int{p + p%2, upTo8(p) + 8}[i%2]
					rows := causalRows(heads, n, p)
					what := fmt.Sprintf("d=%d, p=%d, n=%d, heads=%d, capacity=%d", d, p, n, heads, capacity)
					q, qScales := rows16(oddValues(rng, heads*n*d, among), d)
					x := oddValues(rng, p*heads*d, among)
					k, scales := cached(rng, QuantizeRows, x, heads, p, capacity)
					size := rows.rows() * rows.Stride
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

					v, scales := cached(rng, QuantizePairs, x, heads, p, capacity)
					copy(got, oddValues(rng, size, among))
					copy(want, got)
					w, wScales := make([]int16, size), clone(make([]float32, rows.rows()))
					wantW, wantScales := make([]int16, size), make([]float32, rows.rows())
					quantizeWeightsGeneric(wantW, wantScales, want, rows, scales)
					QuantizeWeights(nil, w, wScales, got, rows, scales)
					wantSame(t, wScales, wantScales, "scales of QuantizeWeights(%s)", what)
					checkGuard(t, wScales, "QuantizeWeights")
					for i := range rows.rows() {
						end := i*rows.Stride + (rows.Seen+i%n+1)&^1
						if !slices.Equal(w[i*rows.Stride:end], wantW[i*rows.Stride:end]) {
							t.Errorf("row %d of QuantizeWeights(%s) = %v, want %v", i, what, w[i*rows.Stride:end], wantW[i*rows.Stride:end])
						}
					}

					got, want = clone(normals(rng, n*heads*d, 1)), make([]float32, n*heads*d)
					Mix(nil, got, w, wScales, rows, v)
					mixGeneric(want, 0, w, wScales, rows, v)
					wantSame(t, got, want, "Mix(%s)", what)
					checkGuard(t, got, "Mix")
				}
			}
		}
	}
}

// TestHeadsApart: what a head has is what it has alone.
func TestHeadsApart(t *testing.T) {
	rng := newRand()
	const heads, n, p, capacity = 3, 5, 13, 24
	for _, d := range []int{12, 64} {
		// attend runs some heads, from one on, on their part of the same numbers.
		attend := func(x []float32, from, heads, stride int) (scores, mixed []float32) {
			rows := causalRows(heads, n, p)
			x = x[from*d:]
			k, kScales := make([]int16, heads*capacity*d), make([]float32, heads*capacity)
			v, vScales := slices.Clone(k), slices.Clone(kScales)
			q, qScales := make([]int16, heads*n*d), make([]float32, heads*n)
			QuantizeRows(nil, q, qScales, x, heads, n, stride, 0)
			for _, part := range [][2]int{{0, 4}, {4, p}} {
				at := x[part[0]*stride:]
				QuantizeRows(nil, k, kScales, at, heads, part[1]-part[0], stride, part[0])
				QuantizePairs(nil, v, vScales, at, heads, part[1]-part[0], stride, part[0])
			}
			scores = make([]float32, rows.rows()*rows.Stride)
			Scores(nil, scores, rows, q, qScales, k, kScales)
			ScaleRows(nil, scores, rows, 0.3)
			SoftmaxRows(nil, scores, rows)
			w, wScales := make([]int16, len(scores)), make([]float32, rows.rows())
			QuantizeWeights(nil, w, wScales, scores, rows, vScales)
			mixed = make([]float32, n*heads*d)
			Mix(nil, mixed, w, wScales, rows, v)
			return scores, mixed
		}
		x := normals(rng, p*heads*d, 1)
		scores, mixed := attend(x, 0, heads, heads*d)
		for h := range heads {
			wantScores, wantMixed := attend(x, h, 1, heads*d)
			wantSameRows(t, scores[h*len(wantScores):], wantScores, causalRows(1, n, p), "scores of head %d, d=%d", h, d)
			for i := range n {
				wantSame(t, mixed[(i*heads+h)*d:][:d], wantMixed[i*d:][:d], "row %d of Mix of head %d, d=%d", i, h, d)
			}
		}
	}
}

func TestAttentionAgainstFloat64(t *testing.T) {
	rng := newRand()
	const d, p, n = 64, 51, 3
	rows := causalRows(1, n, p)
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
	Mix(nil, mixed, w16, wScales, rows, v16)
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
	f, q := make([]float32, 32), make([]int16, 64)
	two := Causal{Heads: 2, Stride: 8, Seen: 3, N: 2} // 4 positions
	for what, call := range map[string]func(){
		"QuantizeRows x":          func() { QuantizeRows(nil, q[:24], f[:8], f[:17], 2, 3, 6, 1) },
		"QuantizeRows q":          func() { QuantizeRows(nil, q[:23], f[:8], f, 2, 3, 6, 1) },
		"QuantizeRows stride":     func() { QuantizeRows(nil, q[:24], f[:8], f, 2, 3, 5, 1) },
		"QuantizeRows first":      func() { QuantizeRows(nil, q[:24], f[:8], f, 2, 3, 6, -1) },
		"QuantizeRows capacity":   func() { QuantizeRows(nil, q[:24], f[:8], f, 2, 3, 6, 2) },
		"QuantizeRows scales":     func() { QuantizeRows(nil, q[:21], f[:7], f, 2, 3, 6, 0) },
		"QuantizeRows heads":      func() { QuantizeRows(nil, q[:24], f[:8], f, 0, 3, 6, 0) },
		"QuantizePairs x":         func() { QuantizePairs(nil, q[:24], f[:8], f[:17], 2, 3, 6, 1) },
		"QuantizePairs q":         func() { QuantizePairs(nil, q[:23], f[:8], f, 2, 3, 6, 1) },
		"QuantizePairs capacity":  func() { QuantizePairs(nil, q[:18], f[:6], f, 2, 3, 6, 0) },
		"rows":                    func() { ScaleRows(nil, f[:31], two, 1) },
		"rows' stride":            func() { ScaleRows(nil, f[:16], Causal{Heads: 2, Stride: 4, Seen: 3, N: 2}, 1) },
		"rows too long":           func() { SoftmaxRows(nil, f, Causal{Heads: 2, Stride: 8, Seen: 8, N: 2}) },
		"no rows":                 func() { SoftmaxRows(nil, nil, Causal{Heads: 2, Stride: 8, Seen: 3}) },
		"no heads":                func() { SoftmaxRows(nil, nil, Causal{Stride: 8, Seen: 3, N: 2}) },
		"Scores k":                func() { Scores(nil, f, two, q[:16], f[:4], q[:31], f[:8]) },
		"Scores q":                func() { Scores(nil, f, two, q[:17], f[:4], q[:32], f[:8]) },
		"Scores qScales":          func() { Scores(nil, f, two, q[:16], f[:3], q[:32], f[:8]) },
		"Scores scales":           func() { Scores(nil, f, two, q[:16], f[:4], q[:24], f[:6]) },
		"Scores scales of heads":  func() { Scores(nil, f, two, q[:16], f[:4], q[:36], f[:9]) },
		"QuantizeWeights q":       func() { QuantizeWeights(nil, q[:31], f[:4], f, two, f[:8]) },
		"QuantizeWeights qScales": func() { QuantizeWeights(nil, q[:32], f[:3], f, two, f[:8]) },
		"QuantizeWeights scales":  func() { QuantizeWeights(nil, q[:32], f[:4], f, two, f[:6]) },
		"Mix v":                   func() { Mix(nil, f[:16], q[:32], f[:4], two, q[:31]) },
		"Mix v of positions":      func() { Mix(nil, f[:16], q[:32], f[:4], two, q[:16]) },
		"Mix dst":                 func() { Mix(nil, f[:15], q[:32], f[:4], two, q[:32]) },
		"Mix weights":             func() { Mix(nil, f[:16], q[:31], f[:4], two, q[:32]) },
		"Mix wScales":             func() { Mix(nil, f[:16], q[:32], f[:3], two, q[:32]) },
	} {
		wantPanic(t, what, call)
	}
	// And with the right lengths, none.
	QuantizeRows(nil, q[:24], f[:8], f[:18], 2, 3, 6, 1)
	QuantizePairs(nil, q[:24], f[:8], f[:18], 2, 3, 6, 1)
	Scores(nil, f, two, q[:16], make([]float32, 4), q[:32], make([]float32, 8))
	QuantizeWeights(nil, q[:32], make([]float32, 4), f, two, make([]float32, 8))
	Mix(nil, f[:16], q[:32], make([]float32, 4), two, q[:32])
}

//go:build goexperiment.simd

package kernel

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// at reads an argument of a frame that is a pointer.
func at[T any](f *frame, i int) *T { return *(**T)(unsafe.Pointer(&f[1+i])) }

// call runs one frame in place of a member.
func call(function int, f *frame) {
	n := func(i int) int { return int(f[1+i]) }
	float := func(i int) float32 { return math.Float32frombits(uint32(f[1+i])) }
	switch functions[function] {
	case "q8Streams":
		q8Streams(at[float32](f, 0), at[int16](f, 1), at[float32](f, 2), at[int32](f, 3), at[int16](f, 4), at[float32](f, 5), n(6), n(7))
	case "q8Four":
		q8Four(at[float32](f, 0), n(1), at[int16](f, 2), at[float32](f, 3), at[int16](f, 4), at[float32](f, 5), n(6), n(7), n(8), at[int16](f, 9), at[float32](f, 10))
	case "f32One":
		f32One(at[float32](f, 0), at[float32](f, 1), at[float32](f, 2), n(3))
	case "f32Streams":
		f32Streams(at[float32](f, 0), at[float32](f, 1), at[float32](f, 2), n(3), n(4))
	case "f32Four":
		f32Four(at[float32](f, 0), n(1), at[float32](f, 2), at[float32](f, 3), n(4), n(5))
	case "rowsTo16":
		rowsTo16(at[int16](f, 0), at[float32](f, 1), at[float32](f, 2), n(3), n(4), n(5))
	case "pairsTo16":
		pairsTo16(at[int16](f, 0), at[float32](f, 1), at[float32](f, 2), n(3), n(4), n(5), n(6))
	case "scoresRows":
		scoresRows(at[float32](f, 0), at[int16](f, 1), at[float32](f, 2), at[int16](f, 3), at[float32](f, 4), n(5), n(6), n(7), n(8))
	case "scaleRows8s":
		scaleRows8s(at[float32](f, 0), float(1), n(2), n(3), n(4))
	case "softmaxRows8s":
		softmaxRows8s(at[float32](f, 0), n(1), n(2), n(3), at[vectors](f, 4))
	case "weightsRows":
		weightsRows(at[int16](f, 0), at[float32](f, 1), at[float32](f, 2), at[float32](f, 3), n(4), n(5), n(6))
	case "mixRows":
		mixRows(at[float32](f, 0), at[int16](f, 1), at[float32](f, 2), at[int16](f, 3), n(4), n(5), n(6), n(7), n(8))
	case "geluNew8s":
		geluNew8s(at[float32](f, 0), at[float32](f, 1), n(2), at[vectors](f, 3))
	case "layerNormRows":
		layerNormRows(at[float32](f, 0), at[float32](f, 1), at[float32](f, 2), at[float32](f, 3), at[float32](f, 4), at[float32](f, 5), float(6), n(7), n(8))
	case "add8s":
		add8s(at[float32](f, 0), at[float32](f, 1), n(2))
	default:
		panic(fmt.Sprintf("function %d", function))
	}
}

// testTeam runs the frames of a job from the last to the first: any order is fine. No work
// is too little for it.
func testTeam(threads int, calls *int) *Team {
	team := NewTeam(threads, func(function int, frames unsafe.Pointer, frameBytes, count, _ int) {
		if frameBytes != int(unsafe.Sizeof(frame{})) {
			panic(fmt.Sprintf("frames of %d bytes", frameBytes))
		}
		all := unsafe.Slice((*frame)(frames), count)
		for i := range all {
			call(function, &all[count-1-i])
			*calls++
		}
	})
	team.least = 0
	return team
}

// TestTeamGivesTheSameBits compares a team with one thread.
func TestTeamGivesTheSameBits(t *testing.T) {
	rng := newRand()
	for _, rows := range []int{1, 7, 8, 9, 31, 32, 40, 51, 192, 301} {
		for _, tokens := range []int{1, 2, 3, 4, 5, 9} {
			const cols = 96
			q8, f32 := randomQ8(rng, rows, cols), NewMatrixF32(rows, cols)
			f32.SetRows(0, normals(rng, rows*cols, 1))
			x := normals(rng, tokens*cols, 1)
			a := new(Activations)
			a.Quantize(nil, x, cols)
			want8, want32 := make([]float32, tokens*rows), make([]float32, tokens*rows)
			bias := normals(rng, rows, 1)
			MatmulQ8(nil, want8, a, q8, bias)
			MatmulF32(nil, want32, x, f32)
			for _, threads := range []int{2, 3, 8} {
				calls := 0
				team := testTeam(threads, &calls)
				got8, got32 := make([]float32, tokens*rows), make([]float32, tokens*rows)
				MatmulQ8(team, got8, a, q8, bias)
				MatmulF32(team, got32, x, f32)
				wantSame(t, got8, want8, "MatmulQ8, %d rows, %d tokens, %d threads", rows, tokens, threads)
				wantSame(t, got32, want32, "MatmulF32, %d rows, %d tokens, %d threads", rows, tokens, threads)
				if calls == 0 && rows >= 32 {
					t.Errorf("%d rows, %d tokens: nothing was shared", rows, tokens)
				}
			}
		}
	}
}

// TestSharedFunctions compares the numbers of the functions with the list that the
// build exports.
func TestSharedFunctions(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	want := "\nSHARED  := " + strings.Join(Functions(), " ") + "\n"
	if !strings.Contains(string(makefile), want) {
		t.Errorf("the Makefile does not have the line%s", want)
	}
}

// TestTeamAttends compares attention and what else is shared with one thread.
func TestTeamAttends(t *testing.T) {
	rng := newRand()
	for _, d := range []int{8, 32, 64, 96, 12} { // 12 is for no function that is shared
		for _, n := range []int{1, 5, 300} {
			const heads = 2
			calls := 0
			team := testTeam(3, &calls)
			x := normals(rng, n*heads*d, 1)
			capacity := upTo8(n + 3)
			for name, store := range map[string]func(team *Team, q []int16, scales, x []float32, heads, n, xStride, first int){"QuantizeRows": QuantizeRows, "QuantizePairs": QuantizePairs} {
				got, gotScales := make([]int16, heads*capacity*d), make([]float32, heads*capacity)
				want, wantScales := slices.Clone(got), slices.Clone(gotScales)
				store(team, got, gotScales, x, heads, n, heads*d, 3)
				store(nil, want, wantScales, x, heads, n, heads*d, 3)
				wantSame(t, gotScales, wantScales, "scales of %s, %d rows of %d", name, n, d)
				if !slices.Equal(got, want) {
					t.Errorf("%s, %d rows of %d: a team quantizes them otherwise", name, n, d)
				}
			}

			rows := causalRows(heads, min(n, 40), n)
			k, scales := cached(rng, QuantizeRows, x, heads, n, capacity)
			v, vScales := cached(rng, QuantizePairs, x, heads, n, capacity)
			attend := func(team *Team) (weights, mixed []float32) {
				weights, mixed = make([]float32, rows.rows()*rows.Stride), make([]float32, rows.N*heads*d)
				w, wScales := make([]int16, len(weights)), make([]float32, rows.rows())
				q, qScales := rows16(x[:len(mixed)], d)
				Scores(team, weights, rows, q, qScales, k, scales)
				ScaleRows(team, weights, rows, 0.3)
				SoftmaxRows(team, weights, rows)
				QuantizeWeights(team, w, wScales, weights, rows, vScales)
				Mix(team, mixed, w, wScales, rows, v)
				return weights, mixed
			}
			wantWeights, wantMix := attend(nil)
			gotWeights, gotMix := attend(team)
			wantSameRows(t, gotWeights, wantWeights, rows, "weights, %d rows of %d", n, d)
			wantSame(t, gotMix, wantMix, "Mix, %d rows of %d", n, d)
			if calls == 0 && d != 12 {
				t.Errorf("%d rows of %d: nothing was shared", n, d)
			}
		}
	}
	for _, n := range []int{32, 96, 32 * 64, 32 * 501} {
		x := normals(rng, n, 1)
		calls := 0
		team := testTeam(3, &calls)
		got, want := make([]float32, n), make([]float32, n)
		GELUNew(nil, want, x)
		GELUNew(team, got, x)
		wantSame(t, got, want, "GELUNew of %d", n)
		Add(nil, want, x)
		Add(team, got, x)
		wantSame(t, got, want, "Add of %d", n)
		for _, shift := range [][]float32{x[:32], nil} {
			stats, wantStats := make([]float32, n/16), make([]float32, n/16)
			LayerNorm(nil, want, wantStats[:n/32], wantStats[n/32:], x, x[:32], shift, 1e-5)
			LayerNorm(team, got, stats[:n/32], stats[n/32:], x, x[:32], shift, 1e-5)
			wantSame(t, got, want, "LayerNorm of %d", n)
			wantSame(t, stats, wantStats, "statistics of LayerNorm of %d", n)
		}
		var alone, shared Activations
		alone.Quantize(nil, x, 32)
		shared.Quantize(team, x, 32)
		wantSame(t, shared.scales, alone.scales, "scales of Quantize, %d values", n)
		if !slices.Equal(shared.q, alone.q) {
			t.Errorf("%d values: a team quantizes them otherwise", n)
		}
		if calls < 5 {
			t.Errorf("%d values: %d calls were shared, want some of each function", n, calls)
		}
	}
}

// TestTeamPieces: pieces follow each other without a gap, and become smaller towards the
// place where those of the caller's thread meet those of the others.
func TestTeamPieces(t *testing.T) {
	for _, threads := range []int{2, 3, 8} {
		team := testTeam(threads, new(int))
		for _, n := range []int{1, 2, 3, 7, 24, 100, 1570} {
			end := 0
			var sizes []int
			for from, to := range team.pieces(n, 1, 2) {
				if from != end || to <= from {
					t.Fatalf("%d units: a piece from %d to %d after %d", n, from, to, end)
				}
				end = to
				sizes = append(sizes, to-from)
			}
			if end != n {
				t.Errorf("%d units: the pieces end at %d", n, end)
			}
			smallest := slices.Index(sizes, 1)
			if smallest < 0 || !slices.IsSortedFunc(sizes[:smallest], func(a, b int) int { return b - a }) || !slices.IsSorted(sizes[smallest:]) {
				t.Errorf("%d units for %d threads: pieces of %d", n, threads, sizes)
			}
			if n == 1570 && (sizes[0] != n/(2*threads) || sizes[len(sizes)-1] < sizes[0]/2) {
				t.Errorf("%d units for %d threads: pieces of %d, want large ones at both ends", n, threads, sizes)
			}
		}
	}
}

// TestWorthATeam: what is done sooner than a team meets, the caller does alone.
func TestWorthATeam(t *testing.T) {
	const most = leastWork / addCost // values
	x := make([]float32, most)
	for _, n := range []int{8, most - 8, most} {
		calls := 0
		team := testTeam(2, &calls)
		team.least = leastWork
		if Add(team, x[:n], x[:n]); calls > 0 != (n == most) {
			t.Errorf("%d values: %d calls were shared", n, calls)
		}
	}
}

// TestTeamOfOne: there is nobody to share with.
func TestTeamOfOne(t *testing.T) {
	if NewTeam(1, nil) != nil {
		t.Error("a team of one thread is no nil")
	}
	var alone *Team
	alone.flush()
	if alone.worth(leastWork) != nil {
		t.Error("a team of one is worth something")
	}
}

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// edges are lengths on both sides of the edges of 4, 8, 16 and 32 lanes, then row
// lengths of real models.
var edges = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 192, 768, 3072}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// normals returns n values of the normal distribution times spread.
func normals(rng *rand.Rand, n int, spread float64) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64() * spread)
	}
	return x
}

// odd are the values at which float32 arithmetic has corners.
var odd = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5,
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 1e-40, 0x1p-126, 0x1p-101, 0x1p-100, -0x1p-99,
	1e10, -1e10, 1e19, -1e20, math.MaxFloat32, -math.MaxFloat32, -87.3, -88, -103.9, -104.1, 88.7, 88.8, 10, -10, 30, -30,
}

// wild are odd and what is not finite.
var wild = append([]float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}, odd...)

// oddValues returns n values, half of them normal, half of them from among.
func oddValues(rng *rand.Rand, n int, among []float32) []float32 {
	x := normals(rng, n, 3)
	for i := range x {
		if rng.IntN(2) == 0 {
			x[i] = among[rng.IntN(len(among))]
		}
	}
	return x
}

// inputs returns vectors of length n: ordinary, odd, not finite, all alike.
func inputs(rng *rand.Rand, n int) map[string][]float32 {
	in := map[string][]float32{
		"normal": normals(rng, n, 1),
		"large":  normals(rng, n, 20),
		"odd":    oddValues(rng, n, odd),
		"wild":   oddValues(rng, n, wild),
		"zero":   make([]float32, n),
		"minus":  make([]float32, n),
	}
	for i := range in["minus"] {
		in["minus"][i] = float32(math.Inf(-1))
	}
	return in
}

// sameBits says whether a and b are the same float32; all NaNs are one.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// wantSame reports the first place where got differs from want.
func wantSame(t *testing.T, got, want []float32, format string, args ...any) {
	t.Helper()
	for i := range want {
		if !sameBits(got[i], want[i]) {
			t.Errorf("%s: "+format+": [%d] = %v, want exactly %v", append(append([]any{name}, args...), i, got[i], want[i])...)
			return
		}
	}
}

// wantPanic reports a call that does not panic.
func wantPanic(t *testing.T, what string, call func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	call()
}

func TestName(t *testing.T) {
	if got := Name(); got != "portable" && got != "wasm simd128" {
		t.Errorf("Name() = %q", got)
	}
}

// clone returns a copy of x followed by one guard value that no kernel of len(x)
// may touch.
func clone(x []float32) []float32 {
	return append(append(make([]float32, 0, len(x)+1), x...), 12345)[:len(x)]
}

// checkGuard reports a kernel that wrote behind its slice.
func checkGuard(t *testing.T, x []float32, what string) {
	t.Helper()
	if guard := x[:len(x)+1][len(x)]; guard != 12345 {
		t.Errorf("%s: %s: wrote %v behind its slice of %d", name, what, guard, len(x))
	}
}

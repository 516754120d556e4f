package kernel

import (
	"fmt"
	"math"
	"testing"
)

// unary lists the kernels of one vector, with their references.
var unary = []struct {
	name          string
	fast, generic func(dst, x []float32)
}{
	{"GELUNew", geluNewAlone, geluNewGeneric},
	{"GELU", GELU, geluGeneric},
	{"ReLU", ReLU, reluGeneric},
	{"Add", func(dst, x []float32) { Add(nil, dst, x) }, addGeneric},
	{"Softmax",
		func(dst, x []float32) { copy(dst, x); Softmax(dst) },
		func(dst, x []float32) {
			copy(dst, x)
			divideGeneric(dst, expSumGeneric(dst, maximumGeneric(dst)))
		}},
}

func TestElementwiseMatchesGeneric(t *testing.T) {
	rng := newRand()
	for _, k := range unary {
		for _, n := range edges {
			for kind, x := range inputs(rng, n) {
				base := normals(rng, n, 1)
				got, want := clone(base), clone(base)
				k.fast(got, x)
				k.generic(want, x)
				wantSame(t, got, want, "%s(%s, n=%d)", k.name, kind, n)
				checkGuard(t, got, k.name)
			}
		}
	}
}

func TestReductionsMatchGeneric(t *testing.T) {
	rng := newRand()
	for _, n := range edges {
		for kind, x := range inputs(rng, n) {
			one := func(what string, got, want float32) {
				t.Helper()
				wantSame(t, []float32{got}, []float32{want}, "%s(%s, n=%d)", what, kind, n)
			}
			one("maximum", maximum(x), maximumGeneric(x))
			if got, want := finiteAll(x), finiteAllGeneric(x); got != want {
				t.Errorf("%s: Finite(%s, n=%d) = %v, want %v", name, kind, n, got, want)
			}
			one("positive", float32(positive(x)), float32(positiveGeneric(x)))
			a, b := clone(x), clone(x)
			one("expSum", expSum(a, 0.7), expSumGeneric(b, 0.7))
			wantSame(t, a, b, "expSum(%s, n=%d)", kind, n)
		}
	}
}

func TestLayerNormMatchesGeneric(t *testing.T) {
	rng := newRand()
	for _, n := range edges {
		for rows := range 4 {
			for kind, x := range inputs(rng, rows*n) {
				scale, shift := normals(rng, n, 1), normals(rng, n, 1)
				for _, shift := range [][]float32{shift, nil} {
					got, want := clone(x), clone(x)
					stats, wantStats := clone(make([]float32, 2*rows)), make([]float32, 2*rows)
					LayerNorm(nil, got, stats[:rows], stats[rows:], got, scale, shift, 1e-5)
					if n > 0 {
						layerNormGeneric(want, wantStats[:rows], wantStats[rows:], x, scale, shift, 1e-5)
					}
					what := fmt.Sprintf("LayerNorm(%s, %d rows of %d, shift=%v)", kind, rows, n, shift != nil)
					wantSame(t, stats, wantStats, "statistics of %s", what)
					wantSame(t, got, want, "%s", what)
					checkGuard(t, got, what)
					checkGuard(t, stats, what)
				}
			}
		}
	}
}

// near says whether got is within abs + rel*|want| of want.
func near(got float32, want, abs, rel float64) bool {
	return math.Abs(float64(got)-want) <= abs+rel*math.Abs(want)
}

func TestLayerNormAgainstFloat64(t *testing.T) {
	rng := newRand()
	for _, n := range []int{1, 5, 192, 768} {
		x, scale, shift := normals(rng, n, 2), normals(rng, n, 1), normals(rng, n, 1)
		got, stats := make([]float32, n), make([]float32, 2)
		LayerNorm(nil, got, stats[:1], stats[1:], x, scale, shift, 1e-5)
		mean, variance := stats[0], stats[1]
		var m, v float64
		for _, e := range x {
			m += float64(e) / float64(n)
		}
		for _, e := range x {
			v += (float64(e) - m) * (float64(e) - m) / float64(n)
		}
		// A handful of roundings of 6e-8 on values up to 10.
		if !near(mean, m, 1e-6, 0) || !near(variance, v, 1e-12, 1e-6) {
			t.Errorf("LayerNorm(n=%d): mean %v, variance %v, want %v, %v", n, mean, variance, m, v)
		}
		for i := range got {
			want := (float64(x[i])-m)/math.Sqrt(v+1e-5)*float64(scale[i]) + float64(shift[i])
			if n > 1 && !near(got[i], want, 3e-6, 1e-6) {
				t.Fatalf("LayerNorm(n=%d)[%d] = %v, want %v", n, i, got[i], want)
			}
		}
	}
}

func TestSoftmaxAgainstFloat64(t *testing.T) {
	rng := newRand()
	for _, n := range []int{1, 2, 50, 8192, 50257} {
		x := normals(rng, n, 4)
		got := clone(x)
		top, total := Softmax(got)
		var wantTop, wantTotal, mass float64 = math.Inf(-1), 0, 0
		for _, e := range x {
			wantTop = max(wantTop, float64(e))
		}
		for _, e := range x {
			wantTotal += math.Exp(float64(e) - wantTop)
		}
		if float64(top) != wantTop || !near(total, wantTotal, 0, 3e-5) {
			t.Errorf("Softmax(n=%d) = %v, %v, want %v, %v", n, top, total, wantTop, wantTotal)
		}
		for i := range got {
			// x-max is rounded to 6e-8 of up to 32, which exp turns into 2e-6 relative;
			// the sum adds up to 2e-5 over 50257 elements in 8 lanes.
			if want := math.Exp(float64(x[i])-wantTop) / wantTotal; !near(got[i], want, 1e-30, 3e-5) {
				t.Fatalf("Softmax(n=%d)[%d] = %v, want %v", n, i, got[i], want)
			}
			mass += float64(got[i])
		}
		if math.Abs(mass-1) > 3e-5 {
			t.Errorf("Softmax(n=%d) sums to %v", n, mass)
		}
	}
}

func TestSoftmaxCorners(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct{ x, want []float32 }{
		{[]float32{7}, []float32{1}},
		{[]float32{3, 3}, []float32{0.5, 0.5}},
		{[]float32{-inf, 2, -inf}, []float32{0, 1, 0}},
		{[]float32{math.MaxFloat32, -math.MaxFloat32}, []float32{1, 0}},
		{[]float32{-inf, -inf}, []float32{nan, nan}},
		{[]float32{1, nan, 2}, []float32{nan, nan, nan}},
		{[]float32{1, inf, 2}, []float32{nan, nan, nan}},
	} {
		got := clone(c.x)
		Softmax(got)
		// A +Inf leaves exp(-Inf)/NaN elsewhere, hence NaN everywhere.
		wantSame(t, got, c.want, "Softmax(%v)", c.x)
	}
	for _, x := range [][]float32{{float32(math.Copysign(0, -1)), 0}, {0, float32(math.Copysign(0, -1))}} {
		if top, _ := Softmax(x); math.Float32bits(top) != 0 {
			t.Errorf("max of 0 and -0 is %v, want 0", top)
		}
	}
	if top, total := Softmax(nil); !math.IsInf(float64(top), -1) || total != 0 {
		t.Errorf("Softmax(nil) = %v, %v", top, total)
	}
}

func TestActivationsAgainstFloat64(t *testing.T) {
	var xs []float32
	for x := float32(-12); x <= 12; x += 1.0 / 512 {
		xs = append(xs, x)
	}
	xs = append(xs, 0, 1e-30, -1e-30, 100, -100, 1e10, -1e10, math.MaxFloat32, -math.MaxFloat32)
	got := make([]float32, len(xs))
	for _, c := range []struct {
		name     string
		kernel   func(dst, x []float32)
		want     func(x float64) float64
		abs, rel float64
	}{
		// Relative bounds: exp's argument is up to 90 with a relative error of a few
		// 6e-8, and so the results near 0 have some 1e-5; 1e-37 is the subnormal range.
		{"GELUNew", geluNewAlone, func(x float64) float64 {
			return x / (1 + math.Exp(-2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}, 1e-37, 3e-5},
		{"GELU", GELU, func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 }, 1e-37, 3e-5},
		{"ReLU", ReLU, func(x float64) float64 { return max(x, 0) }, 0, 0},
	} {
		c.kernel(got, xs)
		for i, x := range xs {
			if want := c.want(float64(x)); !near(got[i], want, c.abs, c.rel) {
				t.Errorf("%s(%v) = %v, want %v", c.name, x, got[i], want)
			}
		}
	}
}

func TestActivationsOfInfinity(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	x := []float32{inf, -inf, nan}
	for _, c := range []struct {
		name   string
		kernel func(dst, x []float32)
		want   []float32
	}{
		{"GELUNew", geluNewAlone, []float32{inf, nan, nan}},
		{"GELU", GELU, []float32{inf, nan, nan}},
		{"ReLU", ReLU, []float32{inf, 0, nan}},
	} {
		got := make([]float32, 3)
		c.kernel(got, x)
		wantSame(t, got, c.want, "%s(%v)", c.name, x)
	}
}

func TestAddRow(t *testing.T) {
	dst := []float32{1, 2, 3, 4, 5, 6}
	AddRow(dst, []float32{10, 20, 30})
	wantSame(t, dst, []float32{11, 22, 33, 14, 25, 36}, "AddRow")
	AddRow(nil, nil)
}

// geluNewAlone is GELUNew without a team.
func geluNewAlone(dst, x []float32) { GELUNew(nil, dst, x) }

func TestElementwiseLengths(t *testing.T) {
	a, b := make([]float32, 4), make([]float32, 5)
	for what, call := range map[string]func(){
		"LayerNorm x":     func() { LayerNorm(nil, a, a[:1], a[:1], b, a, nil, 1) },
		"LayerNorm dst":   func() { LayerNorm(nil, b, a[:1], a[:1], a, a, nil, 1) },
		"LayerNorm stats": func() { LayerNorm(nil, a, a[:1], a[:2], a, a, nil, 1) },
		"LayerNorm shift": func() { LayerNorm(nil, a, a[:1], a[:1], a, a, b, 1) },
		"GELUNew":         func() { GELUNew(nil, a, b) },
		"GELU":            func() { GELU(a, b) },
		"ReLU":            func() { ReLU(a, b) },
		"Add":             func() { Add(nil, a, b) },
		"AddRow":          func() { AddRow(b, a) },
	} {
		wantPanic(t, what, call)
	}
}

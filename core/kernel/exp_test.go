package kernel

import (
	"math"
	"testing"
)

// ulps returns the distance of got from want in units in the last place of want
// as a float32.
func ulps(got float32, want float64) float64 {
	w := math.Abs(want)
	_, exp := math.Frexp(w)
	unit := math.Ldexp(1, max(exp-24, -149))
	return math.Abs(float64(got)-want) / unit
}

func TestExp32Accuracy(t *testing.T) {
	step := uint32(499) // a prime: every 499th float32 of both signs
	if testing.Short() {
		step = 9973
	}
	worst, at := 0.0, float32(0)
	for bits := uint32(0); bits < infBits; bits += step {
		for _, x := range []float32{math.Float32frombits(bits), -math.Float32frombits(bits)} {
			want := math.Exp(float64(x))
			if want > math.MaxFloat32 {
				if x > 88.73 && !math.IsInf(float64(exp32(x)), 1) {
					t.Fatalf("exp32(%v) = %v, want +Inf", x, exp32(x))
				}
				continue
			}
			if u := ulps(exp32(x), want); u > worst {
				worst, at = u, x
			}
		}
	}
	t.Logf("worst: %.3f ulp at %v", worst, at)
	if worst > 2 {
		t.Errorf("exp32(%v) is %.3f ulp off, want at most 2", at, worst)
	}
}

func TestExpCorners(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	zero := float32(math.Copysign(0, -1))
	for _, f := range []struct {
		name  string
		of    func(float32) float32
		cases [][2]float32 // x, want
	}{
		{"exp32", exp32, [][2]float32{
			{0, 1}, {zero, 1}, {-inf, 0}, {inf, inf}, {1e30, inf}, {-1e30, 0},
			{-104, 0}, {-103.9, math.SmallestNonzeroFloat32}, {89, inf}, {1e-45, 1}, {nan, nan},
		}},
		{"power32", power32, [][2]float32{
			{0, 1}, {zero, 1}, {1, 2}, {-1, 0.5}, {127, 0x1p127},
			{128, inf}, {inf, inf}, {-64, 0x1p-64}, {-65, 0x1p-64}, {-inf, 0x1p-64},
		}},
	} {
		for _, c := range f.cases {
			if got := f.of(c[0]); !sameBits(got, c[1]) {
				t.Errorf("%s(%v) = %v, want %v", f.name, c[0], got, c[1])
			}
		}
	}
}

// exp32 never falls by more than the two units that it may be off.
func TestExp32Monotone(t *testing.T) {
	last := exp32(-105)
	for x := float32(-105); x < 89; x += 1.0 / 1024 {
		e := exp32(x)
		if float64(e) < float64(last)*(1-0x1p-22) {
			t.Fatalf("exp32(%v) = %v, after %v", x, e, last)
		}
		last = e
	}
}

func TestErfc32Accuracy(t *testing.T) {
	worst, at := 0.0, float32(0)
	for z := float32(0); z < 9; z += 1.0 / 4096 {
		want := math.Erfc(float64(z))
		// 1.2e-7 of the formula, some roundings of 6e-8, and two of z*z in the exponent.
		if off := math.Abs(float64(erfc32(z))-want) / want / (5e-7 + 1.2e-7*float64(z*z)); off > worst {
			worst, at = off, z
		}
	}
	t.Logf("worst: %.2f of the bound, at %v", worst, at)
	if worst > 1 {
		t.Errorf("erfc32(%v) is %.2f times its error bound off", at, worst)
	}
	if got := erfc32(0); math.Abs(float64(got)-1) > 2e-7 {
		t.Errorf("erfc32(0) = %v, want 1", got)
	}
	if got := erfc32(float32(math.Inf(1))); got != 0 {
		t.Errorf("erfc32(+Inf) = %v, want 0", got)
	}
}

func TestPower32Accuracy(t *testing.T) {
	worst, at := 0.0, float32(0)
	for z := float32(powerMin); z < powerMax; z += 1.0 / 4099 {
		if u := ulps(power32(z), math.Exp2(float64(z))); u > worst {
			worst, at = u, z
		}
	}
	t.Logf("worst: %.3f ulp at %v", worst, at)
	if worst > 2.2 {
		t.Errorf("power32(%v) is %.3f ulp off, want at most 2.2", at, worst)
	}
}

package quant

import (
	"math"
	"math/rand/v2"
	"testing"
)

// slowFloat16 computes the value of a float16 from the definition.
func slowFloat16(bits uint16) float64 {
	sign := 1.0
	if bits>>15 == 1 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&31), float64(bits&1023)/1024
	switch {
	case exponent == 31 && fraction == 0:
		return sign * math.Inf(1)
	case exponent == 31:
		return math.NaN()
	case exponent == 0:
		return math.Copysign(math.Ldexp(fraction, -14), sign)
	}
	return sign * math.Ldexp(1+fraction, exponent-15)
}

func TestEveryFloat16(t *testing.T) {
	for i := range 1 << 16 {
		bits := uint16(i)
		f := Float16ToFloat32(bits)
		want := slowFloat16(bits)
		if same := math.Float64bits(float64(f)) == math.Float64bits(want); !same && !(math.IsNaN(float64(f)) && math.IsNaN(want)) {
			t.Fatalf("Float16ToFloat32(%#04x) = %v, want %v", bits, f, want)
		}
		if back := Float32ToFloat16(f); back != bits {
			t.Fatalf("Float32ToFloat16(%v) = %#04x, want %#04x", f, back, bits)
		}
	}
}

// TestFloat16Halfway tries, between every two neighbours, the middle and the
// float32 values next to it.
func TestFloat16Halfway(t *testing.T) {
	for i := range halfInf {
		low, high := uint16(i), uint16(i+1)
		even := low + low&1
		next := slowFloat16(high)
		if high == halfInf {
			next = 65536 // where 2^16 would be, were there room
		}
		middle := float32((slowFloat16(low) + next) / 2)
		for _, c := range []struct {
			f    float32
			want uint16
		}{
			{math.Nextafter32(middle, 0), low},
			{middle, even},
			{math.Nextafter32(middle, math.MaxFloat32), high},
		} {
			if got := Float32ToFloat16(c.f); got != c.want {
				t.Fatalf("Float32ToFloat16(%v) = %#04x, want %#04x", c.f, got, c.want)
			}
			if got := Float32ToFloat16(-c.f); got != c.want|0x8000 {
				t.Fatalf("Float32ToFloat16(%v) = %#04x, want %#04x", -c.f, got, c.want|0x8000)
			}
		}
	}
}

// TestFloat16IsNearest looks for a float16 closer than the one returned, on bits
// drawn from all of float32.
func TestFloat16IsNearest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200000 {
		f := math.Float32frombits(rng.Uint32())
		got := Float32ToFloat16(f)
		if math.IsNaN(float64(f)) {
			if !math.IsNaN(slowFloat16(got)) {
				t.Fatalf("Float32ToFloat16(NaN %#x) = %#04x, want a NaN", math.Float32bits(f), got)
			}
			continue
		}
		if math.Signbit(float64(f)) != (got>>15 == 1) {
			t.Fatalf("Float32ToFloat16(%v) = %#04x: the sign differs", f, got)
		}
		if abs := math.Abs(float64(f)); abs >= 65520 {
			if got&0x7fff != halfInf {
				t.Fatalf("Float32ToFloat16(%v) = %#04x, want infinity", f, got)
			}
			continue
		}
		away := math.Abs(slowFloat16(got) - float64(f))
		for _, other := range []uint16{got - 1, got + 1} {
			if math.Abs(slowFloat16(other)-float64(f)) < away {
				t.Fatalf("Float32ToFloat16(%v) = %#04x, but %#04x is closer", f, got, other)
			}
		}
	}
}

func TestFloat16NaNAtTheEdge(t *testing.T) {
	// The only payload bit set is one that float16 does not have.
	if got := Float32ToFloat16(math.Float32frombits(0xff800001)); got != 0xfe00 {
		t.Errorf("got %#04x, want 0xfe00: a negative NaN, not infinity", got)
	}
}

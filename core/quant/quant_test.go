package quant

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// block quantizes one block and returns its scale and numbers.
func block(t *testing.T, x []float32) (scale float32, q []int8) {
	t.Helper()
	dst := make([]byte, BlockBytes)
	QuantizeRow(dst, x)
	for _, b := range dst[2:] {
		q = append(q, int8(b))
	}
	return Float16ToFloat32(binary.LittleEndian.Uint16(dst)), q
}

func TestQuantizeBlock(t *testing.T) {
	fill := func(first ...float32) []float32 { return append(first, make([]float32, BlockSize-len(first))...) }
	for _, c := range []struct {
		name  string
		x     []float32
		scale float32
		q     []int8 // the first ones; the rest is 0
	}{
		{"zero", fill(), 0, nil},
		{"scale 1: halves to even", fill(127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, -126.5), 1, []int8{127, 0, 2, 2, 0, -2, -2, 126, -126}},
		{"negative largest", fill(-127, 3), 1, []int8{-127, 3}},
		{"no rounding up by accident", fill(127, 0.49999997, -1.4999999), 1, []int8{127, 0, -1}},
		{"largest", fill(Max, -Max, Max/2), 65504, []int8{127, -127, 64}},
		{"smallest scale", fill(127*0x1p-24, -0x1p-24), 0x1p-24, []int8{127, -1}},
		{"clamped: the scale is rounded down by a third", fill(127*1.4*0x1p-24, 0x1p-24), 0x1p-24, []int8{127, 1}},
		{"scale rounds to zero", fill(127 * 0x1p-26), 0, nil},
		{"float32 subnormal", fill(math.SmallestNonzeroFloat32), 0, nil},
	} {
		scale, q := block(t, c.x)
		if scale != c.scale {
			t.Errorf("%s: scale %v, want %v", c.name, scale, c.scale)
		}
		for i := range q {
			want := int8(0)
			if i < len(c.q) {
				want = c.q[i]
			}
			if q[i] != want {
				t.Errorf("%s: q[%d] = %d, want %d", c.name, i, q[i], want)
			}
		}
	}
}

// slowBlock quantizes one block as QuantizeRow's comment says it, in float64 where
// that is exact.
func slowBlock(x []float32) (scale float32, q []int8) {
	var largest float32
	for _, v := range x {
		largest = max(largest, v, -v)
	}
	scale = Float16ToFloat32(Float32ToFloat16(largest / 127))
	for _, v := range x {
		n := 0.0
		if scale > 0 {
			n = min(max(math.RoundToEven(float64(v/scale)), -127), 127)
		}
		q = append(q, int8(n))
	}
	return scale, q
}

// TestMatchesDefinition compares blocks of every magnitude, with ties and with
// scales that are subnormal float16, with the definition.
func TestMatchesDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	x := make([]float32, BlockSize)
	for n := range 100000 {
		size := math.Exp2(float64(rng.IntN(44) - 27)) // scales from below the smallest float16 up
		for i := range x {
			x[i] = float32(rng.NormFloat64() * size)
			if n%2 == 0 { // many ties
				x[i] = float32(float64(rng.IntN(255)-127) * 0.5 * size)
			}
		}
		scale, q := block(t, x)
		wantScale, wantQ := slowBlock(x)
		if scale != wantScale || !slices.Equal(q, wantQ) {
			t.Fatalf("%v: got scale %v, %v, want %v, %v", x, scale, q, wantScale, wantQ)
		}
	}
}

// TestNotFinite: what cannot be stored must not look stored.
func TestNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, bad := range []float32{nan, inf, -inf, math.MaxFloat32, 127 * 65536} {
		for _, at := range []int{0, 13, 31} {
			x := make([]float32, BlockSize)
			x[5], x[at] = 1, bad
			if scale, q := block(t, x); !(math.IsNaN(float64(scale)) || math.IsInf(float64(scale), 1)) {
				t.Errorf("%v at %d: scale %v, q %v, want a scale that is not finite", bad, at, scale, q)
			}
		}
	}
}

// TestErrorBound: every value comes back within half a step of its block, and the
// largest of a block uses all of the range.
func TestErrorBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const rows = 2000
	x, back := make([]float32, 2*BlockSize), make([]float32, 2*BlockSize)
	blocks := make([]byte, 2*BlockBytes)
	for range rows {
		size := math.Exp2(float64(rng.IntN(20) - 4)) // scales stay normal float16
		for i := range x {
			x[i] = float32(rng.NormFloat64() * size)
		}
		QuantizeRow(blocks, x)
		DequantizeRow(back, blocks)
		for b := range 2 {
			scale := float64(Float16ToFloat32(binary.LittleEndian.Uint16(blocks[b*BlockBytes:])))
			largest := int8(0)
			for i := b * BlockSize; i < (b+1)*BlockSize; i++ {
				// 0.5 for rounding, 2^-16 for the float32 quotient (127 * 2^-24, with a margin);
				// where q is clamped it is by less: 127 * 2^-11, as far as the scale is rounded.
				if d := math.Abs(float64(back[i]) - float64(x[i])); d > scale*(0.5+0x1p-16) {
					t.Fatalf("x = %v came back as %v, scale %v", x[i], back[i], scale)
				}
				q := int8(blocks[b*BlockBytes+2+i%BlockSize])
				largest = max(largest, q, -q)
			}
			if largest != 127 {
				t.Fatalf("largest |q| is %d, want 127", largest)
			}
		}
	}
}

// TestRequantize: values that come from blocks are stored without further loss.
func TestRequantize(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	x, back := make([]float32, BlockSize), make([]float32, BlockSize)
	blocks := make([]byte, BlockBytes)
	for range 2000 {
		binary.LittleEndian.PutUint16(blocks, uint16(1+rng.IntN(halfInf-1)))
		for i := range BlockSize {
			blocks[2+i] = byte(int8(rng.IntN(255) - 127))
		}
		blocks[2+rng.IntN(BlockSize)] = 127
		DequantizeRow(x, blocks)
		QuantizeRow(blocks, x)
		DequantizeRow(back, blocks)
		for i := range x {
			if x[i] != back[i] {
				t.Fatalf("%v came back as %v", x[i], back[i])
			}
		}
	}
}

func TestLengths(t *testing.T) {
	for _, c := range []struct {
		bytes, values int
		panics        bool
	}{
		{0, 0, false},
		{34, 32, false},
		{3 * 34, 96, false},
		{34, 31, true},
		{34, 33, true},
		{33, 32, true},
		{35, 32, true},
		{0, 32, true},
		{34, 0, true},
	} {
		for name, call := range map[string]func(){
			"QuantizeRow":   func() { QuantizeRow(make([]byte, c.bytes), make([]float32, c.values)) },
			"DequantizeRow": func() { DequantizeRow(make([]float32, c.values), make([]byte, c.bytes)) },
		} {
			panicked := func() (p bool) {
				defer func() { p = recover() != nil }()
				call()
				return
			}()
			if panicked != c.panics {
				t.Errorf("%s with %d bytes, %d values: panics %v, want %v", name, c.bytes, c.values, panicked, c.panics)
			}
		}
	}
}

func TestFigures(t *testing.T) {
	f := NewFigures()
	if f.RMS() != 0 || f.Mean() != 0 || f.WorstAt != -1 || !math.IsInf(f.SNR(), 1) {
		t.Errorf("of nothing: rms %v, worst at %d, snr %v, want 0, -1, +Inf", f.RMS(), f.WorstAt, f.SNR())
	}
	f.Add([]float32{1, 2}, []float32{1, 2})
	f.Add([]float32{-3, 4}, []float32{-3.5, 4.5})
	// Signal 1+4+9+16 = 30, noise 0.25+0.25 = 0.5, over 4 values.
	if f.Count != 4 || f.Worst != 0.5 || f.WorstAt != 2 {
		t.Errorf("count %d, worst %v at %d, want 4, 0.5 at 2", f.Count, f.Worst, f.WorstAt)
	}
	if want := 0.25; f.Mean() != want {
		t.Errorf("mean %v, want %v", f.Mean(), want)
	}
	if want := math.Sqrt(0.125); f.RMS() != want {
		t.Errorf("rms %v, want %v", f.RMS(), want)
	}
	if want := 10 * math.Log10(60); math.Abs(f.SNR()-want) > 1e-12 { // one rounding of a division
		t.Errorf("snr %v dB, want %v", f.SNR(), want)
	}
}

// TestFiguresMerge: figures of pieces, one after another, are those of the whole,
// whose sums are exact here.
func TestFiguresMerge(t *testing.T) {
	exact, stored := make([]float32, 41), make([]float32, 41)
	for i := range exact {
		exact[i], stored[i] = float32(i), float32(i)+float32(i*i%23)
	}
	whole := NewFigures()
	whole.Add(exact, stored)
	merged := NewFigures()
	for _, piece := range [][2]int{{0, 0}, {0, 7}, {7, 20}, {20, 41}} {
		f := NewFigures()
		f.Add(exact[piece[0]:piece[1]], stored[piece[0]:piece[1]])
		merged.Merge(f)
	}
	if *merged != *whole || whole.WorstAt <= 0 {
		t.Errorf("got %+v, want %+v", merged, whole)
	}
}

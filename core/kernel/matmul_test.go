package kernel

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/core/quant"
)

// q8Blocks returns rows*cols weights as raw Q8_0 blocks with the given int8
// values and scales, [rows, cols/32].
func q8Blocks(q func() int8, scale func() uint16, blocks int) []byte {
	raw := make([]byte, 0, blocks*quant.BlockBytes)
	for range blocks {
		s := scale()
		raw = append(raw, byte(s), byte(s>>8))
		for range quant.BlockSize {
			raw = append(raw, byte(q()))
		}
	}
	return raw
}

// randomQ8 returns a matrix of random int8 values with scales around 1/1000.
func randomQ8(rng *rand.Rand, rows, cols int) *MatrixQ8 {
	m := NewMatrixQ8(rows, cols)
	err := m.SetRows(0, q8Blocks(
		func() int8 { return int8(rng.IntN(255) - 127) },
		func() uint16 { return quant.Float32ToFloat16(float32(rng.Float64()) / 500) },
		rows*cols/quant.BlockSize))
	if err != nil {
		panic(err)
	}
	return m
}

func TestMatrixQ8Row(t *testing.T) {
	rng := newRand()
	for _, rows := range []int{1, 7, 8, 9, 20} {
		const cols = 96
		x := normals(rng, rows*cols, 1)
		m := NewMatrixQ8(rows, cols)
		raw := make([]byte, rows*cols/quant.BlockSize*quant.BlockBytes)
		quant.QuantizeRow(raw, x)
		rowBytes := len(raw) / rows
		if err := m.SetRows(1, raw[rowBytes:]); err != nil { // in two calls
			t.Fatal(err)
		}
		if err := m.SetRows(0, raw[:rowBytes]); err != nil {
			t.Fatal(err)
		}
		got, want := make([]float32, cols), make([]float32, cols)
		for r := range rows {
			m.Row(got, r)
			quant.DequantizeRow(want, raw[r*rowBytes:][:rowBytes])
			wantSame(t, got, want, "Row(%d of %d)", r, rows)
		}
		if m.Rows() != rows || m.Cols() != cols {
			t.Errorf("matrix is %d x %d, want %d x %d", m.Rows(), m.Cols(), rows, cols)
		}
	}
}

// Rows that come one by one, in groups or across groups end up the same.
func TestMatrixQ8SetRows(t *testing.T) {
	rng := newRand()
	const rows, cols = 29, 96
	raw := q8Blocks(func() int8 { return int8(rng.IntN(256)) }, func() uint16 { return uint16(rng.IntN(0x7C00)) }, rows*cols/32)
	rowBytes := len(raw) / rows
	byOne := NewMatrixQ8(rows, cols)
	for r := range rows {
		if err := byOne.SetRows(r, raw[r*rowBytes:][:rowBytes]); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []int{0, 1, 5, 8, 9, 16, 23, 29} {
		m := NewMatrixQ8(rows, cols)
		if err := errors.Join(m.SetRows(0, raw[:at*rowBytes]), m.SetRows(at, raw[at*rowBytes:])); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m.w, byOne.w) || !slices.Equal(m.scales, byOne.scales) {
			t.Errorf("%s: rows set up to %d, then the others, differ from rows set one by one", name, at)
		}
	}
}

func TestMatrixQ8RefusesScale(t *testing.T) {
	for _, bits := range []uint16{0x7C00, 0xFC00, 0x7E00} { // Inf, -Inf, NaN
		for _, rows := range []int{2, 8} { // a part of a group, a whole one
			m, n := NewMatrixQ8(rows, 64), 0
			err := m.SetRows(0, q8Blocks(func() int8 { return 1 }, func() uint16 {
				if n++; n == 4 {
					return bits
				}
				return 0x3C00 // 1
			}, 2*rows))
			if err == nil || !strings.Contains(err.Error(), "row 1, block 1") {
				t.Errorf("scale %#x: error %v, want one that names row 1, block 1", bits, err)
			}
		}
	}
}

func TestMatmulQ8MatchesGeneric(t *testing.T) {
	rng := newRand()
	shapes := [][2]int{{1, 768}, {9, 3072}, {192, 192}, {16, 32}, {32, 32}, {33, 64}, {71, 96}, {1003, 64}}
	for rows := 1; rows <= 20; rows++ {
		shapes = append(shapes, [2]int{rows, 96})
	}
	for _, shape := range shapes {
		rows, cols := shape[0], shape[1]
		w := randomQ8(rng, rows, cols)
		for T := 1; T <= 9; T++ {
			var x Activations
			x.Quantize(nil, oddValues(rng, T*cols, []float32{0, 1, -2, 1e-3, 40, 1e-38}), cols)
			got, want := clone(make([]float32, T*rows)), make([]float32, T*rows)
			for _, bias := range [][]float32{nil, oddValues(rng, rows, odd)} {
				MatmulQ8(nil, got, &x, w, bias)
				matmulQ8Generic(want, &x, w, bias)
				wantSame(t, got, want, "MatmulQ8(%dx%d, T=%d, %d biases)", rows, cols, T, len(bias))
			}
			checkGuard(t, got, "MatmulQ8")
		}
	}
}

// Extremes: the largest integer sums, scales of every kind, not finite inputs.
func TestMatmulQ8Extremes(t *testing.T) {
	rng := newRand()
	const rows, cols, T = 11, 64, 6
	halves := []uint16{0, 1, 0x8001, 0x03FF, 0x0400, 0x3C00, 0xBC00, 0x7BFF} // zero, subnormal, 1, -1, largest
	for _, c := range []struct {
		name string
		q    func() int8
		x    []float32
	}{
		{"all -127 by all largest", func() int8 { return -127 }, []float32{3, -3}},
		{"all -128 by all largest", func() int8 { return -128 }, []float32{7}},
		{"zeros", func() int8 { return 0 }, []float32{0}},
		{"odd", func() int8 { return int8(rng.IntN(256)) }, odd},
		{"not finite", func() int8 { return int8(rng.IntN(256)) }, wild},
	} {
		w := NewMatrixQ8(rows, cols)
		if err := w.SetRows(0, q8Blocks(c.q, func() uint16 { return halves[rng.IntN(len(halves))] }, rows*cols/32)); err != nil {
			t.Fatal(err)
		}
		x := make([]float32, T*cols)
		for i := range x {
			x[i] = c.x[rng.IntN(len(c.x))]
		}
		var a Activations
		a.Quantize(nil, x, cols)
		got, want := make([]float32, T*rows), make([]float32, T*rows)
		MatmulQ8(nil, got, &a, w, nil)
		matmulQ8Generic(want, &a, w, nil)
		wantSame(t, got, want, "%s", c.name)
	}
}

// Batches computed row by row: the same bits.
func TestMatmulRowByRow(t *testing.T) {
	rng := newRand()
	const rows, cols, T = 45, 64, 5
	x := normals(rng, T*cols, 1)
	q8, f32 := randomQ8(rng, rows, cols), NewMatrixF32(rows, cols)
	f32.SetRows(0, normals(rng, rows*cols, 1))
	var a Activations
	a.Quantize(nil, x, cols)
	whole8, whole32 := make([]float32, T*rows), make([]float32, T*rows)
	MatmulQ8(nil, whole8, &a, q8, nil)
	MatmulF32(nil, whole32, x, f32)

	one := make([]float32, rows)
	for i := range T {
		var a Activations
		a.Quantize(nil, x[i*cols:][:cols], cols)
		MatmulQ8(nil, one, &a, q8, nil)
		wantSame(t, one, whole8[i*rows:][:rows], "MatmulQ8 of row %d alone", i)
		MatmulF32(nil, one, x[i*cols:][:cols], f32)
		wantSame(t, one, whole32[i*rows:][:rows], "MatmulF32 of row %d alone", i)
	}
}

func TestMatmulQ8AgainstFloat64(t *testing.T) {
	rng := newRand()
	const rows, cols, T = 13, 768, 3
	w, x := randomQ8(rng, rows, cols), normals(rng, T*cols, 1)
	var a Activations
	a.Quantize(nil, x, cols)
	got := make([]float32, T*rows)
	MatmulQ8(nil, got, &a, w, nil)
	row := make([]float32, cols)
	for r := range rows {
		w.Row(row, r)
		for i := range T {
			var want, size float64
			for c, v := range row {
				want += float64(v) * float64(x[i*cols+c])
				size += math.Abs(float64(v) * float64(x[i*cols+c]))
			}
			// An activation is off by at most half a step of max|x|/32767, max|x| of a
			// row being some 4 times its mean: 1e-4 of the sum of magnitudes at worst,
			// and the errors mostly cancel.
			if !near(got[i*rows+r], want, 2e-5*size, 0) {
				t.Errorf("dst[%d, %d] = %v, want %v (magnitudes add up to %v)", i, r, got[i*rows+r], want, size)
			}
		}
	}
}

func TestQuantizeMatchesGeneric(t *testing.T) {
	rng := newRand()
	var a Activations
	for _, cols := range []int{32, 64, 96, 768} {
		for T := range 4 {
			for kind, x := range inputs(rng, T*cols) {
				a.Quantize(nil, x, cols)
				q, scales := make([]int16, len(x)), make([]float32, T)
				quantizeRowsGeneric(q, scales, x, store{heads: 1, capacity: T, d: cols, n: T, xStride: cols})
				wantSame(t, a.scales, scales, "scales of %s", kind)
				if !slices.Equal(a.q, q) {
					t.Errorf("%s: Quantize(%s, %d columns) differs from the reference", name, kind, cols)
				}
				if a.Rows() != T || a.Cols() != cols {
					t.Errorf("Quantize: %d x %d, want %d x %d", a.Rows(), a.Cols(), T, cols)
				}
			}
		}
	}
}

// Every value comes back within half a step; halves go to the even neighbour.
func TestQuantizeRounds(t *testing.T) {
	rng := newRand()
	var a Activations
	for range 200 {
		x := normals(rng, 32, math.Pow(10, float64(rng.IntN(60)-25)))
		a.Quantize(nil, x, 32)
		for i, v := range x {
			back := float64(a.q[i]) * float64(a.scales[0])
			// 0.01 for the roundings of scale and inverse.
			if math.Abs(back-float64(v)) > 0.51*float64(a.scales[0]) {
				t.Fatalf("%v came back as %v, scale %v", v, back, a.scales[0])
			}
		}
	}
	x := make([]float32, 32)
	copy(x, []float32{32767, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, -32767, 1})
	a.Quantize(nil, x, 32)
	want := []int16{32767, 0, 2, 2, 0, -2, -2, -32767, 1, 0}
	for i, q := range want {
		if a.q[i] != q {
			t.Errorf("quantized %v to %d, want %d", x[i], a.q[i], q)
		}
	}
}

func TestQuantizeReusesMemory(t *testing.T) {
	var a Activations
	x := make([]float32, 4*64)
	a.Quantize(nil, x, 64)
	if n := testing.AllocsPerRun(10, func() { a.Quantize(nil, x[:64], 64); a.Quantize(nil, x, 32) }); n != 0 {
		t.Errorf("Quantize allocates %v times", n)
	}
	dst, w := make([]float32, 8*9), randomQ8(newRand(), 9, 32)
	if n := testing.AllocsPerRun(10, func() { MatmulQ8(nil, dst, &a, w, nil) }); n != 0 {
		t.Errorf("MatmulQ8 allocates %v times", n)
	}
}

func TestMatrixF32Row(t *testing.T) {
	for _, rows := range []int{1, 8, 11} {
		m := NewMatrixF32(rows, 5)
		for r := range rows {
			m.SetRows(r, []float32{float32(10 * r), float32(10*r + 1), float32(10*r + 2), float32(10*r + 3), float32(10*r + 4)})
		}
		got := make([]float32, 5)
		for r := range rows {
			m.Row(got, r)
			for c, v := range got {
				if v != float32(10*r+c) {
					t.Fatalf("Row(%d)[%d] = %v", r, c, v)
				}
			}
		}
		if m.Rows() != rows || m.Cols() != 5 {
			t.Errorf("matrix is %d x %d", m.Rows(), m.Cols())
		}
	}
}

func TestMatmulF32MatchesGeneric(t *testing.T) {
	rng := newRand()
	rowCounts := []int{32, 33, 71, 203}
	for rows := 1; rows <= 20; rows++ {
		rowCounts = append(rowCounts, rows)
	}
	for _, cols := range []int{1, 2, 3, 4, 5, 31, 32, 33, 192} {
		for _, rows := range rowCounts {
			w := NewMatrixF32(rows, cols)
			for _, among := range [][]float32{odd, wild} {
				w.SetRows(0, oddValues(rng, rows*cols, among))
				for T := range 10 {
					x := oddValues(rng, T*cols, among)
					got, want := clone(make([]float32, T*rows)), make([]float32, T*rows)
					MatmulF32(nil, got, x, w)
					matmulF32Generic(want, x, w)
					wantSame(t, got, want, "MatmulF32(%dx%d, T=%d)", rows, cols, T)
					checkGuard(t, got, "MatmulF32")
				}
			}
		}
	}
}

func TestMatmulF32AgainstFloat64(t *testing.T) {
	rng := newRand()
	const rows, cols = 10, 3072
	w, row, x := NewMatrixF32(rows, cols), make([]float32, cols), normals(rng, cols, 1)
	w.SetRows(0, normals(rng, rows*cols, 1))
	got := make([]float32, rows)
	MatmulF32(nil, got, x, w)
	for r := range rows {
		w.Row(row, r)
		var want float64
		for c, v := range row {
			want += float64(v) * float64(x[c])
		}
		// 3072 roundings of 6e-8 of sums up to 200, mostly cancelling.
		if !near(got[r], want, 5e-4, 0) {
			t.Errorf("dst[%d] = %v, want %v", r, got[r], want)
		}
	}
}

func TestMatmulLengths(t *testing.T) {
	q8, f32 := NewMatrixQ8(3, 64), NewMatrixF32(3, 64)
	var a, narrow Activations
	a.Quantize(nil, make([]float32, 128), 64)
	narrow.Quantize(nil, make([]float32, 64), 32)
	for what, call := range map[string]func(){
		"NewMatrixQ8 cols":   func() { NewMatrixQ8(3, 33) },
		"NewMatrixQ8 rows":   func() { NewMatrixQ8(-1, 32) },
		"NewMatrixF32 rows":  func() { NewMatrixF32(-1, 32) },
		"SetRows half a row": func() { _ = q8.SetRows(0, make([]byte, 34)) },
		"SetRows too many":   func() { _ = q8.SetRows(1, make([]byte, 3*68)) },
		"SetRows before":     func() { _ = q8.SetRows(-1, make([]byte, 68)) },
		"Row":                func() { q8.Row(make([]float32, 64), 3) },
		"Row short":          func() { q8.Row(make([]float32, 63), 0) },
		"F32 SetRows":        func() { f32.SetRows(0, make([]float32, 65)) },
		"F32 SetRows many":   func() { f32.SetRows(3, make([]float32, 64)) },
		"F32 Row":            func() { f32.Row(make([]float32, 64), -1) },
		"Quantize":           func() { a.Quantize(nil, make([]float32, 63), 32) },
		"Quantize cols":      func() { a.Quantize(nil, make([]float32, 33), 33) },
		"MatmulQ8 dst":       func() { MatmulQ8(nil, make([]float32, 5), &a, q8, nil) },
		"MatmulQ8 bias":      func() { MatmulQ8(nil, make([]float32, 6), &a, q8, make([]float32, 2)) },
		"MatmulQ8 cols":      func() { MatmulQ8(nil, make([]float32, 6), &narrow, q8, nil) },
		"MatmulF32 dst":      func() { MatmulF32(nil, make([]float32, 5), make([]float32, 128), f32) },
		"MatmulF32 x":        func() { MatmulF32(nil, make([]float32, 6), make([]float32, 127), f32) },
	} {
		wantPanic(t, what, call)
	}
}

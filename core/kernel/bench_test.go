package kernel

import (
	"fmt"
	"testing"

	"vitrine/core/quant"
)

// One token: weight bytes a second (one a weight, scales not counted).
func BenchmarkMatvecQ8(b *testing.B) {
	for _, shape := range [][2]int{{192, 192}, {768, 768}, {3072, 768}, {768, 3072}, {50257, 768}} {
		rows, cols := shape[0], shape[1]
		b.Run(fmt.Sprintf("%dx%d", rows, cols), func(b *testing.B) {
			w := randomQ8(newRand(), rows, cols)
			var x Activations
			x.Quantize(nil, normals(newRand(), cols, 1), cols)
			dst := make([]float32, rows)
			b.SetBytes(int64(rows * cols))
			b.ReportAllocs()
			for b.Loop() {
				MatmulQ8(nil, dst, &x, w, nil)
			}
		})
	}
}

// A layer's matrices in turn, twelve times: more than any cache holds.
func BenchmarkPassQ8(b *testing.B) {
	var layers []*MatrixQ8
	var size int64
	for range 12 {
		for _, shape := range [][2]int{{2304, 768}, {768, 768}, {3072, 768}, {768, 3072}} {
			layers = append(layers, randomQ8(newRand(), shape[0], shape[1]))
			size += int64(shape[0] * shape[1])
		}
	}
	var narrow, wide Activations
	narrow.Quantize(nil, normals(newRand(), 768, 1), 768)
	wide.Quantize(nil, normals(newRand(), 3072, 1), 3072)
	dst := make([]float32, 3072)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, w := range layers {
			x := &narrow
			if w.Cols() == 3072 {
				x = &wide
			}
			MatmulQ8(nil, dst[:w.Rows()], x, w, nil)
		}
	}
}

// 128 tokens: multiplications with their additions a second.
func BenchmarkMatmulQ8(b *testing.B) {
	for _, shape := range [][2]int{{192, 192}, {768, 768}, {3072, 768}, {768, 3072}} {
		rows, cols := shape[0], shape[1]
		b.Run(fmt.Sprintf("%dx%d", rows, cols), func(b *testing.B) {
			w := randomQ8(newRand(), rows, cols)
			var x Activations
			x.Quantize(nil, normals(newRand(), 128*cols, 1), cols)
			dst := make([]float32, 128*rows)
			n := 0
			for b.Loop() {
				MatmulQ8(nil, dst, &x, w, nil)
				n++
			}
			b.ReportMetric(float64(n)*float64(128*rows*cols)/b.Elapsed().Seconds()/1e9, "GMAC/s")
		})
	}
}

func BenchmarkMatmulF32(b *testing.B) {
	for _, T := range []int{1, 128} {
		const rows, cols = 768, 768
		b.Run(fmt.Sprintf("T=%d", T), func(b *testing.B) {
			w := NewMatrixF32(rows, cols)
			w.SetRows(0, normals(newRand(), rows*cols, 1))
			x, dst := normals(newRand(), T*cols, 1), make([]float32, T*rows)
			n := 0
			for b.Loop() {
				MatmulF32(nil, dst, x, w)
				n++
			}
			b.ReportMetric(float64(n)*float64(T*rows*cols)/b.Elapsed().Seconds()/1e9, "GMAC/s")
		})
	}
}

// Attention of one head, and of the twelve of GPT-2, over 1000 positions: bytes of keys or
// values a second.
func BenchmarkAttention(b *testing.B) {
	const p = 1000
	for _, shape := range [][2]int{{1, 32}, {1, 64}, {12, 64}} {
		heads, d := shape[0], shape[1]
		rows := causalRows(heads, 1, p)
		q, qScales := rows16(normals(newRand(), heads*d, 1), d)
		x := normals(newRand(), p*heads*d, 1)
		k, scales := cached(newRand(), QuantizeRows, x, heads, p, p)
		v, _ := cached(newRand(), QuantizePairs, x, heads, p, p)
		w, w16, wScales := normals(newRand(), heads*p, 1), make([]int16, heads*p), make([]float32, heads)
		dst := make([]float32, heads*d)
		for _, part := range []struct {
			name  string
			bytes int
			run   func()
		}{
			{"Scores", 2 * heads * p * d, func() { Scores(nil, w, rows, q, qScales, k, scales) }},
			{"Scale", 4 * heads * p, func() { ScaleRows(nil, w, rows, 1) }},
			{"Softmax", 4 * heads * p, func() { SoftmaxRows(nil, w, rows) }},
			{"Weights", 4 * heads * p, func() { QuantizeWeights(nil, w16, wScales, w, rows, scales) }},
			{"Mix", 2 * heads * p * d, func() { Mix(nil, dst, w16, wScales, rows, v) }},
		} {
			b.Run(fmt.Sprintf("%s/H=%d/D=%d", part.name, heads, d), func(b *testing.B) {
				b.SetBytes(int64(part.bytes))
				b.ReportAllocs()
				for b.Loop() {
					part.run()
				}
			})
		}
	}
}

func BenchmarkElementwise(b *testing.B) {
	const n = 768
	x, y, z := normals(newRand(), n, 1), normals(newRand(), n, 1), normals(newRand(), n, 1)
	dst, one := make([]float32, n), make([]float32, 2)
	var a Activations
	logits := normals(newRand(), 50257, 1)
	pairs := make([]int16, 2*n)
	for _, k := range []struct {
		name string
		n    int
		run  func()
	}{
		{"LayerNorm", n, func() { LayerNorm(nil, dst, one[:1], one[1:], x, y, z, 1e-5) }},
		{"Softmax", n, func() { copy(dst, x); Softmax(dst) }},
		{"Softmax50257", len(logits), func() { Softmax(logits) }},
		{"GELUNew", n, func() { GELUNew(nil, dst, x) }},
		{"GELU", n, func() { GELU(dst, x) }},
		{"ReLU", n, func() { ReLU(dst, x) }},
		{"Add", n, func() { Add(nil, dst, x) }},
		{"Quantize", n, func() { a.Quantize(nil, x, n) }},
		{"QuantizePairs", n, func() { QuantizePairs(nil, pairs, one, x, 1, 1, n, 0) }},
		{"Maximum", len(logits), func() { Maximum(logits) }},
		{"Positive", len(logits), func() { Positive(logits) }},
		{"Finite", len(logits), func() { Finite(logits) }},
	} {
		b.Run(k.name, func(b *testing.B) {
			runs := 0
			for b.Loop() {
				k.run()
				runs++
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(runs)/float64(k.n), "ns/value")
		})
	}
}

// What loading does with each matrix: file bytes a second.
func BenchmarkSetRows(b *testing.B) {
	const rows, cols = 768, 768
	w, blocks := NewMatrixQ8(rows, cols), make([]byte, rows*cols/quant.BlockSize*quant.BlockBytes)
	quant.QuantizeRow(blocks, normals(newRand(), rows*cols, 1))
	b.SetBytes(int64(len(blocks)))
	for b.Loop() {
		if err := w.SetRows(0, blocks); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRow(b *testing.B) {
	const rows, cols = 50257, 768
	m := NewMatrixQ8(rows, cols)
	dst := make([]float32, cols)
	row := 0
	for b.Loop() {
		m.Row(dst, row)
		row = (row + 7919) % rows
	}
}

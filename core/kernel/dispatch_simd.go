//go:build wasm && goexperiment.simd

package kernel

import "vitrine/core/quant"

const name = "wasm simd128"

// q8Rows1 is one token by consecutive groups.
//
//go:noescape
func q8Rows1(dst *float32, x *int16, xs *float32, xb *int32, w *int16, ws *float32, blocks, groups int)

// q8Rows4 is tiles of four tokens by one group.
//
//go:noescape
func q8Rows4(dst *float32, stride int, x *int16, xs *float32, xb *int32, w *int16, ws *float32, blocks, tiles int)

func matmulQ8(dst []float32, x *Activations, w *MatrixQ8, from, to int) {
	first, last := (from+groupRows-1)/groupRows, to/groupRows // whole groups
	if first > last {
		matmulQ8Part(dst, x, w, from, to)
		return
	}
	if from < first*groupRows {
		matmulQ8Part(dst, x, w, from, first*groupRows)
	}
	if x.rows == 1 && first < last {
		matmulQ8Groups(dst[first*groupRows:], w.rows, x, 0, w, first, last)
	} else {
		for g := first; g < last; g++ {
			matmulQ8Groups(dst[g*groupRows:], w.rows, x, 0, w, g, g+1)
		}
	}
	if last*groupRows < to {
		matmulQ8Part(dst, x, w, last*groupRows, to)
	}
}

// matmulQ8Part computes rows from <= r < to, all of one group.
func matmulQ8Part(dst []float32, x *Activations, w *MatrixQ8, from, to int) {
	g := from / groupRows
	for t := range x.rows {
		var sums [groupRows]float32
		one(&sums[0], x, t, w, g, g+1)
		storeGroup(dst[t*w.rows:][:w.rows], &sums, g, from, to)
	}
}

func one(dst *float32, x *Activations, t int, w *MatrixQ8, first, last int) {
	blocks := x.cols / quant.BlockSize
	ws, scales := w.block(first, 0)
	q8Rows1(dst, &x.q[t*x.cols], &x.scales[t*blocks], &x.bias[t*blocks], &ws[0], &scales[0], blocks, last-first)
}

func matmulQ8Groups(dst []float32, stride int, x *Activations, t int, w *MatrixQ8, first, last int) {
	if n := (x.rows - t) / 4; n > 0 {
		blocks := x.cols / quant.BlockSize
		ws, scales := w.block(first, 0)
		q8Rows4(&dst[0], 4*stride, &x.q[t*x.cols], &x.scales[t*blocks], &x.bias[t*blocks], &ws[0], &scales[0], blocks, n)
		t += 4 * n
	}
	for ; t < x.rows; t++ {
		one(&dst[t*stride], x, t, w, first, last)
	}
}

func matmulF32(dst, x []float32, w *MatrixF32, from, to int) {
	matmulF32Generic(dst, x, w, from, to)
}

func quantize16(q []int16, scales []float32, bias []int32, x []float32) {
	quantize16Generic(q, scales, bias, x)
}

func scores(dst, q, k []float32)                   { scoresGeneric(dst, q, k) }
func mix(dst, weights, v []float32)                { mixGeneric(dst, weights, v) }
func sum(x []float32) float32                      { return sumGeneric(x) }
func sumSquares(x []float32, mean float32) float32 { return sumSquaresGeneric(x, mean) }
func maximum(x []float32) float32                  { return maximumGeneric(x) }
func expSum(x []float32, shift float32) float32    { return expSumGeneric(x, shift) }
func divide(x []float32, by float32)               { divideGeneric(x, by) }
func geluNew(dst, x []float32)                     { geluNewGeneric(dst, x) }
func gelu(dst, x []float32)                        { geluGeneric(dst, x) }
func relu(dst, x []float32)                        { reluGeneric(dst, x) }
func add(dst, x []float32)                         { addGeneric(dst, x) }
func scale(x []float32, s float32)                 { scaleGeneric(x, s) }
func normalize(dst, x, scale, shift []float32, mean, inverse float32) {
	normalizeGeneric(dst, x, scale, shift, mean, inverse)
}

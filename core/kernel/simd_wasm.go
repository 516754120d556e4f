//go:build goexperiment.simd

package kernel

import (
	"github.com/chewxy/math32"

	"vitrine/core/quant"
)

const name = "wasm simd128"

// The functions in assembly work on whole vectors; what is left over goes to the
// reference, which goes on with the same lanes.

// matmulQ8 runs whole groups of rows straight into dst, and the part of a group
// at either end through a buffer.
func matmulQ8(dst []float32, x *Activations, w *MatrixQ8, from, to int) {
	for from < to {
		g := from / groupRows
		switch next := (g + 1) * groupRows; {
		case from%groupRows != 0 || to < next:
			next = min(next, to)
			for t := range x.rows {
				var sums [groupRows]float32
				matmulQ8One(sums[:], x, t, w, g, 1)
				storeGroup(dst[t*w.rows:][:w.rows], &sums, g, from, next)
			}
			from = next
		case x.rows == 1:
			matmulQ8One(dst[from:], x, 0, w, g, to/groupRows-g)
			from = to / groupRows * groupRows
		default:
			matmulQ8Group(dst[from:], x, w, g)
			from = next
		}
	}
}

// matmulQ8One computes one token by n groups, into n*8 floats.
func matmulQ8One(dst []float32, x *Activations, t int, w *MatrixQ8, g, n int) {
	blocks := x.cols / quant.BlockSize
	if far := n / 4; far > 0 {
		ws, scales := w.block(g, 0)
		q8Streams(&dst[0], &x.q[t*x.cols], &x.scales[t*blocks], &x.bias[t*blocks], &ws[0], &scales[0], blocks, far)
		g, n, dst = g+4*far, n-4*far, dst[4*far*groupRows:]
	}
	if n == 0 {
		return
	}
	ws, scales := w.block(g, 0)
	q8One(&dst[0], &x.q[t*x.cols], &x.scales[t*blocks], &x.bias[t*blocks], &ws[0], &scales[0], blocks, n)
}

// matmulQ8Group computes all tokens by one group, whose weights stay in the
// nearest cache; dst begins with the group's first row of token 0.
func matmulQ8Group(dst []float32, x *Activations, w *MatrixQ8, g int) {
	blocks := x.cols / quant.BlockSize
	ws, scales := w.block(g, 0)
	t := 0
	if tiles := x.rows / 4; tiles > 0 {
		q8Four(&dst[0], 4*w.rows, &x.q[0], &x.scales[0], &x.bias[0], &ws[0], &scales[0], blocks, tiles)
		t = 4 * tiles
	}
	for ; t < x.rows; t++ {
		matmulQ8One(dst[t*w.rows:], x, t, w, g, 1)
	}
}

// q8Streams multiplies one token by 4*n groups, four at a time, each from another
// quarter: that takes the activations out of the cache once for all four, and
// four runs through memory keep more reads under way than one.
//
//go:noescape
func q8Streams(dst *float32, x *int16, xs *float32, bias *int32, w *int16, ws *float32, blocks, n int)

// q8One multiplies one token, blocks*32 activations, by n groups of 8 rows.
//
//go:noescape
func q8One(dst *float32, x *int16, xs *float32, bias *int32, w *int16, ws *float32, blocks, n int)

// q8Four multiplies n times four tokens by one group; the results of consecutive
// tokens are stride bytes apart.
//
//go:noescape
func q8Four(dst *float32, stride int, x *int16, xs *float32, bias *int32, w *int16, ws *float32, blocks, n int)

// packQ8 is packQ8Generic.
//
//go:noescape
func packQ8(words *[groupBlock]int16, r int, upper, lower *[quant.BlockSize]byte)

// matmulF32 is built as matmulQ8.
func matmulF32(dst, x []float32, w *MatrixF32, from, to int) {
	tokens := len(x) / w.cols
	for from < to {
		g := from / groupRows
		ws := &w.w[w.at(g)*groupRows*w.cols]
		switch next := (g + 1) * groupRows; {
		case from%groupRows != 0 || to < next:
			next = min(next, to)
			for t := range tokens {
				var sums [groupRows]float32
				f32One(&sums[0], &x[t*w.cols], ws, w.cols)
				storeGroup(dst[t*w.rows:][:w.rows], &sums, g, from, next)
			}
			from = next
		case tokens == 1:
			if n := (to/groupRows - g) / 4; n > 0 {
				f32Streams(&dst[from], &x[0], ws, w.cols, n)
				from += 4 * n * groupRows
			} else {
				f32One(&dst[from], &x[0], ws, w.cols)
				from = next
			}
		default:
			t := tokens &^ 3
			if t > 0 {
				f32Four(&dst[from], 4*w.rows, &x[0], ws, w.cols, t/4)
			}
			for ; t < tokens; t++ {
				f32One(&dst[t*w.rows+from], &x[t*w.cols], ws, w.cols)
			}
			from = next
		}
	}
}

// f32Streams multiplies one token, [cols], by 4*n groups, as q8Streams does.
//
//go:noescape
func f32Streams(dst, x, w *float32, cols, n int)

// f32One multiplies one token by one group of 8 rows.
//
//go:noescape
func f32One(dst, x, w *float32, cols int)

// f32Four multiplies n times four tokens by one group; the results of consecutive
// tokens are stride bytes apart.
//
//go:noescape
func f32Four(dst *float32, stride int, x, w *float32, cols, n int)

func scores(dst, q, k []float32) {
	if len(q) == 0 || len(q)%4 != 0 || len(dst) == 0 {
		scoresGeneric(dst, q, k)
		return
	}
	scoresRows(&dst[0], &q[0], &k[0], len(q), len(dst))
}

// scoresRows multiplies q, [d] with d a multiple of 4, by n rows of k.
//
//go:noescape
func scoresRows(dst, q, k *float32, d, n int)

func mix(dst, weights, v []float32) {
	d := 0
	if len(weights) > 0 {
		for ; d+32 <= len(dst); d += 32 {
			mix32(&dst[d], &weights[0], &v[d], 4*len(dst), len(weights))
		}
		for ; d+4 <= len(dst); d += 4 {
			mix4(&dst[d], &weights[0], &v[d], 4*len(dst), len(weights))
		}
	}
	mixFrom(dst, weights, v, d)
}

// mix32 mixes 32 columns of n rows, which are stride bytes apart.
//
//go:noescape
func mix32(dst, weights, v *float32, stride, n int)

// mix4 is mix32 of 4 columns.
//
//go:noescape
func mix4(dst, weights, v *float32, stride, n int)

func quantize16(q []int16, scales []float32, bias []int32, x []float32) {
	if len(scales) > 0 {
		quantizeBlocks(&q[0], &scales[0], &bias[0], &x[0], len(scales))
	}
}

// quantizeBlocks quantizes n blocks.
//
//go:noescape
func quantizeBlocks(q *int16, scales *float32, bias *int32, x *float32, n int)

// whole returns the part of n that the functions below take: a multiple of 8.
func whole(n int) int { return n &^ 7 }

func sum(x []float32) float32 {
	var lanes [8]float32
	n := whole(len(x))
	if n > 0 {
		sum8s(&lanes, &x[0], n)
	}
	return sumFrom(lanes, x[n:])
}

func sumSquares(x []float32, mean float32) float32 {
	var lanes [8]float32
	n := whole(len(x))
	if n > 0 {
		sumSquares8s(&lanes, &x[0], mean, n)
	}
	return sumSquaresFrom(lanes, x[n:], mean)
}

func normalize(dst, x, scale, shift []float32, mean, inverse float32) {
	n := 0
	if shift != nil {
		if n = whole(len(x)); n > 0 {
			normalize8s(&dst[0], &x[0], &scale[0], &shift[0], mean, inverse, n)
		}
		shift = shift[n:]
	}
	normalizeGeneric(dst[n:], x[n:], scale[n:], shift, mean, inverse)
}

func maximum(x []float32) float32 {
	top := math32.Inf(-1)
	n := whole(len(x))
	if n > 0 {
		var lanes [8]float32
		maximum8s(&lanes, &x[0], n)
		top = maximumFrom(top, lanes[:])
	}
	return maximumFrom(top, x[n:])
}

func expSum(x []float32, shift float32) float32 {
	var lanes [8]float32
	n := whole(len(x))
	if n > 0 {
		expSum8s(&lanes, &x[0], shift, n, &constants)
	}
	return expSumFrom(lanes, x[n:], shift)
}

func divide(x []float32, by float32) {
	n := whole(len(x))
	if n > 0 {
		divide8s(&x[0], by, n)
	}
	divideGeneric(x[n:], by)
}

func geluNew(dst, x []float32) {
	n := whole(len(x))
	if n > 0 {
		geluNew8s(&dst[0], &x[0], n, &constants)
	}
	geluNewGeneric(dst[n:], x[n:])
}

func gelu(dst, x []float32) {
	n := whole(len(x))
	if n > 0 {
		gelu8s(&dst[0], &x[0], n, &constants)
	}
	geluGeneric(dst[n:], x[n:])
}

func relu(dst, x []float32) {
	n := whole(len(x))
	if n > 0 {
		relu8s(&dst[0], &x[0], n)
	}
	reluGeneric(dst[n:], x[n:])
}

func add(dst, x []float32) {
	n := whole(len(x))
	if n > 0 {
		add8s(&dst[0], &x[0], n)
	}
	addGeneric(dst[n:], x[n:])
}

func scale(x []float32, s float32) {
	n := whole(len(x))
	if n > 0 {
		scale8s(&x[0], s, n)
	}
	scaleGeneric(x[n:], s)
}

// The functions named 8s take n values, a multiple of 8 and at least 8; lanes
// receive the sums (the largest values) of every eighth.

//go:noescape
func sum8s(lanes *[8]float32, x *float32, n int)

//go:noescape
func sumSquares8s(lanes *[8]float32, x *float32, mean float32, n int)

//go:noescape
func normalize8s(dst, x, scale, shift *float32, mean, inverse float32, n int)

//go:noescape
func maximum8s(lanes *[8]float32, x *float32, n int)

//go:noescape
func expSum8s(lanes *[8]float32, x *float32, shift float32, n int, c *vectors)

//go:noescape
func divide8s(x *float32, by float32, n int)

//go:noescape
func geluNew8s(dst, x *float32, n int, c *vectors)

//go:noescape
func gelu8s(dst, x *float32, n int, c *vectors)

//go:noescape
func relu8s(dst, x *float32, n int)

//go:noescape
func add8s(dst, x *float32, n int)

//go:noescape
func scale8s(x *float32, s float32, n int)

// constants are those of exp32, erfc32 and the GELUs, in the order in which
// vector_wasm.s names them.
var constants = inAllLanes(
	expMin, expMax, log2e, roundMagic, ln2Hi, ln2Lo, expC5, expC4, expC3, expC2, expC1, expC0,
	1, 0.5, cubic, minusTwiceSqrt2Pi, halfSqrt2,
	erfcC9, erfcC8, erfcC7, erfcC6, erfcC5, erfcC4, erfcC3, erfcC2, erfcC1, erfcC0,
)

type vectors [27][4]float32

func inAllLanes(values ...float32) (v vectors) {
	for i, f := range values {
		v[i] = [4]float32{f, f, f, f}
	}
	return v
}

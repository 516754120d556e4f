//go:build goexperiment.simd

package kernel

import (
	"iter"
	"math"
	"slices"
	"unsafe"

	"github.com/chewxy/math32"

	"vitrine/core/quant"
)

const name = "wasm simd128"

// The functions in assembly work on whole vectors; what is left over goes to the
// reference, which goes on with the same lanes.

// The functions that a team shares, in the order of their names in functions.
const (
	fnQ8Streams = iota
	fnQ8Four
	fnF32One
	fnF32Streams
	fnF32Four
	fnRowsTo16
	fnPairsTo16
	fnScoresRows
	fnScaleRows8s
	fnSoftmaxRows8s
	fnWeightsRows
	fnMixRows
	fnGELUNew8s
	fnLayerNormRows
	fnAdd8s
)

var functions = [...]string{
	"q8Streams", "q8Four", "f32One", "f32Streams", "f32Four",
	"rowsTo16", "pairsTo16", "scoresRows", "scaleRows8s", "softmaxRows8s", "weightsRows", "mixRows", "geluNew8s", "layerNormRows", "add8s",
}

// grains has the grain of each function.
var grains = [...]int{
	fnQ8Streams: 1, fnQ8Four: 1, fnF32One: byGroup, fnF32Streams: 1, fnF32Four: byGroup,
	fnRowsTo16: 1, fnPairsTo16: 1, fnScoresRows: 1, fnScaleRows8s: 1, fnSoftmaxRows8s: 1, fnWeightsRows: 1, fnMixRows: 1, fnGELUNew8s: 1, fnLayerNormRows: 1, fnAdd8s: 1,
}

// arg is the address of the first value of s, as an argument of a frame.
func arg[T any](s []T) uint64 { return uint64(uintptr(unsafe.Pointer(&s[0]))) }

// constantsArg is the address of the constants as an argument of a frame.
func constantsArg() uint64 { return uint64(uintptr(unsafe.Pointer(&constants))) }

// floatArg is a float32 as an argument of a frame.
func floatArg(f float32) uint64 { return uint64(math.Float32bits(f)) }

// matmulQ8 runs whole groups of rows straight into dst, and a last one that is not
// whole through a buffer.
func matmulQ8(team *Team, dst []float32, x *Activations, w *MatrixQ8, bias []float32) {
	groups := w.rows / GroupRows
	added := 0 // rows to which q8Four has added the bias
	if x.rows >= tileTokens {
		tilesQ8(team, dst, x, w, bias, groups)
		added = groups * GroupRows
	} else {
		for t := range x.rows {
			streamsQ8(team, dst[t*w.rows:], x, t, w, groups)
		}
	}
	if left := w.rows % GroupRows; left > 0 {
		for t := range x.rows {
			var sums [GroupRows]float32
			oneQ8(sums[:], x, t, w, groups, 1)
			copy(dst[t*w.rows+groups*GroupRows:], sums[:left])
		}
	}
	if bias != nil && added < w.rows {
		for t := range x.rows {
			add(nil, dst[t*w.rows+added:][:w.rows-added], bias[added:])
		}
	}
}

// streamsQ8 computes token t by the first groups of w.
func streamsQ8(team *Team, dst []float32, x *Activations, t int, w *MatrixQ8, groups int) {
	q, xs, bias := x.q[t*x.cols:], x.scales[t:], x.biases(t)
	blocks := x.cols / quant.BlockSize
	fours := groups / 4
	switch {
	case fours == 0:
	case team == nil:
		ws, scales := w.block(0, 0)
		q8Streams(&dst[0], &q[0], &xs[0], &bias[0], &ws[0], &scales[0], blocks, fours)
	default:
		for from, to := range team.pieces(fours, 1, 1) {
			ws, scales := w.block(4*from, 0)
			team.add(fnQ8Streams, arg(dst[4*from*GroupRows:]), arg(q), arg(xs), arg(bias), arg(ws), arg(scales), uint64(blocks), uint64(to-from))
		}
		team.flush()
	}
	if left := groups - 4*fours; left > 0 {
		oneQ8(dst[4*fours*GroupRows:], x, t, w, 4*fours, left)
	}
}

// oneQ8 computes token t by n groups from g on, into n*8 floats.
func oneQ8(dst []float32, x *Activations, t int, w *MatrixQ8, g, n int) {
	ws, scales := w.block(g, 0)
	q8One(&dst[0], &x.q[t*x.cols], &x.scales[t], &x.biases(t)[0], &ws[0], &scales[0], x.cols/quant.BlockSize, n)
}

// tileTokens is how many tokens q8Four takes at a time.
const tileTokens = 4

// tilesQ8 computes all tokens, at least four, by the first groups of w. If the last
// ones are fewer than four, some before them are computed again.
func tilesQ8(team *Team, dst []float32, x *Activations, w *MatrixQ8, bias []float32, groups int) {
	if groups == 0 {
		return
	}
	tilesFrom(team, dst, x, 0, x.rows/tileTokens, w, bias, groups)
	if x.rows%tileTokens != 0 {
		tilesFrom(team, dst, x, x.rows-tileTokens, 1, w, bias, groups)
	}
}

// tilesFrom computes n tiles, from token t on, by the first groups of w.
func tilesFrom(team *Team, dst []float32, x *Activations, t, n int, w *MatrixQ8, bias []float32, groups int) {
	q, xs := x.q[t*x.cols:], x.scales[t:]
	blocks, stride := x.cols/quant.BlockSize, 4*w.rows
	dst = dst[t*w.rows:]
	if team == nil {
		ws, scales := w.block(0, 0)
		q8Four(&dst[0], stride, &q[0], &xs[0], &ws[0], &scales[0], blocks, n, groups, &x.wideFor(1)[0], unsafe.SliceData(bias))
		return
	}
	lines := (groups + lineGroups - 1) / lineGroups
	pieces, calls := team.pieces(lines, 1, 6), 0
	for range pieces {
		calls++
	}
	wide := x.wideFor(calls)
	for from, to := range pieces {
		from, to := lineGroups*from, min(lineGroups*to, groups)
		ws, scales := w.block(from, 0)
		var b uint64 // nil
		if bias != nil {
			b = arg(bias[from*GroupRows:])
		}
		team.add(fnQ8Four, arg(dst[from*GroupRows:]), uint64(stride), arg(q), arg(xs), arg(ws), arg(scales), uint64(blocks), uint64(n), uint64(to-from), arg(wide), b)
		wide = wide[wideSize(x.cols):]
	}
	team.flush()
}

// lineGroups is how many groups have results on one cache line: two threads at work on
// one hold each other up.
const lineGroups = 64 / (4 * GroupRows)

// biases returns, for each block of token t, what takes the place of a sum that begins
// with 0 where words are multiplied whole: -128 times the sum of the block.
func (a *Activations) biases(t int) []int32 {
	if len(a.bias) == 0 {
		blocks := len(a.q) / quant.BlockSize
		a.bias = slices.Grow(a.bias, blocks)[:blocks]
		blockBiases(&a.bias[0], &a.q[0], blocks)
	}
	return a.bias[t*a.cols/quant.BlockSize:]
}

// blockBiases computes the biases of n blocks.
//
//go:noescape
func blockBiases(bias *int32, q *int16, n int)

// wideSize is the length of what q8Four calls wide.
func wideSize(cols int) int {
	const perBlock = GroupRows * (quant.BlockSize + 2) // weights, and scales of four bytes
	return 2*tileTokens*GroupRows + perBlock*cols/quant.BlockSize
}

// wideFor returns scratch for so many calls of q8Four at the same time.
func (a *Activations) wideFor(calls int) []int16 {
	n := calls * wideSize(a.cols)
	a.wide = slices.Grow(a.wide[:0], n)[:n]
	return a.wide
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

// q8Four multiplies n times four tokens by the groups, one after the other. It widens a
// group's weights to 16 bits, which pays where many tokens read them, in wide, scratch
// of wideSize that stays in the nearest cache, their scales beside them. The results of consecutive tokens are
// stride bytes apart; bias, which is added to them, may be nil.
//
//go:noescape
func q8Four(dst *float32, stride int, x *int16, xs *float32, w *int16, ws *float32, blocks, n, groups int, wide *int16, bias *float32)

func packQ8(words []int16, scales []float32, blocks []byte) (finite bool) {
	rowBytes := len(blocks) / GroupRows
	return rowBytes == 0 || packGroup(&words[0], &scales[0], &blocks[0], rowBytes, rowBytes/quant.BlockBytes) == 0
}

// packGroup packs the n blocks of each of eight rows. The result is not zero if a
// scale is not finite.
//
//go:noescape
func packGroup(words *int16, scales *float32, blocks *byte, rowBytes, n int) (notFinite int)

// matmulF32 is built as matmulQ8.
func matmulF32(team *Team, dst, x []float32, w *MatrixF32) {
	tokens, groups := len(x)/w.cols, w.rows/GroupRows
	tiles, fours := tokens/4, groups/4
	if tokens > 1 {
		fours = 0 // streams are for one token
	}
	switch {
	case fours == 0:
	case team == nil:
		f32Streams(&dst[0], &x[0], &w.w[0], w.cols, fours)
	default:
		for from, to := range team.pieces(fours, 1, 1) {
			team.add(fnF32Streams, arg(dst[4*from*GroupRows:]), arg(x), arg(w.w[4*from*GroupRows*w.cols:]), uint64(w.cols), uint64(to-from))
		}
		team.flush()
	}
	if tiles > 0 {
		for g := range groups {
			ws := w.w[g*GroupRows*w.cols:]
			if team == nil {
				f32Four(&dst[g*GroupRows], 4*w.rows, &x[0], &ws[0], w.cols, tiles)
			} else {
				team.add(fnF32Four, arg(dst[g*GroupRows:]), uint64(4*w.rows), arg(x), arg(ws), uint64(w.cols), uint64(tiles))
			}
		}
	}
	for t := 4 * tiles; t < tokens; t++ {
		for g := 4 * fours; g < groups; g++ {
			ws := w.w[g*GroupRows*w.cols:]
			if team == nil {
				f32One(&dst[t*w.rows+g*GroupRows], &x[t*w.cols], &ws[0], w.cols)
			} else {
				team.add(fnF32One, arg(dst[t*w.rows+g*GroupRows:]), arg(x[t*w.cols:]), arg(ws), uint64(w.cols))
			}
		}
	}
	team.flush()
	if left := w.rows % GroupRows; left > 0 {
		for t := range tokens {
			var sums [GroupRows]float32
			f32One(&sums[0], &x[t*w.cols], &w.w[groups*GroupRows*w.cols], w.cols)
			copy(dst[t*w.rows+groups*GroupRows:], sums[:left])
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

func quantizeRows(team *Team, q []int16, scales, x []float32, s store) {
	if s.d%8 != 0 {
		quantizeRowsGeneric(q, scales, x, s)
		return
	}
	for h := range s.heads {
		at := h*s.capacity + s.first
		q, scales, x := q[at*s.d:], scales[at:], x[h*s.d:]
		if team == nil {
			rowsTo16(&q[0], &scales[0], &x[0], s.d, s.n, 4*s.xStride)
			continue
		}
		for from, to := range team.rows(s.n, s.d) {
			team.add(fnRowsTo16, arg(q[from*s.d:]), arg(scales[from:]), arg(x[from*s.xStride:]), uint64(s.d), uint64(to-from), uint64(4*s.xStride))
		}
	}
	team.flush()
}

// rowsTo16 quantizes n rows of d values, a multiple of 8, that are xStride bytes apart.
//
//go:noescape
func rowsTo16(q *int16, scales, x *float32, d, n, xStride int)

func quantizePairs(team *Team, q []int16, scales, x []float32, s store) {
	if s.d%8 != 0 {
		quantizePairsGeneric(q, scales, x, s)
		return
	}
	for h := range s.heads {
		q, scales, x := q[h*s.capacity*s.d:], scales[h*s.capacity+s.first:], x[h*s.d:]
		if team == nil {
			pairsTo16(&q[0], &scales[0], &x[0], s.d, s.n, 4*s.xStride, s.first)
		} else {
			team.add(fnPairsTo16, arg(q), arg(scales), arg(x), uint64(s.d), uint64(s.n), uint64(4*s.xStride), uint64(s.first))
		}
	}
	team.flush()
}

// pairsTo16 is rowsTo16 into the rows from first on of pairs of rows.
//
//go:noescape
func pairsTo16(q *int16, scales, x *float32, d, n, xStride, first int)

// parts cuts the rows of attention into parts of one head, for a team of at most 16 rows:
// from the given row on, of all heads, those.
func (c Causal) parts(team *Team) iter.Seq2[int, Causal] {
	size := c.N
	if team != nil {
		size = 16
	}
	return func(yield func(from int, part Causal) bool) {
		for first := 0; first < c.rows(); first += c.N {
			for t := 0; t < c.N; t += size {
				if !yield(first+t, Causal{Heads: 1, Stride: c.Stride, Seen: c.Seen + t, N: min(size, c.N-t)}) {
					return
				}
			}
		}
	}
}

func scores(team *Team, dst []float32, rows Causal, q []int16, qScales []float32, k []int16, scales []float32) {
	d, capacity := len(q)/rows.rows(), len(scales)/rows.Heads
	if d == 0 || d%8 != 0 {
		scoresGeneric(dst, rows, q, qScales, k, scales)
		return
	}
	for i, part := range rows.parts(team) {
		first := i / rows.N * capacity
		dst, q, qScales, k, scales := dst[i*rows.Stride:], q[i*d:], qScales[i:], k[first*d:], scales[first:]
		if team == nil {
			scoresRows(&dst[0], &q[0], &qScales[0], &k[0], &scales[0], d, part.Seen, part.N, 4*part.Stride)
		} else {
			team.add(fnScoresRows, arg(dst), arg(q), arg(qScales), arg(k), arg(scales), uint64(d), uint64(part.Seen), uint64(part.N), uint64(4*part.Stride))
		}
	}
	team.flush()
}

// scoresRows multiplies n rows of q, [n, d] with d a multiple of 8, by rows of k: the
// first by seen, each by one more than that before. Rows of dst are stride bytes apart.
//
//go:noescape
func scoresRows(dst *float32, q *int16, qScales *float32, k *int16, scales *float32, d, seen, n, stride int)

func scaleRows(team *Team, x []float32, rows Causal, factor float32) {
	for i, part := range rows.parts(team) {
		x := x[i*rows.Stride:]
		if team == nil {
			scaleRows8s(&x[0], factor, part.Seen, part.N, 4*part.Stride)
		} else {
			team.add(fnScaleRows8s, arg(x), floatArg(factor), uint64(part.Seen), uint64(part.N), uint64(4*part.Stride))
		}
	}
	team.flush()
}

// scaleRows8s multiplies rows of seen values, and one more in each row, up to whole
// vectors.
//
//go:noescape
func scaleRows8s(x *float32, factor float32, seen, n, stride int)

func softmaxRows(team *Team, x []float32, rows Causal) {
	for i, part := range rows.parts(team) {
		x := x[i*rows.Stride:]
		if team == nil {
			softmaxRows8s(&x[0], part.Seen, part.N, 4*part.Stride, &constants)
		} else {
			team.add(fnSoftmaxRows8s, arg(x), uint64(part.Seen), uint64(part.N), uint64(4*part.Stride), constantsArg())
		}
	}
	team.flush()
}

// softmaxRows8s does rows of seen values, and one more in each row; it sets what lies
// behind them, up to a whole vector, to 0.
//
//go:noescape
func softmaxRows8s(x *float32, seen, n, stride int, c *vectors)

func quantizeWeights(team *Team, q []int16, qScales, weights []float32, rows Causal, scales []float32) {
	capacity := len(scales) / rows.Heads
	if capacity < (rows.Positions()+7)&^7 { // weightsRows reads whole vectors
		quantizeWeightsGeneric(q, qScales, weights, rows, scales)
		return
	}
	for i, part := range rows.parts(team) {
		q, qScales, weights, scales := q[i*rows.Stride:], qScales[i:], weights[i*rows.Stride:], scales[i/rows.N*capacity:]
		if team == nil {
			weightsRows(&q[0], &qScales[0], &weights[0], &scales[0], part.Seen, part.N, part.Stride)
		} else {
			team.add(fnWeightsRows, arg(q), arg(qScales), arg(weights), arg(scales), uint64(part.Seen), uint64(part.N), uint64(part.Stride))
		}
	}
	team.flush()
}

// weightsRows quantizes rows of seen products, and one more in each row, up to whole
// vectors, for which weights and scales have room; the rows are stride values apart.
//
//go:noescape
func weightsRows(q *int16, qScales, weights, scales *float32, seen, n, stride int)

func mix(team *Team, dst []float32, weights []int16, wScales []float32, rows Causal, v []int16) {
	d, ofHead := len(dst)/rows.rows(), len(v)/rows.Heads
	stride, whole := rows.Heads*d, d&^31
	for i, part := range rows.parts(team) {
		h, t := i/rows.N, i%rows.N
		dst, weights, wScales, v := dst[t*stride+h*d:], weights[i*rows.Stride:], wScales[i:], v[h*ofHead:]
		for from := 0; from < whole; from += 32 {
			dst, v := dst[from:], v[2*from:]
			if team == nil {
				mixRows(&dst[0], &weights[0], &wScales[0], &v[0], 4*d, part.Seen, part.N, 4*stride, 2*part.Stride)
			} else {
				team.add(fnMixRows, arg(dst), arg(weights), arg(wScales), arg(v), uint64(4*d), uint64(part.Seen), uint64(part.N), uint64(4*stride), uint64(2*part.Stride))
			}
		}
	}
	team.flush()
	if whole < d {
		mixGeneric(dst, whole, weights, wScales, rows, v)
	}
}

// mixRows mixes 32 columns of pairs of values that are pairBytes apart: for the first row
// those of seen positions, for each row one more than for that before. Rows of dst are
// dstStride bytes apart, those of weights stride.
//
//go:noescape
func mixRows(dst *float32, weights *int16, wScales *float32, v *int16, pairBytes, seen, n, dstStride, stride int)

// whole returns the part of n that the functions below take: a multiple of 8.
func whole(n int) int { return n &^ 7 }

func layerNorm(team *Team, dst, mean, variance, x, scale, shift []float32, eps float32) {
	c := len(scale)
	switch {
	case c%8 != 0:
		layerNormGeneric(dst, mean, variance, x, scale, shift, eps)
	case team == nil:
		layerNormRows(&dst[0], &mean[0], &variance[0], &x[0], &scale[0], unsafe.SliceData(shift), eps, c, len(mean))
	default:
		var s uint64 // nil
		if shift != nil {
			s = arg(shift)
		}
		for from, to := range team.rows(len(mean), c) {
			team.add(fnLayerNormRows, arg(dst[from*c:]), arg(mean[from:]), arg(variance[from:]), arg(x[from*c:]), arg(scale), s, floatArg(eps), uint64(c), uint64(to-from))
		}
		team.flush()
	}
}

// layerNormRows normalizes n rows of c values, a multiple of 8; shift may be nil.
//
//go:noescape
func layerNormRows(dst, mean, variance, x, scale, shift *float32, eps float32, c, n int)

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

func finiteAll(x []float32) bool {
	var lanes [4]uint32
	n := whole(len(x))
	if n > 0 {
		magnitude8s(&lanes, &x[0], n)
	}
	return max(lanes[0], lanes[1], lanes[2], lanes[3]) < infBits && finiteAllGeneric(x[n:])
}

func positive(x []float32) int {
	var lanes [4]int32
	n := whole(len(x))
	if n > 0 {
		positive8s(&lanes, &x[0], n)
	}
	return int(lanes[0]+lanes[1]+lanes[2]+lanes[3]) + positiveGeneric(x[n:])
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

func geluNew(team *Team, dst, x []float32) {
	n := whole(len(x))
	switch {
	case n == 0:
	case team == nil:
		geluNew8s(&dst[0], &x[0], n, &constants)
	default:
		for from, to := range team.rows(n/8, 8) {
			team.add(fnGELUNew8s, arg(dst[8*from:]), arg(x[8*from:]), uint64(8*(to-from)), constantsArg())
		}
		team.flush()
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

func add(team *Team, dst, x []float32) {
	n := whole(len(x))
	switch {
	case n == 0:
	case team == nil:
		add8s(&dst[0], &x[0], n)
	default:
		for from, to := range team.rows(n/8, 8) {
			team.add(fnAdd8s, arg(dst[8*from:]), arg(x[8*from:]), uint64(8*(to-from)))
		}
		team.flush()
	}
	addGeneric(dst[n:], x[n:])
}

// The functions named 8s take n values, a multiple of 8 and at least 8; lanes
// receive the sums (the largest values) of every eighth, or numbers to be added up.

//go:noescape
func maximum8s(lanes *[8]float32, x *float32, n int)

//go:noescape
func magnitude8s(lanes *[4]uint32, x *float32, n int)

//go:noescape
func positive8s(lanes *[4]int32, x *float32, n int)

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

// constants are those of exp32, power32, erfc32 and the GELUs, in the order in which
// vector_wasm.s names them.
var constants = inAllLanes(
	expMin, expMax, log2e, roundMagic, ln2Hi, ln2Lo, expC5, expC4, expC3, expC2, expC1, expC0,
	1, 0.5, halfSqrt2, geluLinear, geluCubic,
	powerMin, powerMax, powerC5, powerC4, powerC3, powerC2, powerC1,
	erfcC9, erfcC8, erfcC7, erfcC6, erfcC5, erfcC4, erfcC3, erfcC2, erfcC1, erfcC0,
)

type vectors [34][4]float32

func inAllLanes(values ...float32) (v vectors) {
	for i, f := range values {
		v[i] = [4]float32{f, f, f, f}
	}
	return v
}

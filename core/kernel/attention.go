package kernel

import (
	"fmt"
	"math"

	"github.com/chewxy/math32"
)

// Attention is computed from 16 bits: vectors of D int16 with one float32 scale each.
// Half the memory is read at every step, two products and their sum are one
// instruction, and an error of half a step, 1/65534 of the vector's largest magnitude,
// is smaller than what 8-bit weights bring in.

// maxQ16 is the largest magnitude of what is quantized to 16 bits.
const maxQ16 = 32767

// tinyBits are the bits of 2^-100: values that nowhere reach it count as zeros, since
// the inverse of their scale could overflow.
const tinyBits = (127 - 100) << 23

// infBits are the bits of +Inf; larger ones, without the sign, are a NaN.
const infBits = 0x7F800000

// QuantizeRows stores rows of x, [D] each, in 16 bits: row i, which begins at
// x[i*xStride], at q[i*D:] and scales[i]; the rows are as many as scales.
// scale = max|x| / 32767 and q = x * (32767 / max|x|), rounded half to even, over the
// row. A row below 2^-100 becomes zeros; one with a NaN or an infinity gets the scale
// NaN. With a team, the work is only queued: see Team.Flush.
func QuantizeRows(team *Team, q []int16, scales, x []float32, d, xStride int) {
	n := len(scales)
	checkLen("QuantizeRows", "q", len(q), n*d)
	checkStrided("QuantizeRows", len(x), n, d, xStride)
	if n > 0 {
		quantizeRows(team, q, scales, x, d, xStride)
	}
}

// QuantizePairs is QuantizeRows for rows that Mix reads, two at a time: q is
// [P/2, D, 2], so that element j of row p is q[(p/2*D+j)*2+p%2], and row i of x is row
// first+i of q. The other rows stay as they are.
func QuantizePairs(team *Team, q []int16, scales, x []float32, d, xStride, first int) {
	n := len(scales)
	if pairs := (first + n + 1) / 2; first < 0 || len(q) < 2*d*pairs {
		panic(fmt.Sprintf("kernel: QuantizePairs: q has length %d, want at least %d for rows %d to %d", len(q), 2*d*pairs, first, first+n))
	}
	checkStrided("QuantizePairs", len(x), n, d, xStride)
	if n > 0 {
		quantizePairs(team, q, scales, x, d, xStride, first)
	}
}

// checkStrided panics unless n rows of d values, stride apart, lie within length.
func checkStrided(kernel string, length, n, d, stride int) {
	if d < 1 || stride < d || n > 0 && length < (n-1)*stride+d {
		panic(fmt.Sprintf("kernel: %s: %d values hold no %d rows of %d, %d apart", kernel, length, n, d, stride))
	}
}

// quantizeRowsGeneric is the reference of quantizeRows.
func quantizeRowsGeneric(q []int16, scales, x []float32, d, xStride int) {
	for i := range scales {
		row, q := x[i*xStride:][:d], q[i*d:][:d]
		scale, inverse := scale16(row)
		scales[i] = scale
		for j, v := range row {
			q[j] = to16(v, inverse)
		}
	}
}

// quantizePairsGeneric is the reference of quantizePairs.
func quantizePairsGeneric(q []int16, scales, x []float32, d, xStride, first int) {
	for i := range scales {
		p := first + i
		row, q := x[i*xStride:][:d], q[p/2*d*2:][:2*d]
		scale, inverse := scale16(row)
		scales[i] = scale
		for j, v := range row {
			q[2*j+p%2] = to16(v, inverse)
		}
	}
}

// to16 returns a value in 16 bits; inverse is that of its scale.
func to16(v, inverse float32) int16 {
	if inverse == 0 {
		return 0
	}
	return int16(rounded(v * inverse))
}

// rounded returns v, of magnitude below 2^22, rounded half to even.
func rounded(v float32) int32 { return int32(math.Float32bits(float32(v)+roundMagic)) - roundMagicBits }

// scale16 returns the scale of values that become 16 bits, and its inverse, or 0
// where the values count as zeros.
func scale16(x []float32) (scale, inverse float32) {
	var top uint32
	for _, v := range x {
		top = max(top, magnitude(v))
	}
	return scaleOfTop(top)
}

// magnitude returns the bits of v without the sign: ordered as the magnitudes are.
func magnitude(v float32) uint32 { return math.Float32bits(v) &^ (1 << 31) }

// scaleOfTop is scale16 of values whose largest magnitude is known.
func scaleOfTop(top uint32) (scale, inverse float32) {
	switch {
	case top >= infBits:
		return math32.NaN(), 0
	case top < tinyBits:
		return 0, 0
	}
	largest := math.Float32frombits(top)
	return largest / maxQ16, maxQ16 / largest
}

// Causal says how rows of attention lie in memory: N rows, each Stride values behind the
// one before. Row t has one value for each of the first Seen+t positions; what lies
// behind those is not defined. Stride is a multiple of 8.
type Causal struct {
	Stride, Seen, N int
}

// Positions returns how many positions the last row has.
func (c Causal) Positions() int { return c.Seen + c.N - 1 }

// check panics unless the rows are as described and fit length.
func (c Causal) check(kernel string, length int) {
	if c.N < 1 || c.Seen < 1 || c.Stride%8 != 0 || c.Stride < c.Positions() {
		panic(fmt.Sprintf("kernel: %s: rows are %+v", kernel, c))
	}
	checkLen(kernel, "rows", length, c.N*c.Stride)
}

// row returns the values of row t of x.
func (c Causal) row(x []float32, t int) []float32 { return x[t*c.Stride:][:c.Seen+t] }

// Scores computes dst[t, p] = sum over d of q[t, d] * k[p, d], times qScales[t] *
// scales[p]: the raw products of queries, [N, D], with the keys of one head, k [P, D]
// with P = rows.Positions(). The products of two consecutive elements are added as
// integers; the sum has four lanes, pair i in lane i%4. With a team, the work is only
// queued.
func Scores(team *Team, dst []float32, rows Causal, q []int16, qScales []float32, k []int16, scales []float32) {
	rows.check("Scores", len(dst))
	d := len(q) / rows.N
	checkLen("Scores", "qScales", len(qScales), rows.N)
	checkLen("Scores", "scales", len(scales), rows.Positions())
	checkLen("Scores", "q", len(q), rows.N*d)
	checkLen("Scores", "k", len(k), len(scales)*d)
	scores(team, dst, rows, q, qScales, k, scales)
}

// scoresGeneric is the reference of scores.
func scoresGeneric(dst []float32, rows Causal, q []int16, qScales []float32, k []int16, scales []float32) {
	d := len(q) / rows.N
	for t := range rows.N {
		for p := range rows.row(dst, t) {
			dst[t*rows.Stride+p] = dot16(q[t*d:][:d], k[p*d:][:d]) * float32(qScales[t]*scales[p])
		}
	}
}

// dot16 returns the product of two vectors of 16 bits.
func dot16(a, b []int16) float32 {
	var s [4]float32
	for i := 0; i < len(a); i += 2 {
		dot := int32(a[i]) * int32(b[i])
		if i+1 < len(a) {
			dot += int32(a[i+1]) * int32(b[i+1]) // 2 * 32767^2 fits
		}
		s[i/2%4] += float32(dot)
	}
	return sum4(&s)
}

// ScaleRows multiplies the rows of x by a factor. With a team, the work is only queued.
func ScaleRows(team *Team, x []float32, rows Causal, factor float32) {
	rows.check("ScaleRows", len(x))
	scaleRows(team, x, rows, factor)
}

func scaleRowsGeneric(x []float32, rows Causal, factor float32) {
	for t := range rows.N {
		for i := range rows.row(x, t) {
			x[t*rows.Stride+i] *= factor
		}
	}
}

// SoftmaxRows is Softmax of each row of x. With a team, the work is only queued.
func SoftmaxRows(team *Team, x []float32, rows Causal) {
	rows.check("SoftmaxRows", len(x))
	softmaxRows(team, x, rows)
}

func softmaxRowsGeneric(x []float32, rows Causal) {
	for t := range rows.N {
		Softmax(rows.row(x, t))
	}
}

// QuantizeWeights stores the products of attention weights and the scales of the values
// that they weigh, [rows.Positions()], in 16 bits, as QuantizeRows does. A weight of 0
// makes a product 0, whatever the scale. Rows of q lie as those of weights do, and
// end with a 0 where their positions are odd. With a team, the work is only queued.
func QuantizeWeights(team *Team, q []int16, qScales []float32, weights []float32, rows Causal, scales []float32) {
	rows.check("QuantizeWeights", len(weights))
	checkLen("QuantizeWeights", "q", len(q), len(weights))
	checkLen("QuantizeWeights", "qScales", len(qScales), rows.N)
	if len(scales) < rows.Positions() {
		panic(fmt.Sprintf("kernel: QuantizeWeights: got %d scales, want %d", len(scales), rows.Positions()))
	}
	quantizeWeights(team, q, qScales, weights, rows, scales)
}

// quantizeWeightsGeneric is the reference of quantizeWeights.
func quantizeWeightsGeneric(q []int16, qScales []float32, weights []float32, rows Causal, scales []float32) {
	for t := range rows.N {
		var top uint32
		row, q := rows.row(weights, t), q[t*rows.Stride:]
		for i, w := range row {
			top = max(top, magnitude(weighed(w, scales[i])))
		}
		scale, inverse := scaleOfTop(top)
		qScales[t] = scale
		for i, w := range row {
			q[i] = to16(weighed(w, scales[i]), inverse)
		}
		if len(row)%2 != 0 {
			q[len(row)] = 0
		}
	}
}

func weighed(w, scale float32) float32 {
	if w == 0 {
		return 0
	}
	return float32(w * scale)
}

// Mix computes dst[t, d] = wScales[t] * (sum over p of weights[t, p] * v[p, d]), with
// weights and wScales of QuantizeWeights, over rows that QuantizePairs has stored, v
// [P/2, D, 2]: the values of one head, mixed by attention. The products of the rows
// 2i and 2i+1 are added as integers, i ascending. Rows of dst, [D] each, are dstStride
// values apart. With a team, the work is only queued.
func Mix(team *Team, dst []float32, d, dstStride int, weights []int16, wScales []float32, rows Causal, v []int16) {
	rows.check("Mix", len(weights))
	checkLen("Mix", "wScales", len(wScales), rows.N)
	checkLen("Mix", "v", len(v), (rows.Positions()+1)/2*2*d)
	checkStrided("Mix", len(dst), rows.N, d, dstStride)
	mix(team, dst, d, dstStride, weights, wScales, rows, v)
}

// mixGeneric is the reference of mix, for the elements from the given one on.
func mixGeneric(dst []float32, from, d, dstStride int, weights []int16, wScales []float32, rows Causal, v []int16) {
	for t := range rows.N {
		row := dst[t*dstStride:][:d]
		clear(row[from:])
		for i := 0; i < rows.Seen+t; i += 2 {
			w0, w1 := int32(weights[t*rows.Stride+i]), int32(weights[t*rows.Stride+i+1])
			pairs := v[i*d:][:2*d]
			for j := from; j < d; j++ {
				row[j] += float32(w0*int32(pairs[2*j]) + w1*int32(pairs[2*j+1]))
			}
		}
		for j := from; j < d; j++ {
			row[j] *= wScales[t]
		}
	}
}

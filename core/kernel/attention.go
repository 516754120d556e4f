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

// Scores computes dst[p] = sum over d of q[d] * k[p, d], times qScale * scales[p], for
// every row of k, [P, D]: the raw products of one query with the keys of one head. The
// products of two consecutive elements are added as integers; the sum has four
// lanes, pair i in lane i%4. With a team, the work is only queued.
func Scores(team *Team, dst []float32, q []int16, qScale float32, k []int16, scales []float32) {
	checkLen("Scores", "k", len(k), len(dst)*len(q))
	checkLen("Scores", "scales", len(scales), len(dst))
	if len(dst) > 0 && len(q) > 0 {
		scores(team, dst, q, qScale, k, scales)
	} else {
		clear(dst)
	}
}

// scoresGeneric is the reference of scores.
func scoresGeneric(dst []float32, q []int16, qScale float32, k []int16, scales []float32) {
	for p := range dst {
		var s [4]float32
		row := k[p*len(q):][:len(q)]
		for i := 0; i < len(q); i += 2 {
			dot := int32(q[i]) * int32(row[i])
			if i+1 < len(q) {
				dot += int32(q[i+1]) * int32(row[i+1]) // 2 * 32767^2 fits
			}
			s[i/2%4] += float32(dot)
		}
		dst[p] = sum4(&s) * float32(qScale*scales[p])
	}
}

// QuantizeWeights stores the products weights[p] * scales[p] in 16 bits, as
// QuantizeRows does, and returns their scale. weights are the attention weights of one
// row, scales those of the values they weigh. q is [P], and if P is odd one longer: its
// last element is then 0.
func QuantizeWeights(q []int16, weights, scales []float32) (scale float32) {
	checkLen("QuantizeWeights", "scales", len(scales), len(weights))
	checkLen("QuantizeWeights", "q", len(q), (len(weights)+1)&^1)
	n := len(weights)
	clear(q[n:])
	return quantizeWeights(q[:n], weights, scales)
}

// quantizeWeightsGeneric is the reference of quantizeWeights.
func quantizeWeightsGeneric(q []int16, weights, scales []float32) (scale float32) {
	scale, inverse := scaleOfTop(topProduct(0, weights, scales))
	productsTo16(q, weights, scales, inverse)
	return scale
}

// topProduct returns the largest of top and the magnitudes of the products.
func topProduct(top uint32, weights, scales []float32) uint32 {
	for i, w := range weights {
		top = max(top, magnitude(w*scales[i]))
	}
	return top
}

// productsTo16 stores the products.
func productsTo16(q []int16, weights, scales []float32, inverse float32) {
	for i, w := range weights {
		q[i] = to16(float32(w*scales[i]), inverse)
	}
}

// Mix computes dst[d] = scale * (sum over p of weights[p] * v[p, d]) over rows that
// QuantizePairs has stored, v [P/2, D, 2], with weights and scale of QuantizeWeights:
// the values of one head, mixed by attention. The products of the rows 2i and 2i+1 are
// added as integers, i ascending. With a team, the work is only queued.
func Mix(team *Team, dst []float32, weights []int16, scale float32, v []int16) {
	if len(weights)%2 != 0 {
		panic(fmt.Sprintf("kernel: Mix: got %d weights, want an even number", len(weights)))
	}
	checkLen("Mix", "v", len(v), len(weights)*len(dst))
	if len(dst) > 0 && len(weights) > 0 {
		mix(team, dst, weights, scale, v)
	} else {
		clear(dst)
	}
}

// mixGeneric is the reference of mix.
func mixGeneric(dst []float32, weights []int16, scale float32, v []int16) {
	mixFrom(dst, weights, scale, v, 0)
}

// mixFrom is Mix for the elements d >= from of dst.
func mixFrom(dst []float32, weights []int16, scale float32, v []int16, from int) {
	clear(dst[from:])
	for i := 0; i < len(weights); i += 2 {
		w0, w1 := int32(weights[i]), int32(weights[i+1])
		rows := v[i*len(dst):][:2*len(dst)]
		for d := from; d < len(dst); d++ {
			dst[d] += float32(w0*int32(rows[2*d]) + w1*int32(rows[2*d+1]))
		}
	}
	for d := from; d < len(dst); d++ {
		dst[d] *= scale
	}
}

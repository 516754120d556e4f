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

// QuantizeRows stores n rows of x in 16 bits: row i, which begins at x[i*xStride], has D
// values of each head, one head after the other. Those of head h become row first+i of
// head h of q, [H, capacity, D], and scales, [H, capacity], H = heads.
// scale = max|x| / 32767 and q = x * (32767 / max|x|), rounded half to even, over the D
// values. Where none reaches 2^-100 they become zeros; with a NaN or an infinity among
// them they get the scale NaN. The other rows of q stay as they are. With a team, all must
// lie on the heap.
func QuantizeRows(team *Team, q []int16, scales, x []float32, heads, n, xStride, first int) {
	s := storeOf("QuantizeRows", q, scales, x, heads, n, xStride, first)
	if n > 0 {
		quantizeRows(team.worth(rowCost*n*heads*s.d), q, scales, x, s)
	}
}

// QuantizePairs is QuantizeRows for rows that Mix reads, two at a time: q is
// [H, capacity/2, D, 2], so that element j of row p of a head is q[(p/2*D+j)*2+p%2].
// capacity is even.
func QuantizePairs(team *Team, q []int16, scales, x []float32, heads, n, xStride, first int) {
	s := storeOf("QuantizePairs", q, scales, x, heads, n, xStride, first)
	if s.capacity%2 != 0 {
		panic(fmt.Sprintf("kernel: QuantizePairs: %d rows a head are no pairs", s.capacity))
	}
	if n > 0 {
		quantizePairs(team.worth(rowCost*n*heads*s.d), q, scales, x, s)
	}
}

// store says where rows of all heads go, and where they come from.
type store struct {
	heads, capacity, d int
	first, n           int // rows of each head
	xStride            int
}

// storeOf panics unless the rows fit q, scales and x.
func storeOf(kernel string, q []int16, scales, x []float32, heads, n, xStride, first int) store {
	if heads < 1 || len(scales)%heads != 0 || n < 0 || first < 0 || first+n > len(scales)/heads {
		panic(fmt.Sprintf("kernel: %s: %d scales of %d heads hold no %d rows from %d on", kernel, len(scales), heads, n, first))
	}
	s := store{heads: heads, capacity: len(scales) / heads, first: first, n: n, xStride: xStride}
	if n == 0 {
		return s
	}
	s.d = len(q) / len(scales)
	checkLen(kernel, "q", len(q), len(scales)*s.d)
	if width := heads * s.d; width < 1 || xStride < width || len(x) < (n-1)*xStride+width {
		panic(fmt.Sprintf("kernel: %s: %d values hold no %d rows of %d, %d apart", kernel, len(x), n, width, xStride))
	}
	return s
}

// quantizeRowsGeneric is the reference of quantizeRows.
func quantizeRowsGeneric(q []int16, scales, x []float32, s store) {
	for h := range s.heads {
		for i := range s.n {
			at := h*s.capacity + s.first + i
			row, q := x[i*s.xStride+h*s.d:][:s.d], q[at*s.d:][:s.d]
			scale, inverse := scale16(row)
			scales[at] = scale
			for j, v := range row {
				q[j] = to16(v, inverse)
			}
		}
	}
}

// quantizePairsGeneric is the reference of quantizePairs.
func quantizePairsGeneric(q []int16, scales, x []float32, s store) {
	for h := range s.heads {
		for i := range s.n {
			p := s.first + i
			at := h*s.capacity + p
			row, q := x[i*s.xStride+h*s.d:][:s.d], q[(at-p%2)*s.d:][:2*s.d]
			scale, inverse := scale16(row)
			scales[at] = scale
			for j, v := range row {
				q[2*j+p%2] = to16(v, inverse)
			}
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

// Causal says how rows of attention lie in memory: for each of Heads heads N rows, each
// Stride values behind the one before, [H, N, Stride]. Row t has one value for each of the
// first Seen+t positions; what lies behind those is not defined. Stride is a multiple
// of 8.
type Causal struct {
	Heads, Stride, Seen, N int
}

// Positions returns how many positions the last row has.
func (c Causal) Positions() int { return c.Seen + c.N - 1 }

// check panics unless the rows are as described and fit length.
func (c Causal) check(kernel string, length int) {
	if c.Heads < 1 || c.N < 1 || c.Seen < 1 || c.Stride%8 != 0 || c.Stride < c.Positions() {
		panic(fmt.Sprintf("kernel: %s: rows are %+v", kernel, c))
	}
	checkLen(kernel, "rows", length, c.rows()*c.Stride)
}

// rows returns how many rows there are, of all heads.
func (c Causal) rows() int { return c.Heads * c.N }

// row returns the values of row i, of all heads, of x.
func (c Causal) row(x []float32, i int) []float32 { return x[i*c.Stride:][:c.Seen+i%c.N] }

// capacity returns how many positions each head has in a cache with so many scales.
func (c Causal) capacity(kernel string, scales int) int {
	if scales%c.Heads != 0 || scales/c.Heads < c.Positions() {
		panic(fmt.Sprintf("kernel: %s: got %d scales of %d heads, want %d or more for each", kernel, scales, c.Heads, c.Positions()))
	}
	return scales / c.Heads
}

// Scores computes dst[h, t, p] = sum over d of q[h, t, d] * k[h, p, d], times
// qScales[h, t] * scales[h, p]: the raw products of queries, q [H, N, D], with the keys
// that QuantizeRows has stored, k [H, capacity, D] and scales [H, capacity]. The products
// of two consecutive elements are added as integers; the sum has four lanes, pair i in
// lane i%4. With a team, all must lie on the heap.
func Scores(team *Team, dst []float32, rows Causal, q []int16, qScales []float32, k []int16, scales []float32) {
	rows.check("Scores", len(dst))
	d := len(q) / rows.rows()
	checkLen("Scores", "qScales", len(qScales), rows.rows())
	checkLen("Scores", "q", len(q), rows.rows()*d)
	checkLen("Scores", "k", len(k), rows.Heads*rows.capacity("Scores", len(scales))*d)
	scores(team.worth(d*len(dst)), dst, rows, q, qScales, k, scales)
}

// scoresGeneric is the reference of scores.
func scoresGeneric(dst []float32, rows Causal, q []int16, qScales []float32, k []int16, scales []float32) {
	d, capacity := len(q)/rows.rows(), len(scales)/rows.Heads
	for i := range rows.rows() {
		first := i / rows.N * capacity
		for p := range rows.row(dst, i) {
			dst[i*rows.Stride+p] = dot16(q[i*d:][:d], k[(first+p)*d:][:d]) * float32(qScales[i]*scales[first+p])
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

// ScaleRows multiplies the rows of x by a factor. With a team, x must lie on the heap.
func ScaleRows(team *Team, x []float32, rows Causal, factor float32) {
	rows.check("ScaleRows", len(x))
	scaleRows(team.worth(scaleCost*len(x)), x, rows, factor)
}

func scaleRowsGeneric(x []float32, rows Causal, factor float32) {
	for i := range rows.rows() {
		row := rows.row(x, i)
		for p := range row {
			row[p] *= factor
		}
	}
}

// SoftmaxRows is Softmax of each row of x. With a team, x must lie on the heap.
func SoftmaxRows(team *Team, x []float32, rows Causal) {
	rows.check("SoftmaxRows", len(x))
	softmaxRows(team.worth(softmaxCost*len(x)), x, rows)
}

func softmaxRowsGeneric(x []float32, rows Causal) {
	for i := range rows.rows() {
		Softmax(rows.row(x, i))
	}
}

// QuantizeWeights stores the products of attention weights and the scales of the values
// that they weigh, [H, capacity], in 16 bits, as QuantizeRows does. A weight of 0 makes a
// product 0, whatever the scale. Rows of q lie as those of weights do, and end with a 0
// where their positions are odd; qScales is [H, N]. With a team, all must lie on the heap.
func QuantizeWeights(team *Team, q []int16, qScales []float32, weights []float32, rows Causal, scales []float32) {
	rows.check("QuantizeWeights", len(weights))
	checkLen("QuantizeWeights", "q", len(q), len(weights))
	checkLen("QuantizeWeights", "qScales", len(qScales), rows.rows())
	rows.capacity("QuantizeWeights", len(scales))
	quantizeWeights(team.worth(rowCost*len(weights)), q, qScales, weights, rows, scales)
}

// quantizeWeightsGeneric is the reference of quantizeWeights.
func quantizeWeightsGeneric(q []int16, qScales []float32, weights []float32, rows Causal, scales []float32) {
	capacity := len(scales) / rows.Heads
	for i := range rows.rows() {
		var top uint32
		row, q, scales := rows.row(weights, i), q[i*rows.Stride:], scales[i/rows.N*capacity:]
		for p, w := range row {
			top = max(top, magnitude(weighed(w, scales[p])))
		}
		scale, inverse := scaleOfTop(top)
		qScales[i] = scale
		for p, w := range row {
			q[p] = to16(weighed(w, scales[p]), inverse)
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

// Mix computes dst[t, h, d] = wScales[h, t] * (sum over p of weights[h, t, p] *
// v[h, p, d]), with weights and wScales of QuantizeWeights, over rows that QuantizePairs
// has stored, v [H, capacity/2, D, 2]: the values, mixed by attention; dst is [N, H, D].
// The products of the rows 2i and 2i+1 are added as integers, i ascending. With a team,
// all must lie on the heap.
func Mix(team *Team, dst []float32, weights []int16, wScales []float32, rows Causal, v []int16) {
	rows.check("Mix", len(weights))
	checkLen("Mix", "wScales", len(wScales), rows.rows())
	width := len(dst) / rows.N // H*D
	checkLen("Mix", "dst", len(dst), rows.N*width)
	if pair := 2 * width; width < 1 || width%rows.Heads != 0 || len(v)%pair != 0 || len(v)/pair < (rows.Positions()+1)/2 {
		panic(fmt.Sprintf("kernel: Mix: %d values of v for rows %+v of %d values", len(v), rows, width))
	}
	mix(team.worth(len(dst)*rows.Positions()), dst, weights, wScales, rows, v)
}

// mixGeneric is the reference of mix, for the elements of each head from the given one on.
func mixGeneric(dst []float32, from int, weights []int16, wScales []float32, rows Causal, v []int16) {
	d, ofHead := len(dst)/rows.rows(), len(v)/rows.Heads
	for i := range rows.rows() {
		h, t := i/rows.N, i%rows.N
		row := dst[(t*rows.Heads+h)*d:][:d]
		clear(row[from:])
		for p := 0; p < rows.Seen+t; p += 2 {
			w0, w1 := int32(weights[i*rows.Stride+p]), int32(weights[i*rows.Stride+p+1])
			pairs := v[h*ofHead+p*d:][:2*d]
			for j := from; j < d; j++ {
				row[j] += float32(w0*int32(pairs[2*j]) + w1*int32(pairs[2*j+1]))
			}
		}
		for j := from; j < d; j++ {
			row[j] *= wScales[i]
		}
	}
}

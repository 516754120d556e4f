package kernel

import (
	"fmt"
	"math"

	"github.com/chewxy/math32"
)

// The keys and values of attention are kept in 16 bits: rows of D int16 with one
// float32 scale each. Half the memory is read at every step, and an error of half a
// step, 1/65534 of the row's largest magnitude, is smaller than what 8-bit weights
// bring in.

// QuantizeRows stores the rows of x, [n, d], in 16 bits: row i at q[i*qStride:] and
// scales[i*scaleStride]. scale = max|x| / 32767 and q = x * (32767 / max|x|),
// rounded half to even, over the row. A row below 2^-100 becomes zeros; one with a
// NaN or an infinity gets the scale NaN. With a team, the work is only queued: see
// Team.Flush.
func QuantizeRows(team *Team, q []int16, scales []float32, x []float32, d, qStride, scaleStride int) {
	if d < 1 || len(x)%d != 0 {
		panic(fmt.Sprintf("kernel: QuantizeRows: %d values in rows of %d", len(x), d))
	}
	if n := len(x) / d; n > 0 {
		_, _ = q[(n-1)*qStride+d-1], scales[(n-1)*scaleStride]
		quantizeRows(team, q, scales, x, d, qStride, scaleStride)
	}
}

// quantizeRowsGeneric is the reference of quantizeRows.
func quantizeRowsGeneric(q []int16, scales []float32, x []float32, d, qStride, scaleStride int) {
	for i := range len(x) / d {
		row, q := x[i*d:][:d], q[i*qStride:][:d]
		scale, inverse := scale16(row)
		scales[i*scaleStride] = scale
		for j, v := range row {
			q[j] = 0
			if inverse > 0 {
				q[j] = int16(rounded(v * inverse))
			}
		}
	}
}

// rounded returns v, of magnitude below 2^22, rounded half to even.
func rounded(v float32) int32 { return int32(math.Float32bits(float32(v)+roundMagic)) - roundMagicBits }

// scale16 returns the scale of values that become 16 bits, and its inverse, or 0
// where the values count as zeros.
func scale16(x []float32) (scale, inverse float32) {
	var top uint32 // of the bits without the sign: ordered as the magnitudes are
	for _, v := range x {
		top = max(top, math.Float32bits(v)&^(1<<31))
	}
	switch {
	case top >= infBits:
		return math32.NaN(), 0
	case top < tinyBits:
		return 0, 0
	}
	largest := math.Float32frombits(top)
	return largest / maxQ16, maxQ16 / largest
}

// Scores computes dst[p] = scales[p] * sum over d of q[d] * k[p, d] for every row of
// k, [P, D]: the raw products of one query with the keys of one head. Each sum has
// four lanes, element d in lane d%4. With a team, the work is only queued.
func Scores(team *Team, dst, q []float32, k []int16, scales []float32) {
	checkLen("Scores", "k", len(k), len(dst)*len(q))
	checkLen("Scores", "scales", len(scales), len(dst))
	scores(team, dst, q, k, scales)
}

// scoresGeneric is the reference of scores.
func scoresGeneric(dst, q []float32, k []int16, scales []float32) {
	for p := range dst {
		var s [4]float32
		for i, v := range k[p*len(q):][:len(q)] {
			s[i%4] += float32(float32(v) * q[i])
		}
		dst[p] = sum4(&s) * scales[p]
	}
}

// Mix computes dst[d] = sum over j of (weights[j] * scales[j]) * v[j, d], j
// ascending; v is [P, D]: the values of one head, mixed by the attention weights.
// With a team, the work is only queued.
func Mix(team *Team, dst, weights []float32, v []int16, scales []float32) {
	checkLen("Mix", "v", len(v), len(weights)*len(dst))
	checkLen("Mix", "scales", len(scales), len(weights))
	mix(team, dst, weights, v, scales)
}

// mixGeneric is the reference of mix.
func mixGeneric(dst, weights []float32, v []int16, scales []float32) {
	mixFrom(dst, weights, v, scales, 0)
}

// mixFrom is Mix for the elements d >= from of dst.
func mixFrom(dst, weights []float32, v []int16, scales []float32, from int) {
	clear(dst[from:])
	for j, w := range weights {
		w = float32(w * scales[j])
		row := v[j*len(dst):][:len(dst)]
		for d := from; d < len(dst); d++ {
			dst[d] += float32(w * float32(row[d]))
		}
	}
}

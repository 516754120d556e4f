package kernel

import (
	"math"

	"github.com/chewxy/math32"
)

// LayerNorm normalizes the rows of x, [T, C]: dst[t, i] = (x[t, i]-mean) /
// sqrt(variance+eps) * scale[i] + shift[i], with the variance over C, as
// torch.nn.LayerNorm has it, and leaves mean[t] and variance[t]. Both sums have eight
// lanes. shift may be nil; dst may be x. With a team, all of them must lie on the heap.
func LayerNorm(team *Team, dst, mean, variance, x, scale, shift []float32, eps float32) {
	c := len(scale)
	checkLen("LayerNorm", "x", len(x), len(mean)*c)
	checkLen("LayerNorm", "dst", len(dst), len(x))
	checkLen("LayerNorm", "variance", len(variance), len(mean))
	if shift != nil {
		checkLen("LayerNorm", "shift", len(shift), c)
	}
	if len(x) > 0 {
		layerNorm(team.worth(layerNormCost*len(x)), dst, mean, variance, x, scale, shift, eps)
	} else {
		clear(mean)
		clear(variance)
	}
}

// layerNormGeneric is the reference of layerNorm.
func layerNormGeneric(dst, mean, variance, x, scale, shift []float32, eps float32) {
	c := len(scale)
	for t := range mean {
		dst, x := dst[t*c:][:c], x[t*c:][:c]
		var sums, squares [8]float32
		for i, v := range x {
			sums[i%8] += v
		}
		m := sum8(&sums) / float32(c)
		for i, v := range x {
			d := v - m
			squares[i%8] += float32(d * d)
		}
		mean[t], variance[t] = m, sum8(&squares)/float32(c)
		inverse := 1 / float32(math.Sqrt(float64(variance[t]+eps)))
		for i, v := range x {
			y := float32(float32((v-m)*inverse) * scale[i])
			if shift != nil {
				y += shift[i]
			}
			dst[i] = y
		}
	}
}

// Softmax replaces x by exp(x-max) / sum, and returns both: max of the values it
// was given (NaN apart), and the sum of the exponentials (eight lanes). A NaN, a
// +Inf or nothing but -Inf make the sum and every result NaN. Of no values the max
// is -Inf.
func Softmax(x []float32) (max, sum float32) {
	max = maximum(x)
	sum = expSum(x, max)
	divide(x, sum)
	return max, sum
}

// Maximum returns the largest of x, 0 rather than -0. It passes over any NaN. Of no
// values it is -Inf.
func Maximum(x []float32) float32 { return maximum(x) }

// Positive returns how many of x are above zero, which a NaN is not.
func Positive(x []float32) int { return positive(x) }

func positiveGeneric(x []float32) int {
	n := 0
	for _, v := range x {
		if v > 0 {
			n++
		}
	}
	return n
}

// Finite says whether no value of x is a NaN or an infinity.
func Finite(x []float32) bool { return finiteAll(x) }

func finiteAllGeneric(x []float32) bool {
	for _, v := range x {
		if !finite(v) {
			return false
		}
	}
	return true
}

// maximumFrom returns the largest of top and x, 0 rather than -0. It passes over
// any NaN in x.
func maximumFrom(top float32, x []float32) float32 {
	for _, v := range x {
		if top < v {
			top = v
		}
	}
	return top + 0 // -0 + 0 = 0
}

// expSumFrom replaces x by exp(x-shift), adds that to eight lanes and returns
// their sum.
func expSumFrom(s [8]float32, x []float32, shift float32) float32 {
	for i, v := range x {
		e := exp32(v - shift)
		x[i] = e
		s[i%8] += e
	}
	return sum8(&s)
}

func maximumGeneric(x []float32) float32 { return maximumFrom(math32.Inf(-1), x) }

func expSumGeneric(x []float32, shift float32) float32 {
	return expSumFrom([8]float32{}, x, shift)
}

func divideGeneric(x []float32, by float32) {
	for i := range x {
		x[i] /= by
	}
}

// GELUNew computes x * (1 + tanh(u)) / 2 with u = sqrt(2/pi) * (x + 0.044715*x^3),
// the gelu of openai/gpt-2 src/model.py. Since (1+tanh(u))/2 = 1/(1+exp(-2u)), one
// power of two and one division do. Of -Inf it is NaN, as the formula says. dst may be x.
func GELUNew(team *Team, dst, x []float32) {
	checkLen("GELUNew", "dst", len(dst), len(x))
	geluNew(team.worth(geluNewCost*len(x)), dst, x)
}

// exp(-2u) is 2^(x * (geluLinear + geluCubic*x^2)).
const (
	geluLinear = -2.302208198144325 // -2*sqrt(2/pi)*log2(e)
	geluCubic  = 0.044715 * geluLinear
)

func geluNewGeneric(dst, x []float32) {
	for i, v := range x {
		dst[i] = v / (1 + power32(float32(v*(geluLinear+float32(geluCubic*float32(v*v))))))
	}
}

// GELU computes x * Phi(x), with Phi the normal distribution, as
// torch.nn.functional.gelu does without approximation: Phi(-a) = erfc(a/sqrt(2))/2.
// Of -Inf it is NaN, as the formula says. dst may be x.
func GELU(dst, x []float32) {
	checkLen("GELU", "dst", len(dst), len(x))
	gelu(dst, x)
}

const halfSqrt2 = math.Sqrt2 / 2

func geluGeneric(dst, x []float32) {
	for i, v := range x {
		magnitude := math.Float32frombits(math.Float32bits(v) &^ (1 << 31))
		phi := float32(0.5 * erfc32(float32(magnitude*halfSqrt2))) // of -|v|
		if v > 0 {
			phi = 1 - phi
		}
		dst[i] = float32(v * phi)
	}
}

// ReLU replaces what is below 0 by 0; a NaN stays one. dst may be x.
func ReLU(dst, x []float32) {
	checkLen("ReLU", "dst", len(dst), len(x))
	relu(dst, x)
}

func reluGeneric(dst, x []float32) {
	for i, v := range x {
		if v < 0 {
			v = 0
		}
		dst[i] = v
	}
}

// Add adds x to dst. With a team, both must lie on the heap.
func Add(team *Team, dst, x []float32) {
	checkLen("Add", "dst", len(dst), len(x))
	add(team.worth(addCost*len(x)), dst, x)
}

func addGeneric(dst, x []float32) {
	for i, v := range x {
		dst[i] += v
	}
}

// AddRow adds row, [C], to each row of dst, [T, C]. A row of length 0 adds nothing.
func AddRow(dst []float32, row []float32) {
	if len(row) == 0 {
		return
	}
	checkLen("AddRow", "dst", len(dst), len(dst)/len(row)*len(row))
	for ; len(dst) > 0; dst = dst[len(row):] {
		add(nil, dst[:len(row)], row)
	}
}

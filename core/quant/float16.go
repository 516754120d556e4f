package quant

import "math"

// float16 has 1 sign bit, 5 exponent bits with bias 15 and 10 fraction bits
// (IEEE 754-2008 binary16); float32 has 1, 8 with bias 127, and 23.
const (
	half1     = 1 << 10                  // one step of a float16 exponent
	halfInf   = 31 << 10                 // exponent of infinities and NaN
	rebias    = (127 - 15) << 23         // difference of the biases, at float32's exponent
	floatInf  = 0x7f800000               // float32 infinity
	minNormal = (127 - 14) << 23         // float32 2^-14, the smallest normal float16
	overflow  = (127+16)<<23 - (1 << 12) // float32 65520: half a step above 65504, rounds to infinity
)

// Float16ToFloat32 returns the value of a float16. It is exact; a NaN keeps its
// payload.
func Float16ToFloat32(bits uint16) float32 {
	sign := uint32(bits&0x8000) << 16
	exponent := uint32(bits & halfInf)
	fraction := uint32(bits & (half1 - 1))
	switch exponent {
	case 0: // zero or subnormal: fraction * 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case halfInf:
		return math.Float32frombits(sign | floatInf | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent|fraction)<<13 + rebias)
}

// Float32ToFloat16 rounds to the nearest float16, ties to the even one. Values
// from 65520 on become infinite, as IEEE 754 asks; NaN stays NaN.
func Float32ToFloat16(f float32) uint16 {
	bits := math.Float32bits(f)
	sign := uint16(bits>>16) & 0x8000
	abs := bits &^ (1 << 31)
	switch {
	case abs >= minNormal && abs < overflow: // almost all values
		return sign | uint16(shiftToEven(abs-rebias, 13)) // a carry reaches the exponent, as it should
	case abs > floatInf:
		payload := uint16(abs>>13) & (half1 - 1)
		if payload == 0 {
			payload = half1 >> 1 // all of it was in the bits that are lost
		}
		return sign | halfInf | payload
	case abs >= overflow:
		return sign | halfInf
	}
	exponent := abs >> 23
	if exponent < 102 { // below 2^-25, half of the smallest subnormal
		return sign
	}
	mantissa := abs&(1<<23-1) | 1<<23
	return sign | uint16(shiftToEven(mantissa, 126-exponent))
}

// shiftToEven returns n / 2^shift, rounded to nearest, ties to even; shift >= 1 and
// n < 2^31. What is added carries into the quotient from a half on, or from above a
// half where the quotient is even.
func shiftToEven(n, shift uint32) uint32 {
	return (n + 1<<(shift-1) - 1 + n>>shift&1) >> shift
}

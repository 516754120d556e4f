package kernel

import "math"

// Constants of exp32, power32 and erfc32. The split of ln 2 and the polynomial are those of expf in
// Moshier's Cephes library (single/expf.c): ln2Hi has so few bits that k*ln2Hi
// is exact for every k that occurs.
const (
	log2e  = 1.44269504088896341
	ln2Hi  = 0.693359375
	ln2Lo  = -2.12194440e-4
	expC5  = 1.9875691500e-4
	expC4  = 1.3981999507e-3
	expC3  = 8.3334519073e-3
	expC2  = 4.1665795894e-2
	expC1  = 1.6666665459e-1
	expC0  = 5.0000001201e-1
	expMin = -104 // e^-104 < 2^-150, half the smallest float32: rounds to 0
	expMax = 89   // e^89 > the largest float32: rounds to +Inf

	// Coefficients of power32: a fit of 2^f to 1 + f*P(f) for |f| <= 1/2, with the least largest
	// relative error, 1e-7.
	powerC5  = 1.3264724e-3
	powerC4  = 9.671513e-3
	powerC3  = 5.5507336e-2
	powerC2  = 2.4022242e-1
	powerC1  = 6.9314698e-1
	powerMin = -64 // adds nothing to 1
	powerMax = 128 // 2^128 is +Inf

	// Coefficients of erfc32, highest power first.
	erfcC9 = 0.17087277
	erfcC8 = -0.82215223
	erfcC7 = 1.48851587
	erfcC6 = -1.13520398
	erfcC5 = 0.27886807
	erfcC4 = -0.18628806
	erfcC3 = 0.09678418
	erfcC2 = 0.37409196
	erfcC1 = 1.00002368
	erfcC0 = -1.26551223

	// A float32 of magnitude below 2^22 plus roundMagic is rounded to a whole
	// number, half to even, that can be read from the low bits of the sum.
	roundMagic     = 3 << 22 // 1.5 * 2^23
	roundMagicBits = 0x4B400000
)

// exp32 returns e^x to 2 units in the last place: x = k*ln 2 + r with k whole,
// and e^x = 2^k * e^r. exp32(0) = 1, exp32(-Inf) = 0, exp32(+Inf) = +Inf,
// exp32(NaN) = NaN. Results below the normal range are rounded, not flushed.
func exp32(x float32) float32 {
	if x < expMin {
		x = expMin
	}
	if x > expMax {
		x = expMax
	}
	z := float32(x*log2e) + roundMagic
	k := int32(math.Float32bits(z)) - roundMagicBits // -150..128
	kf := z - roundMagic
	r := x - float32(kf*ln2Hi)
	r -= float32(kf * ln2Lo)

	p := float32(expC5*r) + expC4
	p = float32(p*r) + expC3
	p = float32(p*r) + expC2
	p = float32(p*r) + expC1
	p = float32(p*r) + expC0
	p = float32(p*float32(r*r)) + r
	p += 1

	// 2^k in two factors: k itself may be outside the exponents of a float32.
	half := k >> 1
	a := math.Float32frombits(uint32(half+127) << 23)
	b := math.Float32frombits(uint32(k-half+127) << 23)
	return float32(float32(p*a) * b)
}

// power32 returns 2^z to 2.2 units in the last place, but 2^-64 for what is less:
// z = k + f with k whole, and 2^z = 2^k * 2^f. power32(0) = 1, power32(z) = +Inf for
// z >= 128. What it returns for NaN is not defined.
func power32(z float32) float32 {
	if z < powerMin {
		z = powerMin
	}
	if z > powerMax {
		z = powerMax
	}
	k := z + roundMagic
	f := z - (k - roundMagic)

	p := float32(powerC5*f) + powerC4
	p = float32(p*f) + powerC3
	p = float32(p*f) + powerC2
	p = float32(p*f) + powerC1
	p = float32(p*f) + 1
	return math.Float32frombits(math.Float32bits(p) + math.Float32bits(k)<<23)
}

// erfc32 returns erfc(z) for z >= 0, with a relative error below 1.2e-7 plus
// that of exp32's argument (z*z units of 6e-8). The formula is erfcc of Press et
// al., Numerical Recipes in C, 2nd edition, section 6.2.
func erfc32(z float32) float32 {
	t := 1 / (1 + float32(0.5*z))
	p := float32(t*erfcC9) + erfcC8
	p = float32(p*t) + erfcC7
	p = float32(p*t) + erfcC6
	p = float32(p*t) + erfcC5
	p = float32(p*t) + erfcC4
	p = float32(p*t) + erfcC3
	p = float32(p*t) + erfcC2
	p = float32(p*t) + erfcC1
	p = float32(p*t) + erfcC0
	return float32(t * exp32(p-float32(z*z)))
}

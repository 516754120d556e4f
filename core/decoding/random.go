package decoding

// uniform returns the random number in [0, 1) of a step: output step+1 of the
// generator splitmix64 seeded with seed. It depends on its arguments alone, so
// that going back to a step needs no state.
//
// Source: Steele et al. 2014, "Fast splittable pseudorandom number generators";
// the constants are those of Vigna's splitmix64.c.
func uniform(seed uint64, step int) float64 {
	z := seed + (uint64(step)+1)*0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	z ^= z >> 31
	return float64(z>>11) * 0x1p-53 // 53 bits: every result is exact
}

// pick returns the index whose share of the cumulative sum holds random, which is
// in [0, 1). probs has a positive sum. The sum is of float64 values in index order:
// in float32 a rare token after common ones would add nothing and never be chosen.
func pick(probs []float32, random float64) int {
	target := random * total(probs) // below the total, so the loop ends on a token with a share
	i, sum := 0, float64(probs[0])
	for sum <= target {
		i++
		sum += float64(probs[i])
	}
	return i
}

// total returns the sum in index order.
func total(probs []float32) float64 {
	var sum float64
	for _, p := range probs {
		sum += float64(p)
	}
	return sum
}

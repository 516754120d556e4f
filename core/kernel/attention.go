package kernel

// Scores computes dst[p] = sum over d of q[d] * k[p, d] for every row of k, [P, D]:
// the raw products of one query with the keys of one head. Each sum has four
// lanes, element d in lane d%4.
func Scores(dst []float32, q []float32, k []float32) {
	checkLen("Scores", "k", len(k), len(dst)*len(q))
	scores(dst, q, k)
}

// scoresGeneric is the reference of scores.
func scoresGeneric(dst, q, k []float32) {
	for p := range dst {
		dst[p] = dotFrom([4]float32{}, q, k[p*len(q):][:len(q)])
	}
}

// dotFrom adds the products of x and y to four lanes and returns their sum.
func dotFrom(s [4]float32, x, y []float32) float32 {
	for i, v := range x {
		s[i%4] += float32(v * y[i])
	}
	return sum4(&s)
}

// Mix computes dst[d] = sum over j of weights[j] * v[j, d], j ascending; v is
// [P, D]: the values of one head, mixed by the attention weights.
func Mix(dst []float32, weights []float32, v []float32) {
	checkLen("Mix", "v", len(v), len(weights)*len(dst))
	mix(dst, weights, v)
}

// mixGeneric is the reference of mix.
func mixGeneric(dst, weights, v []float32) {
	mixFrom(dst, weights, v, 0)
}

// mixFrom is Mix for the elements d >= from of dst.
func mixFrom(dst, weights, v []float32, from int) {
	clear(dst[from:])
	for j, w := range weights {
		row := v[j*len(dst):][:len(dst)]
		for d := from; d < len(dst); d++ {
			dst[d] += float32(w * row[d])
		}
	}
}

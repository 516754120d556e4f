package trace

import "vitrine/core/kernel"

// top returns the indices of the n largest values, largest first; of equals the
// lower index comes first. NaN is passed over.
func top(values []float32, n int) []int {
	return topOf(make([]int, 0, n+1), values, 0, len(values), n, 256)
}

// topOf puts those of values[from:to] that are among the n largest into best. It passes
// over chunks of the given size, and in others over smaller ones, that have none.
func topOf(best []int, values []float32, from, to, n, size int) []int {
	for at := from; at < to; at += size {
		end := min(at+size, to)
		switch {
		case len(best) == n && !(kernel.Maximum(values[at:end]) > values[best[n-1]]):
		case size > 16:
			best = topOf(best, values, at, end, n, 16)
		default:
			best = insertTop(best, values, at, end, n)
		}
	}
	return best
}

// insertTop puts those of values[from:to] that are among the n largest into best.
func insertTop(best []int, values []float32, from, to, n int) []int {
	for i := from; i < to; i++ {
		v := values[i]
		if v != v || len(best) == n && !(v > values[best[n-1]]) {
			continue
		}
		at := len(best)
		for at > 0 && v > values[best[at-1]] {
			at--
		}
		best = append(best, 0)
		copy(best[at+1:], best[at:])
		best[at] = i
		best = best[:min(len(best), n)]
	}
	return best
}

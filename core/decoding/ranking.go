package decoding

import (
	"slices"

	"vitrine/core/kernel"
)

// Tokens are ranked by logit, largest first, of equal logits the lower id first.
// Every order here is that one. It is also the order of the probabilities at any
// temperature, without their rounding. NaN stands for a token that has no rank: a
// banned one.

// better reports whether id a ranks before id b.
func better(logits []float32, a, b int32) bool {
	return logits[a] > logits[b] || logits[a] == logits[b] && a < b
}

// rank returns how many tokens rank before id.
func rank(logits []float32, id int) int {
	x, n := logits[id], 0
	for _, y := range logits[:id] {
		if y >= x {
			n++
		}
	}
	for _, y := range logits[id+1:] {
		if y > x {
			n++
		}
	}
	return n
}

// after returns the sum of the probabilities, in probs [V], of all ids that rank after
// last. Ids without rank are left out.
func after(last int32, logits, probs []float32) float64 {
	worst, sum := logits[last], 0.0
	for id, x := range logits {
		if x < worst || x == worst && int32(id) > last {
			sum += float64(probs[id])
		}
	}
	return sum
}

// heap is a binary heap of ids.
type heap struct {
	ids        []int32
	logits     []float32 // [V]
	worstFirst bool      // what the root is: the worst id, or the best
}

func (h *heap) before(a, b int32) bool {
	if h.worstFirst {
		a, b = b, a
	}
	return better(h.logits, a, b)
}

// sink moves the id at i down to its place among ids[:n].
func (h *heap) sink(i, n int) {
	for {
		child := 2*i + 1
		if child >= n {
			return
		}
		if child+1 < n && h.before(h.ids[child+1], h.ids[child]) {
			child++
		}
		if !h.before(h.ids[child], h.ids[i]) {
			return
		}
		h.ids[i], h.ids[child] = h.ids[child], h.ids[i]
		i = child
	}
}

// build makes ids, in any order, a heap.
func (h *heap) build() {
	for i := len(h.ids)/2 - 1; i >= 0; i-- {
		h.sink(i, len(h.ids))
	}
}

// chunkSize is how many logits are passed over at once where none of them counts.
const chunkSize = 256

// best writes the first len(dst) ids of the ranking to dst in order. len(dst) is
// from 1 to the number of ids that have a rank.
func best(dst []int32, logits []float32) {
	k, next := 0, 0
	for ; k < len(dst); next++ {
		if x := logits[next]; x == x {
			dst[k] = int32(next)
			k++
		}
	}
	h := heap{ids: dst, logits: logits, worstFirst: true}
	h.build()
	worst := logits[dst[0]]
	for chunk := range slices.Chunk(logits[next:], chunkSize) {
		if kernel.Maximum(chunk) > worst { // an equal logit with a higher id ranks after it
			for i, x := range chunk {
				if x > worst {
					dst[0] = int32(next + i)
					h.sink(0, k)
					worst = logits[dst[0]]
				}
			}
		}
		next += len(chunk)
	}
	for n := k - 1; n > 0; n-- {
		dst[0], dst[n] = dst[n], dst[0]
		h.sink(0, n)
	}
}

// nucleus writes to dst, in order, the shortest beginning of the ranking whose
// probabilities reach share of the total of probs [V], and returns its length and
// its sum. share is below 1; dst and candidates are [V]; an id without rank has
// probability 0.
func nucleus(dst, candidates []int32, logits, probs []float32, share float32) (n int, sum float64) {
	// When the share is not reached yet, more than 1-share of the total is spread over
	// the tokens that are left, so the best of them has more than the mean of that.
	// Half of it leaves room for rounding: probs add up to 1 to a few millionths.
	rare := (1 - share) / float32(2*len(probs))
	candidates = candidates[:0]
	all := 0.0
	for id, p := range probs {
		all += float64(p)
		if p >= rare {
			candidates = append(candidates, int32(id))
		}
	}
	h := heap{ids: candidates, logits: logits}
	h.build()
	for target := float64(share) * all; sum < target; n++ {
		dst[n] = h.ids[0]
		sum += float64(probs[dst[n]])
		last := len(h.ids) - 1
		h.ids[0] = h.ids[last]
		h.ids = h.ids[:last]
		h.sink(0, last)
	}
	return n, sum
}

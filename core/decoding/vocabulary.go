package decoding

import (
	"math"
	"slices"
	"sort"
)

// Ranking is the whole vocabulary at one step, most probable first: what a search for a
// token asks. It has its own memory, so the run can go on.
type Ranking struct {
	logits []float32 // [V]
	probs  []float32 // [V]
}

// Ranked is a token with its place.
type Ranked struct {
	Candidate     // with the model's own probability
	Rank      int // 0-based among all tokens, as Selection.Rank
}

// NewRanking copies logits, [V]. The error is ErrNotFinite, wrapped.
func NewRanking(logits []float32) (*Ranking, error) {
	r := &Ranking{logits: slices.Clone(logits), probs: make([]float32, len(logits))}
	if _, err := softmax(r.probs, logits); err != nil {
		return nil, err
	}
	return r, nil
}

// Probabilities returns the model's own, [V], lent.
func (r *Ranking) Probabilities() []float32 { return r.probs }

// Sum returns what the probabilities of the given ids, each below V, add up to as float64.
func (r *Ranking) Sum(ids []int) float64 {
	var sum float64
	for _, id := range ids {
		sum += float64(r.probs[id])
	}
	return sum
}

// Total is Sum of all ids, which rounding leaves near 1.
func (r *Ranking) Total() float64 { return total(r.probs) }

// Rank returns how many tokens rank before id, of which the caller has checked
// 0 <= id < V.
func (r *Ranking) Rank(id int) int { return rank(r.logits, id) }

// Page puts the given ids, each below V, in the order of the ranking, and returns count of
// them, or as many as there are, from number from on. No more is sorted than that.
func (r *Ranking) Page(ids []int, from, count int) []Ranked {
	some := make([]int32, len(ids))
	for i, id := range ids {
		some[i] = int32(id)
	}
	return r.page(some, from, count)
}

// All is Page of all ids.
func (r *Ranking) All(from, count int) []Ranked {
	all := make([]int32, len(r.logits))
	for id := range all {
		all[id] = int32(id)
	}
	return r.page(all, from, count)
}

func (r *Ranking) page(ids []int32, from, count int) []Ranked {
	from = min(max(from, 0), len(ids))
	count = min(max(count, 0), len(ids)-from)
	split(ids, r.logits, from)
	ids = ids[from:]
	split(ids, r.logits, count)
	ids = ids[:count]
	slices.SortFunc(ids, func(a, b int32) int {
		switch {
		case a == b:
			return 0
		case better(r.logits, a, b):
			return -1
		}
		return 1
	})
	page := make([]Ranked, count)
	for i, place := range r.ranks(ids) {
		id := ids[i]
		page[i] = Ranked{Candidate{int(id), r.logits[id], r.probs[id]}, place}
	}
	return page
}

// ranks returns the rank of each of ids, which are in order, in one pass over all tokens.
func (r *Ranking) ranks(ids []int32) []int {
	ranks := make([]int, len(ids)) // first: how many tokens rank before this one, but not before the one before it
	for id := range r.logits {
		i := sort.Search(len(ids), func(i int) bool { return better(r.logits, int32(id), ids[i]) })
		if i < len(ids) {
			ranks[i]++
		}
	}
	for i := 1; i < len(ranks); i++ {
		ranks[i] += ranks[i-1]
	}
	return ranks
}

// split moves ids so that each of the first n ranks before each of the others. It is FIND
// of Hoare 1961, "Algorithm 65"; in the mean it takes time in proportion to len(ids).
func split(ids []int32, logits []float32, n int) {
	if n == 0 || n == len(ids) {
		return
	}
	for low, high := 0, len(ids)-1; low < high; {
		pivot := ids[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for better(logits, ids[i], pivot) {
				i++
			}
			for better(logits, pivot, ids[j]) {
				j--
			}
			if i <= j {
				ids[i], ids[j] = ids[j], ids[i]
				i++
				j--
			}
		}
		switch { // low..j rank before i..high, and what is between is the pivot
		case n <= j:
			high = j
		case n > i:
			low = i
		default:
			return
		}
	}
}

// Entropy returns that of a distribution in nats: the sum of -p ln p. A token without
// probability adds nothing. Its last bits are those of math.Log, which are not the same on
// every machine.
func Entropy(probs []float32) float64 {
	var sum float64
	for _, p := range probs {
		if p > 0 {
			sum -= float64(p) * math.Log(float64(p))
		}
	}
	return sum
}

// Perplexity returns e to the entropy: among how many equally probable tokens a choice
// would be as open.
func Perplexity(probs []float32) float64 { return math.Exp(Entropy(probs)) }

// Divergence returns the Kullback-Leibler divergence of the distribution of logits q from
// that of logits p, both [V] and finite, in nats: the sum of p (ln p - ln q). It is computed
// from the logits in float64, where no probability is 0.
//
// Source: Kullback and Leibler 1951, "On Information and Sufficiency".
func Divergence(p, q []float32) float64 {
	pTotal, qTotal := logSumExp(p), logSumExp(q)
	var sum float64
	for id, x := range p {
		lnP, lnQ := float64(x)-pTotal, float64(q[id])-qTotal
		sum += math.Exp(lnP) * (lnP - lnQ)
	}
	return max(0, sum) // rounding may leave less
}

// logSumExp returns ln of the sum of the exponentials.
func logSumExp(x []float32) float64 {
	top := float64(slices.Max(x))
	var sum float64
	for _, v := range x {
		sum += math.Exp(float64(v) - top)
	}
	return top + math.Log(sum)
}

package decoding

import (
	"github.com/chewxy/math32"

	"vitrine/core/kernel"
)

// list is what one step hands to the next: tokens, and the probability of each.
type list struct {
	ids    []int32   // [K]
	probs  []float32 // [K], sum 1; nil: Sampler.warmed has them for whoever looks
	ranked bool      // most probable first; else every id of the vocabulary, banned ones with probability 0
}

// size returns how many tokens of l may be chosen.
func (s *Sampler) size(l list) int {
	if l.ranked {
		return len(l.ids)
	}
	return len(l.ids) - len(s.options.Banned)
}

// temperature keeps every token, with softmax(logits/T), and at T = 0, the limit, the most
// probable one alone.
func (s *Sampler) temperature() list {
	if s.options.Temperature == 0 {
		one := list{s.order[:1], s.few[:1], true}
		best(one.ids, s.ranked)
		one.probs[0] = 1
		return one
	}
	if s.cuts() {
		return list{ids: s.all}
	}
	return list{ids: s.all, probs: s.warmed()}
}

// topK keeps the best K tokens, with the softmax of their logits/T.
func (s *Sampler) topK(l list) list {
	if l.ranked || !s.cuts() {
		return l
	}
	k := list{s.order[:s.options.TopK], s.few[:s.options.TopK], true}
	best(k.ids, s.ranked)
	for i, id := range k.ids {
		k.probs[i] = s.heat(s.ranked[id])
	}
	kernel.Softmax(k.probs)
	return k
}

// topP keeps the fewest tokens, best first, whose probabilities reach P of the total, and
// divides these by their sum. What it removes of a list that is ranked stays behind those
// that it keeps, in s.few.
func (s *Sampler) topP(l list) list {
	if s.options.TopP == 1 || s.size(l) == 1 {
		return l
	}
	n, sum := 0, 0.0
	if l.ranked {
		for target := float64(s.options.TopP) * total(l.probs); sum < target; n++ {
			sum += float64(l.probs[n])
		}
	} else {
		n, sum = nucleus(s.order, s.scratch, s.ranked, l.probs, s.options.TopP)
		for i, id := range s.order[:n] {
			s.few[i] = l.probs[id]
		}
	}
	p := list{s.order[:n], s.few[:n], true}
	for i := range p.probs {
		p.probs[i] = float32(float64(p.probs[i]) / sum)
	}
	return p
}

// sample draws one of the tokens that are left, with the random number of the step.
func (s *Sampler) sample(l list, step int) Selection {
	i, random := 0, -1.0
	if s.options.Temperature > 0 {
		random = uniform(s.options.Seed, step)
		i = pick(l.probs, random)
	}
	id := int(l.ids[i])
	place := i // in a ranking that leaves nobody out
	if !l.ranked || s.masked != nil {
		place = rank(s.logits, id)
	}
	return Selection{ID: id, Probability: s.probs[id], Sampled: l.probs[i], Random: random, Rank: place}
}

// cuts reports whether top-k removes anything.
func (s *Sampler) cuts() bool {
	return s.options.TopK > 0 && s.options.TopK < len(s.all)-len(s.options.Banned)
}

// heat divides a logit by the temperature. The largest is taken away first: that
// leaves the softmax as it is, and keeps a small temperature from overflowing.
func (s *Sampler) heat(x float32) float32 {
	return (x - s.largest) / s.options.Temperature
}

// warmed returns softmax(logits/T), [V], with 0 for banned ids. It is computed when it is
// first asked for: a top-k needs the logits alone. T is above 0.
func (s *Sampler) warmed() []float32 {
	if s.options.Temperature == 1 && s.masked == nil {
		return s.probs
	}
	if !s.isWarm {
		for id, x := range s.ranked {
			s.warm[id] = s.heat(x)
		}
		for _, id := range s.options.Banned {
			s.warm[id] = math32.Inf(-1)
		}
		kernel.Softmax(s.warm)
		s.isWarm = true
	}
	return s.warm
}

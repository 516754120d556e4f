package decoding

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/chewxy/math32"

	"vitrine/core/kernel"
	"vitrine/core/stage"
)

// ErrNotFinite means that the logits allow no choice: one is NaN or +Inf, or every
// token that may be chosen has -Inf.
var ErrNotFinite = errors.New("logits are not finite")

// Selection is the chosen token.
type Selection struct {
	ID          int
	Probability float32 // the model's own: softmax of the logits
	Sampled     float32 // among the tokens that were left to choose from
	Random      float64 // in [0, 1); -1 at temperature 0, where nothing is drawn
	Rank        int     // 0-based among all tokens by logit, of equal ones the lower id first
	Forced      bool    // it was chosen, not drawn
}

// Sampler chooses tokens. It owns buffers, so two runs do not share one.
type Sampler struct {
	options Options
	allowed []int32   // ids that are not banned, ascending
	masked  []float32 // [V] logits with NaN for banned ids; nil if none is banned
	probs   []float32 // [V] the model's own probabilities
	warm    []float32 // [V] probabilities after the temperature, 0 for banned ids

	// What the steps so far have kept.
	ids  []int32   // most probable first; nil: all that are allowed
	kept []float32 // the probability of each of ids or, if ids is nil, of every id: [V]

	order, scratch []int32   // [V] room for ids
	few            []float32 // [V] room for kept
	reporter       reporter
}

// NewSampler returns a Sampler for a vocabulary of that many tokens.
func NewSampler(vocabulary int, o Options) (*Sampler, error) {
	if err := o.Validate(vocabulary); err != nil {
		return nil, err
	}
	o.Banned = slices.Clone(o.Banned)
	slices.Sort(o.Banned)
	o.Banned = slices.Compact(o.Banned)
	s := &Sampler{
		options: o,
		allowed: make([]int32, vocabulary),
		probs:   make([]float32, vocabulary),
		warm:    make([]float32, vocabulary),
		order:   make([]int32, vocabulary),
		scratch: make([]int32, vocabulary),
		few:     make([]float32, vocabulary),
	}
	for id := range s.allowed {
		s.allowed[id] = int32(id)
	}
	if len(o.Banned) > 0 {
		s.masked = make([]float32, vocabulary)
		s.allowed = slices.DeleteFunc(s.allowed, func(id int32) bool {
			_, banned := slices.BinarySearch(o.Banned, int(id))
			return banned
		})
	}
	return s, nil
}

// Sample chooses the token that follows. logits is [V] and is only read. The
// random number depends on the seed and on step alone. Events are reported with
// the Step, Layer, Position and Tokens of ev:
//
//	softmax             tensor "probabilities" [V], banned tokens included; Detail *Mass
//	distribution        Detail *Distribution
//	decode              nothing
//	decode.temperature  Detail *Filter
//	decode.top_k        Detail *Filter
//	decode.top_p        Detail *Filter
//	decode.sample       Detail *Draw
//
// The error is ErrNotFinite, wrapped, or that of obs as it is.
func (s *Sampler) Sample(logits []float32, step int, ev stage.Event, obs stage.Observer) (Selection, error) {
	if len(logits) != len(s.probs) {
		return Selection{}, fmt.Errorf("decoding: got %d logits, want %d", len(logits), len(s.probs))
	}
	copy(s.probs, logits)
	top, sum := kernel.Softmax(s.probs)
	if sum != sum {
		return Selection{}, notFinite(logits)
	}
	ranked, largest := logits, top
	if s.masked != nil {
		ranked, largest = s.mask(logits)
	}
	if largest < -math.MaxFloat32 {
		return Selection{}, fmt.Errorf("decoding: %w: -Inf for every token that is not banned", ErrNotFinite)
	}
	s.reporter.begin(s, logits, ranked, ev, obs)
	if err := s.reporter.distribution(); err != nil {
		return Selection{}, err
	}

	observed := obs != nil
	removed := s.temperature(ranked, largest, observed)
	if err := s.reporter.filter(stage.DecodeTemperature, s.options.Temperature, removed); err != nil {
		return Selection{}, err
	}
	removed = s.topK(ranked, largest, observed)
	if err := s.reporter.filter(stage.DecodeTopK, float32(s.options.TopK), removed); err != nil {
		return Selection{}, err
	}
	removed = s.topP(ranked, observed)
	if err := s.reporter.filter(stage.DecodeTopP, s.options.TopP, removed); err != nil {
		return Selection{}, err
	}
	chosen := s.choose(logits, step)
	return chosen, s.reporter.draw(chosen)
}

// mask returns the logits with NaN for banned ids, and the largest of the others.
func (s *Sampler) mask(logits []float32) (masked []float32, largest float32) {
	copy(s.masked, logits)
	for _, id := range s.options.Banned {
		s.masked[id] = float32(math.NaN())
	}
	top := s.order[:1]
	best(top, s.masked)
	return s.masked, s.masked[top[0]]
}

// Each step returns the sum of the probabilities that it removed, where it is observed:
// nothing else needs it.

// temperature keeps every allowed token at temperature T > 0, with the softmax of
// logits/T, and the most probable one alone at 0. Where a top-k follows, the
// probabilities of all serve reports only.
func (s *Sampler) temperature(ranked []float32, largest float32, observed bool) (removed float64) {
	if s.options.Temperature == 0 {
		return s.greedy(ranked, observed)
	}
	s.ids = nil
	if s.options.Temperature == 1 && s.masked == nil {
		s.kept = s.probs
		return 0
	}
	s.kept = s.warm
	if !observed && s.hasTopK() {
		return 0
	}
	for id, x := range ranked {
		s.warm[id] = s.heat(x, largest)
	}
	for _, id := range s.options.Banned {
		s.warm[id] = math32.Inf(-1)
	}
	kernel.Softmax(s.warm)
	return 0
}

// greedy keeps the most probable token alone.
func (s *Sampler) greedy(ranked []float32, observed bool) (removed float64) {
	s.ids, s.kept = s.order[:1], s.few[:1]
	best(s.ids, ranked)
	s.kept[0] = 1
	if observed {
		removed = after(s.ids[0], ranked, s.probs)
	}
	return removed
}

// heat divides a logit by the temperature. The largest is taken away first: that
// leaves the softmax as it is, and keeps a small temperature from overflowing.
func (s *Sampler) heat(x, largest float32) float32 {
	return (x - largest) / s.options.Temperature
}

// hasTopK reports whether top-k removes anything.
func (s *Sampler) hasTopK() bool {
	return s.options.TopK > 0 && s.options.TopK < len(s.allowed)
}

// topK keeps the best TopK tokens, with the softmax of their logits/T.
func (s *Sampler) topK(ranked []float32, largest float32, observed bool) (removed float64) {
	if s.ids != nil || !s.hasTopK() {
		return 0
	}
	s.ids = s.order[:s.options.TopK]
	best(s.ids, ranked)
	if observed {
		removed = after(s.ids[len(s.ids)-1], ranked, s.kept)
	}
	s.kept = s.few[:len(s.ids)]
	for i, id := range s.ids {
		s.kept[i] = s.heat(ranked[id], largest)
	}
	kernel.Softmax(s.kept)
	return removed
}

// topP keeps the fewest tokens, best first, whose probabilities reach TopP of the
// total, and divides these by their sum.
func (s *Sampler) topP(ranked []float32, observed bool) (removed float64) {
	if s.options.TopP == 1 || s.left() == 1 {
		return 0
	}
	n, sum := 0, 0.0
	if s.ids == nil {
		n, sum = nucleus(s.order, s.scratch, ranked, s.kept, s.options.TopP)
		if observed {
			removed = after(s.order[n-1], ranked, s.kept)
		}
		for i, id := range s.order[:n] {
			s.few[i] = s.kept[id]
		}
	} else {
		for target := float64(s.options.TopP) * total(s.kept); sum < target; n++ {
			sum += float64(s.kept[n])
		}
		removed = total(s.kept[n:])
	}
	s.ids, s.kept = s.order[:n], s.few[:n]
	for i, p := range s.kept {
		s.kept[i] = float32(float64(p) / sum)
	}
	return removed
}

// left returns how many tokens the steps so far have kept.
func (s *Sampler) left() int {
	if s.ids == nil {
		return len(s.allowed)
	}
	return len(s.ids)
}

// choose draws one of the tokens that are left.
func (s *Sampler) choose(logits []float32, step int) Selection {
	i, random := 0, -1.0
	if s.options.Temperature > 0 {
		random = uniform(s.options.Seed, step)
		i = pick(s.kept, random)
	}
	chosen := Selection{Sampled: s.kept[i], Random: random}
	switch {
	case s.ids == nil:
		chosen.ID = i
		chosen.Rank = rank(logits, i)
	case s.masked != nil: // s.ids leaves out banned tokens
		chosen.ID = int(s.ids[i])
		chosen.Rank = rank(logits, chosen.ID)
	default:
		chosen.ID = int(s.ids[i])
		chosen.Rank = i
	}
	chosen.Probability = s.probs[chosen.ID]
	return chosen
}

// notFinite names the logit that makes a softmax impossible.
func notFinite(logits []float32) error {
	for id, x := range logits {
		if !(x <= math.MaxFloat32) {
			return fmt.Errorf("decoding: %w: %v for token %d", ErrNotFinite, x, id)
		}
	}
	return fmt.Errorf("decoding: %w: -Inf for every token", ErrNotFinite)
}

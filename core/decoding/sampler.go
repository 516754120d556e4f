package decoding

import (
	"errors"
	"fmt"
	"math"
	"slices"

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
	options Options   // Banned ascending, each id once
	all     []int32   // [V] every id, ascending; read by all that With makes of it
	masked  []float32 // [V] room for logits with NaN for banned ids; nil if none is banned

	// Of the step under way.
	logits  []float32 // [V] lent
	ranked  []float32 // [V] logits, or masked
	largest float32   // of ranked
	probs   []float32 // [V] the model's own probabilities
	warm    []float32 // [V] room for warmed
	isWarm  bool      // warm has them

	order, scratch []int32   // [V] room for ids
	few            []float32 // [V] room for the probabilities of a list that is ranked
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
	all := make([]int32, vocabulary)
	for id := range all {
		all[id] = int32(id)
	}
	return makeSampler(all, o), nil
}

func makeSampler(all []int32, o Options) *Sampler {
	v := len(all)
	s := &Sampler{
		options: o,
		all:     all,
		probs:   make([]float32, v),
		warm:    make([]float32, v),
		order:   make([]int32, v),
		scratch: make([]int32, v),
		few:     make([]float32, v),
	}
	if len(o.Banned) > 0 {
		s.masked = make([]float32, v)
	}
	return s
}

// Options returns what the Sampler was made with. Banned is lent.
func (s *Sampler) Options() Options { return s.options }

// With returns a Sampler for the same vocabulary and the same banned ids, with the other
// options of o. It shares nothing that changes, so it can be made and used while an
// observer holds up a Sample of s, to see what other options would choose. The error is
// an *OptionError.
func (s *Sampler) With(o Options) (*Sampler, error) {
	o.Banned = s.options.Banned
	if err := o.Validate(len(s.all)); err != nil {
		return nil, err
	}
	return makeSampler(s.all, o), nil
}

// Sample chooses the token that follows. logits is [V]; it is only read, and stays as it
// is until Sample returns. The random number depends on the seed and on step alone. Events
// are reported with the Step, Layer, Position and Tokens of ev:
//
//	softmax             tensor "probabilities" [V], banned tokens included; Detail *Mass
//	distribution        Detail *Distribution
//	decode              nothing
//	decode.temperature  tensors "ids" [K], "probabilities" [K]; Detail *Filter
//	decode.top_k        the same
//	decode.top_p        the same
//	decode.sample       Detail *Draw
//
// The tensors of a filter are the K tokens that are kept and their probabilities after the
// step: in order of id, and once a step has removed some, most probable first. A float32
// holds every id below 2^24. The error is ErrNotFinite, wrapped, or that of obs as it is.
func (s *Sampler) Sample(logits []float32, step int, ev stage.Event, obs stage.Observer) (Selection, error) {
	if err := s.Preview(logits, ev, obs); err != nil {
		return Selection{}, err
	}
	chosen := s.sample(s.reporter.kept, step)
	return chosen, s.reporter.drew(chosen)
}

// Preview is Sample without the draw: it reports what would be left to draw from.
func (s *Sampler) Preview(logits []float32, ev stage.Event, obs stage.Observer) error {
	if err := s.read(logits); err != nil {
		return err
	}
	r := &s.reporter
	if err := r.begin(s, ev, obs); err != nil {
		return err
	}
	if err := r.step(stage.DecodeTemperature, s.temperature()); err != nil {
		return err
	}
	if err := r.step(stage.DecodeTopK, s.topK(r.kept)); err != nil {
		return err
	}
	return r.step(stage.DecodeTopP, s.topP(r.kept))
}

// read takes the logits of a step, and their softmax.
func (s *Sampler) read(logits []float32) error {
	if len(logits) != len(s.all) {
		return fmt.Errorf("decoding: got %d logits, want %d", len(logits), len(s.all))
	}
	top, err := softmax(s.probs, logits)
	if err != nil {
		return err
	}
	s.logits, s.ranked, s.largest, s.isWarm = logits, logits, top, false
	if s.masked != nil {
		s.mask()
	}
	if s.largest < -math.MaxFloat32 {
		return fmt.Errorf("decoding: %w: -Inf for every token that is not banned", ErrNotFinite)
	}
	return nil
}

// mask takes the banned ids out of the ranking.
func (s *Sampler) mask() {
	copy(s.masked, s.logits)
	for _, id := range s.options.Banned {
		s.masked[id] = float32(math.NaN())
	}
	top := s.order[:1]
	best(top, s.masked)
	s.ranked, s.largest = s.masked, s.masked[top[0]]
}

// softmax writes the probabilities of logits to probs, both [V], and returns the largest
// logit.
func softmax(probs, logits []float32) (top float32, err error) {
	copy(probs, logits)
	top, sum := kernel.Softmax(probs)
	if sum != sum {
		return 0, notFinite(logits)
	}
	return top, nil
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

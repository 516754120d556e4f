package decoding

import (
	"vitrine/core/kernel"
	"vitrine/core/stage"
)

// reporter tells an observer of the steps of one Sample, and is the source of the events:
// what nobody asks for is not computed. It keeps what it lends, so that a report allocates
// nothing but, once, room for the ids of a tensor.
type reporter struct {
	*Sampler
	obs          stage.Observer // nil: nobody
	event        stage.Event
	before, kept list // what the step that is reported got, and what it has left
	draw         Draw

	// Of the event that is reported; nil: nobody has asked yet.
	tensors []stage.Tensor
	detail  any

	mass    Mass
	dist    Distribution
	filter  Filter
	top     [topCount]Candidate
	leaders [topCount]int32 // the best ids that are allowed, where led is true
	led     bool

	shown [2]stage.Tensor
	shape [1]int    // of each of shown
	ids   []float32 // [V] room for a tensor of ids; nil until one is asked for
}

// begin reports the stages before the first step.
func (r *reporter) begin(s *Sampler, ev stage.Event, obs stage.Observer) error {
	r.Sampler, r.event, r.obs, r.led = s, ev, obs, false
	r.kept = list{ids: s.all, probs: s.probs}
	for _, st := range [...]stage.Stage{stage.Softmax, stage.Distribution, stage.Decode} {
		if err := r.send(st); err != nil {
			return err
		}
	}
	return nil
}

// step reports the step that has just been taken, and what it has left.
func (r *reporter) step(st stage.Stage, left list) error {
	r.before, r.kept = r.kept, left
	return r.send(st)
}

func (r *reporter) drew(s Selection) error {
	r.draw = Draw{Random: s.Random, Kept: r.size(r.kept), ID: s.ID, Probability: s.Sampled}
	return r.send(stage.DecodeSample)
}

func (r *reporter) send(st stage.Stage) error {
	if r.obs == nil {
		return nil
	}
	r.tensors, r.detail = nil, nil
	r.event.Stage, r.event.Source = st, r
	return r.obs(&r.event)
}

// Tensors is that of stage.Source.
func (r *reporter) Tensors(st stage.Stage) []stage.Tensor {
	if r.tensors == nil {
		switch st {
		case stage.Softmax:
			r.shape[0] = len(r.probs)
			r.shown[0] = stage.Tensor{Name: "probabilities", Shape: r.shape[:], Data: r.probs}
			r.tensors = r.shown[:1]
		case stage.DecodeTemperature, stage.DecodeTopK, stage.DecodeTopP:
			r.tensors = r.tokens()
		}
	}
	return r.tensors
}

// Detail is that of stage.Source.
func (r *reporter) Detail(st stage.Stage) any {
	if r.detail == nil {
		switch st {
		case stage.Softmax:
			r.mass = Mass{Sum: total(r.probs), Largest: kernel.Maximum(r.probs)}
			r.detail = &r.mass
		case stage.Distribution:
			r.detail = r.distribution()
		case stage.DecodeTemperature:
			r.detail = r.filtered(r.options.Temperature)
		case stage.DecodeTopK:
			r.detail = r.filtered(float32(r.options.TopK))
		case stage.DecodeTopP:
			r.detail = r.filtered(r.options.TopP)
		case stage.DecodeSample:
			r.detail = &r.draw
		}
	}
	return r.detail
}

func (r *reporter) distribution() *Distribution {
	var room [topCount]int32
	ids := room[:min(len(r.logits), topCount)]
	best(ids, r.logits)
	r.dist = Distribution{
		Top:             r.candidates(list{ids: ids, probs: r.probs}),
		RestProbability: after(ids[len(ids)-1], r.logits, r.probs),
		RestCount:       len(r.logits) - len(ids),
	}
	return &r.dist
}

// filtered describes the step that is reported.
func (r *reporter) filtered(parameter float32) *Filter {
	kept := r.size(r.kept)
	r.filter = Filter{
		Parameter:          parameter,
		Kept:               kept,
		Removed:            r.size(r.before) - kept,
		RemovedProbability: r.removed(),
	}
	first := list{r.kept.ids, r.probabilities(r.kept), r.kept.ranked}
	if !first.ranked {
		first.ids = r.leading()
	}
	first.ids = first.ids[:min(kept, topCount)]
	r.filter.Top = r.candidates(first)
	return &r.filter
}

// removed returns the sum of the probabilities that the step took out.
func (r *reporter) removed() float64 {
	kept := len(r.kept.ids)
	switch {
	case r.size(r.before) == r.size(r.kept):
		return 0
	case r.before.ranked:
		return total(r.before.probs[kept:])
	}
	return after(r.kept.ids[kept-1], r.ranked, r.probabilities(r.before))
}

// probabilities returns those of l, computed where nobody has needed them so far.
func (r *reporter) probabilities(l list) []float32 {
	if l.probs == nil {
		return r.warmed()
	}
	return l.probs
}

// leading returns the best ids that are allowed, at most five.
func (r *reporter) leading() []int32 {
	ids := r.leaders[:min(len(r.all)-len(r.options.Banned), topCount)]
	if !r.led {
		best(ids, r.ranked)
		r.led = true
	}
	return ids
}

// tokens returns the tokens that are kept as tensors.
func (r *reporter) tokens() []stage.Tensor {
	ids, probs := r.kept.ids, r.probabilities(r.kept)
	if !r.kept.ranked && r.masked != nil {
		ids, probs = r.allowed(probs)
	}
	if r.ids == nil {
		r.ids = make([]float32, len(r.all))
	}
	for i, id := range ids {
		r.ids[i] = float32(id)
	}
	r.shape[0] = len(ids)
	r.shown[0] = stage.Tensor{Name: "ids", Shape: r.shape[:], Data: r.ids[:len(ids)]}
	r.shown[1] = stage.Tensor{Name: "probabilities", Shape: r.shape[:], Data: probs}
	return r.shown[:]
}

// allowed leaves the banned ids out of probs, [V]. It takes room that nothing else uses
// before a list is ranked.
func (r *reporter) allowed(probs []float32) (ids []int32, left []float32) {
	ids, left = r.order[:0], r.few[:0]
	for id, x := range r.ranked {
		if x == x { // not banned
			ids, left = append(ids, int32(id)), append(left, probs[id])
		}
	}
	return ids, left
}

// candidates describes ids of a list; one that is not ranked has the probability of every
// id at its number.
func (r *reporter) candidates(l list) []Candidate {
	top := r.top[:len(l.ids)]
	for i, id := range l.ids {
		at := i
		if !l.ranked {
			at = int(id)
		}
		top[i] = Candidate{ID: int(id), Logit: r.logits[id], Probability: l.probs[at]}
	}
	return top
}

package decoding

import (
	"vitrine/core/kernel"
	"vitrine/core/stage"
)

// topCount is how many tokens a report lists; the page shows as many.
const topCount = 5

// Candidate is a token that a step ranks.
type Candidate struct {
	ID          int
	Logit       float32 // the model's own
	Probability float32 // after the step
}

// Mass is the detail of the stage softmax. Probabilities are added as float64, in the
// order of their ids.
type Mass struct {
	Sum     float64 // of all, which rounding leaves near 1
	Largest float32
}

// Distribution is the detail of the stage distribution: the model's most probable
// tokens, at most five, and the sum of what all others have.
type Distribution struct {
	Top             []Candidate
	RestProbability float64
	RestCount       int
}

// Filter is the detail of the stages decode.temperature, decode.top_k and
// decode.top_p. Kept and Removed add up to what the step before kept, the first of
// them to the tokens that are not banned. At temperature 0 all but one are removed.
type Filter struct {
	Parameter          float32 // T, k or p
	Kept, Removed      int
	RemovedProbability float64     // sum of the removed tokens' probabilities before the step
	Top                []Candidate // the most probable after the step, at most five

	// All kept ids and their probabilities after the step: in order of id, and once
	// a step has removed some, most probable first.
	IDs           []int32
	Probabilities []float32
}

// Draw is the detail of the stage decode.sample.
type Draw struct {
	Random      float64 // in [0, 1); -1 at temperature 0, where nothing is drawn
	Kept        int     // from how many tokens
	ID          int
	Probability float32 // among these
}

// reporter tells an observer of the steps of one Sample. It keeps what it lends, so
// that a report allocates nothing.
type reporter struct {
	*Sampler
	logits []float32 // [V]
	ranked []float32 // [V] logits with NaN for banned ids
	obs    stage.Observer
	event  stage.Event
	before int // how many tokens the step under way got

	tensors []stage.Tensor // of the event
	detail  any

	softmax [1]stage.Tensor
	shape   [1]int
	mass    Mass
	dist    Distribution
	step    Filter
	drawn   Draw
	leaders [topCount]int32 // the best ids, and after distribution those that are allowed
	top     [topCount]Candidate
}

func (r *reporter) begin(s *Sampler, logits, ranked []float32, ev stage.Event, obs stage.Observer) {
	r.Sampler, r.logits, r.ranked, r.obs, r.event = s, logits, ranked, obs, ev
	r.before = len(s.allowed)
}

func (r *reporter) send(st stage.Stage, tensors []stage.Tensor, detail any) error {
	r.tensors, r.detail = tensors, detail
	r.event.Stage, r.event.Source = st, r
	return r.obs(&r.event)
}

// Tensors is that of stage.Source: r has those of the event that is reported.
func (r *reporter) Tensors(stage.Stage) []stage.Tensor { return r.tensors }

// Detail is that of stage.Source.
func (r *reporter) Detail(stage.Stage) any { return r.detail }

// distribution reports the stages before the first step.
func (r *reporter) distribution() error {
	if r.obs == nil {
		return nil
	}
	r.shape[0] = len(r.probs)
	r.softmax[0] = stage.Tensor{Name: "probabilities", Shape: r.shape[:], Data: r.probs}
	r.mass = Mass{Sum: total(r.probs), Largest: kernel.Maximum(r.probs)}
	if err := r.send(stage.Softmax, r.softmax[:], &r.mass); err != nil {
		return err
	}
	leaders := r.leaders[:min(len(r.logits), topCount)]
	best(leaders, r.logits)
	top := r.candidates(leaders, r.probs, true)
	rest := after(leaders[len(leaders)-1], r.logits, r.probs)
	r.dist = Distribution{Top: top, RestProbability: rest, RestCount: len(r.logits) - len(top)}
	if err := r.send(stage.Distribution, nil, &r.dist); err != nil {
		return err
	}
	if r.masked != nil {
		best(r.leaders[:min(len(r.allowed), topCount)], r.ranked)
	}
	return r.send(stage.Decode, nil, nil)
}

// filter reports the step that has just been taken.
func (r *reporter) filter(st stage.Stage, parameter float32, removed float64) error {
	if r.obs == nil {
		return nil
	}
	kept := r.left()
	r.step = Filter{
		Parameter:          parameter,
		Kept:               kept,
		Removed:            r.before - kept,
		RemovedProbability: removed,
		IDs:                r.ids,
		Probabilities:      r.kept,
	}
	r.before = kept
	if r.ids != nil {
		r.step.Top = r.candidates(r.ids[:min(kept, topCount)], r.kept, false)
		return r.send(st, nil, &r.step)
	}
	r.step.Top = r.candidates(r.leaders[:min(kept, topCount)], r.kept, true)
	r.step.IDs = r.allowed
	if r.masked != nil {
		for i, id := range r.allowed {
			r.few[i] = r.kept[id]
		}
		r.step.Probabilities = r.few[:kept]
	}
	return r.send(st, nil, &r.step)
}

func (r *reporter) draw(s Selection) error {
	if r.obs == nil {
		return nil
	}
	r.drawn = Draw{Random: s.Random, Kept: r.left(), ID: s.ID, Probability: s.Sampled}
	return r.send(stage.DecodeSample, nil, &r.drawn)
}

// candidates describes ids, whose probabilities stand at their id in probs if byID
// is set, else in their order.
func (r *reporter) candidates(ids []int32, probs []float32, byID bool) []Candidate {
	top := r.top[:len(ids)]
	for i, id := range ids {
		at := i
		if byID {
			at = int(id)
		}
		top[i] = Candidate{ID: int(id), Logit: r.logits[id], Probability: probs[at]}
	}
	return top
}

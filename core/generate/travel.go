package generate

import (
	"errors"
	"fmt"
	"slices"

	"vitrine/core/decoding"
	"vitrine/core/model"
	"vitrine/core/stage"
)

// A PlaceError says that a run has no such place, or has not come there yet.
type PlaceError struct {
	What      string // "position", "layer"
	Got       int
	Low, High int // what there is; none where High < Low
}

func (e *PlaceError) Error() string {
	if e.High < e.Low {
		return fmt.Sprintf("generate: %s %d: the run has not come so far", e.What, e.Got)
	}
	return fmt.Sprintf("generate: %s %d: want %d to %d", e.What, e.Got, e.Low, e.High)
}

// change is how the steps from one on decode.
type change struct {
	step    int
	options decoding.Options
	sampler *decoding.Sampler // nil until it is needed
}

// changeOf returns the change that a step decodes by.
func (r *Run) changeOf(step int) *change {
	i := len(r.changes) - 1
	for r.changes[i].step > step {
		i--
	}
	return &r.changes[i]
}

func (r *Run) samplerOf(step int) (*decoding.Sampler, error) {
	c := r.changeOf(step)
	if c.sampler == nil {
		var err error
		if c.sampler, err = r.sampler.With(c.options); err != nil {
			return nil, err
		}
	}
	return c.sampler, nil
}

// Decoding returns how a step decodes.
func (r *Run) Decoding(step int) decoding.Options { return r.changeOf(step).options }

// Rewind forgets the generated ids from position on, and whatever follows from them: the
// cache, the text, the half character, the beginning of a stop text, the reason to end. What
// was chosen and changed from there on is forgotten too, so that the run goes its own way;
// with keep it stays, and the same ids come again. Rewind is not for the middle of a step.
func (r *Run) Rewind(position int, keep bool) error {
	if position < r.read || position > len(r.ids) || r.read == 0 {
		return &PlaceError{"position", position, r.read, len(r.ids)}
	}
	ids := slices.Clone(r.ids[r.read:position])
	if err := r.begin(); err != nil {
		return err
	}
	r.ids = r.ids[:r.read]
	r.retrace(ids)
	if len(ids) == 0 {
		r.session.Truncate(0) // the first step reads the whole prompt
	} else {
		r.session.Truncate(min(r.session.Len(), position-1))
	}
	r.logits, r.seen = nil, lookup{}
	if !keep {
		r.forget(position)
	}
	return nil
}

// retrace appends ids to a run at its beginning, with all that follows from them.
func (r *Run) retrace(ids []int) {
	for _, id := range ids {
		o := r.outcome(decoding.Selection{ID: id})
		r.ids = append(r.ids, id)
		r.stream, r.stopper, r.reason = o.stream, o.stopper, o.reason
		r.text.WriteString(o.text)
	}
}

// restore gives a run that has gone back the ids again that it had.
func (r *Run) restore(ids []int) error {
	if len(ids) == 0 {
		return r.Restart()
	}
	if err := r.begin(); err != nil {
		return err
	}
	r.read = len(r.prompt.IDs)
	r.ids = slices.Clone(ids[:r.read])
	r.retrace(ids[r.read:])
	return nil
}

// forget forgets what was chosen and changed for the steps from position on.
func (r *Run) forget(position int) {
	for at := range r.choices {
		if at >= position {
			delete(r.choices, at)
		}
	}
	r.dropChanges(position - r.read)
	if len(r.changes) == 0 {
		r.changes = []change{{options: r.options.Decoding, sampler: r.sampler}}
	}
}

// dropChanges drops those that begin with a step or later.
func (r *Run) dropChanges(step int) {
	r.changes = slices.DeleteFunc(r.changes, func(c change) bool { return c.step >= step })
}

// Restart is Rewind to before the prompt was read, with all choices and changes kept.
func (r *Run) Restart() error {
	r.ids, r.read, r.step, r.logits, r.seen = r.ids[:0], 0, 0, nil, lookup{}
	if r.session != nil {
		r.session.Truncate(0)
	}
	return r.begin()
}

// Choose sets the token of the step that is next or under way.
func (r *Run) Choose(id int) error {
	if v := r.model.Config().Vocabulary; id < 0 || id >= v {
		return &decoding.OptionError{Option: "id", Got: id, Want: fmt.Sprintf("a token id from 0 to %d", v-1)}
	}
	if r.read == 0 {
		return &PlaceError{"position", 0, 0, -1}
	}
	r.choices[len(r.ids)] = id
	return nil
}

// Choices returns what was chosen, by position.
func (r *Run) Choices() map[int]int { return r.choices }

// Change sets how the steps from the one that is next or under way decode.
func (r *Run) Change(o decoding.Options) error {
	sampler, err := r.sampler.With(o)
	if err != nil {
		return err
	}
	step := len(r.ids) - r.read
	r.dropChanges(step)
	r.changes = append(r.changes, change{step, o, sampler})
	return nil
}

// Redecode reports to observer the stages of decode, with other options, of the step that
// read up to position: with draw the sample too. Nothing of the run changes. What is banned
// stays so.
func (r *Run) Redecode(position int, o decoding.Options, draw bool, observer stage.Observer) error {
	logits, err := r.logitsAt(position)
	if err != nil {
		return err
	}
	sampler, err := r.sampler.With(o)
	if err != nil {
		return err
	}
	step := max(0, position-r.read+1)
	ev := stage.Event{Step: step, Layer: -1, Position: position, Tokens: 1}
	if !draw {
		return sampler.Preview(logits, ev, observer)
	}
	_, err = sampler.Sample(logits, step, ev, observer)
	return err
}

// Revisit does the step again whose newest token is at position, for observer, with the
// rows from from to it (see firstRow): every stage that a pass over these ids has, to the same
// bits, and what followed, to the end of the step. The run stays as it is, and may stand in
// the middle of a step; between two steps the cache is filled where it lacks what comes
// before. Of a position inside the prompt, after which nothing was chosen, the stages end
// with distribution. ErrUnwound of the observer ends it and is no error.
func (r *Run) Revisit(position, from int, observer stage.Observer) error {
	if r.read == 0 || position < 0 || position >= len(r.ids) {
		return &PlaceError{"position", position, 0, len(r.ids) - 1}
	}
	if low := max(0, position+1-model.MaxRows); from < low || from > position {
		return &PlaceError{"row", from, low, position}
	}
	if unmasked(r.options.Switches) && position < r.read-1 {
		return &decoding.OptionError{Option: "position", Got: position, Want: fmt.Sprintf("at least %d: the mask is off, and the whole prompt was read as one", r.read-1)}
	}
	from, err := r.firstRow(from)
	if err != nil {
		return err
	}
	if newest := from + model.MaxRows - 1; position > newest {
		return &PlaceError{"position", position, 0, newest}
	}
	step := position - (r.read - 1)
	look := func(e *stage.Event) error {
		e.Step = max(0, step)
		if step < 0 && e.Stage == stage.Decode {
			return ErrUnwound
		}
		return observer(e)
	}
	err = r.revisit(r.session.Revisit, position, from, max(0, step), look)
	if errors.Is(err, ErrUnwound) {
		return nil
	}
	return err
}

// firstRow returns where a pass begins that is to have rows from from on, and fills the cache
// up to there: earlier where the pass under way is the first one that reads it, and at 0 where
// each row sees all.
func (r *Run) firstRow(from int) (int, error) {
	if unmasked(r.options.Switches) {
		return 0, nil
	}
	if !r.reading {
		return from, r.fill(from, r.aside)
	}
	return min(from, r.session.Len()), nil
}

// revisit is Revisit by a pass of the session.
func (r *Run) revisit(pass func(from int, ids []int, observer stage.Observer) error, position, from, step int, observer stage.Observer) error {
	ids := r.ids[from : position+1]
	ev := stage.Event{Step: step, Layer: -1, Position: position, Tokens: len(ids)}
	tell := func(s stage.Stage, detail any) error {
		e := at(ev, s)
		e.Source = stage.Shown{Other: detail}
		return observer(&e)
	}
	if step == 0 && from == 0 {
		e := stage.Event{Layer: -1, Source: stage.Shown{Other: &Prompt{Text: r.prompt.Text}}}
		if err := observer(&e); err != nil {
			return err
		}
		if err := tell(stage.Tokenize, &r.prompt); err != nil {
			return err
		}
	}
	if err := tell(stage.IDs, &Sequence{IDs: ids, Count: position + 1}); err != nil {
		return err
	}
	var logits []float32
	err := pass(from, ids, func(e *stage.Event) error {
		if e.Stage == stage.Head {
			logits = slices.Clone(e.Tensor("logits"))
		}
		return observer(e)
	})
	if err != nil {
		return err
	}
	sampler, err := r.sampler.With(r.changeOf(step).options)
	if err != nil {
		return err
	}
	drawn, err := sampler.Sample(logits, step, ev, observer)
	if err != nil || position+1 < r.read {
		return err
	}
	return r.retell(sampler, drawn, position, tell)
}

// retell reports the stages that follow the draw. Of the step under way none have come yet
// that the observer may see.
func (r *Run) retell(sampler *decoding.Sampler, drawn decoding.Selection, position int, tell func(stage.Stage, any) error) error {
	chosen := r.chosen(sampler, drawn, position+1)
	reason, err := r.reasonAt(position+1, chosen.ID)
	if err != nil {
		return err
	}
	ids := append(slices.Clone(r.ids[:position+1]), chosen.ID)
	step := position + 1 - r.read
	for _, e := range []struct {
		stage  stage.Stage
		detail any
	}{
		{stage.DecodeStop, &Stop{reason}},
		{stage.Select, &chosen},
		{stage.Append, &Sequence{IDs: ids, Count: len(ids)}},
		{stage.Loop, &Loop{Step: step, Cached: r.cached(position + 1), Reason: reason}},
		{stage.Generation, &Prediction{Step: step, Read: ids[:position+1], ID: chosen.ID, Probability: chosen.Probability}},
	} {
		if err := tell(e.stage, e.detail); err != nil {
			return err
		}
	}
	return nil
}

// reasonAt tells whether the run ends with the token at a position.
func (r *Run) reasonAt(position, id int) (decoding.Reason, error) {
	past := &Run{model: r.model, tokenizer: r.tokenizer, options: r.options, eos: r.eos, read: r.read, ids: slices.Clone(r.ids[:r.read])}
	if err := past.begin(); err != nil {
		return "", err
	}
	past.retrace(append(slices.Clone(r.ids[r.read:position]), id))
	return past.reason, nil
}

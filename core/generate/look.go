package generate

import (
	"slices"

	"vitrine/core/stage"
)

// lookup keeps the logits that were computed for a look.
type lookup struct {
	position int
	logits   []float32 // [V]; nil: nothing was looked at
}

// logitsAt returns the logits, [V], that follow the token at position. They are lent until
// the run goes on.
func (r *Run) logitsAt(position int) ([]float32, error) {
	if r.logits != nil && position == r.read-1+r.step {
		return r.logits, nil
	}
	if r.seen.logits != nil && r.seen.position == position {
		return r.seen.logits, nil
	}
	err := r.Revisit(position, position, func(e *stage.Event) error {
		if e.Stage != stage.Head {
			return nil
		}
		r.seen = lookup{position, slices.Clone(e.Tensor("logits"))}
		return ErrUnwound
	})
	return r.seen.logits, err
}

// A LensRow is what the model would predict if a layer were its last one.
type LensRow struct {
	Layer  int
	Logits []float32 // [V]
}

// Lens reports to each, layer by layer, what the residual stream after it predicts at a
// position: the final norm and the head applied to it. The logits are lent until each
// returns; an error of each ends it and is returned. Source: nostalgebraist 2020,
// "interpreting GPT: the logit lens".
func (r *Run) Lens(position int, each func(LensRow) error) error {
	row := LensRow{Logits: make([]float32, r.model.Config().Vocabulary)}
	return r.Revisit(position, position, func(e *stage.Event) error {
		if e.Stage != stage.Residual2 {
			return nil
		}
		row.Layer = e.Layer
		x := e.Tensor("sum")
		r.model.Lens(row.Logits, x[len(x)-r.model.Config().Embedding:])
		return each(row)
	})
}

package generate

import (
	"cmp"

	"vitrine/core/stage"
)

// Place is where a machine can stand: at a stage of a step. Layer is -1 outside the layers.
type Place struct {
	Step, Layer int
	Stage       stage.Stage
}

// PlaceOf returns where an event was reported.
func PlaceOf(e *stage.Event) Place { return Place{e.Step, e.Layer, e.Stage} }

// inLayers reports whether each layer has the stage.
func inLayers(s stage.Stage) bool { return s == stage.Layers || s.Within(stage.Layers) }

// Compare returns -1, 0 or 1 as p comes before q, is q, or comes after it in a run.
func (p Place) Compare(q Place) int {
	if p.Step == q.Step && inLayers(p.Stage) && inLayers(q.Stage) {
		return cmp.Or(cmp.Compare(p.Layer, q.Layer), cmp.Compare(p.Stage, q.Stage))
	}
	return cmp.Or(cmp.Compare(p.Step, q.Step), cmp.Compare(p.Stage, q.Stage))
}

// first returns the first place of a step.
func first(step int) Place {
	if step == 0 {
		return Place{0, -1, stage.Prompt}
	}
	return Place{step, -1, stage.IDs}
}

// before returns the place of the stage before p, of a model with that many layers; the
// first place of a run has none before it, and is its own.
func (p Place) before(layers int) Place {
	switch {
	case p == first(0):
		return p
	case p == first(p.Step):
		return Place{p.Step - 1, -1, stage.Generation}
	case p.Stage == stage.Layers && p.Layer > 0:
		return Place{p.Step, p.Layer - 1, stage.Residual2}
	case p.Stage == stage.Layers:
		return Place{p.Step, -1, stage.Position}
	case p.Stage == stage.Final:
		return Place{p.Step, layers - 1, stage.Residual2}
	}
	return Place{p.Step, p.Layer, p.Stage - 1}
}

// back returns where stepping back from p leads: to the stage before, to the beginning of
// this layer or of the one before, or to the beginning of this step or of the one before.
func (p Place) back(by Granularity, layers int) Place {
	switch by {
	case ByLayer:
		for q := p.before(layers); ; q = q.before(layers) {
			if q.Stage == stage.Layers || q == first(0) {
				return q
			}
		}
	case ByToken:
		if p != first(p.Step) {
			return first(p.Step)
		}
		return first(max(0, p.Step-1))
	}
	return p.before(layers)
}

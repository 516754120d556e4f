package generate

import (
	"cmp"

	"vitrine/core/model"
	"vitrine/core/stage"
)

// Place is where a machine can stand: at a stage of a step. Layer is -1 outside the layers.
type Place struct {
	Step, Layer int
	Stage       stage.Stage
	Pass        int // of the stages that each pass of a step has; see passOf
}

// PlaceOf returns where an event was reported.
func PlaceOf(e *stage.Event) Place {
	return Place{e.Step, e.Layer, e.Stage, passOf(e.Position, e.Stage)}
}

// passOf returns in which pass over all ids, model.MaxRows at a time, a position is read; 0 for
// a stage that a step has once, in however many passes it reads its ids.
func passOf(position int, s stage.Stage) int {
	if !inPasses(s) {
		return 0
	}
	return position / model.MaxRows
}

// inPasses reports whether each pass has the stage.
func inPasses(s stage.Stage) bool { return stage.Embed <= s && s <= stage.Residual2 }

// inLayers reports whether each layer has the stage.
func inLayers(s stage.Stage) bool { return s == stage.Layers || s.Within(stage.Layers) }

// Compare returns -1, 0 or 1 as p comes before q, is q, or comes after it in a run.
func (p Place) Compare(q Place) int {
	if p.Step != q.Step {
		return cmp.Compare(p.Step, q.Step)
	}
	if inPasses(p.Stage) && inPasses(q.Stage) && p.Pass != q.Pass {
		return cmp.Compare(p.Pass, q.Pass)
	}
	if inLayers(p.Stage) && inLayers(q.Stage) && p.Layer != q.Layer {
		return cmp.Compare(p.Layer, q.Layer)
	}
	return cmp.Compare(p.Stage, q.Stage)
}

// course says which places a run has.
type course struct {
	layers, prompt int  // how many of each; prompt is in ids
	noCache        bool // each step reads all ids
}

// passes returns the first and the last pass of a step.
func (c course) passes(step int) (first, last int) {
	last = (c.prompt - 1 + step) / model.MaxRows
	if step > 0 && !c.noCache {
		return last, last
	}
	return 0, last
}

// first returns the first place of a step.
func first(step int) Place {
	if step == 0 {
		return Place{Stage: stage.Prompt, Layer: -1}
	}
	return Place{Step: step, Layer: -1, Stage: stage.IDs}
}

// before returns the place of the stage before p; the first place of a run has none before it,
// and is its own.
func (p Place) before(c course) Place {
	begin, last := c.passes(p.Step)
	q := Place{p.Step, p.Layer, p.Stage - 1, p.Pass}
	switch {
	case p == first(0):
		return p
	case p == first(p.Step):
		q.Step, q.Stage = p.Step-1, stage.Generation
	case p.Stage == stage.Embed && p.Pass > begin:
		q.Layer, q.Stage, q.Pass = c.layers-1, stage.Residual2, p.Pass-1
	case p.Stage == stage.Embed:
		q.Pass = 0
	case p.Stage == stage.Layers && p.Layer > 0:
		q.Layer, q.Stage = p.Layer-1, stage.Residual2
	case p.Stage == stage.Layers:
		q.Layer = -1
	case p.Stage == stage.Final:
		q.Layer, q.Pass = c.layers-1, last
	}
	return q
}

// back returns where stepping back from p leads: to the stage before, to the beginning of
// this layer or of the one before, or to the beginning of this step or of the one before.
func (p Place) back(by Granularity, c course) Place {
	switch by {
	case ByLayer:
		for q := p.before(c); ; q = q.before(c) {
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
	return p.before(c)
}

package generate

import (
	"slices"

	"vitrine/core/stage"
)

// Query asks for the tensors of a stage.
type Query struct {
	Stage    stage.Stage
	Layer    int // of a stage inside the layers
	Position int // of the newest token of the pass
	Head     int // whose part of attention's tensors is wanted; -1: of all
	// From is the position from which on the pass is to have rows, up to Position; -1: as
	// the step had, at most model.MaxRows.
	From int
}

// Part is a tensor, or one head of it: [H, T, P] is then [T, P], [T, 3, H, D] is [T, 3, D],
// [T, H, D] is [T, D].
type Part struct {
	stage.Tensor
	From []int // the index of its first element in the tensor of a pass over all positions
}

// Inspect computes the tensors of a stage that the run has done, as the engine computed
// them. The run stays as it is.
func (m *Machine) Inspect(q Query) ([]Part, error) {
	c := m.run.model.Config()
	if !inLayers(q.Stage) {
		q.Layer = -1
	} else if q.Layer < 0 || q.Layer >= c.Layers {
		return nil, &PlaceError{"layer", q.Layer, 0, c.Layers - 1}
	}
	if q.Head < -1 || q.Head >= c.Heads {
		return nil, &PlaceError{"head", q.Head, 0, c.Heads - 1}
	}
	if err := m.reached(q.Position, q.Layer, q.Stage); err != nil {
		return nil, err
	}
	if q.From < 0 {
		q.From = m.run.rowsOf(q.Position)
	}
	var parts []Part
	err := m.run.Revisit(q.Position, q.From, func(e *stage.Event) error {
		if e.Stage != q.Stage || e.Layer != q.Layer {
			return nil
		}
		for _, t := range e.Tensors() {
			parts = append(parts, partOf(t, q.Head, e.Position+1-e.Tokens))
		}
		return ErrUnwound
	})
	return parts, err
}

// axes has, by tensor, which axis is that of the rows and which that of the heads; -1: none.
var axes = map[string]struct{ row, head int }{
	"rows": {0, -1}, "table": {0, -1}, "sum": {0, -1}, "mean": {0, -1}, "variance": {0, -1}, "result": {0, -1},
	"qkv": {0, 2}, "scores": {1, 0}, "scaled": {1, 0}, "weights": {1, 0}, "mix": {0, 1},
	"hidden": {0, -1}, "activated": {0, -1}, "output": {0, -1},
}

// partOf returns a copy of a tensor whose first row is at position from, or of what one head
// has of it.
func partOf(t stage.Tensor, head, from int) Part {
	at, perToken := axes[t.Name]
	p := Part{stage.Tensor{Name: t.Name, Shape: slices.Clone(t.Shape)}, make([]int, len(t.Shape))}
	if perToken {
		p.From[at.row] = from
	}
	if head < 0 || !perToken || at.head < 0 {
		p.Data = slices.Clone(t.Data)
		return p
	}
	inner, outer := 1, 1
	for _, n := range t.Shape[at.head+1:] {
		inner *= n
	}
	for _, n := range t.Shape[:at.head] {
		outer *= n
	}
	for i := range outer {
		p.Data = append(p.Data, t.Data[(i*t.Shape[at.head]+head)*inner:][:inner]...)
	}
	p.Shape = slices.Delete(p.Shape, at.head, at.head+1)
	p.From = slices.Delete(p.From, at.head, at.head+1)
	return p
}

// reached returns a PlaceError unless the stage has been done for the token at position.
func (m *Machine) reached(position, layer int, s stage.Stage) error {
	r := m.run
	if r.read == 0 {
		return &PlaceError{"position", position, 0, -1}
	}
	newest := len(r.ids) - 2 // the last one no step has read yet
	switch {
	case m.inside:
		newest = m.at.Position
	case len(r.IDs()) == 0:
		newest = -1
	}
	if position < 0 || position > newest {
		return &PlaceError{"position", position, 0, newest}
	}
	if m.inside && m.Place(position, layer, s).Compare(PlaceOf(&m.at)) > 0 {
		return &PlaceError{s.String(), layer, 0, -1}
	}
	return nil
}

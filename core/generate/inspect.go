package generate

import (
	"slices"

	"vitrine/core/model"
	"vitrine/core/stage"
)

// Query asks for the tensors of a stage.
type Query struct {
	Stage    stage.Stage
	Layer    int // of a stage inside the layers
	Position int // of the newest token of the pass
	Head     int // whose part of attention's tensors is wanted; -1: of all
	// Rows says from which position on the pass is to have rows, up to Position; -1: as
	// the step had, at most model.MaxRows.
	From int
}

// Part is a tensor, or one head of it: [H, T, P] is then [T, P], [T, 3, H, D] is [T, 3, D],
// [T, H, D] is [T, D].
type Part struct {
	stage.Tensor
	From int // the position of its first row; -1: its rows are no positions
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
		q.From = q.Position
		if q.Position < m.run.read {
			q.From = max(0, q.Position+1-model.MaxRows)
		}
	}
	q.From = m.run.firstRow(q.From)
	var parts []Part
	err := m.run.Revisit(q.Position, q.From, func(e *stage.Event) error {
		if e.Stage != q.Stage || e.Layer != q.Layer {
			return nil
		}
		for _, t := range e.Tensors() {
			part := Part{ofHead(t, q.Head), q.From}
			if perModel(t.Name) {
				part.From = -1
			}
			parts = append(parts, part)
		}
		return ErrUnwound
	})
	return parts, err
}

// perModel reports whether a tensor has no row per token.
func perModel(name string) bool {
	return slices.Contains([]string{"scale", "shift", "logits", "probabilities", "ids"}, name)
}

// ofHead returns a copy of a tensor, or of the part of one head.
func ofHead(t stage.Tensor, head int) stage.Tensor {
	copied := stage.Tensor{Name: t.Name, Shape: slices.Clone(t.Shape)}
	at := slices.Index([]string{"scores", "scaled", "weights"}, t.Name)
	axis := -1 // of the heads
	switch {
	case at >= 0:
		axis = 0
	case t.Name == "qkv":
		axis = 2
	case t.Name == "mix":
		axis = 1
	}
	if head < 0 || axis < 0 {
		copied.Data = slices.Clone(t.Data)
		return copied
	}
	inner, outer := 1, 1
	for _, n := range t.Shape[axis+1:] {
		inner *= n
	}
	for _, n := range t.Shape[:axis] {
		outer *= n
	}
	heads := t.Shape[axis]
	copied.Shape = slices.Delete(copied.Shape, axis, axis+1)
	for i := range outer {
		copied.Data = append(copied.Data, t.Data[(i*heads+head)*inner:][:inner]...)
	}
	return copied
}

// reached returns a PlaceError unless the stage has been done for the token at position.
func (m *Machine) reached(position, layer int, s stage.Stage) error {
	r := m.run
	if r.read == 0 {
		return &PlaceError{"position", position, 0, -1}
	}
	newest := len(r.ids) - 1
	if !m.inside || m.at.Stage >= stage.Append {
		newest-- // which no step has read yet
	}
	if !m.inside && len(r.IDs()) == 0 {
		newest = -1
	}
	if position < 0 || position > newest {
		return &PlaceError{"position", position, 0, newest}
	}
	place := Place{max(0, position-(r.read-1)), layer, s}
	if m.inside && place.Compare(PlaceOf(&m.at)) > 0 {
		return &PlaceError{s.String(), layer, 0, -1}
	}
	return nil
}

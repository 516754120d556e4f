package generate

import (
	"errors"

	"vitrine/core/model"
	"vitrine/core/stage"
)

// StageCost is what a stage of a step takes, with its time on the clock of the caller.
type StageCost struct {
	model.Cost
	Time float64
}

// StepCost is what a step takes, from embed to decode.sample: containers take nothing
// themselves. Of a step of several passes the stages of each are there.
type StepCost struct {
	Position, Tokens int
	Stages           []StageCost
}

// Cost does the step again that read up to position, -1 for the last whole one, and measures
// each stage from the report of the one before to its own. Nobody else is told of them. The
// run stays as it is.
func (m *Machine) Cost(position int, clock func() float64) (*StepCost, error) {
	r := m.run
	if position < 0 {
		if position = m.lastWhole(); position < r.read-1 || r.read == 0 {
			return nil, &PlaceError{"position", m.at.Position, 0, -1}
		}
	}
	if err := m.reached(position, -1, stage.DecodeSample); err != nil {
		return nil, err
	}
	if position < r.read-1 {
		return nil, &PlaceError{"position", position, r.read - 1, len(r.ids) - 1}
	}
	from := position
	if position < r.read || r.options.NoCache {
		from = 0
	}
	cost := &StepCost{Position: position, Tokens: position + 1 - from}
	for ; from <= position; from += model.MaxRows {
		if err := m.measure(cost, from, min(from+model.MaxRows, position+1), clock); err != nil {
			return nil, err
		}
	}
	return cost, nil
}

// lastWhole returns the position up to which the last step read that came to decode.sample.
func (m *Machine) lastWhole() int {
	if m.inside && m.at.Stage >= stage.DecodeSample {
		return m.at.Position
	}
	if m.inside {
		return m.at.Position - 1
	}
	return len(m.run.ids) - 2
}

// measure adds a pass of a step, over the ids from one position to another, the last of which
// ends with the choice of a token.
func (m *Machine) measure(cost *StepCost, from, to int, clock func() float64) error {
	r := m.run
	answers := to == cost.Position+1
	costs := r.model.Costs(model.Pass{Start: from, Rows: to - from, Answers: answers, Unmasked: unmasked(r.options.Switches)})
	if _, err := r.firstRow(from); err != nil {
		return err
	}
	i, last := 0, clock()
	observer := func(e *stage.Event) error {
		now := clock()
		if e.Stage > stage.DecodeSample || e.Stage == stage.Final && !answers {
			return ErrUnwound
		}
		if e.Stage >= stage.Embed {
			c := model.Cost{Stage: e.Stage, Layer: e.Layer}
			if i < len(costs) {
				c = costs[i]
				i++
			}
			cost.Stages = append(cost.Stages, StageCost{c, now - last})
		}
		if err := m.aside(e); err != nil {
			return err
		}
		last = clock()
		return nil
	}
	step := cost.Position - (r.read - 1)
	err := r.revisit(r.session.Repeat, to-1, from, step, observer)
	if errors.Is(err, ErrUnwound) {
		return nil
	}
	return err
}

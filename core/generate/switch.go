package generate

import (
	"errors"
	"slices"

	"vitrine/core/decoding"
	"vitrine/core/model"
	"vitrine/core/stage"
)

// unmasked reports whether the mask is off.
func unmasked(list []model.Switch) bool {
	return slices.ContainsFunc(list, func(w model.Switch) bool { return w.Kind == model.MaskOff })
}

// checkSwitches returns a *model.SwitchError, or a *decoding.OptionError where the cache does
// not allow the mask to be off: its rows have not seen the tokens that come later.
func checkSwitches(m *model.Model, o Options, list []model.Switch) error {
	if err := m.CheckSwitches(list); err != nil {
		return err
	}
	if unmasked(list) && !o.NoCache && o.MaxTokens > 1 {
		return &decoding.OptionError{Option: "switches", Got: "the mask off",
			Want: "cache: false with it, or maxTokens: 1: each token would have to see those that are generated later, and what the cache holds has not"}
	}
	return nil
}

// Switch sets what the run changes of its model from now on, in place of what it did. All ids
// stay: those that were drawn are chosen from now on, since the changed model would draw
// others. The cache goes, and is filled again. Switch is not for the middle of a step.
func (r *Run) Switch(list []model.Switch) error {
	if err := checkSwitches(r.model, r.options, list); err != nil {
		return err
	}
	r.options.Switches = slices.Clone(list)
	r.logits, r.seen = nil, lookup{}
	if r.session == nil {
		return nil
	}
	for position := r.read; r.read > 0 && position < len(r.ids); position++ {
		r.choices[position] = r.ids[position]
	}
	return r.session.Switch(list)
}

// Switches returns what the run changes of its model.
func (r *Run) Switches() []model.Switch { return r.options.Switches }

// catchUp makes the cache what the step that begins needs: it reads again what was there
// before, and tells quiet alone.
func (r *Run) catchUp() error {
	if r.options.NoCache {
		r.session.Truncate(0)
		return nil
	}
	if r.step == 0 {
		return nil
	}
	return r.fill(len(r.ids)-1, r.quiet)
}

// fill reads again what the cache lacks of the positions before one.
func (r *Run) fill(to int, observer stage.Observer) error {
	from := r.session.Len()
	if from >= to {
		return nil
	}
	r.logits = nil // they were the session's
	_, err := r.session.Forward(r.ids[from:to], observer)
	return err
}

// cached returns how many of the positions that were read the next step finds in the cache.
func (r *Run) cached(read int) int {
	if r.options.NoCache {
		return 0
	}
	return read
}

// rowsOf returns the first row, as far as one pass has them, of the step that read up to
// position.
func (r *Run) rowsOf(position int) int {
	if position < r.read || r.options.NoCache {
		return max(0, position+1-model.MaxRows)
	}
	return position
}

// Switch is Run.Switch for the machine. In the middle of a step it begins that step again,
// and stands where it stood; Switch tells whether it goes there.
func (m *Machine) Switch(list []model.Switch) (goes bool, err error) {
	if err := checkSwitches(m.run.model, m.run.options, list); err != nil {
		return false, err
	}
	place := m.here()
	standIn := func() error {
		if err := m.toStep(place.Step); err != nil {
			return err
		}
		if err := m.setSwitches(); err != nil {
			return err
		}
		return m.goBack(place)
	}
	switch {
	case m.plan != nil:
		m.switches = &list
		return false, nil
	case m.search != nil:
		m.plan, m.switches = standIn, &list
		return false, nil
	case !m.standing:
		m.plan, m.switches = m.switchStep, &list
		return false, nil
	case m.inside:
		m.plan, m.switches = standIn, &list
		return true, nil
	}
	if err := m.run.Switch(list); err != nil || len(m.run.IDs()) == 0 || m.run.options.NoCache {
		return false, err
	}
	if err := m.run.fill(len(m.run.ids)-1, m.run.aside); !errors.Is(err, ErrCutOff) { // who needs it later fills it
		return false, err
	}
	return false, nil
}

// switchStep switches and goes on with the beginning of the step. It is a plan.
func (m *Machine) switchStep() error {
	step := len(m.run.IDs())
	if err := m.toStep(step); err != nil {
		return err
	}
	if err := m.setSwitches(); err != nil {
		return err
	}
	return m.host.Rewound(Rewound{Position: len(m.run.prompt.IDs) + step, Step: step, Again: true})
}

// setSwitches sets the switches that have come with a plan, if any have.
func (m *Machine) setSwitches() error {
	list := m.switches
	if m.switches = nil; list == nil {
		return nil
	}
	return m.run.Switch(*list)
}

package generate

import (
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
	from, to := r.session.Len(), len(r.ids)-1
	if r.step == 0 || from >= to {
		return nil
	}
	_, err := r.session.Forward(r.ids[from:to], r.quiet)
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
	if m.search != nil {
		m.search.cancel = true
	}
	switch place := PlaceOf(&m.at); {
	case !m.standing || m.search != nil:
		m.plan = func() error { return m.switchStep(list) }
		return false, nil
	case m.inside:
		m.plan = func() error {
			if err := m.toStep(place.Step); err != nil {
				return err
			}
			if err := m.run.Switch(list); err != nil {
				return err
			}
			return m.goBack(place)
		}
		return true, nil
	}
	if err := m.run.Switch(list); err != nil || m.run.read == 0 || m.run.options.NoCache {
		return false, err
	}
	return false, m.refill()
}

// switchStep switches and goes on with the beginning of the step. It is a plan.
func (m *Machine) switchStep(list []model.Switch) error {
	step := len(m.run.IDs())
	if err := m.toStep(step); err != nil {
		return err
	}
	if err := m.run.Switch(list); err != nil {
		return err
	}
	return m.host.Rewound(Rewound{Position: len(m.run.prompt.IDs) + step, Step: step, Again: true})
}

// refill fills the cache of a machine that stands between two steps.
func (m *Machine) refill() error {
	if to := len(m.run.ids) - 1; len(m.run.IDs()) > 0 {
		_, err := m.run.session.Forward(m.run.ids[:to], func(*stage.Event) error { return m.host.Breathe() })
		return err
	}
	return nil
}

package stage

// An Emitter reports the stages of one pass, or of one step, to an observer, and keeps
// the first error: after it nothing more is reported. It fills in one event again and
// again, so that to report costs a call.
type Emitter struct {
	observer Observer // nil: nobody is told
	event    Event
	err      error
}

// Begin makes e ready for a pass. Of event, what all stages of the pass have in common
// counts: Step, Position and Tokens.
func (e *Emitter) Begin(observer Observer, event Event) {
	e.observer, e.event, e.err = observer, event, nil
}

// Emit reports that the stage has been executed and returns whether the pass goes on.
// source may be nil, where there is nothing to show.
func (e *Emitter) Emit(s Stage, layer int, source Source) bool {
	if e.observer != nil && e.err == nil {
		e.event.Stage, e.event.Layer, e.event.Source = s, layer, source
		e.err = e.observer(&e.event)
	}
	return e.err == nil
}

// Err returns what has ended the pass, or nil.
func (e *Emitter) Err() error { return e.err }

package generate

import "vitrine/core/stage"

// Granularity is how far one step goes.
type Granularity uint8

// The granularities.
const (
	ByStage Granularity = iota
	ByLayer
	ByToken
)

// Direction is whether a step enters what is inside a stage. The words are those of the
// Debug Adapter Protocol.
type Direction uint8

// The directions. At a stage x, a step ends at the first event after it that is
//
//	ByStage  Into  any
//	         Over  not inside x: after attention it is residual1, after decode select, after
//	               layers the next layer or final, and after what contains nothing any
//	         Out   not inside what contains x: after attention.scores it is residual1, after
//	               ln1 the next layer or final, after decode.top_k select; where nothing
//	               contains x, of another step
//	ByLayer  Into, Over  of another layer or outside the layers; at a stage outside them,
//	               layers
//	         Out   final
//	ByToken  Into, Over  of another step
//	         Out   none: the run goes to its end
const (
	Over Direction = iota
	Into
	Out
)

// Reason says why a run stands, in the words of the Debug Adapter Protocol.
type Reason string

// The reasons. A gate has no entry and no exception: those are for whoever opens it first
// and for what fails.
const (
	ReasonEntry      Reason = "entry"
	ReasonStep       Reason = "step"
	ReasonBreakpoint Reason = "breakpoint"
	ReasonPause      Reason = "pause"
	ReasonGoto       Reason = "goto"
	ReasonException  Reason = "exception"
)

// Stopped says why to stop.
type Stopped struct {
	Reason      Reason
	Breakpoints []int // those that were hit, by index
}

// Log is what a breakpoint writes down.
type Log struct {
	Breakpoint int // by index
	Message    string
}

// Target is a place in a run.
type Target struct {
	Step  int
	Layer int // of a stage inside the layers; below 0: the first
	Stage stage.Stage
	// Position is one that the pass must have come to: a long prompt is read in several. 0:
	// the first will do.
	Position int
}

// Words has what only the tokenizer knows.
type Words interface {
	Text(id int) string
}

// Gate decides at which events a run stops. Its answers depend on the events, the breakpoints
// and what was armed alone. What breakpoints count, and what changed remembers, belong to the
// place in the run: where a step begins again, they are what they were when it began.
//
// A condition about what the step has said earlier holds nowhere in a step in which nobody
// listened then: that of a breakpoint which is set in the middle of it.
type Gate struct {
	breakpoints []*armed
	watched     stages // those of breakpoints
	needed      facts
	listens     stages // those that say them

	stepping    bool
	from        stage.Event // where the step began
	granularity Granularity
	direction   Direction
	travelling  bool
	target      Target
	pausing     bool

	step  int         // of the event before; -1: none
	stage stage.Stage // of the event before
	look  look
}

// NewGate returns a gate that stops at nothing.
func NewGate(vocabulary Words) *Gate {
	return &Gate{step: -1, look: look{words: vocabulary}}
}

// SetBreakpoints replaces all breakpoints. Those that were there before go on counting. An
// error is a *ConditionError, and all stay as they were.
func (g *Gate) SetBreakpoints(breakpoints []Breakpoint) error {
	next := make([]*armed, len(breakpoints))
	for i, b := range breakpoints {
		var err error
		if next[i], err = arm(i, b); err != nil {
			return err
		}
	}
	before := g.breakpoints
	g.breakpoints, g.watched, g.needed = next, 0, 0
	for i, a := range next {
		for j, b := range before {
			if b != nil && b.Breakpoint == a.Breakpoint {
				next[i], before[j] = b, nil
				break
			}
		}
		g.watched |= 1 << a.Stage
		g.needed |= a.needs
	}
	g.listens = g.needed.sayers()
	return nil
}

// Step arms: stop where the step ends that begins at an event, that at which the run stands.
func (g *Gate) Step(from stage.Event, granularity Granularity, direction Direction) {
	from.Source = nil // lent
	g.stepping, g.from, g.granularity, g.direction = true, from, granularity, direction
}

// Goto arms: stop at the target, or at the first event after it. Breakpoints on the way count,
// and neither stop nor write.
func (g *Gate) Goto(target Target) { g.travelling, g.target = true, target }

// Pause arms: stop at the very next event.
func (g *Gate) Pause() { g.pausing = true }

// Clear disarms Step, Goto and Pause, as every stop does. Breakpoints stay.
func (g *Gate) Clear() { g.stepping, g.travelling, g.pausing = false, false, false }

// At is told of every event. stop is nil where the run goes on; of several reasons it has
// the first of goto, breakpoint, step and pause. An error means that the event does not say
// what a breakpoint asks of it.
func (g *Gate) At(e *stage.Event) (stop *Stopped, logs []Log, err error) {
	if e.Step != g.step || e.Stage <= stage.IDs && e.Stage <= g.stage {
		g.look.known = 0
		for _, a := range g.breakpoints {
			a.begin(e.Step)
		}
	}
	g.step, g.stage = e.Step, e.Stage
	if g.listens.has(e.Stage) {
		if err := g.look.hear(e, g.needed); err != nil {
			return nil, nil, err
		}
	}
	arrived := g.travelling && g.target.reachedBy(e)
	var hit []int
	if g.watched.has(e.Stage) {
		if hit, logs, err = g.meet(e, g.travelling && !arrived && !g.pausing); err != nil {
			return nil, nil, err
		}
	}
	var reason Reason
	switch {
	case arrived:
		reason = ReasonGoto
	case len(hit) > 0:
		reason = ReasonBreakpoint
	case g.stepping && g.ends(e):
		reason = ReasonStep
	case g.pausing:
		reason = ReasonPause
	default:
		return nil, logs, nil
	}
	g.Clear()
	return &Stopped{reason, hit}, logs, nil
}

// meet asks the breakpoints at the place of an event, which only count if they are silent.
func (g *Gate) meet(e *stage.Event, silent bool) (hit []int, logs []Log, err error) {
	g.look.at(e)
	defer g.look.at(nil) // what an event shows is lent
	for i, a := range g.breakpoints {
		if !a.meets(e) || a.needs&^g.look.known != 0 {
			continue
		}
		holds, err := a.holds(&g.look)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case !holds || silent:
		case a.message != nil:
			logs = append(logs, Log{i, a.message.Text(&g.look)})
		default:
			hit = append(hit, i)
		}
	}
	return hit, logs, nil
}

// ends reports whether the armed step ends at an event.
func (g *Gate) ends(e *stage.Event) bool {
	from := &g.from
	switch g.granularity {
	case ByToken:
		return g.direction != Out && e.Step != from.Step
	case ByLayer:
		switch {
		case g.direction == Out:
			return e.Stage == stage.Final
		case from.Layer < 0:
			return e.Stage == stage.Layers
		default:
			return e.Layer != from.Layer
		}
	}
	switch g.direction { // a container is left before it is entered again
	case Over:
		return !e.Stage.Within(from.Stage)
	case Out:
		if container, ok := from.Stage.Parent(); ok {
			return !e.Stage.Within(container)
		}
		return e.Step != from.Step
	default:
		return true
	}
}

// reachedBy reports whether an event is at the target or after it.
func (t Target) reachedBy(e *stage.Event) bool {
	switch {
	case e.Step != t.Step:
		return e.Step > t.Step
	case inPasses(e.Stage) && e.Position < t.Position:
		return false
	case inLayers(e.Stage) && inLayers(t.Stage) && e.Layer != max(t.Layer, 0):
		return e.Layer > t.Layer
	default:
		return e.Stage >= t.Stage
	}
}

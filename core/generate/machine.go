package generate

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"vitrine/core/decoding"
	"vitrine/core/model"
	"vitrine/core/stage"
)

// Host is who a Machine works for. All its methods but those of the first group are called
// on the machine's own goroutine, and an error of one ends the run.
type Host interface {
	// Work returns true when the machine may compute, or false when called is ready. Rest
	// says of a machine that may that it does not for now, but for an answer to a command.
	Work(called <-chan struct{}) bool
	Rest()
	// Breathe is called between any two stages that the host is not told of.
	Breathe() error

	// Stage is told of every stage, and may block.
	Stage(e *stage.Event) error
	// Missed reports whether nobody was shown what has been done of a step: of the one under
	// way, or of the last whole one. Again is then told of it.
	Missed(step int) bool
	Again(e *stage.Event) error
	Token(t Token) error
	Paused(p Paused) error
	Resumed() error
	Rewound(r Rewound) error
	Log(l Log) error
	// Done and Failed say that the run has ended; it can go on.
	Done() error
	Failed(err error) error
}

// Paused says where a machine stands, and why.
type Paused struct {
	Stopped
	At stage.Event // without its source
}

// Rewound says that the ids from a position on are forgotten.
type Rewound struct {
	Position, Step int
	Again          bool // they will come again
}

// Machine is a Run on a goroutine of its own that can be stopped between any two stages,
// looked into, and led elsewhere. Commands are functions that it executes while it stands or
// between two stages; only in one may its methods be called, Do, Abort and Close aside.
type Machine struct {
	run  *Run
	gate *Gate
	host Host

	lock  sync.Mutex
	queue []func()
	bell  chan struct{} // holds one value while commands wait
	ends  atomic.Int32  // how many of these are to end the run

	breakpoints []Breakpoint

	working  bool            // it may compute
	at       stage.Event     // the stage that was done last, without its source
	entering bool            // it is to stand at the first stage
	standing bool            // until a command lets it go
	inside   bool            // whether it stands in the middle of a step
	ended    bool            // the host was told so
	again    bool            // the step is to decode again
	plan     func() error    // what is to be done once the step is unwound
	aborting bool            // that is to end the run
	switches *[]model.Switch // that are to be set before, whatever is planned; nil: none
	search   *search         // the way back to a breakpoint
	base     baseline        // of Compare
	closed   bool
}

// search looks for the last place before another at which a breakpoint stops.
type search struct {
	gate   *Gate
	until  Place
	length int // how many ids the run had there
	hit    *Place
	cancel bool
}

// NewMachine prepares a machine for the prompt; Serve sets it going. It stands at the
// beginning where paused is set.
func NewMachine(run *Run, gate *Gate, host Host, paused bool) *Machine {
	m := &Machine{run: run, gate: gate, host: host, bell: make(chan struct{}, 1), entering: paused}
	m.between()
	run.watch(m.observe, m.token)
	run.quiet, run.aside = m.pass, m.aside
	return m
}

// Run returns what the machine runs. It is to be used in commands only.
func (m *Machine) Run() *Run { return m.run }

// At returns the stage that was done last, without its source.
func (m *Machine) At() stage.Event { return m.at }

// Ended reports whether the run has ended.
func (m *Machine) Ended() bool { return m.ended }

// Do has the machine execute a command, in the order of the calls. It returns at once.
func (m *Machine) Do(command func()) {
	m.lock.Lock()
	m.queue = append(m.queue, command)
	m.lock.Unlock()
	select {
	case m.bell <- struct{}{}:
	default:
	}
}

// leave has the machine execute a command that ends the run. What commands before it read is cut off.
func (m *Machine) leave(command func()) {
	m.ends.Add(1)
	m.Do(func() {
		m.ends.Add(-1)
		command()
	})
}

// ErrCutOff says that a command was cut off, since the run is to end.
var ErrCutOff = errors.New("generate: the run was ended before this was computed: ask again")

// aside is the observer of what a command reads, apart from a pass that it looks into.
func (m *Machine) aside(*stage.Event) error {
	if err := m.host.Breathe(); err != nil {
		return err
	}
	if m.ends.Load() > 0 || m.aborting || m.closed {
		return ErrCutOff
	}
	return nil
}

// Called is ready when a command waits: a host that blocks is then to return.
func (m *Machine) Called() <-chan struct{} { return m.bell }

// Serve runs until the machine is closed.
func (m *Machine) Serve() {
	m.obey()
	for !m.closed {
		if err := m.advance(); err != nil {
			m.fail(err)
		}
	}
	m.obey() // what waits gets its answer
	m.run.Close()
	m.rest()
}

// work waits until the machine may compute, or is led elsewhere: a plan that computes waits itself.
func (m *Machine) work() {
	for !m.working && !m.led() {
		if m.working = m.host.Work(m.bell); !m.working {
			m.obey()
		}
	}
}

// rest lets others compute.
func (m *Machine) rest() {
	if m.working {
		m.working = false
		m.host.Rest()
	}
}

// led reports whether a command leads the machine away from what it does.
func (m *Machine) led() bool {
	return m.plan != nil || m.closed || m.search != nil && m.search.cancel
}

// advance does the next thing: what is planned, a step, or to wait.
func (m *Machine) advance() error {
	if plan := m.plan; plan != nil {
		m.plan, m.aborting = nil, false
		return plan()
	}
	if m.standing {
		return m.wait()
	}
	if m.work(); m.led() {
		return nil
	}
	_, _, err := m.run.Next()
	if errors.Is(err, ErrUnwound) {
		return nil // by a plan
	}
	if err == nil && m.run.reason != "" {
		return m.end(true)
	}
	return err
}

func (m *Machine) fail(err error) {
	m.run.err = err
	m.standing, m.ended, m.plan, m.aborting, m.switches = true, true, nil, false, nil
	m.between()
	_ = m.host.Failed(err) // where even that fails there is nobody to tell
}

// end tells of a run that has ended, and with show of its last whole step if nobody was shown it.
func (m *Machine) end(show bool) error {
	m.standing, m.ended = true, true
	m.between()
	m.gate.Clear()
	if last := len(m.run.IDs()) - 1; show && last >= 0 && m.host.Missed(last) {
		if err := m.show(len(m.run.ids)-2, nil); err != nil {
			return err
		}
	}
	return m.host.Done()
}

// between sets at for a machine that stands between two steps.
func (m *Machine) between() {
	m.inside = false
	step := len(m.run.IDs())
	switch position := len(m.run.ids) - 1; {
	case m.run.read == 0:
		m.at = stage.Event{Stage: stage.Prompt, Layer: -1}
	case step == 0:
		m.at = stage.Event{Stage: stage.Tokenize, Layer: -1, Position: position, Tokens: m.run.read}
	default:
		m.at = stage.Event{Stage: stage.Generation, Step: step - 1, Layer: -1, Position: position - 1, Tokens: 1}
	}
}

// show tells the host again of the step that read up to position, up to a place if one is given, unless the run is to end.
func (m *Machine) show(position int, until *Place) error {
	err := m.run.Revisit(position, m.run.rowsOf(position), func(e *stage.Event) error {
		if err := m.host.Again(e); err != nil {
			return err
		}
		if until != nil && PlaceOf(e).Compare(*until) >= 0 {
			return ErrUnwound
		}
		return nil
	})
	if errors.Is(err, ErrCutOff) {
		return nil
	}
	return err
}

// observe is the observer of the run.
func (m *Machine) observe(e *stage.Event) error {
	m.at = *e
	m.at.Source = nil
	if m.search != nil {
		return m.look(e)
	}
	if err := m.host.Stage(e); err != nil {
		return err
	}
	m.obey()
	if !m.led() && !m.again {
		stop, logs, err := m.gate.At(e)
		if m.entering {
			m.entering, stop = false, &Stopped{Reason: ReasonEntry}
		}
		for i := 0; i < len(logs) && err == nil; i++ {
			err = m.host.Log(logs[i])
		}
		if err != nil {
			return err
		}
		if stop != nil {
			if err := m.stand(*stop); err != nil {
				return err
			}
		}
	}
	again := m.again
	m.again = false // a step that is unwound decodes by itself when it is done again
	switch {
	case m.led():
		return ErrUnwound
	case again:
		return errAgain
	}
	return nil
}

// token tells the host of a token, unless it has been told before.
func (m *Machine) token(t Token) error {
	if m.search != nil {
		return nil
	}
	return m.host.Token(t)
}

// pass is the observer of what is read without being told.
func (m *Machine) pass(*stage.Event) error {
	if err := m.host.Breathe(); err != nil {
		return err
	}
	if m.obey(); m.led() {
		return ErrUnwound
	}
	return nil
}

// look is observe on the way back to a breakpoint.
func (m *Machine) look(e *stage.Event) error {
	if err := m.host.Breathe(); err != nil {
		return err
	}
	m.obey()
	s, place := m.search, PlaceOf(e)
	if m.led() || place.Compare(s.until) >= 0 {
		return ErrUnwound
	}
	stop, _, err := s.gate.At(e)
	if stop != nil {
		s.hit = &place
	}
	return err
}

// stand keeps the machine where it is until a command lets it go.
func (m *Machine) stand(stop Stopped) error {
	m.standing, m.inside = true, true
	m.gate.Clear()
	if m.run.read > 0 && m.host.Missed(m.at.Step) {
		place := PlaceOf(&m.at)
		if err := m.show(m.at.Position, &place); err != nil {
			return err
		}
	}
	if err := m.host.Paused(Paused{stop, m.at}); err != nil {
		return err
	}
	defer func() { m.inside = false }()
	return m.wait()
}

// wait executes commands until one lets the machine go, or leads it elsewhere.
func (m *Machine) wait() error {
	m.rest()
	for m.standing && !m.led() {
		<-m.bell
		m.obey()
	}
	if m.work(); m.led() {
		return nil
	}
	return m.host.Resumed()
}

// obey executes the commands that wait.
func (m *Machine) obey() {
	for {
		m.lock.Lock()
		if len(m.queue) == 0 {
			m.lock.Unlock()
			return
		}
		command := m.queue[0]
		m.queue = m.queue[1:]
		m.lock.Unlock()
		command()
	}
}

// Close ends the machine, in the order of the calls of Do. The run is then gone.
func (m *Machine) Close() { m.leave(func() { m.closed = true }) }

// Abort ends the run before the next stage, in the order of the calls of Do. Nothing is computed for that where it
// stands, or where that takes another reading of all ids.
func (m *Machine) Abort() { m.leave(m.abort) }

func (m *Machine) abort() {
	m.giveUp()
	if m.ended {
		return
	}
	m.lead(func() error {
		m.run.Abort()
		return m.end(m.working && !m.run.options.NoCache)
	})
	m.aborting = true
}

// lead plans what is to be done once the step is unwound, in place of what was.
func (m *Machine) lead(plan func() error) {
	m.aborting = false
	m.plan = func() error {
		if err := m.setSwitches(); err != nil {
			return err
		}
		return plan()
	}
}

// giveUp ends a search where it has come to.
func (m *Machine) giveUp() {
	if m.search != nil {
		m.search.cancel = true
	}
}

// here returns the place of the machine: where a search began, which it gives up.
func (m *Machine) here() Place {
	if m.giveUp(); m.search != nil {
		return m.search.until
	}
	return PlaceOf(&m.at)
}

// Pause has the machine stand at the next stage, and tells whether it will.
func (m *Machine) Pause() bool {
	if m.giveUp(); m.search != nil {
		return true
	}
	if m.standing || m.ended {
		return false
	}
	m.gate.Pause()
	return true
}

// Resume lets the machine go, to the next breakpoint or the end, also after Abort, and tells
// whether it does.
func (m *Machine) Resume() bool {
	m.goOn()
	return m.release()
}

// goOn takes an abort back.
func (m *Machine) goOn() {
	if m.run.reason == decoding.ReasonAborted {
		m.run.GoOn()
		m.ended = false
	}
}

// release lets the machine go unless its run has ended.
func (m *Machine) release() bool {
	if m.ended || !m.standing {
		return false
	}
	m.standing = false
	return true
}

// Step lets the machine go to the end of a step, as Gate.Step says, and tells whether it
// does. A machine that runs is stopped there.
func (m *Machine) Step(by Granularity, to Direction) bool {
	m.goOn()
	if m.ended {
		return false
	}
	m.gate.Step(m.at, by, to)
	m.standing = false
	return true
}

// StepBack goes back by a stage, a layer or a token.
func (m *Machine) StepBack(by Granularity) bool {
	return m.Goto(m.here().back(by, m.course()))
}

// Goto goes to a place, or to the first stage after it, by doing again what leads there, and
// tells whether it has to go.
func (m *Machine) Goto(to Place) bool {
	here := m.here()
	order := to.Compare(here)
	if m.search == nil && !m.started() {
		order = 1
	}
	switch {
	case m.search != nil && order > 0:
		m.lead(func() error {
			if err := m.goBack(here); err != nil {
				return err
			}
			m.goTo(to)
			return nil
		})
	case m.search == nil && order == 0 && m.standing:
		return false
	case order > 0:
		m.goOn()
		if m.ended {
			return false
		}
		m.goTo(to)
		m.standing = false
	default:
		m.lead(func() error { return m.goBack(to) })
	}
	return true
}

// goTo has the gate stop at a place.
func (m *Machine) goTo(p Place) {
	m.gate.Goto(Target{Step: p.Step, Layer: p.Layer, Stage: p.Stage, Position: p.Pass * model.MaxRows})
}

// started reports whether the run has begun.
func (m *Machine) started() bool { return m.run.read > 0 || m.inside }

// goBack does again what leads to a place before this one. It is a plan.
func (m *Machine) goBack(to Place) error {
	if err := m.toStep(to.Step); err != nil {
		return err
	}
	m.gate.Clear()
	m.goTo(to)
	m.standing = false
	return m.host.Rewound(Rewound{Position: len(m.run.prompt.IDs) + to.Step, Step: to.Step, Again: true})
}

// toStep goes back to the beginning of a step.
func (m *Machine) toStep(step int) error {
	defer m.between()
	m.ended = false
	if step > 0 {
		return m.run.Rewind(m.run.read+step, true)
	}
	return m.run.Restart()
}

// ReverseContinue goes back to the last place at which a breakpoint stops, or to the first
// stage where there is none. Hit counts begin anew with each step.
func (m *Machine) ReverseContinue() bool {
	here := m.here()
	if here == first(0) {
		return false
	}
	m.lead(func() error {
		to, err := m.lastHit(here)
		if err != nil || m.plan != nil { // a command has come that leads elsewhere
			return err
		}
		return m.goBack(to)
	})
	return true
}

// lastHit returns the place, after doing the steps before it again, the last one first. If
// that is cancelled it is the place here, and the run has the ids that it had.
func (m *Machine) lastHit(here Place) (Place, error) {
	defer func() { m.search = nil }()
	ids := slices.Clone(m.run.ids)
	for step := here.Step; step >= 0; step-- {
		if err := m.toStep(step); err != nil {
			return here, err
		}
		m.search = &search{gate: m.fresh(), until: here, length: len(ids)}
		m.work()
		if _, _, err := m.run.Next(); err != nil && !errors.Is(err, ErrUnwound) {
			return here, err
		}
		if m.search.cancel || m.closed {
			return here, m.run.restore(ids)
		}
		if m.search.hit != nil {
			return *m.search.hit, nil
		}
	}
	return first(0), nil
}

// fresh returns a gate with the same breakpoints.
func (m *Machine) fresh() *Gate {
	gate := NewGate(m.run.tokenizer)
	_ = gate.SetBreakpoints(m.breakpoints) // they have been set before
	return gate
}

// Rewind forgets the ids from position on and what was chosen there, and stands before the
// step that comes to that position.
func (m *Machine) Rewind(position int) error {
	low, high := m.run.read, len(m.run.ids)
	if m.search != nil {
		low, high = len(m.run.prompt.IDs), m.search.length
	}
	if m.ended {
		high--
	}
	if high == 0 || position < low || position > high {
		return &PlaceError{"position", position, low, high}
	}
	m.giveUp()
	m.lead(func() error {
		if err := m.run.Rewind(position, false); err != nil {
			return err
		}
		m.standing, m.ended = true, false
		m.between()
		m.gate.Clear()
		if err := m.host.Rewound(Rewound{Position: position, Step: position - m.run.read}); err != nil {
			return err
		}
		return m.host.Paused(Paused{Stopped{Reason: ReasonGoto}, m.at})
	})
	return nil
}

// A LateError says that a token cannot be changed any more where the machine stands.
type LateError struct{ Position int }

func (e *LateError) Error() string {
	return fmt.Sprintf("generate: the token at position %d has been appended: rewind to %d first", e.Position, e.Position)
}

// Choose sets the token of the step in which the machine is, in place of the one that is
// drawn; between two steps, that of the next one. Where it was drawn already the step decodes
// again; Choose tells whether the machine does so to stand at the same stage.
func (m *Machine) Choose(id int) (goes bool, err error) {
	if err := m.changeable(); err != nil {
		return false, err
	}
	if err := m.run.Choose(id); err != nil {
		return false, err
	}
	return m.decodeAgain(), nil
}

// Redecode reports to observer the stages of decode, with other options, for the last
// distribution that the machine has come to: temperature, top-k and top-p and, with draw, the
// sample. With draw the options hold from this step on, which decodes again where it did
// already, to the same stage; Redecode tells whether it does. What is banned stays so.
func (m *Machine) Redecode(o decoding.Options, draw bool, observer stage.Observer) (goes bool, err error) {
	at := m.at
	if err := m.reached(at.Position, -1, stage.Head); err != nil {
		return false, err
	}
	err = m.run.Redecode(at.Position, o, draw, func(e *stage.Event) error {
		if e.Stage < stage.DecodeTemperature {
			return nil
		}
		return observer(e)
	})
	if err != nil || !draw {
		return false, err
	}
	if err := m.changeable(); err != nil {
		return false, err
	}
	if err := m.run.Change(o); err != nil {
		return false, err
	}
	return m.decodeAgain(), nil
}

// changeable returns a LateError where the token of the step is appended.
func (m *Machine) changeable() error {
	if m.search != nil {
		return &LateError{len(m.run.ids)}
	}
	if m.ended || m.inside && m.at.Stage >= stage.Append {
		return &LateError{len(m.run.ids) - 1}
	}
	return nil
}

// decodeAgain has a step that decodes begin that again, and tells whether a machine that stands
// in it goes.
func (m *Machine) decodeAgain() bool {
	if m.at.Stage < stage.Softmax || m.at.Stage >= stage.Append {
		return false
	}
	if m.again = true; !m.standing {
		return false
	}
	m.standing = false
	m.goTo(PlaceOf(&m.at))
	return true
}

// Place returns where a stage is done for the token at a position.
func (m *Machine) Place(position, layer int, s stage.Stage) Place {
	if !inLayers(s) {
		layer = -1
	}
	return Place{max(0, position+1-len(m.run.PromptIDs())), layer, s, passOf(position, s)}
}

func (m *Machine) course() course {
	return course{m.run.model.Config().Layers, len(m.run.PromptIDs()), m.run.options.NoCache}
}

// SetBreakpoints sets where the machine stops.
func (m *Machine) SetBreakpoints(all []Breakpoint) error {
	err := m.gate.SetBreakpoints(all)
	if err == nil {
		m.breakpoints = all
	}
	return err
}

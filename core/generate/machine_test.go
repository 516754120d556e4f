package generate

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"vitrine/core/decoding"
	"vitrine/core/model"
	"vitrine/core/stage"
)

// listener is a Host that keeps what it is told, and passes on where the machine stands or ends.
type listener struct {
	events  []Place // of stages, since it was cleared
	again   []Place
	tokens  []int // that the page would show
	prompt  int
	missed  bool
	stops   chan any // Paused, "done" or an error
	rewound []Rewound
	resumed int
	logs    []Log
	told    func()        // at each stage; may be nil
	breathe func()        // between stages that it is not told of; may be nil
	turn    chan struct{} // holds one value while somebody computes
	working bool          // whether that is the machine
	served  chan struct{} // closed once the machine is
}

func (h *listener) Work(called <-chan struct{}) bool {
	select {
	case h.turn <- struct{}{}:
		h.working = true
	case <-called:
	}
	return h.working
}
func (h *listener) Rest() {
	if !h.working {
		h.stops <- errors.New("the machine rests, and it is not its turn")
	}
	h.working = false
	<-h.turn
}
func (h *listener) Missed(int) bool { return h.missed }
func (h *listener) Breathe() error {
	if h.breathe != nil {
		h.breathe()
	}
	return nil
}
func (h *listener) Stage(e *stage.Event) error {
	if !h.working {
		return errors.New("the machine computes, and it is not its turn")
	}
	h.events = append(h.events, PlaceOf(e))
	if h.told != nil {
		h.told()
	}
	if e.Stage == stage.Tokenize {
		h.prompt = e.Tokens
	}
	return nil
}
func (h *listener) Again(e *stage.Event) error { h.again = append(h.again, PlaceOf(e)); return nil }
func (h *listener) Token(t Token) error {
	h.tokens = append(h.tokens[:t.Position-h.prompt], t.ID)
	return nil
}
func (h *listener) Paused(p Paused) error { h.stops <- p; return nil }
func (h *listener) Resumed() error        { h.resumed++; return nil }
func (h *listener) Log(l Log) error       { h.logs = append(h.logs, l); return nil }
func (h *listener) Done() error           { h.stops <- "done"; return nil }
func (h *listener) Failed(err error) error {
	h.stops <- err
	return nil
}
func (h *listener) Rewound(r Rewound) error {
	h.rewound = append(h.rewound, r)
	h.tokens = h.tokens[:min(len(h.tokens), r.Step)]
	return nil
}

// start serves a machine that stands at the first stage.
func start(t *testing.T, prompt string, o Options) (*Machine, *listener) {
	t.Helper()
	m, tok := load(t)
	r, err := New(m, tok, Prompt{Text: prompt}, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, r)
}

// serve serves a machine for a run, which stands at the first stage.
func serve(t *testing.T, r *Run) (*Machine, *listener) {
	t.Helper()
	h := &listener{stops: make(chan any, 1000), turn: make(chan struct{}, 1), served: make(chan struct{})}
	machine := NewMachine(r, NewGate(r.tokenizer), h, true)
	go func() {
		defer close(h.served)
		machine.Serve()
	}()
	t.Cleanup(machine.Close)
	if p, ok := (<-h.stops).(Paused); !ok || p.Reason != ReasonEntry || PlaceOf(&p.At) != first(0) {
		t.Fatalf("begins at %+v", p)
	}
	return machine, h
}

// patience is how long a machine may take that has to do nothing first.
const patience = 10 * time.Second

// within returns where the machine stands or ends, as it does soon.
func within(t *testing.T, h *listener) any {
	t.Helper()
	select {
	case stop := <-h.stops:
		return stop
	case <-time.After(patience):
		t.Fatal("the machine waits")
		return nil
	}
}

// ask executes a command and waits until it has been.
func ask[T any](m *Machine, command func() T) T {
	answer := make(chan T)
	m.Do(func() { answer <- command() })
	return <-answer
}

// to executes a command that lets the machine go and waits until it stands; nil is the end.
func to(t *testing.T, m *Machine, h *listener, command func() bool) *Paused {
	t.Helper()
	if !ask(m, command) {
		t.Fatalf("the machine does not go from %+v, standing %v, ended %v", m.at, m.standing, m.ended)
	}
	switch stop := (<-h.stops).(type) {
	case Paused:
		return &stop
	case error:
		t.Fatal(stop)
	}
	return nil
}

func drawn(maxTokens int) Options {
	return Options{MaxTokens: maxTokens, IgnoreEOS: true, Decoding: decoding.Options{Temperature: 0.9, TopK: 50, TopP: 0.95, Seed: 5}}
}

// TestStepsGoThroughAllStages steps into every stage, and back through all of them.
func TestStepsGoThroughAllStages(t *testing.T) {
	const steps = 2
	m, h := start(t, "Once upon a time", drawn(steps))
	places := []Place{first(0)}
	for {
		p := to(t, m, h, func() bool { return m.Step(ByStage, Into) })
		if p == nil {
			break
		}
		places = append(places, PlaceOf(&p.At))
	}
	layers := m.course().layers
	var want []stage.Stage
	for step := range steps {
		want = append(want, passOrder(layers, step)...)
	}
	var got []stage.Stage
	for i, p := range places {
		got = append(got, p.Stage)
		if i > 0 && (places[i-1].Compare(p) != -1 || p.before(m.course()) != places[i-1]) {
			t.Fatalf("%v comes after %v", p, places[i-1])
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("stands at %v, want %v", got, want)
	}
	ids := slices.Clone(h.tokens)
	for i := len(places) - 2; i >= 0; i -= 7 { // every place would take long
		target := places[i]
		p := to(t, m, h, func() bool { return m.Goto(target) })
		if p == nil || PlaceOf(&p.At) != target || p.Reason != ReasonGoto {
			t.Fatalf("back to %v leads to %+v", target, p)
		}
		if i > 0 {
			p = to(t, m, h, func() bool { return m.StepBack(ByStage) })
			if p == nil || PlaceOf(&p.At) != places[i-1] {
				t.Fatalf("a stage back from %v leads to %+v", target, p)
			}
		}
	}
	if p := to(t, m, h, m.Resume); p != nil || !slices.Equal(h.tokens, ids) {
		t.Errorf("from the beginning again: %v, want %v", h.tokens, ids)
	}
}

// TestStandsBeforeWhatFollows: nothing after a breakpoint inside a layer has happened.
func TestStandsBeforeWhatFollows(t *testing.T) {
	m, h := start(t, france, drawn(4))
	if err := ask(m, func() error {
		return m.SetBreakpoints([]Breakpoint{{Stage: stage.AttentionMask, Layer: 2, Position: -1}})
	}); err != nil {
		t.Fatal(err)
	}
	for step := range 3 {
		p := to(t, m, h, m.Resume)
		if p == nil || PlaceOf(&p.At) != (Place{step, 2, stage.AttentionMask, 0}) || !slices.Equal(p.Breakpoints, []int{0}) {
			t.Fatalf("step %d: stands at %+v", step, p)
		}
		if last := h.events[len(h.events)-1]; last != PlaceOf(&p.At) {
			t.Fatalf("step %d: %v was told last", step, last)
		}
		ask(m, func() any {
			if got, want := len(m.run.ids), h.prompt+step; got != want {
				t.Errorf("step %d: %d ids, want %d", step, got, want)
			}
			cached := h.prompt + step - 1
			if step == 0 {
				cached = 0
			}
			if got := m.run.session.Len(); got != cached {
				t.Errorf("step %d: %d positions in the cache, want %d", step, got, cached)
			}
			var place *PlaceError
			if _, err := m.Inspect(Query{Stage: stage.AttentionMix, Layer: 2, Position: m.at.Position, Head: -1, From: -1}); !errors.As(err, &place) {
				t.Errorf("what has not happened can be looked at: %v", err)
			}
			if _, err := m.Inspect(Query{Stage: stage.AttentionMask, Layer: 2, Position: m.at.Position, Head: -1, From: -1}); err != nil {
				t.Error(err)
			}
			return nil
		})
	}
}

// fresh runs to the end with the same choices, and the options that hold from steps on.
func fresh(t *testing.T, prompt string, o Options, changes []change) []int {
	t.Helper()
	m, tok := load(t)
	r, err := New(m, tok, Prompt{Text: prompt}, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.changes = nil
	for _, c := range changes {
		r.changes = append(r.changes, change{step: c.step, options: c.options})
	}
	for r.Reason() == "" {
		if _, _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	return slices.Clone(r.IDs())
}

// TestRandomCommands gives a machine 200 random commands; then the ids are those of a fresh
// run with the same choices.
func TestRandomCommands(t *testing.T) {
	for seed := range uint64(3) {
		randomCommands(t, seed)
	}
}

func randomCommands(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 14))
	const prompt, tokens = "The cat", 8
	m, h := start(t, prompt, drawn(tokens))
	layers, vocabulary := m.course().layers, m.run.model.Config().Vocabulary
	ended := func() bool { return ask(m, m.Ended) }
	for n := range 200 {
		by, dir := Granularity(random.IntN(3)), Direction(random.IntN(3))
		var command func() bool
		switch random.IntN(13) {
		case 0, 1, 2:
			command = func() bool { return m.Step(by, dir) }
		case 3:
			command = m.Resume
		case 4:
			command = func() bool { return m.StepBack(by) }
		case 5:
			target := Place{random.IntN(tokens), random.IntN(layers), stage.Stage(random.IntN(len(stage.All()))), 0}
			if !inLayers(target.Stage) {
				target.Layer = -1
			}
			command = func() bool { return m.Goto(target) }
		case 6:
			command = m.ReverseContinue
		case 7:
			position := h.prompt + random.IntN(tokens+1)
			command = func() bool { return m.Rewind(position) == nil }
		case 8:
			id := random.IntN(vocabulary)
			command = func() bool { goes, err := m.Choose(id); return goes && err == nil }
		case 9:
			o := m.run.options.Decoding
			o.Temperature, o.Seed = float32(random.IntN(3))/2, random.Uint64()
			command = func() bool {
				goes, err := m.Redecode(o, true, func(*stage.Event) error { return nil })
				return goes && err == nil
			}
		case 10:
			breakpoints := []Breakpoint{{Stage: stage.Stage(random.IntN(len(stage.All()))), Layer: -1, Position: -1}}
			command = func() bool { return m.SetBreakpoints(breakpoints) != nil }
		case 11:
			list := [][]model.Switch{nil, offs, offs[:1]}[random.IntN(3)]
			command = func() bool { goes, err := m.Switch(list); return goes && err == nil }
		case 12:
			command = func() bool {
				q := Query{Stage: stage.Stage(random.IntN(len(stage.All()))), Layer: random.IntN(layers), Position: random.IntN(h.prompt + tokens), Head: random.IntN(2) - 1, From: -1}
				_, err := m.Inspect(q)
				var place *PlaceError
				if err != nil && !errors.As(err, &place) {
					t.Errorf("%+v: %v", q, err)
				}
				return false
			}
		}
		if !ask(m, command) {
			continue
		}
		if err, failed := (<-h.stops).(error); failed {
			t.Fatalf("seed %d, command %d: %v", seed, n, err)
		}
		if got := ask(m, func() []int { return slices.Clone(m.run.IDs()) }); !slices.Equal(got, h.tokens) {
			t.Fatalf("seed %d, command %d: the run has %v, the page %v", seed, n, got, h.tokens)
		}
	}
	ask(m, func() error { return m.SetBreakpoints(nil) })
	for !ended() && to(t, m, h, m.Resume) != nil {
	}
	o := drawn(tokens)
	o.Choices, o.Switches = m.run.Choices(), m.run.Switches()
	if want := fresh(t, prompt, o, m.run.changes); !slices.Equal(m.run.IDs(), want) || !slices.Equal(h.tokens, want) {
		t.Errorf("seed %d: after all commands %v, told %v, a fresh run has %v", seed, m.run.IDs(), h.tokens, want)
	}
}

// TestRewindAndBranch takes another token on a run that has ended.
func TestRewindAndBranch(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(5))
	to(t, m, h, m.Resume)
	one := slices.Clone(h.tokens)
	position := h.prompt + 2
	if err := ask(m, func() error { return m.Rewind(position) }); err != nil {
		t.Fatal(err)
	}
	p := (<-h.stops).(Paused)
	if p.At.Stage != stage.Generation || p.At.Step != 1 || len(h.rewound) != 1 || h.rewound[0] != (Rewound{position, 2, false}) {
		t.Fatalf("stands at %+v, rewound %+v", p, h.rewound)
	}
	other := (one[2] + 1) % m.run.model.Config().Vocabulary
	if err := ask(m, func() error { _, err := m.Choose(other); return err }); err != nil {
		t.Fatal(err)
	}
	to(t, m, h, m.Resume)
	if !slices.Equal(h.tokens[:2], one[:2]) || h.tokens[2] != other || len(h.tokens) != 5 {
		t.Errorf("the branch of %v with %d is %v", one, other, h.tokens)
	}
	var late *LateError
	if err := ask(m, func() error { _, err := m.Choose(other); return err }); !errors.As(err, &late) {
		t.Errorf("a choice after the end: %v", err)
	}
}

// TestChooseWhereItWasDrawn changes the token while the machine stands at select, and how it
// is drawn while it stands at each stage of decode.
func TestChooseWhereItWasDrawn(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(3))
	to(t, m, h, func() bool { return m.Goto(Place{1, -1, stage.Select, 0}) })
	p := to(t, m, h, func() bool { goes, err := m.Choose(77); return goes && err == nil })
	if p == nil || PlaceOf(&p.At) != (Place{1, -1, stage.Select, 0}) {
		t.Fatalf("after the choice it stands at %+v", p)
	}
	for s := stage.Decode; s <= stage.Select; s++ {
		to(t, m, h, func() bool { return m.Goto(Place{2, -1, s, 0}) })
		o := decoding.Options{Temperature: 1.5, TopP: 1, Seed: uint64(s)}
		kept := 0
		p := to(t, m, h, func() bool {
			goes, err := m.Redecode(o, true, func(e *stage.Event) error {
				if f, ok := e.Detail().(*decoding.Filter); ok {
					kept = f.Kept
				}
				return nil
			})
			return goes && err == nil
		})
		if kept != m.run.model.Config().Vocabulary {
			t.Errorf("%d tokens are kept, want all", kept)
		}
		if p == nil || PlaceOf(&p.At) != (Place{2, -1, s, 0}) {
			t.Fatalf("after the change it stands at %+v, want %v", p, s)
		}
	}
	to(t, m, h, m.Resume)
	o := drawn(3)
	o.Choices = map[int]int{h.prompt + 1: 77}
	want := fresh(t, "Once upon a time", o, []change{{options: o.Decoding}, {step: 2, options: decoding.Options{Temperature: 1.5, TopP: 1, Seed: uint64(stage.Select)}}})
	if !slices.Equal(h.tokens, want) {
		t.Errorf("%v, want %v", h.tokens, want)
	}
}

// TestReverseContinue goes back from breakpoint to breakpoint.
func TestReverseContinue(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(3))
	ask(m, func() error { return m.SetBreakpoints([]Breakpoint{{Stage: stage.MLP, Layer: 1, Position: -1}}) })
	for to(t, m, h, m.Resume) != nil {
	}
	ids := slices.Clone(h.tokens)
	for _, want := range []Place{{2, 1, stage.MLP, 0}, {1, 1, stage.MLP, 0}, {0, 1, stage.MLP, 0}, first(0)} {
		if p := to(t, m, h, m.ReverseContinue); p == nil || PlaceOf(&p.At) != want {
			t.Fatalf("back to %+v, want %v", p, want)
		}
	}
	ask(m, func() error { return m.SetBreakpoints(nil) })
	to(t, m, h, m.Resume)
	if !slices.Equal(h.tokens, ids) {
		t.Errorf("then %v, want %v", h.tokens, ids)
	}
}

// TestMissedStepIsShown: where nobody was shown the stages of a step, a machine that stands in
// it shows all that were done, and one that ends shows the whole last step.
func TestMissedStepIsShown(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(3))
	h.missed = true
	to(t, m, h, func() bool { return m.Goto(Place{1, 1, stage.AttentionScale, 0}) })
	want := passOrder(m.course().layers, 1)
	end := slices.Index(want, stage.Residual2) + 1 + slices.Index(want[3:], stage.AttentionScale) + 1
	if len(h.again) != end || h.again[end-1] != (Place{1, 1, stage.AttentionScale, 0}) {
		t.Errorf("shown %v", h.again)
	}
	h.again = nil
	to(t, m, h, m.Resume)
	if len(h.again) != len(passOrder(m.course().layers, 2)) || h.again[0] != first(2) {
		t.Errorf("shown at the end %v", h.again)
	}
}

// TestAbortAndGoOn ends a run that stands, and takes it back.
func TestAbortAndGoOn(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(4))
	to(t, m, h, func() bool { return m.Goto(Place{1, 1, stage.MLP, 0}) })
	if p := to(t, m, h, func() bool { m.Abort(); return true }); p != nil {
		t.Fatalf("stands at %+v", p)
	}
	if r := ask(m, m.run.Reason); r != decoding.ReasonAborted || len(h.tokens) != 1 {
		t.Fatalf("reason %q after %d tokens", r, len(h.tokens))
	}
	to(t, m, h, m.Resume)
	if want := fresh(t, "Once upon a time", drawn(4), []change{{options: drawn(4).Decoding}}); !slices.Equal(h.tokens, want) {
		t.Errorf("then %v, want %v", h.tokens, want)
	}
}

// TestLeavesWithoutATurn: a machine that stands while others compute ends, and is led back, at once.
func TestLeavesWithoutATurn(t *testing.T) {
	const prompt, tokens = "Once upon a time", 4
	at := Place{2, 1, stage.MLP, 0}
	for name, test := range map[string]struct {
		command func(m *Machine)
		want    any
	}{
		"abort":  {(*Machine).Abort, "done"},
		"rewind": {func(m *Machine) { _ = m.Rewind(m.run.read + 1) }, Place{0, -1, stage.Generation, 0}},
		"abort a search": {func(m *Machine) {
			m.ReverseContinue()
			m.Abort()
		}, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			m, h := start(t, prompt, drawn(tokens))
			to(t, m, h, func() bool { return m.Goto(at) })
			h.missed = true
			h.turn <- struct{}{} // somebody computes, and goes on doing so
			m.Do(func() { test.command(m) })
			stop := within(t, h)
			if p, ok := stop.(Paused); ok {
				stop = PlaceOf(&p.At)
			}
			if stop != test.want || len(h.again) > 0 {
				t.Fatalf("comes to %v, want %v; shown %v", stop, test.want, h.again)
			}
			<-h.turn
			h.missed = false
			to(t, m, h, m.Resume)
			if want := fresh(t, prompt, drawn(tokens), []change{{options: drawn(tokens).Decoding}}); !slices.Equal(h.tokens, want) {
				t.Errorf("then %v, want %v", h.tokens, want)
			}
		})
	}
	t.Run("close", func(t *testing.T) {
		m, h := start(t, prompt, drawn(tokens))
		h.turn <- struct{}{}
		m.Close()
		select {
		case <-h.served:
		case <-time.After(patience):
			t.Fatal("the machine waits")
		}
	})
}

// TestSearchWaitsForItsTurn: the way back to a breakpoint computes while nobody else does.
func TestSearchWaitsForItsTurn(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(3))
	ask(m, func() error { return m.SetBreakpoints([]Breakpoint{{Stage: stage.MLP, Layer: 1, Position: -1}}) })
	for range 2 {
		to(t, m, h, m.Resume)
	}
	searched := false
	h.breathe = func() {
		if searched = true; !h.working {
			t.Error("the machine searches, and it is not its turn")
		}
	}
	h.turn <- struct{}{}
	if !ask(m, m.ReverseContinue) || ask(m, func() bool { return searched }) {
		t.Error("it does not wait")
	}
	<-h.turn
	if p, ok := within(t, h).(Paused); !ok || PlaceOf(&p.At) != (Place{0, 1, stage.MLP, 0}) || !searched {
		t.Errorf("stands at %+v", p)
	}
}

// TestAbortReadsNothingAgain: a run without a cache would have to read all ids to show its last step.
func TestAbortReadsNothingAgain(t *testing.T) {
	for _, noCache := range []bool{false, true} {
		o := drawn(4)
		o.NoCache = noCache
		m, h := start(t, "Once upon a time", o)
		h.missed = true
		h.told = func() {
			if PlaceOf(&m.at) == (Place{2, 1, stage.MLP, 0}) {
				m.Abort()
			}
		}
		to(t, m, h, m.Resume)
		if len(h.tokens) != 2 || len(h.again) > 0 == noCache {
			t.Errorf("without a cache %v: %d tokens, shown %v", noCache, len(h.tokens), h.again)
		}
	}
}

// TestSearchIsGivenUp has commands come while the machine looks for a breakpoint two steps back:
// the first one ends that, and they lead where they do from the place at which it began.
func TestSearchIsGivenUp(t *testing.T) {
	const prompt, tokens = "Once upon a time", 5
	for name, test := range map[string]struct {
		command func(m *Machine) bool
		want    Place
	}{
		"pause":            {(*Machine).Pause, Place{3, 1, stage.MLP, 0}},
		"step back":        {func(m *Machine) bool { return m.StepBack(ByStage) }, Place{3, 1, stage.LN2, 0}},
		"go back":          {func(m *Machine) bool { return m.Goto(Place{2, -1, stage.Select, 0}) }, Place{2, -1, stage.Select, 0}},
		"go on":            {func(m *Machine) bool { return m.Goto(Place{4, -1, stage.Head, 0}) }, Place{4, -1, stage.Head, 0}},
		"rewind":           {func(m *Machine) bool { return m.Rewind(m.run.read+3) == nil }, Place{2, -1, stage.Generation, 0}},
		"reverse continue": {(*Machine).ReverseContinue, first(0)},
		"choose and pause": {func(m *Machine) bool {
			_, err := m.Choose(7)
			var late *LateError
			return errors.As(err, &late) && m.Pause()
		}, Place{3, 1, stage.MLP, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			m, h := start(t, prompt, drawn(tokens))
			to(t, m, h, func() bool { return m.Goto(Place{3, 1, stage.MLP, 0}) })
			asked := false
			h.breathe = func() {
				if m.search != nil && m.run.step == 1 && !asked {
					asked = true
					m.Do(func() {
						if !test.command(m) {
							t.Error("the command is refused")
						}
					})
				}
			}
			if p := to(t, m, h, m.ReverseContinue); p == nil || PlaceOf(&p.At) != test.want || !asked {
				t.Fatalf("stands at %+v, want %v; asked %v", p, test.want, asked)
			}
			to(t, m, h, m.Resume)
			if want := fresh(t, prompt, drawn(tokens), []change{{options: drawn(tokens).Decoding}}); !slices.Equal(h.tokens, want) {
				t.Errorf("then %v, want %v", h.tokens, want)
			}
		})
	}
}

// TestChoiceIsLeft has a command come with a choice, before the step has decoded again: it does
// not do so elsewhere.
func TestChoiceIsLeft(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(3))
	to(t, m, h, func() bool { return m.Goto(Place{1, -1, stage.Select, 0}) })
	p := to(t, m, h, func() bool {
		goes, err := m.Choose(77)
		return goes && err == nil && m.Goto(first(1))
	})
	if p == nil || PlaceOf(&p.At) != first(1) {
		t.Fatalf("stands at %+v", p)
	}
	to(t, m, h, m.Resume)
	o := drawn(3)
	o.Choices = map[int]int{h.prompt + 1: 77}
	if want := fresh(t, "Once upon a time", o, []change{{options: o.Decoding}}); !slices.Equal(h.tokens, want) {
		t.Errorf("%v, want %v", h.tokens, want)
	}
}

// TestChooseWhileItRuns: a choice that comes after the draw of a step is taken in that step.
func TestChooseWhileItRuns(t *testing.T) {
	for _, s := range []stage.Stage{stage.Softmax, stage.DecodeStop, stage.Select, stage.Append} {
		m, h := start(t, "Once upon a time", drawn(4))
		asked := false
		h.told = func() {
			if m.at.Step == 1 && m.at.Stage == s && !asked {
				asked = true
				m.Do(func() {
					if goes, err := m.Choose(77); goes || err != nil {
						t.Errorf("goes %v, %v", goes, err)
					}
				})
			}
		}
		to(t, m, h, m.Resume)
		step := 1
		if s == stage.Append {
			step = 2
		}
		if len(m.run.Choices()) != 1 || m.run.Choices()[h.prompt+step] != 77 || h.tokens[step] != 77 {
			t.Errorf("%v: chosen %v, told %v", s, m.run.Choices(), h.tokens)
		}
	}
}

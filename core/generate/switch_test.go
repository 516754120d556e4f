package generate

import (
	"errors"
	"slices"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/model"
	"vitrine/core/stage"
)

var offs = []model.Switch{{Kind: model.HeadOff, Layer: 2, Head: 1}, {Kind: model.MLPOff, Layer: 0}}

// switched runs a machine that has other switches to the end, from the beginning.
func switched(t *testing.T, prompt string, o Options, choices map[int]int, list []model.Switch) []int {
	t.Helper()
	o.Choices, o.Switches = choices, list
	return fresh(t, prompt, o, []change{{options: o.Decoding}})
}

// TestSwitchStandsWhereItStood switches at several places, and then the run goes on as one
// that had the switches from the beginning and the same ids up to there.
func TestSwitchStandsWhereItStood(t *testing.T) {
	const prompt, tokens = "Once upon a time", 7
	plain := switched(t, prompt, drawn(tokens), nil, nil)
	for _, at := range []Place{first(0), {0, 3, stage.MLP, 0}, {0, -1, stage.Loop, 0}, {3, -1, stage.IDs, 0}, {3, 2, stage.AttentionMix, 0}, {3, -1, stage.Select, 0}, {3, -1, stage.Append, 0}, {3, -1, stage.Generation, 0}} {
		m, h := start(t, prompt, drawn(tokens))
		if at != first(0) {
			to(t, m, h, func() bool { return m.Goto(at) })
		}
		p := to(t, m, h, func() bool { goes, err := m.Switch(offs); return goes && err == nil })
		if p == nil || PlaceOf(&p.At) != at {
			t.Fatalf("%v: stands at %+v", at, p)
		}
		ask(m, func() any {
			if at.Step == 3 && at.Stage < stage.Final {
				if cached := m.run.session.Len(); cached != h.prompt+2 {
					t.Errorf("%v: %d positions in the cache, want %d", at, cached, h.prompt+2)
				}
			}
			return nil
		})
		if p.At.Tokens != 1 && at.Step > 0 {
			t.Errorf("%v: the step reads %d tokens, want 1", at, p.At.Tokens)
		}
		to(t, m, h, m.Resume)
		choices := map[int]int{}
		for i := range at.Step {
			choices[h.prompt+i] = plain[i]
		}
		want := switched(t, prompt, drawn(tokens), choices, offs)
		if !slices.Equal(h.tokens, want) || !slices.Equal(m.run.IDs(), want) {
			t.Errorf("%v: told %v, has %v, want %v", at, h.tokens, m.run.IDs(), want)
		}
		if slices.Equal(want, plain) {
			t.Errorf("%v: the switches change no token: nothing was tested", at)
		}
		// Back to the beginning the same ids come again, to the place of the switch.
		to(t, m, h, func() bool { return m.Goto(first(0)) })
		to(t, m, h, m.Resume)
		if !slices.Equal(h.tokens, want) {
			t.Errorf("%v: again %v, want %v", at, h.tokens, want)
		}
	}
}

// TestSwitchAtTheEnd: a run that has ended stays ended, and shows the numbers of the switches.
func TestSwitchAtTheEnd(t *testing.T) {
	const prompt = "The cat"
	m, h := start(t, prompt, drawn(6))
	to(t, m, h, m.Resume)
	ids := slices.Clone(h.tokens)
	logits := func(list []model.Switch, position int) []float32 {
		s := m.run.model.NewSession(len(m.run.ids))
		if err := s.Switch(list); err != nil {
			t.Fatal(err)
		}
		x, err := s.Forward(m.run.ids[:position+1], nil)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, list := range [][]model.Switch{offs, nil} {
		if err := ask(m, func() error {
			if goes, err := m.Switch(list); goes || err != nil {
				return errors.New("it goes")
			}
			for _, position := range []int{h.prompt - 1, h.prompt + 3} {
				parts, err := m.Inspect(Query{Stage: stage.Head, Position: position, Head: -1, From: -1})
				if err != nil {
					return err
				}
				if !slices.Equal(parts[0].Data, logits(list, position)) {
					t.Errorf("%v: the logits at %d are not those of a session with the switches", list, position)
				}
			}
			if got := m.run.session.Len(); got != h.prompt+5 {
				t.Errorf("%d positions in the cache, want %d", got, h.prompt+5)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if !ask(m, m.Ended) || !slices.Equal(m.run.IDs(), ids) {
		t.Errorf("the run has %v, want %v and the end", m.run.IDs(), ids)
	}
}

// TestSwitchWhileItRuns: whenever the command comes, the ids are those of a fresh run.
func TestSwitchWhileItRuns(t *testing.T) {
	const prompt, tokens = "The cat", 12
	for n := range 6 {
		m, h := start(t, prompt, drawn(tokens))
		stages := 0
		h.told = func() {
			if stages++; stages == 150*n+40 {
				m.Do(func() {
					if goes, err := m.Switch(offs); goes || err != nil {
						t.Errorf("goes %v, %v", goes, err)
					}
				})
			}
		}
		to(t, m, h, m.Resume)
		want := switched(t, prompt, drawn(tokens), m.run.Choices(), offs)
		if !slices.Equal(h.tokens, want) || len(m.run.Choices()) >= tokens || n > 0 && len(m.run.Choices()) == 0 || len(h.rewound) != 1 {
			t.Errorf("after %d stages: told %v, want %v, chosen %v", stages, h.tokens, want, m.run.Choices())
		}
	}
}

// TestWrongSwitch changes nothing.
func TestWrongSwitch(t *testing.T) {
	m, h := start(t, "The cat", drawn(3))
	to(t, m, h, func() bool { return m.Goto(Place{1, 1, stage.LN2, 0}) })
	var wrong *model.SwitchError
	if _, err := ask2(m, func() (bool, error) { return m.Switch([]model.Switch{{Kind: model.HeadOff, Layer: 9}}) }); !errors.As(err, &wrong) {
		t.Errorf("a layer that is not there: %v", err)
	}
	var option *decoding.OptionError
	if _, err := ask2(m, func() (bool, error) { return m.Switch([]model.Switch{{Kind: model.MaskOff}}) }); !errors.As(err, &option) || option.Option != "switches" {
		t.Errorf("the mask off with a cache: %v", err)
	}
	if len(m.run.Switches()) > 0 || PlaceOf(&m.at) != (Place{1, 1, stage.LN2, 0}) {
		t.Errorf("it stands at %+v with %v", m.at, m.run.Switches())
	}
}

func ask2[T, U any](m *Machine, command func() (T, U)) (a T, b U) {
	ask(m, func() any { a, b = command(); return nil })
	return a, b
}

// TestNoCache: each step reads all ids, finds nothing in the cache, and comes to the same.
func TestNoCache(t *testing.T) {
	const prompt = "Once upon a time"
	want := switched(t, prompt, drawn(5), nil, nil)
	o := drawn(5)
	o.NoCache = true
	m, tok := load(t)
	var tokens []int
	r, err := New(m, tok, Prompt{Text: prompt}, o, func(e *stage.Event) error {
		switch e.Stage {
		case stage.Embed:
			tokens = append(tokens, e.Tokens)
		case stage.Loop:
			if cached := e.Detail().(*Loop).Cached; cached != 0 {
				t.Errorf("step %d: %d positions in the cache", e.Step, cached)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for r.Reason() == "" {
		if _, _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	n := len(tok.Encode(prompt))
	if !slices.Equal(r.IDs(), want) || !slices.Equal(tokens, []int{n, n + 1, n + 2, n + 3, n + 4}) {
		t.Errorf("ids %v, want %v; passes of %v tokens", r.IDs(), want, tokens)
	}
	machine, h := start(t, prompt, o)
	p := to(t, machine, h, func() bool { return machine.Goto(Place{2, 1, stage.AttentionMask, 0}) })
	parts, err := ask2(machine, func() ([]Part, error) {
		return machine.Inspect(Query{Stage: stage.AttentionMask, Layer: 1, Position: p.At.Position, Head: 0, From: -1})
	})
	if err != nil || !slices.Equal(parts[0].Shape, []int{n + 2, n + 2}) {
		t.Errorf("the step had %d rows: %+v, %v", n+2, parts, err)
	}
}

// TestMaskOffWithoutCache generates with all tokens seeing all.
func TestMaskOffWithoutCache(t *testing.T) {
	m, tok := load(t)
	list := []model.Switch{{Kind: model.MaskOff}}
	o := greedy(4)
	o.IgnoreEOS, o.Switches = true, list
	if _, err := New(m, tok, Prompt{Text: france}, o, nil); err == nil {
		t.Error("the mask may be off with a cache")
	}
	o.NoCache = true
	got := fresh(t, france, o, []change{{options: o.Decoding}})
	ids := tok.Encode(france)
	for i, id := range got {
		s := m.NewSession(len(ids))
		if err := s.Switch(list); err != nil {
			t.Fatal(err)
		}
		logits, err := s.Forward(ids, nil)
		if err != nil {
			t.Fatal(err)
		}
		best := slices.Index(logits, slices.Max(logits))
		if id != best {
			t.Errorf("token %d is %d, want %d", i, id, best)
		}
		ids = append(ids, id)
	}
	o.NoCache, o.MaxTokens = false, 1
	if one := fresh(t, france, o, []change{{options: o.Decoding}}); !slices.Equal(one, got[:1]) {
		t.Errorf("one token of a prompt: %v, want %v", one, got[:1])
	}
	// A machine shows the rows as the pass had them.
	o.NoCache, o.MaxTokens = true, 4
	machine, h := start(t, france, o)
	to(t, machine, h, func() bool { return machine.Goto(Place{1, 3, stage.Residual1, 0}) })
	ask(machine, func() any {
		n := len(machine.run.ids)
		parts, err := machine.Inspect(Query{Stage: stage.AttentionMask, Layer: 3, Position: n - 1, Head: 0, From: -1})
		if err != nil || !slices.Equal(parts[0].Shape, []int{n, n}) || parts[0].Data[n-1] == 0 {
			t.Errorf("weights of %d tokens: %v, %v", n, parts, err)
		}
		if _, err := machine.Inspect(Query{Stage: stage.Embed, Position: 1, Head: -1, From: -1}); err == nil {
			t.Error("a part of the prompt is shown as if it had been read alone")
		}
		return nil
	})
	to(t, machine, h, machine.Resume)
	if !slices.Equal(h.tokens, got) {
		t.Errorf("after looking: %v, want %v", h.tokens, got)
	}
}

// TestSwitchWithOtherCommands has switches come with a command that leads elsewhere, before
// either has been done: both are.
func TestSwitchWithOtherCommands(t *testing.T) {
	const prompt, tokens = "Once upon a time", 6
	set := func(m *Machine, list []model.Switch) bool { _, err := m.Switch(list); return err == nil }
	for name, test := range map[string]struct {
		commands func(m *Machine) bool
		want     Place // the run stands there; first(0): it has ended
	}{
		"go back after":  {func(m *Machine) bool { return set(m, offs) && m.Goto(Place{1, -1, stage.Select, 0}) }, Place{1, -1, stage.Select, 0}},
		"go back before": {func(m *Machine) bool { return m.Goto(Place{1, -1, stage.Select, 0}) && set(m, offs) }, Place{1, -1, stage.Select, 0}},
		"rewind after":   {func(m *Machine) bool { return set(m, offs) && m.Rewind(m.run.read+2) == nil }, Place{1, -1, stage.Generation, 0}},
		"rewind before":  {func(m *Machine) bool { return m.Rewind(m.run.read+2) == nil && set(m, offs) }, Place{1, -1, stage.Generation, 0}},
		"abort after":    {func(m *Machine) bool { m.Abort(); return set(m, offs) }, first(0)},
		"abort before":   {func(m *Machine) bool { ok := set(m, offs); m.Abort(); return ok }, first(0)},
		"others before":  {func(m *Machine) bool { return set(m, offs[:1]) && set(m, offs) }, Place{3, 2, stage.AttentionMix, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			m, h := start(t, prompt, drawn(tokens))
			to(t, m, h, func() bool { return m.Goto(Place{3, 2, stage.AttentionMix, 0}) })
			p := to(t, m, h, func() bool { return test.commands(m) })
			if p == nil != (test.want == first(0)) || p != nil && PlaceOf(&p.At) != test.want {
				t.Fatalf("stands at %+v, want %v", p, test.want)
			}
			if !slices.Equal(ask(m, m.run.Switches), offs) {
				t.Errorf("it has the switches %v", m.run.Switches())
			}
			to(t, m, h, m.Resume)
			if want := switched(t, prompt, drawn(tokens), m.run.Choices(), offs); !slices.Equal(h.tokens, want) {
				t.Errorf("then %v, want %v", h.tokens, want)
			}
		})
	}
}

// TestRowsWithoutCache: a run that stands between two steps shows the rows that are asked for,
// also where a step has been given up, or other switches have come.
func TestRowsWithoutCache(t *testing.T) {
	o := drawn(4)
	o.NoCache = true
	m, h := start(t, "Once upon a time", o)
	var place *PlaceError
	for _, at := range []Place{{2, -1, stage.IDs, 0}, {2, 1, stage.MLP, 0}} { // the step reads its ids yet
		to(t, m, h, func() bool { return m.Goto(at) })
		if _, err := ask2(m, func() ([]Part, error) {
			return m.Inspect(Query{Stage: stage.Embed, Position: h.prompt, Head: -1, From: 99})
		}); !errors.As(err, &place) || place.What != "row" {
			t.Errorf("%v: row 99 of %d: %v", at, h.prompt, err)
		}
		if _, err := ask2(m, func() ([]Part, error) {
			return m.Inspect(Query{Stage: stage.Embed, Position: h.prompt, Head: -1, From: -1})
		}); err != nil {
			t.Errorf("%v: %v", at, err)
		}
	}
	to(t, m, h, func() bool { m.Abort(); return true })
	for _, list := range [][]model.Switch{nil, offs} {
		ask(m, func() any {
			if _, err := m.Switch(list); err != nil {
				t.Error(err)
			}
			position := h.prompt
			parts, err := m.Inspect(Query{Stage: stage.Embed, Position: position, Head: -1, From: position})
			if err != nil || len(parts) != 1 || parts[0].Shape[0] != 1 || parts[0].From[0] != position {
				t.Errorf("%v: position %d does not have the row that is asked for: %v", list, position, err)
			}
			return nil
		})
	}
	ask(m, func() any { _, err := m.Switch(nil); return err })
	to(t, m, h, m.Resume)
	if want := fresh(t, "Once upon a time", drawn(4), []change{{options: o.Decoding}}); !slices.Equal(h.tokens, want) {
		t.Errorf("after looking: %v, want %v", h.tokens, want)
	}
}

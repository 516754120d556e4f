package generate

import (
	"errors"
	"slices"
	"testing"

	"vitrine/core/model"
	"vitrine/core/stage"
)

// TestCommandsAreCutOff has an abort, or the end of the machine, come while a command computes:
// it answers that before the next stage, and an aborted run goes on to the same ids.
func TestCommandsAreCutOff(t *testing.T) {
	const prompt, tokens = "Once upon a time", 5
	at := Place{2, -1, stage.Select, 0}
	for name, command := range map[string]func(m *Machine) error{
		"compare": func(m *Machine) error { _, err := m.Compare(m.at.Position, offs); return err },
		"cost":    func(m *Machine) error { _, err := m.Cost(-1, func() float64 { return 0 }); return err },
		"inspect": func(m *Machine) error {
			m.run.session.Truncate(0) // as a switch leaves it that was cut off
			_, err := m.Inspect(Query{Stage: stage.Head, Position: m.at.Position, Head: -1, From: -1})
			return err
		},
	} {
		for _, end := range []func(*Machine){(*Machine).Abort, (*Machine).Close} {
			m, h := start(t, prompt, drawn(tokens))
			to(t, m, h, func() bool { return m.Goto(at) })
			breaths := 0
			h.breathe = func() {
				if breaths++; breaths == 5 {
					end(m)
				}
			}
			if err := ask(m, func() error { return command(m) }); !errors.Is(err, ErrCutOff) || breaths != 5 {
				t.Errorf("%s: after %d stages %v", name, breaths, err)
			}
			select {
			case stop := <-h.stops:
				if stop != "done" {
					t.Fatalf("%s: comes to %v", name, stop)
				}
			case <-h.served:
				continue
			}
			if err := ask(m, func() error { return command(m) }); errors.Is(err, ErrCutOff) {
				t.Errorf("%s: is cut off when the run has ended", name)
			}
			to(t, m, h, m.Resume)
			if want := switched(t, prompt, drawn(tokens), nil, nil); !slices.Equal(h.tokens, want) {
				t.Errorf("%s: then %v, want %v", name, h.tokens, want)
			}
		}
	}
}

// TestSwitchIsCutOff: the switches hold, and the cache is filled when it is needed.
func TestSwitchIsCutOff(t *testing.T) {
	const prompt, tokens = "Once upon a time", 5
	m, h := start(t, prompt, drawn(tokens))
	to(t, m, h, m.Resume)
	plain := slices.Clone(h.tokens)
	if err := ask(m, func() error { return m.Rewind(h.prompt + 3) }); err != nil {
		t.Fatal(err)
	}
	<-h.stops
	h.breathe = func() {
		h.breathe = nil
		m.Abort()
	}
	var cached int
	if p := to(t, m, h, func() bool {
		goes, err := m.Switch(offs)
		cached = m.run.session.Len()
		return !goes && err == nil
	}); p != nil || cached != 0 {
		t.Fatalf("stands at %+v with %d positions in the cache", p, cached)
	}
	to(t, m, h, m.Resume)
	choices := map[int]int{}
	for i := range 3 {
		choices[h.prompt+i] = plain[i]
	}
	if want := switched(t, prompt, drawn(tokens), choices, offs); !slices.Equal(h.tokens, want) {
		t.Errorf("then %v, want %v", h.tokens, want)
	}
}

// TestCommandsAfterAnAbortAreCutOff: the abort does not wait for what was asked after it, and
// nothing is cut off where another command leads elsewhere.
func TestCommandsAfterAnAbortAreCutOff(t *testing.T) {
	compare := func(m *Machine) error { _, err := m.Compare(1, []model.Switch{{Kind: model.PositionOff}}); return err }
	for _, rewinds := range []bool{false, true} {
		m, h := start(t, "Once upon a time", drawn(4))
		to(t, m, h, func() bool { return m.Goto(Place{1, 1, stage.MLP, 0}) })
		var err error
		m.Do(func() { // so that all of these are there before the first is executed
			m.Abort()
			m.Do(func() {
				if rewinds {
					_ = m.Rewind(m.run.read)
				}
			})
			m.Do(func() { err = compare(m) })
		})
		if stop := <-h.stops; (stop == "done") == rewinds || errors.Is(err, ErrCutOff) == rewinds {
			t.Errorf("rewinds %v: comes to %v, answers %v", rewinds, stop, err)
		}
	}
}

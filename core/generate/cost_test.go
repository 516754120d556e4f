package generate

import (
	"errors"
	"slices"
	"testing"

	"vitrine/core/model"
	"vitrine/core/stage"
)

// TestCost measures with a clock that counts its readings: each stage takes one.
func TestCost(t *testing.T) {
	o := drawn(4)
	for _, noCache := range []bool{false, true} {
		o.NoCache = noCache
		m, h := start(t, "Once upon a time", o)
		to(t, m, h, func() bool { return m.Goto(Place{0, 2, stage.LN1, 0}) })
		readings := 0.0
		clock := func() float64 { readings++; return readings }
		var place *PlaceError
		if _, err := ask2(m, func() (*StepCost, error) { return m.Cost(-1, clock) }); !errors.As(err, &place) {
			t.Errorf("no step is whole: %v", err)
		}
		to(t, m, h, func() bool { return m.Goto(Place{3, 1, stage.AttentionQKV, 0}) })
		for position, step := range map[int]int{-1: 2, h.prompt - 1: 0, h.prompt: 1} {
			cost, err := ask2(m, func() (*StepCost, error) { return m.Cost(position, clock) })
			if err != nil {
				t.Fatal(err)
			}
			tokens, from := 1, h.prompt-1+step
			if step == 0 || noCache {
				tokens, from = h.prompt+step, 0
			}
			if cost.Position != h.prompt-1+step || cost.Tokens != tokens {
				t.Errorf("position %d: %d tokens to %d, want %d to %d", position, cost.Tokens, cost.Position, tokens, h.prompt-1+step)
			}
			want := m.run.model.Costs(model.Pass{Start: from, Rows: tokens, Answers: true})
			if len(cost.Stages) != len(want)+7 || cost.Stages[len(cost.Stages)-1].Stage != stage.DecodeSample {
				t.Fatalf("position %d: %d stages, the last %v", position, len(cost.Stages), cost.Stages[len(cost.Stages)-1])
			}
			for i, c := range cost.Stages {
				if i < len(want) && c.Cost != want[i] {
					t.Errorf("position %d: got %+v, want %+v", position, c.Cost, want[i])
				}
				if c.Time != 1 {
					t.Errorf("position %d: %v took %v readings of the clock", position, c.Stage, c.Time)
				}
			}
		}
		if _, err := ask2(m, func() (*StepCost, error) { return m.Cost(h.prompt-2, clock) }); !errors.As(err, &place) {
			t.Errorf("a position at which no step ends: %v", err)
		}
		to(t, m, h, m.Resume)
		if want := switched(t, "Once upon a time", drawn(4), nil, nil); !slices.Equal(h.tokens, want) {
			t.Errorf("after measuring: %v, want %v", h.tokens, want)
		}
	}
}

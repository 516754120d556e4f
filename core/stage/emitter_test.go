package stage

import (
	"errors"
	"slices"
	"testing"
)

func TestEmitter(t *testing.T) {
	var got []Event
	observer := func(e *Event) error { got = append(got, *e); return nil }
	source := &Shown{Other: 5}
	var e Emitter
	e.Begin(observer, Event{Step: 2, Position: 7, Tokens: 3})
	if !e.Emit(Embed, -1, source) || !e.Emit(Layers, 4, nil) || e.Err() != nil {
		t.Errorf("the pass does not go on: %v", e.Err())
	}
	want := []Event{
		{Stage: Embed, Step: 2, Layer: -1, Position: 7, Tokens: 3, Source: source},
		{Stage: Layers, Step: 2, Layer: 4, Position: 7, Tokens: 3},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got the events %+v, want %+v", got, want)
	}

	e.Begin(nil, Event{})
	if !e.Emit(Head, -1, source) || len(got) != 2 {
		t.Error("without an observer the pass does not go on, or somebody is told")
	}
}

// TestEmitterKeepsTheFirstError: after an error nothing is reported until the next pass.
func TestEmitterKeepsTheFirstError(t *testing.T) {
	stop := errors.New("stop")
	calls := 0
	observer := func(*Event) error { calls++; return stop }
	var e Emitter
	e.Begin(observer, Event{})
	for range 2 {
		if e.Emit(LN1, 0, nil) || e.Err() != stop || calls != 1 {
			t.Errorf("got the error %v after %d calls, want the first one after one", e.Err(), calls)
		}
	}
	if e.Begin(observer, Event{}); e.Err() != nil || e.Emit(LN1, 0, nil) || calls != 2 {
		t.Errorf("the next pass begins with the error of the last, or nobody is told: %d calls", calls)
	}
}

// TestEmitAllocatesNothing: a trivial observer costs a call.
func TestEmitAllocatesNothing(t *testing.T) {
	var e Emitter
	source := &Shown{}
	e.Begin(func(*Event) error { return nil }, Event{})
	if got := testing.AllocsPerRun(100, func() { e.Emit(LN1, 0, source) }); got != 0 {
		t.Errorf("got %v allocations an event, want 0", got)
	}
}

//go:build js && wasm

package main

import (
	"time"

	"github.com/hack-pad/safejs"
)

const (
	// turnEvery bounds how long the worker leaves a message unanswered where it cannot know
	// whether there is one: nobody notices, and more turns would slow down the run.
	turnEvery = 48 * time.Millisecond
	// quietTurnEvery is for what else a browser has to tell, that another worker has failed.
	quietTurnEvery = 500 * time.Millisecond
	// quietStages is how many stages pass before the clock is looked at for that.
	quietStages = 8
)

// turner gives the event loop a turn in the middle of a computation, so that the
// worker answers messages. It posts a message to itself: browsers clamp timers
// to 4 ms, but not messages.
type turner struct {
	port safejs.Value
	back chan struct{}
	one  chan struct{} // holds one value while somebody waits
	last time.Time     // when the event loop had its last turn
	// skipped counts the stages since the clock was looked at.
	skipped int
}

func newTurner() (*turner, error) {
	class, err := safejs.Global().Get("MessageChannel")
	if err != nil {
		return nil, err
	}
	channel, err := class.New()
	if err != nil {
		return nil, err
	}
	here, err := channel.Get("port1")
	if err != nil {
		return nil, err
	}
	t := &turner{back: make(chan struct{}, 1), one: make(chan struct{}, 1)}
	if t.port, err = channel.Get("port2"); err != nil {
		return nil, err
	}
	onMessage, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
		t.back <- struct{}{}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, here.Set("onmessage", onMessage)
}

// waiting is implemented by web/worker/inbox.js: it returns 1 if the page has sent a message
// that has not arrived, 0 if it has not, and -1 where nobody can know.
//
//go:wasmimport vitrine waiting
func waiting() int32

// due returns how long after the last turn there should be another.
func due() time.Duration {
	switch waiting() {
	case 0:
		return quietTurnEvery
	case 1:
		return 0
	}
	return turnEvery
}

// breathe gives the event loop a turn if it is due: it returns after the messages that were
// waiting have been answered. It is to be called between any two stages, at any speed: to
// look for a message takes less time than to look at the clock, which it does each time only
// where nobody can know of messages.
func (t *turner) breathe() error {
	after := due()
	if after == quietTurnEvery && t.skipped < quietStages {
		t.skipped++
		return nil
	}
	t.skipped = 0
	if time.Since(t.last) < after {
		return nil
	}
	t.one <- struct{}{}
	defer func() {
		t.last = time.Now()
		<-t.one
	}()
	if _, err := t.port.Call("postMessage", 0); err != nil {
		return err
	}
	<-t.back
	return nil
}

//go:build js && wasm

package main

import "github.com/hack-pad/safejs"

// turner gives the event loop a turn in the middle of a computation, so that the
// worker answers messages. It posts a message to itself: browsers clamp timers
// to 4 ms, but not messages.
type turner struct {
	port safejs.Value
	back chan struct{}
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
	t := &turner{back: make(chan struct{}, 1)}
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

// wait returns after the messages that were waiting have been answered. Only one
// goroutine may wait at a time.
func (t *turner) wait() error {
	if _, err := t.port.Call("postMessage", 0); err != nil {
		return err
	}
	<-t.back
	return nil
}

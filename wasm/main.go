//go:build js && wasm

// Command wasm is the engine as a JavaScript object. It is loaded by a worker,
// which sets globalThis.vitrineReady to a function before it starts the program;
// main hands the object to that function and then only serves calls. web/worker.js
// is the only caller.
package main

import (
	"fmt"

	"github.com/hack-pad/safejs"
)

func main() {
	if err := publish(); err != nil {
		panic(err) // ends the program; the worker reports that it ended
	}
	select {}
}

func publish() error {
	global := safejs.Global()
	object, err := global.Get("Object")
	if err != nil {
		return err
	}
	api, err := object.New()
	if err != nil {
		return err
	}
	turn, err := newTurner()
	if err != nil {
		return err
	}
	e := newEngine(turn)
	for _, f := range []struct {
		name  string
		arity int
		call  func([]safejs.Value) (any, error)
	}{
		{"load", 5, e.load},
		{"serve", 0, e.serve},
		{"tokenize", 1, e.tokenize},
		{"logits", 1, e.logits},
		{"generate", 4, e.generate},
		{"abort", 1, e.abort},
		{"setPace", 2, e.setPace},
	} {
		if err := export(api, f.name, f.arity, f.call); err != nil {
			return fmt.Errorf("export %s: %w", f.name, err)
		}
	}
	ready, err := global.Get("vitrineReady")
	if err != nil {
		return err
	}
	_, err = ready.Invoke(api)
	return err
}

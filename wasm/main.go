//go:build js && wasm

// Command wasm is the engine as a JavaScript object. It is loaded by a worker,
// which sets globalThis.vitrineReady to a function before it starts the program;
// main hands the object to that function and then only serves calls. web/worker.js
// is the only caller.
package main

import "vitrine/wasm/border"

func main() {
	if err := publish(); err != nil {
		panic(err) // ends the program; the worker reports that it ended
	}
	select {}
}

func publish() error {
	turn, err := newTurner()
	if err != nil {
		return err
	}
	e := newEngine(turn)
	return border.Publish([]border.Function{
		{Name: "load", Arity: 5, Call: e.load},
		{Name: "vocabulary", Arity: 2, Call: e.vocabulary},
		{Name: "tokenize", Arity: 1, Call: e.tokenize},
		{Name: "merges", Arity: 1, Call: e.merges},
		{Name: "positions", Arity: 2, Call: e.positions},
		{Name: "projection", Arity: 2, Call: e.projection},
		{Name: "logits", Arity: 1, Call: e.logits},
		{Name: "generate", Arity: 4, Call: e.generate},
		{Name: "close", Arity: 1, Call: e.close},
		{Name: "abort", Arity: 1, Call: e.abort},
		{Name: "setPace", Arity: 2, Call: e.setPace},
		{Name: "setHead", Arity: 2, Call: e.setHead},
		{Name: "setBreakpoints", Arity: 2, Call: e.setBreakpoints},
		{Name: "pause", Arity: 1, Call: e.pause},
		{Name: "resume", Arity: 1, Call: e.resume},
		{Name: "step", Arity: 3, Call: e.step},
		{Name: "stepBack", Arity: 2, Call: e.stepBack},
		{Name: "reverseContinue", Arity: 1, Call: e.reverseContinue},
		{Name: "goto", Arity: 4, Call: e.goTo},
		{Name: "rewind", Arity: 2, Call: e.rewind},
		{Name: "choose", Arity: 2, Call: e.choose},
		{Name: "redecode", Arity: 3, Call: e.redecode},
		{Name: "inspect", Arity: 6, Call: e.inspect},
		{Name: "ids", Arity: 1, Call: e.ids},
		{Name: "lens", Arity: 2, Call: e.lens},
		{Name: "candidates", Arity: 5, Call: e.candidates},
		{Name: "setSwitches", Arity: 2, Call: e.setSwitches},
		{Name: "compare", Arity: 3, Call: e.compare},
		{Name: "cost", Arity: 2, Call: e.cost},
	}, describe)
}

//go:build js && wasm

// Package border is how the Go programs of the page meet JavaScript: functions
// that JavaScript calls, arguments that are checked, promises that are waited for.
package border

import (
	"fmt"

	"github.com/hack-pad/safejs"
)

// Function is one function of a program. JavaScript passes Arity arguments and a
// function settle, which is later called once with {value} or {code, message}.
// Call runs on a goroutine of its own, so it may wait for promises. The value must
// be nil, a bool, number, string, []any, map[string]any or safejs.Value.
type Function struct {
	Name  string
	Arity int
	Call  func(args []safejs.Value) (any, error)
}

// Publish hands an object with the functions to globalThis.vitrineReady. describe
// turns an error of a function into an ErrorCode of vitrine.d.ts and a sentence.
func Publish(functions []Function, describe func(error) (code, message string)) error {
	global := safejs.Global()
	object, err := global.Get("Object")
	if err != nil {
		return err
	}
	api, err := object.New()
	if err != nil {
		return err
	}
	for _, f := range functions {
		if err := f.export(api, describe); err != nil {
			return fmt.Errorf("export %s: %w", f.Name, err)
		}
	}
	ready, err := global.Get("vitrineReady")
	if err != nil {
		return err
	}
	_, err = ready.Invoke(api)
	return err
}

func (f Function) export(api safejs.Value, describe func(error) (code, message string)) error {
	fn, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		if len(args) != f.Arity+1 {
			return fmt.Sprintf("%s: got %d arguments, want %d and settle", f.Name, len(args), f.Arity)
		}
		go func() {
			value, err := f.recovered(args[:f.Arity])
			outcome := map[string]any{"value": value}
			if err != nil {
				code, message := describe(err)
				outcome = map[string]any{"code": code, "message": message}
			}
			// settle only posts a message; where even that fails nobody is left to tell.
			_, _ = args[f.Arity].Invoke(outcome)
		}()
		return nil
	})
	if err != nil {
		return err
	}
	return api.Set(f.Name, fn) // not released: the API lives as long as the worker
}

// A PanicError is a panic of a function, caught here.
type PanicError struct {
	Call  string
	Cause any
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("%s: internal error: %v", e.Call, e.Cause)
}

func (e *PanicError) Unwrap() error {
	err, _ := e.Cause.(error)
	return err
}

func (f Function) recovered(args []safejs.Value) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, &PanicError{f.Name, p}
		}
	}()
	return f.Call(args)
}

//go:build js && wasm

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hack-pad/safejs"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/gguf"
)

// export publishes call on api as name. JavaScript passes arity arguments and a
// function settle, which is later called once with {value} or {code, message}.
// call runs on a goroutine of its own, so it may wait for promises. The value
// must be nil, a bool, number, string, []any, map[string]any or safejs.Value.
func export(api safejs.Value, name string, arity int, call func(args []safejs.Value) (any, error)) error {
	fn, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		if len(args) != arity+1 {
			return fmt.Sprintf("%s: got %d arguments, want %d and settle", name, len(args), arity)
		}
		go func() {
			value, err := recovered(name, call, args[:arity])
			outcome := map[string]any{"value": value}
			if err != nil {
				outcome = map[string]any{"code": code(err), "message": message(err)}
			}
			// settle only posts a message; where even that fails nobody is left to tell.
			_, _ = args[arity].Invoke(outcome)
		}()
		return nil
	})
	if err != nil {
		return err
	}
	return api.Set(name, fn) // not released: the API lives as long as the worker
}

// An internalError is a panic of ours, caught at the border.
type internalError struct {
	call  string
	cause any
}

func (e *internalError) Error() string {
	return fmt.Sprintf("%s: internal error: %v", e.call, e.cause)
}

func recovered(name string, call func([]safejs.Value) (any, error), args []safejs.Value) (value any, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case teamError:
			value, err = nil, p
		default:
			value, err = nil, &internalError{name, p}
		}
	}()
	return call(args)
}

// An argumentError names an argument from JavaScript that is not what it should be.
type argumentError struct {
	name, got, want string
}

func (e *argumentError) Error() string {
	return fmt.Sprintf("%s is %s, want %s", e.name, e.got, e.want)
}

// A loadError wraps whatever is wrong with a model file beyond its format.
type loadError struct{ err error }

func (e *loadError) Error() string { return e.err.Error() }
func (e *loadError) Unwrap() error { return e.err }

// code maps an error to the ErrorCode of vitrine.d.ts.
func code(err error) string {
	var (
		argument    *argumentError
		option      *decoding.OptionError
		tooLong     *generate.PromptTooLongError
		network     *networkError
		unsupported *gguf.UnsupportedError
		load        *loadError
	)
	switch {
	case errors.As(err, &argument), errors.As(err, &option):
		return "argument"
	case errors.Is(err, generate.ErrEmptyPrompt):
		return "prompt.empty"
	case errors.As(err, &tooLong):
		return "prompt.too_long"
	case errors.As(err, &network):
		return "network"
	case errors.As(err, &unsupported):
		return "model.unsupported"
	case errors.As(err, &load):
		return "model.format"
	case errors.Is(err, decoding.ErrNotFinite):
		return "numeric"
	}
	return "internal"
}

// message is the error without the package prefixes that help Go programs only.
func message(err error) string {
	text := err.Error()
	for _, prefix := range []string{"generate: ", "decoding: ", "model: ", "gguf: ", "tokenizer: ", "kernel: "} {
		text = strings.ReplaceAll(text, prefix, "")
	}
	return text
}

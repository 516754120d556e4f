//go:build js && wasm

package main

import (
	"errors"
	"strings"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/wasm/border"
)

// A loadError wraps whatever is wrong with a model file.
type loadError struct {
	err   error
	words string // for those who do not know the format; may be ""
}

func (e *loadError) Error() string { return e.err.Error() }
func (e *loadError) Unwrap() error { return e.err }

// An incompleteError says which file of the model is missing.
type incompleteError struct{ reason string }

func (e *incompleteError) Error() string { return e.reason }

// code maps an error to the ErrorCode of vitrine.d.ts.
func code(err error) string {
	var (
		argument    *border.ArgumentError
		option      *decoding.OptionError
		tooLong     *generate.PromptTooLongError
		rejected    *border.RejectedError
		unsupported *gguf.UnsupportedError
		incomplete  *incompleteError
		load        *loadError
		team        teamError
		place       *generate.PlaceError
		late        *generate.LateError
		condition   *generate.ConditionError
		switches    *model.SwitchError
	)
	switch {
	case errors.As(err, &team):
		return "engine.silent"
	case errors.As(err, &argument), errors.As(err, &option), errors.As(err, &place), errors.As(err, &late), errors.As(err, &condition),
		errors.As(err, &switches), errors.Is(err, model.ErrMaskOff):
		return "argument"
	case errors.Is(err, errClosed), errors.Is(err, generate.ErrCutOff):
		return "closed"
	case errors.Is(err, generate.ErrEmptyPrompt):
		return "prompt.empty"
	case errors.As(err, &tooLong):
		return "prompt.too_long"
	case errors.As(err, &rejected):
		return rejected.Code
	case errors.As(err, &unsupported):
		return "model.unsupported"
	case errors.As(err, &incomplete):
		return "model.incomplete"
	case errors.As(err, &load):
		return "model.format"
	case errors.Is(err, decoding.ErrNotFinite):
		return "numeric"
	}
	return "internal"
}

// message is the error without the package prefixes that help Go programs only. A
// team that broke panics on the way out of core: what it says is all there is to say.
func message(err error) string {
	var broken teamError
	if errors.As(err, &broken) {
		return broken.Error()
	}
	text := err.Error()
	for _, prefix := range []string{"generate: ", "decoding: ", "model: ", "gguf: ", "tokenizer: ", "kernel: ", "trace: "} {
		text = strings.ReplaceAll(text, prefix, "")
	}
	var load *loadError
	if errors.As(err, &load) && load.words != "" {
		text = load.words + ". The parser's words: " + text
	}
	if errors.Is(err, decoding.ErrNotFinite) {
		text += ". The weights of this model are damaged, or too large for float32: choose another file"
	}
	return text
}

// describe is what JavaScript gets to know of an error.
func describe(err error) (string, string) { return code(err), message(err) }

//go:build js && wasm

// Command quantize is the converter of tools/quantize for the page: it makes a GGUF
// file from a checkpoint that the user opens. It is loaded by a worker as the engine
// is, see the command in wasm/; web/quantizer.js is the only caller.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/hack-pad/safejs"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
	"vitrine/tools/quantize/huggingface"
	"vitrine/tools/quantize/vocabulary"
	"vitrine/wasm/border"
)

func main() {
	functions := []border.Function{{Name: "quantize", Arity: 5, Call: quantize}}
	if err := border.Publish(functions, describe); err != nil {
		panic(err) // ends the program; the worker reports that it ended
	}
	select {}
}

// quantize(open, weights, name, emit, progress) converts a checkpoint to GGUF with
// Q8_0 matrices. open: see files. weights is the name of the weights file, or of the
// index of several; name is for a checkpoint that does not say its own. emit takes
// the GGUF file, one Uint8Array after another, each its own from then on; progress takes how many bytes of its
// tensors are done, and of how many. The value is the notes of the conversion: what
// the user should know.
func quantize(args []safejs.Value) (any, error) {
	weights, err := border.Text("weights", args[1])
	if err != nil {
		return nil, err
	}
	name, err := border.Text("name", args[2])
	if err != nil {
		return nil, err
	}
	model, err := huggingface.Open(files{args[0]}, weights)
	if err != nil {
		return nil, &openError{err: err, words: inWords(files{args[0]}, weights)}
	}
	defer model.Close() // read only: nothing can be lost
	progress := func(done, total int64) {
		_, _ = args[4].Invoke(float64(done), float64(total)) // only posts a message
	}
	out := bufio.NewWriterSize(emitter{args[3]}, chunkBytes)
	report, err := convert.Write(context.Background(), out, model, convert.Options{
		Type: gguf.Q8_0, Name: cmp.Or(model.Name, name), Progress: progress,
	})
	if err != nil {
		return nil, err
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	notes := make([]any, len(report.Notes))
	for i, note := range report.Notes {
		notes[i] = checkpoint.Line(note, checkpoint.MaxMessage)
	}
	return notes, nil
}

// An openError is why a checkpoint was refused, with words for those who do not know
// the format, which may be "".
type openError struct {
	err   error
	words string
}

func (e *openError) Error() string { return e.err.Error() }
func (e *openError) Unwrap() error { return e.err }

// inWords says what the file with the weights is, if it is none of the kind that its name
// claims.
func inWords(from files, weights string) string {
	if !strings.HasSuffix(strings.ToLower(weights), ".safetensors") {
		return ""
	}
	file, err := from.Open(weights)
	if err != nil {
		return ""
	}
	defer file.Close()
	head := make([]byte, gguf.RecognizeBytes)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return ""
	}
	return border.WrongFile(head[:n], gguf.Safetensors)
}

// chunkBytes is how much of the GGUF file goes to JavaScript at a time.
const chunkBytes = 1 << 20

// emitter writes by calling a function with a Uint8Array.
type emitter struct{ emit safejs.Value }

func (e emitter) Write(p []byte) (int, error) {
	array, err := border.Bytes(p)
	if err != nil {
		return 0, err
	}
	if _, err := e.emit.Invoke(array); err != nil {
		return 0, err
	}
	return len(p), nil
}

// packages begin errors with their names, which help Go programs only.
var packages = []string{"checkpoint", "convert", "gguf", "huggingface", "quant", "safetensors", "statedict", "vocabulary"}

// describe gives an error its ErrorCode of vitrine.d.ts, and its text without the
// names of packages.
func describe(err error) (code, message string) {
	clauses := slices.DeleteFunc(strings.Split(err.Error(), ": "), func(clause string) bool { return slices.Contains(packages, clause) })
	message = strings.Join(clauses, ": ")
	var open *openError
	if errors.As(err, &open) && open.words != "" {
		message = open.words + ". The parser's words: " + message
	}
	message = checkpoint.Line(message, checkpoint.MaxMessage)
	var (
		argument *border.ArgumentError
		panicked *border.PanicError
		rejected *border.RejectedError
		missing  *fs.PathError
	)
	switch {
	case errors.As(err, &panicked):
		return "internal", message
	case errors.As(err, &argument):
		return "argument", message
	case errors.As(err, &rejected):
		return rejected.Code, rejected.Error() // which names the file
	case errors.Is(err, vocabulary.ErrNone):
		return "model.incomplete", message
	case errors.As(err, &missing) && errors.Is(missing, fs.ErrNotExist):
		return "model.incomplete", checkpoint.Line(missing.Path, 80) + " is missing: it belongs to the checkpoint, beside the weights"
	}
	return "model.format", message
}

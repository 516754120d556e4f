//go:build js && wasm

package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"runtime/debug"
	"unsafe"

	"github.com/hack-pad/safejs"

	"vitrine/core/generate"
	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
	"vitrine/core/trace"
	"vitrine/wasm/border"
)

// engine holds one loaded model and the runs on it.
type engine struct {
	turn      *turner
	busy      chan struct{} // holds one value while a run computes: runs follow one another
	model     *model.Model
	tokenizer *tokenizer.Tokenizer
	runs      map[int]*run // that are not closed, by the number that JavaScript gave them
}

func newEngine(turn *turner) *engine {
	return &engine{turn: turn, busy: make(chan struct{}, 1), runs: map[int]*run{}}
}

// load(pull, size, sha256, workers, fits) reads the model. pull: see source; of a model in
// several files it gives one after the other. size is the length of the first in
// bytes, -1 where unknown; sha256 is hexadecimal, "" where unknown; workers is how
// many share the memory and the work; fits gets how many bytes the weights take, once
// the header is read, and returns a promise, rejected where that is too much. The value is the JSON of EngineInfo without
// what only JavaScript knows (url, bytes, threads).
func (e *engine) load(args []safejs.Value) (any, error) {
	size, err := border.Whole("size", args[1], -1, 1<<53)
	if err != nil {
		return nil, err
	}
	want, err := border.Text("sha256", args[2])
	if err != nil {
		return nil, err
	}
	workers, err := border.Whole("workers", args[3], 1, 64)
	if err != nil {
		return nil, err
	}
	// What a model fills the heap with is no garbage, and looking for some means to go
	// through the whole vocabulary each time.
	debug.SetGCPercent(-1)
	defer func() { debug.SetGCPercent(garbagePercent(e.model)) }()
	var in io.Reader = &source{pull: args[0]}
	var sum hash.Hash
	if want != "" {
		sum = sha256.New()
		in = io.TeeReader(in, sum)
	}
	if err := e.read(in, int64(size), args[4]); err != nil {
		return nil, pulled(err, err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // the digest covers the whole file
		return nil, err
	}
	if sum != nil {
		if got := hex.EncodeToString(sum.Sum(nil)); got != want {
			e.model, e.tokenizer = nil, nil
			return nil, &loadError{err: fmt.Errorf("the model file arrived with the SHA-256 %s, want %s: it was changed or damaged on the way, load it again", got, want)}
		}
	}
	e.model.ShareWork(newTeam(workers))
	return trace.Info(e.model, e.tokenizer), nil
}

// vocabulary(pull, size) reads the tokenizer alone, which is at the head of a model file:
// tokenize and merges work then, and of the weights nothing is asked for. Arguments as load.
func (e *engine) vocabulary(args []safejs.Value) (any, error) {
	size, err := border.Whole("size", args[1], -1, 1<<53)
	if err != nil {
		return nil, err
	}
	file, err := gguf.NewReader(&source{pull: args[0]}, int64(size))
	if err != nil {
		return nil, pulled(err, &loadError{err: err})
	}
	if e.tokenizer, err = tokenizer.New(file.Metadata()); err != nil {
		return nil, &loadError{err: err}
	}
	return nil, nil
}

// pulled returns what JavaScript rejected with, where err comes from that, or else other.
func pulled(err, other error) error {
	var network *border.RejectedError
	if errors.As(err, &network) {
		return network
	}
	return other
}

// garbagePercent returns how much garbage may lie beside a model, in percent of its
// size: about 32 MB, where that is between a fifth of it and all of it.
func garbagePercent(m *model.Model) int {
	if m == nil {
		return 100
	}
	return int(max(20, min(100, 100*32e6/m.Parameters())))
}

func (e *engine) read(in io.Reader, size int64, fits safejs.Value) error {
	head := make([]byte, gguf.RecognizeBytes)
	n, err := io.ReadFull(in, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	var first io.Reader = bytes.NewReader(head[:n])
	if err == nil {
		first = io.MultiReader(first, in)
	}
	if err := e.parse(first, in, size, fits); err != nil {
		return &loadError{err: err, words: inWords(head[:n], err)}
	}
	return nil
}

// inWords says for everybody what is wrong with a file that begins so, or "".
func inWords(head []byte, err error) string {
	if words := border.WrongFile(head, ""); words != "" {
		return words
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "the file is cut short: load or copy it again"
	}
	return ""
}

// parse reads the model from first and, where it is in several files, goes on with in.
func (e *engine) parse(first, in io.Reader, size int64, fits safejs.Value) error {
	file, err := gguf.NewSplitReader(func(number int) (io.Reader, int64, error) {
		if number == 0 {
			return first, size, nil
		}
		// The part before has been read to its end, so in goes on with this one.
		next := bufio.NewReader(in)
		if _, err := next.Peek(1); err == io.EOF {
			return nil, 0, &incompleteError{fmt.Sprintf("part %d is missing: the model is divided over several files, open all of them together", number+1)}
		}
		return next, -1, nil
	})
	if err != nil {
		return err
	}
	if e.tokenizer, err = tokenizer.New(file.Metadata()); err != nil {
		return err
	}
	bytes, err := model.Bytes(file)
	if err != nil {
		return err
	}
	if _, err := border.Await(fits, float64(bytes)); err != nil {
		return err
	}
	e.model, err = model.Load(file)
	return err
}

// tokenize(text) returns the JSON of [{id, text, bytes, special}].
func (e *engine) tokenize(args []safejs.Value) (any, error) {
	s, err := border.Text("text", args[0])
	if err != nil {
		return nil, err
	}
	var j trace.JSON
	j.Open('[')
	for _, id := range e.tokenizer.Encode(s) {
		piece, _ := e.tokenizer.Bytes(id)
		j.Element().Open('{')
		j.Key("id").Int(id)
		j.Key("text").Text(e.tokenizer.Text(id))
		j.Key("bytes").Open('[')
		for _, b := range piece {
			j.Element().Int(int(b))
		}
		j.Close(']')
		if e.tokenizer.Special(id) {
			j.Key("special").Bool(true)
		}
		j.Close('}')
	}
	j.Close(']')
	return string(j.Bytes), nil
}

// merges(text) returns the JSON of [{text, ids, whole, merges}], where a merge is
// [rank, at, left, right, made].
func (e *engine) merges(args []safejs.Value) (any, error) {
	s, err := border.Text("text", args[0])
	if err != nil {
		return nil, err
	}
	var j trace.JSON
	j.Open('[')
	for _, piece := range e.tokenizer.Pieces(s) {
		j.Element().Open('{')
		j.Key("text").Text(piece.Text)
		j.Key("ids").Ints(piece.IDs)
		j.Key("whole").Bool(piece.Whole)
		j.Key("merges").Open('[')
		for _, m := range piece.Merges {
			j.Element().Ints([]int{m.Rank, m.At, m.Left, m.Right, m.Made})
		}
		j.Close(']')
		j.Close('}')
	}
	j.Close(']')
	return string(j.Bytes), nil
}

// positions(from, to) returns rows of the position table, [to-from, C], as a Uint8Array over
// float32 values.
func (e *engine) positions(args []safejs.Value) (any, error) {
	context := float64(e.model.Config().Context)
	from, err := border.Whole("from", args[0], 0, context-1)
	if err != nil {
		return nil, err
	}
	to, err := border.Whole("to", args[1], float64(from)+1, context)
	if err != nil {
		return nil, err
	}
	rows := e.model.Positions(from, to)
	return border.Bytes(unsafe.Slice((*byte)(unsafe.Pointer(&rows[0])), 4*len(rows)))
}

// projection(layer, channel) returns the weights [C] of one channel of attention's
// projection, and its bias behind them, as a Uint8Array over float32 values.
func (e *engine) projection(args []safejs.Value) (any, error) {
	c := e.model.Config()
	layer, err := border.Whole("layer", args[0], 0, float64(c.Layers-1))
	if err != nil {
		return nil, err
	}
	channel, err := border.Whole("channel", args[1], 0, float64(c.Embedding-1))
	if err != nil {
		return nil, err
	}
	row := make([]float32, c.Embedding+1)
	row[c.Embedding] = e.model.Projection(row[:c.Embedding], layer, channel)
	return border.Bytes(unsafe.Slice((*byte)(unsafe.Pointer(&row[0])), 4*len(row)))
}

// prompt reads a text or an array of token ids.
func (e *engine) prompt(v safejs.Value) (generate.Prompt, error) {
	switch border.Kind(v) {
	case "a text":
		s, err := border.Text("prompt", v)
		return generate.Prompt{Text: s}, err
	case "an object":
	default:
		return generate.Prompt{}, &border.ArgumentError{Name: "prompt", Got: border.Kind(v), Want: "a text or an array of token ids"}
	}
	list, err := border.IDs("prompt", v)
	return generate.IDPrompt(e.tokenizer, list), err
}

// logits(prompt) returns the logits [V] after the prompt as a Uint8Array over
// float32 values.
func (e *engine) logits(args []safejs.Value) (any, error) {
	prompt, err := e.prompt(args[0])
	if err != nil {
		return nil, err
	}
	if prompt.IDs == nil {
		prompt.IDs = e.tokenizer.Encode(prompt.Text)
	}
	if err := prompt.Check(e.model.Config()); err != nil {
		return nil, err
	}
	e.busy <- struct{}{}
	defer func() { <-e.busy }()
	session := e.model.NewSession(len(prompt.IDs))
	defer session.Close()
	logits, err := session.Forward(prompt.IDs, func(*stage.Event) error { return e.turn.breathe() })
	if err != nil {
		return nil, err
	}
	return border.Bytes(unsafe.Slice((*byte)(unsafe.Pointer(&logits[0])), 4*len(logits)))
}

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
	"math"
	"runtime/debug"
	"strconv"
	"time"
	"unsafe"

	"github.com/hack-pad/safejs"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/gguf"
	"vitrine/core/kernel"
	"vitrine/core/model"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
	"vitrine/core/trace"
	"vitrine/wasm/border"
)

// engine holds one loaded model and the runs on it.
type engine struct {
	turn      *turner
	busy      chan struct{} // holds one value while something computes: runs follow one another
	model     *model.Model
	tokenizer *tokenizer.Tokenizer
	runs      map[int]*run
}

// run is what JavaScript may change while a generation is under way.
type run struct {
	stop chan struct{} // closed when the run is to end
	pace time.Duration // how long the machine stands still after each stage
	head int           // that the stages of attention show from the next layer on
}

func newRun() *run { return &run{stop: make(chan struct{})} }

// abort ends the run between two stages.
func (r *run) abort() {
	if !r.aborted() {
		close(r.stop)
	}
}

func (r *run) aborted() bool {
	select {
	case <-r.stop:
		return true
	default:
		return false
	}
}

func newEngine(turn *turner) *engine {
	return &engine{turn: turn, busy: make(chan struct{}, 1), runs: map[int]*run{}}
}

// load(pull, size, sha256, workers) reads the model. pull: see source; of a model in
// several files it gives one after the other. size is the length of the first in
// bytes, -1 where unknown; sha256 is hexadecimal, "" where unknown; workers is how
// many share the memory and the work. The value is the JSON of EngineInfo without
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
	if err := e.read(in, int64(size)); err != nil {
		var network *border.RejectedError
		if errors.As(err, &network) {
			return nil, network
		}
		return nil, err
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
	return e.info(), nil
}

// garbagePercent returns how much garbage may lie beside a model, in percent of its
// size: about 32 MB, where that is between a fifth of it and all of it.
func garbagePercent(m *model.Model) int {
	if m == nil {
		return 100
	}
	return int(max(20, min(100, 100*32e6/m.Parameters())))
}

func (e *engine) read(in io.Reader, size int64) error {
	head := make([]byte, gguf.RecognizeBytes)
	n, err := io.ReadFull(in, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	var first io.Reader = bytes.NewReader(head[:n])
	if err == nil {
		first = io.MultiReader(first, in)
	}
	if err := e.parse(first, in, size); err != nil {
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
func (e *engine) parse(first, in io.Reader, size int64) error {
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
	e.model, err = model.Load(file)
	return err
}

func (e *engine) info() string {
	c := e.model.Config()
	var stages trace.JSON
	stages.Open('[')
	for _, s := range stage.All() {
		stages.Element().Text(s.String())
	}
	stages.Close(']')
	var j trace.JSON
	j.Open('{')
	j.Key("name").Text(c.Name)
	j.Key("architecture").Text(c.Architecture)
	j.Key("layers").Int(c.Layers)
	j.Key("heads").Int(c.Heads)
	j.Key("embedding").Int(c.Embedding)
	j.Key("context").Int(c.Context)
	j.Key("vocabulary").Int(c.Vocabulary)
	j.Key("feedForward").Int(c.FeedForward)
	j.Key("parameters").Int(int(e.model.Parameters()))
	j.Key("activation").Text(c.Activation)
	j.Key("position").Text(c.Position)
	j.Key("tiedHead").Bool(c.TiedHead)
	j.Key("weights").Text(c.Weights)
	j.Key("addedTokens").Open('[')
	for _, id := range e.tokenizer.Added() {
		j.Element().Open('{')
		j.Key("id").Int(id)
		j.Key("text").Text(e.tokenizer.Text(id))
		j.Close('}')
	}
	j.Close(']')
	j.Key("simd").Bool(kernel.Name() != "portable")
	j.Key("stages").Raw(stages.Bytes)
	j.Close('}')
	return string(j.Bytes)
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

// prompt reads a text or an array of token ids.
func (e *engine) prompt(v safejs.Value) (generate.Prompt, error) {
	switch border.Kind(v) {
	case "a text":
		s, err := border.Text("prompt", v)
		return generate.TextPrompt(e.tokenizer, s), err
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
	if err := prompt.Check(e.model.Config()); err != nil {
		return nil, err
	}
	e.busy <- struct{}{}
	defer func() { <-e.busy }()
	session := e.model.NewSession(len(prompt.IDs))
	defer session.Close()
	turned := time.Now()
	breathe := func(*stage.Event) error { // whoever asks for a sign of life gets one
		if time.Since(turned) < e.turn.due() {
			return nil
		}
		err := e.turn.wait()
		turned = time.Now()
		return err
	}
	logits, err := session.Forward(prompt.IDs, breathe)
	if err != nil {
		return nil, err
	}
	return border.Bytes(unsafe.Slice((*byte)(unsafe.Pointer(&logits[0])), 4*len(logits)))
}

// abort(run) ends a run between two stages, or while it waits for another. Aborting a run that is over is fine.
func (e *engine) abort(args []safejs.Value) (any, error) {
	id, err := border.Whole("run", args[0], 0, math.MaxInt32)
	if r := e.runs[id]; r != nil {
		r.abort()
	}
	return nil, err
}

// setPace(run, ms) changes how long the machine stands still after each stage.
func (e *engine) setPace(args []safejs.Value) (any, error) {
	id, err := border.Whole("run", args[0], 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	pace, err := paceArg(args[1])
	if r := e.runs[id]; r != nil && err == nil {
		r.pace = pace
	}
	return nil, err
}

// setHead(run, head) changes which head the stages of attention show.
func (e *engine) setHead(args []safejs.Value) (any, error) {
	id, err := border.Whole("run", args[0], 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	head, err := e.headArg(args[1])
	if r := e.runs[id]; r != nil && err == nil {
		r.head = head
	}
	return nil, err
}

func (e *engine) headArg(v safejs.Value) (int, error) {
	return border.Whole("head", v, 0, float64(e.model.Config().Heads-1))
}

func paceArg(v safejs.Value) (time.Duration, error) {
	ms, err := border.Number("pace", v)
	if err == nil && (ms < 0 || ms > 60_000) {
		err = &border.ArgumentError{Name: "pace", Got: fmt.Sprint(ms), Want: "0 to 60000 milliseconds"}
	}
	return time.Duration(ms * float64(time.Millisecond)), err
}

// generate(run, prompt, options, emit) runs to the end. run is a number of the
// caller's choice that abort and setPace take; emit receives the events as
// Uint8Array, see recorder. The value is the JSON of Result.
func (e *engine) generate(args []safejs.Value) (any, error) {
	id, err := border.Whole("run", args[0], 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	prompt, err := e.prompt(args[1])
	if err != nil {
		return nil, err
	}
	control := newRun()
	options, stages, err := e.options(args[2], control)
	if err != nil {
		return nil, err
	}
	e.runs[id] = control
	defer delete(e.runs, id)
	select {
	case e.busy <- struct{}{}:
		defer func() { <-e.busy }()
	case <-control.stop:
		return e.unbegun(prompt, options)
	}

	rec := newRecorder(e.tokenizer, prompt.IDs, e.turn, args[3], control, stages)
	options.Interrupt = rec.interrupt
	r, err := generate.New(e.model, e.tokenizer, prompt, options, rec.observe)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var first, last time.Duration // when the first and the last token were there, by rec.worked; 0: not yet
	for {
		r.Observe(rec.begin(len(r.IDs())))
		token, ok, err := r.Next()
		if err != nil {
			_ = rec.flush() // what was generated stays; where even that fails err says more
			return nil, err
		}
		if !ok {
			break
		}
		if last = rec.worked(); first == 0 {
			first = last
		}
		if err := rec.end(token, len(prompt.IDs)+token.Step); err != nil {
			return nil, err
		}
		if r.Reason() != "" {
			break
		}
	}
	if rec.missed {
		control.stop = make(chan struct{}) // what ended is over; only a call from now on counts
		if err := r.Again(); err != nil && !errors.Is(err, generate.ErrAborted) {
			return nil, err
		}
	}
	if err := rec.flush(); err != nil {
		return nil, err
	}
	return e.result(r, r.Reason(), first, last), nil
}

// unbegun is the result of a run that was aborted before its turn came.
func (e *engine) unbegun(prompt generate.Prompt, options generate.Options) (any, error) {
	r, err := generate.New(e.model, e.tokenizer, prompt, options, nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return e.result(r, decoding.ReasonAborted, 0, 0), nil
}

// result is the JSON of Result. first and last say after how much work the first and the
// last token were there.
func (e *engine) result(r *generate.Run, reason decoding.Reason, first, last time.Duration) string {
	speed := 0.0
	if seconds := (last - first).Seconds(); seconds > 0 {
		speed = float64(len(r.IDs())-1) / seconds
	}
	var j trace.JSON
	j.Result(&trace.Result{
		Text: r.Text(), IDs: r.IDs(), PromptIDs: r.Prompt().IDs, FinishReason: string(reason),
		TokensPerSecond: speed, PromptMs: first.Seconds() * 1000,
	})
	return string(j.Bytes)
}

// options reads GenerateOptions; which says what stages are reported. Every field has been
// set by vitrine.js; what values it may have is checked here and in core.
func (e *engine) options(v safejs.Value, control *run) (o generate.Options, which stages, err error) {
	field := func(name string) safejs.Value {
		f, getErr := v.Get(name)
		if getErr != nil {
			f = safejs.Undefined() // which no option may be
		}
		return f
	}
	temperature, err := border.Number("temperature", field("temperature"))
	if err != nil {
		return o, which, err
	}
	// A number that is positive but rounds to zero would silently turn greedy.
	o.Decoding.Temperature = float32(temperature)
	if (o.Decoding.Temperature == 0) != (temperature == 0) {
		return o, which, &border.ArgumentError{Name: "temperature", Got: fmt.Sprint(temperature), Want: "0 or at least 1e-6"}
	}
	topP, err := border.Number("topP", field("topP"))
	if err != nil {
		return o, which, err
	}
	o.Decoding.TopP = float32(topP)
	if o.MaxTokens, err = border.Whole("maxTokens", field("maxTokens"), 1, math.MaxInt32); err != nil {
		return o, which, err
	}
	if o.Decoding.TopK, err = border.Whole("topK", field("topK"), 0, math.MaxInt32); err != nil {
		return o, which, err
	}
	seed, err := border.Whole("seed", field("seed"), 0, 1<<53-1)
	if err != nil {
		return o, which, err
	}
	o.Decoding.Seed = uint64(seed)
	if o.Decoding.Banned, err = border.IDs("banned", field("banned")); err != nil {
		return o, which, err
	}
	if o.IgnoreEOS, err = field("ignoreEos").Bool(); err != nil {
		return o, which, &border.ArgumentError{Name: "ignoreEos", Got: border.Kind(field("ignoreEos")), Want: "true or false"}
	}
	if which, err = stagesArg(field("stages")); err != nil {
		return o, which, err
	}
	aborted, err := field("aborted").Bool()
	if err != nil {
		return o, which, &border.ArgumentError{Name: "aborted", Got: border.Kind(field("aborted")), Want: "true or false"}
	}
	if aborted {
		control.abort()
	}
	if control.pace, err = paceArg(field("pace")); err != nil {
		return o, which, err
	}
	if control.head, err = e.headArg(field("head")); err != nil {
		return o, which, err
	}
	err = border.List("stop", field("stop"), func(name string, v safejs.Value) error {
		s, err := border.Text(name, v)
		o.Stop = append(o.Stop, s)
		return err
	})
	return o, which, err
}

func stagesArg(v safejs.Value) (stages, error) {
	got := border.Kind(v)
	if s, err := border.Text("stages", v); err == nil {
		if s == "live" {
			return liveStages, nil
		}
		got = strconv.Quote(s)
	}
	all, err := v.Bool()
	switch {
	case err != nil:
		return noStages, &border.ArgumentError{Name: "stages", Got: got, Want: `true, false or "live"`}
	case all:
		return allStages, nil
	}
	return noStages, nil
}

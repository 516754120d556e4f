// Package generate is the autoregressive loop: read the ids, predict, choose a
// token, append it, and again, until there is a reason to stop.
//
// A Run does one step at a time. Everything that it holds beside the cache of its session
// follows from its ids: the bytes of a character that is not whole yet, and text that may
// begin a stop text. The random number of a step depends on the seed and the step alone. So
// a run can go back to any of its steps, do it again to the same bits, or go another way
// (travel.go).
//
// The observer is told of every stage when it is done and before the next begins, and may
// block: the machine then stands still. An error from it unwinds the step and leaves the
// run at its beginning, or behind it if the token was appended already. A Machine makes of
// this a run that can be stopped and steered (machine.go); a Gate says where it stops
// (gate.go).
package generate

import (
	"errors"
	"fmt"
	"strings"

	"vitrine/core/decoding"
	"vitrine/core/model"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

// ErrEmptyPrompt says that there is nothing to continue.
var ErrEmptyPrompt = errors.New("generate: the prompt is empty, want at least one token")

// A PromptTooLongError says that a prompt does not fit the model's context.
type PromptTooLongError struct {
	Tokens, Context int
}

func (e *PromptTooLongError) Error() string {
	return fmt.Sprintf("generate: the prompt has %d tokens, and the context of this model holds %d", e.Tokens, e.Context)
}

// Options say how to decode and when to stop.
type Options struct {
	MaxTokens int // at least 1
	Decoding  decoding.Options
	Stop      []string // texts that end the run and are not given out
	IgnoreEOS bool     // go on after the end-of-text token
	// Choices has tokens that are taken instead of those that are drawn, by position.
	Choices map[int]int
	// Switches are what the run changes of its model.
	Switches []model.Switch
	// NoCache has each step read all ids again. They get the same logits.
	NoCache bool
}

// Prompt is what a run continues: a text, or ids with the text that they are.
type Prompt struct {
	Text string
	IDs  []int // nil: those of the text, which the run looks up when it begins
}

// IDPrompt takes ids as they are. New checks their range.
func IDPrompt(t *tokenizer.Tokenizer, ids []int) Prompt {
	stream := t.NewStream()
	var text strings.Builder
	for _, id := range ids {
		text.WriteString(stream.Push(id))
	}
	text.WriteString(stream.Flush())
	return Prompt{Text: text.String(), IDs: append([]int{}, ids...)}
}

// Check returns ErrEmptyPrompt, a *PromptTooLongError, a *decoding.OptionError for
// an id outside the vocabulary, or nil.
func (p Prompt) Check(c model.Config) error {
	if len(p.IDs) == 0 {
		return ErrEmptyPrompt
	}
	if len(p.IDs) > c.Context {
		return &PromptTooLongError{Tokens: len(p.IDs), Context: c.Context}
	}
	for i, id := range p.IDs {
		if id < 0 || id >= c.Vocabulary {
			return &decoding.OptionError{Option: fmt.Sprintf("prompt[%d]", i), Got: id, Want: fmt.Sprintf("a token id from 0 to %d", c.Vocabulary-1)}
		}
	}
	return nil
}

// Token is one step's outcome.
type Token struct {
	ID          int
	Text        string // text that became certain with this token; "" inside a character or a possible stop string
	Probability float32
	Step        int  // 0-based
	Position    int  // 0-based, in the whole sequence
	Forced      bool // it was chosen, not drawn
}

// Run is one generation. It is not safe for concurrent use.
type Run struct {
	model     *model.Model
	tokenizer *tokenizer.Tokenizer
	options   Options
	eos       int // -1: none, or ignored
	observer  stage.Observer
	appended  func(Token) error // told of each token before append is reported
	quiet     stage.Observer    // of what is read again without being told; may be nil
	aside     stage.Observer    // of what is read again for somebody who looks; may be nil

	prompt  Prompt
	read    int               // how many ids the prompt has; 0: it has not been read yet
	session *model.Session    // nil until then
	ids     []int             // the prompt and what was generated
	choices map[int]int       // tokens that were chosen, by position
	sampler *decoding.Sampler // of the options that the run began with
	changes []change          // of how to decode, by step

	stream  *tokenizer.Stream
	stopper *decoding.Stopper
	text    strings.Builder
	rest    string // what an abort has made certain
	reason  decoding.Reason
	err     error

	step    int       // that is under way, or the last
	reading bool      // whether the step under way has not read its ids yet
	logits  []float32 // [V] of the step under way, or the last; nil: there are none
	now     outcome   // of the step under way
	seen    lookup    // what Candidates looked at last
}

// outcome is what a step comes to, before it is done.
type outcome struct {
	decoding.Selection
	text    string // that is certain with the token
	reason  decoding.Reason
	stream  *tokenizer.Stream // as they are after the token
	stopper *decoding.Stopper
}

// New prepares a run. Nothing is computed before the first Next. observer may be
// nil.
//
// Detail of the events that this package reports: prompt *Prompt, without ids, tokenize *Prompt;
// ids and append *Sequence; decode.stop *Stop; select *decoding.Selection; loop
// *Loop; generation *Prediction. The other stages are reported by core/model
// and core/decoding.
func New(m *model.Model, t *tokenizer.Tokenizer, prompt Prompt, o Options, observer stage.Observer) (*Run, error) {
	c := m.Config()
	if prompt.IDs != nil {
		if err := prompt.Check(c); err != nil {
			return nil, err
		}
	} else if prompt.Text == "" && len(t.Encode("")) == 0 {
		return nil, ErrEmptyPrompt
	}
	for position, id := range o.Choices {
		if id < 0 || id >= c.Vocabulary {
			return nil, &decoding.OptionError{Option: fmt.Sprintf("choices at position %d", position), Got: id, Want: fmt.Sprintf("a token id from 0 to %d", c.Vocabulary-1)}
		}
	}
	if err := checkSwitches(m, o, o.Switches); err != nil {
		return nil, err
	}
	r := &Run{model: m, tokenizer: t, options: o, eos: -1, prompt: prompt, choices: make(map[int]int)}
	for position, id := range o.Choices {
		r.choices[position] = id
	}
	if id, ok := t.EOS(); ok && !o.IgnoreEOS {
		r.eos = id
	}
	var err error
	if r.sampler, err = decoding.NewSampler(c.Vocabulary, o.Decoding); err != nil {
		return nil, err
	}
	r.changes = []change{{options: o.Decoding, sampler: r.sampler}}
	if err = r.begin(); err != nil {
		return nil, err
	}
	r.watch(observer, func(Token) error { return nil })
	return r, nil
}

// watch sets the observer, which may be nil, and who is told of tokens.
func (r *Run) watch(observer stage.Observer, appended func(Token) error) {
	r.appended = appended
	r.observer = func(e *stage.Event) error {
		e.Step = r.step
		if observer == nil {
			return nil
		}
		return observer(e)
	}
}

// begin sets what the text of a run needs to the beginning of one.
func (r *Run) begin() (err error) {
	// A full context still predicts one token more, which nothing can read.
	r.stopper, err = decoding.NewStopper(decoding.StopOptions{EOS: r.eos, MaxTokens: r.options.MaxTokens, Context: r.model.Config().Context + 1, Stop: r.options.Stop})
	r.stream = r.tokenizer.NewStream()
	r.text.Reset()
	r.rest, r.reason, r.err = "", "", nil
	return err
}

// Close gives the memory of the run back, which must not go on afterwards. What it has
// given out stays.
func (r *Run) Close() {
	if r.session != nil {
		r.session.Close()
		r.session = nil
	}
}

// Prompt returns what the run continues; its ids once they have been read.
func (r *Run) Prompt() Prompt { return r.prompt }

// Sequence returns all ids, those of the prompt first. The slice is lent until the next step.
func (r *Run) Sequence() []int { return r.ids }

// IDs returns the generated ids. The slice is lent until the next step.
func (r *Run) IDs() []int { return r.ids[r.read:] }

// Text returns all text given out so far.
func (r *Run) Text() string { return r.text.String() + r.rest }

// PromptIDs returns the ids of the prompt, also before it is read.
func (r *Run) PromptIDs() []int {
	if r.prompt.IDs == nil {
		return r.tokenizer.Encode(r.prompt.Text)
	}
	return r.prompt.IDs
}

// Reason says why the run is over, or "" while it is not.
func (r *Run) Reason() decoding.Reason { return r.reason }

// Err returns the error that the run ended with, or nil.
func (r *Run) Err() error { return r.err }

// Abort ends the run where it is: what it holds back is given out. It is no way out of
// Next: an error of the observer is.
func (r *Run) Abort() {
	if r.reason == "" && r.err == nil {
		stopper, stream := r.stopper.Clone(), r.stream.Clone()
		r.rest = stopper.Flush() + stream.Flush()
		r.reason = decoding.ReasonAborted
	}
}

// GoOn takes an Abort back.
func (r *Run) GoOn() {
	if r.reason == decoding.ReasonAborted {
		r.reason, r.rest = "", ""
	}
}

// Next does one step: a forward pass over the ids that the cache lacks, and the
// choice of the next token. ok is false when there was none: because the run is over, and
// Reason then says why, or because an error came before the token was appended.
//
// ErrUnwound, which only an observer returns, leaves the run as it was before the step, or
// as it is after the token. Any other error ends the run, and every later call returns it
// again.
func (r *Run) Next() (token Token, ok bool, err error) {
	if r.reason != "" || r.err != nil {
		return Token{}, false, r.err
	}
	if r.read == 0 {
		err = r.readPrompt()
	}
	if err == nil {
		ok, err = r.do()
	}
	if !errors.Is(err, ErrUnwound) {
		r.err = err
	}
	if ok {
		token = r.token()
	}
	return token, ok, err
}

// token returns the token that was appended last.
func (r *Run) token() Token {
	n := &r.now
	return Token{n.ID, n.text, n.Probability, r.step, len(r.ids) - 1, n.Forced}
}

// readPrompt tokenizes the prompt and makes room for the run.
func (r *Run) readPrompt() error {
	r.step = 0
	c := r.model.Config()
	if err := r.report(stage.Event{Stage: stage.Prompt, Layer: -1}, &Prompt{Text: r.prompt.Text}); err != nil {
		return err
	}
	prompt := r.prompt
	if prompt.IDs == nil {
		prompt.IDs = r.tokenizer.Encode(prompt.Text)
		if err := prompt.Check(c); err != nil {
			return err
		}
	}
	n := len(prompt.IDs)
	for position := range r.choices {
		if position < n {
			return &decoding.OptionError{Option: "choices", Got: fmt.Sprintf("position %d", position), Want: fmt.Sprintf("positions after the prompt, from %d on", n)}
		}
	}
	if err := r.report(stage.Event{Stage: stage.Tokenize, Layer: -1, Position: n - 1, Tokens: n}, &prompt); err != nil {
		return err
	}
	r.prompt, r.read = prompt, n
	if r.session == nil {
		r.session = r.model.NewSession(min(c.Context, n+min(r.options.MaxTokens, c.Context))) // the sum of two contexts cannot overflow
		if err := r.session.Switch(r.options.Switches); err != nil {
			return err
		}
	}
	r.ids = append(r.ids[:0], prompt.IDs...)
	return nil
}

// do does a step. appended tells whether it came to its token, also where an error ends it.
func (r *Run) do() (appended bool, err error) {
	r.step, r.reading = len(r.IDs()), true
	defer func() { r.reading = false }()
	if err := r.catchUp(); err != nil {
		return false, err
	}
	cached := r.session.Len()
	pending := r.ids[cached:]
	ev := stage.Event{Layer: -1, Position: len(r.ids) - 1, Tokens: len(pending)}
	r.logits = nil
	err = r.report(at(ev, stage.IDs), &Sequence{IDs: pending, Count: len(r.ids)})
	if err == nil {
		r.logits, err = r.session.Forward(pending, r.observer)
	}
	r.reading = false
	for err == nil {
		if err = r.decide(ev); !errors.Is(err, errAgain) {
			break
		}
		err = nil
	}
	if err != nil {
		r.session.Truncate(min(cached, r.session.Len()))
		return false, err
	}
	r.ids = append(r.ids, r.now.ID)
	r.stream, r.stopper = r.now.stream, r.now.stopper
	r.text.WriteString(r.now.text)
	if err = r.appended(r.token()); err == nil {
		err = r.report(at(ev, stage.Append), &Sequence{IDs: r.ids, Count: len(r.ids)})
	}
	// The loop decides, whoever is told of it.
	r.reason = r.now.reason
	if err == nil {
		err = r.report(at(ev, stage.Loop), &Loop{Step: r.step, Cached: r.cached(r.session.Len()), Reason: r.reason})
	}
	if err == nil {
		err = r.report(at(ev, stage.Generation), r.prediction())
	}
	return true, err
}

// errAgain unwinds the decoding of a step, which is then done again.
var errAgain = errors.New("generate: the step decodes again")

// decide chooses the token of a step.
func (r *Run) decide(ev stage.Event) error {
	sampler, err := r.samplerOf(r.step)
	if err != nil {
		return err
	}
	drawn, err := sampler.Sample(r.logits, r.step, ev, r.observer)
	if err != nil {
		return err
	}
	r.now = r.outcome(r.chosen(sampler, drawn, len(r.ids)))
	if err := r.report(at(ev, stage.DecodeStop), &Stop{Reason: r.now.reason}); err != nil {
		return err
	}
	return r.report(at(ev, stage.Select), &r.now.Selection)
}

// chosen returns the token that was chosen for a position, or else the one that is drawn.
func (r *Run) chosen(sampler *decoding.Sampler, drawn decoding.Selection, position int) decoding.Selection {
	if id, ok := r.choices[position]; ok {
		return sampler.Choose(id, drawn)
	}
	return drawn
}

// outcome is what a step comes to with the token.
func (r *Run) outcome(s decoding.Selection) outcome {
	o := outcome{Selection: s, stream: r.stream.Clone(), stopper: r.stopper.Clone()}
	piece := ""
	if s.ID != r.eos {
		piece = o.stream.Push(s.ID)
	}
	o.text, o.reason = o.stopper.Push(s.ID, piece, len(r.IDs())+1, len(r.ids)+1)
	if o.reason != "" && o.reason != decoding.ReasonStop {
		o.text += o.stopper.Flush() + o.stream.Flush()
	}
	return o
}

func (r *Run) prediction() *Prediction {
	return &Prediction{Step: r.step, Read: r.ids[:len(r.ids)-1], ID: r.now.ID, Probability: r.now.Probability}
}

func at(ev stage.Event, s stage.Stage) stage.Event {
	ev.Stage = s
	return ev
}

func (r *Run) report(ev stage.Event, detail any) error {
	ev.Source = stage.Shown{Other: detail}
	return r.observer(&ev)
}

// ErrUnwound is what an observer returns to unwind a step.
var ErrUnwound = errors.New("generate: unwound")

// Sequence is the detail of ids (the ids that this pass reads) and of append
// (all ids, with the new one).
type Sequence struct {
	IDs   []int // lent
	Count int   // length of the whole sequence
}

// Stop is the detail of decode.stop.
type Stop struct {
	Reason decoding.Reason // "" when the run goes on
}

// Loop is the detail of loop.
type Loop struct {
	Step   int
	Cached int // positions in the KV cache
	Reason decoding.Reason
}

// Prediction is the detail of generation: what a step read and predicted.
type Prediction struct {
	Step        int
	Read        []int // lent
	ID          int
	Probability float32 // the model's own, as decoding.Selection
}

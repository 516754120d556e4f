// Package generate is the autoregressive loop: read the ids, predict, choose a
// token, append it, and again, until there is a reason to stop.
//
// A Run does one step at a time. Beside the ids and the cache of its session it holds what
// its text needs: the bytes of a character that is not whole yet, and text that may begin
// a stop text. The random number of a step depends on the seed and the step alone, so the
// last step can be done again, to the same bits; there is no way back to an earlier one.
//
// The observer is told of every stage before the next begins, or of generation alone, and
// may block: the machine then stands still. An error from it, or from the interrupt, ends
// the run.
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

// ErrAborted is what an observer or an interrupt returns to end a run between two
// stages. The run is then over with the reason decoding.ReasonAborted; it is not a
// failure.
var ErrAborted = errors.New("generate: aborted")

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
	// Interrupt is as that of model.Session. May be nil.
	Interrupt func() error
}

// Prompt is what a run continues, as text and as ids.
type Prompt struct {
	Text string
	IDs  []int
}

// TextPrompt tokenizes text.
func TextPrompt(t *tokenizer.Tokenizer, text string) Prompt {
	return Prompt{Text: text, IDs: t.Encode(text)}
}

// IDPrompt takes ids as they are. New checks their range.
func IDPrompt(t *tokenizer.Tokenizer, ids []int) Prompt {
	stream := t.NewStream()
	var text strings.Builder
	for _, id := range ids {
		text.WriteString(stream.Push(id))
	}
	text.WriteString(stream.Flush())
	return Prompt{Text: text.String(), IDs: append([]int(nil), ids...)}
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
	Step        int // 0-based
}

// Run is one generation. It is not safe for concurrent use.
type Run struct {
	session   *model.Session
	tokenizer *tokenizer.Tokenizer
	sampler   *decoding.Sampler
	stopper   *decoding.Stopper
	stream    *tokenizer.Stream
	observer  stage.Observer // nil: nobody
	brief     bool           // of a step, tell the observer of generation alone

	prompt Prompt
	ids    []int // the prompt and what was generated
	eos    int   // -1: none, or ignored
	step   int   // that is under way, or the last
	text   strings.Builder
	reason decoding.Reason
	err    error
}

// New prepares a run. Nothing is computed before the first Next. observer may be
// nil.
//
// Detail of the events that this package reports: prompt and tokenize *Prompt;
// ids and append *Sequence; decode.stop *Stop; select *decoding.Selection; loop
// *Loop; generation *Prediction. The other stages are reported by core/model
// and core/decoding.
func New(m *model.Model, t *tokenizer.Tokenizer, prompt Prompt, o Options, observer stage.Observer) (*Run, error) {
	c := m.Config()
	if err := prompt.Check(c); err != nil {
		return nil, err
	}
	sampler, err := decoding.NewSampler(c.Vocabulary, o.Decoding)
	if err != nil {
		return nil, err
	}
	eos := -1
	if id, ok := t.EOS(); ok && !o.IgnoreEOS {
		eos = id
	}
	// A full context still predicts one token more, which nothing can read.
	stopper, err := decoding.NewStopper(decoding.StopOptions{EOS: eos, MaxTokens: o.MaxTokens, Context: c.Context + 1, Stop: o.Stop})
	if err != nil {
		return nil, err
	}
	r := &Run{
		session:   m.NewSession(min(c.Context, len(prompt.IDs)+min(o.MaxTokens, c.Context))), // the sum of two contexts cannot overflow
		tokenizer: t,
		sampler:   sampler,
		stopper:   stopper,
		stream:    t.NewStream(),
		prompt:    prompt,
		ids:       append(make([]int, 0, len(prompt.IDs)+min(o.MaxTokens, c.Context)), prompt.IDs...),
		eos:       eos,
	}
	r.session.Interrupt = o.Interrupt
	if observer != nil {
		r.observer = func(e *stage.Event) error {
			e.Step = r.step
			return observer(e)
		}
	}
	return r, nil
}

// Close gives the memory of the run back, which must not go on afterwards. What it has
// given out stays.
func (r *Run) Close() { r.session.Close() }

// Prompt returns what the run continues.
func (r *Run) Prompt() Prompt { return r.prompt }

// IDs returns the generated ids. The slice is lent until the next call of Next.
func (r *Run) IDs() []int { return r.ids[len(r.prompt.IDs):] }

// Text returns all text given out so far.
func (r *Run) Text() string { return r.text.String() }

// Reason says why the run is over, or "" while it is not.
func (r *Run) Reason() decoding.Reason { return r.reason }

// Observe sets whether the steps from now on report all their stages to the observer, as
// they do at first, or the stage generation alone: then they cost what they cost unobserved.
func (r *Run) Observe(all bool) { r.brief = !all }

// Again does the last step once more, to the same bits, for an observer that has not been
// told all of it. The run stays as it is. Before the first token it does nothing. An
// error is that of the observer or of the interrupt.
func (r *Run) Again() error {
	if len(r.IDs()) == 0 {
		return nil
	}
	r.brief = false
	read := r.ids[:len(r.ids)-1]
	if r.step = len(r.IDs()) - 1; r.step == 0 {
		r.session.Truncate(0)
	} else {
		r.session.Truncate(len(read) - 1)
	}
	chosen, ev, err := r.predict(read)
	if err != nil {
		return err
	}
	return r.tell(chosen, ev)
}

// Next does one step: a forward pass over the ids that the cache lacks, and the
// choice of the next token. ok is false when there was none because the run is
// over; Reason then says why. An error ends the run, and every later call
// returns it again.
func (r *Run) Next() (token Token, ok bool, err error) {
	if r.reason != "" || r.err != nil {
		return Token{}, false, r.err
	}
	r.step = len(r.IDs())
	chosen, ev, err := r.predict(r.ids)
	if err == nil {
		ok = true
		token, err = r.take(chosen, ev)
	}
	if errors.Is(err, ErrAborted) {
		if r.reason == "" {
			r.reason = decoding.ReasonAborted
			rest := r.stopper.Flush() + r.stream.Flush()
			r.text.WriteString(rest)
			token.Text += rest
		}
		return token, ok, nil
	}
	r.err = err
	return token, ok && err == nil, err
}

// predict runs the pass over those of ids that the cache lacks and chooses a token.
func (r *Run) predict(ids []int) (decoding.Selection, stage.Event, error) {
	pending := ids[r.session.Len():]
	ev := stage.Event{Layer: -1, Position: len(ids) - 1, Tokens: len(pending)}
	observer := r.observer
	if r.brief {
		observer = nil
	}
	if r.step == 0 {
		if err := r.report(ev, stage.Prompt, &r.prompt); err != nil {
			return decoding.Selection{}, ev, err
		}
		if err := r.report(ev, stage.Tokenize, &r.prompt); err != nil {
			return decoding.Selection{}, ev, err
		}
	}
	if err := r.report(ev, stage.IDs, &Sequence{IDs: pending, Count: len(ids)}); err != nil {
		return decoding.Selection{}, ev, err
	}
	logits, err := r.session.Forward(pending, observer)
	if err != nil {
		return decoding.Selection{}, ev, err
	}
	chosen, err := r.sampler.Sample(logits, r.step, ev, observer)
	return chosen, ev, err
}

// take appends the chosen token, decides whether the run ends with it, and then
// reports both: a run that is aborted in between has the token all the same.
func (r *Run) take(chosen decoding.Selection, ev stage.Event) (Token, error) {
	text := ""
	if chosen.ID != r.eos {
		text = r.stream.Push(chosen.ID)
	}
	r.ids = append(r.ids, chosen.ID)
	out, reason := r.stopper.Push(chosen.ID, text, len(r.IDs()), len(r.ids))
	if reason != "" && reason != decoding.ReasonStop {
		out += r.stopper.Flush() + r.stream.Flush()
	}
	r.text.WriteString(out)
	r.reason = reason
	return Token{ID: chosen.ID, Text: out, Probability: chosen.Probability, Step: r.step}, r.tell(chosen, ev)
}

// tell reports the stages of a step after its token has been appended.
func (r *Run) tell(chosen decoding.Selection, ev stage.Event) error {
	if r.observer == nil {
		return nil
	}
	for _, e := range []struct {
		stage  stage.Stage
		detail any
	}{
		{stage.DecodeStop, &Stop{Reason: r.reason}},
		{stage.Select, &chosen},
		{stage.Append, &Sequence{IDs: r.ids, Count: len(r.ids)}},
		{stage.Loop, &Loop{Step: r.step, Cached: r.session.Len(), Reason: r.reason}},
		{stage.Generation, &Prediction{Step: r.step, Read: r.ids[:len(r.ids)-1], ID: chosen.ID, Probability: chosen.Probability}},
	} {
		if err := r.report(ev, e.stage, e.detail); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) report(ev stage.Event, s stage.Stage, detail any) error {
	if r.observer == nil || r.brief && s != stage.Generation {
		return nil
	}
	ev.Stage, ev.Source = s, stage.Shown{Other: detail}
	return r.observer(&ev)
}

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

package generate

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

const modelFile = "../../models/vitrine-tiny-q8_0.gguf"

type loaded struct {
	model     *model.Model
	tokenizer *tokenizer.Tokenizer
}

// tiny loads the default model once for all tests.
var tiny = sync.OnceValues(func() (loaded, error) {
	file, err := os.Open(modelFile)
	if err != nil {
		return loaded{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return loaded{}, err
	}
	reader, err := gguf.NewReader(file, info.Size())
	if err != nil {
		return loaded{}, err
	}
	tok, err := tokenizer.New(reader.Metadata())
	if err != nil {
		return loaded{}, err
	}
	m, err := model.Load(reader)
	return loaded{m, tok}, err
})

func load(t *testing.T) (*model.Model, *tokenizer.Tokenizer) {
	t.Helper()
	l, err := tiny()
	if err != nil {
		t.Fatal(err)
	}
	return l.model, l.tokenizer
}

func greedy(maxTokens int) Options {
	return Options{MaxTokens: maxTokens, Decoding: decoding.Options{TopP: 1}}
}

// run generates to the end and returns the run and the text of its tokens.
func run(t *testing.T, prompt string, o Options, observer stage.Observer) (*Run, string) {
	t.Helper()
	m, tok := load(t)
	r, err := New(m, tok, TextPrompt(tok, prompt), o, observer)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for {
		token, ok, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return r, text.String()
		}
		text.WriteString(token.Text)
	}
}

const france = "What is the capital of France?"

func TestGreedyAnswer(t *testing.T) {
	r, text := run(t, france, greedy(12), nil)
	if !strings.Contains(text, "Paris") {
		t.Errorf("after %q comes %q, want Paris in it", france, text)
	}
	if r.Text() != text {
		t.Errorf("Text() = %q, the tokens gave %q", r.Text(), text)
	}
	if r.Reason() == "" || len(r.IDs()) == 0 || len(r.IDs()) > 12 {
		t.Errorf("%d ids, reason %q", len(r.IDs()), r.Reason())
	}
}

// passOrder is one pass of a model with two layers as every observer sees it.
func passOrder(layers, step int) []stage.Stage {
	var order []stage.Stage
	if step == 0 {
		order = append(order, stage.Prompt, stage.Tokenize)
	}
	order = append(order, stage.IDs, stage.Embed, stage.Position)
	for range layers {
		order = append(order, stage.Layers, stage.LN1, stage.Attention, stage.AttentionQKV, stage.AttentionScores,
			stage.AttentionScale, stage.AttentionMask, stage.AttentionMix, stage.Residual1, stage.LN2, stage.MLP, stage.Residual2)
	}
	return append(order, stage.Final, stage.Head, stage.Softmax, stage.Distribution, stage.Decode,
		stage.DecodeTemperature, stage.DecodeTopK, stage.DecodeTopP, stage.DecodeSample, stage.DecodeStop,
		stage.Select, stage.Append, stage.Loop, stage.Generation)
}

func TestEventsComeInOrder(t *testing.T) {
	m, _ := load(t)
	const steps = 3
	var got, want []stage.Stage
	observer := func(e *stage.Event) error {
		got = append(got, e.Stage)
		if inLayer := e.Stage >= stage.Layers && e.Stage <= stage.Residual2; inLayer != (e.Layer >= 0) {
			t.Errorf("%v has layer %d", e.Stage, e.Layer)
		}
		return nil
	}
	o := Options{MaxTokens: steps, IgnoreEOS: true, Decoding: decoding.Options{Temperature: 1, TopK: 40, TopP: 0.9, Seed: 7}}
	run(t, france, o, observer)
	for step := range steps {
		want = append(want, passOrder(m.Config().Layers, step)...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("events\n got %v\nwant %v", got, want)
	}
}

func TestObserverChangesNothing(t *testing.T) {
	o := Options{MaxTokens: 24, Decoding: decoding.Options{Temperature: 0.8, TopK: 40, TopP: 0.95, Seed: 3}}
	watched, watchedText := run(t, "Once upon a time", o, func(*stage.Event) error { return nil })
	alone, text := run(t, "Once upon a time", o, nil)
	if !reflect.DeepEqual(watched.IDs(), alone.IDs()) || watchedText != text {
		t.Errorf("watched %v, alone %v", watched.IDs(), alone.IDs())
	}
	o.Decoding.Seed = 4
	if other, _ := run(t, "Once upon a time", o, nil); reflect.DeepEqual(other.IDs(), alone.IDs()) {
		t.Error("another seed gives the same tokens")
	}
}

// TestAgain looks away from all steps but the first, and then has the last one repeated: its
// events are those of a run that was observed all the time.
func TestAgain(t *testing.T) {
	type seen struct {
		stage.Event
		sums   []float32 // of each tensor
		detail string
	}
	record := func(to *[]seen) stage.Observer {
		return func(e *stage.Event) error {
			s := seen{Event: *e}
			for _, tensor := range e.Tensors() {
				var sum float32
				for _, x := range tensor.Data {
					sum += x
				}
				s.sums = append(s.sums, sum)
			}
			s.Source = nil
			s.detail = fmt.Sprintf("%+v", reflect.Indirect(reflect.ValueOf(e.Detail())))
			*to = append(*to, s)
			return nil
		}
	}
	m, tok := load(t)
	for _, maxTokens := range []int{1, 2, 9} {
		o := Options{MaxTokens: maxTokens, Decoding: decoding.Options{Temperature: 0.8, TopK: 40, TopP: 0.95, Seed: 3}}
		var all, some []seen
		full, _ := run(t, "Once upon a time", o, record(&all))
		r, err := New(m, tok, TextPrompt(tok, "Once upon a time"), o, record(&some))
		if err != nil {
			t.Fatal(err)
		}
		for r.Reason() == "" {
			if _, _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			r.Observe(false)
		}
		first := len(passOrder(m.Config().Layers, 0))
		if got, want := len(some), first+maxTokens-1; got != want {
			t.Errorf("%d tokens: %d events of a run that was looked at once, want %d", maxTokens, got, want)
		}
		some = some[:0]
		if err := r.Again(); err != nil {
			t.Fatal(err)
		}
		if want := all[len(all)-len(some):]; !reflect.DeepEqual(some, want) {
			t.Errorf("%d tokens: again\n got %v\nwant %v", maxTokens, some, want)
		}
		if some[0].Step != maxTokens-1 || !slices.Equal(r.IDs(), full.IDs()) {
			t.Errorf("%d tokens: step %d again, ids %v, want %v", maxTokens, some[0].Step, r.IDs(), full.IDs())
		}
	}
}

// TestAgainAfterAbort ends a run in the middle of a step that nobody observes.
func TestAgainAfterAbort(t *testing.T) {
	m, tok := load(t)
	layers := m.Config().Layers
	asked := 0 // in steps of one token: the prompt's asks more often
	var r *Run
	o := greedy(9)
	o.Interrupt = func() error {
		if len(r.IDs()) == 0 {
			return nil
		}
		if asked++; asked == 2*layers-1 {
			return ErrAborted
		}
		return nil
	}
	var stages []stage.Stage
	var err error
	r, err = New(m, tok, TextPrompt(tok, france), o, func(e *stage.Event) error {
		stages = append(stages, e.Stage)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Again(); err != nil || len(stages) != 0 {
		t.Errorf("again before the first step: %v, %v", stages, err)
	}
	r.Observe(false)
	for r.Reason() == "" {
		stages = stages[:0]
		if _, _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if r.Reason() != decoding.ReasonAborted || len(r.IDs()) != 2 || asked != 2*layers-1 {
		t.Fatalf("reason %q after %d tokens, asked %d times", r.Reason(), len(r.IDs()), asked)
	}
	stages = stages[:0]
	if err := r.Again(); err != nil || !slices.Equal(stages, passOrder(layers, 1)) {
		t.Errorf("again: %v, %v", stages, err)
	}
}

// TestAbortBetweenAnyTwoStages ends a run at each of its events in turn.
func TestAbortBetweenAnyTwoStages(t *testing.T) {
	events := 0
	full, _ := run(t, france, greedy(2), func(*stage.Event) error { events++; return nil })
	for last := 1; last <= events; last++ {
		n := 0
		r, _ := run(t, france, greedy(2), func(*stage.Event) error {
			if n++; n == last {
				return ErrAborted
			}
			return nil
		})
		if n != last {
			t.Fatalf("aborted at event %d, but %d came", last, n)
		}
		if !slices.Equal(r.IDs(), full.IDs()[:len(r.IDs())]) {
			t.Fatalf("aborted at event %d: ids %v, want a beginning of %v", last, r.IDs(), full.IDs())
		}
		if !strings.HasPrefix(full.Text(), r.Text()) {
			t.Fatalf("aborted at event %d: text %q, want a beginning of %q", last, r.Text(), full.Text())
		}
		if want := len(r.IDs()) == 2; (r.Reason() != decoding.ReasonAborted) != want {
			t.Fatalf("aborted at event %d with %d ids: reason %q", last, len(r.IDs()), r.Reason())
		}
	}
}

func TestObserverErrorIsReturned(t *testing.T) {
	m, tok := load(t)
	broken := errors.New("broken")
	r, err := New(m, tok, TextPrompt(tok, france), greedy(4), func(e *stage.Event) error {
		if e.Stage == stage.MLP {
			return broken
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, ok, err := r.Next(); ok || !errors.Is(err, broken) {
			t.Errorf("Next = %v, %v, want the observer's error again and again", ok, err)
		}
	}
}

func TestContextFull(t *testing.T) {
	m, tok := load(t)
	full := make([]int, m.Config().Context)
	for i := range full {
		full[i] = 262 + i%50
	}
	for _, test := range []struct{ prompt, want int }{{len(full), 1}, {len(full) - 3, 4}} {
		o := greedy(100)
		o.IgnoreEOS = true
		r, err := New(m, tok, IDPrompt(tok, full[:test.prompt]), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for ok := true; ok; {
			if _, ok, err = r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		if r.Reason() != decoding.ReasonContext || len(r.IDs()) != test.want {
			t.Errorf("prompt of %d: %d tokens, reason %q; want %d, context", test.prompt, len(r.IDs()), r.Reason(), test.want)
		}
	}
	var tooLong *PromptTooLongError
	_, err := New(m, tok, IDPrompt(tok, append(full, 262)), greedy(1), nil)
	if !errors.As(err, &tooLong) || tooLong.Tokens != 257 || tooLong.Context != 256 {
		t.Errorf("a prompt longer than the context: %v", err)
	}
}

func TestStopText(t *testing.T) {
	free, _ := run(t, france, greedy(12), nil)
	// A stop text that begins inside one token and ends inside another.
	at := strings.Index(free.Text(), "aris")
	if at < 0 || len(free.Text()) < at+6 {
		t.Fatalf("the model says %q", free.Text())
	}
	o := greedy(12)
	o.Stop = []string{free.Text()[at : at+6]}
	r, text := run(t, france, o, nil)
	if r.Reason() != decoding.ReasonStop || text != free.Text()[:at] || r.Text() != text {
		t.Errorf("stop %q: text %q, reason %q; want %q, stop", o.Stop, text, r.Reason(), free.Text()[:at])
	}
}

func TestBadPromptsAndOptions(t *testing.T) {
	m, tok := load(t)
	if _, err := New(m, tok, TextPrompt(tok, ""), greedy(1), nil); !errors.Is(err, ErrEmptyPrompt) {
		t.Errorf("empty prompt: %v", err)
	}
	for _, ids := range [][]int{{-1}, {0, m.Config().Vocabulary}} {
		var option *decoding.OptionError
		if _, err := New(m, tok, Prompt{IDs: ids}, greedy(1), nil); !errors.As(err, &option) {
			t.Errorf("ids %v: %v", ids, err)
		}
	}
	for name, o := range map[string]Options{
		"maxTokens":   {MaxTokens: 0, Decoding: decoding.Options{TopP: 1}},
		"temperature": {MaxTokens: 1, Decoding: decoding.Options{Temperature: -1, TopP: 1}},
		"stop":        {MaxTokens: 1, Decoding: decoding.Options{TopP: 1}, Stop: []string{""}},
	} {
		if _, err := New(m, tok, TextPrompt(tok, france), o, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("bad %s: %v", name, err)
		}
	}
}

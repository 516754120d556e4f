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
	r, err := New(m, tok, Prompt{Text: prompt}, o, observer)
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

// seen is an event in a form that can be compared.
type seen struct {
	stage.Event
	sums   []float32 // of each tensor
	detail string
}

func record(to *[]seen) stage.Observer {
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

// TestRevisit does each step of a run again when the run is over: its events are those that
// came when it was done.
func TestRevisit(t *testing.T) {
	m, _ := load(t)
	var all []seen
	o := Options{MaxTokens: 6, IgnoreEOS: true, Decoding: decoding.Options{Temperature: 0.8, TopK: 40, TopP: 0.95, Seed: 3}, Choices: map[int]int{6: 400}}
	r, text := run(t, "Once upon a time", o, record(&all))
	if forced := r.ids[6]; forced != 400 {
		t.Fatalf("the token at position 6 is %d, want the chosen 400", forced)
	}
	for step := range r.IDs() {
		var want, again []seen
		for _, e := range all {
			if e.Step == step {
				want = append(want, e)
			}
		}
		position := r.read - 1 + step
		from := position
		if step == 0 {
			from = 0
		}
		if err := r.Revisit(position, from, record(&again)); err != nil {
			t.Fatal(err)
		}
		if len(again) != len(want) {
			t.Fatalf("step %d: %d events, want %d", step, len(again), len(want))
		}
		for i, got := range again {
			if step == 0 && want[i].Stage > stage.AttentionMask && want[i].Stage <= stage.Head && (want[i].Layer == m.Config().Layers-1 || want[i].Layer < 0) {
				continue // a run leaves out rows that nothing reads
			}
			if !reflect.DeepEqual(got, want[i]) {
				t.Errorf("step %d, %v of layer %d:\n got %+v\nwant %+v", step, want[i].Stage, want[i].Layer, got, want[i])
			}
		}
	}
	if r.Text() != text || len(r.IDs()) != 6 {
		t.Error("looking back changed the run")
	}
	for _, test := range [][2]int{{-1, -1}, {len(r.ids), 0}, {3, 4}} {
		var place *PlaceError
		if err := r.Revisit(test[0], test[1], func(*stage.Event) error { return nil }); !errors.As(err, &place) {
			t.Errorf("position %d from %d: %v, want a PlaceError", test[0], test[1], err)
		}
	}
}

// TestUnwindBetweenAnyTwoStages unwinds a run at each of its events in turn, and lets it go
// on. Of the layers, which are alike, it takes the first two and the last.
func TestUnwindBetweenAnyTwoStages(t *testing.T) {
	m, tok := load(t)
	var layers []int // by event
	full, _ := run(t, "Once", greedy(2), func(e *stage.Event) error { layers = append(layers, e.Layer); return nil })
	for last := 1; last <= len(layers); last++ {
		if layer := layers[last-1]; layer > 1 && layer < m.Config().Layers-1 {
			continue
		}
		n := 0
		r, err := New(m, tok, Prompt{Text: "Once"}, greedy(2), func(*stage.Event) error {
			if n++; n == last {
				return ErrUnwound
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		unwound := 0
		for r.Reason() == "" {
			token, ok, err := r.Next()
			if err != nil && !errors.Is(err, ErrUnwound) {
				t.Fatal(err)
			}
			if ok {
				text.WriteString(token.Text)
			}
			if err == nil {
				continue
			}
			unwound++
			if !slices.Equal(r.IDs(), full.IDs()[:len(r.IDs())]) || !strings.HasPrefix(full.Text(), r.Text()) {
				t.Fatalf("unwound at event %d: ids %v, text %q, want the beginning of %v, %q", last, r.IDs(), r.Text(), full.IDs(), full.Text())
			}
			if r.Reason() == "" {
				r.Abort()
				if r.Reason() != decoding.ReasonAborted {
					t.Fatalf("aborted at event %d: reason %q", last, r.Reason())
				}
				r.GoOn()
			}
		}
		if unwound != 1 || !slices.Equal(r.IDs(), full.IDs()) || text.String() != full.Text() || r.Reason() != full.Reason() {
			t.Fatalf("unwound %d times at event %d: ids %v, text %q, reason %q", unwound, last, r.IDs(), text.String(), r.Reason())
		}
	}
}

// TestRewind goes back to each position of a run with a stop text and characters of several
// tokens, and on again: the same comes.
func TestRewind(t *testing.T) {
	m, tok := load(t)
	prompt := IDPrompt(tok, tok.Encode("Once upon"))
	o := Options{MaxTokens: 9, IgnoreEOS: true, Stop: []string{"never"}, Decoding: decoding.Options{Temperature: 2, TopP: 1, Seed: 11}}
	// A snowman in three tokens, the beginning of the stop text, and what breaks it off.
	o.Choices = map[int]int{}
	at := len(prompt.IDs) + 1
	for _, id := range append(tok.Encode("\u2603"), tok.Encode("neve")...) {
		o.Choices[at] = id
		at++
	}
	r, err := New(m, tok, prompt, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	finish := func() {
		for r.Reason() == "" {
			if _, _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
	}
	finish()
	ids, text, reason := slices.Clone(r.ids), r.Text(), r.Reason()
	for position := r.read; position <= len(ids); position++ {
		if err := r.Rewind(position, true); err != nil {
			t.Fatal(err)
		}
		if len(r.ids) != position || r.session.Len() >= position && position > r.read || !strings.HasPrefix(text, r.Text()) {
			t.Fatalf("back to %d: %d ids, %d cached, text %q", position, len(r.ids), r.session.Len(), r.Text())
		}
		finish()
		if !slices.Equal(r.ids, ids) || r.Text() != text || r.Reason() != reason {
			t.Fatalf("back to %d and on: ids %v, text %q, reason %q; want %v, %q, %q", position, r.ids, r.Text(), r.Reason(), ids, text, reason)
		}
	}
	if err := r.Restart(); err != nil {
		t.Fatal(err)
	}
	finish()
	if !slices.Equal(r.ids, ids) || r.Text() != text {
		t.Errorf("from the start: %v, %q", r.ids, r.Text())
	}
	if err := r.Rewind(r.read, false); err != nil || len(r.Choices()) != 0 {
		t.Errorf("choices that are left after a rewind: %v, %v", r.Choices(), err)
	}
	for _, position := range []int{r.read - 1, len(r.ids) + 1} {
		var place *PlaceError
		if err := r.Rewind(position, false); !errors.As(err, &place) {
			t.Errorf("rewind to %d: %v, want a PlaceError", position, err)
		}
	}
}

func TestObserverErrorIsReturned(t *testing.T) {
	m, tok := load(t)
	broken := errors.New("broken")
	r, err := New(m, tok, Prompt{Text: france}, greedy(4), func(e *stage.Event) error {
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
	if _, err := New(m, tok, Prompt{}, greedy(1), nil); !errors.Is(err, ErrEmptyPrompt) {
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
		"choices":     {MaxTokens: 1, Decoding: decoding.Options{TopP: 1}, Choices: map[int]int{99: -1}},
		"temperature": {MaxTokens: 1, Decoding: decoding.Options{Temperature: -1, TopP: 1}},
		"stop":        {MaxTokens: 1, Decoding: decoding.Options{TopP: 1}, Stop: []string{""}},
	} {
		if _, err := New(m, tok, Prompt{Text: france}, o, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("bad %s: %v", name, err)
		}
	}
}

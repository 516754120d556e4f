package generate

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vitrine/core/condition"
	"vitrine/core/decoding"
	"vitrine/core/stage"
)

// sampled are the options of the runs of these tests.
var sampled = Options{MaxTokens: 3, Decoding: decoding.Options{Temperature: 1.5, TopK: 40, TopP: 0.9, Seed: 7}}

// observed runs the default model on a prompt and returns all ids.
func observed(t *testing.T, observer stage.Observer) []int {
	t.Helper()
	m, tok := load(t)
	run, err := New(m, tok, Prompt{Text: "Once upon a time"}, sampled, observer)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	for ok := true; ok; {
		if _, ok, err = run.Next(); err != nil {
			t.Fatal(err)
		}
	}
	return slices.Concat(run.Prompt().IDs, run.IDs())
}

func shown(x float64) string { return condition.Value{Type: condition.Number, Number: x}.String() }

// newestRow returns those numbers of the main tensor of an event that belong to its newest
// row, and to a head unless that is -1: by looking at the index of each.
func newestRow(e *stage.Event, head int) (row []float64) {
	name, rows, heads := "sum", 0, -1
	switch e.Stage {
	case stage.Embed:
		name = "rows"
	case stage.LN1, stage.LN2, stage.Final:
		name = "result"
	case stage.AttentionQKV:
		name, heads = "qkv", 2
	case stage.AttentionScores:
		name, rows, heads = "scores", 1, 0
	case stage.AttentionScale:
		name, rows, heads = "scaled", 1, 0
	case stage.AttentionMask:
		name, rows, heads = "weights", 1, 0
	case stage.AttentionMix:
		name, heads = "mix", 1
	case stage.MLP:
		name = "output"
	case stage.Head:
		name = "logits"
	case stage.Softmax:
		name = "probabilities"
	}
	for _, tensor := range e.Tensors() {
		if tensor.Name != name {
			continue
		}
		for i, x := range tensor.Data {
			belongs, rest := true, i
			for axis := len(tensor.Shape) - 1; axis >= 0; axis-- {
				d := tensor.Shape[axis]
				at := rest % d
				rest /= d
				belongs = belongs && (len(tensor.Shape) == 1 || axis != rows || at == d-1) && (axis != heads || head < 0 || at == head)
			}
			if belongs {
				row = append(row, float64(x))
			}
		}
	}
	return row
}

// figuresOf works out what is said of a row.
func figuresOf(row []float64) map[string]string {
	var sum, squares float64
	for _, x := range row {
		sum += x
		squares += x * x
	}
	return map[string]string{
		"max": shown(slices.Max(row)), "min": shown(slices.Min(row)),
		"mean": shown(sum / float64(len(row))), "norm": shown(math.Sqrt(squares)),
	}
}

// plainly says what each name is worth in a run, looking at everything.
type plainly struct {
	text          func(id int) string
	ids           []int // of the whole run
	probabilities []float32
	rank          int
	random        float64
}

func (p *plainly) at(e *stage.Event) map[string]string {
	id := p.ids[e.Position]
	if e.Stage >= stage.DecodeSample {
		id = p.ids[e.Position+1]
	}
	want := map[string]string{
		"step": strconv.Itoa(e.Step), "position": strconv.Itoa(e.Position), "layer": strconv.Itoa(e.Layer), "tokens": strconv.Itoa(e.Tokens),
		"id": strconv.Itoa(id), "token": p.text(id), "isnan": "false",
	}
	if row := newestRow(e, -1); len(row) > 0 {
		for word, value := range figuresOf(row) {
			want[word] = value
		}
	}
	if x := e.Tensor("mean"); x != nil {
		y := e.Tensor("variance")
		want["mean"], want["variance"] = shown(float64(x[len(x)-1])), shown(float64(y[len(y)-1]))
	}
	if x := e.Tensor("activated"); x != nil {
		x = x[len(x)-len(x)/(len(e.Tensor("output"))/192):] // the model is 192 wide
		active := 0
		for _, v := range x {
			if v > 0 {
				active++
			}
		}
		want["hidden"], want["active"] = strconv.Itoa(len(x)), strconv.Itoa(active)
	}
	switch e.Stage {
	case stage.Softmax:
		p.probabilities = slices.Clone(e.Tensor("probabilities"))
	case stage.DecodeSample:
		p.random = e.Detail().(*decoding.Draw).Random
	case stage.Select:
		p.rank = e.Detail().(*decoding.Selection).Rank
	}
	if e.Stage < stage.Softmax {
		return want
	}
	entropy := 0.0
	for _, x := range p.probabilities {
		if x > 0 {
			entropy -= float64(x) * math.Log(float64(x))
		}
	}
	top := slices.Index(p.probabilities, slices.Max(p.probabilities))
	want["entropy"], want["top"] = shown(entropy), p.text(top)
	if e.Stage >= stage.DecodeSample {
		top = id
	}
	want["probability"], want["rank"], want["random"] = shown(float64(p.probabilities[top])), strconv.Itoa(p.rank), shown(p.random)
	return want
}

// TestNames compares every name at every stage of a run of the default model with what the
// run shows, once with all names asked for together and once one by one.
func TestNames(t *testing.T) {
	_, tok := load(t)
	ids := observed(t, nil)
	seen := map[string]int{}
	check := func(wanted func(word string) bool) {
		var breakpoints []Breakpoint
		for _, s := range stage.All() {
			for _, v := range variablesAt(s) {
				if v.Elsewhere == "" && v.Name != "head" && wanted(v.Name) {
					breakpoints = append(breakpoints, Breakpoint{Stage: s, Layer: -1, Position: -1, LogMessage: v.Name + "={" + v.Name + "}"})
				}
			}
		}
		g := armedWith(t, breakpoints...)
		g.look.words = tok
		plain := plainly{text: tok.Text, ids: ids}
		observed(t, func(e *stage.Event) error {
			stop, logs, err := g.At(e)
			if stop != nil || err != nil {
				t.Errorf("%s: got %v, %v", place(e), stop, err)
			}
			want := plain.at(e)
			for _, l := range logs {
				word, value, _ := strings.Cut(l.Message, "=")
				if seen[word]++; value != want[word] {
					t.Errorf("%s: got %s, want %q", place(e), l.Message, want[word])
				}
			}
			return nil
		})
	}
	check(func(string) bool { return true })
	for i, n := range names {
		if name(i) == nameHead {
			continue
		}
		once := seen[n.word]
		check(func(word string) bool { return word == n.word })
		if once == 0 || seen[n.word] != 2*once {
			t.Errorf("%s: said %d times with others and %d times alone", n.word, once, seen[n.word]-once)
		}
	}
}

// TestHeads: a condition with head is about one head's row, that of the first for which it
// holds.
func TestHeads(t *testing.T) {
	for s := stage.AttentionQKV; s <= stage.AttentionMix; s++ {
		for h := range 6 {
			g := armedWith(t, Breakpoint{Stage: s, Layer: 1, Position: -1, Condition: "head = " + strconv.Itoa(h),
				LogMessage: "{head} {max} {min} {mean} {norm}"})
			count := 0
			observed(t, func(e *stage.Event) error {
				_, logs, err := g.At(e)
				if err != nil {
					return err
				}
				for _, l := range logs {
					f := figuresOf(newestRow(e, h))
					want := strings.Join([]string{strconv.Itoa(h), f["max"], f["min"], f["mean"], f["norm"]}, " ")
					if count++; l.Message != want {
						t.Errorf("%s: got %s, want %s", place(e), l.Message, want)
					}
				}
				return nil
			})
			if count != sampled.MaxTokens {
				t.Errorf("%v, head %d: got %d messages, want %d", s, h, count, sampled.MaxTokens)
			}
		}
	}
}

// scores is an event of two heads, one row and two positions.
func scores(x ...float32) *stage.Event {
	return &stage.Event{Stage: stage.AttentionScores, Tokens: 1, Source: stage.Shown{Named: []stage.Tensor{{Name: "scores", Shape: []int{2, 1, 2}, Data: x}}}}
}

func TestFirstHeadThatHolds(t *testing.T) {
	at := Breakpoint{Stage: stage.AttentionScores, Layer: -1, Position: -1}
	some, every, moved := at, at, at
	some.Condition, some.LogMessage = "head >= 0 and max > 2", "{head} {max}"
	every.Condition, every.LogMessage = "max > 2", "{max}"
	moved.Condition, moved.LogMessage = "changed(max) and head < 2", "{head} {max} {changed(max)}"
	g := armedWith(t, some, every, moved)
	for i, test := range []struct {
		event *stage.Event
		want  []Log
	}{
		{scores(1, 2, 1, 2), nil},
		{scores(1, 2, 3, 1), []Log{{0, "1 3"}, {1, "3"}, {2, "1 3 true"}}},
		{scores(4, 2, 3, 1), []Log{{0, "0 4"}, {1, "4"}, {2, "0 4 true"}}},
		{scores(4, 2, 5, 1), []Log{{0, "0 4"}, {1, "5"}, {2, "1 5 true"}}},
		{scores(5, 2, 6, 1), []Log{{0, "0 5"}, {1, "6"}, {2, "0 5 true"}}},
		{scores(5, 2, 6, 1), []Log{{0, "0 5"}, {1, "6"}}}, // head 1 has not been forgotten
	} {
		_, logs, err := g.At(test.event)
		if err != nil || !slices.Equal(logs, test.want) {
			t.Errorf("event %d: got %v, %v, want %v", i, logs, err, test.want)
		}
		if g.look.event != nil || g.look.tensors != nil || g.look.main.Data != nil {
			t.Errorf("event %d: the gate keeps what is lent", i)
		}
	}
}

func TestIsNaN(t *testing.T) {
	b := Breakpoint{Stage: stage.AttentionScores, Layer: -1, Position: -1, Condition: "isnan"}
	for _, test := range []struct {
		x    float32
		want bool
	}{{1, false}, {float32(math.NaN()), true}, {float32(math.Inf(1)), true}, {float32(math.Inf(-1)), true}, {math.MaxFloat32, false}} {
		stop, _, err := armedWith(t, b).At(scores(0, test.x, 0, 0))
		if err != nil || (stop != nil) != test.want {
			t.Errorf("%v: got %v, %v, want a stop: %v", test.x, stop, err, test.want)
		}
	}
}

// NaN that stays NaN has not changed.
func TestChangedNaN(t *testing.T) {
	g := armedWith(t, Breakpoint{Stage: stage.AttentionScores, Layer: -1, Position: -1, Condition: "changed(max)"})
	nan := float32(math.NaN())
	for i, test := range []struct {
		x    float32
		want bool
	}{{1, false}, {nan, true}, {nan, false}, {1, true}} {
		if stop, _, err := g.At(scores(0, test.x, 0, 0)); err != nil || (stop != nil) != test.want {
			t.Errorf("event %d: got %v, %v, want a stop: %v", i, stop, err, test.want)
		}
	}
}

// alike has one text for all ids, as bytes that are no characters have.
type alike struct{}

func (alike) Text(int) string { return "\uFFFD" }

// told returns an event with a detail.
func told(step int, s stage.Stage, detail any) *stage.Event {
	return &stage.Event{Stage: s, Step: step, Layer: -1, Position: 2 + step, Tokens: 1, Source: stage.Shown{Other: detail}}
}

func TestChangedTellsTokensApart(t *testing.T) {
	g := armedWith(t, Breakpoint{Stage: stage.Distribution, Layer: -1, Position: -1, Condition: "changed(top)"})
	g.look.words = alike{}
	for step, test := range []struct {
		id   int
		want bool
	}{{5, false}, {5, false}, {6, true}, {6, false}, {5, true}} {
		d := &decoding.Distribution{Top: []decoding.Candidate{{ID: test.id}}}
		if stop, _, err := g.At(told(step, stage.Distribution, d)); err != nil || (stop != nil) != test.want {
			t.Errorf("step %d: got %v, %v, want a stop: %v", step, stop, err, test.want)
		}
	}
}

// Whoever stands at select may have another token taken: then it is that one which is
// appended, and nothing is known of its rank.
func TestTakenToken(t *testing.T) {
	which, rank := anywhere(stage.Append), anywhere(stage.Loop)
	which.LogMessage, rank.LogMessage = "{id} {token}", "{rank} {probability}"
	g := armedWith(t, which, rank)
	for step, test := range []struct {
		drawn, taken int
		want         []string
	}{{1, 1, []string{"1 b", "4 0.5"}}, {1, 2, []string{"2 c"}}, {3, 3, []string{"3 d", "4 0.5"}}} {
		var got []string
		for _, e := range []*stage.Event{
			told(step, stage.Select, &decoding.Selection{ID: test.drawn, Rank: 4, Probability: 0.5}),
			told(step, stage.Append, &Sequence{IDs: []int{9, test.taken}, Count: 2}),
			told(step, stage.Loop, nil),
		} {
			_, logs, err := g.At(e)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range logs {
				got = append(got, l.Message)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("step %d: got %q, want %q", step, got, test.want)
		}
	}
}

// A long prompt is read in passes, each with a newest token of its own.
func TestNewestOfEachPass(t *testing.T) {
	b := anywhere(stage.Embed)
	b.LogMessage = "{token}"
	g := armedWith(t, b)
	var got []string
	for _, e := range stream(2, 1, 2) {
		e.Source = stage.Shown{Other: &Sequence{IDs: []int{0, 1, 2}, Count: 3}}
		if e.Step > 0 {
			e.Source = stage.Shown{Other: &Sequence{IDs: []int{3}, Count: 4}}
		}
		_, logs, err := g.At(&e)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range logs {
			got = append(got, l.Message)
		}
	}
	if want := []string{"a", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A breakpoint that is set in the middle of a step and asks for what the step has said before
// is met from the next step on.
func TestSetInTheMiddle(t *testing.T) {
	g := NewGate(letters{})
	d := func(step int) *stage.Event {
		return told(step, stage.Distribution, &decoding.Distribution{Top: []decoding.Candidate{{ID: 1, Probability: 0.5}}})
	}
	for _, e := range []*stage.Event{d(0), told(0, stage.Decode, nil)} {
		if stop, _, err := g.At(e); stop != nil || err != nil {
			t.Fatal(stop, err)
		}
		b := anywhere(stage.Decode)
		b.Condition = "probability < 1"
		if err := g.SetBreakpoints([]Breakpoint{b}); err != nil {
			t.Fatal(err)
		}
	}
	g.At(d(1))
	if stop, _, err := g.At(told(1, stage.Decode, nil)); stop == nil || err != nil {
		t.Errorf("in the next step: got %v, %v, want a stop", stop, err)
	}
	if stop, _, err := g.At(told(2, stage.Decode, nil)); stop != nil || err != nil {
		t.Errorf("in a step that has said nothing: got %v, %v, want none", stop, err)
	}
}

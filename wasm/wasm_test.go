//go:build js && wasm

package main

import (
	stdjson "encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hack-pad/safejs"

	"vitrine/core/gguf"
	"vitrine/core/stage"
	"vitrine/wasm/border"
)

func TestJSONIsRead(t *testing.T) {
	var j json
	j.open('{')
	j.key("text").string("a\"b\\c\n\x00é🙂\xff\u2028")
	j.key("list").open('[')
	j.element().int(-3)
	j.element().float(0.1)
	j.element().float(math.Inf(1))
	j.element().bool(true)
	j.close(']')
	j.key("none").ints(nil)
	j.close('}')
	var got struct {
		Text string
		List []any
		None []int
	}
	if err := stdjson.Unmarshal(j.bytes, &got); err != nil {
		t.Fatalf("%s: %v", j.bytes, err)
	}
	if want := "a\"b\\c\n\x00é🙂\uFFFD\u2028"; got.Text != want {
		t.Errorf("text %q, want %q", got.Text, want)
	}
	if !slices.Equal(got.List, []any{-3.0, 0.1, nil, true}) || len(got.None) != 0 {
		t.Errorf("lists %v and %v", got.List, got.None)
	}
}

func TestTop(t *testing.T) {
	nan := float32(math.NaN())
	for _, test := range []struct {
		values []float32
		n      int
		want   []int
	}{
		{nil, 3, []int{}},
		{[]float32{1}, 3, []int{0}},
		{[]float32{1, 3, 2, 3, 0}, 3, []int{1, 3, 2}},
		{[]float32{5, 4, 3, 2, 1}, 2, []int{0, 1}},
		{[]float32{1, 2, 3, 4, 5}, 5, []int{4, 3, 2, 1, 0}},
		{[]float32{1, nan, 2}, 2, []int{2, 0}},
	} {
		if got := top(test.values, test.n); !slices.Equal(got, test.want) {
			t.Errorf("top(%v, %d) = %v, want %v", test.values, test.n, got, test.want)
		}
	}
}

// value makes a JavaScript value of Go data.
func value(t *testing.T, v any) safejs.Value {
	t.Helper()
	js, err := safejs.ValueOf(v)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// chunks is a pull function over data in pieces of n bytes.
func chunks(t *testing.T, data []byte, n int) safejs.Value {
	t.Helper()
	promises, err := safejs.Global().Get("Promise")
	if err != nil {
		t.Fatal(err)
	}
	pull, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
		var chunk any
		if len(data) > 0 {
			part := data[:min(n, len(data))]
			data = data[len(part):]
			if chunk, err = border.Bytes(part); err != nil {
				t.Error(err)
			}
		}
		promise, err := promises.Call("resolve", chunk)
		if err != nil {
			t.Error(err)
		}
		return promise
	})
	if err != nil {
		t.Fatal(err)
	}
	return pull.Value()
}

// loadModel loads the default model through the border.
func loadModel(t *testing.T) *engine {
	t.Helper()
	data, err := os.ReadFile("../models/vitrine-tiny-q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	turn, err := newTurner()
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(turn)
	if _, err := e.load([]safejs.Value{chunks(t, data, 100_000), value(t, len(data)), value(t, ""), value(t, 1)}); err != nil {
		t.Fatal(err)
	}
	return e
}

func options(t *testing.T, change map[string]any) safejs.Value {
	t.Helper()
	o := map[string]any{
		"maxTokens": 3, "temperature": 0.8, "topK": 40, "topP": 0.95, "seed": 1, "banned": []any{},
		"ignoreEos": true, "stages": true, "aborted": false, "pace": 0, "head": 0, "stop": []any{},
	}
	for k, v := range change {
		o[k] = v
	}
	return value(t, o)
}

// TestGenerateReports: every stage, or none of them where none is wanted.
func TestGenerateReports(t *testing.T) {
	e := loadModel(t)
	withStages, ids := generateOnce(t, e, true)
	for _, s := range stage.All() {
		if withStages[s] == 0 {
			t.Errorf("no event of %v", s)
		}
	}
	without, sameIDs := generateOnce(t, e, false)
	if len(without) > 0 {
		t.Errorf("stages: false gives events of stages: %v", without)
	}
	if len(ids) != 3 || !slices.Equal(ids, sameIDs) {
		t.Errorf("ids %v, and %v without stages", ids, sameIDs)
	}
}

// TestLiveLayers writes letters for records: a live run keeps the last whole layer, the one
// under way, and what is left of one whose beginning has been handed over.
func TestLiveLayers(t *testing.T) {
	for _, test := range []struct{ events, want string }{
		{"-0aa", "-aa"},
		{"-0aa1bb", "-aabb"},
		{"-0aa1bb2cc", "-bbcc"},
		{"-0aa1bb2cc3d", "-ccd"},
		{"-0aa1b|b2cc", "bcc"},
		{"-0aa1b|b2cc3dd4ee", "bddee"},
		{"-0aa1bb|2cc3dd4ee", "ddee"},
		{"-0aa1bb2cc-0aa1bb2cc", "-bbcc-bbcc"},
	} {
		r := &recorder{before: -1, layer: -1}
		for _, e := range []byte(test.events) {
			switch {
			case e == '|':
				r.handedOver()
			case e >= '0' && e <= '9':
				r.enter(int(e - '0'))
			default:
				r.buffer = append(r.buffer, e)
			}
		}
		if got := string(r.buffer); got != test.want {
			t.Errorf("%s leaves %s, want %s", test.events, got, test.want)
		}
	}
}

// coordinates is a tensor whose values say where they are: digit by digit the index of
// each dimension.
func coordinates(name string, shape ...int) stage.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		at, rest, unit := 0, i, 1
		for d := len(shape) - 1; d >= 0; d-- {
			at += rest % shape[d] * unit
			rest, unit = rest/shape[d], 100*unit
		}
		data[i] = float32(at)
	}
	return stage.Tensor{Name: name, Shape: shape, Data: data}
}

// TestNumbersOfAHead: every stage of attention gives those of the head that is shown, and
// of the newest token. T 3, H 4, D 10, P 12.
func TestNumbersOfAHead(t *testing.T) {
	count := func(from float32, n int) (want []float32) {
		for i := range n {
			want = append(want, from+float32(i))
		}
		return want
	}
	for _, test := range []struct {
		stage  stage.Stage
		tensor []stage.Tensor
		values []float32
		more   [][]float32
	}{
		{stage.AttentionQKV, []stage.Tensor{coordinates("qkv", 3, 3, 4, 10)}, count(2_00_02_00, 8), [][]float32{count(2_01_02_00, 8), count(2_02_02_00, 8)}},
		{stage.AttentionScores, []stage.Tensor{coordinates("scores", 4, 3, 12)}, count(2_02_04, 8), nil},
		{stage.AttentionScale, []stage.Tensor{coordinates("scaled", 4, 3, 12)}, count(2_02_04, 8), nil},
		{stage.AttentionMask, []stage.Tensor{coordinates("weights", 4, 3, 12)}, count(2_02_04, 8), nil},
		{stage.AttentionMix, []stage.Tensor{coordinates("mix", 3, 4, 10), coordinates("output", 3, 40)}, count(2_02_00, 8), [][]float32{count(2_00, 8)}},
		{stage.LN1, []stage.Tensor{coordinates("mean", 3), coordinates("scale", 40), coordinates("shift", 40), coordinates("result", 3, 40)}, count(2_00, 8), [][]float32{count(0, 8), count(0, 8)}},
		{stage.LN2, []stage.Tensor{coordinates("scale", 40), coordinates("result", 3, 40)}, count(2_00, 8), [][]float32{count(0, 8)}},
		{stage.Position, []stage.Tensor{coordinates("table", 3, 40), coordinates("sum", 3, 40)}, count(2_00, 8), [][]float32{count(2_00, 8)}},
		{stage.MLP, []stage.Tensor{coordinates("hidden", 3, 40), coordinates("output", 3, 40)}, count(2_00, 8), nil},
	} {
		r := &recorder{head: 2}
		e := &stage.Event{Stage: test.stage, Source: stage.Shown{Named: test.tensor}}
		if _, values := r.sample(e); !slices.Equal(values, test.values) {
			t.Errorf("%v: values %v, want %v", test.stage, values, test.values)
		}
		if more := r.more(e); !slices.EqualFunc(more, test.more, slices.Equal[[]float32]) {
			t.Errorf("%v: more rows %v, want %v", test.stage, more, test.more)
		}
	}
}

// TestOneHeadInALayer: a head that is chosen within a layer is shown from the next one on.
func TestOneHeadInALayer(t *testing.T) {
	control := &run{head: 1}
	r := &recorder{control: control, before: -1, layer: -1}
	heads := func(e *stage.Event) int {
		r.record(e, 0)
		var detail struct{ Head int }
		if err := stdjson.Unmarshal(r.detail.bytes, &detail); err != nil {
			t.Fatal(err)
		}
		return detail.Head
	}
	for layer, want := range []int{1, 3} {
		for i, s := range []stage.Stage{stage.Attention, stage.AttentionQKV, stage.AttentionScores, stage.AttentionMix} {
			e := &stage.Event{Stage: s, Layer: layer}
			switch s {
			case stage.AttentionQKV:
				e.Source = stage.Shown{Named: []stage.Tensor{coordinates("qkv", 1, 3, 4, 4)}}
			case stage.AttentionScores:
				e.Source = stage.Shown{Named: []stage.Tensor{coordinates("scores", 4, 1, 4)}}
			case stage.AttentionMix:
				e.Source = stage.Shown{Named: []stage.Tensor{coordinates("mix", 1, 4, 4), coordinates("output", 1, 16)}}
			}
			if got := heads(e); got != want {
				t.Errorf("layer %d, %v: head %d, want %d", layer, s, got, want)
			}
			if i == 1 {
				control.head = 3
			}
		}
	}
}

// generateOnce generates three tokens, and returns how often each stage was recorded.
func generateOnce(t *testing.T, e *engine, stages bool) (seen map[stage.Stage]int, ids []int) {
	t.Helper()
	var records []byte
	emit, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		n, _ := args[0].Length()
		batch := make([]byte, n)
		if _, err := safejs.CopyBytesToGo(batch, args[0]); err != nil {
			t.Error(err)
		}
		records = append(records, batch...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := e.generate([]safejs.Value{value(t, 0), value(t, "Once upon a time"), options(t, map[string]any{"stages": stages}), emit.Value()})
	if err != nil {
		t.Fatal(err)
	}
	var result struct {
		IDs          []int
		FinishReason string
	}
	if err := stdjson.Unmarshal([]byte(outcome.(string)), &result); err != nil {
		t.Fatal(err)
	}
	if result.FinishReason != "length" {
		t.Errorf("result %s", outcome)
	}
	seen = map[stage.Stage]int{}
	tokens := 0
	for len(records) > 0 {
		shape, values := int(records[20]), int(records[21])
		size := int(records[24]) | int(records[25])<<8
		at := 28 + 4*(shape+values+int(records[22])*int(records[23]))
		if detail := records[at : at+size]; !stdjson.Valid(detail) {
			t.Fatalf("%v: detail %q", stage.Stage(records[1]), detail)
		}
		if records[0] == 1 {
			seen[stage.Stage(records[1])]++
		} else {
			tokens++
		}
		records = records[at+(size+3)/4*4:]
	}
	if tokens != len(result.IDs) {
		t.Errorf("%d tokens recorded, want %d", tokens, len(result.IDs))
	}
	return seen, result.IDs
}

func TestBadCalls(t *testing.T) {
	e := loadModel(t)
	emit := value(t, nil)
	for name, bad := range map[string]map[string]any{
		"temperature": {"temperature": math.NaN()}, "topP": {"topP": 0}, "topK": {"topK": 1.5},
		"maxTokens": {"maxTokens": 0}, "seed": {"seed": -1}, "banned": {"banned": []any{8192}},
		"stop": {"stop": []any{""}}, "pace": {"pace": -1}, "head": {"head": 6}, "ignoreEos": {"ignoreEos": "yes"},
		"stages": {"stages": 1}, `stages is "all", want true, false or "live"`: {"stages": "all"},
	} {
		_, err := e.generate([]safejs.Value{value(t, 0), value(t, "a"), options(t, bad), emit})
		if err == nil || code(err) != "argument" || !strings.Contains(message(err), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for want, prompt := range map[string]any{
		"prompt.empty": "", "prompt.too_long": strings.Repeat("word ", 400), "argument": []any{8192},
	} {
		if _, err := e.generate([]safejs.Value{value(t, 0), value(t, prompt), options(t, nil), emit}); err == nil || code(err) != want {
			t.Errorf("generate: %v, want code %s", err, want)
		}
		if _, err := e.logits([]safejs.Value{value(t, prompt)}); err == nil || code(err) != want {
			t.Errorf("logits: %v, want code %s", err, want)
		}
	}
}

func TestLoadRefusesOtherFiles(t *testing.T) {
	data, err := os.ReadFile("../models/vitrine-tiny-q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	turn, err := newTurner()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		data []byte
		sum  string
		want string
	}{
		"nothing":      {nil, "", "model.format"},
		"text":         {[]byte("not a model at all"), "", "model.format"},
		"cut short":    {data[:len(data)-100], "", "model.format"},
		"other digest": {data, strings.Repeat("0", 64), "model.format"},
		"a picture":    {[]byte("\x89PNG\r\n\x1a\n"), "", "model.format"},
	} {
		e := newEngine(turn)
		_, err := e.load([]safejs.Value{chunks(t, test.data, 1<<20), value(t, -1), value(t, test.sum), value(t, 1)})
		if err == nil || code(err) != test.want {
			t.Errorf("%s: %v, want code %s", name, err, test.want)
		}
		if words := map[string]string{"nothing": "empty", "text": "a text", "cut short": "cut short: load", "a picture": "a picture, not a model: open"}[name]; !strings.Contains(message(err), words) {
			t.Errorf("%s: %q, want %q in it", name, message(err), words)
		}
	}
	if code(&gguf.UnsupportedError{}) != "model.unsupported" {
		t.Error("an unsupported file has another code")
	}
}

// TestAbortWhileWaiting ends a run whose turn has not come: it does not wait for it.
func TestAbortWhileWaiting(t *testing.T) {
	e := loadModel(t)
	e.busy <- struct{}{} // somebody computes, and goes on doing so
	done := make(chan string)
	go func() {
		got, err := e.generate([]safejs.Value{value(t, 7), value(t, "Once"), options(t, nil), value(t, nil)})
		done <- fmt.Sprint(got, err)
	}()
	for e.runs[7] == nil {
		time.Sleep(time.Millisecond)
	}
	if _, err := e.abort([]safejs.Value{value(t, 7)}); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-done:
		if !strings.Contains(got, `"ids":[]`) || !strings.Contains(got, `"finishReason":"aborted"`) {
			t.Errorf("ended with %s", got)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still waits")
	}
}

// TestNotFinite: an event whose numbers are none is an error that names the stage.
func TestNotFinite(t *testing.T) {
	r := &recorder{}
	nan := []float32{float32(math.NaN())}
	event := &stage.Event{Stage: stage.LN1, Layer: 2, Source: stage.Shown{Named: []stage.Tensor{
		{Name: "mean", Shape: []int{1}, Data: nan}, {Name: "variance", Shape: []int{1}, Data: nan}, {Name: "result", Shape: []int{1, 1}, Data: nan},
	}}}
	err := r.record(event, 0)
	if err == nil || code(err) != "numeric" || !strings.Contains(message(err), "the stage ln1 of layer 2") || !strings.Contains(message(err), "choose another file") {
		t.Errorf("got %v", err)
	}
	if len(r.buffer) != 0 {
		t.Error("the event was recorded")
	}
}

func TestBrokenTeam(t *testing.T) {
	err := fmt.Errorf("call: %w", teamError{})
	if code, message := describe(err); code != "engine.silent" || message != (teamError{}).Error() {
		t.Errorf("a team that broke became %s: %s", code, message)
	}
}

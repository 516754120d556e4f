//go:build js && wasm

package main

import (
	"encoding/json"
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
	"vitrine/core/trace"
	"vitrine/wasm/border"
)

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
	if err := json.Unmarshal([]byte(outcome.(string)), &result); err != nil {
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
		if detail := records[at : at+size]; !json.Valid(detail) {
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

func TestNotFinite(t *testing.T) {
	code, message := describe(&trace.NotFiniteError{Stage: stage.LN1, Layer: 2})
	if code != "numeric" || !strings.HasPrefix(message, "the stage ln1 of layer 2") || !strings.Contains(message, "choose another file") {
		t.Errorf("numbers that are none became %s: %s", code, message)
	}
}

func TestBrokenTeam(t *testing.T) {
	err := fmt.Errorf("call: %w", teamError{})
	if code, message := describe(err); code != "engine.silent" || message != (teamError{}).Error() {
		t.Errorf("a team that broke became %s: %s", code, message)
	}
}

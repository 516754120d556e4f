//go:build js && wasm

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hack-pad/safejs"

	"vitrine/core/generate"
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

// settled is a function that returns such a promise.
func settled(t *testing.T, how string, with any) safejs.Value {
	t.Helper()
	promises, err := safejs.Global().Get("Promise")
	if err != nil {
		t.Fatal(err)
	}
	f, err := safejs.FuncOf(func(safejs.Value, []safejs.Value) any {
		promise, err := promises.Call(how, with)
		if err != nil {
			t.Error(err)
		}
		return promise
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.Value()
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
	if _, err := e.load([]safejs.Value{chunks(t, data, 100_000), value(t, len(data)), value(t, ""), value(t, 1), settled(t, "resolve", nil)}); err != nil {
		t.Fatal(err)
	}
	return e
}

func options(t *testing.T, change map[string]any) safejs.Value {
	t.Helper()
	o := map[string]any{
		"maxTokens": 3, "temperature": 0.8, "topK": 40, "topP": 0.95, "seed": 1, "banned": []any{},
		"ignoreEos": true, "stages": true, "aborted": false, "pace": 0, "head": 0, "stop": []any{},
		"paused": false, "breakpoints": []any{}, "choices": []any{}, "switches": []any{}, "cache": true,
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

// event is a record of a run.
type event struct {
	kind   trace.Kind
	stage  stage.Stage
	layer  int
	step   int
	detail string
}

// begin begins run 0 and returns its records as they come.
func begin(t *testing.T, e *engine, prompt any, o map[string]any) chan event {
	t.Helper()
	events := make(chan event, 100_000)
	emit, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		n, _ := args[0].Length()
		records := make([]byte, n)
		if _, err := safejs.CopyBytesToGo(records, args[0]); err != nil {
			t.Error(err)
		}
		for len(records) > 0 {
			shape, values := int(records[20]), int(records[21])
			size := int(records[24]) | int(records[25])<<8
			at := 28 + 4*(shape+values+int(records[22])*int(records[23]))
			detail := records[at : at+size]
			if !json.Valid(detail) {
				t.Errorf("%v: detail %q", stage.Stage(records[1]), detail)
			}
			events <- event{trace.Kind(records[0]), stage.Stage(records[1]), int(int8(records[2])), int(records[4]), string(detail)}
			records = records[at+(size+3)/4*4:]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.generate([]safejs.Value{value(t, 0), value(t, prompt), options(t, o), emit.Value()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.close([]safejs.Value{value(t, 0)}) })
	return events
}

// until returns the events up to the first of a kind.
func until(t *testing.T, events chan event, kinds ...trace.Kind) []event {
	t.Helper()
	var all []event
	for {
		select {
		case ev := <-events:
			if all = append(all, ev); slices.Contains(kinds, ev.kind) {
				return all
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no event of %v", kinds)
		}
	}
}

// generateOnce generates three tokens, and returns how often each stage was recorded.
func generateOnce(t *testing.T, e *engine, stages bool) (seen map[stage.Stage]int, ids []int) {
	t.Helper()
	all := until(t, begin(t, e, "Once upon a time", map[string]any{"stages": stages}), trace.KindDone, trace.KindFailed)
	var result struct {
		IDs          []int
		FinishReason string
	}
	if err := json.Unmarshal([]byte(all[len(all)-1].detail), &result); err != nil {
		t.Fatal(err)
	}
	if result.FinishReason != "length" {
		t.Errorf("result %+v", all[len(all)-1])
	}
	seen = map[stage.Stage]int{}
	tokens := 0
	for _, ev := range all {
		switch ev.kind {
		case trace.KindStage:
			seen[ev.stage]++
		case trace.KindToken:
			tokens++
		}
	}
	if tokens != len(result.IDs) {
		t.Errorf("%d tokens recorded, want %d", tokens, len(result.IDs))
	}
	return seen, result.IDs
}

// TestCommands stops a run inside a layer, looks at it, steps, goes back and ends it.
func TestCommands(t *testing.T) {
	e := loadModel(t)
	events := begin(t, e, "Once upon a time", map[string]any{"stages": "live", "breakpoints": []any{
		map[string]any{"stage": "mlp", "layer": 2, "position": 4, "condition": "", "hitCondition": "", "logMessage": ""},
	}})
	call := func(name string, f func([]safejs.Value) (any, error), args ...any) any {
		t.Helper()
		list := []safejs.Value{value(t, 0)}
		for _, a := range args {
			list = append(list, value(t, a))
		}
		got, err := f(list)
		if err != nil {
			t.Fatalf("%s%v: %v", name, args, err)
		}
		return got
	}
	stands := func(s stage.Stage, layer, step int) {
		t.Helper()
		all := until(t, events, trace.KindPaused, trace.KindDone, trace.KindFailed)
		if at := all[len(all)-1]; at.kind != trace.KindPaused || at.stage != s || at.layer != layer || at.step != step {
			t.Fatalf("stands at %+v, want %v of layer %d, step %d", at, s, layer, step)
		}
		for i, ev := range all[:len(all)-1] {
			if ev.kind == trace.KindStage && ev.step == step && i == 0 && ev.stage > s {
				t.Errorf("%+v was told", ev)
			}
		}
	}
	stands(stage.MLP, 2, 1)
	if got := call("inspect", e.inspect, "mlp", -1, -1, -1, -1).(safejs.Value); border.Kind(got) != "an object" {
		t.Errorf("inspect: %v", got)
	}
	var ids struct{ PromptIds, IDs []int }
	if got := call("ids", e.ids).(string); json.Unmarshal([]byte(got), &ids) != nil || len(ids.PromptIds) != 4 || len(ids.IDs) != 1 {
		t.Errorf("the ids of the prompt, and of the step that is done: %s", got)
	}
	if got := call("lens", e.lens, -1).(string); strings.Count(got, `"layer"`) != 2 {
		t.Errorf("a lens over the two layers that are done: %s", got)
	}
	if got := call("candidates", e.candidates, 3, " Paris", 0, 5).(string); !strings.Contains(got, `"total"`) || !strings.Contains(got, `"entropy"`) {
		t.Errorf("candidates: %s", got)
	}
	if goes := call("step", e.step, "stage", "into"); goes != true {
		t.Error("the machine does not go")
	}
	stands(stage.Residual2, 2, 1)
	call("goto", e.goTo, 3, 1, "attention.mask")
	stands(stage.AttentionMask, 1, 0)
	call("stepBack", e.stepBack, "layer")
	stands(stage.Layers, 1, 0)
	call("reverseContinue", e.reverseContinue)
	stands(stage.Prompt, -1, 0)
	call("goto", e.goTo, 5, -1, "select")
	stands(stage.Select, -1, 2) // no breakpoint stops it on the way
	call("reverseContinue", e.reverseContinue)
	stands(stage.MLP, 2, 1)
	call("resume", e.resume)
	until(t, events, trace.KindDone)
	call("close", e.close)
	if _, err := e.step([]safejs.Value{value(t, 0), value(t, "stage"), value(t, "over")}); err == nil || code(err) != "closed" {
		t.Errorf("a command after the run was closed: %v", err)
	}
}

// TestRedecode: options that are left out are those of the step at which the run is.
func TestRedecode(t *testing.T) {
	e := loadModel(t)
	events := begin(t, e, "Once upon a time", map[string]any{"breakpoints": []any{
		map[string]any{"stage": "select", "layer": -1, "position": -1, "condition": "", "hitCondition": "", "logMessage": ""},
	}})
	run := value(t, 0)
	paused := func(got any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		until(t, events, trace.KindPaused)
	}
	redecode := func(draw bool, o map[string]any, want ...string) (any, error) {
		t.Helper()
		got, err := e.redecode([]safejs.Value{run, value(t, o), value(t, draw)})
		for _, w := range want {
			if err != nil || !strings.Contains(got.(string), `":{"parameter":`+w) {
				t.Errorf("%v: %v, %v, want %s", o, got, err, w)
			}
		}
		return got, err
	}
	paused(nil, nil)
	paused(e.resume([]safejs.Value{run}))
	paused(redecode(true, map[string]any{"temperature": 0.5}, "0.5,", "40,"))
	redecode(false, map[string]any{"topK": 7}, "0.5,", "7,")
	paused(e.goTo([]safejs.Value{run, value(t, 3), value(t, -1), value(t, "select")}))
	redecode(false, map[string]any{"topK": 7}, "0.8", "7,")
	paused(e.goTo([]safejs.Value{run, value(t, 4), value(t, -1), value(t, "select")}))
	redecode(false, nil, "0.5,", "40,")
	paused(e.rewind([]safejs.Value{run, value(t, 5)})) // which forgets what was changed
	redecode(false, nil, "0.8", "40,")
}

// TestEngineServesOthers: while one run stands, another goes to its end.
func TestEngineServesOthers(t *testing.T) {
	e := loadModel(t)
	first := begin(t, e, "Once", map[string]any{"paused": true})
	until(t, first, trace.KindPaused)
	e.runs[1] = e.runs[0] // begin names its run 0
	_, ids := generateOnce(t, e, false)
	if len(ids) != 3 {
		t.Errorf("the other run has %d tokens", len(ids))
	}
	if _, err := e.resume([]safejs.Value{value(t, 1)}); err != nil {
		t.Fatal(err)
	}
	until(t, first, trace.KindDone)
}

func TestBadCalls(t *testing.T) {
	e := loadModel(t)
	emit := value(t, nil)
	for name, bad := range map[string]map[string]any{
		"temperature": {"temperature": math.NaN()}, "topP": {"topP": 0}, "topK": {"topK": 1.5},
		"maxTokens": {"maxTokens": 0}, "seed": {"seed": -1}, "banned": {"banned": []any{8192}},
		"stop": {"stop": []any{""}}, "pace": {"pace": -1}, "head": {"head": 6}, "ignoreEos": {"ignoreEos": "yes"},
		"breakpoints[0].stage": {"breakpoints": []any{map[string]any{"stage": "mpl"}}}, "choices[0].id": {"choices": []any{map[string]any{"position": 1, "id": 1.5}}},
		"column 1": {"breakpoints": []any{map[string]any{"stage": "mlp", "layer": -1, "position": -1, "condition": "entorpy > 3", "hitCondition": "", "logMessage": ""}}},
		"stages":   {"stages": 1}, `stages is "all", want true, false or "live"`: {"stages": "all"},
	} {
		_, err := e.generate([]safejs.Value{value(t, 0), value(t, "a"), options(t, bad), emit})
		if err == nil || code(err) != "argument" || !strings.Contains(message(err), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all := until(t, begin(t, e, strings.Repeat("word ", 400), nil), trace.KindDone, trace.KindFailed); !strings.Contains(all[len(all)-1].detail, "prompt.too_long") {
		t.Errorf("a long prompt: %+v", all[len(all)-1])
	}
	for want, prompt := range map[string]any{
		"prompt.empty": "", "prompt.too_long": strings.Repeat("word ", 400), "argument": []any{8192},
	} {
		if want == "prompt.too_long" {
			prompt = make([]any, 400)
			for i := range 400 {
				prompt.([]any)[i] = 262
			}
		}
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
		_, err := e.load([]safejs.Value{chunks(t, test.data, 1<<20), value(t, -1), value(t, test.sum), value(t, 1), settled(t, "resolve", nil)})
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

// TestLoadRefusesWhatDoesNotFit: as soon as the header is read, with the reason that it is given.
func TestLoadRefusesWhatDoesNotFit(t *testing.T) {
	data, err := os.ReadFile("../models/vitrine-tiny-q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	file, err := gguf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	head := data[:file.Tensors()[0].Offset] // reading on would be another error
	e := newEngine(nil)
	reason := map[string]any{"code": "memory", "message": "too large"}
	_, err = e.load([]safejs.Value{chunks(t, head, 1<<20), value(t, len(data)), value(t, ""), value(t, 1), settled(t, "reject", reason)})
	if err == nil || code(err) != "memory" || message(err) != "too large" || e.model != nil {
		t.Errorf("a model that does not fit: %v", err)
	}
}

// TestAbortWhileWaiting ends a run whose turn has not come: it does not wait for it.
func TestAbortWhileWaiting(t *testing.T) {
	e := loadModel(t)
	e.busy <- struct{}{} // somebody computes, and goes on doing so
	events := begin(t, e, "Once", nil)
	if _, err := e.abort([]safejs.Value{value(t, 0)}); err != nil {
		t.Fatal(err)
	}
	all := until(t, events, trace.KindDone)
	if got := all[len(all)-1].detail; len(all) != 1 || !strings.Contains(got, `"ids":[]`) || !strings.Contains(got, `"finishReason":"aborted"`) {
		t.Errorf("ended with %+v", all)
	}
}

// TestAbortOfAStandingRun ends a run that stands while another computes: it does not wait for its turn.
func TestAbortOfAStandingRun(t *testing.T) {
	e := loadModel(t)
	events := begin(t, e, "Once", map[string]any{"paused": true})
	until(t, events, trace.KindPaused)
	e.busy <- struct{}{} // somebody computes, and goes on doing so
	if _, err := e.abort([]safejs.Value{value(t, 0)}); err != nil {
		t.Fatal(err)
	}
	if all := until(t, events, trace.KindDone); !strings.Contains(all[len(all)-1].detail, `"finishReason":"aborted"`) {
		t.Errorf("ended with %+v", all)
	}
	<-e.busy // which is that of the other still
	if _, ids := generateOnce(t, e, false); len(ids) != 3 {
		t.Errorf("the next run has %d tokens", len(ids))
	}
}

// TestPanic: a run whose machine has a mistake of ours fails, and answers that it is gone.
func TestPanic(t *testing.T) {
	e := loadModel(t)
	events := begin(t, e, "Once", map[string]any{"paused": true})
	until(t, events, trace.KindPaused)
	turn := e.turn
	e.turn = nil
	if _, err := e.resume([]safejs.Value{value(t, 0)}); err != nil {
		t.Fatal(err)
	}
	if all := until(t, events, trace.KindDone, trace.KindFailed); !strings.Contains(all[len(all)-1].detail, `"internal"`) {
		t.Errorf("ended with %+v", all[len(all)-1])
	}
	if _, err := e.lens([]safejs.Value{value(t, 0), value(t, -1)}); err == nil || code(err) != "closed" {
		t.Errorf("a command after it: %v", err)
	}
	e.turn = turn
	if _, ids := generateOnce(t, e, false); len(ids) != 3 {
		t.Errorf("the next run has %d tokens", len(ids))
	}
}

func TestNotFinite(t *testing.T) {
	code, message := describe(&trace.NotFiniteError{Stage: stage.LN1, Layer: 2})
	if code != "numeric" || !strings.HasPrefix(message, "the stage ln1 of layer 2") || !strings.Contains(message, "choose another file") {
		t.Errorf("numbers that are none became %s: %s", code, message)
	}
}

func TestCutOff(t *testing.T) {
	if code, message := describe(generate.ErrCutOff); code != "closed" || !strings.HasPrefix(message, "the run was ended") {
		t.Errorf("a command that was cut off became %s: %s", code, message)
	}
}

func TestBrokenTeam(t *testing.T) {
	err := fmt.Errorf("call: %w", teamError{})
	if code, message := describe(err); code != "engine.silent" || message != (teamError{}).Error() {
		t.Errorf("a team that broke became %s: %s", code, message)
	}
}

//go:build js && wasm

package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hack-pad/safejs"

	"vitrine/core/stage"
	"vitrine/core/trace"
)

// TestWhatIf switches where a run stands, compares and measures.
func TestWhatIf(t *testing.T) {
	e := loadModel(t)
	off := []any{map[string]any{"off": "attention", "layer": 1}, map[string]any{"scale": 0.5, "layer": 0, "head": 2}}
	events := begin(t, e, "Once upon a time", map[string]any{"maxTokens": 3, "switches": off, "breakpoints": []any{
		map[string]any{"stage": "mlp", "layer": 2, "position": 4, "condition": "", "hitCondition": "", "logMessage": ""},
	}})
	until(t, events, trace.KindPaused)
	run := value(t, 0)
	var compared struct{ KL float64 }
	compare := func(list []any) float64 {
		t.Helper()
		got, err := e.compare([]safejs.Value{run, value(t, -1), value(t, list)})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(got.(string)), &compared); err != nil {
			t.Fatal(err)
		}
		return compared.KL
	}
	if kl := compare(off); kl != 0 {
		t.Errorf("the run's own switches change its distribution by %v", kl)
	}
	if kl := compare([]any{}); kl <= 0 {
		t.Errorf("without its switches the distribution changes by %v", kl)
	}
	if goes, err := e.setSwitches([]safejs.Value{run, value(t, []any{})}); goes != true || err != nil {
		t.Fatalf("goes %v, %v", goes, err)
	}
	all := until(t, events, trace.KindPaused)
	if at := all[len(all)-1]; at.stage != stage.MLP || at.layer != 2 || at.step != 1 {
		t.Errorf("stands at %+v", at)
	}
	if kl := compare([]any{}); kl != 0 {
		t.Errorf("the switches are still there: %v", kl)
	}
	cost, err := e.cost([]safejs.Value{run, value(t, 3)})
	if err != nil || !strings.Contains(cost.(string), `"tokens":4`) {
		t.Errorf("the cost of the prompt: %v, %v", cost, err)
	}
}

func TestBadSwitches(t *testing.T) {
	e := loadModel(t)
	for want, bad := range map[string]any{
		"switches is a number": 1,
		"switches[0] is a number, want one of { off }, { scale } and { activation }": []any{1},
		"switches[0] is none of them":   []any{map[string]any{"layer": 1}},
		"switches[0] is { off, scale }": []any{map[string]any{"off": "mlp", "scale": 1}},
		`switches[0].off is "mlps", want one of head, attention, mlp, mask, position`: []any{map[string]any{"off": "mlps"}},
		"switches[0].layer is undefined, want a number":                               []any{map[string]any{"off": "mlp"}},
		"switches[0].layer is 6, want a whole number from 0 to 5":                     []any{map[string]any{"off": "mlp", "layer": 6}},
		"switches[1].head is 1.5":                                                     []any{map[string]any{"off": "position"}, map[string]any{"off": "head", "layer": 0, "head": 1.5}},
		"switches[0].activation is a number, want a text":                             []any{map[string]any{"activation": 1}},
		"switches: got the mask off, want cache: false with it, or maxTokens: 1":      []any{map[string]any{"off": "mask"}},
	} {
		_, err := e.generate([]safejs.Value{value(t, 0), value(t, "a"), options(t, map[string]any{"switches": bad}), value(t, nil)})
		if err == nil || code(err) != "argument" || !strings.Contains(message(err), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

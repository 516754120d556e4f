//go:build !js

package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/model"
	"vitrine/core/tokenizer"
	"vitrine/tools/modelfile"
)

// update writes what the native engine gives into golden-ids.json, which the
// browser tests compare with as well:
//
//	go test ./e2e -run TestGoldenIDs -update
var update = flag.Bool("update", false, "write golden-ids.json instead of comparing with it")

const goldenFile = "golden-ids.json"

// golden holds runs of one model, the default one first; names are those of the JavaScript API.
type golden struct {
	Model string       `json:"model"`
	Runs  []*goldenRun `json:"runs"`
}

type goldenRun struct {
	Prompt  string `json:"prompt"`
	Options struct {
		MaxTokens   int      `json:"maxTokens"`
		Temperature float32  `json:"temperature"`
		TopK        int      `json:"topK"`
		TopP        float32  `json:"topP"`
		Seed        uint64   `json:"seed"`
		Stop        []string `json:"stop,omitempty"`
		Banned      []int    `json:"banned,omitempty"`
		IgnoreEOS   bool     `json:"ignoreEos"`
	} `json:"options"`
	PromptIDs    []int           `json:"promptIds"`
	IDs          []int           `json:"ids"`
	Text         string          `json:"text"`
	FinishReason decoding.Reason `json:"finishReason"`
}

func TestGoldenIDs(t *testing.T) {
	var all []*golden
	data, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, g := range all {
		g.compare(t)
	}
	if *update {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", " ")
		if err := encoder.Encode(all); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenFile, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// compare does the runs of a model, and compares or updates their outcomes.
func (g *golden) compare(t *testing.T) {
	m, words, err := modelfile.Load("../models/" + g.Model)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Runs) == 0 {
		t.Errorf("%s: no runs to compare with", g.Model)
	}
	for _, run := range g.Runs {
		got := generated(t, m, words, *run)
		if *update {
			*run = got
			continue
		}
		if !slices.Equal(got.PromptIDs, run.PromptIDs) {
			t.Errorf("%s: %q: prompt ids %v, want %v", g.Model, run.Prompt, got.PromptIDs, run.PromptIDs)
		}
		if !slices.Equal(got.IDs, run.IDs) || got.Text != run.Text || got.FinishReason != run.FinishReason {
			t.Errorf("%s: %q: got %v %q (%s), want %v %q (%s)", g.Model, run.Prompt, got.IDs, got.Text, got.FinishReason, run.IDs, run.Text, run.FinishReason)
		}
	}
}

// generated does the run that want describes and returns it with its outcome.
func generated(t *testing.T, m *model.Model, words *tokenizer.Tokenizer, want goldenRun) goldenRun {
	t.Helper()
	prompt := generate.Prompt{Text: want.Prompt}
	run, err := generate.New(m, words, prompt, generate.Options{
		MaxTokens: want.Options.MaxTokens,
		Decoding: decoding.Options{
			Temperature: want.Options.Temperature,
			TopK:        want.Options.TopK,
			TopP:        want.Options.TopP,
			Seed:        want.Options.Seed,
			Banned:      want.Options.Banned,
		},
		Stop:      want.Options.Stop,
		IgnoreEOS: want.Options.IgnoreEOS,
	}, nil)
	if err != nil {
		t.Fatalf("%q: %v", want.Prompt, err)
	}
	for ok := true; ok; {
		if _, ok, err = run.Next(); err != nil {
			t.Fatalf("%q: %v", want.Prompt, err)
		}
	}
	got := want
	got.PromptIDs, got.IDs = run.Prompt().IDs, slices.Clone(run.IDs())
	got.Text, got.FinishReason = run.Text(), run.Reason()
	return got
}

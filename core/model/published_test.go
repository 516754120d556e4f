package model

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
)

// TestPublishedModelsNearPyTorch compares each model of models/, int8 as it is published,
// with PyTorch's float32 run of the checkpoint it was made from: the logits to a
// bound, and each greedy id that leads the second best by more than int8 may shift.
func TestPublishedModelsNearPyTorch(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "models", "vitrine-*-q8_0.gguf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d models, error %v, want one at least", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "vitrine-"), "-q8_0.gguf")
		t.Run(name, func(t *testing.T) { comparePublished(t, file, filepath.Join("testdata", name+".json")) })
	}
}

func comparePublished(t *testing.T, file, golden string) {
	const bound = 0.18 // of a logit, in standard deviations of all; measured 0.145
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Cases []struct {
			Prompt      string
			IDs, Greedy []int
			Leads       []float64 // of each greedy id's logit
			Deviation   float64   // of Logits
			Logits      []float32
		}
	}
	parse(t, text, &want)
	if len(want.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range want.Cases {
		s := m.NewSession(m.Config().Context)
		logits := forward(t, s, c.IDs)
		if len(logits) != len(c.Logits) {
			t.Fatalf("%s: got %d logits, want %d", c.Prompt, len(logits), len(c.Logits))
		}
		var worst float64
		for id, logit := range c.Logits {
			worst = max(worst, math.Abs(float64(logits[id])-float64(logit))/c.Deviation)
		}
		t.Logf("%s: worst error of a logit %.4f deviations", c.Prompt, worst)
		if !(worst <= bound) {
			t.Errorf("%s: got an error of %v deviations, want at most %v", c.Prompt, worst, bound)
		}

		sure := 0
		for i, want := range c.Greedy {
			if got := slices.Index(logits, slices.Max(logits)); c.Leads[i] > 2*bound*c.Deviation {
				sure++
				if got != want {
					t.Errorf("%s: got id %d after %v, want %d", c.Prompt, got, c.Greedy[:i], want)
				}
			}
			logits = forward(t, s, []int{want})
		}
		if sure < 5 {
			t.Errorf("%s: got %d ids with a clear lead, want at least 5 to compare", c.Prompt, sure)
		}
	}
}

package model

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vitrine/core/gguf"
)

// defaultModel is the model that the page loads; it is part of the repository.
var defaultModel = filepath.Join("..", "..", "models", "vitrine-tiny-q8_0.gguf")

// TestDefaultModelNearPyTorch compares the default model, int8 as it is published,
// with PyTorch's float32 run of the checkpoint it was made from: the logits to a
// bound, and the greedy ids exactly.
func TestDefaultModelNearPyTorch(t *testing.T) {
	const bound = 0.18 // of a logit, in standard deviations of all; measured 0.130
	raw, err := os.ReadFile(defaultModel)
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
	text, err := os.ReadFile(filepath.Join("testdata", "default.json"))
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Prompt      string
			IDs, Greedy []int
			Deviation   float64
			Logits      []float32
		}
	}
	parse(t, text, &golden)
	if len(golden.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range golden.Cases {
		s := m.NewSession(m.Config().Context)
		logits := forward(t, s, c.IDs)
		if len(logits) != len(c.Logits) {
			t.Fatalf("%s: got %d logits, want %d", c.Prompt, len(logits), len(c.Logits))
		}
		var worst float64
		for id, want := range c.Logits {
			worst = max(worst, math.Abs(float64(logits[id])-float64(want))/c.Deviation)
		}
		t.Logf("%s: worst error of a logit %.4f deviations", c.Prompt, worst)
		if !(worst <= bound) {
			t.Errorf("%s: got an error of %v deviations, want at most %v", c.Prompt, worst, bound)
		}

		s.Truncate(0)
		if got := greedy(t, s, c.IDs, len(c.Greedy)); !slices.Equal(got, c.Greedy) {
			t.Errorf("%s: got %v, want %v", c.Prompt, got, c.Greedy)
		}
	}
}

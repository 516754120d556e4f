package model

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vitrine/core/gguf"
)

// defaultModel is the model that the page loads, beside this module's packages.
var defaultModel = filepath.Join("..", "..", "models", "vitrine-tiny-q8_0.gguf")

// TestDefaultModelNearPyTorch compares the default model, int8 as it is published,
// with PyTorch's float32 run of the checkpoint it was made from.
func TestDefaultModelNearPyTorch(t *testing.T) {
	const bound = 0.15 // in standard deviations of the logits; measured PLACEHOLDER
	raw, err := os.ReadFile(defaultModel)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here", defaultModel)
	}
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
			Leads       []float64 // of each greedy token's logit over the second best
			Top         []struct{ ID int }
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
		var worst float64
		for id, want := range c.Logits {
			worst = max(worst, math.Abs(float64(logits[id])-float64(want))/c.Deviation)
		}
		t.Logf("%s: worst error of a logit %.4f deviations", c.Prompt, worst)
		if len(logits) != len(c.Logits) || !(worst <= bound) {
			t.Errorf("%s: got %d logits with an error of %v deviations, want %d and at most %v", c.Prompt, len(logits), worst, len(c.Logits), bound)
		}

		// A lead of more than two errors cannot be lost; up to the first smaller one
		// the tokens must be PyTorch's.
		sure := slices.IndexFunc(c.Leads, func(lead float64) bool { return lead <= 2*bound*c.Deviation })
		if sure < 0 {
			sure = len(c.Leads)
		}
		s.Truncate(0)
		got := greedy(t, s, c.IDs, len(c.Greedy))
		t.Logf("%s: %d of %d tokens are sure; got %v", c.Prompt, sure, len(got), got)
		if !slices.Equal(got[:sure], c.Greedy[:sure]) {
			t.Errorf("%s: got %v, want %v at least for %d tokens", c.Prompt, got, c.Greedy, sure)
		}
	}
}

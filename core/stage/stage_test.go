package stage

import (
	"strings"
	"testing"
)

func TestNamesAreUniqueAndParse(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All() {
		name := s.String()
		if name == "" || name == "unknown" || seen[name] {
			t.Errorf("stage %d has the name %q, want one of its own", s, name)
		}
		seen[name] = true
		if got, ok := Parse(name); !ok || got != s {
			t.Errorf("Parse(%q) = %v, %v, want %v", name, got, ok, s)
		}
	}
	if _, ok := Parse("nonsense"); ok {
		t.Error("Parse accepts a name that is no stage")
	}
	if got := Stage(200).String(); got != "unknown" {
		t.Errorf("Stage(200) = %q, want unknown", got)
	}
}

func TestParents(t *testing.T) {
	for _, s := range All() {
		parent, ok := s.Parent()
		name := s.String()
		switch {
		case strings.HasPrefix(name, "attention."):
			if !ok || parent != Attention || !s.Within(Layers) {
				t.Errorf("%v: parent %v", s, parent)
			}
		case strings.HasPrefix(name, "decode."):
			if !ok || parent != Decode || s.Within(Layers) {
				t.Errorf("%v: parent %v", s, parent)
			}
		case s > Layers && s < Final:
			if !ok || parent != Layers {
				t.Errorf("%v: parent %v", s, parent)
			}
		case ok:
			t.Errorf("%v has the parent %v, want none", s, parent)
		}
		if s.Within(s) {
			t.Errorf("%v is within itself", s)
		}
	}
}

func TestEventWithoutSource(t *testing.T) {
	e := Event{Stage: LN1}
	if e.Tensors() != nil || e.Tensor("mean") != nil || e.Detail() != nil {
		t.Error("an event without a source shows something")
	}
	e.Source = Shown{Named: []Tensor{{Name: "mean", Shape: []int{1}, Data: []float32{3}}}, Other: 5}
	if e.Tensor("mean")[0] != 3 || e.Tensor("variance") != nil || e.Detail() != 5 {
		t.Error("an event does not show what its source has")
	}
}

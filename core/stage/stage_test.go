package stage

import "testing"

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

func TestNilObserver(t *testing.T) {
	var o Observer
	if err := o.Report(&Event{}); err != nil {
		t.Error(err)
	}
}

package modelfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoad(t *testing.T) {
	const name = "../../models/vitrine-tiny-q8_0.gguf"
	m, words, err := Load(name)
	if err != nil {
		t.Fatal(err)
	}
	if ids := words.Encode("Once"); len(ids) == 0 || ids[0] >= m.Config().Vocabulary {
		t.Errorf("the ids %v, of a vocabulary of %d", ids, m.Config().Vocabulary)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.gguf")
	if err := os.WriteFile(short, raw[:len(raw)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{short, "none.gguf"} {
		if _, _, err := Load(name); err == nil || !strings.Contains(err.Error(), filepath.Base(name)) {
			t.Errorf("%s: %v, want an error with its name", name, err)
		}
	}
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder makes a package with these files.
func folder(t *testing.T, dir, name string, files ...string) {
	t.Helper()
	at := filepath.Join(dir, "node_modules", name)
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "package.json") {
		text := "words of " + name + " in " + file
		if file == "package.json" {
			text = `{"version": "1.2.3"}`
		}
		if err := os.WriteFile(filepath.Join(at, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPackagesThatHaveBytes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "@b/c", "a/node_modules/d", "unused", "within"} {
		folder(t, dir, name, "LICENSE")
	}
	folder(t, dir, "rough", "LICENSE")
	if err := os.WriteFile(filepath.Join(dir, "node_modules/rough/package.json"), []byte(`{"version": "4.0.0", "dependencies": {"within": "*"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	meta := fmt.Sprintf(`{"outputs": {"x.js": {"inputs": {
		"web/app.js": {"bytesInOutput": 1}, "%[1]s/node_modules/rough/bundled/x.js": {"bytesInOutput": 1}, "left-out:mermaid": {"bytesInOutput": 1},
		"%[1]s/node_modules/a/src/x.js": {"bytesInOutput": 1}, "%[1]s/node_modules/@b/c/x.js": {"bytesInOutput": 1},
		"%[1]s/node_modules/a/node_modules/d/x.js": {"bytesInOutput": 1}, "%[1]s/node_modules/unused/x.js": {"bytesInOutput": 0}}}}}`, filepath.ToSlash(dir))
	parts, err := packagesOf([]byte(meta))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, part := range parts {
		got[part.name] = part.version
	}
	if want := "map[@b/c:1.2.3 a:1.2.3 d:1.2.3 rough:4.0.0 within:1.2.3]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if _, err := packagesOf([]byte(`{}`)); err == nil {
		t.Error("what is no metafile was read")
	}
}

func TestEveryLicenceIsThereOnce(t *testing.T) {
	dir := t.TempDir()
	folder(t, dir, "a", "LICENCE.md", "NOTICE", "readme.md")
	folder(t, dir, "none")
	own := filepath.Join(dir, "OURS")
	if err := os.WriteFile(own, []byte("our own"), 0o644); err != nil {
		t.Fatal(err)
	}
	a := part{"a", "1.2.3", filepath.Join(dir, "node_modules", "a")}
	var out bytes.Buffer
	if err := write(&out, own, []part{a, a}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"our own": 1, "\na 1.2.3\n": 1, "words of a in LICENCE.md": 1, "words of a in NOTICE": 1, "readme": 0} {
		if got := strings.Count(out.String(), text); got != want {
			t.Errorf("%q is there %d times, want %d", text, got, want)
		}
	}
	if err := write(&out, own, []part{{"none", "1.2.3", filepath.Join(dir, "node_modules", "none")}}); err == nil {
		t.Error("a package without a licence text was taken")
	}
}

//go:build !js

// Package core_test holds what is true of the engine as a whole.
package core_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers has every package of the engine; each may import those before it only.
var layers = []string{"stage", "condition", "gguf", "quant", "kernel", "model", "tokenizer", "decoding", "generate", "trace"}

// forbidden has what the engine does without: files, a clock, network, browser.
// The standard library may have them underneath; nothing here uses them directly.
var forbidden = []string{"os", "time", "net/http", "syscall/js"}

const (
	module   = "vitrine/"
	prefix   = module + "core/"
	safejs   = "github.com/hack-pad/safejs"     // only wasm/ imports it
	tiktoken = "github.com/pkoukk/tiktoken-go/" // and its root: only core/tokenizer does
)

// wrong tells why the package must not import the path, or "".
func wrong(pkg, imported string) string {
	level := slices.Index(layers, strings.TrimPrefix(pkg, prefix))
	inside, ours := strings.CutPrefix(imported, prefix)
	switch {
	case level < 0:
		return "a package that has no place in the order"
	case ours && slices.Index(layers, inside) >= level:
		return "a package that does not come before it"
	case !ours && strings.HasPrefix(imported, module):
		return "a package outside the engine"
	case slices.Contains(forbidden, imported), imported == safejs:
		return "a package that the engine does without"
	case strings.HasPrefix(imported+"/", tiktoken) && pkg != prefix+"tokenizer":
		return "a package that only tokenizer may import"
	}
	return ""
}

func TestWrong(t *testing.T) {
	for _, test := range []struct {
		pkg, imported string
		want          bool
	}{
		{prefix + "model", prefix + "kernel", false},
		{prefix + "model", prefix + "model", true},
		{prefix + "kernel", prefix + "model", true},
		{prefix + "stage", prefix + "stage", true},
		{prefix + "unheard", "fmt", true},
		{prefix + "model", module + "wasm", true},
		{prefix + "model", "fmt", false},
		{prefix + "model", "os", true},
		{prefix + "generate", "time", true},
		{prefix + "tokenizer", "net/http", true},
		{prefix + "stage", "syscall/js", true},
		{prefix + "generate", safejs, true},
		{prefix + "tokenizer", "github.com/pkoukk/tiktoken-go", false},
		{prefix + "generate", "github.com/pkoukk/tiktoken-go", true},
		{prefix + "generate", "github.com/pkoukk/tiktoken-go/sub", true},
	} {
		if got := wrong(test.pkg, test.imported); (got != "") != test.want {
			t.Errorf("wrong(%s, %s): got %q, want wrong %v", test.pkg, test.imported, got, test.want)
		}
	}
}

// TestImports checks the direct imports of every package, tests aside, as it is
// built natively and for the browser, with and without SIMD; and that nothing
// underneath brings safejs in.
func TestImports(t *testing.T) {
	for _, env := range [][]string{
		{"GOEXPERIMENT=none"},
		{"GOOS=js", "GOARCH=wasm", "GOEXPERIMENT=none"},
		{"GOOS=js", "GOARCH=wasm", "GOEXPERIMENT=simd"},
	} {
		var found []string
		for _, line := range list(t, env, "{{.ImportPath}} {{join .Imports \" \"}}") {
			pkg, imports, _ := strings.Cut(line, " ")
			found = append(found, strings.TrimPrefix(pkg, prefix))
			for _, imported := range strings.Fields(imports) {
				if why := wrong(pkg, imported); why != "" {
					t.Errorf("%v: %s imports %s, %s", env, pkg, imported, why)
				}
			}
		}
		slices.Sort(found)
		if want := slices.Sorted(slices.Values(layers)); !slices.Equal(found, want) {
			t.Errorf("%v: got packages %v, want %v", env, found, want)
		}
		if slices.Contains(list(t, env, "{{join .Deps \"\\n\"}}"), safejs) {
			t.Errorf("%v: the engine depends on %s", env, safejs)
		}
	}
}

// list runs go list over the packages of the engine and returns its lines.
func list(t *testing.T, env []string, format string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", "{{if .GoFiles}}"+format+"{{end}}", "./...")
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v: %v\n%s", env, cmd, err, &stderr)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

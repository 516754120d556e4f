//go:build !js

// Package e2e holds the tests that cross the borders of packages and languages:
// rules of the source tree, the ids that every build must give, and (in
// JavaScript) the built page in a browser.
package e2e

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// order lists the packages of core/; each imports only those before it.
var order = []string{"stage", "gguf", "quant", "kernel", "model", "tokenizer", "decoding", "generate"}

// list runs go list in the root of the repository and returns its lines.
func list(t *testing.T, env []string, args ...string) []string {
	t.Helper()
	command := exec.Command("go", append([]string{"list"}, args...)...)
	command.Dir = ".."
	command.Env = append(os.Environ(), env...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestImportsOfCore(t *testing.T) {
	for _, environment := range [][]string{nil, {"GOOS=js", "GOARCH=wasm", "GOEXPERIMENT=simd"}} {
		lines := list(t, environment, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./core/...")
		if len(lines) != len(order) {
			t.Errorf("%v: %d packages in core/, want %d", environment, len(lines), len(order))
		}
		for _, line := range lines {
			fields := strings.Fields(line)
			name := strings.TrimPrefix(fields[0], "vitrine/core/")
			rank := slices.Index(order, name)
			if rank < 0 {
				t.Errorf("core/%s has no place in the order of imports", name)
			}
			for _, path := range fields[1:] {
				own, isOwn := strings.CutPrefix(path, "vitrine/")
				switch {
				case isOwn && !slices.Contains(order[:max(rank, 0)], strings.TrimPrefix(own, "core/")):
					t.Errorf("core/%s imports %s, which comes after it", name, path)
				case slices.Contains([]string{"os", "time", "net", "net/http", "syscall", "syscall/js"}, path),
					strings.HasPrefix(path, "github.com/hack-pad/"):
					t.Errorf("core/%s imports %s", name, path)
				case strings.HasPrefix(path, "github.com/pkoukk/") && name != "tokenizer":
					t.Errorf("core/%s imports %s, which only core/tokenizer may", name, path)
				}
			}
		}
	}
}

func TestWasmHasNoNetwork(t *testing.T) {
	if _, err := os.Stat("../build/wasm.mod"); err != nil {
		t.Fatalf("%v: make build/wasm.mod makes it", err)
	}
	deps := list(t, []string{"GOOS=js", "GOARCH=wasm"}, "-modfile=build/wasm.mod", "-deps", "./wasm")
	if !slices.Contains(deps, "github.com/pkoukk/tiktoken-go") {
		t.Error("the engine does not link tiktoken-go: nothing is proven")
	}
	for _, path := range []string{"net", "net/http", "crypto/tls", "github.com/google/uuid"} {
		if slices.Contains(deps, path) {
			t.Errorf("the engine links %s", path)
		}
	}
}

func TestWasmBuildTags(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../wasm", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		files++
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if first, _, _ := strings.Cut(string(source), "\n"); first != "//go:build js && wasm" {
			t.Errorf("%s begins with %q, want its build tag", path, first)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files checked, %v", files, err)
	}
}

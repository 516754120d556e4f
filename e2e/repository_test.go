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

func TestWasmHasNoNetwork(t *testing.T) {
	if _, err := os.Stat("../build/wasm.mod"); err != nil {
		t.Fatalf("%v: make build/wasm.mod makes it", err)
	}
	deps := list(t, []string{"GOOS=js", "GOARCH=wasm"}, "-modfile=build/wasm.mod", "-deps", "./wasm", "./wasm/quantize")
	if !slices.Contains(deps, "github.com/pkoukk/tiktoken-go") {
		t.Error("the engine does not link tiktoken-go: nothing is proven")
	}
	for _, path := range []string{"net", "net/http", "crypto/tls", "github.com/google/uuid"} {
		if slices.Contains(deps, path) {
			t.Errorf("the engine or the converter links %s", path)
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

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

func TestOnlyFlowchartsOfMermaid(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"node_modules/mermaid/package.json":                                      `{"main": "dist/core.mjs"}`,
		"node_modules/mermaid/dist/core.mjs":                                     `export const kinds = [() => import("./chunks/mermaid.core/flowDiagram-ABCD1234.mjs"), () => import("./chunks/mermaid.core/pie-ABCD1234.mjs"), () => import("katex")];`,
		"node_modules/mermaid/dist/chunks/mermaid.core/flowDiagram-ABCD1234.mjs": `export const draws = "flowchart";`,
		"node_modules/mermaid/dist/chunks/mermaid.core/pie-ABCD1234.mjs":         `export const draws = "pie";`,
		"node_modules/katex/index.js":                                            `export const draws = "formula";`,
		"own.js":                                                                 `export const draws = "own";`,
		"page.js":                                                                `export { kinds } from "mermaid"; export const own = () => import("./own.js");`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	built := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(dir, "page.js")}, AbsWorkingDir: dir,
		Bundle: true, Splitting: true, Format: api.FormatESModule, Outdir: filepath.Join(dir, "out"), Plugins: []api.Plugin{flowchartsOnly},
	})
	if len(built.Errors) > 0 {
		t.Fatal(built.Errors)
	}
	var all strings.Builder
	for _, file := range built.OutputFiles {
		all.Write(file.Contents)
	}
	for text, want := range map[string]bool{`"flowchart"`: true, `"own"`: true, "is not in the build": true, `"pie"`: false, `"formula"`: false} {
		if strings.Contains(all.String(), text) != want {
			t.Errorf("the build has %s: %v, want %v", text, !want, want)
		}
	}
}

func TestStylesAreSetAsProperties(t *testing.T) {
	build := func(module string) api.BuildResult {
		dir := filepath.Join(t.TempDir(), "d3-selection", "dist")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "d3-selection.mjs")
		if err := os.WriteFile(path, []byte(module), 0o644); err != nil {
			t.Fatal(err)
		}
		return api.Build(api.BuildOptions{EntryPoints: []string{path}, Bundle: true, Format: api.FormatESModule, Outdir: filepath.Join(dir, "out"), Plugins: []api.Plugin{stylesAsProperties}})
	}
	built := build("export function a(name, value) { this.setAttribute(name, value); }\nexport function b(name, v) { this.setAttribute(name, v); }")
	if len(built.Errors) > 0 {
		t.Fatal(built.Errors)
	}
	code := string(built.OutputFiles[0].Contents)
	if strings.Contains(code, "this.setAttribute") || !strings.Contains(code, "setOrStyle(this, name, v)") || !strings.Contains(code, "style.cssText") {
		t.Errorf("got %s", code)
	}
	if built := build("export const other = 1;"); len(built.Errors) == 0 {
		t.Error("another d3-selection was taken as it is")
	}
}

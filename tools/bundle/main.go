// Bundle is esbuild with two rules more, both for Mermaid: what draws a flowchart
// is taken, the other kinds of diagram and layout are left out; and styles are
// set in a way that a strict policy allows. Its arguments are esbuild's.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/evanw/esbuild/pkg/cli"
)

func main() {
	os.Exit(cli.RunWithPlugins(os.Args[1:], []api.Plugin{flowchartsOnly, stylesAsProperties}))
}

// taken is what Mermaid loads when it draws a flowchart.
var taken = regexp.MustCompile(`^\./(chunks/mermaid\.core/)?(flowDiagram|dagre|bpmnIcons)-[A-Z0-9]{8}\.mjs$`)

var mermaid = filepath.Join("node_modules", "mermaid", "dist")

// flowchartsOnly puts one module that throws in the place of whatever else
// Mermaid can load later.
var flowchartsOnly = api.Plugin{
	Name: "flowcharts-only",
	Setup: func(build api.PluginBuild) {
		const namespace = "left-out"
		build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if args.Kind != api.ResolveJSDynamicImport || !strings.Contains(args.ResolveDir, mermaid) || taken.MatchString(args.Path) {
				return api.OnResolveResult{}, nil
			}
			return api.OnResolveResult{Path: "mermaid", Namespace: namespace}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: namespace}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			code := `throw new Error("this part of Mermaid is not in the build: it draws flowcharts, without formulas");`
			return api.OnLoadResult{Contents: &code, Loader: api.LoaderJS}, nil
		})
	},
}

// stylesAsProperties lets d3-selection, with which Mermaid draws, set a style as
// a property of the element: a Content-Security-Policy without 'unsafe-inline'
// refuses the attribute.
var stylesAsProperties = api.Plugin{
	Name: "styles-as-properties",
	Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `d3-selection[/\\]dist[/\\]d3-selection\.mjs$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			code := string(text)
			for _, value := range []string{"value", "v"} {
				before := "this.setAttribute(name, " + value + ")"
				if strings.Count(code, before) != 1 {
					return api.OnLoadResult{}, fmt.Errorf("%s has not once %s", args.Path, before)
				}
				code = strings.Replace(code, before, "setOrStyle(this, name, "+value+")", 1)
			}
			code += `
function setOrStyle(element, name, value) {
  if (name === "style") element.style.cssText = value;
  else element.setAttribute(name, value);
}
`
			return api.OnLoadResult{Contents: &code, Loader: api.LoaderJS}, nil
		})
	},
}

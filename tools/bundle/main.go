// Bundle is esbuild with one rule more: of Mermaid it takes what draws a
// flowchart, and leaves the other kinds of diagram and layout out. Its arguments
// are esbuild's.
package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/evanw/esbuild/pkg/cli"
)

func main() {
	os.Exit(cli.RunWithPlugins(os.Args[1:], []api.Plugin{flowchartsOnly}))
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

// Notices writes the licences of everything that is in a build, in one text.
//
//	notices META.json...
//
// What is in the scripts is said by esbuild's metafiles: the packages of
// node_modules of which there are bytes in an output. What is in the engine, the
// converter and the server of a classroom is said by go list -deps. A package
// without a licence text fails the build.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("notices", flag.ContinueOnError)
	own := flags.String("own", "LICENSE", "`FILE` with our own licence")
	modFile := flags.String("modfile", "build/wasm.mod", "`FILE` of the modules that the engine is built with")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("want the metafiles of the scripts")
	}
	var all []part
	for _, name := range flags.Args() {
		meta, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		packages, err := packagesOf(meta)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, packages...)
	}
	modules, err := modulesOf(*modFile)
	if err != nil {
		return err
	}
	return write(out, *own, append(all, modules...))
}

// part is a package or module of others.
type part struct {
	name, version, dir string
}

// packageDir matches the folder of a package in a path; the innermost counts.
var packageDir = regexp.MustCompile(`^.*node_modules/((?:@[^/]+/)?[^/]+)/`)

// packagesOf reads which packages of node_modules have bytes in the outputs of a
// metafile.
func packagesOf(meta []byte) ([]part, error) {
	var built struct {
		Outputs map[string]struct {
			Inputs map[string]struct {
				BytesInOutput int `json:"bytesInOutput"`
			} `json:"inputs"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal(meta, &built); err != nil {
		return nil, err
	}
	if len(built.Outputs) == 0 {
		return nil, errors.New("no outputs: not a metafile of esbuild")
	}
	dirs := map[string]bool{} // by folder, whether its file has others in it
	for _, output := range built.Outputs {
		for path, input := range output.Inputs {
			if found := packageDir.FindStringSubmatch(path); found != nil && input.BytesInOutput > 0 {
				dir := strings.TrimSuffix(found[0], "/")
				dirs[dir] = dirs[dir] || strings.HasPrefix(path[len(found[0]):], "bundled/")
			}
		}
	}
	var parts []part
	for dir, bundled := range dirs {
		found, err := packagesAt(dir, bundled)
		if err != nil {
			return nil, err
		}
		parts = append(parts, found...)
	}
	return parts, nil
}

// packagesAt reads a package's own words, and those of the packages that it
// needs where it brings them along in its file (rough.js does).
func packagesAt(dir string, bundled bool) ([]part, error) {
	text, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return nil, err
	}
	var is struct {
		Version      string
		Dependencies map[string]string
	}
	if err := json.Unmarshal(text, &is); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	root := strings.TrimSuffix(dir, packageDir.FindStringSubmatch(dir + "/")[1])
	parts := []part{{strings.TrimPrefix(dir, root), is.Version, dir}}
	if !bundled {
		return parts, nil
	}
	for name := range is.Dependencies {
		found, err := packagesAt(root+name, true)
		if err != nil {
			return nil, err
		}
		parts = append(parts, found...)
	}
	return parts, nil
}

// standIn is the one module whose code is ours: see wasm/tiktoken/regexp2.
const standIn = "github.com/dlclark/regexp2"

// modulesOf lists the modules that have packages in the WebAssembly programs and
// in the server, and Go itself.
func modulesOf(modFile string) ([]part, error) {
	wasm, err := listModules([]string{"GOOS=js", "GOARCH=wasm"}, "-modfile="+modFile, "./wasm", "./wasm/quantize")
	if err != nil {
		return nil, err
	}
	server, err := listModules([]string{"CGO_ENABLED=0"}, "./tools/serve")
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, name := range append(wasm, server...) {
		if name == standIn {
			continue
		}
		// Without modFile: where it replaces a module, the licence is the original's.
		found, err := goCommand(nil, "list", "-m", "-f", "{{.Version}}\t{{.Dir}}", name)
		if err != nil {
			return nil, err
		}
		version, dir, _ := strings.Cut(found[0], "\t")
		parts = append(parts, part{name, version, dir})
	}
	root, err := goCommand(nil, "env", "GOROOT", "GOVERSION")
	if err != nil {
		return nil, err
	}
	return append(parts, part{"The Go programming language: runtime, standard library, wasm_exec.js", root[1], root[0]}), nil
}

func listModules(env []string, args ...string) ([]string, error) {
	const format = `{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}`
	lines, err := goCommand(env, append([]string{"list", "-deps", "-f", format}, args...)...)
	slices.Sort(lines)
	return slices.DeleteFunc(slices.Compact(lines), func(line string) bool { return line == "" }), err
}

func goCommand(env []string, args ...string) ([]string, error) {
	command := exec.Command("go", args...)
	command.Env = append(os.Environ(), env...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), nil
}

// legal matches the names of files that a licence asks to hand on.
var legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// write writes our licence, then each part's, once, by name.
func write(out io.Writer, own string, parts []part) error {
	ours, err := os.ReadFile(own)
	if err != nil {
		return err
	}
	slices.SortFunc(parts, func(a, b part) int {
		return strings.Compare(strings.ToLower(a.name+" "+a.version), strings.ToLower(b.name+" "+b.version))
	})
	parts = slices.CompactFunc(parts, func(a, b part) bool { return a.name == b.name && a.version == b.version })
	var text bytes.Buffer
	fmt.Fprintf(&text, "Vitrine\n\n%s\n\nVitrine contains parts of the works below.\n", bytes.TrimSpace(ours))
	for _, part := range parts {
		fmt.Fprintf(&text, "\n%s\n%s %s\n", strings.Repeat("-", 80), part.name, part.version)
		entries, err := os.ReadDir(part.dir)
		if err != nil {
			return err
		}
		found := false
		for _, entry := range entries {
			if entry.IsDir() || !legal.MatchString(entry.Name()) {
				continue
			}
			licence, err := os.ReadFile(filepath.Join(part.dir, entry.Name()))
			if err != nil {
				return err
			}
			found = true
			licence = bytes.ReplaceAll(licence, []byte("\r\n"), []byte("\n"))
			fmt.Fprintf(&text, "\n%s\n", bytes.Trim(licence, "\n"))
		}
		if !found {
			return fmt.Errorf("%s %s has no licence text in %s", part.name, part.version, part.dir)
		}
	}
	_, err = text.WriteTo(out)
	return err
}

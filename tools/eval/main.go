// Command eval measures a language model of this project: what it knows, how well it
// predicts stories that it has not read, what it writes, and what its heads look at.
//
//	eval [flags] MODEL.gguf
//
// The figures are those of the model's card. What needs a text that is not there is
// left out, with a word.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"vitrine/core/model"
	"vitrine/core/tokenizer"
	"vitrine/tools/modelfile"
)

func main() {
	recipe := flag.String("recipe", "tools/train", "the `folder` with known.txt and wordings.tsv")
	text := flag.String("text", "", "the `folder` with countries.tsv and tinystories_val.txt")
	reference := flag.String("reference", "", "the same model in float32, a GGUF `file`, to compare with")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: eval [flags] MODEL.gguf")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(os.Stdout, flag.Arg(0), *reference, *recipe, *text); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// subject is a model with its tokenizer.
type subject struct {
	*model.Model
	words *tokenizer.Tokenizer
}

// run prints all figures of the model.
func run(w io.Writer, name, reference, recipe, text string) error {
	m, err := load(name)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d parameters, %s weights\n", filepath.Base(name), m.Parameters(), m.Config().Weights)
	if err := m.printKnowledge(w, recipe, text); err != nil {
		return err
	}
	held, err := heldOut(text)
	if err != nil {
		return err
	}
	if held == nil {
		fmt.Fprintln(w, "\nheld-out stories: left out, there is no tinystories_val.txt: name its folder with -text")
	} else if err := m.printHeldOut(w, held); err != nil {
		return err
	}
	if reference != "" && held != nil {
		if err := m.printComparison(w, reference, held); err != nil {
			return err
		}
	}
	written, err := m.printStories(w)
	if err != nil {
		return err
	}
	if held == nil {
		held = written
	}
	return m.printHeads(w, held)
}

// load reads a model from a GGUF file.
func load(name string) (*subject, error) {
	m, words, err := modelfile.Load(name)
	if err != nil {
		return nil, err
	}
	return &subject{m, words}, nil
}

// each returns use of every item, in their order, computed on all cores.
func each[T, R any](items []T, use func(T) (R, error)) ([]R, error) {
	results, errs := make([]R, len(items)), make([]error, len(items))
	var taken atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := taken.Add(1) - 1; i < int64(len(items)); i = taken.Add(1) - 1 {
				results[i], errs[i] = use(items[i])
			}
		})
	}
	workers.Wait()
	return results, cmp.Or(errs...)
}

// lines returns the lines of a file of the folder that are not empty; nil where there
// is no such file.
func lines(folder, name string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			all = append(all, line)
		}
	}
	return all, nil
}

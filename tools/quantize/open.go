package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/ggufmodel"
	"vitrine/tools/quantize/huggingface"
	"vitrine/tools/quantize/internal/gpt2"
	"vitrine/tools/quantize/internal/hub"
	"vitrine/tools/quantize/internal/pickle"
	"vitrine/tools/quantize/nanogpt"
	"vitrine/tools/quantize/vocabulary"
)

// openOptions is what the user says of a checkpoint that it does not say itself.
type openOptions struct {
	tokenizer  string // "gpt2", a directory or a file; empty: beside the weights
	heads      int    // 0: the checkpoint says it
	activation string // empty: the checkpoint says it
	hub        hubOptions
	inputs     *inputs // gets the files that are read; nil: nobody asks
}

// register adds the flags of the options to those of a command.
func (o *openOptions) register(f *flag.FlagSet) {
	f.StringVar(&o.tokenizer, "tokenizer", "", "the `tokenizer`: gpt2, or the directory or file where it is; by default beside the weights")
	f.IntVar(&o.heads, "heads", 0, "the `number` of attention heads, where the checkpoint does not say it")
	f.Func("activation", "the activation `function`, where the checkpoint does not say it: gelu_new, gelu or relu", o.setActivation)
	o.hub.register(f)
}

func (o *openOptions) setActivation(name string) error {
	if !slices.Contains([]string{"gelu_new", "gelu", "relu"}, name) {
		return errors.New("want gelu_new, gelu or relu")
	}
	o.activation = name
	return nil
}

// openCheckpoint opens the checkpoint that in names: a directory, or a file of
// weights, whose first bytes tell its format, or hf: and a name on the Hugging Face
// Hub.
func openCheckpoint(ctx context.Context, in string, o openOptions) (*checkpoint.Model, error) {
	if strings.HasPrefix(in, hub.Prefix) {
		return openFromHub(ctx, in, o)
	}
	if o.hub.revision != "" {
		return nil, misused("-revision: got it with %s, want it with a model of the Hugging Face Hub: -in %sOWNER/NAME", in, hub.Prefix)
	}
	info, err := os.Stat(in)
	if err != nil {
		return nil, err
	}
	dir, weights := filepath.Dir(in), filepath.Base(in)
	if info.IsDir() {
		dir = in
		if weights, err = findWeights(os.DirFS(dir)); err != nil {
			return nil, fmt.Errorf("%s: %w", in, err)
		}
	}
	words, err := o.vocabulary()
	if err != nil {
		return nil, fmt.Errorf("-tokenizer: %w", err)
	}
	model, err := o.open(o.inputs.dir(dir), weights, words)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in, err)
	}
	switch c := model.Config; {
	case o.heads != 0 && o.heads != c.Heads:
		err = fmt.Errorf("-heads: got %d, but the checkpoint says %d", o.heads, c.Heads)
	case o.activation != "" && o.activation != c.Activation:
		err = fmt.Errorf("-activation: got %s, but the checkpoint says %s", o.activation, c.Activation)
	}
	if err != nil {
		model.Close()
		return nil, err
	}
	return model, nil
}

// training matches names of what training programs keep beside the weights.
var training = regexp.MustCompile(`^(training_args|optimizer|scheduler|scaler|rng_state|random_states)\w*\.`)

// findWeights returns the name of the weights in a directory: those that
// transformers names, or else the one file that ends as weights do.
func findWeights(files fs.FS) (string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return "", err
	}
	if name, err := huggingface.FindWeights(files); name != "" || err != nil {
		return name, err
	}
	var others []string
	for _, entry := range entries {
		if slices.Contains([]string{".safetensors", ".gguf", ".pt", ".pth", ".bin"}, filepath.Ext(entry.Name())) && !training.MatchString(entry.Name()) {
			others = append(others, entry.Name())
		}
	}
	switch len(others) {
	case 1:
		return others[0], nil
	case 0:
		return "", fmt.Errorf("no %s, nor another file of weights in it", huggingface.Weights[0])
	}
	return "", fmt.Errorf("several files of weights in it (%s): name one of them", checkpoint.Listed(others))
}

// vocabulary returns the one of -tokenizer, nil where that is not given.
func (o openOptions) vocabulary() (*vocabulary.Vocabulary, error) {
	info, err := os.Stat(o.tokenizer)
	switch {
	case o.tokenizer == "":
		return nil, nil
	case o.tokenizer == "gpt2":
		return gpt2.Vocabulary()
	case err != nil:
		return nil, fmt.Errorf("want gpt2, or the name of a directory or file: %w", err)
	case info.IsDir():
		return vocabulary.Read(o.inputs.dir(o.tokenizer))
	case filepath.Ext(o.tokenizer) != ".json":
		return nil, fmt.Errorf("got %s, want gpt2, a directory, a tokenizer.json, or a vocab.json with merges.txt beside it", o.tokenizer)
	}
	return vocabulary.ReadFile(o.inputs.dir(filepath.Dir(o.tokenizer)), filepath.Base(o.tokenizer))
}

// open opens the named file with the reader for its format.
func (o openOptions) open(files fs.FS, weights string, words *vocabulary.Vocabulary) (*checkpoint.Model, error) {
	start, err := firstBytes(files, weights)
	if err != nil {
		return nil, err
	}
	if start == "GGUF" {
		if words != nil {
			return nil, errors.New("-tokenizer: a GGUF file has its own")
		}
		return ggufmodel.Open(files, weights)
	}
	args, sizes, err := modelArgs(files, weights, start)
	if err != nil {
		return nil, err
	}
	reader := huggingface.Options{Pickle: loadPickle, Vocabulary: words}
	if args == nil {
		if _, err := fs.Stat(files, "config.json"); !errors.Is(err, fs.ErrNotExist) {
			model, err := reader.Open(files, weights)
			if errors.Is(err, vocabulary.ErrNone) {
				err = fmt.Errorf("%w; or say with -tokenizer where they are, or -tokenizer gpt2 for GPT-2's own", err)
			}
			return model, err
		}
		if o.heads == 0 && sizes["n_head"] == nil {
			return nil, errors.New("want config.json beside the weights; or, for a state dict of nanoGPT or minGPT, -heads and the number of its attention heads")
		}
	}
	if words == nil {
		if words, err = vocabulary.Read(files); err != nil && !errors.Is(err, vocabulary.ErrNone) {
			return nil, err
		}
	}
	model := new(checkpoint.Model)
	stored, err := reader.Tensors(model, files, weights)
	if err == nil {
		err = nanogpt.AddTo(model, stored, args, nanogpt.Options{Heads: o.heads, Sizes: sizes, Activation: o.activation, Vocabulary: words})
	}
	if err != nil {
		model.Close()
		return nil, err
	}
	return model, nil
}

// firstBytes returns those that tell a format.
func firstBytes(files fs.FS, name string) (string, error) {
	file, err := files.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	start := make([]byte, 4)
	n, err := io.ReadFull(file, start)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return "", err
	}
	return string(start[:n]), nil
}

// modelArgs returns what nanoGPT, or another program, has written about a model beside
// its state dict, nil where there is nothing.
func modelArgs(files fs.FS, weights, start string) (args, sizes map[string]any, err error) {
	if !huggingface.IsPickle(start) {
		return nil, nil, nil
	}
	model := new(checkpoint.Model)
	defer model.Close()
	r, size, err := model.Open(files, weights)
	if err != nil {
		return nil, nil, err
	}
	c, err := pickle.Open(r, size)
	if err != nil {
		return nil, nil, err
	}
	return c.Args, c.Sizes, nil
}

// loadPickle reads PyTorch's files for package huggingface.
func loadPickle(r io.ReaderAt, size int64) (tensors []checkpoint.Stored, notes []string, err error) {
	c, err := pickle.Open(r, size)
	if err != nil {
		return nil, nil, err
	}
	return c.Tensors, c.Notes, nil
}

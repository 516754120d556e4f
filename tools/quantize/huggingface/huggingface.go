// Package huggingface reads a GPT-2 checkpoint as huggingface/transformers saves
// it: config.json, the weights in one file or several with an index, and the
// tokenizer's files in one directory.
package huggingface

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/safetensors"
	"vitrine/tools/quantize/statedict"
	"vitrine/tools/quantize/vocabulary"
)

// Weights has the names that transformers gives the weights, the best first.
var Weights = []string{"model.safetensors", "model.safetensors" + indexEnd, "pytorch_model.bin", "pytorch_model.bin" + indexEnd}

// Options says how to open a checkpoint.
type Options struct {
	// Pickle reads PyTorch's own files; nil where that cannot be done.
	Pickle func(r io.ReaderAt, size int64) (tensors []checkpoint.Stored, notes []string, err error)
	// Vocabulary takes the place of the tokenizer files where it is not nil.
	Vocabulary *vocabulary.Vocabulary
}

// Open reads the checkpoint in the directory files, whose weights are in the file of
// that name (or that index names), or in the first of Weights that is there if the
// name is empty. Values are read from the files until the model is closed.
func Open(files fs.FS, weights string) (*checkpoint.Model, error) {
	return Options{}.Open(files, weights)
}

// Open is the function of that name with options.
func (o Options) Open(files fs.FS, weights string) (*checkpoint.Model, error) {
	if weights == "" {
		var err error
		if weights, err = findWeights(files); err != nil {
			return nil, err
		}
	}
	model := new(checkpoint.Model)
	if err := o.load(model, files, weights); err != nil {
		model.Close()
		return nil, err
	}
	return model, nil
}

func findWeights(files fs.FS) (string, error) {
	name, err := FindWeights(files)
	if err == nil && name == "" {
		err = fmt.Errorf("no %s in it: want a directory that transformers' save_pretrained has written", strings.Join(Weights, ", "))
	}
	return name, err
}

// FindWeights returns the first of Weights that is in the directory, empty if none is.
// An index of which no shard is there does not count where another form is.
func FindWeights(files fs.FS) (string, error) {
	first := ""
	for _, name := range Weights {
		if _, err := fs.Stat(files, name); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return "", err
		}
		if !strings.HasSuffix(name, indexEnd) || hasShards(files, name) {
			return name, nil
		}
		if first == "" {
			first = name
		}
	}
	return first, nil
}

func (o Options) load(model *checkpoint.Model, files fs.FS, weights string) error {
	file, config, err := readConfig(files)
	if err != nil {
		return err
	}
	stored, err := o.Tensors(model, files, weights)
	if err != nil {
		return err
	}
	dict, err := statedict.New(stored)
	if err != nil {
		return err
	}
	if rows := dict.Sizes().Vocabulary; rows > config.Vocabulary && rows-config.Vocabulary < maxPadding {
		config.Vocabulary = rows // some more than there are tokens
	}
	model.Config = config
	tied := or(file.Tied, true)
	if err := dict.AddTo(model, &tied, "config.json"); err != nil {
		return err
	}
	scaleQueries(model, file)
	// Only now is the vocabulary's size known to be the rows of a matrix that is there,
	// so that memory may be had for as many tokens.
	words := o.Vocabulary
	if words == nil {
		if words, err = vocabulary.Read(files); err != nil {
			return err
		}
	}
	file.BOS.note(model, "bos_token_id")
	file.EOS.note(model, "eos_token_id")
	if err := words.AddTo(model, file.BOS.ids, file.EOS.ids); err != nil {
		return err
	}
	addCard(model, files)
	return nil
}

// maxPadding is the largest multiple that a vocabulary is taken to be padded to.
const maxPadding = 1024

// Tensors reads the state dict in the named file, or in those that it names. The files
// stay open until the model, which gets nothing else, is closed.
func (o Options) Tensors(model *checkpoint.Model, files fs.FS, name string) ([]checkpoint.Stored, error) {
	if strings.HasSuffix(name, indexEnd) {
		return o.shards(model, files, name)
	}
	r, size, err := model.Open(files, name)
	if err != nil {
		return nil, err
	}
	start := make([]byte, 4)
	n, _ := r.ReadAt(start, 0) // a file that is shorter is none of these
	if string(start[:n]) == lfsPointer {
		return nil, fmt.Errorf("%s: got a pointer of Git LFS, want the weights that it stands for: run git lfs pull, or download the file", name)
	}
	if !IsPickle(string(start[:n])) {
		return safetensors.Open(r, size)
	}
	if o.Pickle == nil {
		return nil, fmt.Errorf("%s is in PyTorch's format, want safetensors: convert it with the command quantize, or save it with safe_serialization=True", name)
	}
	tensors, notes, err := o.Pickle(r, size)
	for _, note := range notes {
		if !slices.Contains(model.Notes, note) { // of another shard
			model.Notes = append(model.Notes, note)
		}
	}
	return tensors, err
}

// lfsPointer is how the file begins that Git has in the place of a large one. As the
// length of a safetensors header it is more than 1 GB.
//
// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, "The Pointer".
const lfsPointer = "vers"

// IsPickle reports whether the first four bytes of a file are those that torch.save
// writes: of a zip archive, or of a pickle that begins with a long number, in a frame
// or not. Two bytes do not do: they may be the length of a safetensors header.
func IsPickle(start string) bool {
	return start == "PK\x03\x04" || len(start) == 4 && start[0] == 0x80 && (start[2:] == "\x8a\x0a" || start[2] == 0x95)
}

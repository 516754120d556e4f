// Package huggingface reads a GPT-2 checkpoint as huggingface/transformers saves
// it: config.json, model.safetensors and the tokenizer's files in one directory.
package huggingface

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/safetensors"
)

const weightsName = "model.safetensors"

// Open reads the checkpoint in the directory files, whose weights are in the file of
// that name, or in the one that transformers gives them if the name is empty. Values
// are read from that file, which must be an io.ReaderAt, until the model is closed.
func Open(files fs.FS, weights string) (*checkpoint.Model, error) {
	if weights == "" {
		if err := findWeights(files); err != nil {
			return nil, err
		}
		weights = weightsName
	}
	file, err := files.Open(weights)
	if err != nil {
		return nil, err
	}
	model := new(checkpoint.Model)
	model.Keep(file)
	if err := load(model, files, file); err != nil {
		model.Close()
		return nil, err
	}
	return model, nil
}

// findWeights makes sure that the weights file is there, or says what to do, from
// what is there.
func findWeights(files fs.FS) error {
	if _, err := fs.Stat(files, weightsName); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, other := range []struct{ name, advice string }{
		{weightsName + ".index.json", "the weights are split over several files: load the model in transformers and save it with a larger max_shard_size"},
		{"pytorch_model.bin", "the weights are in PyTorch's format: load the model in transformers and save it with safe_serialization=True"},
	} {
		if _, err := fs.Stat(files, other.name); err == nil {
			return fmt.Errorf("got %s, want %s: %s", other.name, weightsName, other.advice)
		}
	}
	return fmt.Errorf("no %s in it: want a directory that transformers' save_pretrained has written", weightsName)
}

func load(model *checkpoint.Model, files fs.FS, weights fs.File) error {
	data, err := fs.ReadFile(files, "config.json")
	if err != nil {
		return fmt.Errorf("want config.json beside the weights: %w", err)
	}
	file, config, err := parseConfig(data)
	if err != nil {
		return fmt.Errorf("config.json: %w", err)
	}
	info, err := weights.Stat()
	if err != nil {
		return err
	}
	r, ok := weights.(io.ReaderAt)
	if !ok {
		return fmt.Errorf("%s: cannot be read at random", info.Name())
	}
	tensors, err := safetensors.Open(r, info.Size())
	if err != nil {
		return err
	}
	model.Config = config
	if err := addTensors(model, tensors.Tensors(), file.Tied); err != nil {
		return err
	}
	// Only now is vocab_size known to be the rows of a matrix that is there, so that
	// memory may be had for as many tokens.
	words, err := readVocabulary(files)
	if err != nil {
		return err
	}
	if model.Tokenizer, err = words.tokenizer(config.Vocabulary, file.BOS, file.EOS); err != nil {
		return fmt.Errorf("tokenizer: %w", err)
	}
	return nil
}

// addTensors finds the tensors of the model among the stored ones, all of which it
// must account for.
func addTensors(model *checkpoint.Model, stored []*safetensors.Tensor, tied *bool) error {
	byName := make(map[string]*safetensors.Tensor)
	for _, t := range stored {
		name := shortName(t.Name)
		if other, ok := byName[name]; ok {
			return fmt.Errorf("got tensor %q and tensor %q, want one of them", other.Name, t.Name)
		}
		if !causalMask.MatchString(name) {
			byName[name] = t
		}
	}
	if c := model.Config; c.Layers > len(stored) {
		return fmt.Errorf("got %d tensors, want those of %d layers: config.json is of another model", len(stored), c.Layers)
	}
	head, wte := byName[headName], byName["wte.weight"]
	list := mappings(model.Config)
	if head != nil || !or(tied, true) {
		list = append(list, headMapping(model.Config))
	}
	for _, m := range list {
		t, ok := byName[m.from]
		if !ok {
			return fmt.Errorf("tensor %q is missing: the checkpoint is not whole, or config.json is of another model", m.from)
		}
		if want := m.storedShape(); !slices.Equal(t.Shape, want) {
			return fmt.Errorf("tensor %q: got shape %v, want %v: config.json is of another model", t.Name, t.Shape, want)
		}
		if !t.Readable() {
			return fmt.Errorf("tensor %q: got type %s, want F32, F16 or BF16: save the model in one of these", t.Name, t.Type)
		}
		delete(byName, m.from)
		model.Tensors = append(model.Tensors, checkpoint.Tensor{
			Name: m.to, From: t.Name, Shape: m.shape, Transposed: m.transposed, Matrix: m.matrix, Bytes: t.Bytes, Values: t,
		})
	}
	for _, t := range stored {
		if byName[shortName(t.Name)] == t {
			return fmt.Errorf("tensor %q is not one of GPT-2's: the model is of another architecture, or has more layers than config.json says", t.Name)
		}
	}
	if head == nil {
		return nil
	}
	same, err := equal(head, wte)
	if err != nil {
		return err
	}
	if same { // tied: the head is the token table
		model.Tensors = model.Tensors[:len(model.Tensors)-1]
	} else if or(tied, true) {
		model.Notes = append(model.Notes, fmt.Sprintf("%s differs from %s, so it is kept, although config.json says that they are tied", head.Name, wte.Name))
	}
	return nil
}

// equal reports whether two tensors of the same shape have the same values.
func equal(a, b *safetensors.Tensor) (bool, error) {
	count := int64(1)
	for _, n := range a.Shape {
		count *= int64(n)
	}
	x, y := make([]float32, min(count, 1<<16)), make([]float32, min(count, 1<<16))
	for first := int64(0); first < count; first += int64(len(x)) {
		n := min(count-first, int64(len(x)))
		if err := a.ReadAt(x[:n], first); err != nil {
			return false, err
		}
		if err := b.ReadAt(y[:n], first); err != nil {
			return false, err
		}
		if !slices.Equal(x[:n], y[:n]) {
			return false, nil
		}
	}
	return true, nil
}

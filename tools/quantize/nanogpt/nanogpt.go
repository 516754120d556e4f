// Package nanogpt makes a model of a bare state dict, as nanoGPT and minGPT save it:
// the sizes come from the shapes and, where nanoGPT has written them, from model_args
// in the same file.
package nanogpt

import (
	"errors"
	"fmt"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/statedict"
	"vitrine/tools/quantize/vocabulary"
)

// Options is what the checkpoint may not say.
type Options struct {
	Heads      int                    // 0: the checkpoint says it
	Sizes      map[string]any         // what the checkpoint has that may be the model's n_head, n_layer and n_embd
	Activation string                 // "": as the program that wrote the checkpoint has it
	Vocabulary *vocabulary.Vocabulary // nil: there is none
}

// epsilon is that of every layer norm of both programs: PyTorch's default.
const epsilon = 1e-5

// AddTo fills in the model from the state dict. args is model_args, or nil.
//
// Source: model.py and train.py of karpathy/nanoGPT, mingpt/model.py of
// karpathy/minGPT.
func AddTo(model *checkpoint.Model, stored []checkpoint.Stored, args map[string]any, o Options) error {
	dict, err := statedict.New(stored)
	if err != nil {
		return err
	}
	c := dict.Sizes()
	for _, size := range []struct {
		name  string
		value int
	}{{"wte.weight", c.Embedding}, {"wpe.weight", c.Context}, {"h.0.mlp.c_fc.weight", c.FeedForward}, {"h.0.attn.c_attn.weight", c.Layers}} {
		if err := dict.Absent(size.name); size.value < 1 && err != nil {
			return err
		}
		if size.value < 1 {
			return fmt.Errorf("tensor %q is missing or no matrix: the file has no GPT-2 model", size.name)
		}
	}
	c.Epsilon = epsilon
	heads := o.Heads
	if n, ok := o.Sizes["n_head"].(int); ok && heads == 0 && args["n_head"] == nil && o.fits("n_layer", c.Layers) && o.fits("n_embd", c.Embedding) {
		heads = n
		model.Notes = append(model.Notes, fmt.Sprintf("%d heads are taken, from n_head in the configuration beside the weights; -heads changes it", n))
	}
	if err := readArgs(&c, args, heads); err != nil {
		return err
	}
	model.Config = c
	if err := dict.AddTo(model, nil, ""); err != nil {
		return err
	}
	model.Config.Activation = o.Activation
	if o.Activation == "" {
		var why string
		model.Config.Activation, why = activation(dict, model, args, o.Sizes)
		model.Notes = append(model.Notes, fmt.Sprintf("the checkpoint does not say its activation: %s is taken, which %s has; -activation changes it", model.Config.Activation, why))
	}
	if o.Vocabulary == nil {
		return noVocabulary(c.Vocabulary)
	}
	return o.Vocabulary.AddTo(model, nil, nil)
}

// fits reports whether Sizes says nothing else of a size than the shapes do.
func (o Options) fits(key string, size int) bool {
	got, ok := o.Sizes[key]
	return !ok || got == size
}

// readArgs checks the sizes against model_args and sets the number of heads.
func readArgs(c *checkpoint.Config, args map[string]any, heads int) error {
	for _, a := range []struct {
		key   string
		shape int
	}{{"n_layer", c.Layers}, {"n_embd", c.Embedding}, {"block_size", c.Context}, {"vocab_size", c.Vocabulary}} {
		if got, ok := args[a.key]; ok && got != a.shape {
			return fmt.Errorf("model_args.%s: got %.80q, want %d, as the tensors have it", a.key, fmt.Sprint(got), a.shape)
		}
	}
	said, ok := args["n_head"].(int)
	switch {
	case !ok && heads == 0:
		return fmt.Errorf("the checkpoint does not say how many heads the model has: say it with -heads, a divisor of %d, the width (in OpenAI's models the width is 64 times the heads)", c.Embedding)
	case !ok:
		said = heads
	}
	c.Heads = said
	if c.Heads < 1 || c.Embedding%c.Heads != 0 {
		return fmt.Errorf("n_head: got %d, want a divisor of the width, %d", c.Heads, c.Embedding)
	}
	return nil
}

// activation tells the programs apart that have different ones. nanoGPT writes
// model_args, ties the head, and has the exact GELU since June 2023; before January
// of that year model_args had no "bias". minGPT does neither, and has OpenAI's
// approximation, but the first version the exact one. build-nanogpt has the approximation
// too, and writes a configuration of another name. Only OpenAI's code and what follows it
// have matrices of [in, out].
func activation(dict *statedict.Dict, model *checkpoint.Model, args, sizes map[string]any) (name, why string) {
	_, bias := args["bias"]
	switch {
	case dict.Early():
		return "gelu", "minGPT of 2020"
	case !dict.Linear():
		return "gelu_new", "OpenAI's code"
	case args != nil && !bias:
		return "gelu_new", "nanoGPT before 2023"
	case args == nil && sizes["n_head"] != nil:
		return "gelu_new", "build-nanogpt"
	case args != nil || model.Tensors[len(model.Tensors)-1].Name != "output.weight":
		return "gelu", "nanoGPT since June 2023"
	}
	return "gelu_new", "minGPT"
}

// noVocabulary says how to get one.
func noVocabulary(rows int) error {
	const gpt2, padded = 50257, 50304 // nanoGPT pads to a multiple of 64
	if rows == gpt2 || rows == padded {
		return fmt.Errorf("the checkpoint has no tokenizer: with %d rows its token table looks like GPT-2's: say -tokenizer gpt2 if it is, or where the tokenizer's files are", rows)
	}
	if rows < 256 {
		return fmt.Errorf("the checkpoint has no tokenizer, and %d tokens are fewer than the 256 bytes: a model of characters cannot be converted, only one with GPT-2's byte-level BPE", rows)
	}
	return errors.New("the checkpoint has no tokenizer: say with -tokenizer where tokenizer.json, or vocab.json and merges.txt, are")
}

package model

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"vitrine/core/gguf"
)

// The metadata keys that describe the model. The gpt2 ones are llama.cpp's
// (gguf-py/gguf/constants.py); it has none for the last two, which are ours.
const (
	keyArchitecture = "general.architecture"
	keyName         = "general.name"
	keyLicense      = "general.license"
	keyContext      = "gpt2.context_length"
	keyEmbedding    = "gpt2.embedding_length"
	keyFeedForward  = "gpt2.feed_forward_length"
	keyLayers       = "gpt2.block_count"
	keyHeads        = "gpt2.attention.head_count"
	keyEpsilon      = "gpt2.attention.layer_norm_epsilon"
	keyTokens       = "tokenizer.ggml.tokens"
	keyActivation   = "vitrine.activation"
	keyPosition     = "vitrine.position"
)

// The most that a file may ask for. GPT-3, the largest model of this
// architecture (Brown et al. 2020, table 2.1), has 96 layers, 12288 wide, over a
// context of 2048. The numbers that no tensor's size confirms need these limits.
const (
	maxLayers      = 512
	maxContext     = 1 << 16
	maxEmbedding   = 1 << 16
	maxFeedForward = 1 << 18
	maxTable       = 1 << 24 // values of a sinusoidal position table, which is not in the file: 64 MiB
)

// Config says what a model is.
type Config struct {
	Name         string // as the file gives it; may be empty, like License
	Architecture string // "gpt2"
	License      string
	Layers       int
	Heads        int // divides Embedding
	Embedding    int
	Context      int // the most positions a sequence can have
	Vocabulary   int
	FeedForward  int // hidden units of the MLP
	Epsilon      float32
	Activation   string // of the MLP: "gelu_new", "gelu" or "relu"
	Position     string // "learned" or "sinusoidal"
	TiedHead     bool   // the head is the token table
	Weights      string // the tensor type that holds most of the weights, as GGUF names it
}

// HeadDim returns D, the width of one head's queries, keys and values.
func (c Config) HeadDim() int { return c.Embedding / c.Heads }

// InvalidError reports a model file that is sound GGUF but no model: a metadata
// value that cannot be, or a tensor that is missing, unknown or of the wrong shape.
type InvalidError struct {
	Subject string // `metadata "gpt2.block_count"`, `tensor "blk.0.ffn_up.bias"`
	Got     string
	Want    string
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("model: %s: got %s, want %s", e.Subject, e.Got, e.Want)
}

// readConfig reads and checks what the metadata and the list of tensors say.
// TiedHead and Weights are known when the last part of the model has come.
func readConfig(r *gguf.Reader) (Config, error) {
	meta := r.Metadata()
	architecture, _ := meta.Text(keyArchitecture)
	if architecture != "gpt2" {
		return Config{}, &gguf.UnsupportedError{Subject: "architecture", Got: fmt.Sprintf("%q", architecture), Want: `"gpt2"`}
	}
	f := fields{meta: meta}
	c := Config{
		Architecture: architecture,
		Layers:       f.whole(keyLayers, maxLayers),
		Heads:        f.whole(keyHeads, maxEmbedding),
		Embedding:    f.whole(keyEmbedding, maxEmbedding),
		Context:      f.whole(keyContext, maxContext),
		FeedForward:  f.whole(keyFeedForward, maxFeedForward),
		Epsilon:      f.epsilon(),
		Activation:   f.choice(keyActivation, "gelu_new", "gelu", "relu"),
		Position:     f.choice(keyPosition, "learned", "sinusoidal"),
	}
	if f.err != nil {
		return Config{}, f.err
	}
	c.Name, _ = meta.Text(keyName)
	c.License, _ = meta.Text(keyLicense)
	if c.Embedding%c.Heads != 0 {
		return Config{}, invalidKey(keyHeads, c.Heads, fmt.Sprintf("a divisor of %s, %d", keyEmbedding, c.Embedding))
	}
	if c.Position == "sinusoidal" && c.Context*c.Embedding > maxTable {
		return Config{}, invalidKey(keyContext, c.Context, fmt.Sprintf("at most %d for an embedding of %d", maxTable/c.Embedding, c.Embedding))
	}
	var err error
	c.Vocabulary, err = readVocabulary(r)
	return c, err
}

// readVocabulary returns the rows of the token table. The tokens in the metadata,
// where there are any, must be as many; where the table comes in a later part of
// the model, they say how many rows it must have.
func readVocabulary(r *gguf.Reader) (int, error) {
	meta, tensors := r.Metadata(), r.Tensors()
	i := slices.IndexFunc(tensors, func(t gguf.TensorInfo) bool { return t.Name == tokenTableName })
	if tokens, ok := meta.Texts(keyTokens); ok && len(tokens) > 0 && i < 0 && !r.Complete() {
		return len(tokens), nil
	}
	if i < 0 || len(tensors[i].Shape) != 2 {
		got := "no such tensor"
		if i >= 0 {
			got = fmt.Sprintf("shape %v", tensors[i].Shape)
		}
		return 0, &InvalidError{Subject: fmt.Sprintf("tensor %q", tokenTableName), Got: got, Want: "shape [vocabulary embedding]"}
	}
	rows := tensors[i].Shape[0]
	if tokens, ok := meta.Texts(keyTokens); ok && len(tokens) != rows {
		return 0, invalidKey(keyTokens, fmt.Sprintf("%d tokens", len(tokens)), fmt.Sprintf("%d, the rows of %s", rows, tokenTableName))
	}
	return rows, nil
}

// mostWeights returns the name of the type that holds the most values.
func mostWeights(tensors []gguf.TensorInfo) string {
	var best gguf.Type
	values := make(map[gguf.Type]int64)
	for _, t := range tensors {
		n := int64(1)
		for _, dim := range t.Shape {
			n *= int64(dim) // the reader has checked that the product fits
		}
		values[t.Type] += n
		if values[t.Type] > values[best] {
			best = t.Type
		}
	}
	return best.String()
}

// fields reads metadata values and keeps the first error.
type fields struct {
	meta *gguf.Metadata
	err  error
}

func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// whole reads a number from 1 to limit.
func (f *fields) whole(key string, limit int64) int {
	n, ok := f.meta.Int(key)
	if !ok || n < 1 || n > limit {
		f.fail(invalidKey(key, f.shown(key), fmt.Sprintf("a whole number from 1 to %d", limit)))
		return 1
	}
	return int(n)
}

func (f *fields) epsilon() float32 {
	v, ok := f.meta.Float(keyEpsilon)
	if !ok || math.IsNaN(v) || v < 0 || v > 1 {
		f.fail(invalidKey(keyEpsilon, f.shown(keyEpsilon), "a number from 0 to 1, such as GPT-2's 1e-05"))
	}
	return float32(v)
}

// choice reads one of the names; the first is the default.
func (f *fields) choice(key string, names ...string) string {
	if _, ok := f.meta.Value(key); !ok {
		return names[0]
	}
	name, _ := f.meta.Text(key)
	if !slices.Contains(names, name) {
		f.fail(invalidKey(key, f.shown(key), strings.Join(names, " or ")))
	}
	return name
}

// shown returns the value of key for an error message.
func (f *fields) shown(key string) string {
	value, ok := f.meta.Value(key)
	if !ok {
		return "no such key"
	}
	text := fmt.Sprintf("%v", value)
	if len(text) > 60 {
		text = text[:60] + "..."
	}
	return fmt.Sprintf("%T %s", value, text)
}

func invalidKey(key string, got any, want string) error {
	return &InvalidError{Subject: fmt.Sprintf("metadata %q", key), Got: fmt.Sprint(got), Want: want}
}

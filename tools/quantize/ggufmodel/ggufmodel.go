// Package ggufmodel reads a GPT-2 model in GGUF as a checkpoint, to convert it into
// another type or to look into it.
package ggufmodel

import (
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
)

// Open reads the file of that name, or the model of several files of which it is
// one. Values are read from the files until the model is closed.
func Open(files fs.FS, name string) (*checkpoint.Model, error) {
	model := new(checkpoint.Model)
	if err := load(model, files, name); err != nil {
		model.Close()
		return nil, err
	}
	return model, nil
}

func load(model *checkpoint.Model, files fs.FS, name string) error {
	names, ok := gguf.SplitNames(path.Base(name))
	if !ok {
		names = []string{path.Base(name)}
	}
	found := make(map[string]bool)
	var total int64 // tensors of all parts
	for part, base := range names {
		r, size, err := model.Open(files, path.Join(path.Dir(name), base))
		if err != nil {
			return err
		}
		file, err := gguf.NewReader(io.NewSectionReader(r, 0, size), size)
		if err != nil {
			return fmt.Errorf("%s: %w", base, err)
		}
		if got, of := file.Part(); got != part || of != len(names) {
			return fmt.Errorf("%s: the file says that it is part %d of %d: it has another name than it was written with", base, got+1, of)
		}
		if part == 0 {
			total, _ = file.Metadata().Int(gguf.KeySplitTensors)
			if err := readMetadata(model, file.Metadata()); err != nil {
				return fmt.Errorf("%s: %w", base, err)
			}
		}
		for _, info := range file.Tensors() {
			if found[info.Name] {
				return fmt.Errorf("%s: tensor %q: a part before has it too", base, info.Name)
			}
			found[info.Name] = true
			model.Tensors = append(model.Tensors, tensor(r, info))
		}
	}
	if n := int64(len(found)); len(names) > 1 && n != total {
		return fmt.Errorf("%s: got %d tensors in %d parts, want %d", names[0], n, len(names), total)
	}
	return checkShapes(model)
}

// tensor returns the tensor that lies in r.
func tensor(r io.ReaderAt, info gguf.TensorInfo) checkpoint.Tensor {
	t := checkpoint.Tensor{
		Name: info.Name, From: info.Name, Shape: info.Shape, Bytes: info.Size,
		Matrix: len(info.Shape) == 2 && info.Name != "position_embd.weight",
	}
	count := int64(1)
	for _, n := range info.Shape {
		count *= int64(n) // the reader has checked that the product fits
	}
	switch info.Type {
	case gguf.Q8_0:
		t.Values = &blocks{r: io.NewSectionReader(r, info.Offset, info.Size), tensor: info.Name, count: count}
	default: // F32 or F16: the reader knows no other
		t.Values = &checkpoint.Floats{R: r, Tensor: info.Name, Type: info.Type.String(), Offset: info.Offset, Count: count}
	}
	return t
}

// blocks is Values in Q8_0.
type blocks struct {
	r      *io.SectionReader
	tensor string
	count  int64
}

// ReadAt implements checkpoint.Values.
func (b *blocks) ReadAt(dst []float32, first int64) error {
	if err := checkpoint.CheckRange(b.tensor, b.count, dst, first); err != nil {
		return err
	}
	const step = 256 // blocks at a time
	var raw [step * quant.BlockBytes]byte
	var values [step * quant.BlockSize]float32
	for len(dst) > 0 {
		block, skip := first/quant.BlockSize, int(first%quant.BlockSize)
		n := min((skip+len(dst)+quant.BlockSize-1)/quant.BlockSize, step)
		if got, err := b.r.ReadAt(raw[:n*quant.BlockBytes], block*quant.BlockBytes); got < n*quant.BlockBytes {
			return fmt.Errorf("tensor %q: read block %d: %w", b.tensor, block, err)
		}
		quant.DequantizeRow(values[:n*quant.BlockSize], raw[:n*quant.BlockBytes])
		used := copy(dst, values[skip:n*quant.BlockSize])
		dst, first = dst[used:], first+int64(used)
	}
	return nil
}

// Encoded implements checkpoint.Encoded.
func (b *blocks) Encoded() (gguf.Type, *io.SectionReader) { return gguf.Q8_0, b.r }

// The most that sizes may be: tensors of such a size are in no file, and products of
// two do not overflow.
const maxSize = math.MaxInt32 / 4

// readMetadata fills in all but the tensors.
func readMetadata(model *checkpoint.Model, meta *gguf.Metadata) error {
	if got, _ := meta.Text("general.architecture"); got != "gpt2" {
		return fmt.Errorf(`general.architecture: got %q, want "gpt2": only GPT-2 models can be converted`, got)
	}
	c := &model.Config
	for _, size := range []struct {
		key string
		to  *int
	}{
		{"gpt2.block_count", &c.Layers}, {"gpt2.attention.head_count", &c.Heads}, {"gpt2.embedding_length", &c.Embedding},
		{"gpt2.context_length", &c.Context}, {"gpt2.feed_forward_length", &c.FeedForward},
	} {
		n, ok := meta.Int(size.key)
		if !ok || n < 1 || n > maxSize {
			return fmt.Errorf("%s: got %d, want a whole number from 1 to %d", size.key, n, maxSize)
		}
		*size.to = int(n)
	}
	if c.Embedding%c.Heads != 0 {
		return fmt.Errorf("gpt2.attention.head_count: got %d, want a divisor of gpt2.embedding_length, %d", c.Heads, c.Embedding)
	}
	epsilon, ok := meta.Float("gpt2.attention.layer_norm_epsilon")
	if !ok || !(epsilon > 0 && epsilon < 1) {
		return fmt.Errorf("gpt2.attention.layer_norm_epsilon: got %v, want more than 0, less than 1", epsilon)
	}
	c.Epsilon = float32(epsilon)
	for _, choice := range []struct {
		key   string
		to    *string
		names []string // the first where the key is absent
	}{
		{"vitrine.activation", &c.Activation, []string{"gelu_new", "gelu", "relu"}},
		{"vitrine.position", &c.Position, []string{"learned", "sinusoidal"}},
	} {
		*choice.to = choice.names[0]
		if _, ok := meta.Value(choice.key); !ok {
			continue
		}
		if *choice.to, _ = meta.Text(choice.key); !slices.Contains(choice.names, *choice.to) {
			return fmt.Errorf("%s: got %q, want one of %q", choice.key, *choice.to, choice.names)
		}
	}
	model.Name, _ = meta.Text("general.name")
	model.License, _ = meta.Text("general.license")
	model.Author, _ = meta.Text("general.author")
	model.Source, _ = meta.Text("general.source.url")
	model.Languages, _ = meta.Texts("general.languages")
	return readTokenizer(model, meta)
}

// readTokenizer reads the vocabulary, whose merges and types the tokenizer of the
// engine checks when it is used. An id that is no token's is left out with a note.
func readTokenizer(model *checkpoint.Model, meta *gguf.Metadata) error {
	t := &model.Tokenizer
	if got, _ := meta.Text("tokenizer.ggml.model"); got != "gpt2" {
		return fmt.Errorf(`tokenizer.ggml.model: got %q, want "gpt2"`, got)
	}
	t.Tokens, _ = meta.Texts("tokenizer.ggml.tokens")
	t.Merges, _ = meta.Texts("tokenizer.ggml.merges")
	types, ok := meta.Ints("tokenizer.ggml.token_type")
	if !ok {
		types = slices.Repeat([]int64{checkpoint.Normal}, len(t.Tokens))
	}
	if len(types) != len(t.Tokens) {
		return fmt.Errorf("tokenizer.ggml.token_type: got %d, want one for each of %d tokens", len(types), len(t.Tokens))
	}
	for _, typ := range types {
		t.Types = append(t.Types, int32(typ))
	}
	var wrong []string
	for _, role := range []struct {
		key string
		to  *int
	}{{"tokenizer.ggml.bos_token_id", &t.BOS}, {"tokenizer.ggml.eos_token_id", &t.EOS}} {
		*role.to = -1
		value, ok := meta.Value(role.key)
		if !ok {
			continue
		}
		id, ok := meta.Int(role.key)
		if !ok || id < 0 || id >= int64(len(t.Tokens)) {
			wrong = append(wrong, role.key)
			model.Notes = append(model.Notes, fmt.Sprintf("%s is left out: got %s, want 0 to %d, a token of the vocabulary", role.key, checkpoint.Line(fmt.Sprint(value), 60), len(t.Tokens)-1))
			continue
		}
		*role.to = int(id)
	}
	model.Metadata = without(meta, wrong)
	return nil
}

// without returns the metadata but for some keys.
func without(meta *gguf.Metadata, keys []string) *gguf.Metadata {
	rest := new(gguf.Metadata)
	for _, key := range meta.Keys() {
		if value, _ := meta.Value(key); !slices.Contains(keys, key) {
			rest.Set(key, value)
		}
	}
	return rest
}

var layerName = regexp.MustCompile(`^blk\.(0|[1-9]\d*)\.(.+)$`)

// checkShapes makes sure that every tensor is one of GPT-2's and has its shape, and
// that none is missing but biases, which nanoGPT trains models without, the output
// matrix, and the position table of a sinusoidal model.
func checkShapes(model *checkpoint.Model) error {
	c := &model.Config
	byName := make(map[string][]int)
	for _, t := range model.Tensors {
		byName[t.Name] = t.Shape
	}
	table := byName["token_embd.weight"]
	if len(table) != 2 {
		return fmt.Errorf(`tensor "token_embd.weight": got shape %v, want two dimensions`, table)
	}
	c.Vocabulary = table[0]
	if n := len(model.Tokenizer.Tokens); n != c.Vocabulary {
		return fmt.Errorf("tokenizer.ggml.tokens: got %d, want %d, the rows of token_embd.weight", n, c.Vocabulary)
	}
	d, f := c.Embedding, c.FeedForward
	outer := map[string][]int{
		"token_embd.weight": {c.Vocabulary, d}, "position_embd.weight": {c.Context, d},
		"output_norm.weight": {d}, "output_norm.bias": {d}, "output.weight": {c.Vocabulary, d},
	}
	if c.Position == "sinusoidal" {
		delete(outer, "position_embd.weight")
	}
	inner := map[string][]int{
		"attn_norm.weight": {d}, "attn_norm.bias": {d}, "attn_qkv.weight": {3 * d, d}, "attn_qkv.bias": {3 * d},
		"attn_output.weight": {d, d}, "attn_output.bias": {d}, "ffn_norm.weight": {d}, "ffn_norm.bias": {d},
		"ffn_up.weight": {f, d}, "ffn_up.bias": {f}, "ffn_down.weight": {d, f}, "ffn_down.bias": {d},
	}
	for _, t := range model.Tensors {
		want := outer[t.Name]
		if m := layerName.FindStringSubmatch(t.Name); m != nil && len(m[1]) < 7 && number(m[1]) < c.Layers {
			want = inner[m[2]]
		}
		switch {
		case want == nil:
			return fmt.Errorf("tensor %q is not one of GPT-2's: the model is of another architecture, or has more layers than gpt2.block_count says", t.Name)
		case !slices.Equal(t.Shape, want):
			return fmt.Errorf("tensor %q: got shape %v, want %v", t.Name, t.Shape, want)
		}
	}
	if c.Layers > len(model.Tensors) {
		return fmt.Errorf("gpt2.block_count: got %d, want at most the number of tensors, %d", c.Layers, len(model.Tensors))
	}
	need := []string{"token_embd.weight", "output_norm.weight"}
	if c.Position == "learned" {
		need = append(need, "position_embd.weight")
	}
	for layer := range c.Layers {
		for _, name := range []string{"attn_norm", "attn_qkv", "attn_output", "ffn_norm", "ffn_up", "ffn_down"} {
			need = append(need, fmt.Sprintf("blk.%d.%s.weight", layer, name))
		}
	}
	for _, name := range need {
		if byName[name] == nil {
			return fmt.Errorf("tensor %q is missing", name)
		}
	}
	return nil
}

// number reads digits, of which there are few.
func number(digits string) int {
	n := 0
	for _, c := range digits {
		n = 10*n + int(c-'0')
	}
	return n
}

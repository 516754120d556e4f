// Package convert writes a checkpoint as GGUF, with all cores. Of the checkpoint it
// holds some chunks in memory, and of the tensors that have to be transposed at most
// two whole ones, or some chunks more where they are small. The same checkpoint gives
// the same bytes, whatever the number of cores.
package convert

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
)

// Options says what to write.
type Options struct {
	Type     gguf.Type // of the matrices; all else is F32
	Progress func(done, total int64)

	// What the file says of the model; where empty, what the checkpoint says.
	Name, License, Author, Source string
	Languages                     []string
}

// Report says what has been written.
type Report struct {
	Tensors []TensorReport // in file order
	Notes   []string
}

// TensorReport is one tensor of a Report.
type TensorReport struct {
	gguf.TensorInfo
	Before  int64 // bytes in the checkpoint
	Figures *quant.Figures
}

// Write writes model to w. It stops between two chunks when ctx is done. Progress is
// called by the goroutine that called Write.
func Write(ctx context.Context, w io.Writer, model *checkpoint.Model, o Options) (*Report, error) {
	infos, notes := Plan(model, o.Type)
	c := newConverter(ctx, model, o, infos)
	defer c.pool.close()
	c.report.Notes = notes
	return c.report, c.writeFile(w, Metadata(model, o), infos)
}

// Plan returns what the tensors of model become: their order, shapes and types. The
// notes say what the user should know of it.
func Plan(model *checkpoint.Model, want gguf.Type) (infos []gguf.TensorInfo, notes []string) {
	notes = slices.Clone(model.Notes)
	if t := model.Tokenizer; t.EOS < 0 && len(t.Tokens) > defaultEOS {
		notes = append(notes, fmt.Sprintf("the checkpoint names no token that ends a text, so llama.cpp stops at token %d, %q: have eos_token_id in config.json, or <|endoftext|> in the vocabulary",
			defaultEOS, t.Tokens[defaultEOS]))
	}
	for _, t := range model.Tensors {
		typ := typeOf(t, want)
		row, _ := typ.RowBytes(cols(t.Shape)) // typeOf sees to it that they fit
		infos = append(infos, gguf.TensorInfo{Name: t.Name, Shape: t.Shape, Type: typ, Size: int64(rows(t.Shape)) * row})
		if t.Matrix && typ != want {
			notes = append(notes, fmt.Sprintf("%s stays %v: its rows have %d values, and %v takes multiples of %d",
				t.Name, typ, cols(t.Shape), want, quant.BlockSize))
		}
	}
	return infos, notes
}

// defaultEOS is the id that llama.cpp ends texts at where the file has none.
//
// Source: special_eos_id of tokenizer model "gpt2" in llama_vocab::impl::load,
// src/llama-vocab.cpp of llama.cpp.
const defaultEOS = 11

// typeOf returns the type in which t is stored: vectors and the position table,
// which are small, keep all their bits; a matrix gets the type wanted, or F16 where
// its rows are not whole blocks.
func typeOf(t checkpoint.Tensor, want gguf.Type) gguf.Type {
	if !t.Matrix {
		return gguf.F32
	}
	if _, ok := want.RowBytes(cols(t.Shape)); !ok {
		return gguf.F16
	}
	return want
}

// cols is the length of a row: the whole of a vector.
func cols(shape []int) int { return shape[len(shape)-1] }

// rows is how many rows there are.
func rows(shape []int) int {
	n := 1
	for _, dim := range shape[:len(shape)-1] {
		n *= dim
	}
	return n
}

// converter writes the tensors of one model, to one file or several.
type converter struct {
	pool     *pool
	tensors  []checkpoint.Tensor // that are not written yet
	report   *Report
	progress func(bytes int64)
}

func newConverter(ctx context.Context, model *checkpoint.Model, o Options, infos []gguf.TensorInfo) *converter {
	c := &converter{pool: newPool(ctx, model.Tensors, infos), tensors: model.Tensors, report: new(Report), progress: func(int64) {}}
	if o.Progress != nil {
		done, total := int64(0), int64(0)
		for _, t := range infos {
			total += t.Size
		}
		c.progress = func(n int64) { done += n; o.Progress(done, total) }
	}
	return c
}

// writeFile writes a file with the next tensors of the model, which infos describe.
func (c *converter) writeFile(w io.Writer, meta *gguf.Metadata, infos []gguf.TensorInfo) error {
	out, err := gguf.NewWriter(w, meta, infos)
	if err != nil {
		return err
	}
	for _, info := range out.Tensors() {
		t := &tensor{pool: c.pool, progress: c.progress, figures: quant.NewFigures(), rows: rows(info.Shape)}
		if err := out.WriteTensor(info.Name, t); t.err != nil {
			return t.err // says more than the writer's, which wraps it
		} else if err != nil {
			return err
		}
		c.report.Tensors = append(c.report.Tensors, TensorReport{info, c.tensors[0].Bytes, t.figures})
		c.tensors = c.tensors[1:]
	}
	return out.Close()
}

// fileTypes has the values of general.file_type: llama.cpp's enum llama_ftype.
var fileTypes = map[gguf.Type]uint32{gguf.F32: 0, gguf.F16: 1, gguf.Q8_0: 7}

// hub is where a source has a name of its own in GGUF.
const hub = "https://huggingface.co/"

// Metadata returns the keys that llama.cpp wants of a gpt2 model, and the two of
// our own. A model that is in GGUF already keeps its keys, and their order: only its
// type changes, and what the options say.
func Metadata(model *checkpoint.Model, o Options) *gguf.Metadata {
	meta := new(gguf.Metadata)
	if model.Metadata != nil {
		_, quantized := model.Metadata.Value(keyQuantization)
		for _, key := range model.Metadata.Keys() {
			value, _ := model.Metadata.Value(key)
			if !strings.HasPrefix(key, "split.") && (key != keyQuantization || o.Type == gguf.Q8_0) {
				meta.Set(key, value)
			}
			if key == keyFileType && !quantized {
				setType(meta, o.Type) // has its second key where ours have it
			}
		}
		setAbout(meta, o)
		setType(meta, o.Type)
		return meta
	}
	meta.Set("general.architecture", "gpt2")
	about := o
	about.Name, about.Author = cmp.Or(o.Name, model.Name), cmp.Or(o.Author, model.Author)
	about.License, about.Source = cmp.Or(o.License, model.License), cmp.Or(o.Source, model.Source)
	if len(o.Languages) == 0 {
		about.Languages = model.Languages
	}
	setAbout(meta, about)
	setType(meta, o.Type)
	c, t := model.Config, model.Tokenizer
	meta.Set("gpt2.context_length", uint32(c.Context))
	meta.Set("gpt2.embedding_length", uint32(c.Embedding))
	meta.Set("gpt2.feed_forward_length", uint32(c.FeedForward))
	meta.Set("gpt2.block_count", uint32(c.Layers))
	meta.Set("gpt2.attention.head_count", uint32(c.Heads))
	meta.Set("gpt2.attention.layer_norm_epsilon", c.Epsilon)
	meta.Set("vitrine.activation", c.Activation)
	meta.Set("vitrine.position", cmp.Or(c.Position, "learned"))
	meta.Set("tokenizer.ggml.model", "gpt2")
	meta.Set("tokenizer.ggml.pre", "gpt-2")
	meta.Set("tokenizer.ggml.tokens", t.Tokens)
	meta.Set("tokenizer.ggml.token_type", t.Types)
	meta.Set("tokenizer.ggml.merges", t.Merges)
	if t.BOS >= 0 {
		meta.Set("tokenizer.ggml.bos_token_id", uint32(t.BOS))
	}
	if t.EOS >= 0 {
		meta.Set("tokenizer.ggml.eos_token_id", uint32(t.EOS))
	}
	meta.Set("tokenizer.ggml.add_bos_token", false)
	if t.Rules != nil {
		for _, key := range t.Rules.Keys() {
			value, _ := t.Rules.Value(key)
			meta.Set(key, value)
		}
	}
	return meta
}

const (
	keyFileType     = "general.file_type"
	keyQuantization = "general.quantization_version"
)

// setType sets what the file says of its types.
func setType(meta *gguf.Metadata, typ gguf.Type) {
	meta.Set(keyFileType, fileTypes[typ])
	if typ == gguf.Q8_0 {
		meta.Set(keyQuantization, uint32(2)) // GGML_QNT_VERSION of llama.cpp
	}
}

// setAbout sets what is not empty of what the file says of the model.
func setAbout(meta *gguf.Metadata, o Options) {
	for _, text := range []struct{ key, value string }{
		{"general.name", o.Name}, {"general.author", o.Author}, {"general.license", o.License}, {"general.source.url", o.Source},
	} {
		if text.value != "" {
			meta.Set(text.key, text.value)
		}
	}
	if repository, ok := strings.CutPrefix(o.Source, hub); ok {
		meta.Set("general.source.huggingface.repository", repository)
	}
	if len(o.Languages) > 0 {
		meta.Set("general.languages", o.Languages)
	}
}

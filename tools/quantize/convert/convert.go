// Package convert writes a checkpoint as GGUF. It holds at most one tensor in
// memory, and only those that have to be transposed.
package convert

import (
	"context"
	"fmt"
	"io"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
)

// Options says what to write.
type Options struct {
	Type     gguf.Type // of the matrices; all else is F32
	Name     string    // general.name, none if empty
	License  string    // general.license, none if empty
	Progress func(done, total int64)
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

// Write writes model to w. It stops between two chunks when ctx is done.
func Write(ctx context.Context, w io.Writer, model *checkpoint.Model, o Options) (*Report, error) {
	report := &Report{Notes: model.Notes}
	infos := make([]gguf.TensorInfo, len(model.Tensors))
	for i, t := range model.Tensors {
		infos[i] = gguf.TensorInfo{Name: t.Name, Shape: t.Shape, Type: typeOf(t, o.Type)}
		if t.Matrix && infos[i].Type != o.Type {
			report.Notes = append(report.Notes, fmt.Sprintf("%s stays %v: its rows have %d values, and %v takes multiples of %d",
				t.Name, infos[i].Type, cols(t.Shape), o.Type, quant.BlockSize))
		}
	}
	out, err := gguf.NewWriter(w, metadata(model, o), infos)
	if err != nil {
		return nil, err
	}
	e := &encoder{ctx: ctx, progress: func(int64) {}}
	if o.Progress != nil {
		done, total := int64(0), int64(0)
		for _, t := range out.Tensors() {
			total += t.Size
		}
		e.progress = func(n int64) { done += n; o.Progress(done, total) }
	}
	for i, info := range out.Tensors() {
		figures, err := e.open(model.Tensors[i], info)
		if err != nil {
			return nil, err
		}
		if err := out.WriteTensor(info.Name, e); e.err != nil {
			return nil, e.err // says more than the writer's, which wraps it
		} else if err != nil {
			return nil, err
		}
		report.Tensors = append(report.Tensors, TensorReport{info, model.Tensors[i].Bytes, figures})
	}
	return report, out.Close()
}

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

// fileTypes has the values of general.file_type: llama.cpp's enum llama_ftype.
var fileTypes = map[gguf.Type]uint32{gguf.F32: 0, gguf.F16: 1, gguf.Q8_0: 7}

// metadata returns the keys that llama.cpp wants of a gpt2 model, and the two of
// our own.
func metadata(model *checkpoint.Model, o Options) *gguf.Metadata {
	c, t := model.Config, model.Tokenizer
	meta := new(gguf.Metadata)
	meta.Set("general.architecture", "gpt2")
	if o.Name != "" {
		meta.Set("general.name", o.Name)
	}
	if o.License != "" {
		meta.Set("general.license", o.License)
	}
	meta.Set("general.file_type", fileTypes[o.Type])
	if o.Type == gguf.Q8_0 {
		meta.Set("general.quantization_version", uint32(2)) // GGML_QNT_VERSION of llama.cpp
	}
	meta.Set("gpt2.context_length", uint32(c.Context))
	meta.Set("gpt2.embedding_length", uint32(c.Embedding))
	meta.Set("gpt2.feed_forward_length", uint32(c.FeedForward))
	meta.Set("gpt2.block_count", uint32(c.Layers))
	meta.Set("gpt2.attention.head_count", uint32(c.Heads))
	meta.Set("gpt2.attention.layer_norm_epsilon", c.Epsilon)
	meta.Set("vitrine.activation", c.Activation)
	meta.Set("vitrine.position", "learned")
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
	return meta
}

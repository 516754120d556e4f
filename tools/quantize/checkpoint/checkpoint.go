// Package checkpoint is what every reader of a checkpoint format hands to the
// converter: a GPT-2 model whose tensors already have their names and shapes in
// GGUF, with their values still in the checkpoint's files.
package checkpoint

import (
	"errors"
	"io"
)

// Model is a GPT-2 model.
type Model struct {
	Config    Config
	Tokenizer Tokenizer
	Tensors   []Tensor // in the order in which they are to be written
	Notes     []string // what the user should know about the checkpoint

	// What the checkpoint says of itself, empty where it says nothing.
	Name, License, Author string
	Source                string   // where it is published: a URL
	Languages             []string // ISO 639 codes

	files []io.Closer
}

// Keep makes Close close a file from which the values of the model are read.
func (m *Model) Keep(file io.Closer) { m.files = append(m.files, file) }

// Close closes the files of the model, whose values cannot be read any more. m may
// be nil.
func (m *Model) Close() error {
	if m == nil {
		return nil
	}
	var errs []error
	for _, file := range m.files {
		errs = append(errs, file.Close())
	}
	m.files = nil
	return errors.Join(errs...)
}

// Config is the shape of the model.
type Config struct {
	Layers, Heads, Embedding, Context, Vocabulary, FeedForward int

	Epsilon    float32 // of the layer norms
	Activation string  // "gelu_new", "gelu" or "relu"
}

// Tokenizer is a byte-level BPE vocabulary.
type Tokenizer struct {
	Tokens   []string // by id; bytes as the characters that GPT-2's byte-level BPE writes for them
	Types    []int32  // by id: Normal, Control, ...
	Merges   []string // "left right", the first is merged first
	BOS, EOS int      // ids, -1 where there is none
}

// Token types, with the numbers that GGUF gives them.
const (
	Normal      = 1
	Control     = 3
	UserDefined = 4
	Unused      = 5
)

// Tensor is one tensor of the model.
type Tensor struct {
	Name       string // in GGUF
	From       string // in the checkpoint
	Shape      []int  // in GGUF, row-major: [rows, cols] or [n]
	Transposed bool   // the checkpoint has it as [cols, rows]
	Matrix     bool   // weights of a matrix product, which may be quantized
	Bytes      int64  // in the checkpoint
	Values     Values
}

// Values gives access to the values of a tensor in the order of the checkpoint.
type Values interface {
	// ReadAt fills dst with the values from index first on. Several goroutines may
	// call it, for different tensors of a model too.
	ReadAt(dst []float32, first int64) error
}

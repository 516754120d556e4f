// Package checkpoint is what every reader of a checkpoint format hands to the
// converter: a GPT-2 model whose tensors already have their names and shapes in
// GGUF, with their values still in the checkpoint's files.
package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"strings"

	"vitrine/core/gguf"
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

	Metadata *gguf.Metadata // of a checkpoint that is GGUF itself, nil of others

	files []io.Closer
}

// Open opens a file of the checkpoint, from which values are read until the model is
// closed. The file must be an io.ReaderAt.
func (m *Model) Open(files fs.FS, name string) (r io.ReaderAt, size int64, err error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, 0, err
	}
	m.files = append(m.files, file)
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	r, ok := file.(io.ReaderAt)
	if !ok || !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s: got something that cannot be read at random, want a file", name)
	}
	return r, info.Size(), nil
}

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
	Position   string  // "learned" or "sinusoidal"; empty: learned
}

// Tokenizer is a byte-level BPE vocabulary.
type Tokenizer struct {
	Tokens   []string       // by id; bytes as the characters that GPT-2's byte-level BPE writes for them
	Types    []int32        // by id: Normal, Control, ...
	Merges   []string       // "left right", the first is merged first
	BOS, EOS int            // ids, -1 where there is none
	Rules    *gguf.Metadata // how a text becomes pieces, as keys of a GGUF file; nil: as GPT-2's
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

// Stored is one tensor of a state dict, as its file gives it.
type Stored struct {
	Name   string
	Type   string // "F32", "F16", "BF16", or another that has no Values; empty for what is no tensor
	Shape  []int  // row-major
	Bytes  int64
	Values Values // nil where the type is none of the three
	Err    error  // why it cannot be read, where that is not for its type
	Absent bool   // an index names it, and Err says where it is not
}

// The most that files may have, so that nothing small keeps a reader busy: of its JSON
// a browser reads 3 MB in a second, and takes 15 bytes of memory a byte.
const (
	MaxTokenizer = 32 << 20 // a tokenizer.json of 256 thousand tokens has 30 MB
	MaxIndex     = 8 << 20  // that of GPT-2 XL would have 50 kB
	MaxSmall     = 1 << 20  // config.json and what else a person could have written
)

// ReadText reads a file of the tokenizer.
func ReadText(files fs.FS, name string) ([]byte, error) { return ReadUpTo(files, name, MaxTokenizer) }

// ReadUpTo reads a file of text, which may have limit bytes, without the mark that some
// editors put before it.
func ReadUpTo(files fs.FS, name string, limit int64) ([]byte, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: got more than %d MiB, want a file of text", name, limit>>20)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

// Unmarshal reads JSON, and says in plain words what is wrong with it.
func Unmarshal(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var typ *json.UnmarshalTypeError
	if !errors.As(err, &typ) {
		return err
	}
	got, digits, _ := strings.Cut(typ.Value, " ")
	want := map[reflect.Kind]string{
		reflect.Bool: "true or false", reflect.String: "a text", reflect.Slice: "a list", reflect.Map: "an object", reflect.Struct: "an object",
		reflect.Float64: "a number", reflect.Int: "a whole number",
	}[typ.Type.Kind()]
	got = map[string]string{"bool": "true or false", "string": "a text", "array": "a list", "object": "an object", "number": "a number"}[got]
	if digits != "" {
		got = "the number " + digits
	}
	if typ.Field == "" {
		return fmt.Errorf("got %.80s, want %s", got, want)
	}
	return fmt.Errorf("%s: got %.80s, want %s", typ.Field, got, want)
}

package ggufmodel

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/internal/memtest"
)

// small is a model of one layer, 32 wide, with 5 tokens.
type small struct {
	meta    gguf.Metadata
	tensors []gguf.TensorInfo
}

func newSmall(matrices gguf.Type) *small {
	s := new(small)
	for _, kv := range []struct {
		key   string
		value any
	}{
		{"general.architecture", "gpt2"}, {"general.name", "Tales"}, {"general.license", "mit"}, {"general.author", "A. Author"},
		{"general.source.url", "https://huggingface.co/a/tales"}, {"general.languages", []string{"en"}},
		{"gpt2.context_length", uint32(3)}, {"gpt2.embedding_length", uint32(32)}, {"gpt2.feed_forward_length", uint32(64)},
		{"gpt2.block_count", uint32(1)}, {"gpt2.attention.head_count", uint32(4)}, {"gpt2.attention.layer_norm_epsilon", float32(1e-5)},
		{"tokenizer.ggml.model", "gpt2"}, {"tokenizer.ggml.tokens", []string{"a", "b", "ab", "c", "<|endoftext|>"}},
		{"tokenizer.ggml.merges", []string{"a b"}}, {"tokenizer.ggml.eos_token_id", uint32(4)},
	} {
		s.meta.Set(kv.key, kv.value)
	}
	add := func(name string, typ gguf.Type, shape ...int) {
		s.tensors = append(s.tensors, gguf.TensorInfo{Name: name, Type: typ, Shape: shape})
	}
	add("token_embd.weight", matrices, 5, 32)
	add("position_embd.weight", gguf.F32, 3, 32)
	for _, n := range []string{"attn_norm", "ffn_norm"} {
		add("blk.0."+n+".weight", gguf.F32, 32)
		add("blk.0."+n+".bias", gguf.F32, 32)
	}
	add("blk.0.attn_qkv.weight", matrices, 96, 32)
	add("blk.0.attn_output.weight", matrices, 32, 32)
	add("blk.0.ffn_up.weight", matrices, 64, 32)
	add("blk.0.ffn_down.weight", matrices, 32, 64)
	add("output_norm.weight", gguf.F32, 32)
	return s
}

// file writes the model with random bytes of small values as its data.
func (s *small) file(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gguf.NewWriter(&b, &s.meta, s.tensors)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, info := range w.Tensors() {
		data := make([]byte, info.Size)
		for i := range data {
			data[i] = byte(rng.IntN(0x3c)) // no part of a NaN
		}
		if err := w.WriteTensor(info.Name, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(file []byte) (*checkpoint.Model, error) {
	return Open(fstest.MapFS{"m.gguf": {Data: file}}, "m.gguf")
}

// TestValues reads every tensor from every place on, and compares it with what the
// reader of the engine gives.
func TestValues(t *testing.T) {
	for _, typ := range []gguf.Type{gguf.F32, gguf.F16, gguf.Q8_0} {
		file := newSmall(typ).file(t)
		model, err := open(file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := gguf.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range model.Tensors {
			info, data, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(data)
			if err != nil {
				t.Fatal(err)
			}
			if tensor.Name != info.Name || !slices.Equal(tensor.Shape, info.Shape) || tensor.Bytes != info.Size ||
				tensor.Matrix != (len(info.Shape) == 2 && info.Name != "position_embd.weight") {
				t.Errorf("got %+v, want %+v", tensor, info)
			}
			want := decode(info.Type, raw)
			for first := range want {
				n := min(len(want)-first, 1+first%100)
				got := make([]float32, n)
				if err := tensor.Values.ReadAt(got, int64(first)); err != nil || !slices.Equal(got, want[first:first+n]) {
					t.Fatalf("%v %s: values %d to %d: got %v, error %v", typ, info.Name, first, first+n, got, err)
				}
			}
			got := make([]float32, len(want))
			if err := tensor.Values.ReadAt(got, 0); err != nil || !slices.Equal(got, want) {
				t.Errorf("%v %s: the values differ, error %v", typ, info.Name, err)
			}
			if err := tensor.Values.ReadAt(got, 1); err == nil {
				t.Errorf("%v %s: got no error past the end", typ, info.Name)
			}
		}
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	}
}

func decode(typ gguf.Type, raw []byte) []float32 {
	switch typ {
	case gguf.Q8_0:
		values := make([]float32, len(raw)/quant.BlockBytes*quant.BlockSize)
		quant.DequantizeRow(values, raw)
		return values
	case gguf.F16:
		values := make([]float32, len(raw)/2)
		for i := range values {
			values[i] = quant.Float16ToFloat32(uint16(raw[2*i]) | uint16(raw[2*i+1])<<8)
		}
		return values
	}
	values := make([]float32, len(raw)/4)
	for i := range values {
		b := raw[4*i:]
		values[i] = math.Float32frombits(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24)
	}
	return values
}

func TestMetadata(t *testing.T) {
	m, err := open(newSmall(gguf.F16).file(t))
	if err != nil {
		t.Fatal(err)
	}
	want := checkpoint.Config{Layers: 1, Heads: 4, Embedding: 32, Context: 3, Vocabulary: 5, FeedForward: 64, Epsilon: 1e-5, Activation: "gelu_new", Position: "learned"}
	if m.Config != want {
		t.Errorf("got %+v, want %+v", m.Config, want)
	}
	if m.Name != "Tales" || m.License != "mit" || m.Author != "A. Author" || m.Source != "https://huggingface.co/a/tales" || !slices.Equal(m.Languages, []string{"en"}) {
		t.Errorf("got %q, %q, %q, %q, %q", m.Name, m.License, m.Author, m.Source, m.Languages)
	}
	k := m.Tokenizer
	if k.BOS != -1 || k.EOS != 4 || len(k.Tokens) != 5 || !slices.Equal(k.Types, []int32{1, 1, 1, 1, 1}) || !slices.Equal(k.Merges, []string{"a b"}) {
		t.Errorf("got %+v", k)
	}
}

// TestSinusoidal: such a model has no position table.
func TestSinusoidal(t *testing.T) {
	s := newSmall(gguf.F32)
	s.meta.Set("vitrine.position", "sinusoidal")
	if _, err := open(s.file(t)); err == nil || !strings.Contains(err.Error(), `tensor "position_embd.weight" is not one of GPT-2's`) {
		t.Errorf("with a table: got error %v", err)
	}
	s.tensors = slices.Delete(s.tensors, 1, 2)
	m, err := open(s.file(t))
	if err != nil || m.Config.Position != "sinusoidal" {
		t.Errorf("got %+v, error %v", m, err)
	}
}

// TestParts reads a model of two files by the name of either.
func TestParts(t *testing.T) {
	s := newSmall(gguf.Q8_0)
	part := func(number int, tensors []gguf.TensorInfo) []byte {
		p := &small{tensors: tensors}
		if number == 0 {
			p.meta = s.meta
		}
		p.meta.Set(gguf.KeySplitNumber, uint16(number))
		p.meta.Set(gguf.KeySplitCount, uint16(2))
		p.meta.Set(gguf.KeySplitTensors, int32(len(s.tensors)))
		return p.file(t)
	}
	one, two := part(0, s.tensors[:4]), part(1, s.tensors[4:])
	again := part(1, append(s.tensors[3:4:4], s.tensors[4:]...))
	short := part(1, s.tensors[4:len(s.tensors)-1])
	for _, c := range []struct {
		name     string
		one, two []byte
		want     string
	}{
		{"whole", one, two, ""},
		{"swapped", two, one, "m-00001-of-00002.gguf: the file says that it is part 2 of 2"},
		{"twice", one, again, `m-00002-of-00002.gguf: tensor "` + s.tensors[3].Name + `": a part before has it too`},
		{"short", one, short, "m-00001-of-00002.gguf: got 10 tensors in 2 parts, want 11"},
		{"absent", one, nil, "m-00002-of-00002.gguf: file does not exist"},
		{"cut off", one, two[:len(two)-1], "m-00002-of-00002.gguf: gguf:"},
	} {
		files := fstest.MapFS{"m-00001-of-00002.gguf": {Data: c.one}, "m-00002-of-00002.gguf": {Data: c.two}}
		if c.two == nil {
			delete(files, "m-00002-of-00002.gguf")
		}
		for name := range files {
			m, err := Open(files, name)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s: got error %v, want one with %q", c.name, err, c.want)
				}
				continue
			}
			if err != nil || len(m.Tensors) != len(s.tensors) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
	if _, err := Open(fstest.MapFS{"m.gguf": {Data: one}}, "m.gguf"); err == nil || !strings.Contains(err.Error(), "part 1 of 2: it has another name than it was written with") {
		t.Errorf("renamed: got error %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	s := newSmall(gguf.Q8_0)
	f.Add(s.file(f))
	s.meta.Set("vitrine.activation", "relu")
	s.meta.Set("tokenizer.ggml.token_type", []int32{1, 1, 1, 1, 3})
	s.tensors = append(s.tensors, gguf.TensorInfo{Name: "output.weight", Shape: []int{5, 32}, Type: gguf.F16})
	f.Add(s.file(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		var m *checkpoint.Model
		var err error
		got := memtest.Allocated(func() { m, err = open(file) })
		if limit := uint64(1<<20 + 128*len(file)); got > limit {
			t.Errorf("allocated %d bytes for a file of %d, want at most %d", got, len(file), limit)
		}
		if err != nil {
			return
		}
		for _, tensor := range m.Tensors {
			if tensor.Bytes > int64(len(file)) {
				t.Fatalf("%s: %d bytes in a file of %d", tensor.Name, tensor.Bytes, len(file))
			}
			n := 1
			for _, dim := range tensor.Shape {
				n *= dim
			}
			if err := tensor.Values.ReadAt(make([]float32, n), 0); err != nil {
				t.Fatal(fmt.Errorf("%s: %w", tensor.Name, err))
			}
		}
	})
}

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vitrine/core/quant"
)

// fixture is a checkpoint directory in the making, which a test may spoil.
type fixture struct {
	config  map[string]any
	tensors map[string]tensor
	vocab   map[string]int
	merges  string
	files   map[string]string // further files

	metadata map[string]string // of the weights file
}

// tensor is one tensor of a safetensors file.
type tensor struct {
	typ    string // "F64", "F32", "F16", "BF16", "I64" or "BOOL"
	shape  []int
	values []float32
}

// newFixture makes a model of 2 layers, 32 wide, with random weights and a
// vocabulary of 7 tokens.
func newFixture() *fixture {
	const v, p, d, f = 7, 5, 32, 64
	x := &fixture{
		config: map[string]any{
			"model_type": "gpt2", "vocab_size": v, "n_positions": p, "n_embd": d, "n_layer": 2, "n_head": 4, "n_inner": f,
			"activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "bos_token_id": 6, "eos_token_id": 6,
		},
		tensors: map[string]tensor{},
		vocab:   map[string]int{"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġa": 4, "Ġab": 5, "<|endoftext|>": 6},
		merges:  "#version: 0.2\na b\nĠ a\nĠ ab\n",
		files:   map[string]string{},
	}
	rng := rand.New(rand.NewPCG(7, 8))
	add := func(name string, shape ...int) {
		count := 1
		for _, n := range shape {
			count *= n
		}
		values := make([]float32, count)
		for i := range values {
			values[i] = float32(rng.NormFloat64())
		}
		x.tensors[name] = tensor{"F32", shape, values}
	}
	add("wte.weight", v, d)
	add("wpe.weight", p, d)
	for layer := range 2 {
		h := fmt.Sprintf("h.%d.", layer)
		add(h+"ln_1.weight", d)
		add(h+"ln_1.bias", d)
		add(h+"attn.c_attn.weight", d, 3*d)
		add(h+"attn.c_attn.bias", 3*d)
		add(h+"attn.c_proj.weight", d, d)
		add(h+"attn.c_proj.bias", d)
		add(h+"ln_2.weight", d)
		add(h+"ln_2.bias", d)
		add(h+"mlp.c_fc.weight", d, f)
		add(h+"mlp.c_fc.bias", f)
		add(h+"mlp.c_proj.weight", f, d)
		add(h+"mlp.c_proj.bias", d)
	}
	add("ln_f.weight", d)
	add("ln_f.bias", d)
	return x
}

// edit changes the values of a tensor.
func (x *fixture) edit(name string, change func(values []float32)) {
	change(x.tensors[name].values)
}

// copyTensor gives a copy of a tensor another name.
func (x *fixture) copyTensor(from, to string) {
	t := x.tensors[from]
	t.values = slices.Clone(t.values)
	x.tensors[to] = t
}

// encode stores values in the type.
func (t tensor) encode() []byte {
	var b []byte
	for _, v := range t.values {
		switch t.typ {
		case "F16":
			b = binary.LittleEndian.AppendUint16(b, quant.Float32ToFloat16(v))
		case "BF16":
			b = binary.LittleEndian.AppendUint16(b, uint16(math.Float32bits(v)>>16))
		case "F64":
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(v)))
		case "I64":
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		case "BOOL":
			b = append(b, byte(v))
		default:
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return b
}

// exact returns the values that the stored tensor has.
func (t tensor) exact() []float32 {
	values := slices.Clone(t.values)
	for i, v := range values {
		switch t.typ {
		case "F16":
			values[i] = quant.Float16ToFloat32(quant.Float32ToFloat16(v))
		case "BF16":
			values[i] = math.Float32frombits(math.Float32bits(v) &^ 0xffff)
		}
	}
	return values
}

// safetensors returns the weights file.
func (x *fixture) safetensors(t testing.TB) []byte {
	metadata := map[string]string{"format": "pt"}
	maps.Copy(metadata, x.metadata)
	header := map[string]any{"__metadata__": metadata}
	var data []byte
	for _, name := range slices.Sorted(maps.Keys(x.tensors)) {
		tensor := x.tensors[name]
		start := len(data)
		data = append(data, tensor.encode()...)
		header[name] = map[string]any{"dtype": tensor.typ, "shape": tensor.shape, "data_offsets": []int{start, len(data)}}
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), data...)
}

// write writes the checkpoint to a new directory.
func (x *fixture) write(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"model.safetensors": string(x.safetensors(t)), "merges.txt": x.merges}
	for name, value := range map[string]any{"config.json": x.config, "vocab.json": x.vocab} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	maps.Copy(files, x.files)
	for name, text := range files {
		if text == "" {
			continue // a test wants it absent
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// quantizeTool runs the tool and returns what it printed.
func quantizeTool(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}

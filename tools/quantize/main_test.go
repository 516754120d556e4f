package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/quant"
)

// converted is a GGUF file read back.
type converted struct {
	meta    *gguf.Metadata
	tensors []gguf.TensorInfo
	values  map[string][]float32
	file    []byte
}

// convertFixture writes the checkpoint, converts it and reads the result.
func convertFixture(t *testing.T, x *fixture, args ...string) converted {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, _, stderr := quantizeTool(append([]string{"-in", x.write(t), "-out", out}, args...)...)
	if code != 0 || stderr != "" {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	return readGGUF(t, out)
}

func readGGUF(t *testing.T, path string) converted {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gguf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	c := converted{r.Metadata(), r.Tensors(), map[string][]float32{}, file}
	for {
		info, data, err := r.Next()
		if err == io.EOF {
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(data)
		if err != nil {
			t.Fatal(err)
		}
		count := 1
		for _, n := range info.Shape {
			count *= n
		}
		values := make([]float32, count)
		switch info.Type {
		case gguf.Q8_0:
			quant.DequantizeRow(values, b)
		case gguf.F16:
			for i := range values {
				values[i] = quant.Float16ToFloat32(binary.LittleEndian.Uint16(b[2*i:]))
			}
		default:
			for i := range values {
				values[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
			}
		}
		c.values[info.Name] = values
	}
}

// wantTensors maps the tensors of the fixture: name here, name in the checkpoint,
// whether it is a matrix, whether it is transposed.
func wantTensors(head bool) (list []struct {
	name, from         string
	matrix, transposed bool
}) {
	add := func(name, from string, matrix, transposed bool) {
		list = append(list, struct {
			name, from         string
			matrix, transposed bool
		}{name, from, matrix, transposed})
	}
	add("token_embd.weight", "wte.weight", true, false)
	add("position_embd.weight", "wpe.weight", false, false)
	for layer := range 2 {
		b, h := fmt.Sprintf("blk.%d.", layer), fmt.Sprintf("h.%d.", layer)
		add(b+"attn_norm.weight", h+"ln_1.weight", false, false)
		add(b+"attn_norm.bias", h+"ln_1.bias", false, false)
		add(b+"attn_qkv.weight", h+"attn.c_attn.weight", true, true)
		add(b+"attn_qkv.bias", h+"attn.c_attn.bias", false, false)
		add(b+"attn_output.weight", h+"attn.c_proj.weight", true, true)
		add(b+"attn_output.bias", h+"attn.c_proj.bias", false, false)
		add(b+"ffn_norm.weight", h+"ln_2.weight", false, false)
		add(b+"ffn_norm.bias", h+"ln_2.bias", false, false)
		add(b+"ffn_up.weight", h+"mlp.c_fc.weight", true, true)
		add(b+"ffn_up.bias", h+"mlp.c_fc.bias", false, false)
		add(b+"ffn_down.weight", h+"mlp.c_proj.weight", true, true)
		add(b+"ffn_down.bias", h+"mlp.c_proj.bias", false, false)
	}
	add("output_norm.weight", "ln_f.weight", false, false)
	add("output_norm.bias", "ln_f.bias", false, false)
	if head {
		add("output.weight", "lm_head.weight", true, false)
	}
	return list
}

// transpose returns m [rows, cols] as [cols, rows].
func transpose(m []float32, rows, cols int) []float32 {
	out := make([]float32, len(m))
	for r := range rows {
		for c := range cols {
			out[c*rows+r] = m[r*cols+c]
		}
	}
	return out
}

// stored returns the values after a row-by-row conversion to the type.
func stored(values []float32, typ gguf.Type) []float32 {
	out := slices.Clone(values)
	switch typ {
	case gguf.Q8_0:
		blocks := make([]byte, len(values)/quant.BlockSize*quant.BlockBytes)
		quant.QuantizeRow(blocks, values)
		quant.DequantizeRow(out, blocks)
	case gguf.F16:
		for i, v := range values {
			out[i] = quant.Float16ToFloat32(quant.Float32ToFloat16(v))
		}
	}
	return out
}

// TestConvert converts every combination and compares every value, after its
// conversion, bit for bit.
func TestConvert(t *testing.T) {
	for _, typ := range []gguf.Type{gguf.Q8_0, gguf.F16, gguf.F32} {
		for _, dtype := range []string{"F32", "F16", "BF16"} {
			for _, prefix := range []string{"", "transformer."} {
				for _, untied := range []bool{false, true} {
					t.Run(fmt.Sprintf("%v from %s prefix %q untied %v", typ, dtype, prefix, untied), func(t *testing.T) {
						x := newFixture()
						x.copyTensor("wte.weight", "lm_head.weight")
						if untied {
							x.edit("lm_head.weight", func(v []float32) { v[len(v)-1] += 1 })
							x.config["tie_word_embeddings"] = false
						}
						for _, name := range slices.Sorted(maps.Keys(x.tensors)) {
							tensor := x.tensors[name]
							tensor.typ = dtype
							delete(x.tensors, name)
							if name != "lm_head.weight" {
								name = prefix + name
							}
							x.tensors[name] = tensor
						}
						x.tensors[prefix+"h.0.attn.bias"] = tensor{"F32", []int{1, 1, 5, 5}, make([]float32, 25)}
						x.tensors[prefix+"h.1.attn.masked_bias"] = tensor{"F32", []int{}, make([]float32, 1)}

						got := convertFixture(t, x, "-type", typ.String())
						want := wantTensors(untied)
						if len(got.tensors) != len(want) {
							t.Fatalf("got %d tensors, want %d", len(got.tensors), len(want))
						}
						for i, w := range want {
							from, ok := x.tensors[prefix+w.from]
							if !ok {
								from = x.tensors[w.from]
							}
							values, shape, wantType := from.exact(), slices.Clone(from.shape), gguf.F32
							if w.transposed {
								values = transpose(values, shape[0], shape[1])
								slices.Reverse(shape)
							}
							if w.matrix {
								wantType = typ
							}
							info := got.tensors[i]
							if info.Name != w.name || info.Type != wantType || !slices.Equal(info.Shape, shape) {
								t.Errorf("tensor %d: got %s %v %v, want %s %v %v", i, info.Name, info.Type, info.Shape, w.name, wantType, shape)
							}
							if !slices.Equal(got.values[w.name], stored(values, wantType)) {
								t.Errorf("%s: the values differ", w.name)
							}
						}
					})
				}
			}
		}
	}
}

func TestMetadata(t *testing.T) {
	x := newFixture()
	x.config["vocab_size"] = 9 // two ids more than there are tokens
	x.tensors["wte.weight"] = tensor{"F32", []int{9, 32}, make([]float32, 9*32)}
	got := convertFixture(t, x, "-license", "mit")
	want := map[string]any{
		"general.architecture": "gpt2", "general.name": "small", "general.license": "mit",
		"general.file_type": uint32(7), "general.quantization_version": uint32(2),
		"gpt2.context_length": uint32(5), "gpt2.embedding_length": uint32(32), "gpt2.feed_forward_length": uint32(64),
		"gpt2.block_count": uint32(2), "gpt2.attention.head_count": uint32(4), "gpt2.attention.layer_norm_epsilon": float32(1e-5),
		"vitrine.activation": "gelu_new", "vitrine.position": "learned",
		"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "gpt-2",
		"tokenizer.ggml.tokens":       []string{"a", "b", "Ġ", "ab", "Ġa", "Ġab", "<|endoftext|>", "[PAD7]", "[PAD8]"},
		"tokenizer.ggml.token_type":   []int32{1, 1, 1, 1, 1, 1, 3, 5, 5},
		"tokenizer.ggml.merges":       []string{"a b", "Ġ a", "Ġ ab"},
		"tokenizer.ggml.bos_token_id": uint32(6), "tokenizer.ggml.eos_token_id": uint32(6), "tokenizer.ggml.add_bos_token": false,
	}
	if n := len(got.meta.Keys()); n != len(want) {
		t.Errorf("got %d keys, want %d: %q", n, len(want), got.meta.Keys())
	}
	for key, w := range want {
		if g, _ := got.meta.Value(key); !reflect.DeepEqual(g, w) {
			t.Errorf("%s: got %T %v, want %T %v", key, g, g, w, w)
		}
	}
}

func TestNameAndActivation(t *testing.T) {
	for in, want := range map[string]string{"gelu_new": "gelu_new", "gelu_pytorch_tanh": "gelu_new", "gelu": "gelu", "relu": "relu"} {
		x := newFixture()
		x.config["activation_function"] = in
		got := convertFixture(t, x, "-name", "Other name", "-type", "f16")
		if text, _ := got.meta.Text("vitrine.activation"); text != want {
			t.Errorf("%s: got vitrine.activation %q, want %q", in, text, want)
		}
		if text, _ := got.meta.Text("general.name"); text != "Other name" {
			t.Errorf("got general.name %q", text)
		}
		if typ, _ := got.meta.Int("general.file_type"); typ != 1 {
			t.Errorf("got general.file_type %d, want 1", typ)
		}
	}
}

// TestTokenizerJSON: both forms of the tokenizer, and both forms of merges, give
// the same file, and added tokens their types.
func TestTokenizerJSON(t *testing.T) {
	plain := convertFixture(t, newFixture()).file
	const head = `{"added_tokens":[{"id":6,"content":"<|endoftext|>","special":true}],"normalizer":null,` +
		`"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":0,"b":1,"Ġ":2,"ab":3,"Ġa":4,"Ġab":5},"merges":`
	for _, merges := range []string{`["a b","Ġ a","Ġ ab"]}}`, `[["a","b"],["Ġ","a"],["Ġ","ab"]]}}`} {
		x := newFixture()
		x.files = map[string]string{"vocab.json": "", "merges.txt": "", "tokenizer.json": head + merges}
		if got := convertFixture(t, x).file; !bytes.Equal(got, plain) {
			t.Errorf("merges %s: the file differs from that with vocab.json", merges)
		}
	}
}

func TestAddedTokens(t *testing.T) {
	x := newFixture()
	delete(x.vocab, "Ġab")
	x.merges = "a b\r\nĠ a\r\n" // also without a version, and with the line ends of Windows
	x.files["added_tokens.json"] = `{"<user>": 5}`
	delete(x.config, "bos_token_id")
	x.config["eos_token_id"] = nil
	types := func(x *fixture) []int64 {
		got := convertFixture(t, x)
		if merges, _ := got.meta.Texts("tokenizer.ggml.merges"); !slices.Equal(merges, []string{"a b", "Ġ a"}) {
			t.Errorf("got merges %q", merges)
		}
		if id, _ := got.meta.Int("tokenizer.ggml.bos_token_id"); id != 6 {
			t.Errorf("got bos %d, want that of <|endoftext|>", id)
		}
		list, _ := got.meta.Ints("tokenizer.ggml.token_type")
		return list
	}
	if got := types(x); !slices.Equal(got, []int64{1, 1, 1, 1, 1, 4, 3}) {
		t.Errorf("user defined: got types %v", got)
	}
	x.files["special_tokens_map.json"] = `{"eos_token": "<|endoftext|>", "additional_special_tokens": [{"content": "<user>"}]}`
	if got := types(x); !slices.Equal(got, []int64{1, 1, 1, 1, 1, 3, 3}) {
		t.Errorf("special: got types %v", got)
	}
}

// TestNoEnd: a vocabulary without <|endoftext|> has no bos and eos.
func TestNoEnd(t *testing.T) {
	x := newFixture()
	delete(x.config, "bos_token_id")
	delete(x.config, "eos_token_id")
	delete(x.vocab, "<|endoftext|>")
	got := convertFixture(t, x)
	for _, key := range []string{"tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id"} {
		if v, ok := got.meta.Value(key); ok {
			t.Errorf("got %s %v, want none", key, v)
		}
	}
}

// TestRowsThatAreNoBlocks: a model 20 wide cannot be Q8_0, and the tool says so.
func TestRowsThatAreNoBlocks(t *testing.T) {
	x := newFixture()
	for name, old := range x.tensors {
		shape, count := slices.Clone(old.shape), 1
		for i, n := range shape {
			switch n { // widths of the fixture: 32, 3*32
			case 32:
				shape[i] = 20
			case 96:
				shape[i] = 60
			}
			count *= shape[i]
		}
		x.tensors[name] = tensor{"F32", shape, old.values[:count]}
	}
	x.config["n_embd"] = 20
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, stdout, stderr := quantizeTool("-in", x.write(t), "-out", out)
	if code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	types := map[string]gguf.Type{}
	for _, info := range readGGUF(t, out).tensors {
		types[info.Name] = info.Type
	}
	for name, want := range map[string]gguf.Type{"token_embd.weight": gguf.F16, "blk.1.ffn_up.weight": gguf.F16, "blk.1.ffn_down.weight": gguf.Q8_0, "output_norm.bias": gguf.F32} {
		if types[name] != want {
			t.Errorf("%s: got %v, want %v", name, types[name], want)
		}
	}
	if want := "note: token_embd.weight stays F16: its rows have 20 values, and Q8_0 takes multiples of 32"; !strings.Contains(stdout, want) {
		t.Errorf("got output without %q:\n%s", want, stdout)
	}
}

// TestUntiedAgainstConfig: a head of its own is never dropped.
func TestUntiedAgainstConfig(t *testing.T) {
	x := newFixture()
	x.copyTensor("wte.weight", "lm_head.weight")
	x.edit("lm_head.weight", func(v []float32) { v[0]++ })
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, stdout, _ := quantizeTool("-in", x.write(t), "-out", out)
	if code != 0 || !strings.Contains(stdout, "note: lm_head.weight differs from wte.weight") {
		t.Errorf("exit status %d, output:\n%s", code, stdout)
	}
	if values := readGGUF(t, out).values["output.weight"]; len(values) != 7*32 {
		t.Errorf("got an output.weight of %d values, want %d", len(values), 7*32)
	}
}

func TestFileAsInput(t *testing.T) {
	dir := newFixture().write(t)
	var files [][]byte
	for _, in := range []string{dir, filepath.Join(dir, "model.safetensors")} {
		out := filepath.Join(t.TempDir(), "out.gguf")
		if code, _, stderr := quantizeTool("-in", in, "-out", out); code != 0 {
			t.Fatalf("exit status %d: %s", code, stderr)
		}
		file, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("the directory and the file in it give different models")
	}
}

// TestRefuses spoils a checkpoint in many ways: each is an error that names what is
// wrong, and leaves the file that was there before as it was.
func TestRefuses(t *testing.T) {
	set := func(name string, i int, v float64) func(*fixture) {
		return func(x *fixture) { x.edit(name, func(values []float32) { values[i] = float32(v) }) }
	}
	config := func(key string, v any) func(*fixture) { return func(x *fixture) { x.config[key] = v } }
	file := func(name, text string) func(*fixture) { return func(x *fixture) { x.files[name] = text } }
	drop := func(name string) func(*fixture) { return func(x *fixture) { delete(x.tensors, name) } }
	tokenizer := func(text string) func(*fixture) { return file("tokenizer.json", text) }
	for _, c := range []struct {
		name  string
		spoil func(*fixture)
		want  string
	}{
		{"NaN", set("h.1.mlp.c_fc.weight", 2*64+5, math.NaN()), `tensor "h.1.mlp.c_fc.weight": row 5, column 2 of blk.1.ffn_up.weight is NaN, want a finite number`},
		{"infinity", set("ln_f.bias", 3, math.Inf(-1)), `tensor "ln_f.bias": row 0, column 3 of output_norm.bias is -Inf`},
		{"too large", set("wte.weight", 32, 1e30), `row 1, column 0 of token_embd.weight is 1e+30, want at most 8.319008e+06, all that Q8_0 holds: try -type f32`},
		{"missing tensor", drop("h.1.ln_2.bias"), `tensor "h.1.ln_2.bias" is missing`},
		{"missing head", config("tie_word_embeddings", false), `tensor "lm_head.weight" is missing`},
		{"unknown tensor", func(x *fixture) { x.copyTensor("ln_f.bias", "h.0.attn.q.weight") }, `tensor "h.0.attn.q.weight" is not one of GPT-2's`},
		{"more layers", func(x *fixture) { x.copyTensor("ln_f.bias", "h.2.ln_1.bias") }, `tensor "h.2.ln_1.bias" is not one of GPT-2's`},
		{"two prefixes", func(x *fixture) { x.copyTensor("ln_f.bias", "transformer.ln_f.bias") }, `got tensor "ln_f.bias" and tensor "transformer.ln_f.bias"`},
		{"shape", func(x *fixture) { x.copyTensor("ln_f.bias", "h.0.attn.c_attn.bias") }, `tensor "h.0.attn.c_attn.bias": got shape [32], want [96]`},
		{"not transposed", func(x *fixture) {
			w := x.tensors["h.0.mlp.c_fc.weight"]
			x.tensors["h.0.mlp.c_fc.weight"] = tensor{"F32", []int{64, 32}, w.values}
		}, `tensor "h.0.mlp.c_fc.weight": got shape [64 32], want [32 64]`},
		{"type", func(x *fixture) { x.tensors["ln_f.bias"] = tensor{"I32", []int{32}, make([]float32, 32)} }, `tensor "ln_f.bias": got type I32, want F32, F16 or BF16`},

		{"no config", file("config.json", ""), "want config.json beside the weights"},
		{"config is not JSON", file("config.json", "{"), "config.json: unexpected end of JSON input"},
		{"architecture", config("model_type", "llama"), `config.json: model_type: got "llama", want "gpt2"`},
		{"activation", config("activation_function", "silu"), `activation_function: got "silu", want gelu_new, gelu_pytorch_tanh, gelu or relu`},
		{"heads", config("n_head", 5), "n_head: got 5, want a divisor of n_embd, 32"},
		{"no heads", config("n_head", 0), "n_head: got 0"},
		{"layers", config("n_layer", 1<<28), "want those of 268435456 layers"},
		{"one layer", config("n_layer", 1), `tensor "h.1.attn.c_attn.bias" is not one of GPT-2's`},
		{"vocabulary", config("vocab_size", 1<<28), `tensor "wte.weight": got shape [7 32], want [268435456 32]`},
		{"width absurd", config("n_embd", 1<<40), "n_embd: got 1099511627776"},
		{"epsilon", config("layer_norm_epsilon", 0), "layer_norm_epsilon: got 0"},
		{"attention scale", config("scale_attn_weights", false), "scale_attn_weights"},
		{"attention scale by layer", config("scale_attn_by_inverse_layer_idx", true), "scale_attn_by_inverse_layer_idx"},
		{"cross attention", config("add_cross_attention", true), "add_cross_attention"},
		{"eos", config("eos_token_id", 7), "eos_token_id of config.json: got 7, want 0 to 6"},

		{"no tokenizer", file("vocab.json", ""), "neither tokenizer.json nor vocab.json"},
		{"no merges", file("merges.txt", ""), "vocab.json needs merges.txt"},
		{"token id too large", func(x *fixture) { x.vocab["b"] = 7 }, `token "b": got id 7, want 0 to 6`},
		{"token id negative", func(x *fixture) { x.vocab["b"] = -1 }, `token "b": got id -1`},
		{"token id twice", func(x *fixture) { x.vocab["b"] = 0 }, `token id 0: got both "a" and "b"`},
		{"token id missing", func(x *fixture) { delete(x.vocab, "Ġa") }, "token id 4: got no token"},
		{"merge of one", func(x *fixture) { x.merges = "ab\n" }, `merge 1: got "ab", want two tokens`},
		{"merge of three", func(x *fixture) { x.merges = "a b\na b a\n" }, `merge 2: got "a b a", want two tokens`},
		{"merge into nothing", func(x *fixture) { x.merges = "b a\n" }, `merge 1, "b a": token "ba" is not in the vocabulary`},
		{"added tokens", file("added_tokens.json", `{"<x>": 0}`), `token id 0: got both "a" and "<x>"`},
		{"added tokens are no JSON", file("added_tokens.json", `[]`), "added_tokens.json: json"},
		{"special tokens", file("special_tokens_map.json", `{"eos_token": 5}`), "special_tokens_map.json: got 5"},
		{"tokenizer is not JSON", tokenizer("{"), "tokenizer.json: unexpected end"},
		{"tokenizer model", tokenizer(`{"model": {"type": "Unigram"}}`), `tokenizer.json: model.type: got "Unigram", want BPE`},
		{"tokenizer splitting", tokenizer(`{"pre_tokenizer": {"type": "Metaspace"}}`), `pre_tokenizer.type: got "Metaspace", want ByteLevel`},
		{"tokenizer space", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true}}`), "add_prefix_space: got true"},
		{"tokenizer normalizer", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "normalizer": {"type": "NFC"}}`), "normalizer: got"},
		{"tokenizer merge", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"merges": [["a"]]}}`), `merge 0: got ["a"]`},

		{"weights cut off", func(x *fixture) { x.files["model.safetensors"] = string(newFixture().safetensors(t)[:20000]) }, "the file is cut off"},
		{"no weights", file("model.safetensors", ""), "no model.safetensors in it"},
		{"shards", func(x *fixture) {
			x.files["model.safetensors"], x.files["model.safetensors.index.json"] = "", "{}"
		}, "the weights are split over several files"},
		{"PyTorch", func(x *fixture) { x.files["model.safetensors"], x.files["pytorch_model.bin"] = "", "x" }, "the weights are in PyTorch's format"},
	} {
		x := newFixture()
		c.spoil(x)
		out := filepath.Join(t.TempDir(), "out.gguf")
		if err := os.WriteFile(out, []byte("before"), 0o666); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := quantizeTool("-in", x.write(t), "-out", out)
		if code != 1 || stdout != "" || !strings.HasPrefix(stderr, "quantize: ") || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit status %d, output %q, error %q, want 1, none, one line with %q", c.name, code, stdout, stderr, c.want)
		}
		expectOnly(t, out, "before")
	}
}

// expectOnly checks that the directory of the file has nothing else in it, and that
// the file has the text.
func expectOnly(t *testing.T, path, text string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v in the directory (error %v), want the old file only", entries, err)
	}
	if got, err := os.ReadFile(path); string(got) != text {
		t.Errorf("got a file of %d bytes (error %v), want it as it was", len(got), err)
	}
}

func TestF16Overflow(t *testing.T) {
	x := newFixture()
	x.edit("wte.weight", func(v []float32) { v[0] = 65536 })
	code, _, stderr := quantizeTool("-in", x.write(t), "-out", filepath.Join(t.TempDir(), "out.gguf"), "-type", "f16")
	if code != 1 || !strings.Contains(stderr, "all that F16 holds") {
		t.Errorf("exit status %d, error %q", code, stderr)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "out.gguf")
	if err := os.WriteFile(out, []byte("before"), 0o666); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if code := run(ctx, []string{"-in", newFixture().write(t), "-out", out}, io.Discard, &stderr); code != 1 {
		t.Errorf("exit status %d, want 1: %s", code, &stderr)
	}
	expectOnly(t, out, "before")
}

func TestOutputThatIsNoFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out.gguf")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := quantizeTool("-in", newFixture().write(t), "-out", dir)
	if code != 1 || !strings.Contains(stderr, "is not a file") {
		t.Errorf("exit status %d, error %q", code, stderr)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "-in is missing"},
		{[]string{"-in", "x"}, "-out is missing"},
		{[]string{"-in", "x", "-out", "y.gguf", "z"}, `got the argument "z"`},
		{[]string{"-in", "x", "-out", "y.gguf", "-type", "q4_0"}, `-type: got "q4_0", want q8_0, f16 or f32`},
		{[]string{"-in", "x", "-out", "x/model.safetensors"}, `-out: got "x/model.safetensors", want a name that ends in .gguf`},
		{[]string{"-fast"}, "flag provided but not defined: -fast"},
	} {
		code, stdout, stderr := quantizeTool(c.args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "-h for help") {
			t.Errorf("%q: exit status %d, output %q, error %q, want 2 and %q", c.args, code, stdout, stderr, c.want)
		}
	}
	code, stdout, stderr := quantizeTool("-h")
	if code != 0 || stderr != "" || !strings.Contains(stdout, "Examples:\n  go run ./tools/quantize -in ") {
		t.Errorf("-h: exit status %d, error %q, output %q", code, stderr, stdout)
	}
	if code, _, stderr := quantizeTool("-in", "does-not-exist", "-out", "y.gguf"); code != 1 || !strings.Contains(stderr, "does-not-exist") {
		t.Errorf("an input that is not there: exit status %d, error %q", code, stderr)
	}
}

func TestReport(t *testing.T) {
	x := newFixture()
	out := filepath.Join(t.TempDir(), "out.gguf")
	_, stdout, _ := quantizeTool("-in", x.write(t), "-out", out)
	lines := strings.Split(stdout, "\n")
	if got, want := strings.Fields(lines[0]), []string{"tensor", "shape", "type", "before", "after", "worst", "error"}; !slices.Equal(got, want) {
		t.Errorf("got heading %q, want %q", got, want)
	}
	// wte.weight is 7 * 32 values: 7 blocks of 34 bytes instead of 4 bytes a value.
	values := x.tensors["wte.weight"].values
	worst := 0.0
	for i, v := range stored(values, gguf.Q8_0) {
		worst = max(worst, math.Abs(float64(v)-float64(values[i])))
	}
	want := strings.Fields(fmt.Sprintf("token_embd.weight 7 x 32 Q8_0 896 B 238 B %.2e", worst))
	if got := strings.Fields(lines[1]); !slices.Equal(got, want) {
		t.Errorf("got line %q, want %q", got, want)
	}
	if got := strings.Fields(lines[2]); !slices.Equal(got, strings.Fields("position_embd.weight 5 x 32 F32 640 B 640 B 0")) {
		t.Errorf("got line %q", got)
	}
	if !strings.Contains(stdout, "\n28 tensors ") || !strings.HasSuffix(stdout, "\nwrote "+out+"\n") {
		t.Errorf("got no totals, or no name, in:\n%s", stdout)
	}
}

// TestMemory: what a conversion allocates does not grow with the token table, which
// is the largest tensor and needs no transposing.
func TestMemory(t *testing.T) {
	const rows = 100000 // * 32 values * 4 bytes = 12.8 MB
	x := newFixture()
	x.config["vocab_size"] = rows
	x.tensors["wte.weight"] = tensor{"F32", []int{rows, 32}, make([]float32, rows*32)}
	dir, out := x.write(t), filepath.Join(t.TempDir(), "out.gguf")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	code, _, stderr := quantizeTool("-in", dir, "-out", out)
	runtime.ReadMemStats(&after)
	if code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	// The vocabulary is in memory: 100000 texts, their slots, and their bytes in the
	// header of the file, which grows by doubling.
	if got, limit := after.TotalAlloc-before.TotalAlloc, uint64(20e6); got > limit {
		t.Errorf("allocated %d bytes, want at most %d", got, limit)
	}
}

func TestProgress(t *testing.T) {
	var b strings.Builder
	p := &progress{w: &b, drawn: -1}
	p.show(0, 2000)
	p.show(5, 2000) // the same per cent: not drawn again
	p.show(2000, 2000)
	p.clear()
	want := "\r[" + strings.Repeat(".", 40) + "]   0 %  0 B of 2.0 kB" +
		"\r[" + strings.Repeat("#", 40) + "] 100 %  2.0 kB of 2.0 kB" + "\r\x1b[K"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	quiet := newProgress(&b)
	quiet.show(1, 2)
	quiet.clear()
	if b.String() != want {
		t.Errorf("drew on something that is no terminal: %q", b.String())
	}
}

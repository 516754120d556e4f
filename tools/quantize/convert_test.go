package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
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

// TestSinusoids: a position table of sines and cosines is stated, not stored; one that
// was trained from there is stored.
func TestSinusoids(t *testing.T) {
	for _, typ := range []string{"F32", "F16"} {
		for _, off := range []float32{0, 0.01} {
			x := newFixture()
			table := x.tensors["wpe.weight"]
			table.typ = typ
			width := table.shape[1]
			for position := range table.shape[0] {
				for i := 0; i < width; i += 2 {
					sin, cos := math.Sincos(float64(position) / math.Pow(10000, float64(i)/float64(width)))
					table.values[position*width+i], table.values[position*width+i+1] = float32(sin), float32(cos)
				}
			}
			table.values[len(table.values)-1] += off
			x.tensors["wpe.weight"] = table
			c := convertFixture(t, x)
			_, stored := c.values["position_embd.weight"]
			position, _ := c.meta.Text("vitrine.position")
			want := map[bool]string{true: "learned", false: "sinusoidal"}[off != 0]
			if position != want || stored != (off != 0) {
				t.Errorf("%s, off by %v: got %s, stored %v, want %s", typ, off, position, stored, want)
			}
		}
	}
}

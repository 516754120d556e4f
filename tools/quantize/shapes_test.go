package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/huggingface"
	"vitrine/tools/quantize/nanogpt"
	"vitrine/tools/quantize/vocabulary"
)

// published are the models of OpenAI, and one distilled from the first, with their
// parameters as transformers counts them.
var published = []struct {
	name                 string
	layers, heads, width int
	parameters           int64
}{
	{"gpt2", 12, 12, 768, 124_439_808},
	{"gpt2-medium", 24, 16, 1024, 354_823_168},
	{"gpt2-large", 36, 20, 1280, 774_030_080},
	{"gpt2-xl", 48, 25, 1600, 1_557_611_200},
	{"distilgpt2", 6, 12, 768, 81_912_576},
}

// layout adds the tensors of a model to a state dict.
func layout(layers, width, rows int, linear bool, add func(name string, shape ...int)) {
	matrix := func(name string, in, out int) {
		if linear {
			in, out = out, in
		}
		add(name, in, out)
	}
	add("wte.weight", rows, width)
	add("wpe.weight", 1024, width)
	for layer := range layers {
		h := fmt.Sprintf("h.%d.", layer)
		for _, ln := range []string{"ln_1", "ln_2"} {
			add(h+ln+".weight", width)
			add(h+ln+".bias", width)
		}
		for _, m := range []struct {
			name    string
			in, out int
		}{{"attn.c_attn", width, 3 * width}, {"attn.c_proj", width, width}, {"mlp.c_fc", width, 4 * width}, {"mlp.c_proj", 4 * width, width}} {
			matrix(h+m.name+".weight", m.in, m.out)
			add(h+m.name+".bias", m.out)
		}
	}
	add("ln_f.weight", width)
	add("ln_f.bias", width)
}

// sparse is a file with some bytes at its start, and zeros after them.
type sparse struct {
	start []byte
	size  int64
}

func (s *sparse) ReadAt(p []byte, at int64) (int, error) {
	n := int(min(int64(len(p)), max(0, s.size-at)))
	clear(p[:n])
	if at < int64(len(s.start)) {
		copy(p[:n], s.start[at:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// overlay is a directory with one sparse file more, the weights.
type overlay struct {
	fstest.MapFS
	weights *sparse
}

func (o overlay) Open(name string) (fs.File, error) {
	if name == "model.safetensors" {
		return sparseFile{o.weights}, nil
	}
	return o.MapFS.Open(name)
}

// sparseFile is an open sparse file.
type sparseFile struct{ *sparse }

func (f sparseFile) Read(p []byte) (int, error) { return f.ReadAt(p, 0) }
func (f sparseFile) Close() error               { return nil }
func (f sparseFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f sparseFile) Name() string               { return "model.safetensors" }
func (f sparseFile) Size() int64                { return f.size }
func (f sparseFile) Mode() fs.FileMode          { return 0o444 }
func (f sparseFile) ModTime() time.Time         { return time.Time{} }
func (f sparseFile) IsDir() bool                { return false }
func (f sparseFile) Sys() any                   { return nil }

// TestPublished opens checkpoints of the sizes that are published, without their
// values: transformers' from a sparse file, nanoGPT's from a list of tensors.
func TestPublished(t *testing.T) {
	v := newFixture()
	words, err := vocabulary.Read(fstest.MapFS{"vocab.json": {Data: mustJSON(t, v.vocab)}, "merges.txt": {Data: []byte(v.merges)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range published {
		config := map[string]any{
			"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_ctx": 1024, "n_embd": p.width, "n_layer": p.layers, "n_head": p.heads,
			"activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "bos_token_id": 6, "eos_token_id": 6,
		}
		header, end := map[string]any{}, int64(0)
		var stored []checkpoint.Stored
		list := func(linear bool, rows int) {
			clear(header)
			stored, end = nil, 0
			layout(p.layers, p.width, rows, linear, func(name string, shape ...int) {
				size := int64(4)
				for _, n := range shape {
					size *= int64(n)
				}
				header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int64{end, end + size}}
				stored = append(stored, checkpoint.Stored{Name: "transformer." + name, Type: "F32", Shape: shape, Bytes: size, Values: checkpoint.Zeros{}})
				end += size
			})
		}
		check := func(what string, model *checkpoint.Model, rows int) {
			t.Helper()
			want := checkpoint.Config{Layers: p.layers, Heads: p.heads, Embedding: p.width, Context: 1024, Vocabulary: rows,
				FeedForward: 4 * p.width, Epsilon: 1e-5, Activation: model.Config.Activation}
			if model.Config != want {
				t.Errorf("%s, %s: got %+v, want %+v", p.name, what, model.Config, want)
			}
			var parameters int64
			for _, tensor := range model.Tensors {
				n := int64(1)
				for _, dim := range tensor.Shape {
					n *= int64(dim)
				}
				parameters += n
			}
			if want := p.parameters + int64(rows-50257)*int64(p.width); parameters != want || len(model.Tensors) != 4+12*p.layers {
				t.Errorf("%s, %s: got %d parameters in %d tensors, want %d in %d", p.name, what, parameters, len(model.Tensors), want, 4+12*p.layers)
			}
		}

		list(false, 50257)
		text := mustJSON(t, header)
		start := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
		files := overlay{fstest.MapFS{"config.json": {Data: mustJSON(t, config)}, "vocab.json": {Data: mustJSON(t, v.vocab)}, "merges.txt": {Data: []byte(v.merges)}},
			&sparse{start, int64(len(start)) + end}}
		model, err := huggingface.Open(files, "model.safetensors")
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		check("transformers", model, 50257)

		list(true, 50304)
		model = new(checkpoint.Model)
		args := map[string]any{"n_layer": p.layers, "n_head": p.heads, "n_embd": p.width, "block_size": 1024, "vocab_size": 50304, "bias": true, "dropout": 0.0}
		if err := nanogpt.AddTo(model, stored, args, nanogpt.Options{Vocabulary: words}); err != nil {
			t.Errorf("%s: nanoGPT: %v", p.name, err)
			continue
		}
		check("nanoGPT", model, 50304)
	}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestGPT2Tokenizer: a state dict with GPT-2's vocabulary, padded as nanoGPT pads it,
// says how to get the tokenizer, and gets it.
func TestGPT2Tokenizer(t *testing.T) {
	x := newFixture()
	x.tensors["wte.weight"] = tensor{"F32", []int{50304, 32}, make([]float32, 50304*32)}
	for name, text := range map[string]string{"config.json": "", "vocab.json": "", "merges.txt": ""} {
		x.files[name] = text
	}
	dir, out := x.write(t), filepath.Join(t.TempDir(), "out.gguf")
	args := []string{"-in", dir, "-out", out, "-heads", "4"}
	if code, _, stderr := quantizeTool(args...); code != 1 || !strings.Contains(stderr, "with 50304 rows its token table looks like GPT-2's: say -tokenizer gpt2 if it is") {
		t.Errorf("exit status %d, error %q", code, stderr)
	}
	if code, stdout, stderr := quantizeTool(append(args, "-tokenizer", "gpt2")...); code != 0 || !strings.Contains(stdout, "the token table has 50304 rows for 50257 tokens") {
		t.Fatalf("exit status %d: %s%s", code, stdout, stderr)
	}
	got := readGGUF(t, out)
	tokens, _ := got.meta.Texts("tokenizer.ggml.tokens")
	merges, _ := got.meta.Texts("tokenizer.ggml.merges")
	end, _ := got.meta.Int("tokenizer.ggml.eos_token_id")
	if len(tokens) != 50304 || tokens[50256] != "<|endoftext|>" || tokens[262] != "Ġthe" || len(merges) != 50000 || merges[0] != "Ġ t" || end != 50256 {
		t.Errorf("got %d tokens, %d merges, end %d", len(tokens), len(merges), end)
	}
}

// TestTokenizerConfig: newer files keep the added tokens in tokenizer_config.json.
func TestTokenizerConfig(t *testing.T) {
	x := newFixture()
	delete(x.vocab, "Ġab")
	x.merges = "#version: 0.2\na b\nĠ a\n"
	x.files["tokenizer_config.json"] = `{"add_prefix_space": false, "added_tokens_decoder": {"5": {"content": "<user>", "special": false}, "6": {"content": "<|endoftext|>", "special": true}}}`
	x.files["added_tokens.json"] = `{"<user>": 5}`
	got := convertFixture(t, x)
	types, _ := got.meta.Ints("tokenizer.ggml.token_type")
	tokens, _ := got.meta.Texts("tokenizer.ggml.tokens")
	if !slices.Equal(types, []int64{1, 1, 1, 1, 1, 4, 3}) || tokens[5] != "<user>" {
		t.Errorf("got tokens %q of types %v", tokens, types)
	}
	for text, want := range map[string]string{
		`{"added_tokens_decoder": {"five": {}}}`:             `tokenizer_config.json: added_tokens_decoder: got "five", want a token id`,
		`{"added_tokens_decoder": {"5": {}}}`:                `tokenizer_config.json: added_tokens_decoder: 5: got no content, want a text`,
		`{"added_tokens_decoder": {"-1": {"content": "x"}}}`: `token "x": got id -1, want 0 to 6`,
		`[]`: "tokenizer_config.json: json",
	} {
		x.files["tokenizer_config.json"] = text
		code, _, stderr := quantizeTool("-in", x.write(t), "-out", filepath.Join(t.TempDir(), "out.gguf"))
		if code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit status %d, error %q, want 1 and %q", text, code, stderr, want)
		}
	}
}

// TestBareShards: a state dict without config.json may lie in several files.
func TestBareShards(t *testing.T) {
	var files [][]byte
	for _, sharded := range []bool{false, true} {
		x := newFixture()
		x.files["config.json"] = ""
		if sharded {
			x.setIndex(t, x.shard(t, "_orig_mod."))
		}
		out := filepath.Join(t.TempDir(), "out.gguf")
		if code, _, stderr := quantizeTool("-in", x.write(t), "-out", out, "-heads", "4", "-name", "small"); code != 0 {
			t.Fatalf("exit status %d: %s", code, stderr)
		}
		got := readGGUF(t, out)
		if text, _ := got.meta.Text("vitrine.activation"); text != "gelu_new" {
			t.Errorf("got vitrine.activation %q, want gelu_new: the matrices are OpenAI's", text)
		}
		files = append(files, got.file)
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("one file and two give different models")
	}
}

// TestBareRefuses: what a state dict without config.json must have.
func TestBareRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(x *fixture)
		want  string
	}{
		{"no table", func(x *fixture) { delete(x.tensors, "wte.weight") }, `tensor "wte.weight" is missing or no matrix`},
		{"no positions", func(x *fixture) { delete(x.tensors, "wpe.weight") }, `tensor "wpe.weight" is missing or no matrix`},
		{"no layers", func(x *fixture) {
			maps.DeleteFunc(x.tensors, func(name string, _ tensor) bool { return strings.HasPrefix(name, "h.") })
		}, `tensor "h.0.mlp.c_fc.weight" is missing`},
		{"a layer too many", func(x *fixture) { x.copyTensor("h.0.ln_1.bias", "h.7.ln_1.bias") }, `tensor "h.2.ln_1.weight" is missing`},
		{"another layer", func(x *fixture) { x.copyTensor("h.0.ln_1.bias", "h.99999999999999999999.ln_1.bias") }, `tensor "h.99999999999999999999.ln_1.bias" is not one of GPT-2's`},
		{"shape", func(x *fixture) { x.copyTensor("ln_f.bias", "h.1.attn.c_attn.bias") }, `tensor "h.1.attn.c_attn.bias": got shape [32], want [96]`},
		{"query alone", func(x *fixture) { x.copyTensor("ln_f.bias", "blocks.0.attn.query.bias") }, `tensor "h.0.attn.c_attn.bias": number 2 of query, key and value is missing`},
		{"unequal thirds", func(x *fixture) {
			x.copyTensor("ln_f.bias", "blocks.0.attn.query.bias")
			x.copyTensor("ln_f.bias", "blocks.0.attn.key.bias")
			x.copyTensor("h.0.mlp.c_fc.bias", "blocks.0.attn.value.bias")
		}, `tensor "blocks.0.attn.value.bias": got F32 [64], want F32 [32], as "blocks.0.attn.query.bias"`},
		{"both forms", func(x *fixture) {
			for _, third := range []string{"query", "key", "value"} {
				x.copyTensor("ln_f.bias", "blocks.0.attn."+third+".bias")
			}
		}, `got tensor "h.0.attn.c_attn.bias" and tensor "blocks.0.attn.query.bias", want one of them`},
	} {
		x := newFixture()
		x.files["config.json"] = ""
		c.spoil(x)
		code, _, stderr := quantizeTool("-in", x.write(t), "-out", filepath.Join(t.TempDir(), "out.gguf"), "-heads", "4")
		if code != 1 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit status %d, error %q, want 1, one line with %q", c.name, code, stderr, c.want)
		}
	}
}

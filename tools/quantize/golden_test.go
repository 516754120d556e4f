package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/quant"
)

// goldenFile is testdata/golden/golden.json: what PyTorch says of the checkpoints
// beside it.
type goldenFile struct {
	Config  map[string]int
	IDs     []int
	Tensors map[string]struct {
		Shape []int
		F32   string // base64, little-endian
	}
	Cases map[string]goldenCase // by file

	Scaled []struct { // of scaled.safetensors, which computes something else with each config
		Config map[string]any
		Logits []float64
	}
}

type goldenCase struct {
	Type       string `json:"dtype"`
	Logits     []float64
	Untied     bool
	Rows       int    // of the token table, where it is padded
	Bare       bool   // there is no config.json
	Heads      int    // for -heads
	Activation string // gelu_new if empty
	Biases     *bool  // nil: there are
}

func readGolden(t testing.TB) (g goldenFile) {
	t.Helper()
	text, err := os.ReadFile("testdata/golden/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// values returns the weights of a tensor as a checkpoint of that type has them.
func (g goldenFile) values(t *testing.T, c goldenCase, name string) []float32 {
	t.Helper()
	if c.Rows > 0 && name == "token_embd.weight" {
		name = "padded " + name
	}
	entry, ok := g.Tensors[name]
	if !ok {
		t.Fatalf("golden.json has no %s", name)
	}
	raw, err := base64.StdEncoding.DecodeString(entry.F32)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, len(raw)/4)
	for i := range values {
		bits := binary.LittleEndian.Uint32(raw[4*i:])
		values[i] = math.Float32frombits(bits)
		switch c.Type {
		case "F16":
			values[i] = quant.Float16ToFloat32(quant.Float32ToFloat16(values[i]))
		case "BF16": // to the nearest, half to even
			values[i] = math.Float32frombits((bits + 0x7fff + bits>>16&1) &^ 0xffff)
		}
		if c.Biases != nil && !*c.Biases && strings.HasSuffix(name, ".bias") {
			values[i] = 0
		}
	}
	return values
}

// goldenDir puts a golden checkpoint into a directory of its own, with the tokenizer
// of the fixture, and config.json unless it is bare.
func goldenDir(t testing.TB, g goldenFile, file string) string {
	t.Helper()
	c := g.Cases[file]
	x := newFixture()
	x.files["model.safetensors"] = ""
	for key, value := range g.Config {
		x.config[key] = value
	}
	delete(x.config, "n_inner")
	x.config["tie_word_embeddings"] = !c.Untied
	if c.Bare {
		x.files["config.json"] = ""
	}
	names := []string{file}
	if stem, ok := strings.CutSuffix(file, ".index.json"); ok {
		ext := filepath.Ext(stem)
		shards, err := filepath.Glob("testdata/golden/" + strings.TrimSuffix(stem, ext) + "-*" + ext)
		if err != nil || len(shards) != 2 {
			t.Fatalf("got shards %q, error %v", shards, err)
		}
		for _, shard := range shards {
			names = append(names, filepath.Base(shard))
		}
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata/golden", name))
		if err != nil {
			t.Fatal(err)
		}
		x.files[name] = string(data)
	}
	return x.write(t)
}

// goldenArgs are the options that the checkpoint needs.
func (c goldenCase) args() []string {
	if c.Heads == 0 {
		return nil
	}
	return []string{"-heads", strconv.Itoa(c.Heads)}
}

// TestGolden converts every kind of checkpoint that PyTorch has written. The weights
// are the same to the bit, and so are the logits, but for the engine's own rounding:
// keys and values of magnitude up to 4 pass through 16 bits, each off by up to
// 4/65534. Worst measured: 0.4 of the tolerance; the other GELU gives 4 times it.
func TestGolden(t *testing.T) {
	g := readGolden(t)
	if len(g.Cases) != 18 {
		t.Errorf("got %d checkpoints, want 18", len(g.Cases))
	}
	for _, file := range slices.Sorted(maps.Keys(g.Cases)) {
		t.Run(file, func(t *testing.T) {
			c := g.Cases[file]
			out := filepath.Join(t.TempDir(), "out.gguf")
			args := append([]string{"-in", goldenDir(t, g, file), "-out", out, "-type", "f32"}, c.args()...)
			code, stdout, stderr := quantizeTool(args...)
			if code != 0 {
				t.Fatalf("exit status %d: %s", code, stderr)
			}
			got := readGGUF(t, out)
			if want := len(wantTensors(c.Untied)); len(got.tensors) != want {
				t.Errorf("got %d tensors, want %d", len(got.tensors), want)
			}
			for _, info := range got.tensors {
				if info.Type != gguf.F32 || !slices.Equal(got.values[info.Name], g.values(t, c, info.Name)) {
					t.Errorf("%s: the values differ from PyTorch's", info.Name)
				}
			}
			want := c.Activation
			if want == "" {
				want = "gelu_new"
			}
			if text, _ := got.meta.Text("vitrine.activation"); text != want {
				t.Errorf("got vitrine.activation %q, want %q", text, want)
			}
			for note, wanted := range map[string]bool{
				"does not say its activation": c.Bare,
				"rows beyond are kept":        c.Rows > 0,
				"has no biases":               c.Biases != nil && !*c.Biases,
			} {
				if strings.Contains(stdout, note) != wanted {
					t.Errorf("note %q: want %v in\n%s", note, wanted, stdout)
				}
			}
			checkLogits(t, logits(t, got.file, g.IDs), c.Logits)
		})
	}
}

// checkLogits compares logits with PyTorch's. See TestGolden for the tolerance.
func checkLogits(t *testing.T, got []float32, want []float64) {
	t.Helper()
	const absolute, relative = 2e-4, 1e-4
	worst := 0.0
	for i, logit := range got {
		worst = max(worst, math.Abs(float64(logit)-want[i])/(absolute+relative*math.Abs(want[i])))
	}
	if len(got) != len(want) || !(worst <= 1) {
		t.Errorf("got %d logits, want %d, which differ by %.3g times the tolerance", len(got), len(want), worst)
	}
	t.Logf("logits: worst error %.3f of the tolerance", worst)
}

// TestScaledAttention: a model that divides its attention scores by something else
// computes what it computes in PyTorch. Worst measured: 0.12 of the tolerance; a model
// without its factors is off by hundreds of times it.
func TestScaledAttention(t *testing.T) {
	g := readGolden(t)
	if len(g.Scaled) != 3 {
		t.Errorf("got %d configurations, want 3", len(g.Scaled))
	}
	const file = "scaled.safetensors"
	g.Cases[file] = goldenCase{}
	for _, c := range g.Scaled {
		dir := goldenDir(t, g, file)
		config := map[string]any{}
		if err := json.Unmarshal(read(t, filepath.Join(dir, "config.json")), &config); err != nil {
			t.Fatal(err)
		}
		maps.Copy(config, c.Config)
		if err := os.WriteFile(filepath.Join(dir, "config.json"), mustJSON(t, config), 0o666); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "out.gguf")
		code, stdout, stderr := quantizeTool("-in", dir, "-out", out, "-type", "f32")
		if code != 0 {
			t.Fatalf("exit status %d: %s", code, stderr)
		}
		checkLogits(t, logits(t, readGGUF(t, out).file, g.IDs), c.Logits)
		if !strings.Contains(stdout, "note: scale_attn_") || !strings.Contains(stdout, "of 3 layers the factor is no power of two, so each of these weights is rounded once more, by 6e-8 of itself at most") {
			t.Errorf("%v: no note of the rounding in\n%s", c.Config, stdout)
		}
		if code, stdout, stderr := quantizeTool("verify", dir, out, "-logits=false"); code != 0 {
			t.Errorf("verify: exit status %d: %s%s", code, stdout, stderr)
		}
		delete(config, "scale_attn_weights")
		delete(config, "scale_attn_by_inverse_layer_idx")
		if err := os.WriteFile(filepath.Join(dir, "config.json"), mustJSON(t, config), 0o666); err != nil {
			t.Fatal(err)
		}
		if code, stdout, _ := quantizeTool("verify", dir, out, "-logits=false"); code != 1 || !strings.Contains(stdout, "problem: blk.0.attn_qkv.") && !strings.Contains(stdout, "problem: blk.1.attn_qkv.") {
			t.Errorf("verify against another scale: exit status %d:\n%s", code, stdout)
		}
	}
}

// TestScaledQueries: the factor is in the weights and biases of the queries alone, in
// either layout, and is exact where it is a power of two.
func TestScaledQueries(t *testing.T) {
	const heads = 8 // of 4, the root of which is 2
	for _, linear := range []bool{false, true} {
		x := newFixture()
		x.config["n_head"] = heads
		if linear {
			for name, w := range x.tensors {
				if len(w.shape) == 2 && strings.HasPrefix(name, "h.") {
					turned := tensor{w.typ, []int{w.shape[1], w.shape[0]}, make([]float32, len(w.values))}
					for i, v := range w.values {
						turned.values[i%w.shape[1]*w.shape[0]+i/w.shape[1]] = v
					}
					x.tensors[name] = turned
				}
			}
		}
		plain := convertFixture(t, x, "-type", "f32")
		x.config["scale_attn_by_inverse_layer_idx"], x.config["scale_attn_weights"] = true, false
		dir, out := x.write(t), filepath.Join(t.TempDir(), "out.gguf")
		code, stdout, stderr := quantizeTool("-in", dir, "-out", out, "-type", "f32")
		if code != 0 {
			t.Fatal(stderr)
		}
		if want := "note: scale_attn_by_inverse_layer_idx and scale_attn_weights: the weights of the queries are multiplied by the factor of their layer's scores, which gives the same model, since every factor is a power of two\n"; !strings.Contains(stdout, want) {
			t.Errorf("want %q in\n%s", want, stdout)
		}
		got := readGGUF(t, out)
		for _, info := range got.tensors {
			want := slices.Clone(plain.values[info.Name])
			if layer, ok := strings.CutPrefix(info.Name, "blk."); ok && strings.Contains(layer, ".attn_qkv.") {
				for i := range want[:len(want)/3] {
					want[i] *= map[byte]float32{'0': 2, '1': 1}[layer[0]]
				}
			}
			if !slices.Equal(got.values[info.Name], want) {
				t.Errorf("linear %v: %s: the values are not those that are wanted", linear, info.Name)
			}
		}
	}
}

// logits runs the model in a GGUF file over ids and returns the logits of every
// position.
func logits(t *testing.T, file []byte, ids []int) []float32 {
	t.Helper()
	r, err := gguf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(r)
	if err != nil {
		t.Fatal(err)
	}
	out, err := m.NewSession(len(ids)).ForwardAll(ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(ids) * m.Config().Vocabulary; len(out) != want {
		t.Fatalf("got %d logits, want %d", len(out), want)
	}
	return out
}

// TestGoldenDamaged: a checkpoint of PyTorch that is cut off anywhere is an error of
// one line, and so is one that has another byte, or it is a model.
func TestGoldenDamaged(t *testing.T) {
	g := readGolden(t)
	for _, file := range []string{"zip.bin", "legacy.bin", "strided.pt", "nanogpt.pt"} {
		dir := goldenDir(t, g, file)
		path := filepath.Join(dir, file)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		spoil := func(data []byte, what string, mayWork bool) {
			t.Helper()
			if err := os.WriteFile(path, data, 0o666); err != nil {
				t.Fatal(err)
			}
			code, _, stderr := quantizeTool("-in", dir, "-out", filepath.Join(t.TempDir(), "out.gguf"))
			if code == 0 && mayWork {
				return
			}
			if code != 1 || !strings.HasPrefix(stderr, "quantize: ") || strings.Count(stderr, "\n") != 1 {
				t.Errorf("%s, %s: exit status %d, error %q", file, what, code, stderr)
			}
		}
		for i := range 40 {
			spoil(whole[:i*len(whole)/40], "cut off", false)
		}
		for i := range 60 {
			data := slices.Clone(whole)
			data[(i*len(whole)/60+i*7)%len(whole)] ^= byte(1 + 37*i)
			spoil(data, "one byte changed", true)
		}
	}
}

// TestRefusesPickle: what a file of PyTorch may not be.
func TestRefusesPickle(t *testing.T) {
	g := readGolden(t)
	read := func(name string) string {
		data, err := os.ReadFile("testdata/golden/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, c := range []struct {
		name, like string // which checkpoint is there
		spoil      func(dir string) error
		args       []string
		want       string
	}{
		{"program", "zip.bin", func(dir string) error { return os.WriteFile(dir+"/zip.bin", []byte(read("module.pt")), 0o666) }, nil,
			`got an object of "torch.nn.modules.linear.Linear", which would have to be run: want a state dict`},
		{"no heads", "mingpt.pt", nil, nil, "want config.json beside the weights; or, for a state dict of nanoGPT or minGPT, -heads"},
		{"wrong heads", "mingpt.pt", nil, []string{"-heads", "3"}, "n_head: got 3, want a divisor of the width, 8"},
		{"other heads", "nanogpt.pt", nil, []string{"-heads", "4"}, "-heads: got 4, but the checkpoint says 2"},
		{"other activation", "zip.bin", nil, []string{"-activation", "relu"}, "-activation: got relu, but the checkpoint says gelu_new"},
		{"no tokenizer", "nanogpt.pt", func(dir string) error { return os.Remove(dir + "/vocab.json") }, nil, "a model of characters cannot be converted"},
		{"tokenizer of another", "nanogpt.pt", nil, []string{"-tokenizer", "gpt2"}, "the tokenizer is of another model, or the model's vocabulary is smaller"},
		{"tokenizer absent", "nanogpt.pt", nil, []string{"-tokenizer", "gpt3"}, "-tokenizer: want gpt2, or the name of a directory or file"},
		{"tokenizer in GGUF", "nanogpt.pt", nil, []string{"-tokenizer", "golden_test.go"}, "-tokenizer: got golden_test.go, want gpt2, a directory, a tokenizer.json, or a vocab.json with merges.txt beside it"},
		{"two weights", "zip.bin", func(dir string) error { return os.WriteFile(dir+"/b.pt", nil, 0o666) }, nil, "several files of weights in it (b.pt, zip.bin): name one of them"},
		{"shard of another format", "pytorch_model.bin.index.json", func(dir string) error {
			return os.WriteFile(dir+"/pytorch_model-00002-of-00002.bin", []byte("what"), 0o666)
		}, nil, `shard "pytorch_model-00002-of-00002.bin": safetensors: got a file of 4 bytes`},
	} {
		dir := goldenDir(t, g, c.like)
		if c.spoil != nil {
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
		}
		code, _, stderr := quantizeTool(append([]string{"-in", dir, "-out", filepath.Join(t.TempDir(), "out.gguf")}, c.args...)...)
		if code != 1 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit status %d, error %q, want 1, one line with %q", c.name, code, stderr, c.want)
		}
	}
}

// TestActivationOption: -activation decides what the checkpoint does not say.
func TestActivationOption(t *testing.T) {
	g := readGolden(t)
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, stdout, stderr := quantizeTool("-in", goldenDir(t, g, "nanogpt.pt"), "-out", out, "-activation", "relu")
	if code != 0 || strings.Contains(stdout, "does not say its activation") {
		t.Fatalf("exit status %d: %s%s", code, stdout, stderr)
	}
	if text, _ := readGGUF(t, out).meta.Text("vitrine.activation"); text != "relu" {
		t.Errorf("got vitrine.activation %q, want relu", text)
	}
}

// TestTokenizerElsewhere: -tokenizer takes a directory, or a file in it.
func TestTokenizerElsewhere(t *testing.T) {
	g := readGolden(t)
	other := newFixture()
	other.vocab["c"], other.vocab["a"] = 0, 7
	delete(other.vocab, "a")
	other.merges = "#version: 0.2\n"
	for token, id := range map[string]int{"ab": 3, "Ġa": 4, "Ġab": 5} {
		delete(other.vocab, token)
		other.vocab[strings.Repeat("x", id)] = id
	}
	elsewhere := other.write(t)
	for _, in := range []string{elsewhere, filepath.Join(elsewhere, "vocab.json")} {
		for _, file := range []string{"nanogpt.pt", "zip.bin"} {
			out := filepath.Join(t.TempDir(), "out.gguf")
			if code, _, stderr := quantizeTool("-in", goldenDir(t, g, file), "-out", out, "-tokenizer", in); code != 0 {
				t.Fatalf("%s: exit status %d: %s", file, code, stderr)
			}
			tokens, _ := readGGUF(t, out).meta.Texts("tokenizer.ggml.tokens")
			if want := []string{"c", "b", "Ġ", "xxx", "xxxx", "xxxxx", "<|endoftext|>"}; !slices.Equal(tokens, want) {
				t.Errorf("%s: got tokens %q, want %q", file, tokens, want)
			}
		}
	}
}

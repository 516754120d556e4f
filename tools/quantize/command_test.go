package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
)

// runnable is a fixture whose vocabulary has every byte, so that text can be read.
func runnable() *fixture {
	x := newFixture()
	for b, extra := 0, 256; b < 256; b++ {
		r := rune(b)
		if !('!' <= r && r <= '~' || '¡' <= r && r <= '¬' || '®' <= r && r <= 'ÿ') {
			r, extra = rune(extra), extra+1 // as bytes_to_unicode of GPT-2's encoder.py
		}
		if _, ok := x.vocab[string(r)]; !ok {
			x.vocab[string(r)] = len(x.vocab)
		}
	}
	v := len(x.vocab)
	values := make([]float32, v*32)
	for i := range values {
		values[i] = float32(i%101-50) / 40
	}
	x.tensors["wte.weight"] = tensor{"F32", []int{v, 32}, values}
	x.config["vocab_size"] = v
	return x
}

func TestSubcommandUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"verify"}, "got 0 arguments, want two"},
		{[]string{"verify", "a", "b", "c"}, "got 3 arguments, want two"},
		{[]string{"verify", "a", "b", "-tokens", "1"}, "-tokens: got 1"},
		{[]string{"verify", "-fast"}, "flag provided but not defined: -fast"},
		{[]string{"inspect"}, "got 0 arguments, want one"},
		{[]string{"inspect", "a", "-json", "b"}, "got 2 arguments, want one"},
	} {
		code, stdout, stderr := quantizeTool(c.args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "Run quantize "+c.args[0]+" -h for help.") {
			t.Errorf("%q: exit status %d, output %q, error %q, want 2 and %q", c.args, code, stdout, stderr, c.want)
		}
	}
	for _, args := range [][]string{{"verify", "-h"}, {"inspect", "-help"}, {"help", "verify"}, {"help"}, {"inspect", "x", "-h"}} {
		code, stdout, stderr := quantizeTool(args...)
		if code != 0 || stderr != "" || !strings.Contains(stdout, "Examples:\n") || !strings.Contains(stdout, "Exit status:") || !strings.Contains(stdout, "\nFlags:\n  -") {
			t.Errorf("%q: exit status %d, error %q, output %q", args, code, stderr, stdout)
		}
	}
}

// TestSplitCommand: converting a checkpoint to several files and to one gives the same
// tensors, and each part keeps to the limit.
func TestSplitCommand(t *testing.T) {
	dir := runnable().write(t)
	whole, parts := filepath.Join(t.TempDir(), "small.gguf"), filepath.Join(t.TempDir(), "small.gguf")
	if code, _, stderr := quantizeTool("-in", dir, "-out", whole); code != 0 {
		t.Fatal(stderr)
	}
	code, stdout, stderr := quantizeTool("-in", dir, "-out", parts, "-split", "12kB")
	if code != 0 || stderr != "" {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(parts), "*"))
	if err != nil || len(names) < 2 {
		t.Fatalf("got files %q, error %v", names, err)
	}
	if want, ok := gguf.SplitNames(names[0]); !ok || !slices.Equal(names, want) {
		t.Errorf("got files %q, want %q", names, want)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Size() > 12000 || !strings.Contains(stdout, "wrote "+name+"\n") {
			t.Errorf("%s: got %d bytes, error %v, output\n%s", name, info.Size(), err, stdout)
		}
	}
	for _, name := range names[:2] { // any part names the model
		if code, stdout, stderr := quantizeTool("verify", dir, name); code != 0 || !strings.Contains(stdout, "the file is what converting") {
			t.Errorf("%s: exit status %d, %s%s", name, code, stdout, stderr)
		}
	}
	code, stdout, _ = quantizeTool("inspect", names[0])
	if code != 0 || !strings.Contains(stdout, "28 tensors") || !strings.Contains(stdout, "GGUF in ") || strings.Contains(stdout, "does not run") {
		t.Errorf("inspect: exit status %d:\n%s", code, stdout)
	}
	if code, _, stderr := quantizeTool("-in", dir, "-out", parts, "-split", "2kB"); code != 1 || !strings.Contains(stderr, "-split: ") || !strings.Contains(stderr, "allow ") {
		t.Errorf("parts too small: exit status %d, %s", code, stderr)
	}
	// A model in parts whose other parts are not there.
	os.Remove(names[1])
	for _, command := range []string{"verify", "inspect"} {
		args := []string{command, dir, names[0]}
		if command == "inspect" {
			args = []string{command, names[0]}
		}
		if code, stdout, stderr := quantizeTool(args...); code == 0 && !strings.Contains(stdout, filepath.Base(names[1])) || !strings.Contains(stdout+stderr, filepath.Base(names[1])) {
			t.Errorf("%s without a part: exit status %d, %s%s", command, code, stdout, stderr)
		}
	}
}

// TestKeepsTheCheckpoint: no file of the input is replaced, whatever its name.
func TestKeepsTheCheckpoint(t *testing.T) {
	dir := runnable().write(t)
	out := filepath.Join(dir, "model.gguf")
	if err := os.Rename(filepath.Join(dir, "model.safetensors"), out); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.gguf")
	if err := os.Link(out, link); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{out, filepath.Join(dir, "..", filepath.Base(dir), "model.gguf"), link} {
		files := outputs{flag: "-out", inputs: new(inputs)}
		files.inputs.add(dir)
		if _, err := files.create(path); err == nil || !strings.Contains(err.Error(), "is one of the files that are read: give -out another name") {
			t.Errorf("%s: got %v", path, err)
		}
		files.discard()
	}
	if after, err := os.ReadFile(out); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the checkpoint has changed, error %v", err)
	}
	parts := gguf.SplitName(filepath.Join(dir, "p"), 1, 2)
	if err := os.WriteFile(parts, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	files := outputs{flag: "-out", inputs: new(inputs)}
	files.inputs.add(gguf.SplitName(filepath.Join(dir, "p"), 0, 2))
	if _, err := files.create(parts); err == nil {
		t.Error("another part of the checkpoint would be replaced")
	}
}

// TestTerminal: nothing that a test or a pipe reads has a bar or a colour in it.
func TestTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, out := range []io.Writer{w, new(bytes.Buffer)} {
		if terminal(out) || colored(out) || paint(out, red, "x") != "x" || newProgress(out).w != nil {
			t.Errorf("%T is taken for a terminal", out)
		}
	}
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	if terminal(device) && paint(device, green, "x") != "\x1b[32mx\x1b[0m" {
		t.Errorf("got %q on a device", paint(device, green, "x"))
	}
	t.Setenv("NO_COLOR", "1")
	if paint(device, green, "x") != "x" {
		t.Error("NO_COLOR is not heeded")
	}
	t.Setenv("TERM", "dumb")
	if terminal(device) {
		t.Error("a dumb terminal gets a bar")
	}
}

func TestDefaultName(t *testing.T) {
	dir := runnable().write(t)
	for in, want := range map[string]string{
		dir: "small", filepath.Join(dir, "model.safetensors"): "small", "hf:gpt2": "gpt2", "hf:openai-community/gpt2@main": "gpt2", filepath.Join(dir, "Tales.gguf"): "Tales",
	} {
		if got := defaultName(in); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

// verified runs verify and returns its JSON.
func verified(t *testing.T, args ...string) (code int, report map[string]any, stderr string) {
	t.Helper()
	code, stdout, stderr := quantizeTool(append([]string{"verify", "-json"}, args...)...)
	if code == 2 || stdout == "" {
		return code, nil, stderr
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("%v in:\n%s", err, stdout)
	}
	return code, report, stderr
}

// TestVerify: what the tool writes passes in every type, with figures that are right
// for the type, and the page is written.
func TestVerify(t *testing.T) {
	x := runnable()
	x.edit("wte.weight", func(v []float32) { v[40] = 9 })
	dir := x.write(t)
	text := filepath.Join(t.TempDir(), "text.txt")
	if err := os.WriteFile(text, []byte("ab ab a b ab"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, typ := range []string{"Q8_0", "F16", "F32"} {
		out, page := filepath.Join(t.TempDir(), "out.gguf"), filepath.Join(t.TempDir(), "page.html")
		if code, _, stderr := quantizeTool("-in", dir, "-out", out, "-type", typ, "-name", "<b>&'\""); code != 0 {
			t.Fatal(stderr)
		}
		code, report, stderr := verified(t, dir, out, "-text", text, "-report", page)
		if code != 0 || len(report["problems"].([]any)) != 0 || len(report["tensors"].([]any)) != 28 || report["type"] != typ {
			t.Fatalf("%s: exit status %d, %v, %s", typ, code, report["problems"], stderr)
		}
		first := report["tensors"].([]any)[0].(map[string]any)
		exact := typ == "F32"
		if (first["worst"].(float64) == 0) != exact || (first["snrDB"] == nil) != exact || (first["worstRow"].(float64) == -1) != exact {
			t.Errorf("%s: got %v", typ, first)
		}
		if bound := first["bound"].(float64); bound > 1 || (bound < 0.5) != exact {
			t.Errorf("%s: an error of %v of the bound", typ, bound)
		}
		if first["largest"].(float64) < 9 || typ == "Q8_0" && first["blocks"].(float64) != 260 {
			t.Errorf("%s: got %v", typ, first)
		}
		logits := report["logits"].(map[string]any)
		perplexity := logits["perplexity"].(map[string]any)
		before, after := perplexity["before"].(float64), perplexity["after"].(float64)
		if logits["tokens"].(float64) != 6 || logits["positions"].(float64) != 5 || logits["agreement"].(float64) < 0.5 || math.Abs(before-after) > 0.5*before || before <= 1 {
			t.Errorf("%s: got %v", typ, logits)
		}
		if exact && (logits["maxKL"].(float64) > 1e-12 || logits["maxLogit"].(float64) != 0 || before != after || logits["agreement"].(float64) != 1) {
			t.Errorf("F32: the same models predict differently: %v", logits)
		}
		lens := logits["lens"].([]any)
		for i, one := range lens {
			layer := one.(map[string]any)
			if layer["layer"].(float64) != float64(i) || layer["positions"].(float64) != 5 || layer["agreement"].(float64) < 0.2 || (layer["maxKL"].(float64) < 1e-12) != exact {
				t.Errorf("%s: the lens after layer %d: %v", typ, i, layer)
			}
		}
		last := lens[len(lens)-1].(map[string]any) // what the model predicts
		for _, figure := range []string{"agreement", "meanKL", "maxKL"} {
			if last[figure] != logits[figure] {
				t.Errorf("%s: the lens after the last layer has the %s %v, the predictions %v", typ, figure, last[figure], logits[figure])
			}
		}
		html, err := os.ReadFile(page)
		if err != nil || !bytes.Contains(html, []byte("&lt;b&gt;&amp;&#39;&#34;")) || bytes.Contains(html, []byte("<b>&")) || bytes.Contains(html, []byte("<script")) {
			t.Errorf("%s: the page has no escaped name, or a script, error %v", typ, err)
		}
	}
}

// TestVerifyFinds spoils files in many ways: each is a problem that names the tensor,
// and where in it.
func TestVerifyFinds(t *testing.T) {
	x := runnable()
	dir := x.write(t)
	for _, c := range []struct {
		name  string
		typ   string
		spoil func(*fixture) // of the checkpoint that the file is made from
		want  string
	}{
		{"another value", "q8_0", func(x *fixture) { x.edit("h.1.mlp.c_fc.weight", func(v []float32) { v[3*64+7] += 0.05 }) }, "blk.1.ffn_up.weight: row 7, column 3 is "},
		{"another value in F16", "f16", func(x *fixture) { x.edit("wte.weight", func(v []float32) { v[33] *= 1.002 }) }, "token_embd.weight: row 1, column 1 is "},
		{"another value in F32", "q8_0", func(x *fixture) {
			x.edit("ln_f.bias", func(v []float32) { v[5] = math.Nextafter32(v[5], 9) })
		}, "output_norm.bias: row 0, column 5 is "},
		{"swapped tensors", "q8_0", func(x *fixture) {
			x.tensors["h.0.mlp.c_fc.bias"], x.tensors["h.1.mlp.c_fc.bias"] = x.tensors["h.1.mlp.c_fc.bias"], x.tensors["h.0.mlp.c_fc.bias"]
		}, "blk.0.ffn_up.bias: row 0, column 0 is "},
		{"head of its own", "q8_0", func(x *fixture) {
			x.copyTensor("wte.weight", "lm_head.weight")
			x.edit("lm_head.weight", func(v []float32) { v[0]++ })
			x.config["tie_word_embeddings"] = false
		}, "output.weight: the checkpoint has no such tensor"},
		{"heads", "q8_0", func(x *fixture) { x.config["n_head"] = 2 }, `metadata gpt2.attention.head_count: got "2", want "4" as in the checkpoint`},
		{"activation", "q8_0", func(x *fixture) { x.config["activation_function"] = "relu" }, `metadata vitrine.activation: got "relu", want "gelu_new"`},
		{"merges", "q8_0", func(x *fixture) { x.merges = "Ġ a\na b\nĠ ab\n" }, "metadata tokenizer.ggml.merges: got 3 others, want 3 others"},
	} {
		y := runnable()
		c.spoil(y)
		out := filepath.Join(t.TempDir(), "out.gguf")
		if code, _, stderr := quantizeTool("-in", y.write(t), "-out", out, "-type", c.typ); code != 0 {
			t.Fatalf("%s: %s", c.name, stderr)
		}
		code, report, stderr := verified(t, dir, out)
		if code != 1 || stderr != "" || report == nil {
			t.Errorf("%s: exit status %d, %s", c.name, code, stderr)
			continue
		}
		problems := report["problems"].([]any)
		if !slices.ContainsFunc(problems, func(p any) bool { return strings.Contains(p.(string), c.want) }) {
			t.Errorf("%s: got problems %q, want %s", c.name, problems, c.want)
		}
		if report["logits"] != nil {
			t.Errorf("%s: the models were run all the same", c.name)
		}
		if code, stdout, _ := quantizeTool("verify", dir, out); code != 1 || !strings.Contains(stdout, "problem: ") || !strings.HasSuffix(stdout, "the file is not what converting the checkpoint gives\n") {
			t.Errorf("%s: exit status %d:\n%s", c.name, code, stdout)
		}
	}
}

// rewrite copies a GGUF file with other metadata and tensors.
func rewrite(t *testing.T, path string, change func(*gguf.Metadata, []gguf.TensorInfo, map[string][]byte) []gguf.TensorInfo) string {
	t.Helper()
	c := readGGUF(t, path)
	data := map[string][]byte{}
	for _, info := range c.tensors {
		data[info.Name] = c.file[info.Offset:][:info.Size]
	}
	tensors := change(c.meta, c.tensors, data)
	out := filepath.Join(t.TempDir(), "other.gguf")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := gguf.NewWriter(f, c.meta, tensors)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range tensors {
		if err := w.WriteTensor(info.Name, bytes.NewReader(data[info.Name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestVerifyOthers: files that this tool would not write are told apart into those
// that are the same model and those that are not.
func TestVerifyOthers(t *testing.T) {
	dir := runnable().write(t)
	out := filepath.Join(t.TempDir(), "out.gguf")
	if code, _, stderr := quantizeTool("-in", dir, "-out", out); code != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		name   string
		change func(*gguf.Metadata, []gguf.TensorInfo, map[string][]byte) []gguf.TensorInfo
		code   int
		want   string
	}{
		{"another order", func(_ *gguf.Metadata, list []gguf.TensorInfo, _ map[string][]byte) []gguf.TensorInfo {
			slices.Reverse(list)
			return list
		}, 0, "the file is what converting"},
		{"a tensor less", func(_ *gguf.Metadata, list []gguf.TensorInfo, _ map[string][]byte) []gguf.TensorInfo { return list[1:] }, 1, "problem: token_embd.weight is missing"},
		{"another shape", func(_ *gguf.Metadata, list []gguf.TensorInfo, _ map[string][]byte) []gguf.TensorInfo {
			list[0].Shape = []int{1, 260 * 32}
			return list
		}, 1, "problem: token_embd.weight: got shape [1 8320], want [260 32]"},
		{"another type", func(_ *gguf.Metadata, list []gguf.TensorInfo, data map[string][]byte) []gguf.TensorInfo {
			list[0].Type = gguf.F32
			var b []byte
			for _, v := range runnable().tensors["wte.weight"].values {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
			data[list[0].Name] = b
			return list
		}, 0, "note: token_embd.weight is F32; this tool would make it Q8_0"},
		{"NaN", func(_ *gguf.Metadata, list []gguf.TensorInfo, data map[string][]byte) []gguf.TensorInfo {
			data[list[0].Name] = slices.Clone(data[list[0].Name])
			binary.LittleEndian.PutUint16(data[list[0].Name][34:], 0x7e00)
			return list
		}, 1, "problem: token_embd.weight: row 1, column 0 is NaN"},
		{"another context", func(meta *gguf.Metadata, list []gguf.TensorInfo, _ map[string][]byte) []gguf.TensorInfo {
			meta.Set("gpt2.context_length", uint64(4))
			return list
		}, 1, `problem: metadata gpt2.context_length: got "4", want "5"`},
	} {
		code, stdout, stderr := quantizeTool("verify", dir, rewrite(t, out, c.change), "-logits=false")
		if code != c.code || stderr != "" || !strings.Contains(stdout, c.want) {
			t.Errorf("%s: exit status %d, want %d with %q:\n%s%s", c.name, code, c.code, c.want, stdout, stderr)
		}
	}
}

func TestVerifyFails(t *testing.T) {
	dir := runnable().write(t)
	out := filepath.Join(t.TempDir(), "out.gguf")
	if code, _, stderr := quantizeTool("-in", dir, "-out", out); code != 0 {
		t.Fatal(stderr)
	}
	binaryText := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(binaryText, []byte{0xff, 0xfe}, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{dir, filepath.Join(dir, "none.gguf")}, "none.gguf"},
		{[]string{dir, filepath.Join(dir, "model.safetensors")}, "not a GGUF file"},
		{[]string{out, dir}, "small: got a directory, want a GGUF file"},
		{[]string{filepath.Join(dir, "none"), out}, "none"},
		{[]string{dir, out, "-text", filepath.Join(dir, "none.txt")}, "none.txt"},
		{[]string{dir, out, "-text", binaryText}, "want a file of plain text"},
		{[]string{dir, out, "-report", filepath.Join(dir, "model.safetensors")}, "another name"},
		{[]string{dir, out, "-report", out}, "another name"},
	} {
		code, _, stderr := quantizeTool(append([]string{"verify"}, c.args...)...)
		if code != 1 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit status %d, error %q, want 1 and %q", c.args, code, stderr, c.want)
		}
	}
}

func TestInspect(t *testing.T) {
	dir := runnable().write(t)
	out := filepath.Join(t.TempDir(), "out.gguf")
	if code, _, stderr := quantizeTool("-in", dir, "-out", out, "-license", "mit"); code != 0 {
		t.Fatal(stderr)
	}
	const parameters = 260*32 + 5*32 + 2*(4*32+96*33+32*33+64*33+32*65) + 2*32
	for _, path := range []string{dir, out, filepath.Dir(out)} {
		code, stdout, stderr := quantizeTool("inspect", path, "-json")
		var got inspection
		if err := json.Unmarshal([]byte(stdout), &got); code != 0 || err != nil || stderr != "" {
			t.Fatalf("%s: exit status %d, %v, %s", path, code, err, stderr)
		}
		if want := map[bool]string{true: "checkpoint", false: "GGUF"}[path == dir]; got.Format != want {
			t.Errorf("%s: got format %q, want %q", path, got.Format, want)
		}
		if !got.Runs || got.Refusal != "" || got.Parameters != parameters || len(got.Tensors) != 28 || got.Tensors[0].Name != "token_embd.weight" || !slices.Equal(got.Tensors[0].Shape, []int{260, 32}) {
			t.Errorf("%s: got %+v", path, got)
		}
		i := slices.IndexFunc(got.Metadata, func(e entry) bool { return e.Key == "tokenizer.ggml.tokens" })
		if i < 0 || got.Metadata[i].Length != 260 || len(got.Metadata[i].Value.([]any)) != 5 {
			t.Errorf("%s: got tokens %+v", path, got.Metadata)
		}
		code, stdout, _ = quantizeTool("inspect", path)
		for _, want := range []string{thousands(parameters) + " parameters in 28 tensors", "gpt2.block_count", `260: "a" "b"`, "blk.1.ffn_down.weight", "1e-05"} {
			if code != 0 || !strings.Contains(stdout, want) {
				t.Errorf("%s: exit status %d, no %q in:\n%s", path, code, want, stdout)
			}
		}
	}
	if code, _, stderr := quantizeTool("inspect", filepath.Join(dir, "none")); code != 1 || !strings.Contains(stderr, "none") {
		t.Errorf("nothing: exit status %d, %s", code, stderr)
	}
}

// TestVocabularyWithoutBytes: llama.cpp runs a model that has no token for some byte, and
// Vitrine does not. Every command says so, and none fails.
func TestVocabularyWithoutBytes(t *testing.T) {
	const reason = `tokenizer: tokenizer.ggml.tokens: no token 'Ā' for the byte 0x00, want one for every byte`
	dir, out := newFixture().write(t), filepath.Join(t.TempDir(), "out.gguf")
	for want, args := range map[string][]string{
		"note: Vitrine does not run the file, other programs may: " + reason + "; docs/quantize.md says what helps\n": {"-in", dir, "-out", out},
		"\nVitrine does not run it: " + reason + "\n":                                                                 {"inspect", dir},
	} {
		if code, stdout, stderr := quantizeTool(args...); code != 0 || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("%q: exit status %d, want %q in:\n%s%s", args, code, want, stdout, stderr)
		}
	}
	if code, stdout, _ := quantizeTool("inspect", out); code != 0 || !strings.Contains(stdout, "Vitrine does not run it: "+reason) {
		t.Errorf("inspect: exit status %d:\n%s", code, stdout)
	}
	code, stdout, stderr := quantizeTool("verify", dir, out)
	if code != 0 || stderr != "" || !strings.Contains(stdout, "note: no predictions: Vitrine does not run the file: "+reason) || !strings.Contains(stdout, "the file is what converting") {
		t.Errorf("verify: exit status %d:\n%s%s", code, stdout, stderr)
	}
	// A whole vocabulary has no such note, but a context can be too long too.
	x := runnable()
	if _, stdout, _ := quantizeTool("-in", x.write(t), "-out", out); strings.Contains(stdout, "note: ") {
		t.Errorf("got a note in:\n%s", stdout)
	}
	const context = 1 << 20
	x.config["n_positions"] = context
	x.tensors["wpe.weight"] = tensor{"F32", []int{context, 32}, make([]float32, 32*context)}
	if code, stdout, _ := quantizeTool("inspect", x.write(t)); code != 0 || !strings.Contains(stdout, "Vitrine does not run it: model: metadata \"gpt2.context_length\"") {
		t.Errorf("a long context: exit status %d:\n%s", code, stdout)
	}
}

// TestNotesNoEnd: llama.cpp ends a text at token 11 where the file names no other.
func TestNotesNoEnd(t *testing.T) {
	x := runnable()
	delete(x.config, "eos_token_id")
	delete(x.config, "bos_token_id")
	const note = "the checkpoint names no token that ends a text"
	out := filepath.Join(t.TempDir(), "out.gguf")
	if code, stdout, _ := quantizeTool("-in", x.write(t), "-out", out); code != 0 || strings.Contains(stdout, note) {
		t.Errorf("<|endoftext|>: exit status %d:\n%s", code, stdout)
	}
	id := x.vocab["<|endoftext|>"]
	delete(x.vocab, "<|endoftext|>")
	x.vocab["aĠ"] = id
	dir := x.write(t)
	for _, args := range [][]string{{"-in", dir, "-out", out}, {"inspect", dir}, {"-in", out, "-out", filepath.Join(t.TempDir(), "again.gguf")}} {
		want := note + `, so llama.cpp stops at token 11, "Ą": `
		if code, stdout, _ := quantizeTool(args...); code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("%q: exit status %d, want %q in:\n%s", args, code, want, stdout)
		}
	}
}

// TestInspectRefused lists files that Vitrine does not run, and says why.
func TestInspectRefused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.gguf")
	if code, _, stderr := quantizeTool("-in", runnable().write(t), "-out", out); code != 0 {
		t.Fatal(stderr)
	}
	llama := rewrite(t, out, func(meta *gguf.Metadata, list []gguf.TensorInfo, _ map[string][]byte) []gguf.TensorInfo {
		meta.Set("general.architecture", "llama")
		return list
	})
	noTokens := rewrite(t, out, func(meta *gguf.Metadata, list []gguf.TensorInfo, _ map[string][]byte) []gguf.TensorInfo {
		meta.Set("tokenizer.ggml.model", "llama")
		return list
	})
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	// Its type, Q8_0, follows the dimensions of token_embd.weight, and becomes Q4_K.
	at := bytes.Index(file, []byte("token_embd.weight")) + len("token_embd.weight") + 4 + 2*8
	binary.LittleEndian.PutUint32(file[at:], 12)
	q4 := filepath.Join(t.TempDir(), "q4.gguf")
	if err := os.WriteFile(q4, file, 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		llama:    `Vitrine does not run it: gguf: unsupported architecture: got "llama"`,
		noTokens: `Vitrine does not run it: tokenizer: `,
		q4:       `Vitrine does not run it: gguf: unsupported type of tensor "token_embd.weight": got Q4_K`,
	} {
		code, stdout, stderr := quantizeTool("inspect", path)
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) || !strings.Contains(stdout, "blk.1.ffn_down.weight") || !strings.Contains(stdout, "28 tensors") {
			t.Errorf("exit status %d, want %q in:\n%s%s", code, want, stdout, stderr)
		}
	}
	if err := os.WriteFile(q4, file[:100], 0o666); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := quantizeTool("inspect", q4); code != 1 || !strings.Contains(stderr, "up to the end of the file") {
		t.Errorf("cut off: exit status %d, %s", code, stderr)
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"vitrine/core/gguf"
)

// TestGGUF: a model in GGUF becomes what its checkpoint becomes, and where its type
// stays the same, the same file.
func TestGGUF(t *testing.T) {
	x := newFixture()
	x.copyTensor("wte.weight", "lm_head.weight")
	x.edit("lm_head.weight", func(v []float32) { v[0]++ })
	x.config["tie_word_embeddings"] = false
	// A block whose scale has few bits: 99.55 of the smallest float16 are rounded to
	// 100, so that the largest value becomes 126 and not 127.
	x.edit("wte.weight", func(v []float32) {
		for i := range 32 {
			v[i] = 127 * 99.55 * 0x1p-24 / float32(i+1)
		}
	})
	x.files["README.md"] = "---\nlicense: mit\nlanguage: [en, no]\nauthor: A. Author\n---\n"
	files := map[gguf.Type]string{}
	for _, typ := range []gguf.Type{gguf.F32, gguf.F16, gguf.Q8_0} {
		files[typ] = filepath.Join(t.TempDir(), "small.gguf")
		if code, _, stderr := quantizeTool("-in", x.write(t), "-out", files[typ], "-type", typ.String()); code != 0 {
			t.Fatalf("%v: exit status %d: %s", typ, code, stderr)
		}
	}
	for _, c := range []struct{ from, to gguf.Type }{
		{gguf.F32, gguf.F32}, {gguf.F16, gguf.F16}, {gguf.Q8_0, gguf.Q8_0}, // round trips
		{gguf.F32, gguf.Q8_0}, {gguf.F32, gguf.F16},
	} {
		out := filepath.Join(t.TempDir(), "out.gguf")
		if code, _, stderr := quantizeTool("-in", files[c.from], "-out", out, "-type", c.to.String(), "-name", "small"); code != 0 {
			t.Fatalf("%v from %v: exit status %d: %s", c.to, c.from, code, stderr)
		}
		if got, want := readGGUF(t, out).file, readGGUF(t, files[c.to]).file; !bytes.Equal(got, want) {
			t.Errorf("%v from %v: the file differs from that of the checkpoint", c.to, c.from)
		}
	}
}

// TestGGUFOfOthers: a file that another program has written keeps its own metadata,
// and what it lacks, be it biases or a position table.
func TestGGUFOfOthers(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.gguf")
	if code, _, stderr := quantizeTool("-in", newFixture().write(t), "-out", whole, "-type", "f16"); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	old := readGGUF(t, whole)
	meta := new(gguf.Metadata)
	meta.Set("general.quantized_by", "somebody")
	for _, key := range old.meta.Keys() {
		if value, _ := old.meta.Value(key); key != "vitrine.activation" && key != "tokenizer.ggml.add_bos_token" {
			meta.Set(key, value)
		}
	}
	meta.Set("vitrine.position", "sinusoidal")
	meta.Set("tokenizer.ggml.padding_token_id", int64(6))
	var infos []gguf.TensorInfo
	for _, info := range old.tensors {
		if info.Name != "position_embd.weight" && info.Name != "blk.1.ffn_up.bias" {
			infos = append(infos, info)
		}
	}
	other := filepath.Join(t.TempDir(), "other.gguf")
	f, err := os.Create(other)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := gguf.NewWriter(f, meta, infos)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		if err := w.WriteTensor(info.Name, bytes.NewReader(old.file[info.Offset:][:info.Size])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		typ, name string
	}{{"f16", "small"}, {"q8_0", "small"}, {"f16", "Other"}} {
		out := filepath.Join(t.TempDir(), "out.gguf")
		if code, _, stderr := quantizeTool("-in", other, "-out", out, "-type", c.typ, "-name", c.name); code != 0 {
			t.Fatalf("%v: exit status %d: %s", c, code, stderr)
		}
		got, want := readGGUF(t, out), readGGUF(t, other)
		if c.typ == "f16" && c.name == "small" && !bytes.Equal(got.file, want.file) {
			t.Errorf("%v: the file differs", c)
		}
		if len(got.tensors) != len(infos) {
			t.Errorf("%v: got %d tensors, want %d", c, len(got.tensors), len(infos))
		}
		for _, key := range want.meta.Keys() {
			g, _ := got.meta.Value(key)
			w, _ := want.meta.Value(key)
			if changed := key == "general.file_type" && c.typ != "f16" || key == "general.name" && c.name != "small"; reflect.DeepEqual(g, w) == changed {
				t.Errorf("%v: %s: got %v, was %v", c, key, g, w)
			}
		}
	}
}

// TestEndsOfOthers: ids of tokens that the vocabulary does not have are left out.
func TestEndsOfOthers(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(models, "vitrine-tiny-q8_0.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id"} {
		in, out := filepath.Join(t.TempDir(), "in.gguf"), filepath.Join(t.TempDir(), "out.gguf")
		changed := bytes.Replace(file, []byte(key+"\x04\x00\x00\x00\xff\x1f"), []byte(key+"\x04\x00\x00\x00\x50\xc4"), 1)
		if err := os.WriteFile(in, changed, 0o666); err != nil {
			t.Fatal(err)
		}
		want := key + " is left out: got 50256, want "
		for _, args := range [][]string{{"-in", in, "-out", out}, {"inspect", in}} {
			code, stdout, stderr := quantizeTool(args...)
			if code != 0 || strings.Count(stdout, want) != 1 {
				t.Errorf("%v: exit status %d, %s, printed %q, want a note with %q", args, code, stderr, stdout, want)
			}
		}
		got := readGGUF(t, out)
		if _, ok := got.meta.Value(key); ok || len(got.meta.Keys()) < 10 {
			t.Errorf("%s is in the file that is written, which has %v", key, got.meta.Keys())
		}
	}
}

// TestRefusesGGUF: files that are GGUF, but not of a whole GPT-2 model.
func TestRefusesGGUF(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.gguf")
	if code, _, stderr := quantizeTool("-in", newFixture().write(t), "-out", whole, "-type", "f32"); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	file, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"architecture", "\x04\x00\x00\x00\x00\x00\x00\x00gpt2\x0c", "\x04\x00\x00\x00\x00\x00\x00\x00llam\x0c", `general.architecture: got "llam", want "gpt2"`},
		{"no layers", "gpt2.block_count", "gpt2.block_c0unt", "gpt2.block_count: got 0, want a whole number from 1"},
		{"layers", "block_count\x04\x00\x00\x00\x02", "block_count\x04\x00\x00\x00\x01", `tensor "blk.1.attn_norm.weight" is not one of GPT-2's`},
		{"more layers", "block_count\x04\x00\x00\x00\x02", "block_count\x04\x00\x00\x00\x03", `tensor "blk.2.attn_norm.weight" is missing`},
		{"layers absurd", "block_count\x04\x00\x00\x00\x02\x00", "block_count\x04\x00\x00\x00\x02\xff", "gpt2.block_count: got 65282, want at most the number of tensors"},
		{"heads", "head_count\x04\x00\x00\x00\x04", "head_count\x04\x00\x00\x00\x05", "gpt2.attention.head_count: got 5, want a divisor"},
		{"epsilon", "layer_norm_epsilon\x06", "layer_norm_epsil0n\x06", "gpt2.attention.layer_norm_epsilon: got 0"},
		{"activation", "gelu_new", "gelu_old", `vitrine.activation: got "gelu_old"`},
		{"position", "learned", "learnt!", `vitrine.position: got "learnt!"`},
		{"misnamed", "blk.1.ffn_up.weight", "blk.1.ffn_in.weight", `tensor "blk.1.ffn_in.weight" is not one of GPT-2's`},
		{"layer misnamed", "blk.1.ffn_up.weight", "blk.01ffn_up.weight", `tensor "blk.01ffn_up.weight" is not one of GPT-2's`},
		{"missing", "blk.1.ffn_up.weight", "blk.1.ffn_up0weight", `tensor "blk.1.ffn_up0weight" is not one of GPT-2's`},
		{"width", "embedding_length\x04\x00\x00\x00\x20", "embedding_length\x04\x00\x00\x00\x10", `tensor "token_embd.weight": got shape [7 32], want [7 16]`},
		{"tokenizer", "tokenizer.ggml.model\x08\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00gpt2", "tokenizer.ggml.model\x08\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00bert", `tokenizer.ggml.model: got "bert"`},
	} {
		if bytes.Count(file, []byte(c.old)) != 1 || len(c.old) != len(c.new) {
			t.Fatalf("%s: %q is in the file %d times", c.name, c.old, bytes.Count(file, []byte(c.old)))
		}
		in := filepath.Join(t.TempDir(), "in.gguf")
		if err := os.WriteFile(in, bytes.Replace(file, []byte(c.old), []byte(c.new), 1), 0o666); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := quantizeTool("-in", in, "-out", filepath.Join(t.TempDir(), "out.gguf"))
		if code != 1 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit status %d, error %q, want 1, one line with %q", c.name, code, stderr, c.want)
		}
	}
	in := filepath.Join(t.TempDir(), "in.gguf")
	if err := os.WriteFile(in, file[:len(file)-1], 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-in", in}, "tensor"},
		{[]string{"-in", whole, "-tokenizer", "gpt2"}, "-tokenizer: a GGUF file has its own"},
	} {
		code, _, stderr := quantizeTool(append(c.args, "-out", filepath.Join(t.TempDir(), "out.gguf"))...)
		if code != 1 || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit status %d, error %q, want 1, one line with %q", c.args, code, stderr, c.want)
		}
	}
}

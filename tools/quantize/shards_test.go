package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shard divides the weights over two files with an index: names that begin with h.0
// are in the first. It returns the index, for a test to change.
func (x *fixture) shard(t *testing.T, prefix string) map[string]string {
	one, two := &fixture{tensors: map[string]tensor{}}, &fixture{tensors: map[string]tensor{}}
	index := map[string]string{}
	for name, tensor := range x.tensors {
		if strings.HasPrefix(name, "h.0.") {
			one.tensors[prefix+name], index[prefix+name] = tensor, "model-00001-of-00002.safetensors"
		} else {
			two.tensors[prefix+name], index[prefix+name] = tensor, "model-00002-of-00002.safetensors"
		}
	}
	x.files["model.safetensors"] = ""
	x.files["model-00001-of-00002.safetensors"] = string(one.safetensors(t))
	x.files["model-00002-of-00002.safetensors"] = string(two.safetensors(t))
	return index
}

// setIndex writes the index.
func (x *fixture) setIndex(t *testing.T, index map[string]string) {
	text, err := json.Marshal(map[string]any{"metadata": map[string]int{"total_size": 1}, "weight_map": index})
	if err != nil {
		t.Fatal(err)
	}
	x.files["model.safetensors.index.json"] = string(text)
}

// TestShards: the model is the same, whether its weights lie in one file or in two,
// and whether the directory is named or the index.
func TestShards(t *testing.T) {
	want := convertFixture(t, newFixture()).file
	for _, prefix := range []string{"", "transformer."} {
		x := newFixture()
		x.setIndex(t, x.shard(t, prefix))
		dir := x.write(t)
		for _, in := range []string{dir, filepath.Join(dir, "model.safetensors.index.json")} {
			out := filepath.Join(t.TempDir(), "out.gguf")
			if code, _, stderr := quantizeTool("-in", in, "-out", out); code != 0 {
				t.Fatalf("%s: exit status %d: %s", in, code, stderr)
			}
			if got := readGGUF(t, out).file; !bytes.Equal(got, want) {
				t.Errorf("%s, prefix %q: the file differs from that of one file", in, prefix)
			}
		}
	}
}

func TestRefusesShards(t *testing.T) {
	const first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
	for _, c := range []struct {
		name  string
		spoil func(x *fixture, index map[string]string)
		want  string
	}{
		{"absent", func(x *fixture, _ map[string]string) { x.files[second] = "" }, `shard "` + second + `": open`},
		{"cut off", func(x *fixture, _ map[string]string) { x.files[first] = x.files[first][:9000] }, `shard "` + first + `": safetensors: tensor "h.0.attn.c_attn.weight"`},
		{"the same twice", func(x *fixture, _ map[string]string) { x.files[second] = x.files[first] }, `tensor "wte.weight" is not in "` + second + `"`},
		{"in two shards, but not where the index says", func(x *fixture, index map[string]string) {
			for name, shard := range index {
				if strings.HasPrefix(name, "h.0.") {
					index[name] = shard + "x"
				}
			}
			x.files[second], x.files[first+"x"] = x.files[first], x.files[second]
			index["ln_f.bias"], index["ln_f.weight"] = first, second
		}, `tensor "h.0.attn.c_attn.bias" is in "` + first + `" and in "` + second + `"`},
		{"path", func(x *fixture, index map[string]string) { index["ln_f.bias"] = "../model.safetensors" }, `tensor "ln_f.bias": got "../model.safetensors", want the name of a file beside the index`},
		{"path of Windows", func(x *fixture, index map[string]string) { index["ln_f.bias"] = `..\x` }, `want the name of a file beside the index`},
		{"no name", func(x *fixture, index map[string]string) { index["ln_f.bias"] = "" }, `want the name of a file beside the index`},
		{"itself", func(x *fixture, index map[string]string) { index["ln_f.bias"] = "model.safetensors.index.json" }, `want the name of a file beside the index`},
		{"empty", func(x *fixture, index map[string]string) { clear(index) }, "weight_map: got no tensor"},
	} {
		x := newFixture()
		index := x.shard(t, "")
		c.spoil(x, index)
		x.setIndex(t, index)
		code, stdout, stderr := quantizeTool("-in", x.write(t), "-out", filepath.Join(t.TempDir(), "out.gguf"))
		if code != 1 || stdout != "" || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit status %d, output %q, error %q, want 1, none, one line with %q", c.name, code, stdout, stderr, c.want)
		}
	}
}

// TestNames: every way to write a tensor's name gives the same model.
func TestNames(t *testing.T) {
	want := convertFixture(t, newFixture()).file
	for _, prefix := range []string{"transformer.", "_orig_mod.transformer.", "module._orig_mod.transformer.", "model.transformer."} {
		x := newFixture()
		for _, name := range slices.Collect(maps.Keys(x.tensors)) {
			x.tensors[prefix+name] = x.tensors[name]
			delete(x.tensors, name)
		}
		if got := convertFixture(t, x).file; !bytes.Equal(got, want) {
			t.Errorf("prefix %q: the file differs", prefix)
		}
	}
}

// TestPaddedVocabulary: rows of the token table beyond vocab_size are kept.
func TestPaddedVocabulary(t *testing.T) {
	x := newFixture()
	wte := x.tensors["wte.weight"]
	wte.shape, wte.values = []int{64, 32}, append(wte.values, make([]float32, 57*32)...)
	x.tensors["wte.weight"] = wte
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, stdout, stderr := quantizeTool("-in", x.write(t), "-out", out)
	if code != 0 || !strings.Contains(stdout, "note: the token table has 64 rows for 7 tokens") {
		t.Fatalf("exit status %d: %s%s", code, stdout, stderr)
	}
	got := readGGUF(t, out)
	tokens, _ := got.meta.Texts("tokenizer.ggml.tokens")
	if len(tokens) != 64 || tokens[6] != "<|endoftext|>" || tokens[63] != "[PAD63]" || len(got.values["token_embd.weight"]) != 64*32 {
		t.Errorf("got %d tokens, the last %q, and %d values", len(tokens), tokens[len(tokens)-1], len(got.values["token_embd.weight"]))
	}
}

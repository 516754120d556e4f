package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
		{"misnamed tensor", func(x *fixture) {
			x.copyTensor("h.1.mlp.c_fc.weight", "h.1.mlp.fc.weight")
			delete(x.tensors, "h.1.mlp.c_fc.weight")
		}, `tensor "h.1.mlp.c_fc.weight" is missing, and tensor "h.1.mlp.fc.weight" is not one of GPT-2's: `},
		{"missing head", config("tie_word_embeddings", false), `tensor "lm_head.weight" is missing`},
		{"unknown tensor", func(x *fixture) { x.copyTensor("ln_f.bias", "h.0.attn.q.weight") }, `tensor "h.0.attn.q.weight" is not one of GPT-2's`},
		{"more layers", func(x *fixture) { x.copyTensor("ln_f.bias", "h.2.ln_1.bias") }, `tensor "h.2.ln_1.bias" is not one of GPT-2's`},
		{"two prefixes", func(x *fixture) {
			x.copyTensor("ln_f.bias", "transformer.ln_f.bias")
			x.edit("transformer.ln_f.bias", func(v []float32) { v[31]++ })
		}, `got tensor "ln_f.bias" and tensor "transformer.ln_f.bias"`},
		{"shape", func(x *fixture) { x.copyTensor("ln_f.bias", "h.0.attn.c_attn.bias") }, `tensor "h.0.attn.c_attn.bias": got shape [32], want [96]`},
		{"not transposed", func(x *fixture) {
			w := x.tensors["h.0.mlp.c_fc.weight"]
			x.tensors["h.0.mlp.c_fc.weight"] = tensor{"F32", []int{64, 32}, w.values}
		}, `tensor "h.0.mlp.c_fc.weight": got shape [64 32], want [32 64]`},
		{"type", func(x *fixture) { x.tensors["ln_f.bias"] = tensor{"I32", []int{32}, make([]float32, 32)} }, `tensor "ln_f.bias": got type I32, want F32, F16, BF16 or F64`},

		{"no config", file("config.json", ""), "want config.json beside the weights"},
		{"config is not JSON", file("config.json", "{"), "config.json: unexpected end of JSON input"},
		{"width is a text", config("n_embd", "32"), `config.json: n_embd: got a text, want a whole number`},
		{"width is broken", config("n_embd", 32.5), `config.json: n_embd: got the number 32.5, want a whole number`},
		{"config is a list", file("config.json", "[]"), `config.json: got a list, want an object`},
		{"head of another name", func(x *fixture) {
			x.copyTensor("wte.weight", "embed_out.weight")
			x.edit("embed_out.weight", func(v []float32) { v[0]++ })
		}, `tensor "embed_out.weight" is not one of GPT-2's`},
		{"head with biases", func(x *fixture) {
			x.tensors["lm_head.bias"] = tensor{"F32", []int{7}, []float32{0, 0, 0, 0, 0, 0, 1}}
		}, `tensor "lm_head.bias" is added to the scores of the tokens, and GGUF has no place for it`},
		{"head of several layers", func(x *fixture) { x.copyTensor("ln_f.bias", "lm_head.0.bias") }, `tensor "lm_head.0.bias" is not one of GPT-2's`},
		{"another norm", func(x *fixture) { x.copyTensor("ln_f.weight", "ln_emb.weight") }, `tensor "ln_emb.weight" is not one of GPT-2's`},
		{"another norm in the transformer", func(x *fixture) {
			x.copyTensor("ln_f.weight", "ln_emb.weight")
			x.rename("transformer.")
		}, `tensor "transformer.ln_emb.weight" is not one of GPT-2's`},
		{"adapter", func(x *fixture) { x.copyTensor("ln_f.bias", "h.0.attn.c_attn.lora_A.weight") }, `merge it with the model, with merge_and_unload() of PEFT`},
		{"two models", func(x *fixture) {
			for name := range maps.Clone(x.tensors) {
				x.copyTensor(name, "critic."+name)
			}
			for name := range maps.Clone(x.tensors) {
				if !strings.HasPrefix(name, "critic.") {
					x.tensors["actor."+name] = x.tensors[name]
					delete(x.tensors, name)
				}
			}
		}, `got several models, whose names begin with actor., critic.: save the one to convert alone`},
		{"head alone, untied", func(x *fixture) {
			x.copyTensor("wte.weight", "lm_head.weight")
			delete(x.tensors, "wte.weight")
			x.config["tie_word_embeddings"] = false
		}, `tensor "wte.weight" is missing`},
		{"architecture", config("model_type", "llama"), `config.json: model_type: got "llama", want "gpt2"`},
		{"activation", config("activation_function", "silu"), `activation_function: got "silu", want gelu_new, gelu_pytorch_tanh, gelu or relu`},
		{"heads", config("n_head", 5), "n_head: got 5, want a divisor of n_embd, 32"},
		{"no heads", config("n_head", 0), "n_head: got 0"},
		{"layers", config("n_layer", 1<<28), "want those of 268435456 layers"},
		{"other vocabulary", func(x *fixture) {
			x.tensors["wte.weight"] = tensor{"F32", []int{7 + 1024, 32}, make([]float32, (7+1024)*32)}
		}, `tensor "wte.weight": got shape [1031 32], want [7 32]: the checkpoint is not whole, or config.json is of another model`},
		{"some biases", drop("ln_f.bias"), `tensor "ln_f.bias" is missing`},
		{"one layer", config("n_layer", 1), `tensor "h.1.attn.c_attn.bias" is not one of GPT-2's`},
		{"vocabulary", config("vocab_size", 1<<28), `tensor "wte.weight": got shape [7 32], want [268435456 32]`},
		{"width absurd", config("n_embd", 1<<40), "n_embd: got 1099511627776"},
		{"epsilon", config("layer_norm_epsilon", 0), "layer_norm_epsilon: got 0"},
		{"cross attention", config("add_cross_attention", true), "add_cross_attention"},

		{"no tokenizer", file("vocab.json", ""), "neither tokenizer.json nor vocab.json, want the files of the model's tokenizer; or say with -tokenizer where they are, or -tokenizer gpt2"},
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
		{"tokenizer without splitting", tokenizer(`{"pre_tokenizer": null}`), "pre_tokenizer: got none, want ByteLevel"},
		{"tokenizer split by another pattern", tokenizer(`{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\p{L}"}, "behavior": "Isolated"}, {"type": "ByteLevel"}]}}`),
			`pre_tokenizer: Split by the pattern "\\p{L}", want that of GPT-2`},
		{"tokenizer split before", tokenizer(`{"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {"type": "ByteLevel"}]}}`), `pre_tokenizer: got "Whitespace" before ByteLevel`},
		{"tokenizer normalizer", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]}}`), `normalizer.type: got "Nmt", want none, NFC`},
		{"tokenizer normalizer by pattern", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "normalizer": {"type": "Replace", "pattern": {"Regex": "a"}, "content": ""}}`), "normalizer.pattern of Replace: got a regular expression"},
		{"tokenizer end", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "post_processor": {"type": "Other"}}`), `post_processor.type: got "Other"`},
		{"tokenizer template", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "post_processor": {"type": "TemplateProcessing", "single": []}}`), "post_processor.single: got the text 0 times"},
		{"tokenizer template of nothing", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]}}`), `post_processor.single: got the token "<s>", want one of special_tokens`},
		{"tokenizer decoder", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "decoder": {"type": "Metaspace"}}`), `decoder.type: got "Metaspace", want ByteLevel`},
		{"tokenizer suffix", tokenizer(`{"model": {"end_of_word_suffix": "</w>"}}`), `model.end_of_word_suffix: got "</w>", want none`},
		{"tokenizer prefix", tokenizer(`{"model": {"continuing_subword_prefix": "##"}}`), `model.continuing_subword_prefix: got "##", want none`},
		{"tokenizer dropout", tokenizer(`{"model": {"dropout": 0.1}}`), "model.dropout: got 0.1, want none"},
		{"tokenizer token without text", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "added_tokens": [{"id": 6}]}`), "added_tokens[0]: got no content"},
		{"tokenizer class", file("tokenizer_config.json", `{"tokenizer_class": "RobertaTokenizer"}`), `tokenizer_config.json: tokenizer_class: got "RobertaTokenizer", want GPT2Tokenizer`},
		{"split special tokens", file("tokenizer_config.json", `{"split_special_tokens": true}`), "tokenizer_config.json: split_special_tokens: got true, want false"},
		{"lower case", file("tokenizer_config.json", `{"do_lower_case": true}`), "tokenizer_config.json: do_lower_case: got true"},
		{"end that is beyond the rows", file("tokenizer_config.json", `{"add_eos_token": true, "eos_token": "</s>"}`), "tokenizer: got id 7 for a token that is put before or after each text"},
		{"token of two ids", file("added_tokens.json", `{"a": 6}`), `token "a": got the ids 0 and 6, want one`},
		{"tokenizer merge", tokenizer(`{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"merges": [["a"]]}}`), `merge 0: got ["a"]`},

		{"weights cut off", func(x *fixture) { x.files["model.safetensors"] = string(newFixture().safetensors(t)[:20000]) }, "the file is cut off"},
		{"pointer to weights", file("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 5\n"), "model.safetensors: got a pointer of Git LFS, want the weights that it stands for: run git lfs pull"},
		{"weights are JSON", file("model.safetensors", `{"model_type": "gpt2"}`), "want at most 14: the file is cut off, or not in this format"},
		{"no weights", file("model.safetensors", ""), "no model.safetensors, nor another file of weights in it"},
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
	if code := run(ctx, []string{"-in", newFixture().write(t), "-out", out}, io.Discard, &stderr); code != 1 || stderr.String() != "quantize: interrupted, nothing is written\n" {
		t.Errorf("exit status %d, want 1: %s", code, &stderr)
	}
	expectOnly(t, out, "before")
}

func TestOutputThatIsNoFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out.gguf")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for out, want := range map[string]string{dir: "is not a file", filepath.Join(dir, "none", "out.gguf"): "want a directory that is there and may be written to"} {
		code, _, stderr := quantizeTool("-in", newFixture().write(t), "-out", out)
		if code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("exit status %d, error %q", code, stderr)
		}
	}
}

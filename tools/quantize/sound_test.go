package main

import (
	"bytes"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rename puts a prefix before the names of the transformer's tensors.
func (x *fixture) rename(prefix string) {
	for name, tensor := range maps.Clone(x.tensors) {
		delete(x.tensors, name)
		x.tensors[prefix+name] = tensor
	}
}

// counter is a tensor that nothing is computed with.
func counter(typ string, values ...float32) tensor { return tensor{typ, []int{len(values)}, values} }

// TestSound: what is not the model does not refuse the model. What people have beside
// it, and around its names, changes nothing in the file, and what is left out is named
// in one note.
func TestSound(t *testing.T) {
	const bom = "\ufeff"
	text := func(x *fixture, name string, v any) { x.files[name] = bom + string(mustJSON(t, v)) + "\n\n" }
	with := func(name string, t tensor) func(*fixture) { return func(x *fixture) { x.tensors[name] = t } }
	config := func(key string, v any) func(*fixture) { return func(x *fixture) { x.config[key] = v } }
	vector := func(n int) tensor { return counter("F32", slices.Repeat([]float32{0.5}, n)...) }
	const left = "what is no part of a GPT-2 that predicts tokens is left out: "
	for _, c := range []struct {
		name   string
		change func(*fixture)
		notes  []string // all of them, each from its beginning on
	}{
		// config.json
		{"ends that transformers writes", func(x *fixture) { x.config["bos_token_id"], x.config["eos_token_id"] = 50256, 50256 }, []string{
			"bos_token_id of config.json is passed over: got 50256, want 0 to 6", "eos_token_id of config.json is passed over: got 50256, want 0 to 6"}},
		{"end one too large", config("eos_token_id", 7), []string{"eos_token_id of config.json is passed over: got 7, want 0 to 6"}},
		{"end negative", config("eos_token_id", -100), []string{"eos_token_id of config.json is passed over: got -100, want 0 to 6"}},
		{"several ends", config("eos_token_id", []int{6, 2}), []string{"eos_token_id of config.json has several ids, 6, 2: 6 is taken"}},
		{"several ends, one of the model", config("eos_token_id", []int{50256, 6}), []string{"eos_token_id of config.json has several ids, 50256, 6: 6 is taken"}},
		{"one end in a list", config("eos_token_id", []int{6}), nil},
		{"no end in a list", config("eos_token_id", []int{}), nil},
		{"no end", config("eos_token_id", nil), nil},
		{"end by its text", config("eos_token_id", "end"), []string{`eos_token_id of config.json is passed over: got "end", want a token id or a list of them`}},
		{"end within lists", config("eos_token_id", [][]int{{6}}), []string{`eos_token_id of config.json is passed over: got [[6]], want a token id`}},
		{"marks and blank lines", func(x *fixture) {
			text(x, "config.json", x.config)
			text(x, "vocab.json", x.vocab)
			x.merges = bom + strings.ReplaceAll(x.merges, "\n", "\r\n") + "\r\n \n\n"
		}, nil},

		// names
		{"lightning", func(x *fixture) {
			x.rename("model.transformer.")
			x.tensors["loss.weight"] = vector(32)
		}, []string{left + "loss.weight"}},
		{"another module's name", func(x *fixture) { x.rename("gpt.backbone.") }, nil},
		{"PEFT, merged", func(x *fixture) { x.rename("base_model.model.transformer.") }, nil},
		{"compiled blocks", func(x *fixture) {
			for name, tensor := range maps.Clone(x.tensors) {
				if rest, ok := strings.CutPrefix(name, "h.1."); ok {
					delete(x.tensors, name)
					x.tensors["h.1._orig_mod.module."+rest] = tensor
				}
			}
			x.rename("_orig_mod.transformer.")
		}, nil},
		{"sharded blocks", func(x *fixture) {
			for name, tensor := range maps.Clone(x.tensors) {
				delete(x.tensors, name)
				x.tensors["_fsdp_wrapped_module.transformer."+strings.Replace(name, "attn.", "_checkpoint_wrapped_module.attn.", 1)] = tensor
			}
		}, nil},
		{"the head beside what the transformer is in", func(x *fixture) {
			x.copyTensor("wte.weight", "lm_head.weight")
			head := x.tensors["lm_head.weight"]
			delete(x.tensors, "lm_head.weight")
			x.rename("policy.gpt.transformer.")
			x.tensors["policy.gpt.lm_head.weight"] = head
		}, nil},

		// tied tensors
		{"both names", func(x *fixture) { x.copyTensor("wte.weight", "lm_head.weight") }, nil},
		{"the head's name alone", func(x *fixture) {
			x.tensors["lm_head.weight"] = x.tensors["wte.weight"]
			delete(x.tensors, "wte.weight")
		}, []string{"the token table is lm_head.weight, the only one of two tied tensors that the checkpoint has"}},
		{"the head's name alone, with a prefix", func(x *fixture) {
			head := x.tensors["wte.weight"]
			delete(x.tensors, "wte.weight")
			x.rename("base.transformer.")
			x.tensors["base.lm_head.weight"] = head
		}, []string{"the token table is base.lm_head.weight,"}},
		{"alias of the table", func(x *fixture) {
			x.tensors["lm_head.weight"] = x.tensors["wte.weight"]
			delete(x.tensors, "wte.weight")
			x.metadata = map[string]string{"wte.weight": "lm_head.weight"}
		}, nil},
		{"alias of the head", func(x *fixture) { x.metadata = map[string]string{"lm_head.weight": "wte.weight", "other": "nothing"} }, nil},
		{"alias of both names", func(x *fixture) {
			x.copyTensor("wte.weight", "lm_head.weight")
			x.metadata = map[string]string{"wte.weight": "lm_head.weight"}
		}, nil},
		{"the table twice", func(x *fixture) { x.copyTensor("wte.weight", "transformer.wte.weight") }, nil},
		{"the table by a third name", func(x *fixture) { x.copyTensor("wte.weight", "embed_out.weight") }, []string{left + "embed_out.weight"}},

		// other heads, counters, buffers
		{"masks", func(x *fixture) {
			x.tensors["h.0.attn.bias"] = tensor{"F32", []int{1, 1, 5, 5}, make([]float32, 25)}
			x.tensors["h.0.attn.masked_bias"] = counter("F32", -1e4)
			x.tensors["h.1.attn.bias"] = tensor{"BOOL", []int{1, 1, 5, 5}, make([]float32, 25)}
			x.tensors["h.0.attn.tril"], x.tensors["h.1.attn.mask"] = tensor{"F32", []int{5, 5}, make([]float32, 25)}, tensor{"F32", []int{5, 5}, make([]float32, 25)}
		}, nil},
		{"classifier", func(x *fixture) {
			x.rename("transformer.")
			x.tensors["score.weight"] = tensor{"F32", []int{2, 32}, make([]float32, 64)}
		}, []string{left + "score.weight"}},
		{"classifier without a prefix", with("score.weight", vector(32)), []string{left + "score.weight"}},
		{"two heads", func(x *fixture) {
			x.tensors["multiple_choice_head.summary.weight"], x.tensors["multiple_choice_head.summary.bias"] = vector(32), vector(1)
		}, []string{left + "multiple_choice_head.summary.bias, multiple_choice_head.summary.weight"}},
		{"value head", func(x *fixture) {
			x.rename("transformer.")
			x.tensors["v_head.summary.weight"] = vector(32)
		}, []string{left + "v_head.summary.weight"}},
		{"any module beside the transformer", func(x *fixture) {
			x.rename("model.transformer.")
			x.tensors["model.reward.layers.0.weight"] = vector(32)
		}, []string{left + "model.reward.layers.0.weight"}},
		{"as large as the table, of the means of the weights", func(x *fixture) {
			x.copyTensor("wte.weight", "ema.transformer.wte.weight")
			x.edit("ema.transformer.wte.weight", func(v []float32) { v[0]++ })
		}, []string{left + "ema.transformer.wte.weight"}},
		{"head with biases of zero", with("lm_head.bias", counter("F32", 0, 0, 0, 0, 0, 0, 0)), []string{left + "lm_head.bias"}},
		{"counters", func(x *fixture) {
			x.tensors["h.0.attn.seen"], x.tensors["position_ids"] = counter("I64", 3), counter("I64", 0, 1, 2)
			x.tensors["global_step"], x.tensors["empty"] = counter("F32", 3), tensor{"BOOL", []int{0}, nil}
		}, []string{left + "empty, global_step, h.0.attn.seen, position_ids"}},
		{"what training keeps", func(x *fixture) {
			for _, name := range []string{"optimizer.state.0.exp_avg", "optimizer.state.0.exp_avg_sq", "lr_scheduler.last", "loss_fn.weight", "ema.decay"} {
				x.tensors[name] = vector(32)
			}
			x.tensors["optimizer.step"] = counter("F32", 9)
		}, []string{left + "ema.decay, loss_fn.weight, lr_scheduler.last, optimizer.state.0.exp_avg, optimizer.state.0.exp_avg_sq and 1 more"}},

		// files
		{"what training keeps in files", func(x *fixture) {
			x.files["model.safetensors"], x.files["weights.safetensors"] = "", string(x.safetensors(t))
			for _, name := range []string{"training_args.bin", "optimizer.pt", "optimizer_0.bin", "scheduler.pt", "scaler.pt", "rng_state.pth", "rng_state_0.pth"} {
				x.files[name] = "not read"
			}
		}, nil},
		{"an index without its shards", func(x *fixture) {
			index := x.shard(t, "")
			x.setIndex(t, index)
			x.files["model-00001-of-00002.safetensors"], x.files["model-00002-of-00002.safetensors"] = "", ""
			x.files["pytorch_model.bin"] = string(x.safetensors(t)) // the bytes say what a file is
		}, nil},

		// the tokenizer
		{"tokens beyond the rows", func(x *fixture) { x.files["added_tokens.json"] = `{"[PAD]": 7, "<user>": 9}` }, []string{
			`the token table has 7 rows, so tokens with larger ids are left out, which the model can neither read nor write: "<user>", "[PAD]"`}},
		{"tokens beyond the rows in the vocabulary", func(x *fixture) { x.vocab["[PAD]"] = 7 }, []string{`the token table has 7 rows, so tokens with larger ids are left out,`}},
		{"tokens beyond the rows in newer files", func(x *fixture) {
			x.files["tokenizer_config.json"] = bom + `{"added_tokens_decoder": {"7": {"content": "[PAD]", "special": true}}}`
		}, []string{`the token table has 7 rows, so tokens with larger ids are left out,`}},

		// the card
		{"a long card", func(x *fixture) { x.files["README.md"] = "---\n" + strings.Repeat("x", 1<<20) }, []string{
			"name, licence and languages are not taken from README.md, which cannot be read: README.md: got more than 1 MiB"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := convertFixture(t, newFixture()).file
			x := newFixture()
			c.change(x)
			checkSame(t, x.write(t), want, c.notes)
		})
	}
}

// checkSame converts the directory, and compares the file with that of the model alone.
func checkSame(t *testing.T, dir string, want []byte, notes []string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, stdout, stderr := quantizeTool("-in", dir, "-out", out)
	if code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	if !bytes.Equal(readGGUF(t, out).file, want) {
		t.Error("the file differs from that of the model alone")
	}
	checkNotes(t, stdout, notes)
}

// checkNotes checks that the notes in what the tool prints are those, from their
// beginning on, apart from the one that the fixture's vocabulary has no whole alphabet.
func checkNotes(t *testing.T, stdout string, want []string) {
	t.Helper()
	var got []string
	for line := range strings.Lines(stdout) {
		if note, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "note: "); ok && !strings.HasPrefix(note, "Vitrine does not run the file") {
			got = append(got, note)
		}
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got the notes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestNoEnd: -1 is what configurations have for no token.
func TestNoEndByNumber(t *testing.T) {
	x := newFixture()
	x.config["eos_token_id"] = -1
	if _, ok := convertFixture(t, x).meta.Value("tokenizer.ggml.eos_token_id"); ok {
		t.Error("got an end, want none")
	}
	x.config["eos_token_id"] = []int{50256, 2}
	if id, _ := convertFixture(t, x).meta.Int("tokenizer.ggml.eos_token_id"); id != 2 {
		t.Errorf("got the end %d, want 2, the first of the list that the model has", id)
	}
}

// TestStaleIndex: the files are believed where the index is of an earlier state.
func TestStaleIndex(t *testing.T) {
	const first, second, gone = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model-00003-of-00003.safetensors"
	want := convertFixture(t, newFixture()).file
	const stale = "model.safetensors.index.json is stale, and the files are believed: it does not say where they have "
	for _, c := range []struct {
		name   string
		change func(x *fixture, index map[string]string)
		notes  []string
	}{
		{"a head that is tied", func(_ *fixture, index map[string]string) { index["lm_head.weight"] = second }, []string{stale + "lm_head.weight"}},
		{"a head in a shard that is gone", func(_ *fixture, index map[string]string) { index["lm_head.weight"] = gone }, []string{stale + "lm_head.weight"}},
		{"masks in a shard that is gone", func(_ *fixture, index map[string]string) {
			for _, name := range []string{"h.0.attn.bias", "h.1.attn.bias", "h.0.attn.masked_bias", "h.1.attn.masked_bias", "score.weight", "h.1.attn.q"} {
				index[name] = gone
			}
		}, []string{stale + "h.0.attn.bias, h.0.attn.masked_bias, h.1.attn.bias, h.1.attn.masked_bias, h.1.attn.q and 1 more"}},
		{"the table under the head's name", func(x *fixture, index map[string]string) {
			index["lm_head.weight"] = second
			rest := newFixture()
			maps.DeleteFunc(rest.tensors, func(name string, _ tensor) bool { return strings.HasPrefix(name, "h.0.") })
			rest.tensors["lm_head.weight"] = rest.tensors["wte.weight"]
			delete(rest.tensors, "wte.weight")
			x.files[second] = string(rest.safetensors(t))
		}, []string{stale + "wte.weight", "the token table is lm_head.weight,"}},
		{"a tensor that it does not name", func(_ *fixture, index map[string]string) { delete(index, "ln_f.bias") }, []string{stale + "ln_f.bias"}},
		{"a tensor in another shard", func(_ *fixture, index map[string]string) { index["ln_f.bias"] = first }, []string{stale + "ln_f.bias"}},
		{"shards under each other's names", func(x *fixture, _ map[string]string) {
			x.files[first], x.files[second] = x.files[second], x.files[first]
		}, []string{stale}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newFixture()
			index := x.shard(t, "")
			c.change(x, index)
			x.setIndex(t, index)
			x.files["model.safetensors.index.json"] = "\ufeff" + x.files["model.safetensors.index.json"] + "\n\n"
			checkSame(t, x.write(t), want, c.notes)
		})
	}
}

// TestFloat64 reads a checkpoint of float64, which is rounded once.
func TestFloat64(t *testing.T) {
	x := newFixture()
	want := convertFixture(t, x, "-type", "f32").file
	for name, tensor := range x.tensors {
		tensor.typ = "F64"
		x.tensors[name] = tensor
	}
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, stdout, stderr := quantizeTool("-in", x.write(t), "-out", out, "-type", "f32")
	if code != 0 || !bytes.Equal(readGGUF(t, out).file, want) {
		t.Errorf("exit status %d, %s, or another file", code, stderr)
	}
	checkNotes(t, stdout, []string{"the checkpoint has float64, which is rounded to float32"})
	x.edit("ln_f.bias", func(v []float32) { v[3] = float32(math.Inf(1)) })
	if code, _, stderr := quantizeTool("-in", x.write(t), "-out", out); code != 1 || !strings.Contains(stderr, "is +Inf") {
		t.Errorf("exit status %d, error %q", code, stderr)
	}
}

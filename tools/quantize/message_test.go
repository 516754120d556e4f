package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/core/gguf"
)

// TestMessages: whatever a file has in its names and values, no line has anything in it
// that a terminal obeys, and no message is longer than a screen.
func TestMessages(t *testing.T) {
	const screen = 80 * 24
	codes := "\x1b[2J\x1b]0;mine\x07\u202e\r\n"
	long := strings.Repeat("a"+codes, 20000)
	out := filepath.Join(t.TempDir(), "out.gguf")
	check := func(name string, code int, text string) {
		t.Helper()
		for line := range strings.Lines(text) {
			if len(line) > screen || strings.ContainsAny(line, "\x1b\x07\u202e\r") {
				t.Errorf("%s: got a line of %d bytes, %.200q", name, len(line), line)
			}
		}
		if code != 0 && strings.Count(text, "\n") != 1 {
			t.Errorf("%s: got an error of several lines, %.300q", name, text)
		}
	}
	convert := func(name string, x *fixture, fails bool) {
		t.Helper()
		code, stdout, stderr := quantizeTool("-in", x.write(t), "-out", out)
		if (code != 0) != fails {
			t.Errorf("%s: exit status %d: %.300s", name, code, stderr)
		}
		check(name, code, stderr)
		check(name, 0, stdout)
	}
	for _, text := range []string{codes, long} {
		for name, change := range map[string]func(x *fixture){
			"tensor in a block": func(x *fixture) { x.copyTensor("ln_f.bias", "h.0."+text) },
			"tensor's type":     func(x *fixture) { x.tensors[text] = tensor{text, []int{1}, []float32{1}} },
			"tensor missing":    func(x *fixture) { x.copyTensor("ln_f.bias", "h.0."+text); delete(x.tensors, "ln_f.bias") },
			"architecture":      func(x *fixture) { x.config["model_type"] = text },
			"activation":        func(x *fixture) { x.config["activation_function"] = text },
			"number":            func(x *fixture) { x.config["n_embd"] = text },
			"token":             func(x *fixture) { x.vocab[text] = 0 },
			"merge":             func(x *fixture) { x.merges = text + " b\n" },
			"normalizer": func(x *fixture) {
				x.files["tokenizer.json"] = `{"model": {"type": "` + strings.Repeat("x", len(text)) + `"}}`
			},
			"shard": func(x *fixture) {
				x.setIndex(t, map[string]string{"wte.weight": text})
				x.files["model.safetensors"] = ""
			},
			"tensor of the index": func(x *fixture) { x.setIndex(t, map[string]string{text: "../x"}); x.files["model.safetensors"] = "" },
		} {
			x := newFixture()
			change(x)
			convert(name, x, true)
		}
		for name, change := range map[string]func(x *fixture){
			"tensor beside": func(x *fixture) { x.tensors["score."+text] = counter("I64", 1) },
			"many beside": func(x *fixture) {
				for i := range 200 {
					x.tensors["score."+text[:min(len(text), 100)]+strings.Repeat("x", i)] = counter("I64", 1)
				}
			},
			"added token": func(x *fixture) { x.files["added_tokens.json"] = string(mustJSON(t, map[string]int{text: 9})) },
			"ends":        func(x *fixture) { x.config["eos_token_id"] = append(make([]int, len(text)), 50256) },
		} {
			x := newFixture()
			change(x)
			convert(name, x, false)
		}
	}

	// A GGUF file that is shown.
	if code, _, stderr := quantizeTool("-in", runnable().write(t), "-out", out); code != 0 {
		t.Fatal(stderr)
	}
	name := "a" + codes
	other := rewrite(t, out, func(meta *gguf.Metadata, list []gguf.TensorInfo, data map[string][]byte) []gguf.TensorInfo {
		meta.Set("general."+codes, codes)
		meta.Set("general."+strings.Repeat(codes, 1000), []string{codes, long})
		list[0].Name, data[name] = name, data[list[0].Name]
		return list
	})
	for _, args := range [][]string{{"inspect", other}, {"verify", runnable().write(t), other}, {"inspect", other, "-json"}} {
		code, stdout, stderr := quantizeTool(args...)
		if len(args) < 3 { // JSON escapes what it has, and cuts nothing
			check(args[0], 0, stdout)
		} else if strings.ContainsAny(stdout, "\x1b\x07\r") {
			t.Errorf("%s -json: got a control character", args[0])
		}
		if code == 1 && stderr != "" {
			check(args[0], code, stderr)
		}
	}
	code, _, stderr := quantizeTool("-in", other, "-out", out+".gguf")
	if code != 1 {
		t.Errorf("a strange tensor: exit status %d", code)
	}
	check("convert", code, stderr)

	// A header that claims tensors by the million.
	header := []byte("GGUF\x03\x00\x00\x00")
	header = binary.LittleEndian.AppendUint64(header, 1_000_000)
	million := filepath.Join(t.TempDir(), "million.gguf")
	if err := os.WriteFile(million, append(header, bytes.Repeat([]byte{1, 0, 0, 0, 0, 0, 0, 0}, 1<<20)...), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := quantizeTool("inspect", million); code != 1 || !strings.Contains(stderr, "want at most 65536") {
		t.Errorf("a million tensors: exit status %d, %s", code, stderr)
	}
}

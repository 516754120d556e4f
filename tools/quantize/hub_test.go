package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/tools/quantize/internal/hub/hubtest"
)

// TestHub: a model of the Hub gives the bytes that its directory gives, with the
// address of its page.
func TestHub(t *testing.T) {
	x := newFixture()
	x.files["README.md"] = "---\nlicense: mit\n---\n"
	dir := x.write(t)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, entry := range entries {
		if files[entry.Name()], err = os.ReadFile(filepath.Join(dir, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	server := hubtest.New(t)
	tales, commit := server.Add("me/tales", "main", files)
	tales.Private, server.Token = true, "hf_secret"
	server.Add("bert", "main", map[string][]byte{"config.json": []byte(`{"model_type": "bert"}`), "model.safetensors": files["model.safetensors"]})
	t.Setenv("HF_ENDPOINT", server.URL)
	t.Setenv("HF_TOKEN", "hf_secret")
	t.Setenv("HF_HOME", t.TempDir())
	t.Setenv("HF_HUB_CACHE", "")
	t.Setenv("HUGGINGFACE_HUB_CACHE", "")
	t.Setenv("HF_HUB_OFFLINE", "")
	t.Setenv("TRANSFORMERS_OFFLINE", "")

	out := t.TempDir()
	convert := func(args ...string) converted {
		t.Helper()
		path := filepath.Join(out, "out.gguf")
		code, _, stderr := quantizeTool(append(args, "-out", path)...)
		if code != 0 {
			t.Fatalf("%q: exit status %d: %s", args, code, stderr)
		}
		return readGGUF(t, path)
	}
	got, want := convert("-in", "hf:me/tales"), convert("-in", dir)
	if len(got.values) != 28 || !maps.EqualFunc(got.values, want.values, slices.Equal) {
		t.Error("got other values than from the directory")
	}
	for key, want := range map[string]string{"general.name": "tales", "general.license": "mit", "general.source.url": server.URL + "/me/tales"} {
		if value, _ := got.meta.Text(key); value != want {
			t.Errorf("%s: got %q, want %q", key, value, want)
		}
	}
	server.Requests()
	for _, args := range [][]string{
		{"-in", "hf:me/tales", "-offline"},
		{"-in", "hf:me/tales@" + commit, "-offline"},
		{"-in", "hf:me/tales", "-revision", commit},
	} {
		if !bytes.Equal(convert(args...).file, got.file) {
			t.Errorf("%q: got another file than before", args)
		}
	}
	if r := server.Requests(); len(r) != 1 {
		t.Errorf("got the requests %v, want one, for the list without -offline", r)
	}

	for _, args := range [][]string{{"verify", "hf:me/tales", filepath.Join(out, "out.gguf"), "-offline", "-logits=false"}, {"inspect", "hf:me/tales", "-offline"}} {
		if code, stdout, stderr := quantizeTool(args...); code != 0 || !strings.Contains(stdout, "blk.1.ffn_down.weight") {
			t.Errorf("%q: exit status %d, output %q, error %q", args, code, stdout, stderr)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-in", "hf:me/tails"}, "quantize: hf:me/tails: "},
		{[]string{"-in", "hf:me/tales", "-revision", "v2"}, "no such revision"},
		{[]string{"-in", "hf:other", "-offline"}, "revision main is not in the cache"},
		{[]string{"-in", "hf:bert"}, `hf:bert: config.json: model_type: got "bert"`},
	} {
		code, _, stderr := quantizeTool(append(c.args, "-out", filepath.Join(out, "no.gguf"))...)
		if code != 1 || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit status %d, error %q, want 1 and %q", c.args, code, stderr, c.want)
		}
	}
}

//go:build js && wasm

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hack-pad/safejs"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
	"vitrine/tools/quantize/huggingface"
	"vitrine/wasm/border"
)

const golden = "../../tools/quantize/testdata/golden/"

// checkpointOf puts golden weights into a directory with the other files that they need.
func checkpointOf(t *testing.T, weights ...string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{
		"config.json": {Data: []byte(`{"n_layer": 2, "n_head": 2, "n_embd": 8, "n_positions": 6, "vocab_size": 7, "bos_token_id": 6, "eos_token_id": 6}`)},
		"vocab.json":  {Data: []byte(`{"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġa": 4, "Ġab": 5, "<|endoftext|>": 6}`)},
		"merges.txt":  {Data: []byte("#version: 0.2\na b\nĠ a\nĠ ab\n")},
	}
	for _, name := range weights {
		data, err := os.ReadFile(golden + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// function makes a JavaScript function.
func function(t *testing.T, f func(args []safejs.Value) any) safejs.Value {
	t.Helper()
	fn, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any { return f(args) })
	if err != nil {
		t.Fatal(err)
	}
	return fn.Value()
}

// promise makes a promise of v, or of a failure: its message, and behind a | its code.
func promise(t *testing.T, v any, failure string) any {
	t.Helper()
	class, err := safejs.Global().Get("Promise")
	if err != nil {
		t.Fatal(err)
	}
	method := "resolve"
	if failure != "" {
		message, code, coded := strings.Cut(failure, "|")
		reason := map[string]any{"message": message}
		if coded {
			reason["code"] = code
		}
		method, v = "reject", reason
	}
	p, err := class.Call(method, v)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// opener is the function open of quantize over dir. change, which may be nil, spoils
// what a read gives.
func opener(t *testing.T, dir fstest.MapFS, change func(data []byte) ([]byte, string)) safejs.Value {
	return function(t, func(args []safejs.Value) any {
		name, err := args[0].String()
		if err != nil {
			t.Error(err)
		}
		entry, ok := dir[name]
		if !ok {
			return promise(t, nil, "")
		}
		read := function(t, func(args []safejs.Value) any {
			offset, _ := args[0].Int()
			length, _ := args[1].Int()
			data, failure := entry.Data[offset:offset+length], ""
			if change != nil {
				data, failure = change(data)
			}
			array, err := border.Bytes(data)
			if err != nil {
				t.Error(err)
			}
			return promise(t, array, failure)
		})
		return promise(t, map[string]any{"size": len(entry.Data), "read": read}, "")
	})
}

func value(t *testing.T, v any) safejs.Value {
	t.Helper()
	js, err := safejs.ValueOf(v)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// run calls quantize as JavaScript does.
func run(t *testing.T, open safejs.Value, weights string) (out []byte, notes []any, done float64, err error) {
	t.Helper()
	emit := function(t, func(args []safejs.Value) any {
		n, _ := args[0].Length()
		chunk := make([]byte, n)
		if _, err := safejs.CopyBytesToGo(chunk, args[0]); err != nil {
			t.Error(err)
		}
		out = append(out, chunk...)
		return nil
	})
	progress := function(t, func(args []safejs.Value) any {
		now, _ := args[0].Float()
		total, _ := args[1].Float()
		if now < done*total {
			t.Errorf("progress went back to %v of %v", now, total)
		}
		done = now / total
		return nil
	})
	got, err := quantize([]safejs.Value{open, value(t, weights), value(t, "tales"), emit, progress})
	notes, _ = got.([]any)
	return out, notes, done, err
}

// TestQuantize: what JavaScript gets is what the converter writes.
func TestQuantize(t *testing.T) {
	for _, weights := range [][]string{
		{"f32.safetensors"}, {"f16.safetensors"}, {"bf16.safetensors"}, {"untied.safetensors"}, {"duplicated.safetensors"}, {"padded.safetensors"},
		{"model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"},
	} {
		dir := checkpointOf(t, weights...)
		model, err := huggingface.Open(dir, weights[0])
		if err != nil {
			t.Fatalf("%s: %v", weights[0], err)
		}
		var want bytes.Buffer
		report, err := convert.Write(context.Background(), &want, model, convert.Options{Type: gguf.Q8_0, Name: "tales"})
		if err != nil {
			t.Fatal(err)
		}
		got, notes, done, err := run(t, opener(t, dir, nil), weights[0])
		if err != nil {
			t.Errorf("%s: %v", weights[0], err)
			continue
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: got %d bytes that differ from the %d that are wanted", weights[0], len(got), want.Len())
		}
		if done != 1 {
			t.Errorf("%s: progress ended at %v", weights[0], done)
		}
		if len(notes) == 0 || len(notes) != len(report.Notes) || notes[0] != report.Notes[0] {
			t.Errorf("%s: got notes %q, want %q", weights[0], notes, report.Notes)
		}
	}
}

func TestFailures(t *testing.T) {
	const weights = "f32.safetensors"
	for _, test := range []struct {
		name       string
		spoil      func(dir fstest.MapFS)
		change     func(data []byte) ([]byte, string)
		code, want string
	}{
		{"no config", func(dir fstest.MapFS) { delete(dir, "config.json") }, nil, "model.incomplete", "config.json is missing"},
		{"no weights", func(dir fstest.MapFS) { delete(dir, weights) }, nil, "model.incomplete", weights + " is missing"},
		{"no tokenizer", func(dir fstest.MapFS) { delete(dir, "vocab.json") }, nil, "model.incomplete", "tokenizer.json"},
		{"long and loud", func(dir fstest.MapFS) {
			dir["config.json"].Data = []byte(`{"n_embd": 8, "model_type": "` + strings.Repeat(`\u001b[2J`, 5000) + `"}`)
		}, nil, "model.format", `model_type: got "\x1b[2J\x1b[2J`},
		{"a text for a number", func(dir fstest.MapFS) { dir["config.json"].Data = []byte(`{"n_embd": "8"}`) }, nil, "model.format", "n_embd: got a text, want a whole number"},
		{"long tokenizer", func(dir fstest.MapFS) {
			dir["vocab.json"].Data = append([]byte(`{`), bytes.Repeat([]byte{' '}, checkpoint.MaxTokenizer)...)
		}, nil, "model.format", "vocab.json: got more than 32 MiB"},
		{"a million empty tensors", func(dir fstest.MapFS) {
			dir[weights].Data = append(binary.LittleEndian.AppendUint64(nil, 60<<20), make([]byte, 60<<20)...)
		}, nil, "model.format", "header length at offset 0: got 62914560, want at most 8388608, more than any GPT-2 needs"},
		{"cut off", func(dir fstest.MapFS) { dir[weights].Data = dir[weights].Data[:9000] }, nil, "model.format", "cut off"},
		{"breaks off", nil, func([]byte) ([]byte, string) { return nil, "the wire is cut" }, "network", "the wire is cut"},
		{"is another file", nil, func([]byte) ([]byte, string) { return nil, "it changed|model.format" }, "model.format", "it changed"},
		{"too little", nil, func(data []byte) ([]byte, string) { return data[1:], "" }, "model.format", "want"},
	} {
		dir := checkpointOf(t, weights)
		if test.spoil != nil {
			test.spoil(dir)
		}
		_, _, _, err := run(t, opener(t, dir, test.change), weights)
		if err == nil {
			t.Errorf("%s: got no error", test.name)
		} else if code, message := describe(err); code != test.code || !strings.Contains(message, test.want) || len(message) > 2000 || strings.Contains(message, "\x1b") {
			t.Errorf("%s: got %s: %.300s, want %s with %q", test.name, code, message, test.code, test.want)
		}
	}
}

// TestMissingShard: one that the model needs is named.
func TestMissingShard(t *testing.T) {
	dir := checkpointOf(t, "model.safetensors.index.json", "model-00001-of-00002.safetensors")
	_, _, _, err := run(t, opener(t, dir, nil), "model.safetensors.index.json")
	if code, message := describe(cmp.Or(err, io.EOF)); code != "model.incomplete" || !strings.HasPrefix(message, "model-00002-of-00002.safetensors is missing") {
		t.Errorf("got %s: %s", code, message)
	}
}

// TestSound: what lies beside a model does not refuse it on the page either, and the
// notes come along.
func TestSound(t *testing.T) {
	const weights, index, bom = "f32.safetensors", "model.safetensors.index.json", "\ufeff"
	for _, test := range []struct {
		name   string
		files  []string
		change func(dir fstest.MapFS)
		note   string
	}{
		{"marks and blank lines", []string{weights}, func(dir fstest.MapFS) {
			for _, name := range []string{"config.json", "vocab.json", "merges.txt"} {
				dir[name] = &fstest.MapFile{Data: []byte(bom + string(dir[name].Data) + "\n\n")}
			}
		}, ""},
		{"ends that transformers writes", []string{weights}, func(dir fstest.MapFS) {
			dir["config.json"].Data = bytes.Replace(dir["config.json"].Data, []byte(`"eos_token_id": 6`), []byte(`"eos_token_id": [50256, 6]`), 1)
		}, "eos_token_id of config.json has several ids, 50256, 6: 6 is taken"},
		{"a token beyond the rows", []string{weights}, func(dir fstest.MapFS) {
			dir["added_tokens.json"] = &fstest.MapFile{Data: []byte(`{"[PAD]\u001b": 7}`)}
		}, `the token table has 7 rows, so tokens with larger ids are left out, which the model can neither read nor write: "[PAD]\x1b"`},
		{"a stale index", []string{index, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}, func(dir fstest.MapFS) {
			dir[index].Data = bytes.Replace(dir[index].Data, []byte(`"weight_map": {`), []byte(`"weight_map": {"lm_head.weight": "model-00003-of-00003.safetensors",`), 1)
		}, index + " is stale, and the files are believed: it does not say where they have lm_head.weight"},
	} {
		dir := checkpointOf(t, test.files...)
		want, _, _, err := run(t, opener(t, dir, nil), test.files[0])
		if err != nil {
			t.Fatal(err)
		}
		test.change(dir)
		got, notes, _, err := run(t, opener(t, dir, nil), test.files[0])
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the file differs from that of the model alone", test.name)
		}
		if test.note != "" && !slices.Contains(notes, any(test.note)) {
			t.Errorf("%s: got the notes %q, want %q", test.name, notes, test.note)
		}
	}
}

// TestFile reads across windows, in and out of order, and to the end.
func TestFile(t *testing.T) {
	data := make([]byte, 3*windowBytes+windowBytes/2)
	for i := range data {
		data[i] = byte(i ^ i>>8 ^ i>>16)
	}
	reads := 0
	dir := fstest.MapFS{"a": {Data: data}}
	opened, err := files{opener(t, dir, func(data []byte) ([]byte, string) { reads++; return data, "" })}.Open("a")
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(opened)
	if err != nil || !bytes.Equal(all, data) {
		t.Errorf("got %d bytes, error %v", len(all), err)
	}
	if reads != 4 {
		t.Errorf("got %d reads, want one for each window", reads)
	}
	at := opened.(io.ReaderAt)
	for _, offset := range []int{0, 1, windowBytes - 3, 3*windowBytes - 1, windowBytes + 7, 2*windowBytes - 1} {
		p := make([]byte, windowBytes+5)
		n, err := at.ReadAt(p, int64(offset))
		if want := data[offset:min(len(data), offset+len(p))]; !bytes.Equal(p[:n], want) || (err == io.EOF) != (n < len(p)) || err != nil && err != io.EOF {
			t.Errorf("at %d: got %d bytes, error %v, want %d", offset, n, err, len(want))
		}
	}
	if n, err := at.ReadAt(make([]byte, 1), int64(len(data))); n != 0 || err != io.EOF {
		t.Errorf("past the end: got %d, %v", n, err)
	}
	if info, err := opened.Stat(); err != nil || info.Size() != int64(len(data)) || info.Name() != "a" {
		t.Errorf("got %v, %v", info, err)
	}
	for _, name := range []string{"../a", "/a", "b"} {
		want := fs.ErrInvalid
		if path.Clean(name) == "b" {
			want = fs.ErrNotExist
		}
		if _, err := (files{opener(t, dir, nil)}).Open(name); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
}

// Command tokens gives the ids that our converter and engine make of texts, for
// tests: it reads a JSON array of cases from its input and writes one of their
// results. The tokenizer of a case goes through the bytes of a GGUF file.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"testing/fstest"

	"vitrine/core/gguf"
	"vitrine/core/tokenizer"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
	"vitrine/tools/quantize/vocabulary"
)

// test is one case.
type test struct {
	Files map[string]string // the tokenizer's, by name
	Rows  int               // of the token table
	Texts []string
}

// result has the ids of each text, or why there are none.
type result struct {
	IDs   [][]int  `json:"ids"`
	Notes []string `json:"notes"`
	Error string   `json:"error,omitempty"`
}

func main() {
	var tests []test
	if err := json.NewDecoder(os.Stdin).Decode(&tests); err != nil {
		fmt.Fprintln(os.Stderr, "tokens:", err)
		os.Exit(1)
	}
	results := make([]result, len(tests))
	for i, t := range tests {
		if err := t.run(&results[i]); err != nil {
			results[i].Error = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		fmt.Fprintln(os.Stderr, "tokens:", err)
		os.Exit(1)
	}
}

func (t test) run(r *result) error {
	files := fstest.MapFS{}
	for name, text := range t.Files {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tok, notes, err := open(files, t.Rows)
	if err != nil {
		return err
	}
	r.Notes = notes
	for _, text := range t.Texts {
		r.IDs = append(r.IDs, tok.Encode(text))
	}
	return nil
}

func open(files fs.FS, rows int) (*tokenizer.Tokenizer, []string, error) {
	words, err := vocabulary.Read(files)
	if err != nil {
		return nil, nil, err
	}
	model := &checkpoint.Model{Config: checkpoint.Config{Vocabulary: rows}}
	if err := words.AddTo(model, nil, nil); err != nil {
		return nil, nil, err
	}
	var file bytes.Buffer
	w, err := gguf.NewWriter(&file, convert.Metadata(model, convert.Options{}), nil)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, nil, err
	}
	r, err := gguf.NewReader(&file, int64(file.Len()))
	if err != nil {
		return nil, nil, err
	}
	tok, err := tokenizer.New(r.Metadata())
	return tok, model.Notes, err
}

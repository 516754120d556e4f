// Package modelfile loads a model from the disk, for tools and for tests.
package modelfile

import (
	"fmt"
	"os"

	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/tokenizer"
)

// Load reads a model and its tokenizer from a GGUF file.
func Load(name string) (*model.Model, *tokenizer.Tokenizer, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	m, words, err := read(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, words, nil
}

func read(f *os.File) (*model.Model, *tokenizer.Tokenizer, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	r, err := gguf.NewReader(f, info.Size())
	if err != nil {
		return nil, nil, err
	}
	words, err := tokenizer.New(r.Metadata())
	if err != nil {
		return nil, nil, err
	}
	m, err := model.Load(r)
	return m, words, err
}

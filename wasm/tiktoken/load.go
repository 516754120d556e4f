//go:build js && wasm

// Package tiktoken stands in for load.go of github.com/pkoukk/tiktoken-go in
// the WebAssembly build. The original fetches vocabularies from the network and
// keeps them in files: it links net/http, which makes the module 80 % larger.
// The vocabulary comes with the model, so nothing is ever fetched.
package tiktoken

import "errors"

// BpeLoader reads a vocabulary: ranks by token bytes.
type BpeLoader interface {
	LoadTiktokenBpe(tiktokenBpeFile string) (map[string]int, error)
}

// NewDefaultBpeLoader returns a loader that has nothing to load from.
func NewDefaultBpeLoader() BpeLoader { return noLoader{} }

type noLoader struct{}

func (noLoader) LoadTiktokenBpe(file string) (map[string]int, error) {
	return nil, errors.New("tiktoken: cannot load " + file + ": this build has no network")
}

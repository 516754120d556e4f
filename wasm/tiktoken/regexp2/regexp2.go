//go:build js && wasm

// Package regexp2 stands in for github.com/dlclark/regexp2 in the WebAssembly
// build, where it would be a tenth of the module. tiktoken-go splits texts with it;
// core/tokenizer hands over single pieces, so every pattern matches the whole text.
package regexp2

import "unicode/utf8"

// None are the options that tiktoken-go compiles with.
const None = 0

// Regexp matches any text that is not empty.
type Regexp struct{}

// Match is a match of a whole text.
type Match struct {
	Index, Length int // in runes
	text          string
}

// Compile ignores the pattern.
func Compile(string, int) (*Regexp, error) { return &Regexp{}, nil }

// MustCompile ignores the pattern.
func MustCompile(string, int) *Regexp { return &Regexp{} }

// FindStringMatch returns the whole text, or nil of an empty one.
func (*Regexp) FindStringMatch(text string) (*Match, error) {
	if text == "" {
		return nil, nil
	}
	return &Match{Length: utf8.RuneCountInString(text), text: text}, nil
}

// FindNextMatch returns nil: nothing is left after the whole text.
func (*Regexp) FindNextMatch(*Match) (*Match, error) { return nil, nil }

// String returns what has matched.
func (m *Match) String() string { return m.text }

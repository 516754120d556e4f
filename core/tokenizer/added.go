package tokenizer

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// added is a token that a text is split at before any merging.
type added struct {
	id                         int32
	lstrip, rstrip, singleWord bool
}

// matcher finds added tokens in a text.
type matcher struct {
	tokens  map[string]added // by text
	lengths [256][]int       // by first byte of the text: lengths in bytes, the longest first
}

// add makes text stand for the token, where nothing does yet.
func (m *matcher) add(text string, token added) {
	if _, ok := m.tokens[text]; ok || text == "" {
		return
	}
	if m.tokens == nil {
		m.tokens = make(map[string]added)
	}
	m.tokens[text] = token
	lengths := &m.lengths[text[0]]
	at, ok := slices.BinarySearchFunc(*lengths, len(text), func(have, want int) int { return want - have })
	if !ok {
		*lengths = slices.Insert(*lengths, at, len(text))
	}
}

// at returns the longest token that text, which is not empty, begins with.
func (m *matcher) at(text string) (token added, length int) {
	for _, n := range m.lengths[text[0]] {
		if n > len(text) {
			continue
		}
		if token, ok := m.tokens[text[:n]]; ok {
			return token, n
		}
	}
	return added{}, 0
}

// sections divides text into added tokens, with their ids, and what is between them,
// with -1: the leftmost token first, of several at one place the longest.
//
// Source: find_matches in added_vocabulary.rs of huggingface/tokenizers, which also
// goes on behind a token that is passed over for not being a single word.
func (m *matcher) sections(text string) iter.Seq2[string, int32] {
	return func(yield func(string, int32) bool) {
		done := 0 // where the section under way begins
		for at := 0; at < len(text) && m.tokens != nil; {
			token, n := m.at(text[at:])
			if n == 0 {
				at++
				continue
			}
			start, stop := at, at+n
			at = stop
			if token.singleWord && besideWord(text[:start], text[stop:]) {
				continue
			}
			if token.lstrip {
				start = max(done, len(strings.TrimRightFunc(text[:start], unicode.IsSpace)))
			}
			if token.rstrip {
				stop = len(text) - len(strings.TrimLeftFunc(text[stop:], unicode.IsSpace))
			}
			if done < start && !yield(text[done:start], -1) || !yield("", token.id) {
				return
			}
			done = stop
		}
		if done < len(text) {
			yield(text[done:], -1)
		}
	}
}

// besideWord reports whether a character of a word ends before or begins after.
func besideWord(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return before != "" && isWord(last) || after != "" && isWord(first)
}

// isWord is \w of Rust's regular expressions.
//
// Source: Unicode Technical Standard 18, Annex C.
func isWord(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == zeroWidthNonJoiner || r == zeroWidthJoiner ||
		unicode.In(r, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic)
}

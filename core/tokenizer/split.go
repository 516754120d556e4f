package tokenizer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is the split "gpt-2", that of encoder.py of openai/gpt-2, in the syntax of CoreBPE.
const pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

var contractions = [...]string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}

// class is what pattern tells characters apart by.
type class uint8

const (
	other class = iota
	letter
	number
	space
)

func classOf(r rune) class {
	switch {
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return space
	}
	return other
}

// pieceLen returns the length in bytes of the first match of pattern in text,
// which is not empty and is valid UTF-8. The matches cover any text, so it starts
// at byte 0. It is a scanner because the regular expression is slow, most of all
// in the browser.
func pieceLen(text string) int {
	for _, c := range contractions {
		if strings.HasPrefix(text, c) {
			return len(c)
		}
	}
	first, _ := utf8.DecodeRuneInString(text)
	c, start := classOf(first), 0
	if first == ' ' && len(text) > 1 {
		second, _ := utf8.DecodeRuneInString(text[1:])
		if after := classOf(second); after != space {
			c, start = after, 1
		}
	}

	end, last := start, start // last is where the last character of the run begins
	for i, r := range text[start:] {
		if classOf(r) != c {
			break
		}
		last = start + i
		end = last + utf8.RuneLen(r)
	}
	if c == space && end < len(text) && last > 0 {
		return last // \s+(?!\S) leaves one space to the word that follows
	}
	return end
}

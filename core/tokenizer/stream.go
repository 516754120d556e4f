package tokenizer

import "unicode/utf8"

// Bytes that are not UTF-8 become U+FFFD by the rule of the Unicode Standard,
// section 3.9 ("substitution of maximal subparts"): one for each longest run that
// begins a character, one for each other byte. It is what TextDecoder in a browser
// and errors="replace" of Python, which encoder.py uses, do.

// decode appends to dst the text that b holds and returns it with the bytes at the
// end of b, at most three, that only begin a character.
func decode(dst, b []byte) (text, rest []byte) {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			for n < len(b) && !utf8.FullRune(b[:n+1]) {
				n++
			}
			if n == len(b) && !utf8.FullRune(b) {
				return dst, b
			}
		}
		dst = utf8.AppendRune(dst, r)
		b = b[n:]
	}
	return dst, nil
}

// flush appends the end of a text whose last bytes are rest.
func flush(dst, rest []byte) []byte {
	if len(rest) > 0 {
		dst = utf8.AppendRune(dst, utf8.RuneError)
	}
	return dst
}

// validText returns text with U+FFFD for what is not UTF-8.
func validText(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	b, rest := decode(nil, []byte(text))
	return string(flush(b, rest))
}

// Stream decodes tokens one after another and gives out whole characters only:
// the bytes of an unfinished one wait for the next token.
type Stream struct {
	tokenizer *Tokenizer
	pending   []byte // the beginning of a character
	text      []byte // scratch
}

// NewStream returns a Stream at the beginning of a text.
func (t *Tokenizer) NewStream() *Stream { return &Stream{tokenizer: t} }

// Clone returns another Stream at the same place of the text.
func (s *Stream) Clone() *Stream {
	return &Stream{tokenizer: s.tokenizer, pending: append([]byte(nil), s.pending...)}
}

// Push adds a token and returns the text that is now complete, with U+FFFD for
// bytes that can no longer become a character. An id outside the vocabulary adds
// nothing.
func (s *Stream) Push(id int) string {
	b, _ := s.tokenizer.Bytes(id)
	s.pending = append(s.pending, b...)
	text, rest := decode(s.text[:0], s.pending)
	s.pending = append(s.pending[:0], rest...)
	s.text = text
	return string(text)
}

// Flush ends the text: it returns U+FFFD if a character is unfinished. The Stream
// is then at the beginning of a new text.
func (s *Stream) Flush() string {
	text := flush(nil, s.pending)
	s.pending = s.pending[:0]
	return string(text)
}

package gguf

import (
	"fmt"
	"io"
)

// FormatError reports a file that is damaged or is no GGUF version 3 file.
type FormatError struct {
	Offset  int64  // of the value that is wrong, from the start of the file
	Section string // "header", "metadata", "tensor infos" or "tensor data"
	Field   string // the value that is wrong: a field, a key or a tensor
	Got     string
	Want    string
	Err     error // io.ErrUnexpectedEOF where the file is too short, else nil
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("gguf: %s: %s at offset %d: got %s, want %s", e.Section, short(e.Field), e.Offset, short(e.Got), e.Want)
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

// tooShort returns a FormatError for a file that ends, or must not go on, after
// left more bytes.
func tooShort(section, field string, offset int64, left int64, what string, want uint64) *FormatError {
	return &FormatError{
		Offset: offset, Section: section, Field: field,
		Got:  fmt.Sprintf("%d bytes up to %s", left, what),
		Want: fmt.Sprintf("%d bytes", want),
		Err:  io.ErrUnexpectedEOF,
	}
}

// UnsupportedError reports a sound file with something in it that we do not run.
type UnsupportedError struct {
	Subject string // what is not supported: `type of tensor "output.weight"`, `architecture`
	Got     string // "Q4_K", "llama"
	Want    string // what would be: "F32, F16 or Q8_0", "gpt2"
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("gguf: unsupported %s: got %s, want %s", short(e.Subject), short(e.Got), e.Want)
}

// short returns the beginning of a text that may be from a file, of any length.
func short(text string) string {
	const most = 200 // characters: a key or a value of the specification's own has fewer
	if len(text) > most {
		if runes := []rune(text); len(runes) > most {
			return string(runes[:most]) + "..."
		}
	}
	return text
}

func unsupportedType(tensor string, t Type) error {
	return &UnsupportedError{Subject: fmt.Sprintf("type of tensor %q", tensor), Got: t.String(), Want: "F32, F16 or Q8_0"}
}

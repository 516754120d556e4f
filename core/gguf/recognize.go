package gguf

import (
	"bytes"
	"encoding/binary"
)

// What Recognize knows by its first bytes.
const (
	Empty       = "empty"
	WebPage     = "a web page"
	PyTorch     = "a PyTorch checkpoint"
	Safetensors = "a safetensors file"
	Zip         = "a zip archive"
	Archive     = "a packed archive"
	LFSPointer  = "a Git LFS pointer, which stands for the file"
	JSON        = "a JSON text"
	Picture     = "a picture"
	PDF         = "a PDF document"
	HDF5        = "an HDF5 file, as Keras writes it"
	NumPy       = "a NumPy array"
	OldGGML     = "a GGML file of before GGUF"
	Program     = "a program"
	PlainText   = "a text"
)

// signatures are what files begin with. Source: the formats' own specifications; GGML:
// llama.cpp, whose older magic numbers are "ggml", "ggmf", "ggjt" and "ggla" as uint32.
var signatures = []struct {
	offset int
	bytes  string
	kind   string
}{
	{0, "\x89PNG\r\n", Picture}, {0, "\xff\xd8\xff", Picture}, {0, "GIF8", Picture}, {8, "WEBP", Picture}, {4, "ftypavif", Picture}, {4, "ftypheic", Picture},
	{0, "\x1f\x8b", Archive}, {0, "7z\xbc\xaf\x27\x1c", Archive}, {0, "Rar!\x1a", Archive}, {0, "BZh", Archive}, {0, "\xfd7zXZ", Archive}, {0, "\x28\xb5\x2f\xfd", Archive}, {257, "ustar", Archive},
	{0, "%PDF-", PDF}, {0, "\x89HDF\r\n", HDF5}, {0, "\x93NUMPY", NumPy},
	{0, "lmgg", OldGGML}, {0, "fmgg", OldGGML}, {0, "tjgg", OldGGML}, {0, "algg", OldGGML},
	{0, "\x00asm", Program}, {0, "\x7fELF", Program}, {0, "MZ", Program},
	{0, "version https://git-lfs", LFSPointer},
}

// RecognizeBytes is how much of a file Recognize wants to see.
const RecognizeBytes = 512

// Recognize says what a file is that should be a model but is not, by its first
// RecognizeBytes, or "" where it cannot tell or the file is GGUF.
func Recognize(head []byte) string {
	if len(head) == 0 {
		return Empty
	}
	for _, s := range signatures {
		if len(head) > s.offset && bytes.HasPrefix(head[s.offset:], []byte(s.bytes)) {
			return s.kind
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		if bytes.Contains(head, []byte("data.pkl")) || bytes.Contains(head, []byte("/.format_version")) { // torch.save since 1.6
			return PyTorch
		}
		return Zip
	}
	// A pickle of protocol 2 to 5: torch.save before 1.6 begins with one.
	if len(head) > 1 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5 {
		return PyTorch
	}
	if len(head) > 9 && head[8] == '{' && (head[9] == '"' || head[9] == '}' || head[9] == ' ') && binary.LittleEndian.Uint64(head) < 1<<32 {
		return Safetensors
	}
	return textKind(head)
}

// textKind is Recognize for what has no signature.
func textKind(head []byte) string {
	for _, b := range head {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' {
			return ""
		}
	}
	text := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	switch {
	case bytes.HasPrefix(text, []byte("<svg")):
		return Picture
	case bytes.HasPrefix(text, []byte("<")):
		return WebPage
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return JSON
	}
	if bytes.HasPrefix(head, []byte(magic)) {
		return ""
	}
	return PlainText
}

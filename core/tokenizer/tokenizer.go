// Package tokenizer is GPT-2's byte-level byte pair encoding, with the vocabulary
// and the merges of a model file.
//
// Text is split into pieces (split.go); a piece is UTF-8 bytes, and the merges
// join neighbouring tokens of it, best rank first, until none applies. Pieces go
// through tiktoken-go's CoreBPE, except those that would make it slow (merge.go).
//
// Source: Sennrich et al. 2016; encoder.py of openai/gpt-2.
package tokenizer

import (
	"fmt"
	"slices"
	"sync"

	"github.com/pkoukk/tiktoken-go"

	"vitrine/core/gguf"
)

// longPiece is the length in bytes above which CoreBPE does not see a piece: its
// merging takes time that grows with the square of the length, which at 256 bytes
// costs about as much as the regular expression on the same text.
const longPiece = 256

// Tokenizer turns text into token ids and ids into bytes. It does not change
// after New and may be used by several goroutines.
type Tokenizer struct {
	*vocabulary
	core func() *core // made when it is first asked for; nil where ranks alone do not decide
}

// core encodes to ranks.
type core struct {
	*tiktoken.Tiktoken
	ranks map[string]int // bytes of each mergeable token -> rank
}

// New builds the tokenizer that the file's metadata describe (tokenizer.ggml.*).
// An error names the key, and the index of the entry in question.
func New(meta *gguf.Metadata) (*Tokenizer, error) {
	v, err := readVocabulary(meta)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	return &Tokenizer{v, sync.OnceValue(v.newCore)}, nil
}

// newCore returns nil where the ranks alone do not decide; merge serves all then.
func (v *vocabulary) newCore() *core {
	if !v.ranksDecide() {
		return nil
	}
	ranks := v.ranks()
	bpe, err := tiktoken.NewCoreBPE(ranks, nil, pattern)
	if err != nil {
		panic(fmt.Sprintf("tokenizer: tiktoken: %v", err)) // the pattern is a constant, the ranks are distinct
	}
	return &core{tiktoken.NewTiktoken(bpe, &tiktoken.Encoding{}, nil), ranks}
}

// Encode returns the ids of text. Bytes that are not UTF-8 are read as U+FFFD, as
// Text writes them. Special tokens are never recognised in text: "<|endoftext|>"
// is read as the characters that it is.
func (t *Tokenizer) Encode(text string) []int {
	text = validText(text)
	ids := make([]int, 0, len(text)/4+1) // English has about four bytes a token
	for len(text) > 0 {
		n := pieceLen(text)
		ids = t.encodePiece(ids, text[:n])
		text = text[n:]
	}
	return slices.Clip(ids)
}

// encodePiece appends the ids of one piece.
func (t *Tokenizer) encodePiece(ids []int, piece string) []int {
	core := t.core()
	if core == nil || len(piece) > longPiece {
		return t.merge(ids, piece)
	}
	if rank, ok := core.ranks[piece]; ok {
		return append(ids, int(t.made[rank]))
	}
	for _, rank := range core.EncodeOrdinary(piece) {
		ids = append(ids, int(t.made[rank]))
	}
	return ids
}

// Size returns the number of tokens, V; ids are 0..V-1.
func (t *Tokenizer) Size() int { return len(t.bytes) }

// Bytes returns what the token stands for: part of a UTF-8 text, not always whole
// characters, or the text of a special token. The bytes belong to the tokenizer:
// read them only. ok is false for an id outside the vocabulary.
func (t *Tokenizer) Bytes(id int) (b []byte, ok bool) {
	if id < 0 || id >= len(t.bytes) {
		return nil, false
	}
	return t.bytes[id], true
}

// Text returns the token's bytes as text, with U+FFFD for what is not UTF-8 when
// the token stands alone. It is empty for an id outside the vocabulary.
func (t *Tokenizer) Text(id int) string {
	b, _ := t.Bytes(id)
	text, rest := decode(nil, b)
	return string(flush(text, rest))
}

// Decode returns the text of the tokens one after another; ids outside the
// vocabulary are left out.
func (t *Tokenizer) Decode(ids []int) string {
	var all []byte
	for _, id := range ids {
		b, _ := t.Bytes(id)
		all = append(all, b...)
	}
	return validText(string(all))
}

// Special reports whether the token is one that no text encodes to, because
// neither a byte nor a merge makes it.
func (t *Tokenizer) Special(id int) bool {
	return id >= 0 && id < len(t.rank) && t.rank[id] < 0
}

// EOS returns the id of the token that ends a text, if the file names one.
func (t *Tokenizer) EOS() (id int, ok bool) { return t.eos, t.eos >= 0 }

// BOS returns the id of the token that begins a text, if the file names one.
func (t *Tokenizer) BOS() (id int, ok bool) { return t.bos, t.bos >= 0 }

// Package tokenizer is GPT-2's byte-level byte pair encoding, with the vocabulary
// and the merges of a model file.
//
// Text is split at the added tokens in it (added.go), what is between them is
// normalized where the file says so (normalize.go) and split into pieces (rules.go,
// split.go); a piece is UTF-8 bytes, and the merges join neighbouring tokens of it,
// best rank first, until none applies. Pieces go through tiktoken-go's CoreBPE,
// except those that would make it slow (merge.go).
//
// Source: Sennrich et al. 2016; encoder.py of openai/gpt-2; huggingface/tokenizers.
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
	*rules
	core func() *core // made when it is first asked for; nil where merge serves all
}

// core encodes to ranks.
type core struct {
	*tiktoken.Tiktoken
	ranks map[string]int // bytes of each mergeable token -> rank
}

// New builds the tokenizer that the file's metadata describe (tokenizer.ggml.*).
// An error names the key, and the index of the entry in question.
func New(meta *gguf.Metadata) (*Tokenizer, error) {
	v, r, err := readVocabulary(meta)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	t := &Tokenizer{vocabulary: v, rules: r}
	t.core = sync.OnceValue(t.newCore)
	return t, nil
}

// newCore returns nil where the ranks alone do not decide, or where pieces are not
// those of pattern, by which CoreBPE splits again.
func (t *Tokenizer) newCore() *core {
	if !t.byPattern() || !t.ranksDecide() {
		return nil
	}
	ranks := t.ranks()
	bpe, err := tiktoken.NewCoreBPE(ranks, nil, pattern)
	if err != nil {
		panic(fmt.Sprintf("tokenizer: tiktoken: %v", err)) // the pattern is a constant, the ranks are distinct
	}
	return &core{tiktoken.NewTiktoken(bpe, &tiktoken.Encoding{}, nil), ranks}
}

// Encode returns the ids of text, with the tokens that the file puts before and after
// each text. Bytes that are not UTF-8 are read as U+FFFD, as Text writes them. Text
// that is an added token, such as "<|endoftext|>", becomes that token.
func (t *Tokenizer) Encode(text string) []int {
	text = validText(text)
	ids := make([]int, 0, len(text)/4+1+len(t.before)+len(t.after)) // English has about four bytes a token
	ids = append(ids, t.before...)
	for section, id := range t.raw.sections(text) {
		if id >= 0 {
			ids = append(ids, int(id))
			continue
		}
		for part, id := range t.normalized.sections(t.normalizer.apply(section)) {
			if id >= 0 {
				ids = append(ids, int(id))
				continue
			}
			for piece := range t.pieces(part) {
				ids = t.encodePiece(ids, piece)
			}
		}
	}
	return slices.Clip(append(ids, t.after...))
}

// encodePiece appends the ids of one piece.
func (t *Tokenizer) encodePiece(ids []int, piece string) []int {
	if id, ok := t.whole[piece]; ok {
		return append(ids, int(id))
	}
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

// Special reports whether the token stands for itself: an added token, which a text
// is split at before any merging, or one that no text encodes to.
func (t *Tokenizer) Special(id int) bool {
	if id < 0 || id >= len(t.rank) {
		return false
	}
	if t.added[id] {
		return true
	}
	whole, ok := t.whole[string(t.bytes[id])]
	return t.rank[id] < 0 && !(ok && whole == int32(id))
}

// Added returns the ids of the tokens that a text is split at before any merging.
func (t *Tokenizer) Added() []int {
	var ids []int
	for id, added := range t.added {
		if added {
			ids = append(ids, id)
		}
	}
	return ids
}

// EOS returns the id of the token that ends a text, if the file names one.
func (t *Tokenizer) EOS() (id int, ok bool) { return t.eos, t.eos >= 0 }

// BOS returns the id of the token that begins a text, if the file names one.
func (t *Tokenizer) BOS() (id int, ok bool) { return t.bos, t.bos >= 0 }

// Notes returns what of the file was left out, in sentences.
func (t *Tokenizer) Notes() []string { return slices.Clone(t.notes) }

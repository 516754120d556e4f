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
	"iter"
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
	for piece, id := range t.split(text) {
		if id >= 0 {
			ids = append(ids, id)
		} else {
			ids = t.encodePiece(ids, piece)
		}
	}
	return slices.Clip(append(ids, t.after...))
}

// split yields what a text, which is UTF-8, is encoded by: the ids of added tokens, and
// between them pieces, with -1.
func (t *Tokenizer) split(text string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) {
		for section, id := range t.raw.sections(text) {
			if id >= 0 {
				if !yield("", int(id)) {
					return
				}
				continue
			}
			for part, id := range t.normalized.sections(t.normalizer.apply(section)) {
				if id >= 0 {
					if !yield("", int(id)) {
						return
					}
					continue
				}
				for piece := range t.pieces(part) {
					if !yield(piece, -1) {
						return
					}
				}
			}
		}
	}
}

// Piece is a part of a text that is encoded by itself, and how.
type Piece struct {
	Text   string
	IDs    []int
	Merges []Merge // in the order in which they were applied
	// Whole reports that the piece became one token as it is, without merges: an added
	// token, or one that the file takes whole pieces for.
	Whole bool
}

// Pieces returns the pieces of text and their merges; Encode gives the same ids, those of
// the tokens before and after each text aside.
func (t *Tokenizer) Pieces(text string) []Piece {
	var pieces []Piece
	for text, id := range t.split(validText(text)) {
		p := Piece{Text: text}
		if whole, ok := t.whole[text]; id < 0 && ok {
			id = int(whole)
		}
		if p.Whole = id >= 0; p.Whole {
			p.Text, p.IDs = t.Text(id), []int{id}
		} else {
			p.IDs = t.merge(nil, text, func(m Merge) { p.Merges = append(p.Merges, m) })
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// encodePiece appends the ids of one piece.
func (t *Tokenizer) encodePiece(ids []int, piece string) []int {
	if id, ok := t.whole[piece]; ok {
		return append(ids, int(id))
	}
	core := t.core()
	if core == nil || len(piece) > longPiece {
		return t.merge(ids, piece, nil)
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

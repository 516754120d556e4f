package tokenizer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vitrine/core/gguf"
)

// Keys and values of the model file.
// Source: ggml/docs/gguf.md, "Tokenizer".
const (
	keyModel  = "tokenizer.ggml.model"
	keyTokens = "tokenizer.ggml.tokens"
	keyTypes  = "tokenizer.ggml.token_type"
	keyMerges = "tokenizer.ggml.merges"
	keyBOS    = "tokenizer.ggml.bos_token_id"
	keyEOS    = "tokenizer.ggml.eos_token_id"

	wantModel = "gpt2"

	typeNormal      = 1
	typeUnknown     = 2
	typeControl     = 3
	typeUserDefined = 4
)

// byteTokens is the number of tokens that are one byte; they have the first ranks.
const byteTokens = 256

// vocabulary is the checked content of the file. A token's rank is its place in
// the order of making: the 256 bytes, then the result of each merge.
type vocabulary struct {
	bytes    [][]byte              // [V] by id: what the token stands for
	rank     []int32               // [V] by id: the first rank that makes the token, -1 if none does
	made     []int32               // [256+M] by rank: the token's id
	parts    []pair                // [M] by rank-256: the ids that the merge joins
	rankOf   func() map[pair]int32 // rank of the merge of two neighbours; made when it is first asked for
	added    []bool                // [V] by id: a text is split at it before any merging
	whole    map[string]int32      // by bytes: the token of a whole piece, whatever the merges make of it; nil: what they make
	bos, eos int                   // -1 where the file names none
	notes    []string              // what of the file was left out, and why
}

// pair is two neighbouring tokens, by id.
type pair struct{ left, right int32 }

func readVocabulary(meta *gguf.Metadata) (*vocabulary, *rules, error) {
	if got, _ := meta.Text(keyModel); got != wantModel {
		return nil, nil, fmt.Errorf("%s: got %q, want %q", keyModel, got, wantModel)
	}
	tokens, ok := meta.Texts(keyTokens)
	if !ok || len(tokens) == 0 {
		return nil, nil, fmt.Errorf("%s: missing or empty, want an array of strings", keyTokens)
	}
	merges, ok := meta.Texts(keyMerges)
	if !ok {
		return nil, nil, fmt.Errorf("%s: missing, want an array of strings", keyMerges)
	}
	types, err := readTypes(meta, len(tokens))
	if err != nil {
		return nil, nil, err
	}
	ids, err := indexTokens(tokens)
	if err != nil {
		return nil, nil, err
	}

	v := &vocabulary{}
	v.bos, v.eos = v.readID(meta, keyBOS, len(tokens)), v.readID(meta, keyEOS, len(tokens))
	if err := v.readBytes(ids, len(tokens), len(merges)); err != nil {
		return nil, nil, err
	}
	others := make(map[pair]bool)
	for i, merge := range merges {
		if err := v.readMerge(ids, tokens, others, merge); err != nil {
			return nil, nil, fmt.Errorf("%s[%d] %q: %w", keyMerges, i, merge, err)
		}
	}
	v.decodeTokens(tokens, types)
	v.rankOf = sync.OnceValue(v.ranksOfPairs)
	r, err := readRules(meta, v, tokens, types)
	if err != nil {
		return nil, nil, err
	}
	ignoreMerges, err := readBool(meta, keyIgnoreMerges)
	if ignoreMerges {
		v.whole = v.wholes(types)
	}
	return v, r, err
}

func (v *vocabulary) ranksOfPairs() map[pair]int32 {
	ranks := make(map[pair]int32, len(v.parts))
	for i, p := range v.parts {
		ranks[p] = int32(byteTokens + i)
	}
	return ranks
}

// readTypes returns the type of every token, or nil where the file gives none.
func readTypes(meta *gguf.Metadata, tokens int) ([]int64, error) {
	if _, ok := meta.Value(keyTypes); !ok {
		return nil, nil
	}
	types, ok := meta.Ints(keyTypes)
	if !ok || len(types) != tokens {
		return nil, fmt.Errorf("%s: got %d integers, want one for each of %d tokens", keyTypes, len(types), tokens)
	}
	return types, nil
}

// readID returns the token id at key, or -1 where the file has none. What is no token
// is left out with a note: converters write the id that a configuration states, also
// one of another vocabulary.
func (v *vocabulary) readID(meta *gguf.Metadata, key string, tokens int) int {
	value, ok := meta.Value(key)
	if !ok {
		return -1
	}
	id, ok := meta.Int(key)
	if !ok || id < 0 || id >= int64(tokens) {
		got := fmt.Sprintf("%.60q", fmt.Sprint(value))
		if ok {
			got = strconv.FormatInt(id, 10)
		}
		v.notes = append(v.notes, fmt.Sprintf("%s is left out: got %s, want a token id from 0 to %d", key, got, tokens-1))
		return -1
	}
	return int(id)
}

func indexTokens(tokens []string) (map[string]int32, error) {
	ids := make(map[string]int32, len(tokens))
	for i, token := range tokens {
		ids[token] = int32(i)
		if len(ids) <= i {
			first := slices.Index(tokens, token)
			return nil, fmt.Errorf("%s[%d] %q: repeats entry %d, want each token once", keyTokens, i, token, first)
		}
	}
	return ids, nil
}

// readBytes finds the tokens of the 256 single bytes.
func (v *vocabulary) readBytes(ids map[string]int32, tokens, merges int) error {
	v.rank = make([]int32, tokens)
	for id := range v.rank {
		v.rank[id] = -1
	}
	v.made = make([]int32, byteTokens, byteTokens+merges)
	v.parts = make([]pair, 0, merges)
	for b, letter := range alphabet {
		id, ok := ids[string(letter)]
		if !ok {
			return fmt.Errorf("%s: no token %q for the byte 0x%02X, want one for every byte", keyTokens, letter, b)
		}
		v.made[b] = id
		v.rank[id] = int32(b)
	}
	return nil
}

// readMerge adds the merge with the next rank. others has those before it whose token an
// earlier one makes.
func (v *vocabulary) readMerge(ids map[string]int32, tokens []string, others map[pair]bool, merge string) error {
	left, right, ok := strings.Cut(merge, " ")
	if !ok {
		return fmt.Errorf("got no space, want two tokens")
	}
	var joins [2]int32
	for i, token := range [2]string{left, right} {
		id, ok := ids[token]
		if !ok {
			return fmt.Errorf("%q is not a token", token)
		}
		if v.rank[id] < 0 {
			return fmt.Errorf("no byte and no earlier merge makes %q", token)
		}
		joins[i] = id
	}
	id := v.made[len(v.made)-1] + 1 // most files have their tokens in the order of the merges
	if int(id) >= len(tokens) || !isJoined(tokens[id], left, right) {
		if id, ok = ids[left+right]; !ok {
			return fmt.Errorf("its result %q is not a token", left+right)
		}
	}
	p := pair{joins[0], joins[1]}
	switch first := v.rank[id] - byteTokens; {
	case v.rank[id] < 0:
		v.rank[id] = int32(len(v.made))
	case others[p] || first >= 0 && v.parts[first] == p:
		return fmt.Errorf("repeats entry %d, want each merge once", slices.Index(v.parts, p))
	default:
		others[p] = true
	}
	v.made = append(v.made, id)
	v.parts = append(v.parts, p)
	return nil
}

func isJoined(token, left, right string) bool {
	return len(token) == len(left)+len(right) && strings.HasPrefix(token, left) && strings.HasSuffix(token, right)
}

// decodeTokens sets bytes. A token that no merge makes and that the file does not
// call normal stands for its own text; all others are in alphabet.
func (v *vocabulary) decodeTokens(tokens []string, types []int64) {
	size := 0
	for _, token := range tokens {
		size += len(token)
	}
	all := make([]byte, 0, size) // one block for all: no token grows by decoding
	v.bytes = make([][]byte, len(tokens))
	for id, token := range tokens {
		start := len(all)
		var ok bool
		if v.rank[id] >= 0 || types == nil || types[id] == typeNormal {
			all, ok = appendBytes(all, token)
		}
		if !ok {
			all = append(all[:start], token...)
		}
		v.bytes[id] = all[start:len(all):len(all)]
	}
}

// wholes returns the tokens that a whole piece can be, by their bytes.
func (v *vocabulary) wholes(types []int64) map[string]int32 {
	whole := make(map[string]int32, len(v.bytes))
	for id, b := range v.bytes {
		if v.rank[id] >= 0 || types == nil || types[id] == typeNormal {
			whole[string(b)] = int32(id)
		}
	}
	return whole
}

// ranks returns the rank of each token that has one, by its bytes.
func (v *vocabulary) ranks() map[string]int {
	ranks := make(map[string]int, len(v.made))
	for id, b := range v.bytes {
		if v.rank[id] >= 0 {
			ranks[string(b)] = int(v.rank[id])
		}
	}
	return ranks
}

// alphabet is the character that stands for each byte in the file, so that tokens
// are printable: itself where it is printable Latin-1, else the next from U+0100.
// Source: bytes_to_unicode in encoder.py of openai/gpt-2.
var alphabet = func() (letters [byteTokens]rune) {
	next := rune(0x100)
	for b := range letters {
		if '!' <= b && b <= '~' || '¡' <= b && b <= '¬' || '®' <= b && b <= 'ÿ' {
			letters[b] = rune(b)
		} else {
			letters[b] = next
			next++
		}
	}
	return letters
}()

// Written returns the bytes of a token as the vocabulary of a model file has them.
func Written[T string | []byte](token T) string {
	var s strings.Builder
	for i := range len(token) {
		s.WriteRune(alphabet[token[i]])
	}
	return s.String()
}

// byteOf is the inverse of alphabet: the byte of a character, -1 if it has none.
var byteOf = func() (bytes [0x144]int16) { // the largest letter is U+0143, for 0xAD
	for i := range bytes {
		bytes[i] = -1
	}
	for b, letter := range alphabet {
		bytes[letter] = int16(b)
	}
	return bytes
}()

// appendBytes appends the bytes of a token that is written in alphabet; ok is
// false where a character is not of it.
func appendBytes(dst []byte, token string) (b []byte, ok bool) {
	for _, letter := range token {
		if int(letter) >= len(byteOf) || byteOf[letter] < 0 {
			return dst, false
		}
		dst = append(dst, byte(byteOf[letter]))
	}
	return dst, true
}

package tokenizer

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"vitrine/core/gguf"
)

// Keys of the model file that say how a text becomes pieces. Those of GGUF come
// first; ours say what it has no key for.
const (
	keyPre         = "tokenizer.ggml.pre"
	keyAddBOS      = "tokenizer.ggml.add_bos_token"
	keyAddEOS      = "tokenizer.ggml.add_eos_token"
	keyPrefixSpace = "tokenizer.ggml.add_space_prefix"

	ours            = "vitrine.tokenizer."
	keyNormalizer   = ours + "normalizer"    // steps, see normalizerSteps
	keySplits       = ours + "splits"        // instead of keyPre: splits, see below
	keyIgnoreMerges = ours + "ignore_merges" // a piece that is a token is that token
	keyBefore       = ours + "before"        // ids put before each text
	keyAfter        = ours + "after"         // ids put after each text
	keyNormalized   = ours + "normalized"    // ids of added tokens that are looked for after normalizing
	keyLstrip       = ours + "lstrip"        // ids of added tokens that take the white space before them
	keyRstrip       = ours + "rstrip"        // ids of added tokens that take the white space after them
	keySingleWord   = ours + "single_word"   // ids of added tokens that are no part of a word
)

// Splits of a text into pieces, each of which divides what the one before left.
const (
	splitDigit  = "digit"  // each numeral alone
	splitDigits = "digits" // each run of numerals
	splitGPT2   = "gpt-2"  // see pattern; the last
)

// preSplits has the splits of each value of keyPre that stands for these.
//
// Source: llm_tokenizer_bpe of src/llama-vocab.cpp in ggml-org/llama.cpp.
var preSplits = map[string][]string{
	"gpt-2": {splitGPT2}, "mpt": {splitGPT2}, "olmo": {splitGPT2}, "jais": {splitGPT2}, "phi-2": {splitGPT2}, "trillion": {splitGPT2},
	"roberta-bpe": {splitGPT2},
	"starcoder":   {splitDigit, splitGPT2}, "refact": {splitDigit, splitGPT2}, "command-r": {splitDigit, splitGPT2},
	"smollm": {splitDigit, splitGPT2}, "codeshell": {splitDigit, splitGPT2}, "exaone": {splitDigit, splitGPT2},
}

// rules say how a text becomes pieces, and what comes before and after them.
type rules struct {
	raw, normalized matcher // of the added tokens that are looked for before and after normalizing
	normalizer      normalizer
	splits          []string
	prefixSpace     bool // a piece of text between added tokens begins with a space
	before, after   []int
}

// readRules reads the rules for tokens, of which the types say which are added.
func readRules(meta *gguf.Metadata, v *vocabulary, tokens []string, types []int64) (*rules, error) {
	for _, key := range meta.Keys() {
		if strings.HasPrefix(key, ours) && !slices.Contains([]string{keyNormalizer, keySplits, keyIgnoreMerges, keyBefore, keyAfter, keyNormalized, keyLstrip, keyRstrip, keySingleWord}, key) {
			return nil, fmt.Errorf("%s: got a key that this version does not know, and that may change the ids", key)
		}
	}
	r := &rules{}
	var err error
	if r.splits, err = readSplits(meta); err != nil {
		return nil, err
	}
	if r.prefixSpace, err = readBool(meta, keyPrefixSpace); err != nil {
		return nil, err
	}
	steps, err := readTexts(meta, keyNormalizer)
	if err != nil {
		return nil, err
	}
	if r.normalizer, err = newNormalizer(steps); err != nil {
		return nil, fmt.Errorf("%s%w", keyNormalizer, err)
	}
	if r.before, err = readAround(meta, keyBefore, keyAddBOS, keyBOS, v.bos, len(tokens)); err != nil {
		return nil, err
	}
	if r.after, err = readAround(meta, keyAfter, keyAddEOS, keyEOS, v.eos, len(tokens)); err != nil {
		return nil, err
	}
	return r, r.readAdded(meta, v, tokens, types)
}

func readSplits(meta *gguf.Metadata) ([]string, error) {
	if _, ok := meta.Value(keySplits); ok {
		splits, err := readTexts(meta, keySplits)
		for i, split := range splits {
			if (split != splitGPT2 || i+1 < len(splits)) && split != splitDigit && split != splitDigits {
				return nil, fmt.Errorf("%s[%d]: got %.60q, want digit, digits, or gpt-2 as the last", keySplits, i, split)
			}
		}
		return splits, err
	}
	if _, ok := meta.Value(keyPre); !ok {
		return preSplits["gpt-2"], nil
	}
	pre, _ := meta.Text(keyPre)
	splits, ok := preSplits[pre]
	if !ok {
		return nil, fmt.Errorf("%s: got %.60q, want %q, none, or another that splits texts alike", keyPre, pre, "gpt-2")
	}
	return splits, nil
}

// readAround returns the ids at key, or else the token that the flag at addKey puts
// there.
func readAround(meta *gguf.Metadata, key, addKey, idKey string, id, tokens int) ([]int, error) {
	add, err := readBool(meta, addKey)
	if err != nil {
		return nil, err
	}
	if _, ok := meta.Value(key); ok {
		return readIDs(meta, key, tokens)
	}
	if !add {
		return nil, nil
	}
	if id < 0 {
		return nil, fmt.Errorf("%s: got true, but %s names no token", addKey, idKey)
	}
	return []int{id}, nil
}

// readAdded fills the matchers: with the tokens that the file calls control,
// user-defined or unknown, or, where it gives no types, with those that begin and end
// a text and that no merge makes.
func (r *rules) readAdded(meta *gguf.Metadata, v *vocabulary, tokens []string, types []int64) error {
	flags := make(map[string]map[int]bool)
	for _, key := range []string{keyNormalized, keyLstrip, keyRstrip, keySingleWord} {
		ids, err := readIDs(meta, key, len(tokens))
		if err != nil {
			return err
		}
		flags[key] = make(map[int]bool, len(ids))
		for _, id := range ids {
			flags[key][id] = true
		}
	}
	v.added = make([]bool, len(tokens))
	for id, text := range tokens {
		ends := id == v.bos || id == v.eos
		if types == nil && (!ends || v.rank[id] >= 0) || types != nil && !isAdded(types[id]) {
			continue
		}
		v.added[id] = true
		token := added{int32(id), flags[keyLstrip][id], flags[keyRstrip][id], flags[keySingleWord][id]}
		if !flags[keyNormalized][id] {
			r.raw.add(text, token)
			continue
		}
		if text = r.normalizer.apply(text); text == "" {
			return fmt.Errorf("%s: token %d, %.60q, is empty when it is normalized", keyNormalized, id, tokens[id])
		}
		r.normalized.add(text, token)
	}
	return nil
}

func isAdded(typ int64) bool {
	return typ == typeUnknown || typ == typeControl || typ == typeUserDefined
}

// pieces divides a text between added tokens into what the merges are applied to.
func (r *rules) pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range divide(text, r.splits) {
			if r.prefixSpace && part[0] != ' ' {
				part = " " + part
			}
			if !r.byPattern() {
				if !yield(part) {
					return
				}
				continue
			}
			for len(part) > 0 {
				n := pieceLen(part)
				if !yield(part[:n]) {
					return
				}
				part = part[n:]
			}
		}
	}
}

// byPattern reports whether pattern is the last split.
func (r *rules) byPattern() bool {
	return len(r.splits) > 0 && r.splits[len(r.splits)-1] == splitGPT2
}

// divide applies the splits before pattern, to which the space of prefixSpace does
// not belong yet.
func divide(text string, splits []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		each, runs := slices.Contains(splits, splitDigit), slices.Contains(splits, splitDigits)
		if !each && !runs {
			yield(text)
			return
		}
		start, before := 0, false
		for i, c := range text {
			numeral := classOf(c) == number
			if i > 0 && (numeral != before || numeral && each) {
				if !yield(text[start:i]) {
					return
				}
				start = i
			}
			before = numeral
		}
		yield(text[start:])
	}
}

func readBool(meta *gguf.Metadata, key string) (bool, error) {
	value, ok := meta.Value(key)
	if !ok {
		return false, nil
	}
	b, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("%s: got %.60q, want true or false", key, fmt.Sprint(value))
	}
	return b, nil
}

func readTexts(meta *gguf.Metadata, key string) ([]string, error) {
	value, ok := meta.Value(key)
	if !ok {
		return nil, nil
	}
	texts, ok := meta.Texts(key)
	if !ok {
		return nil, fmt.Errorf("%s: got %.60q, want an array of strings", key, fmt.Sprint(value))
	}
	return texts, nil
}

func readIDs(meta *gguf.Metadata, key string, tokens int) ([]int, error) {
	value, ok := meta.Value(key)
	if !ok {
		return nil, nil
	}
	list, ok := meta.Ints(key)
	if !ok {
		return nil, fmt.Errorf("%s: got %.60q, want an array of token ids", key, fmt.Sprint(value))
	}
	ids := make([]int, len(list))
	for i, id := range list {
		if id < 0 || id >= int64(tokens) {
			return nil, fmt.Errorf("%s[%d]: got %d, want a token id from 0 to %d", key, i, id, tokens-1)
		}
		ids[i] = int(id)
	}
	return ids, nil
}

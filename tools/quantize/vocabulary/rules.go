package vocabulary

import (
	"fmt"
	"slices"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
)

// rules say how a text becomes pieces, in the words of core/tokenizer.
type rules struct {
	normalizer    []string
	splits        []string
	sequence      bool // the pre-tokenizer is several, which tokenizer_config.json does not change
	prefixSpace   bool
	ignoreMerges  bool
	before, after []int // ids put before and after each text
}

// preOf has the value of tokenizer.ggml.pre for splits that GGUF has a name for.
func preOf(splits []string) string {
	switch {
	case slices.Equal(splits, []string{"gpt-2"}):
		return "gpt-2"
	case slices.Equal(splits, []string{"digit", "gpt-2"}):
		return "starcoder"
	}
	return ""
}

// addRules writes the rules into t, for what GGUF has a key for as that, so that other
// programs give the same ids. The note says where they do not.
func (v *Vocabulary) addRules(t *checkpoint.Tokenizer) (notes []string, err error) {
	r, meta := v.rules, new(gguf.Metadata)
	var others []string // what other programs do not do
	if pre := preOf(r.splits); pre != "" {
		meta.Set("tokenizer.ggml.pre", pre)
	} else {
		meta.Set("vitrine.tokenizer.splits", r.splits)
		others = append(others, "the split into pieces")
	}
	for _, id := range slices.Concat(r.before, r.after) {
		if id < 0 || id >= len(t.Tokens) || t.Types[id] == checkpoint.Unused {
			return nil, fmt.Errorf("tokenizer: got id %d for a token that is put before or after each text, want one of the model's tokens", id)
		}
	}
	if len(r.before) == 1 {
		t.BOS = r.before[0]
		meta.Set("tokenizer.ggml.add_bos_token", true)
	} else if len(r.before) > 1 {
		meta.Set("vitrine.tokenizer.before", numbers(r.before))
		others = append(others, "the tokens before each text")
	}
	if len(r.after) == 1 && r.after[0] == t.EOS {
		meta.Set("tokenizer.ggml.add_eos_token", true)
	} else if len(r.after) > 0 {
		meta.Set("vitrine.tokenizer.after", numbers(r.after))
		others = append(others, "the tokens after each text")
	}
	if r.prefixSpace {
		meta.Set("tokenizer.ggml.add_space_prefix", true)
		others = append(others, "the space before each text (add_prefix_space)")
	}
	if len(r.normalizer) > 0 {
		meta.Set("vitrine.tokenizer.normalizer", r.normalizer)
		others = append(others, "the normalizer")
	}
	if r.ignoreMerges {
		meta.Set("vitrine.tokenizer.ignore_merges", true)
		others = append(others, "ignore_merges")
	}
	for _, flag := range []struct {
		name string
		has  func(addedToken) bool
		all  bool // says the same of every added token, with no normalizer
	}{
		{"normalized", addedToken.normalized, len(r.normalizer) == 0 && !slices.ContainsFunc(v.added, func(a addedToken) bool { return !a.normalized() })},
		{"lstrip", func(a addedToken) bool { return a.Lstrip }, false},
		{"rstrip", func(a addedToken) bool { return a.Rstrip }, false},
		{"single_word", func(a addedToken) bool { return a.SingleWord }, false},
	} {
		var list []int
		for _, a := range v.added {
			if flag.has(a) {
				list = append(list, a.ID)
			}
		}
		if len(list) == 0 || flag.all {
			continue
		}
		slices.Sort(list)
		meta.Set("vitrine.tokenizer."+flag.name, numbers(list))
		if flag.name != "normalized" {
			others = append(others, flag.name+" of added tokens")
		}
	}
	t.Rules = meta
	if len(others) > 0 {
		notes = append(notes, fmt.Sprintf("GGUF has no key that every program obeys for %s of the tokenizer: Vitrine gives the ids that transformers gives, other programs may not", checkpoint.Listed(others)))
	}
	return notes, nil
}

// numbers returns token ids as GGUF has them.
func numbers(list []int) []uint32 {
	out := make([]uint32, len(list))
	for i, id := range list {
		out[i] = uint32(id)
	}
	return out
}

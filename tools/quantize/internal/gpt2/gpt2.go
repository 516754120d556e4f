// Package gpt2 has the vocabulary of OpenAI's GPT-2.
package gpt2

import (
	"fmt"

	loader "github.com/pkoukk/tiktoken-go-loader"

	"vitrine/core/tokenizer"
	"vitrine/tools/quantize/vocabulary"
)

// ranks is the name of the file that tiktoken keeps GPT-2's tokens in.
const ranks = "r50k_base.tiktoken"

// Vocabulary returns the 50257 tokens of GPT-2 with the ids that they have there, and
// its merges.
func Vocabulary() (*vocabulary.Vocabulary, error) {
	tokens, merges, err := load()
	if err != nil {
		return nil, err
	}
	return vocabulary.GPT2(tokens, merges), nil
}

// load returns the tokens, apart from <|endoftext|>, in the order of their ids, which
// are their ranks. tiktoken keeps no merges: a token is the last merge of what the
// ranks below its own make of its bytes.
func load() (tokens, merges []string, err error) {
	ranked, err := loader.NewOfflineLoader().LoadTiktokenBpe(ranks)
	if err != nil {
		return nil, nil, fmt.Errorf("GPT-2's vocabulary: %w", err)
	}
	tokens = make([]string, len(ranked))
	merges = make([]string, 0, len(ranked)-256)
	bytes := make([]string, len(ranked))
	for token, rank := range ranked {
		bytes[rank] = token
	}
	for rank, token := range bytes {
		tokens[rank] = tokenizer.Written(token)
		if len(token) == 1 {
			continue
		}
		left, right, ok := split(token, ranked, rank)
		if !ok {
			return nil, nil, fmt.Errorf("GPT-2's vocabulary: token %d, %q, is not made of two others", rank, token)
		}
		merges = append(merges, tokenizer.Written(left)+" "+tokenizer.Written(right))
	}
	return tokens, merges, nil
}

// split joins the bytes of token, best rank first, by the ranks below limit, until
// two parts are left.
func split(token string, ranks map[string]int, limit int) (left, right string, ok bool) {
	parts := make([]string, len(token))
	for i := range parts {
		parts[i] = token[i : i+1]
	}
	for len(parts) > 2 {
		best, at := limit, -1
		for i := range len(parts) - 1 {
			if rank, ok := ranks[parts[i]+parts[i+1]]; ok && rank < best {
				best, at = rank, i
			}
		}
		if at < 0 {
			return "", "", false
		}
		parts[at] += parts[at+1]
		parts = append(parts[:at+1], parts[at+2:]...)
	}
	return parts[0], parts[1], true
}

package trace

import (
	"slices"
	"strings"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/gguf"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

const endOfText = "<|endoftext|>"

// letters returns a tokenizer whose token size-1 is special and whose others are one byte.
func letters(t testing.TB, size int) *tokenizer.Tokenizer {
	t.Helper()
	order := []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz 0123456789é€")
	for b := 255; b >= 0; b-- { // the file must have all bytes; these may come twice
		order = append(order, byte(b))
	}
	var tokens []string
	types := make([]int32, 257)
	for _, b := range order {
		if len(tokens) == size-1 {
			types[len(tokens)] = 3 // control
			tokens = append(tokens, endOfText)
		}
		if token := tokenizer.Written([]byte{b}); !slices.Contains(tokens, token) {
			types[len(tokens)] = 1 // normal
			tokens = append(tokens, token)
		}
	}
	var meta gguf.Metadata
	meta.Set("tokenizer.ggml.model", "gpt2")
	meta.Set("tokenizer.ggml.pre", "gpt-2")
	meta.Set("tokenizer.ggml.tokens", tokens)
	meta.Set("tokenizer.ggml.token_type", types)
	meta.Set("tokenizer.ggml.merges", []string{})
	meta.Set("tokenizer.ggml.eos_token_id", uint32(size-1))
	tok, err := tokenizer.New(&meta)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// TestPartOfACharacter: wherever a token is named that is part of a character, its bytes are
// there too, and nowhere else.
func TestPartOfACharacter(t *testing.T) {
	tok := letters(t, 96)
	part := tok.Encode("é")[0] // 0xC3
	whole := tok.Encode("A")[0]
	rows := func(name string, shape []int, values ...float32) stage.Source {
		return stage.Shown{Named: []stage.Tensor{{Name: name, Shape: shape, Data: values}}}
	}
	logits := func(id int) stage.Source {
		values := make([]float32, 96)
		for i := range values {
			values[i] = float32(-i)
		}
		values[id] = 9
		return rows("logits", []int{96}, values...)
	}
	for _, id := range []int{part, whole} {
		top := []decoding.Candidate{{ID: id}}
		for s, source := range map[stage.Stage]stage.Source{
			stage.Tokenize:          stage.Shown{Other: &generate.Prompt{IDs: []int{id}}},
			stage.Embed:             rows("rows", []int{1, 1}, 0),
			stage.AttentionMask:     rows("weights", []int{1, 1, 1}, 1),
			stage.Head:              logits(id),
			stage.Distribution:      stage.Shown{Other: &decoding.Distribution{Top: top}},
			stage.DecodeTemperature: stage.Shown{Other: &decoding.Filter{Top: top}},
			stage.DecodeSample:      stage.Shown{Other: &decoding.Draw{ID: id}},
			stage.Select:            stage.Shown{Other: &decoding.Selection{ID: id}},
			stage.Generation:        stage.Shown{Other: &generate.Prediction{ID: id}},
		} {
			w := NewWriter(tok)
			w.IDs = []int{id}
			if err := w.Stage(&stage.Event{Stage: s, Source: source}, 0); err != nil {
				t.Fatal(err)
			}
			got := strings.Contains(string(w.Bytes()), `,"bytes":[195]`)
			if got != (id == part) {
				t.Errorf("%v of %q: %q", s, tok.Text(id), w.Bytes())
			}
		}
		w := NewWriter(tok)
		w.Token(generate.Token{ID: id}, 0)
		if got := strings.Contains(string(w.Bytes()), `,"bytes":[195]`); got != (id == part) {
			t.Errorf("token %q: %q", tok.Text(id), w.Bytes())
		}
	}
}

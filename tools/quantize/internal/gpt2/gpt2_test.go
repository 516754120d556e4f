package gpt2

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"vitrine/tools/quantize/checkpoint"
)

// TestOpenAI: the tokens and the merges are those of encoder.json and vocab.bpe, to
// the byte.
//
// Source of the checksums: gpt2() in tiktoken_ext/openai_public.py of openai/tiktoken.
func TestOpenAI(t *testing.T) {
	tokens, merges, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(tokens) != 50256 || len(merges) != 50000 {
		t.Fatalf("got %d tokens and %d merges, want 50256 and 50000", len(tokens), len(merges))
	}
	bpe := "#version: 0.2\n" + strings.Join(merges, "\n") + "\n"
	if got, want := fmt.Sprintf("%x", sha256.Sum256([]byte(bpe))), "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"; got != want {
		t.Errorf("vocab.bpe: got sha256 %s, want %s", got, want)
	}
	var encoder strings.Builder // as Python's json.dump writes it
	for id, token := range append(tokens, "<|endoftext|>") {
		fmt.Fprintf(&encoder, ", \"")
		for _, letter := range token {
			switch {
			case letter == '"' || letter == '\\':
				fmt.Fprintf(&encoder, "\\%c", letter)
			case letter > 0x7e:
				fmt.Fprintf(&encoder, "\\u%04x", letter)
			default:
				encoder.WriteRune(letter)
			}
		}
		fmt.Fprintf(&encoder, "\": %d", id)
	}
	text := "{" + encoder.String()[2:] + "}"
	if got, want := fmt.Sprintf("%x", sha256.Sum256([]byte(text))), "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"; got != want {
		t.Errorf("encoder.json: got sha256 %s, want %s", got, want)
	}
}

func TestVocabulary(t *testing.T) {
	v, err := Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	const rows = 50304
	model := &checkpoint.Model{Config: checkpoint.Config{Vocabulary: rows}}
	if err := v.AddTo(model, nil, nil); err != nil {
		t.Fatal(err)
	}
	tok := model.Tokenizer
	if len(tok.Tokens) != rows || tok.Tokens[50256] != "<|endoftext|>" || tok.Types[50256] != 3 || tok.BOS != 50256 || tok.EOS != 50256 || tok.Tokens[50257] != "[PAD50257]" {
		t.Errorf("got %d tokens, %q of type %d, bos %d, eos %d, then %q", len(tok.Tokens), tok.Tokens[50256], tok.Types[50256], tok.BOS, tok.EOS, tok.Tokens[50257])
	}
}

package tokenizer

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	loader "github.com/pkoukk/tiktoken-go-loader"

	"vitrine/core/gguf"
)

const endOfText = "<|endoftext|>" // GPT-2's only special token, id 50256

// sharedDir holds test data beside the repository; it is not everywhere.
const sharedDir = "../../../shared"

// file is what a model file says about its tokenizer.
type file struct {
	tokens []string
	types  []int32
	merges []string
	eos    int
}

func (f file) meta() *gguf.Metadata {
	m := &gguf.Metadata{}
	m.Set(keyModel, wantModel)
	m.Set(keyPre, "gpt-2")
	m.Set(keyTokens, f.tokens)
	if f.types != nil {
		m.Set(keyTypes, f.types)
	}
	m.Set(keyMerges, f.merges)
	m.Set(keyBOS, uint32(f.eos))
	m.Set(keyEOS, uint32(f.eos))
	return m
}

func (f file) tokenizer(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := New(f.meta())
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// byteFile is a vocabulary of the 256 bytes, in byte order, and <|endoftext|>.
func byteFile() file {
	f := file{types: slices.Repeat([]int32{typeNormal}, byteTokens+1)}
	for b := range byteTokens {
		f.tokens = append(f.tokens, Written([]byte{byte(b)}))
	}
	f.tokens = append(f.tokens, endOfText)
	f.types[byteTokens] = 3 // control
	f.eos = byteTokens
	return f
}

// gpt2File is GPT-2's vocabulary, made from the ranks of r50k_base. The merges are
// found again: a token is the last merge of what lower ranks make of its bytes.
var gpt2File = sync.OnceValues(func() (file, error) {
	ranks, err := loader.NewOfflineLoader().LoadTiktokenBpe("r50k_base.tiktoken")
	if err != nil {
		return file{}, err
	}
	f := file{
		tokens: make([]string, len(ranks)+1),
		types:  slices.Repeat([]int32{typeNormal}, len(ranks)+1),
		merges: make([]string, len(ranks)-byteTokens),
		eos:    len(ranks),
	}
	f.tokens[f.eos], f.types[f.eos] = endOfText, 3
	for token, rank := range ranks {
		f.tokens[rank] = Written(token)
		if rank >= byteTokens {
			parts := split(token, ranks, rank)
			f.merges[rank-byteTokens] = Written(parts[0]) + " " + Written(parts[1])
		}
	}
	return f, nil
})

// split joins the bytes of token by the ranks below limit.
func split(token string, ranks map[string]int, limit int) []string {
	parts := strings.Split(string([]rune(Written(token))), "")
	for i := range parts {
		parts[i] = token[i : i+1]
	}
	for {
		best, at := limit, -1
		for i := range len(parts) - 1 {
			if rank, ok := ranks[parts[i]+parts[i+1]]; ok && rank < best {
				best, at = rank, i
			}
		}
		if at < 0 {
			return parts
		}
		parts = slices.Replace(parts, at, at+2, parts[at]+parts[at+1])
	}
}

var gpt2Tokenizer = sync.OnceValues(func() (*Tokenizer, error) {
	f, err := gpt2File()
	if err != nil {
		return nil, err
	}
	return New(f.meta())
})

func gpt2(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := gpt2Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// directoryFile reads a vocabulary (token -> id) and merges as Hugging Face and
// OpenAI store them, or skips the test where there is none.
func directoryFile(t testing.TB, vocabulary, merges string) file {
	t.Helper()
	ids := map[string]int{}
	readJSON(t, vocabulary, &ids)
	f := file{tokens: make([]string, len(ids))}
	for token, id := range ids {
		f.tokens[id] = token
	}
	f.eos = ids[endOfText]
	data, err := os.ReadFile(filepath.Join(sharedDir, merges))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	f.merges = lines[1:] // after "#version: 0.2"
	return f
}

func readJSON(t testing.TB, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(sharedDir, name))
	if os.IsNotExist(err) {
		t.Skipf("no shared test data beside this repository: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// awkward are texts that splitting or decoding could get wrong.
var awkward = []string{
	"", " ", "  ", "   a", "a   ", "\n", "\n\n", "\n\na", " \n a", "\t\tx", "a\r\nb", "\u00a0x", "\u3000漢字", "\u0085a", "\ufeffa",
	"it's", "IT'S", "they'll've", "'s", "''s", " 's", "'sa", "'", "'re'", "don't can’t", "'ll'll 'm'd",
	"007", " 12ab34", "Ⅷ½²", "x²", "!!!", " !a", "a_b-c.d", "…—–",
	"👋🌍", "👩‍👩‍👧‍👦", "🇩🇪", "e\u0301", "각", "नमस्ते", "שלום", "日本語のテキスト", "\u200b\u200d",
	"a\x00b", "\x00\x00", "\x7f\x80\xff", "\xf0\x9f\x98", "\xc3(", "\xed\xa0\x80", "\xe2\x82", "ok\xffok", "\ufffd",
	endOfText, "a" + endOfText + "b", "<|", strings.Repeat("ab", 200), strings.Repeat(" ", 300) + "x", strings.Repeat("é", 200),
	strings.Repeat("\n", 300) + strings.Repeat("q", 300) + "'s" + strings.Repeat("!", 300) + " 1", " " + strings.Repeat("9", 300) + "\n\nz",
}

// randomText is a mix of pieces of awkward texts and of random characters.
func randomText(rng *rand.Rand) string {
	var s strings.Builder
	for range rng.IntN(12) {
		switch rng.IntN(3) {
		case 0:
			s.WriteString(awkward[rng.IntN(len(awkward))])
		case 1:
			s.WriteString([]string{" ", "\n", "'s", "a", "1", "!", "é", "漢", "🌍", "\u0301"}[rng.IntN(10)])
		case 2:
			s.WriteRune(rune(rng.IntN(0x3100)))
		}
	}
	return s.String()
}

package tokenizer

import (
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
)

func TestAlphabet(t *testing.T) {
	// Source: bytes_to_unicode in encoder.py of openai/gpt-2.
	for b, want := range map[byte]rune{0: 'Ā', '\n': 'Ċ', ' ': 'Ġ', '!': '!', '~': '~', 0x7F: 'ġ', 0xA0: 'ł', 0xA1: '¡', 0xAD: 'Ń', 0xFF: 'ÿ'} {
		if got := alphabet[b]; got != want {
			t.Errorf("alphabet[%#x] = %q, want %q", b, got, want)
		}
	}
	for b := range byteTokens {
		got, ok := appendBytes(nil, Written([]byte{byte(b)}))
		if !ok || len(got) != 1 || got[0] != byte(b) {
			t.Errorf("byte %#x comes back as %v, %v", b, got, ok)
		}
	}
	for _, token := range []string{"a b", "\n", "ń", "ńń", "\u0144", "日"} {
		if b, ok := appendBytes(nil, token); ok && token != "ń" {
			t.Errorf("appendBytes(%q) = %q, want a refusal", token, b)
		}
	}
}

// TestTokensOutsideTheMerges are special unless the file calls them normal.
func TestTokensOutsideTheMerges(t *testing.T) {
	f := byteFile()
	add := func(token string, kind int32) int {
		f.tokens = append(f.tokens, token)
		f.types = append(f.types, kind)
		return len(f.tokens) - 1
	}
	want := map[int]string{
		add("Ġtwo", typeNormal): " two",  // normal: in the alphabet
		add("Ġtwo ", 4):         "Ġtwo ", // user defined: its own text
		add("é 日", 4):           "é 日",
		add("日", typeNormal):    "日", // not in the alphabet after all
		add("<|x|>", 3):         "<|x|>",
	}
	tok := f.tokenizer(t)
	for id, text := range want {
		if got := tok.Text(id); got != text || !tok.Special(id) {
			t.Errorf("Text(%d) = %q, special %v, want %q and special", id, got, tok.Special(id), text)
		}
	}

	bare := byteFile()
	bare.types = nil
	if got := bare.tokenizer(t).Text(bare.eos); got != endOfText {
		t.Errorf("without token types: %q, want %q", got, endOfText)
	}
}

func TestAbsentIDs(t *testing.T) {
	m := &gguf.Metadata{}
	m.Set(keyModel, wantModel)
	m.Set(keyTokens, byteFile().tokens)
	m.Set(keyMerges, []string{})
	tok, err := New(m)
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := tok.EOS(); ok {
		t.Errorf("EOS() = %d, want none", id)
	}
	if id, ok := tok.BOS(); ok {
		t.Errorf("BOS() = %d, want none", id)
	}
	if got := tok.Encode("hi"); !slices.Equal(got, []int{'h', 'i'}) {
		t.Errorf("Encode(hi) = %v, want the bytes", got)
	}
}

// TestWrongIDs of the tokens that begin and end a text are left out with a note.
func TestWrongIDs(t *testing.T) {
	for want, value := range map[string]any{
		"got 257, want a token id from 0 to 256": uint32(257),
		"got -1, want a token id":                int32(-1),
		`got "x", want a token id`:               "x",
	} {
		m := byteFile().meta()
		m.Set(keyEOS, value)
		tok, err := New(m)
		if err != nil {
			t.Errorf("%v: %v", value, err)
			continue
		}
		if id, ok := tok.EOS(); ok {
			t.Errorf("%v: EOS() = %d, want none", value, id)
		}
		if id, ok := tok.BOS(); !ok || id != 256 {
			t.Errorf("%v: BOS() = %d, %v, want 256", value, id, ok)
		}
		if notes := tok.Notes(); len(notes) != 1 || !strings.HasPrefix(notes[0], "tokenizer.ggml.eos_token_id is left out: "+want) {
			t.Errorf("%v: notes %q, want one with %q", value, notes, want)
		}
	}
	if notes := byteFile().tokenizer(t).Notes(); len(notes) != 0 {
		t.Errorf("a sound file: notes %q", notes)
	}
}

func TestBadFiles(t *testing.T) {
	set := func(key string, value any) func(*gguf.Metadata) {
		return func(m *gguf.Metadata) { m.Set(key, value) }
	}
	tokens := func(change func([]string) []string) func(*gguf.Metadata) {
		return set(keyTokens, change(append(byteFile().tokens, "ab", "abc", "bc")))
	}
	same := func(all []string) []string { return all }
	for name, test := range map[string]struct {
		change []func(*gguf.Metadata)
		want   string
	}{
		"other model":      {[]func(*gguf.Metadata){set(keyModel, "llama")}, `tokenizer: tokenizer.ggml.model: got "llama", want "gpt2"`},
		"model no string":  {[]func(*gguf.Metadata){set(keyModel, uint32(2))}, `tokenizer.ggml.model: got "", want "gpt2"`},
		"other split":      {[]func(*gguf.Metadata){set(keyPre, "llama-bpe")}, `tokenizer.ggml.pre: got "llama-bpe", want "gpt-2", none, or another that splits texts alike`},
		"no tokens":        {[]func(*gguf.Metadata){set(keyTokens, []string{})}, "tokenizer.ggml.tokens: missing or empty"},
		"tokens of ints":   {[]func(*gguf.Metadata){set(keyTokens, []int32{1})}, "tokenizer.ggml.tokens: missing or empty"},
		"merges of ints":   {[]func(*gguf.Metadata){set(keyMerges, []int32{1})}, "tokenizer.ggml.merges: missing"},
		"few types":        {[]func(*gguf.Metadata){set(keyTypes, []int32{1, 1})}, "tokenizer.ggml.token_type: got 2 integers, want one for each of 257 tokens"},
		"types of strings": {[]func(*gguf.Metadata){set(keyTypes, []string{"a"})}, "tokenizer.ggml.token_type: got 0 integers"},
		"no byte": {[]func(*gguf.Metadata){tokens(func(all []string) []string { all['A'] = "other"; return all })},
			`tokenizer.ggml.tokens: no token 'A' for the byte 0x41, want one for every byte`},
		"token twice": {[]func(*gguf.Metadata){tokens(func(all []string) []string { return append(all, "q", "ab") })},
			`tokenizer.ggml.tokens[260] "q": repeats entry 113`},
		"merge of one":      {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"a b", "ab"})}, `tokenizer.ggml.merges[1] "ab": got no space, want two tokens`},
		"merge of three":    {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"a b c"})}, `tokenizer.ggml.merges[0] "a b c": "b c" is not a token`},
		"empty merge":       {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{""})}, `tokenizer.ggml.merges[0] "": got no space`},
		"merge of nothing":  {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{" "})}, `tokenizer.ggml.merges[0] " ": "" is not a token`},
		"unknown part":      {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"a b", "ab x2"})}, `tokenizer.ggml.merges[1] "ab x2": "x2" is not a token`},
		"unknown result":    {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"a b", "ab ab"})}, `its result "abab" is not a token`},
		"merge too early":   {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"ab c", "a b"})}, `tokenizer.ggml.merges[0] "ab c": no byte and no earlier merge makes "ab"`},
		"merge of specials": {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"a " + endOfText})}, `no byte and no earlier merge makes "<|endoftext|>"`},
		"merge twice":       {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"b c", "a b", "b c"})}, `tokenizer.ggml.merges[2] "b c": repeats entry 0`},
		"other way twice": {[]func(*gguf.Metadata){tokens(same), set(keyMerges, []string{"b c", "a b", "ab c", "a bc", "a bc"})},
			`tokenizer.ggml.merges[4] "a bc": repeats entry 3`},
	} {
		m := byteFile().meta()
		if name != "few types" && name != "types of strings" {
			m = file{tokens: byteFile().tokens, eos: 256}.meta()
		}
		for _, change := range test.change {
			change(m)
		}
		_, err := New(m)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want %q", name, err, test.want)
		}
	}
}

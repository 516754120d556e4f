package tokenizer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"vitrine/core/gguf"
)

// ruled is byteFile with the merges "a b" and " a", and five added tokens. Every other
// token is one byte, which Encode writes as its character.
func ruled(set map[string]any) (*Tokenizer, error) {
	f := byteFile()
	add := func(token string, kind int32) {
		f.tokens, f.types = append(f.tokens, token), append(f.types, kind)
	}
	add("ab", typeNormal)                                                   // 257
	add("Ġa", typeNormal)                                                   // 258
	for i, token := range []string{"<x>", "<x>y", "zed", " w ", "Ünique"} { // 259 to 263
		add(token, []int32{typeControl, typeUserDefined, typeUserDefined, typeUserDefined, typeUnknown}[i])
	}
	add("hello", typeNormal) // 264: of no merge
	add("[PAD265]", 5)       // unused
	f.merges = []string{"a b", "Ġ a"}
	meta := f.meta()
	for key, value := range set {
		meta.Set(key, value)
	}
	return New(meta)
}

// written names ids: the characters of bytes, numbers of others.
func written(ids []int) string {
	var b strings.Builder
	for _, id := range ids {
		if id < byteTokens {
			b.WriteByte(byte(id))
		} else {
			fmt.Fprintf(&b, "[%d]", id)
		}
	}
	return b.String()
}

func TestRules(t *testing.T) {
	type keys = map[string]any
	yes := func(key string) keys { return keys{key: true} }
	flag := func(key string, ids ...uint32) keys { return keys{key: ids} }
	for _, test := range []struct {
		set        keys
		text, want string
	}{
		{nil, "ab <x> ab", "[257] [259] [257]"},
		{nil, "<x><x>y<x", "[259][260]<x"}, // of several at one place the longest
		{nil, "zed w <|endoftext|>", "[261][262][256]"},
		{nil, "[PAD265]", "[PAD265]"},
		{nil, "hello", "hello"},
		{nil, "Ünique", "[263]"},
		{yes(keyAddBOS), "a", "[256]a"},
		{yes(keyAddBOS), "", "[256]"},
		{yes(keyAddEOS), "a", "a[256]"},
		{keys{keyAddBOS: true, keyBefore: []uint32{259, 261}, keyAfter: []uint32{260}}, "a", "[259][261]a[260]"},
		{keys{keyAddBOS: true, keyBefore: []uint32{}}, "a", "a"},
		{yes(keyPrefixSpace), "a<x>a a", "[258][259][258][258]"}, // each text between added tokens
		{yes(keyPrefixSpace), " a", "[258]"},
		{yes(keyPrefixSpace), "\ta", " \ta"},
		{yes(keyPrefixSpace), "", ""},
		{yes(keyIgnoreMerges), "hello hello", "[264] hello"},
		{keys{keyPre: "starcoder"}, "ab 12²", "[257] 12²"},
		{keys{keySplits: []string{splitDigits}, keyIgnoreMerges: true}, "hello1 hello", "[264]1 hello"},
		{keys{keySplits: []string{}}, "b a ab", "b[258] [257]"}, // nothing is split: the first merge takes the "a"
		{keys{keySplits: []string{}, keyIgnoreMerges: true}, "hello", "[264]"},
		{flag(keyLstrip, 259), "a \n<x> a", "a[259][258]"},
		{flag(keyRstrip, 259), "a <x> \u3000a", "a [259]a"},
		{flag(keyRstrip, 259), "<x>  zed", "[259][261]"},
		{keys{keyLstrip: []uint32{259}, keyRstrip: []uint32{259}}, "a <x> <x> b", "a[259][259]b"},
		{flag(keySingleWord, 261), "zed zed, zed_ ézed zed9 -zed-", "[261] [261], zed_ ézed zed9 -[261]-"},
		{flag(keySingleWord, 261), "zed\u0301zed", "zed\u0301zed"},
		{flag(keyNormalized, 260), "<x>y", "[259]y"}, // others come first
		{keys{keyNormalizer: []string{"lowercase"}, keyNormalized: []uint32{263}}, "ÜNIQUE A<x>A<X>", "[263][258][259]a<x>"},
		{keys{keyNormalizer: []string{"lowercase"}}, "ÜNIQUE ΑΣ İ", "ünique ας i\u0307"},
		{keys{keyNormalizer: []string{"nfd", "strip_accents"}}, "éa", "ea"},
		{keys{keyNormalizer: []string{"strip_left", "strip_right"}}, " \u00a0a <x> ", "a[259]"},
		{keys{keyNormalizer: []string{"replace", "q", "ab", "prepend", " a"}}, "q<x>", "[258][257][259]"},
	} {
		tok, err := ruled(test.set)
		if err != nil {
			t.Errorf("%v: %v", test.set, err)
			continue
		}
		want := test.want
		if strings.Contains(want, "ας") {
			want = strings.ReplaceAll(want, "ς", "σ") // no context
		}
		if got := written(tok.Encode(test.text)); got != want {
			t.Errorf("%v: %q becomes %q, want %q", test.set, test.text, got, want)
		}
	}
}

func TestBadRules(t *testing.T) {
	for want, set := range map[string]map[string]any{
		`vitrine.tokenizer.magic: got a key that this version does not know`:                     {ours + "magic": true},
		`tokenizer.ggml.add_bos_token: got "1", want true or false`:                              {keyAddBOS: uint8(1)},
		`tokenizer.ggml.pre: got "", want "gpt-2"`:                                               {keyPre: uint8(1)},
		`tokenizer.ggml.add_bos_token: got true, but tokenizer.ggml.bos_token_id names no token`: {keyBOS: uint32(999), keyAddBOS: true},
		`vitrine.tokenizer.splits[0]: got "gpt-2", want digit, digits, or gpt-2 as the last`:     {keySplits: []string{splitGPT2, splitDigit}},
		`vitrine.tokenizer.splits: got "gpt-2", want an array of strings`:                        {keySplits: splitGPT2},
		`vitrine.tokenizer.normalizer[1]: got "magic", want a step that is known`:                {keyNormalizer: []string{"nfc", "magic"}},
		`vitrine.tokenizer.normalizer[0] replace: got 1 texts, want 2`:                           {keyNormalizer: []string{"replace", "a"}},
		`vitrine.tokenizer.normalizer[0] replace: got an empty text`:                             {keyNormalizer: []string{"replace", "", "a"}},
		`vitrine.tokenizer.before[1]: got 266, want a token id from 0 to 265`:                    {keyBefore: []uint32{1, 266}},
		`vitrine.tokenizer.lstrip: got "[a]", want an array of token ids`:                        {keyLstrip: []string{"a"}},
		`vitrine.tokenizer.normalized: token 261, "zed", is empty when it is normalized`:         {keyNormalizer: []string{"replace", "zed", ""}, keyNormalized: []uint32{261}},
	} {
		if _, err := ruled(set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got error %v, want %q", set, err, want)
		}
	}
	f := byteFile()
	meta := &gguf.Metadata{} // without bos and eos
	meta.Set(keyModel, wantModel)
	meta.Set(keyTokens, f.tokens)
	meta.Set(keyMerges, []string{})
	meta.Set(keyAddEOS, true)
	if _, err := New(meta); err == nil || !strings.Contains(err.Error(), "tokenizer.ggml.add_eos_token: got true, but tokenizer.ggml.eos_token_id names no token") {
		t.Errorf("an end that is missing: got error %v", err)
	}
}

// TestEndOfText is added where no type says so, unless merges make it.
func TestEndOfText(t *testing.T) {
	f := byteFile()
	f.types = nil
	if got := f.tokenizer(t).Encode("a" + endOfText); !slices.Equal(got, []int{'a', 256}) {
		t.Errorf("got %v, want a and 256", got)
	}
	f.eos = '!'
	if got := f.tokenizer(t).Encode("a!" + endOfText); len(got) != 2+len(endOfText) {
		t.Errorf("got %v, want the bytes", got)
	}
}

// TestUnicodeForms compares the forms with package norm, which differs in runs of
// more than 30 marks alone.
func TestUnicodeForms(t *testing.T) {
	forms := map[string]norm.Form{"nfc": norm.NFC, "nfd": norm.NFD, "nfkc": norm.NFKC, "nfkd": norm.NFKD}
	rng := rand.New(rand.NewPCG(5, 6))
	marks := []rune{'\u0301', '\u0302', '\u0323', '\u0327', '\u0345', '\u05b0', '\u093c', '\u0f71', '\u3099', 'ᅡ', 'ᆨ', 'a', 'e', 'ᄀ', '가', 'क', 'か', 'ậ', 'ﬁ', '\u212b', '\u0958', '\ufb2c', '𝅗', '\U0001d16e'}
	for name, form := range forms {
		n, err := newNormalizer([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		check := func(text string) {
			if got, want := n.apply(text), form.String(text); got != want {
				t.Fatalf("%s of %+q is %+q, want %+q", name, text, got, want)
			}
		}
		for r := range rune(0x30000) {
			if utf8.ValidRune(r) && (r < 0x3400 || r%5 == 0) { // above are long rows of characters of one kind
				check("a" + string(r) + "\u0301" + string(r))
			}
		}
		for range 20000 {
			var text []rune
			for range rng.IntN(8) {
				text = append(text, marks[rng.IntN(len(marks))])
			}
			check(string(text))
		}
	}
	n, _ := newNormalizer([]string{"nfc"})
	if got, want := n.apply("e"+strings.Repeat("\u0301", 40)), "é"+strings.Repeat("\u0301", 39); got != want {
		t.Errorf("a run of 40 marks: %+q, want %+q", got, want)
	}
}

// TestManyAdded looks for tokens in a text in time that does not grow with their number.
func TestManyAdded(t *testing.T) {
	f := byteFile()
	for i := range 50000 {
		f.tokens, f.types = append(f.tokens, fmt.Sprintf("aaaa%05d", i)), append(f.types, typeUserDefined)
	}
	tok := f.tokenizer(t)
	if got := tok.Encode(strings.Repeat("a", 1<<20) + "aaaa49999"); len(got) != 1<<20+1 || got[1<<20] != len(f.tokens)-1 {
		t.Errorf("got %d tokens, want %d", len(got), 1<<20+1)
	}
}

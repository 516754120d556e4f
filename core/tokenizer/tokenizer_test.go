package tokenizer

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

type vector struct {
	Source, Text string
	IDs          []int
}

// Published token ids, for machines without the shared test data.
var vectors = []vector{
	{"openai/tiktoken tests/test_encoding.py", "hello world", []int{31373, 995}},
	{"openai/tiktoken tests/test_encoding.py", "", []int{}},
	{"openai/tiktoken tests/test_encoding.py", "0", []int{15}},
	{"openai/tiktoken tests/test_encoding.py", "00000000000000000", []int{8269, 10535, 830}},
	{"latitudegames/GPT-3-Encoder Encoder.test.js", " ", []int{220}},
	{"latitudegames/GPT-3-Encoder Encoder.test.js", "\t", []int{197}},
	{"latitudegames/GPT-3-Encoder Encoder.test.js", "This is some text", []int{1212, 318, 617, 2420}},
	{"latitudegames/GPT-3-Encoder Encoder.test.js", "indivisible", []int{521, 452, 12843}},
	{"latitudegames/GPT-3-Encoder Encoder.test.js", "hello 👋 world 🌍", []int{31373, 50169, 233, 995, 12520, 234, 235}},
	{"huggingface/transformers tests/models/gpt2/test_modeling_gpt2.py",
		"The dog was found in a field near the intersection of West and West Streets.\n\nThe dog",
		[]int{464, 3290, 373, 1043, 287, 257, 2214, 1474, 262, 16246, 286, 2688, 290, 2688, 27262, 13, 198, 198, 464, 3290}},
	{"poloclub/transformer-explainer src/constants/examples/ex0.js", "Data visualization empowers users to", []int{6601, 32704, 795, 30132, 2985, 284}},
	{"poloclub/transformer-explainer src/constants/examples/ex4.js", "IEEE VIS conference highlights the", []int{40, 31909, 50035, 4495, 11330, 262}},
}

func TestPublishedVectors(t *testing.T) {
	checkVectors(t, gpt2(t), vectors)
}

func TestSharedVectors(t *testing.T) {
	var shared []vector
	readJSON(t, "tests/gpt2_tokens.json", &shared)
	published := directoryFile(t, "tests/gpt2_encoder.json", "tests/gpt2_vocab.bpe")
	checkVectors(t, published.tokenizer(t), shared)
	checkVectors(t, gpt2(t), shared)

	f, err := gpt2File()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.tokens, published.tokens) || !slices.Equal(f.merges, published.merges) {
		t.Error("the vocabulary made from ranks is not the one that OpenAI published")
	}
}

func checkVectors(t *testing.T, tok *Tokenizer, vectors []vector) {
	t.Helper()
	for _, v := range vectors {
		if got := tok.Encode(v.Text); !slices.Equal(got, v.IDs) {
			t.Errorf("Encode(%q) = %v, want %v (%s)", v.Text, got, v.IDs, v.Source)
		}
		if got := tok.Decode(v.IDs); got != v.Text {
			t.Errorf("Decode(%v) = %q, want %q (%s)", v.IDs, got, v.Text, v.Source)
		}
	}
}

// TestMatchesCoreBPE holds the scanner, the look-up and the long merge against
// CoreBPE alone, which splits by the regular expression.
func TestMatchesCoreBPE(t *testing.T) {
	if !splitsTexts {
		t.Skip("tiktoken-go splits no texts in this build")
	}
	tok := gpt2(t)
	rng := rand.New(rand.NewPCG(1, 2))
	texts := slices.Clone(awkward)
	for range 2000 {
		texts = append(texts, randomText(rng))
	}
	for _, text := range texts {
		checkCoreBPE(t, tok, text)
	}
}

// splitsTexts reports whether tiktoken-go can split a text: it is built for wasm
// without regular expressions.
const splitsTexts = runtime.GOOS != "js"

// checkCoreBPE compares Encode with what tiktoken-go makes of the whole text between
// the end-of-text tokens in it, where it can split one.
func checkCoreBPE(t *testing.T, tok *Tokenizer, text string) {
	t.Helper()
	if !splitsTexts {
		return
	}
	var want []int
	for i, part := range strings.Split(validText(text), endOfText) {
		if i > 0 {
			want = append(want, tok.eos)
		}
		for _, rank := range tok.core().EncodeOrdinary(part) {
			want = append(want, int(tok.made[rank]))
		}
	}
	if got := tok.Encode(text); !slices.Equal(got, want) {
		t.Errorf("Encode(%q) = %v, CoreBPE gives %v", text, got, want)
	}
}

// TestEveryCharacterSplitsAlike puts each character of the first two planes between
// others: below U+3100 of every class, above of one, since CoreBPE is slow.
func TestEveryCharacterSplitsAlike(t *testing.T) {
	if !splitsTexts {
		t.Skip("tiktoken-go splits no texts in this build")
	}
	tok := gpt2(t)
	var text strings.Builder
	for r := range rune(0x20000) {
		if !utf8.ValidRune(r) {
			continue
		}
		beside := []string{"a"}
		if r < 0x3100 {
			beside = []string{"a", "1", "!", " ", "\n"}
		}
		for _, other := range beside {
			text.WriteString(other)
			text.WriteRune(r)
		}
		if text.Len() > 1<<16 {
			checkCoreBPE(t, tok, text.String())
			text.Reset()
		}
	}
	checkCoreBPE(t, tok, text.String())
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"it's they'll": "it|'s| they|'ll",
		"IT'S":         "IT|'|S",
		" 's 't":       " '|s| '|t",
		"''s":          "''|s",
		"a  b":         "a| | b",
		"a \n b":       "a| \n| b",
		"a\n\nb":       "a|\n|\n|b",
		"a  ":          "a|  ",
		"12ab!? x":     "12|ab|!?| x",
		"x \u3000y":    "x| |\u3000|y",
		"e\u0301a":     "e|\u0301|a",
		"日本 語":         "日本| 語",
		"a\x00b":       "a|\x00|b",
		"\tx":          "\t|x",
		"don't'd'ves":  "don|'t|'d|'ve|s",
		"3.14 Ⅷ":       "3|.|14| Ⅷ",
		"👩‍👩 \u200bz":  "👩‍👩| \u200b|z",
	} {
		var got []string
		for text != "" {
			n := pieceLen(text)
			got = append(got, text[:n])
			text = text[n:]
		}
		if joined := strings.Join(got, "|"); joined != want {
			t.Errorf("pieces %q, want %q", joined, want)
		}
	}
}

func TestPermutedIDs(t *testing.T) {
	f, err := gpt2File()
	if err != nil {
		t.Fatal(err)
	}
	plain := gpt2(t)
	to := rand.New(rand.NewPCG(3, 4)).Perm(len(f.tokens))
	moved := file{tokens: make([]string, len(to)), types: make([]int32, len(to)), merges: f.merges, eos: to[f.eos]}
	for id, at := range to {
		moved.tokens[at], moved.types[at] = f.tokens[id], f.types[id]
	}
	tok := moved.tokenizer(t)
	for _, text := range append([]string{vectors[9].Text}, awkward...) {
		want := plain.Encode(text)
		for i, id := range want {
			want[i] = to[id]
		}
		if got := tok.Encode(text); !slices.Equal(got, want) {
			t.Errorf("Encode(%q) = %v, want %v", text, got, want)
		}
	}
	if eos, ok := tok.EOS(); !ok || eos != to[f.eos] || tok.Text(eos) != endOfText {
		t.Errorf("EOS() = %d, %v, %q, want %d", eos, ok, tok.Text(eos), to[f.eos])
	}
}

func TestTokens(t *testing.T) {
	tok := gpt2(t)
	if tok.Size() != 50257 { // Radford et al. 2019, section 2.2
		t.Errorf("Size() = %d, want 50257", tok.Size())
	}
	for _, get := range []func() (int, bool){tok.EOS, tok.BOS} {
		if id, ok := get(); !ok || id != 50256 {
			t.Errorf("got %d, %v, want 50256", id, ok)
		}
	}
	if !tok.Special(50256) || tok.Special(50255) || tok.Special(-1) || tok.Special(50257) {
		t.Error("Special does not hold for 50256 alone")
	}
	if ids := tok.Encode(endOfText); !slices.Equal(ids, []int{50256}) || tok.Decode(ids) != endOfText {
		t.Errorf("Encode(%q) = %v, want 50256 alone", endOfText, ids)
	}
	if ids := tok.Added(); !slices.Equal(ids, []int{50256}) {
		t.Errorf("Added() = %v, want 50256 alone", ids)
	}
	for id, want := range map[int]string{262: " the", 198: "\n", 50169: " \ufffd", 233: "\ufffd", 188: "\x00", -1: "", 50257: ""} {
		if got := tok.Text(id); got != want {
			t.Errorf("Text(%d) = %q, want %q", id, got, want)
		}
	}
	if b, ok := tok.Bytes(50169); !ok || string(b) != " \xf0\x9f\x91" {
		t.Errorf("Bytes(50169) = %q, %v", b, ok)
	}
	for _, id := range []int{-1, 50257, 1 << 40} {
		if b, ok := tok.Bytes(id); ok || b != nil {
			t.Errorf("Bytes(%d) = %q, %v, want none", id, b, ok)
		}
	}
}

// TestInvalidText reads bytes that are not UTF-8 as U+FFFD.
func TestInvalidText(t *testing.T) {
	tok := gpt2(t)
	for text, as := range map[string]string{
		"a\xffb":           "a\ufffdb",
		"\xf0\x9f\x98":     "\ufffd", // a truncated emoji is one sequence
		"\xf0\x9f\x98\xf0": "\ufffd\ufffd",
		"\xed\xa0\x80":     "\ufffd\ufffd\ufffd", // a surrogate is no beginning of a character
	} {
		if got, want := tok.Encode(text), tok.Encode(as); !slices.Equal(got, want) {
			t.Errorf("Encode(%q) = %v, want that of %q, %v", text, got, as, want)
		}
	}
}

// TestLongRuns encodes texts without a split. Each takes a fraction of a second;
// a quadratic merge of 2^18 bytes takes more than 2^34 steps, which is minutes.
func TestLongRuns(t *testing.T) {
	tok := gpt2(t)
	for _, unit := range []string{"a", " ", "\n", "漢", "!", "ab", "0", "🌍", "\x00", "\xff", "' "} {
		text := strings.Repeat(unit, 1<<18/len(unit)) + " x"
		start := time.Now()
		ids := tok.Encode(text)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%q: %v for %d bytes of it", unit, took, len(text))
		}
		if got := tok.Decode(ids); got != validText(text) {
			t.Errorf("%q: a long run of it does not come back", unit)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, text := range awkward {
		f.Add(text)
	}
	tok := gpt2(f)
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Encode(text)
		if got, want := tok.Decode(ids), validText(text); got != want {
			t.Fatalf("Decode(Encode(%q)) = %q, want %q", text, got, want)
		}
		checkCoreBPE(t, tok, text)
		s := tok.NewStream()
		var streamed string
		for _, id := range ids {
			streamed += s.Push(id)
		}
		if streamed += s.Flush(); streamed != tok.Decode(ids) {
			t.Fatalf("streamed %q, want %q", streamed, tok.Decode(ids))
		}
	})
}

func BenchmarkNew(b *testing.B) {
	f, err := gpt2File()
	if err != nil {
		b.Fatal(err)
	}
	meta := f.meta()
	for b.Loop() {
		if _, err := New(meta); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	tok := gpt2(b)
	text := strings.Repeat("The quick brown fox, 123 jumps over the lazy dogs; it's what they'd do indivisibly. ", 100)
	tokens := 0
	b.ReportAllocs()
	for b.Loop() {
		tokens += len(tok.Encode(text))
	}
	b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
}

func BenchmarkEncodeLongRun(b *testing.B) {
	tok := gpt2(b)
	text := strings.Repeat("a", 1<<20)
	for b.Loop() {
		tok.Encode(text)
	}
}

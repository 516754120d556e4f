package tokenizer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// mergePlain is the merging in its plainest form: look at every pair, join the
// best, begin again.
func mergePlain(tok *Tokenizer, piece string) []int {
	var ids []int
	for i := range len(piece) {
		ids = append(ids, int(tok.made[piece[i]]))
	}
	for {
		best, at := int32(-1), -1
		for i := range max(len(ids)-1, 0) {
			rank, ok := tok.rankOf()[pair{int32(ids[i]), int32(ids[i+1])}]
			if ok && (at < 0 || rank < best) {
				best, at = rank, i
			}
		}
		if at < 0 {
			return ids
		}
		ids = slices.Replace(ids, at, at+2, int(tok.made[best]))
	}
}

// TestLongMergeMatchesCoreBPE compares the two on pieces of all lengths around
// longPiece and far above, and on every token of the vocabulary.
func TestLongMergeMatchesCoreBPE(t *testing.T) {
	tok := gpt2(t)
	rng := rand.New(rand.NewPCG(7, 8))
	letters := []rune("aaabcdethinorsé漢かA")
	pieces := []string{strings.Repeat("a", 1500), strings.Repeat("the", 500), strings.Repeat("漢", 400)}
	for _, n := range []int{1, 2, 3, 4, 7, 16, 50, longPiece - 1, longPiece, longPiece + 1, 1200} {
		for range 20 {
			piece := make([]rune, n)
			for i := range piece {
				piece[i] = letters[rng.IntN(len(letters))]
			}
			pieces = append(pieces, string(piece))
		}
	}
	for _, piece := range pieces {
		want := tok.core().EncodeOrdinary(piece)
		for i, rank := range want {
			want[i] = int(tok.made[rank])
		}
		if got := tok.merge(nil, piece, nil); !slices.Equal(got, want) {
			t.Errorf("merge(%.40q...) = %v, CoreBPE gives %v", piece, got, want)
		}
	}
	for id, b := range tok.bytes[:50256] {
		if got := tok.merge(nil, string(b), nil); len(got) != 1 || got[0] != id {
			t.Errorf("merge of token %d, %q, = %v, want itself", id, b, got)
		}
	}
}

// TestSharedVocabulariesUseCoreBPE: trained vocabularies are decided by ranks.
func TestSharedVocabulariesUseCoreBPE(t *testing.T) {
	if gpt2(t).core() == nil {
		t.Error("GPT-2's vocabulary does not go through CoreBPE")
	}
	tiny := directoryFile(t, "checkpoints/tiny/vocab.json", "checkpoints/tiny/merges.txt").tokenizer(t)
	if tiny.core() == nil {
		t.Error("the default model's vocabulary does not go through CoreBPE")
	}
	for _, text := range awkward {
		checkCoreBPE(t, tiny, text)
	}
}

// TestEditedVocabulary: "ab" comes before "bc", so "abc" is made of "ab" and "c"
// although there is a token "abc", which ranks alone would pick.
func TestEditedVocabulary(t *testing.T) {
	f := byteFile()
	f.types = nil
	f.tokens = append(f.tokens, "ab", "bc", "abc") // 257, 258, 259
	f.merges = []string{"a b", "b c", "a bc"}
	tok := f.tokenizer(t)
	if tok.core() != nil {
		t.Error("ranks decide, want not")
	}
	if got, want := tok.Encode("abc"), []int{257, 'c'}; !slices.Equal(got, want) {
		t.Errorf("Encode(abc) = %v, want %v", got, want)
	}
}

// TestRandomVocabularies holds Encode against the plainest merging for random
// merges over three letters: some decided by ranks, some not.
func TestRandomVocabularies(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	decided := 0
	const rounds = 600
	for range rounds {
		f := byteFile()
		f.types = nil
		parts := []string{"a", "b", "c"}
		for range 1 + rng.IntN(6) {
			left, right := parts[rng.IntN(len(parts))], parts[rng.IntN(len(parts))]
			if slices.Contains(f.merges, left+" "+right) {
				continue
			}
			f.merges = append(f.merges, left+" "+right)
			if !slices.Contains(f.tokens, left+right) {
				f.tokens = append(f.tokens, left+right)
				parts = append(parts, left+right)
			}
		}
		tok := f.tokenizer(t)
		if tok.core() != nil {
			decided++
		}
		for range 60 {
			text := make([]byte, rng.IntN(14))
			for i := range text {
				text[i] = "abc"[rng.IntN(3)]
			}
			want := mergePlain(tok, string(text))
			if got := tok.Encode(string(text)); !slices.Equal(got, want) {
				t.Fatalf("merges %q: Encode(%q) = %v, want %v (CoreBPE used: %v)", f.merges, text, got, want, tok.core() != nil)
			}
			if got := tok.merge(nil, string(text), nil); !slices.Equal(got, want) {
				t.Fatalf("merges %q: merge(%q) = %v, want %v", f.merges, text, got, want)
			}
		}
	}
	if decided < rounds/10 || decided > rounds*9/10 {
		t.Errorf("ranks decide %d of %d vocabularies: the test sees only one kind", decided, rounds)
	}
}

// TestPieces: the merges of each piece, applied again to its bytes one after another, make
// the ids that Encode gives; each is the one in the model's list with that rank.
func TestPieces(t *testing.T) {
	tok := gpt2(t)
	rng := rand.New(rand.NewPCG(11, 12))
	texts := slices.Clone(awkward)
	for range 200 {
		texts = append(texts, randomText(rng))
	}
	merges := 0
	for _, text := range texts {
		var ids []int
		var all strings.Builder
		for _, p := range tok.Pieces(text) {
			all.WriteString(p.Text)
			ids = append(ids, p.IDs...)
			if p.Whole {
				if len(p.Merges) > 0 || len(p.IDs) != 1 || tok.Text(p.IDs[0]) != p.Text {
					t.Errorf("%q is whole, and has the ids %v and the merges %v", p.Text, p.IDs, p.Merges)
				}
				continue
			}
			at := map[int]int{} // token by first byte
			for i := range len(p.Text) {
				at[i] = int(tok.made[p.Text[i]])
			}
			for _, m := range p.Merges {
				merges++
				left, _ := tok.Bytes(m.Left)
				if tok.parts[m.Rank] != (pair{int32(m.Left), int32(m.Right)}) || int(tok.made[byteTokens+m.Rank]) != m.Made {
					t.Fatalf("%q: merge %+v is not the one of its rank", p.Text, m)
				}
				if at[m.At] != m.Left || at[m.At+len(left)] != m.Right {
					t.Fatalf("%q: merge %+v joins what is not there: %v", p.Text, m, at)
				}
				at[m.At] = m.Made
				delete(at, m.At+len(left))
			}
			var left []int
			for i := range len(p.Text) {
				if id, ok := at[i]; ok {
					left = append(left, id)
				}
			}
			if !slices.Equal(left, p.IDs) {
				t.Errorf("%q: its merges leave %v, want %v", p.Text, left, p.IDs)
			}
		}
		if want := tok.Encode(text); !slices.Equal(ids, want) {
			t.Errorf("Pieces(%q) have the ids %v, Encode gives %v", text, ids, want)
		}
		if all.String() != validText(text) {
			t.Errorf("the pieces of %q are %q", text, all.String())
		}
	}
	if merges < 1000 {
		t.Errorf("only %d merges were looked at", merges)
	}
}

// FuzzVocabulary adds tokens and merges to the bytes: New refuses them or the
// tokenizer works.
func FuzzVocabulary(f *testing.F) {
	f.Add("ab\nabc\nbc", "a b\nb c\na bc", "abcabc")
	f.Add("ab\nabc", "a b\nab c", "xabc 'sab")
	f.Add("aa\naaaa\naaa", "a a\naa aa\naa a", "aaaaaaaaaaa")
	f.Add("\xff\n\n ", " \n\na", "\xff")
	f.Add("Ġa\nĠaĠa", "Ġ a\nĠa Ġa", " a a  a")
	f.Fuzz(func(t *testing.T, tokens, merges, text string) {
		v := byteFile()
		v.types = nil
		v.tokens = append(v.tokens, strings.Split(tokens, "\n")...)
		v.merges = strings.Split(merges, "\n")
		tok, err := New(v.meta())
		if err != nil {
			return
		}
		ids := tok.Encode(text)
		if got, want := tok.Decode(ids), validText(text); got != want {
			t.Fatalf("Decode(Encode(%q)) = %q", text, got)
		}
		var want []int
		for rest := validText(text); rest != ""; {
			n := pieceLen(rest)
			want = append(want, mergePlain(tok, rest[:n])...)
			rest = rest[n:]
		}
		if !slices.Equal(ids, want) {
			t.Fatalf("merges %q: Encode(%q) = %v, want %v (CoreBPE used: %v)", v.merges, text, ids, want, tok.core() != nil)
		}
	})
}

package tokenizer

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

func TestValidText(t *testing.T) {
	for text, want := range map[string]string{
		// The Unicode Standard 15.0, section 3.9, tables 3-8 to 3-11.
		"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41":                 "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA",
		"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41":                 "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA",
		"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42":                 "\ufffd\ufffd\ufffd\ufffd\ufffdA\ufffd\ufffdB",
		"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41":                 "\ufffd\ufffd\ufffd\ufffdA",
		"\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64": "a\ufffd\ufffd\ufffdb\ufffdc\ufffd\ufffdd", // table 3-8 of version 6
		"ends \xf0\x9f\x91":                                    "ends \ufffd",
		"ends \xe2\x82":                                        "ends \ufffd",
		"real \ufffd":                                          "real \ufffd",
		"":                                                     "",
	} {
		if got := validText(text); got != want {
			t.Errorf("validText(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestStreamHoldsHalfCharacters(t *testing.T) {
	f := byteFile()
	s := f.tokenizer(t).NewStream()
	for i, step := range []struct {
		id   int
		want string
	}{
		{'a', "a"}, {0xF0, ""}, {0x9F, ""}, {0x91, ""}, {0x8B, "👋"},
		{0xC3, ""}, {'(', "\ufffd("}, // the second byte is none of é's
		{0xF0, ""}, {0x9F, ""}, {0xE2, "\ufffd"}, {0x82, ""}, {0xAC, "€"},
		{0xFF, "\ufffd"}, {0x80, "\ufffd"}, {0, "\x00"},
		{0xE2, ""}, {-1, ""}, {1 << 30, ""}, {f.eos, "\ufffd" + endOfText},
	} {
		if got := s.Push(step.id); got != step.want {
			t.Errorf("push %d of %#x = %q, want %q", i, step.id, got, step.want)
		}
	}
	if got := s.Flush(); got != "" {
		t.Errorf("Flush() = %q, want nothing", got)
	}
	s.Push(0xF0)
	s.Push(0x9F)
	if got := s.Flush(); got != "\ufffd" {
		t.Errorf("Flush() = %q, want one U+FFFD", got)
	}
	if got := s.Push('b'); got != "b" {
		t.Errorf("after Flush: Push = %q, want b", got)
	}
}

// TestStreamEqualsDecode pushes random tokens, most of whose bytes are no text.
func TestStreamEqualsDecode(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, tok := range []*Tokenizer{gpt2(t), byteFile().tokenizer(t)} {
		for range 300 {
			ids := make([]int, rng.IntN(60))
			for i := range ids {
				ids[i] = rng.IntN(tok.Size())
			}
			s := tok.NewStream()
			var got string
			for _, id := range ids {
				part := s.Push(id)
				if !utf8.ValidString(part) {
					t.Fatalf("Push(%d) = %q, not UTF-8", id, part)
				}
				got += part
			}
			got += s.Flush()
			if want := tok.Decode(ids); got != want {
				t.Fatalf("streamed %q, want %q", got, want)
			}
		}
	}
}

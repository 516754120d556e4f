package checkpoint

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"h.0.ln_1.weight":           "h.0.ln_1.weight",
		"Ġwörter \"x\"":             "Ġwörter \"x\"",
		"a\nb\r\tc\x1b[31m":         `a\nb\r\tc\x1b[31m`,
		"\u202egnp.exe\u200b":       `\u202egnp.exe\u200b`,
		"0123456789abcdefghijklmn":  "0123456789abcdefghijklmn",
		"0123456789abcdefghijklmno": "0123456789abcdefgh ... jklmno",
	} {
		if got := Line(text, 24); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, unit := range []string{"a", "ü", "\x1b", "\xff", "😀"} {
		if got := Line(strings.Repeat(unit, 1<<20), 16); utf8.RuneCountInString(got) != 16+len(" ... ") {
			t.Errorf("a million of %q: got %q", unit, got)
		}
	}
}

func TestListed(t *testing.T) {
	if got, want := Listed([]string{"a", "b\n"}), `a, b\n`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Listed(strings.Split("abcdefg", "")), "a, b, c, d, e and 2 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

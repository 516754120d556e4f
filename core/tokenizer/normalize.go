package tokenizer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// normalizer changes a text before it is split into pieces: its steps in order.
type normalizer []func(string) string

func (n normalizer) apply(text string) string {
	for _, step := range n {
		text = step(text)
	}
	return text
}

// normalizerSteps has the steps by name, with the number of texts that follow a name.
//
// Source: normalizers/ of huggingface/tokenizers.
var normalizerSteps = map[string]struct {
	arguments int
	step      func(arguments []string) func(string) string
}{
	"nfc":           {0, unicodeForm(norm.NFD, true)},
	"nfd":           {0, unicodeForm(norm.NFD, false)},
	"nfkc":          {0, unicodeForm(norm.NFKD, true)},
	"nfkd":          {0, unicodeForm(norm.NFKD, false)},
	"lowercase":     {0, always(lowercase)},
	"strip_accents": {0, always(stripAccents)},
	"strip_left":    {0, always(func(text string) string { return strings.TrimLeftFunc(text, unicode.IsSpace) })},
	"strip_right":   {0, always(func(text string) string { return strings.TrimRightFunc(text, unicode.IsSpace) })},
	"replace": {2, func(a []string) func(string) string {
		return func(text string) string { return strings.ReplaceAll(text, a[0], a[1]) }
	}},
	"prepend": {1, func(a []string) func(string) string {
		return func(text string) string {
			if text == "" {
				return ""
			}
			return a[0] + text
		}
	}},
}

func always(step func(string) string) func([]string) func(string) string {
	return func([]string) func(string) string { return step }
}

// newNormalizer reads steps, each a name and its texts.
func newNormalizer(list []string) (normalizer, error) {
	var n normalizer
	for i := 0; i < len(list); {
		name := list[i]
		kind, ok := normalizerSteps[name]
		if !ok {
			return nil, fmt.Errorf("[%d]: got %.60q, want a step that is known", i, name)
		}
		arguments := list[i+1:]
		if len(arguments) < kind.arguments {
			return nil, fmt.Errorf("[%d] %s: got %d texts, want %d", i, name, len(arguments), kind.arguments)
		}
		if name == "replace" && arguments[0] == "" {
			return nil, fmt.Errorf("[%d] replace: got an empty text to replace, want some", i)
		}
		n = append(n, kind.step(arguments[:kind.arguments]))
		i += 1 + kind.arguments
	}
	return n, nil
}

// lowercase maps each character by itself, as Rust's char::to_lowercase does: one
// has two characters in lower case, and a final sigma is like any other.
func lowercase(text string) string {
	const dottedI = "\u0130"
	return strings.Map(unicode.ToLower, strings.ReplaceAll(text, dottedI, "i\u0307"))
}

func stripAccents(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return r
	}, text)
}

// unicodeForm returns the step that decomposes text by form, NFD or NFKD, and
// composes it again where compose says so.
//
// The functions of package norm for whole texts put U+034F into long runs of marks,
// which no tokenizer does, so that only single characters and pairs go to it.
//
// Source: Unicode Standard, section 3.11.
func unicodeForm(form norm.Form, compose bool) func([]string) func(string) string {
	return always(func(text string) string {
		if strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
			return text
		}
		marks := decompose(text, form)
		if compose {
			marks = composed(marks)
		}
		var b strings.Builder
		for _, m := range marks {
			b.WriteRune(m.r)
		}
		return b.String()
	})
}

// mark is a character with its canonical combining class, 0 of one that begins anew.
type mark struct {
	r     rune
	class uint8
}

// decompose returns the characters of text fully decomposed, in canonical order.
func decompose(text string, form norm.Form) []mark {
	var marks []mark
	for _, r := range text {
		for _, part := range form.String(string(r)) {
			marks = append(marks, mark{part, form.PropertiesString(string(part)).CCC()})
		}
	}
	for i := 0; i < len(marks); i++ {
		end := i
		for end < len(marks) && marks[end].class > 0 {
			end++
		}
		slices.SortStableFunc(marks[i:end], func(a, b mark) int { return int(a.class) - int(b.class) })
		i = end
	}
	return marks
}

// composed joins each mark with the last character that began anew, where the two
// are one character and nothing between them is in the way. It works in place.
func composed(marks []mark) []mark {
	out := marks[:0]
	starter := -1 // index in out
	for _, m := range marks {
		adjoins := len(out) > 0 && starter == len(out)-1
		blocked := !adjoins && len(out) > 0 && out[len(out)-1].class >= m.class
		if starter >= 0 && !blocked {
			if r, ok := pairOf(out[starter].r, m.r); ok {
				out[starter].r = r
				continue
			}
		}
		if m.class == 0 {
			starter = len(out)
		}
		out = append(out, m)
	}
	return out
}

func pairOf(a, b rune) (rune, bool) {
	joined := []rune(norm.NFC.String(string(a) + string(b)))
	return joined[0], len(joined) == 1
}

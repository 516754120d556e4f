package checkpoint

import (
	"fmt"
	"strconv"
	"strings"
)

// Listed writes names for people: quoted where they have something that cannot be
// printed, and only the first of many.
func Listed(names []string) string {
	const most = 5
	shown := make([]string, min(most, len(names)))
	for i := range shown {
		shown[i] = Line(names[i], 80)
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// MaxMessage is how many characters an error or a note may have: about half a screen.
const MaxMessage = 1000

// Line writes text from a file for people: what cannot be printed, line breaks and
// codes of a terminal too, as Go writes it in strings, and of a text longer than most
// characters its beginning and its end.
func Line(text string, most int) string {
	var b strings.Builder
	if end := len(text) - 4*most; end > 4*most { // bytes of a character, at most; all others are left out below
		text = text[:4*most] + text[end:]
	}
	for _, r := range text {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	runes := []rune(b.String())
	if len(runes) <= most {
		return string(runes)
	}
	head := most * 3 / 4
	return string(runes[:head]) + " ... " + string(runes[len(runes)-(most-head):])
}

package condition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

type kind uint8

const (
	end kind = iota
	number
	text
	name   // and, or, not, true and false are symbols
	symbol // as the tree has it: "and" for &&, "=" for ==
	wrong
)

// token is a piece of the text.
type token struct {
	kind   kind
	column int    // 1-based
	source string // as it is written
	value  string // of a text what it says, of a symbol which it is
	want   string // of what is wrong
}

// symbols are those that letters do not spell, longest first, with what they stand for.
var symbols = [...][2]string{
	{"||", "or"}, {"&&", "and"}, {"==", "="}, {"!=", "!="}, {"<=", "<="}, {">=", ">="},
	{"!", "not"}, {"=", "="}, {"<", "<"}, {">", ">"}, {"+", "+"}, {"-", "-"}, {"*", "*"},
	{"/", "/"}, {"%", "%"}, {"(", "("}, {")", ")"}, {",", ","}, {"}", "}"},
}

// words are names that have a meaning of their own.
var words = []string{"and", "or", "not", "true", "false"}

// door refuses what no parser needs to see: at most MaxLength characters that are UTF-8.
func door(text string) ([]rune, error) {
	if n := utf8.RuneCountInString(text); n > MaxLength {
		return nil, &Error{Got: fmt.Sprintf("%d characters", n), Want: fmt.Sprintf("at most %d", MaxLength)}
	}
	if !utf8.ValidString(text) {
		return nil, &Error{Got: "bytes that are no characters", Want: "a text"}
	}
	return []rune(text), nil
}

// lexer cuts runes into tokens, from at on.
type lexer struct {
	runes []rune
	at    int
}

// peek returns the character i places on, or 0 at the end.
func (l *lexer) peek(i int) rune {
	if l.at+i < len(l.runes) {
		return l.runes[l.at+i]
	}
	return 0
}

// while moves on over the characters that ok takes.
func (l *lexer) while(ok func(rune) bool) {
	for l.at < len(l.runes) && ok(l.runes[l.at]) {
		l.at++
	}
}

func digit(r rune) bool  { return '0' <= r && r <= '9' }
func letter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_' }
func inName(r rune) bool { return letter(r) || digit(r) }
func blank(r rune) bool  { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

// next returns the next token.
func (l *lexer) next() token {
	l.while(blank)
	from := l.at
	t := token{column: from + 1}
	switch c := l.peek(0); {
	case from == len(l.runes):
		return t
	case digit(c) || c == '.' && digit(l.peek(1)):
		l.number()
		t.kind = number
	case letter(c):
		l.while(inName)
		t.kind, t.value = name, string(l.runes[from:l.at])
		if slices.Contains(words, t.value) {
			t.kind = symbol
		}
	case c == '"':
		l.text(&t)
	default:
		l.symbol(&t)
	}
	if t.source == "" {
		t.source = string(l.runes[from:l.at])
	}
	return t
}

// number moves on over digits, a fraction and an exponent.
func (l *lexer) number() {
	l.while(digit)
	if l.peek(0) == '.' {
		l.at++
		l.while(digit)
	}
	if c := l.peek(0); c != 'e' && c != 'E' {
		return
	}
	n := 1
	if c := l.peek(1); c == '+' || c == '-' {
		n = 2
	}
	if digit(l.peek(n)) {
		l.at += n
		l.while(digit)
	}
}

func (l *lexer) symbol(t *token) {
	for _, s := range symbols {
		if string(l.runes[l.at:min(l.at+len(s[0]), len(l.runes))]) == s[0] {
			l.at += len(s[0])
			t.kind, t.value = symbol, s[1]
			return
		}
	}
	t.kind, t.want = wrong, "a name, a number, a text or an operator"
	if l.runes[l.at] == '\'' {
		t.want = `a text in "..."`
	}
	l.at++
}

// text reads what stands between quotation marks.
func (l *lexer) text(t *token) {
	var b strings.Builder
	for l.at++; l.at < len(l.runes); {
		switch c := l.runes[l.at]; c {
		case '"':
			l.at++
			t.kind, t.value = text, b.String()
			return
		case '\\':
			r, n := escape(l.runes[l.at:])
			if n == 0 {
				t.kind, t.column, t.source = wrong, l.at+1, string(l.runes[l.at:min(l.at+2, len(l.runes))])
				t.want = `\" \\ \n \r \t or a character by its number, such as \u{e9}`
				return
			}
			b.WriteRune(r)
			l.at += n
		default:
			b.WriteRune(c)
			l.at++
		}
	}
	t.kind, t.want = wrong, `a text with a " at its end`
}

// escapes are the letters after a backslash, and what they stand for.
var escapes = map[rune]rune{'"': '"', '\\': '\\', 'n': '\n', 'r': '\r', 't': '\t'}

// escape returns the character that s begins with, which has a backslash first, and the
// length of its escape, 0 if it is none.
func escape(s []rune) (r rune, n int) {
	if len(s) < 2 {
		return 0, 0
	}
	if r, ok := escapes[s[1]]; ok {
		return r, 2
	}
	last := slices.Index(s, '}')
	if s[1] != 'u' || len(s) < 3 || s[2] != '{' || last < 0 {
		return 0, 0
	}
	x, err := strconv.ParseUint(string(s[3:last]), 16, 32)
	if err != nil || x > utf8.MaxRune || !utf8.ValidRune(rune(x)) {
		return 0, 0
	}
	return rune(x), last + 1
}

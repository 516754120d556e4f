// Package condition is the language of breakpoints: when to stop, at the how manieth time,
// and what to write down.
//
//	probability < 0.5 and not changed(top)
//	token = " Paris" or entropy > 3
//	abs(max) > 2 * norm / 3
//
// An expression is made of numbers, texts in "...", true, false, names, parentheses and, from
// the loosest to the tightest:
//
//	or  ||
//	and  &&
//	not  !
//	=  ==  !=  <  <=  >  >=      texts and truth values are only equal or not
//	+  -
//	*  /  %                      % has the sign of its left side
//	-                            in front of a number
//
// with the functions abs(x), min(x, y), max(x, y), and changed(name), which holds where the
// value of the name is another than the last time. A text takes the escapes \" \\ \n \r \t and
// \u{e9}. Numbers are float64: a division by zero is infinite, and what is not a number is
// neither equal to anything nor smaller nor larger.
//
// It is parsed once, with all types checked, and evaluated by walking a tree that has no
// loops: that ends, and allocates nothing but the texts that it is given.
package condition

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// What an expression may be at most.
const (
	MaxLength  = 500 // characters
	MaxNesting = 50  // of parentheses, functions and what stands in front of a value
)

// Type is what a value is.
type Type uint8

// The types. Any is for Parse alone.
const (
	Any Type = iota
	Number
	Text
	Boolean
)

var typeNames = [...]string{"a value", "a number", "a text", "true or false"}

// String returns the words that errors use.
func (t Type) String() string { return typeNames[t] }

// Value is a number, a text or a truth value.
type Value struct {
	Type   Type
	Number float64 // of a text: what tells it from others that look like it, such as a token id
	Text   string
	Truth  bool
}

// Same reports whether v and w are the same value, NaN and NaN among them, and texts that
// look alike only where their numbers are the same too.
func (v Value) Same(w Value) bool {
	return v == w || v.Type == Number && w.Type == Number && math.IsNaN(v.Number) && math.IsNaN(w.Number)
}

// String returns v as a message shows it: whole numbers in full, a float32 with the digits
// that tell it from every other one, other numbers with nine.
func (v Value) String() string {
	switch x := v.Number; {
	case v.Type == Text:
		return v.Text
	case v.Type == Boolean:
		return strconv.FormatBool(v.Truth)
	case x == math.Trunc(x) && math.Abs(x) < 1e15: // exact in a float64, and no line of zeros
		return strconv.FormatFloat(x, 'f', -1, 64)
	case x == float64(float32(x)):
		return strconv.FormatFloat(x, 'g', -1, 32)
	default:
		return strconv.FormatFloat(x, 'g', 9, 64)
	}
}

// Variable is a name that an expression may use. It is known by its index among those that
// Parse is given.
type Variable struct {
	Name      string
	Type      Type
	Elsewhere string // "" where it is to be had; else a sentence that says where it is
}

// Environment has the values of variables.
type Environment interface {
	Value(variable int) Value
	Changed(variable int) bool // whether the value is another than the last time
}

// An Error says what is wrong with a text. Column is 0 where that is no one place.
type Error struct {
	Column int    // 1-based, in characters
	Got    string // what stands there: `"entrpy"`, "the end", "a text"
	Want   string // what could stand there
	Meant  string // a name that is spelt nearly so, or ""
}

func (e *Error) Error() string {
	s := fmt.Sprintf("got %s, want %s", e.Got, e.Want)
	if e.Column > 0 {
		s = fmt.Sprintf("column %d: %s", e.Column, s)
	}
	if e.Meant != "" {
		s += fmt.Sprintf("; do you mean %s?", e.Meant)
	}
	return s
}

// Expression is what Parse has read. It does not change.
type Expression struct {
	root     *node
	used     []int
	changing []int
}

// Parse reads text as an expression of the type, over variables. An error is an *Error.
func Parse(text string, want Type, variables []Variable) (*Expression, error) {
	runes, err := door(text)
	if err != nil {
		return nil, err
	}
	return parse(runes, want, variables)
}

// parse is Parse behind the door.
func parse(runes []rune, want Type, variables []Variable) (*Expression, error) {
	p := newParser(runes, 0, variables)
	x := p.expression(want)
	if p.is("}") {
		p.fail(p.token.column, got(p.token), "an operator or the end", "")
	}
	if p.err != nil {
		return nil, p.err
	}
	return x, nil
}

// hits is the one variable of ParseHits.
var hits = []Variable{{Name: "hits", Type: Number}}

// ParseHits reads a condition on a count, whose name is left out: ">= 3", "% 5 = 0", or "3"
// for the third time. The count is variable 0. An error is an *Error.
func ParseHits(text string) (*Expression, error) {
	runes, err := door(text)
	if err != nil {
		return nil, err
	}
	prefix := "hits "
	if l := (lexer{runes: runes}); l.next().kind == number && l.next().kind == end {
		prefix = "hits = "
	}
	x, err := parse(append([]rune(prefix), runes...), Boolean, hits)
	if e, ok := err.(*Error); ok {
		if e.Column -= len(prefix); e.Column < 1 { // the whole of it is no condition
			*e = Error{Column: 1, Got: `"` + text + `"`, Want: "3, >= 3, % 5 = 0 or the like"}
		}
	}
	return x, err
}

// Uses reports whether the value depends on the variable.
func (x *Expression) Uses(variable int) bool { return slices.Contains(x.used, variable) }

// Changing returns the variables that changed is asked for.
func (x *Expression) Changing() []int { return x.changing }

// Value evaluates the expression.
func (x *Expression) Value(env Environment) Value { return x.root.value(env) }

// True evaluates an expression that is true or false.
func (x *Expression) True(env Environment) bool { return x.root.value(env).Truth }

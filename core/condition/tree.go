package condition

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// node is a part of an expression.
type node struct {
	op       string // of an operator or a function; "" of a literal, "name" of a variable
	form     form
	typ      Type
	column   int // where it begins
	left     *node
	right    *node // nil where there is one operand
	literal  Value
	variable int
	name     string // of the variable
}

// form says how a node is written.
type form uint8

const (
	leaf   form = iota // a literal or a variable
	prefix             // not x, -x
	infix              // x op y
	call               // f(x), f(x, y)
)

// operator is what stands between two operands.
type operator struct {
	level    int  // how tightly it binds
	operands Type // Any: both of the type of the left one
	result   Type
}

// Levels of operands that are no infix operators' own.
const (
	loosest    = 1
	notLevel   = 3
	comparison = 4
	minusLevel = 7
	tightest   = 8
)

var infixes = map[string]operator{
	"or":  {loosest, Boolean, Boolean},
	"and": {2, Boolean, Boolean},
	"=":   {comparison, Any, Boolean},
	"!=":  {comparison, Any, Boolean},
	"<":   {comparison, Number, Boolean},
	"<=":  {comparison, Number, Boolean},
	">":   {comparison, Number, Boolean},
	">=":  {comparison, Number, Boolean},
	"+":   {5, Number, Number},
	"-":   {5, Number, Number},
	"*":   {6, Number, Number},
	"/":   {6, Number, Number},
	"%":   {6, Number, Number},
}

// functions have the numbers of their arguments, which are numbers as their results are;
// changed is one that takes a name.
var functions = map[string]int{"abs": 1, "min": 2, "max": 2, "changed": 1}

func (n *node) value(env Environment) Value {
	switch n.op {
	case "":
		return n.literal
	case "name":
		return env.Value(n.variable)
	case "changed":
		return truth(env.Changed(n.variable))
	case "or":
		return truth(n.left.value(env).Truth || n.right.value(env).Truth)
	case "and":
		return truth(n.left.value(env).Truth && n.right.value(env).Truth)
	case "not":
		return truth(!n.left.value(env).Truth)
	}
	a := n.left.value(env)
	if n.right == nil {
		if n.op == "abs" {
			return numeral(math.Abs(a.Number))
		}
		return numeral(-a.Number)
	}
	b := n.right.value(env)
	switch x, y := a.Number, b.Number; n.op {
	case "=":
		return truth(equal(a, b))
	case "!=":
		return truth(!equal(a, b))
	case "<":
		return truth(x < y)
	case "<=":
		return truth(x <= y)
	case ">":
		return truth(x > y)
	case ">=":
		return truth(x >= y)
	case "+":
		return numeral(x + y)
	case "-":
		return numeral(x - y)
	case "*":
		return numeral(x * y)
	case "/":
		return numeral(x / y)
	case "%":
		return numeral(math.Mod(x, y))
	case "min":
		return numeral(min(x, y))
	case "max":
		return numeral(max(x, y))
	}
	panic("condition: no operator " + n.op)
}

func truth(b bool) Value      { return Value{Type: Boolean, Truth: b} }
func numeral(x float64) Value { return Value{Type: Number, Number: x} }

// equal compares two values of one type as they look.
func equal(a, b Value) bool {
	switch a.Type {
	case Text:
		return a.Text == b.Text
	case Boolean:
		return a.Truth == b.Truth
	default:
		return a.Number == b.Number
	}
}

// String returns the expression with the fewest parentheses, its operators as the table of
// the package names them. Parsing it gives the same expression.
func (x *Expression) String() string {
	var b strings.Builder
	x.root.write(&b, loosest)
	return b.String()
}

// write appends n as it stands where at least the level is wanted.
func (n *node) write(b *strings.Builder, level int) {
	own := n.level()
	if own < level {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch n.form {
	case leaf:
		b.WriteString(n.leaf())
	case prefix:
		b.WriteString(n.op)
		if n.op == "not" {
			b.WriteByte(' ')
		}
		n.left.write(b, own)
	case infix:
		left := own
		if own == comparison { // not a < b < c
			left++
		}
		n.left.write(b, left)
		b.WriteString(" " + n.op + " ")
		n.right.write(b, own+1)
	case call:
		b.WriteString(n.op + "(")
		n.left.write(b, loosest)
		if n.right != nil {
			b.WriteString(", ")
			n.right.write(b, loosest)
		}
		b.WriteByte(')')
	}
}

func (n *node) level() int {
	switch {
	case n.form == infix:
		return infixes[n.op].level
	case n.op == "not":
		return notLevel
	case n.form == prefix:
		return minusLevel
	default:
		return tightest
	}
}

func (n *node) leaf() string {
	switch {
	case n.op == "name":
		return n.name
	case n.typ == Text:
		return quoted(n.literal.Text)
	case n.typ == Boolean:
		return strconv.FormatBool(n.literal.Truth)
	default:
		return strconv.FormatFloat(n.literal.Number, 'g', -1, 64)
	}
}

// quoted returns s as a text literal.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(`\u{` + strconv.FormatInt(int64(r), 16) + "}")
		}
	}
	b.WriteByte('"')
	return b.String()
}

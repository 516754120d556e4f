package condition

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// parser reads tokens into a tree. After the first error it sees nothing but the end, and
// what it returns is of no use.
type parser struct {
	lexer
	token     token // the next
	variables []Variable
	nesting   int
	used      []int // by the expression under way
	changing  []int
	err       error
}

func newParser(runes []rune, from int, variables []Variable) *parser {
	p := &parser{lexer: lexer{runes: runes, at: from}, variables: variables}
	p.advance()
	return p
}

// advance reads the next token.
func (p *parser) advance() {
	if p.err != nil {
		return
	}
	if p.token = p.next(); p.token.kind == wrong {
		p.fail(p.token.column, got(p.token), p.token.want, "")
	}
}

func (p *parser) fail(column int, got, want, meant string) {
	if p.err == nil {
		p.err = &Error{Column: column, Got: got, Want: want, Meant: meant}
		p.token = token{}
	}
}

// got describes a token.
func got(t token) string {
	switch t.kind {
	case end:
		return "the end"
	case text:
		return "the text " + t.source
	default:
		return `"` + t.source + `"`
	}
}

// is reports whether the next token is the symbol.
func (p *parser) is(s string) bool { return p.token.kind == symbol && p.token.value == s }

// take reads the symbol if it comes next.
func (p *parser) take(s string) bool {
	if !p.is(s) {
		return false
	}
	p.advance()
	return true
}

// need reads the symbol, which must come next.
func (p *parser) need(s string) {
	if !p.take(s) {
		p.fail(p.token.column, got(p.token), `"`+s+`"`, "")
	}
}

// expression reads a whole expression, up to the end or the brace that closes a hole.
func (p *parser) expression(want Type) *Expression {
	p.used, p.changing = nil, nil
	root := p.binary(loosest)
	if p.token.kind != end && !p.is("}") {
		p.fail(p.token.column, got(p.token), "an operator or the end", p.meant(p.token, words[:2]))
	}
	p.check(root, want)
	return &Expression{root: root, used: p.used, changing: p.changing}
}

// check refuses an operand of another type.
func (p *parser) check(n *node, want Type) {
	if want != Any && n.typ != want {
		p.fail(n.column, n.typ.String(), want.String(), "")
	}
}

// binary reads operators of at least the level, with their operands.
func (p *parser) binary(level int) *node {
	var left *node
	if level <= notLevel && p.is("not") {
		left = p.prefixed("not", notLevel, Boolean)
	} else {
		left = p.operand()
	}
	for {
		op, ok := infixes[p.token.value]
		if !ok || p.token.kind != symbol || op.level < level {
			return left
		}
		name := p.token.value
		p.advance()
		p.check(left, op.operands)
		right := p.binary(op.level + 1)
		if p.check(right, op.operands); op.operands == Any {
			p.check(right, left.typ)
		}
		left = &node{op: name, form: infix, typ: op.result, column: left.column, left: left, right: right}
		if next := infixes[p.token.value]; op.level == comparison && p.token.kind == symbol && next.level == comparison {
			p.fail(p.token.column, got(p.token), `"and", "or" or the end: a comparison has two sides`, "")
		}
	}
}

// prefixed reads a prefix and its operand.
func (p *parser) prefixed(op string, level int, typ Type) *node {
	n := &node{op: op, form: prefix, typ: typ, column: p.token.column}
	defer p.nest()()
	p.advance()
	n.left = p.binary(level)
	p.check(n.left, typ)
	return n
}

// nest counts one level of nesting until the function that it returns is called.
func (p *parser) nest() (leave func()) {
	if p.nesting++; p.nesting > MaxNesting {
		p.fail(p.token.column, fmt.Sprintf("%d levels of nesting", p.nesting), fmt.Sprintf("at most %d", MaxNesting), "")
	}
	return func() { p.nesting-- }
}

// operand reads a value.
func (p *parser) operand() *node {
	t := p.token
	n := &node{column: t.column}
	switch {
	case t.kind == number:
		x, err := strconv.ParseFloat(t.source, 64)
		if err != nil || math.IsInf(x, 0) {
			p.fail(t.column, got(t), "a number of at most 1.8e308", "")
		}
		n.typ, n.literal = Number, numeral(x)
		p.advance()
	case t.kind == text:
		n.typ, n.literal = Text, Value{Type: Text, Text: t.value}
		p.advance()
	case p.is("true"), p.is("false"):
		n.typ, n.literal = Boolean, truth(t.value == "true")
		p.advance()
	case p.is("-"):
		return p.prefixed("-", minusLevel, Number)
	case p.is("("):
		defer p.nest()()
		p.advance()
		n = p.binary(loosest)
		n.column = t.column
		p.need(")")
	case t.kind == name:
		if p.advance(); p.is("(") {
			p.call(n, t)
		} else {
			n.op, n.name = "name", t.value
			n.variable, n.typ = p.variable(t)
			p.used = append(p.used, n.variable)
		}
	default:
		p.fail(t.column, got(t), "a value", "")
	}
	return n
}

// call reads the arguments of a function, whose name is t.
func (p *parser) call(n *node, t token) {
	arguments, ok := functions[t.value]
	if !ok {
		names := slices.Sorted(maps.Keys(functions))
		p.fail(t.column, got(t), "a function: "+strings.Join(names, ", "), p.meant(t, names))
	}
	defer p.nest()()
	p.advance()
	n.op, n.form, n.typ = t.value, call, Number
	if n.op == "changed" {
		p.changed(n)
	} else {
		n.left = p.binary(loosest)
		p.check(n.left, Number)
		if arguments == 2 {
			p.need(",")
			n.right = p.binary(loosest)
			p.check(n.right, Number)
		}
	}
	p.need(")")
}

// changed reads the name that changed is asked for.
func (p *parser) changed(n *node) {
	t := p.token
	if t.kind != name {
		p.fail(t.column, got(t), "a name", "")
	}
	p.advance()
	n.typ = Boolean
	n.left = &node{op: "name", name: t.value, column: t.column}
	n.variable, n.left.typ = p.variable(t)
	p.used, p.changing = append(p.used, n.variable), append(p.changing, n.variable)
}

// variable looks a name up.
func (p *parser) variable(t token) (int, Type) {
	if p.err != nil {
		return 0, Any
	}
	var here, elsewhere []string
	for i, v := range p.variables {
		switch {
		case v.Name == t.value && v.Elsewhere == "":
			return i, v.Type
		case v.Name == t.value:
			p.fail(t.column, got(t), "a name that is to be had here: "+v.Elsewhere, "")
			return 0, Any
		case v.Elsewhere == "":
			here = append(here, v.Name)
		default:
			elsewhere = append(elsewhere, v.Name)
		}
	}
	p.fail(t.column, got(t), "a name: "+strings.Join(here, ", "), p.meant(t, slices.Concat(here, words, elsewhere)))
	return 0, Any
}

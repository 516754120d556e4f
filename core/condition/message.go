package condition

import "strings"

// Message is a text with holes, which expressions fill: "token {token} at {position}". Two
// braces {{ are one; a } outside a hole is itself.
type Message struct {
	parts []part
}

// part is a text and what follows it.
type part struct {
	text string
	hole *Expression // nil: nothing
}

// ParseMessage reads a message whose holes speak of variables. An error is an *Error.
func ParseMessage(text string, variables []Variable) (*Message, error) {
	runes, err := door(text)
	if err != nil {
		return nil, err
	}
	m := &Message{}
	var b strings.Builder
	for at := 0; at < len(runes); at++ {
		if runes[at] != '{' {
			b.WriteRune(runes[at])
			continue
		}
		if at+1 < len(runes) && runes[at+1] == '{' {
			b.WriteRune('{')
			at++
			continue
		}
		p := newParser(runes, at+1, variables)
		hole := p.expression(Any)
		if p.err == nil && !p.is("}") {
			p.fail(p.token.column, got(p.token), `an operator or "}"`, "")
		}
		if p.err != nil {
			return nil, p.err
		}
		m.parts = append(m.parts, part{b.String(), hole})
		b.Reset()
		at = p.token.column - 1 // the brace
	}
	m.parts = append(m.parts, part{text: b.String()})
	return m, nil
}

// Expressions returns those in the holes.
func (m *Message) Expressions() []*Expression {
	var all []*Expression
	for _, p := range m.parts {
		if p.hole != nil {
			all = append(all, p.hole)
		}
	}
	return all
}

// Text fills the holes.
func (m *Message) Text(env Environment) string {
	var b strings.Builder
	for _, p := range m.parts {
		b.WriteString(p.text)
		if p.hole != nil {
			b.WriteString(p.hole.Value(env).String())
		}
	}
	return b.String()
}

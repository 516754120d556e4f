package generate

import (
	"fmt"
	"math"

	"vitrine/core/condition"
	"vitrine/core/stage"
)

// mains has the tensor of each stage whose newest row conditions speak of, the axis of its
// rows, and that of its heads, -1 if it has none. core/model says the shapes.
var mains = map[stage.Stage]struct {
	name        string
	rows, heads int
}{
	stage.Embed:           {"rows", 0, -1},
	stage.Position:        {"sum", 0, -1},
	stage.LN1:             {"result", 0, -1},
	stage.AttentionQKV:    {"qkv", 0, 2},
	stage.AttentionScores: {"scores", 1, 0},
	stage.AttentionScale:  {"scaled", 1, 0},
	stage.AttentionMask:   {"weights", 1, 0},
	stage.AttentionMix:    {"mix", 0, 1},
	stage.Residual1:       {"sum", 0, -1},
	stage.LN2:             {"result", 0, -1},
	stage.MLP:             {"output", 0, -1},
	stage.Residual2:       {"sum", 0, -1},
	stage.Final:           {"result", 0, -1},
	stage.Head:            {"logits", 0, -1},
	stage.Softmax:         {"probabilities", 0, -1},
}

// look is a look at an event through the eyes of a breakpoint: the environment of its
// expressions.
type look struct {
	heard
	words   Words
	event   *stage.Event
	tensors []stage.Tensor
	main    stage.Tensor
	by      *armed
	head    int // whose row it is; -1: all heads
	changes []bool

	figures  figures
	measured bool // figures are those of the row
}

// figures are those of the newest row of a tensor, computed in float64.
type figures struct{ largest, smallest, mean, norm float64 }

// at turns to an event, or away from the one before if it is nil.
func (l *look) at(e *stage.Event) {
	l.event, l.by, l.tensors, l.main, l.head, l.measured = e, nil, nil, stage.Tensor{}, -1, false
}

// as looks through a breakpoint. The heads are how many it looks at one by one, 1 if it
// does not tell them apart.
func (l *look) as(a *armed) (heads int, err error) {
	if l.by = a; a.tensors && l.tensors == nil {
		name := mains[a.Stage].name
		l.tensors = l.event.Tensors()
		if l.main = l.tensor(name); len(l.main.Data) == 0 {
			return 0, fmt.Errorf("generate: %v does not say what a breakpoint asks of it: no tensor %q", a.Stage, name)
		}
	}
	if !a.byHead {
		l.turn(-1)
		return 1, nil
	}
	l.turn(0)
	return l.main.Shape[mains[a.Stage].heads], nil
}

// turn looks at the row of another head.
func (l *look) turn(head int) {
	if head != l.head {
		l.head, l.measured = head, false
	}
}

func (l *look) tensor(name string) stage.Tensor {
	for _, t := range l.tensors {
		if t.Name == name {
			return t
		}
	}
	return stage.Tensor{}
}

// Changed reports whether a value is another than when the breakpoint was met last.
func (l *look) Changed(variable int) bool {
	for i, n := range l.by.changing {
		if n == name(variable) {
			return l.changes[i]
		}
	}
	return false
}

// Value returns what the event says of a name.
func (l *look) Value(variable int) condition.Value {
	e := l.event
	number := func(x float64) condition.Value { return condition.Value{Type: condition.Number, Number: x} }
	switch n := name(variable); n {
	case nameStep:
		return number(float64(e.Step))
	case namePosition:
		return number(float64(e.Position))
	case nameLayer:
		return number(float64(e.Layer))
	case nameTokens:
		return number(float64(e.Tokens))
	case nameToken:
		return l.text(l.id())
	case nameID:
		return number(float64(l.id()))
	case nameTop:
		return l.text(l.best.ID)
	case nameProbability:
		return number(float64(l.probability()))
	case nameEntropy:
		return number(l.entropy)
	case nameRank:
		return number(float64(l.chosen.Rank))
	case nameRandom:
		if e.Stage >= stage.Select {
			return number(l.chosen.Random)
		}
		return number(l.drawn.Random)
	case nameHead:
		return number(float64(l.head))
	case nameLargest:
		return number(l.row().largest)
	case nameSmallest:
		return number(l.row().smallest)
	case nameMean:
		if isNorm(e.Stage) {
			return number(l.newest("mean"))
		}
		return number(l.row().mean)
	case nameNorm:
		return number(l.row().norm)
	case nameVariance:
		return number(l.newest("variance"))
	case nameHidden:
		return number(float64(len(l.activated())))
	case nameActive:
		count := 0
		for _, x := range l.activated() {
			if x > 0 {
				count++
			}
		}
		return number(float64(count))
	case nameIsNaN:
		return condition.Value{Type: condition.Boolean, Truth: l.notFinite()}
	}
	panic(fmt.Sprintf("generate: no name %d", variable))
}

// text is that of a token, told from others that look alike by its id.
func (l *look) text(id int) condition.Value {
	return condition.Value{Type: condition.Text, Number: float64(id), Text: l.words.Text(id)}
}

func (l *look) id() int {
	switch s := l.event.Stage; {
	case s >= stage.Select:
		return l.chosen.ID
	case s >= stage.DecodeSample:
		return l.drawn.ID
	default:
		return l.heard.newest
	}
}

func (l *look) probability() float32 {
	switch s := l.event.Stage; {
	case s >= stage.Select:
		return l.chosen.Probability
	case s >= stage.DecodeSample:
		return l.own
	default:
		return l.best.Probability
	}
}

// newest returns the last number of a tensor that has one for each row.
func (l *look) newest(name string) float64 {
	x := l.tensor(name).Data
	return float64(x[len(x)-1])
}

// activated returns the newest row behind the non-linearity.
func (l *look) activated() []float32 {
	t := l.tensor("activated") // [T, F]
	return t.Data[len(t.Data)-t.Shape[1]:]
}

func (l *look) notFinite() bool {
	for _, t := range l.tensors {
		for _, x := range t.Data {
			if x-x != 0 {
				return true
			}
		}
	}
	return false
}

// row returns the figures of the newest row of the main tensor, of one head if there is
// one.
func (l *look) row() figures {
	if l.measured {
		return l.figures
	}
	m := mains[l.event.Stage]
	// The row is n pieces of a width, which begin a stride apart: it fixes the axes of rows
	// and heads, and what lies behind the last fixed one is in one piece.
	start, n, width, stride := 0, 1, len(l.main.Data), 0
	if shape := l.main.Shape; len(shape) > 1 {
		size := len(l.main.Data)
		for axis, d := range shape {
			size /= d
			switch {
			case axis == m.rows:
				start, width = start+(d-1)*size, size
			case axis == m.heads && l.head >= 0:
				start, width = start+l.head*size, size
			case axis < max(m.rows, m.heads): // one axis at most: q, k and v, or the heads
				n, stride = d, size
			}
		}
		if m.heads > m.rows && l.head < 0 { // all heads lie behind the row
			n, stride = 1, 0
		}
	}
	f := figures{largest: math.Inf(-1), smallest: math.Inf(1)}
	var sum, squares float64
	for i := range n {
		for _, x := range l.main.Data[start+i*stride:][:width] {
			v := float64(x)
			f.largest, f.smallest = max(f.largest, v), min(f.smallest, v)
			sum += v
			squares += v * v
		}
	}
	f.mean, f.norm = sum/float64(n*width), math.Sqrt(squares)
	l.figures, l.measured = f, true
	return f
}

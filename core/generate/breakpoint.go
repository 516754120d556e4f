package generate

import (
	"fmt"
	"slices"
	"strconv"

	"vitrine/core/condition"
	"vitrine/core/stage"
)

// Breakpoint is a place at which a run stops, or writes a message. It is met by every event
// of its stage, layer and position.
type Breakpoint struct {
	Stage    stage.Stage
	Layer    int // -1: any, and that of a stage outside the layers
	Position int // -1: any; else one that the pass reads: all of a prompt are in its pass

	// Condition is in the language of core/condition, over the names in names.go; "": always.
	// With head in it, it holds where it holds for one of the heads; what it and LogMessage
	// say of the newest row is then said of that head's, the first for which it holds.
	Condition string
	// HitCondition, "3", ">= 3" or "% 5 = 0", is about how often the condition has held here,
	// with this time; "": always.
	HitCondition string
	// LogMessage, with {expressions} in it, is written down instead of a stop; "": it stops.
	LogMessage string
}

// A ConditionError says which of several breakpoints is wrong, and what about it.
type ConditionError struct {
	Breakpoint int    // by index
	Field      string // "condition", "hitCondition", "logMessage", "stage", "layer" or "position"
	Err        *condition.Error
}

func (e *ConditionError) Error() string {
	return fmt.Sprintf("generate: breakpoint %d: %s: %v", e.Breakpoint, e.Field, e.Err)
}

// Unwrap returns what is wrong with the field.
func (e *ConditionError) Unwrap() error { return e.Err }

// armed is a Breakpoint that has been read.
type armed struct {
	Breakpoint
	condition *condition.Expression // nil: always
	hit       *condition.Expression // nil: always
	message   *condition.Message    // nil: it stops
	needs     facts                 // of the step
	tensors   bool                  // it looks at them
	byHead    bool
	changing  []name // what changed is asked for
	memory
	past []moment // where a step has begun, in order of the steps
}

// memory is what a breakpoint knows of the events before.
type memory struct {
	hits int                 // how often the condition has held
	last [][]condition.Value // [head][changing]: the values when it was met last; empty: it was not
}

// moment is the memory at the beginning of a step.
type moment struct {
	step int
	memory
}

// arm reads breakpoint number i.
func arm(i int, b Breakpoint) (*armed, error) {
	wrong := func(field, got, want string) error {
		return &ConditionError{i, field, &condition.Error{Got: got, Want: want}}
	}
	switch {
	case int(b.Stage) >= len(stage.All()):
		return nil, wrong("stage", strconv.Itoa(int(b.Stage)), "a stage")
	case b.Layer < -1:
		return nil, wrong("layer", strconv.Itoa(b.Layer), "a layer, or -1 for any")
	case b.Layer >= 0 && !inLayers(b.Stage):
		return nil, wrong("layer", strconv.Itoa(b.Layer), fmt.Sprintf("-1: %v is outside the layers", b.Stage))
	case b.Position < -1:
		return nil, wrong("position", strconv.Itoa(b.Position), "a position, or -1 for any")
	}
	a := &armed{Breakpoint: b}
	variables := variablesAt(b.Stage)
	var err error
	if b.Condition != "" {
		if a.condition, err = condition.Parse(b.Condition, condition.Boolean, variables); err != nil {
			return nil, of(i, "condition", err)
		}
		a.note(a.condition)
	}
	if b.HitCondition != "" {
		if a.hit, err = condition.ParseHits(b.HitCondition); err != nil {
			return nil, of(i, "hitCondition", err)
		}
	}
	if b.LogMessage != "" {
		if !a.byHead && variables[nameHead].Elsewhere == "" {
			variables[nameHead].Elsewhere = "a message has the head for which the condition holds, where head is in the condition"
		}
		if a.message, err = condition.ParseMessage(b.LogMessage, variables); err != nil {
			return nil, of(i, "logMessage", err)
		}
		for _, x := range a.message.Expressions() {
			a.note(x)
		}
	}
	return a, nil
}

// of says whose an error of core/condition is.
func of(i int, field string, err error) error {
	return &ConditionError{i, field, err.(*condition.Error)}
}

// note keeps what an expression needs.
func (a *armed) note(x *condition.Expression) {
	for i := range names {
		if n := name(i); x.Uses(i) {
			a.needs |= n.facts(a.Stage)
			a.tensors = a.tensors || n.ofTensors()
			a.byHead = a.byHead || n == nameHead
		}
	}
	for _, n := range x.Changing() {
		if !slices.Contains(a.changing, name(n)) {
			a.changing = append(a.changing, name(n))
		}
	}
}

// meets reports whether the event is at the place of the breakpoint.
func (a *armed) meets(e *stage.Event) bool {
	return e.Stage == a.Stage &&
		(a.Layer < 0 || e.Layer == a.Layer) &&
		(a.Position < 0 || e.Position-e.Tokens < a.Position && a.Position <= e.Position)
}

// begin is told that a step begins: again, if it is no later than one before. The memory is
// then what it was.
func (a *armed) begin(step int) {
	if a.hit == nil && len(a.changing) == 0 {
		return
	}
	n := len(a.past)
	for n > 0 && a.past[n-1].step >= step {
		n--
	}
	if n < len(a.past) {
		a.memory = memory{} // of a step that had not been seen from its beginning
		if a.past[n].step == step {
			a.memory = a.past[n].memory
		}
	}
	a.past = append(a.past[:n], moment{step, a.memory.clone()})
}

// holds reports whether the breakpoint is hit by the event that l looks at, and leaves l with
// the head for which it is.
func (a *armed) holds(l *look) (bool, error) {
	heads, err := l.as(a)
	if err != nil {
		return false, err
	}
	held := -1
	for h := range heads {
		if held >= 0 && len(a.changing) == 0 {
			break
		}
		if a.byHead {
			l.turn(h)
		}
		if held < 0 {
			l.changes = a.remember(l, h, l.changes[:0])
			if a.condition == nil || a.condition.True(l) {
				held = h
			}
		} else {
			a.remember(l, h, nil)
		}
	}
	if held < 0 {
		return false, nil
	}
	if a.byHead {
		l.turn(held)
	}
	a.hits++
	return a.hit == nil || a.hit.True(&a.memory), nil
}

// remember keeps the values that changed is asked for, and appends to changes which of them
// are others than before.
func (a *armed) remember(l *look, head int, changes []bool) []bool {
	if len(a.last) <= head {
		a.last = append(a.last, nil)
	}
	before := a.last[head]
	for i, n := range a.changing {
		now := l.Value(int(n))
		if len(before) <= i { // it is met for the first time
			a.last[head] = append(a.last[head], now)
			changes = append(changes, false)
			continue
		}
		changes = append(changes, !now.Same(before[i]))
		before[i] = now
	}
	return changes
}

// Value is the count: memory is the environment of hit conditions.
func (m *memory) Value(int) condition.Value {
	return condition.Value{Type: condition.Number, Number: float64(m.hits)}
}

// Changed is asked by no hit condition: a count always changes.
func (m *memory) Changed(int) bool { return true }

func (m memory) clone() memory {
	last := make([][]condition.Value, len(m.last))
	for i := range last {
		last[i] = slices.Clone(m.last[i])
	}
	return memory{m.hits, last}
}

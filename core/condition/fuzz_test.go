package condition

import (
	"reflect"
	"testing"
)

// FuzzCondition reads a text as a condition, a count and a message. It never panics; what it
// takes ends when it is evaluated, and parsed, printed and parsed again is the same tree.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		`probability < 0.5 and not changed(token)`,
		`token = " Paris" || layer != -3 && !isnan`,
		`abs(max(layer, -probability)) * 2 % 3 >= 1e-3 / (none + .5)`,
		`((1 - 2) - (3 - 4)) = -(5 * 6) or (true = false) = isnan`,
		`"\u{1F600}\"\\\n" = token`,
		`% 5 = 0`,
		`3`,
		`{{ {token} at {layer + 1}`,
		`- - ! ( {`,
		`token = "\u{`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		env := values{len(text)%2 == 0}
		if m, err := ParseMessage(text, variables); err == nil {
			m.Text(env)
			for _, x := range m.Expressions() {
				reparse(t, x, variables, env)
			}
		}
		if x, err := ParseHits(text); err == nil {
			reparse(t, x, hits, env)
		}
		if x, err := Parse(text, Any, variables); err == nil {
			reparse(t, x, variables, env)
		}
	})
}

func reparse(t *testing.T, x *Expression, over []Variable, env Environment) {
	t.Helper()
	printed := x.String()
	again, err := parse([]rune(printed), x.root.typ, over) // what is printed may be longer than what was read
	if err != nil {
		t.Fatalf("%s: %v", printed, err)
	}
	bare(x.root)
	bare(again.root)
	if !reflect.DeepEqual(x, again) || again.String() != printed {
		t.Fatalf("got %s, want %s", again, printed)
	}
	if a, b := x.Value(env), again.Value(env); !a.Same(b) {
		t.Fatalf("%s: got %+v, want %+v", printed, b, a)
	}
}

// bare takes the columns out of a tree, which printing moves.
func bare(n *node) {
	if n != nil {
		n.column = 0
		bare(n.left)
		bare(n.right)
	}
}

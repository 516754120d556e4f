package generate

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vitrine/core/stage"
)

// letters has a text of one letter for every id.
type letters struct{}

func (letters) Text(id int) string { return string(rune('a' + id)) }

// stream returns the events of a run of steps over layers, whose prompt has three tokens. With
// passes above 1 the prompt is read in as many, a token each but the last.
func stream(steps, layers, passes int) []stage.Event {
	var all []stage.Event
	for s := range steps {
		ev := stage.Event{Step: s, Layer: -1, Position: 2 + s, Tokens: 1}
		if s == 0 {
			ev.Tokens = 3
		}
		add := func(stages ...stage.Stage) {
			for _, x := range stages {
				ev.Stage = x
				all = append(all, ev)
			}
		}
		if s == 0 {
			add(stage.Prompt, stage.Tokenize)
		}
		add(stage.IDs)
		whole := ev
		for p := range passes {
			if ev = whole; s == 0 && passes > 1 {
				ev.Position, ev.Tokens = p, 1
				if p == passes-1 {
					ev.Position, ev.Tokens = 2, 3-p
				}
			} else if p > 0 {
				break
			}
			add(stage.Embed, stage.Position)
			for ev.Layer = range layers {
				add(stage.Layers, stage.LN1, stage.Attention, stage.AttentionQKV, stage.AttentionScores, stage.AttentionScale,
					stage.AttentionMask, stage.AttentionMix, stage.Residual1, stage.LN2, stage.MLP, stage.Residual2)
			}
			ev.Layer = -1
		}
		ev = whole
		for x := stage.Final; int(x) < len(stage.All()); x++ {
			add(x)
		}
	}
	return all
}

// place writes an event as step/layer/stage, or step/stage outside the layers.
func place(e *stage.Event) string {
	if e.Layer < 0 {
		return fmt.Sprintf("%d/%v", e.Step, e.Stage)
	}
	return fmt.Sprintf("%d/%d/%v", e.Step, e.Layer, e.Stage)
}

// find returns the index of a place in events.
func find(t *testing.T, events []stage.Event, at string) int {
	t.Helper()
	i := slices.IndexFunc(events, func(e stage.Event) bool { return place(&e) == at })
	if i < 0 {
		t.Fatalf("no event at %s", at)
	}
	return i
}

// next tells g of events until it stops, and returns where, and the rest.
func next(t *testing.T, g *Gate, events []stage.Event) (at string, stop *Stopped, rest []stage.Event) {
	t.Helper()
	for i := range events {
		stop, _, err := g.At(&events[i])
		if err != nil {
			t.Fatal(err)
		}
		if stop != nil {
			return place(&events[i]), stop, events[i+1:]
		}
	}
	return "end", nil, nil
}

// steps has where each step ends that begins at a stage, of layer 1 of three and step 0 of
// two: by stage into, over, out; by layer over, which is into; by layer out. By token it is
// always the first event of step 1, and never by token out.
const steps = `
0/prompt             0/tokenize            0/tokenize           1/ids       0/0/layers  0/final
0/tokenize           0/ids                 0/ids                1/ids       0/0/layers  0/final
0/ids                0/embed               0/embed              1/ids       0/0/layers  0/final
0/embed              0/position            0/position           1/ids       0/0/layers  0/final
0/position           0/0/layers            0/0/layers           1/ids       0/0/layers  0/final
0/1/layers           0/1/ln1               0/2/layers           1/ids       0/2/layers  0/final
0/1/ln1              0/1/attention         0/1/attention        0/2/layers  0/2/layers  0/final
0/1/attention        0/1/attention.qkv     0/1/residual1        0/2/layers  0/2/layers  0/final
0/1/attention.qkv    0/1/attention.scores  0/1/attention.scores 0/1/residual1 0/2/layers 0/final
0/1/attention.scores 0/1/attention.scale   0/1/attention.scale  0/1/residual1 0/2/layers 0/final
0/1/attention.scale  0/1/attention.mask    0/1/attention.mask   0/1/residual1 0/2/layers 0/final
0/1/attention.mask   0/1/attention.mix     0/1/attention.mix    0/1/residual1 0/2/layers 0/final
0/1/attention.mix    0/1/residual1         0/1/residual1        0/1/residual1 0/2/layers 0/final
0/1/residual1        0/1/ln2               0/1/ln2              0/2/layers  0/2/layers  0/final
0/1/ln2              0/1/mlp               0/1/mlp              0/2/layers  0/2/layers  0/final
0/1/mlp              0/1/residual2         0/1/residual2        0/2/layers  0/2/layers  0/final
0/1/residual2        0/2/layers            0/2/layers           0/2/layers  0/2/layers  0/final
0/final              0/head                0/head               1/ids       1/0/layers  1/final
0/head               0/softmax             0/softmax            1/ids       1/0/layers  1/final
0/softmax            0/distribution        0/distribution       1/ids       1/0/layers  1/final
0/distribution       0/decode              0/decode             1/ids       1/0/layers  1/final
0/decode             0/decode.temperature  0/select             1/ids       1/0/layers  1/final
0/decode.temperature 0/decode.top_k        0/decode.top_k       0/select    1/0/layers  1/final
0/decode.top_k       0/decode.top_p        0/decode.top_p       0/select    1/0/layers  1/final
0/decode.top_p       0/decode.sample       0/decode.sample      0/select    1/0/layers  1/final
0/decode.sample      0/decode.stop         0/decode.stop        0/select    1/0/layers  1/final
0/decode.stop        0/select              0/select             0/select    1/0/layers  1/final
0/select             0/append              0/append             1/ids       1/0/layers  1/final
0/append             0/loop                0/loop               1/ids       1/0/layers  1/final
0/loop               0/generation          0/generation         1/ids       1/0/layers  1/final
0/generation         1/ids                 1/ids                1/ids       1/0/layers  1/final
`

func TestStep(t *testing.T) {
	events := stream(2, 3, 1)
	covered := map[string]bool{}
	check := func(row []string) {
		covered[row[0]] = true
		from := find(t, events, row[0])
		token := "1/ids"
		if strings.HasPrefix(row[0], "1/") {
			token = "end"
		}
		for i, arm := range []struct {
			granularity Granularity
			direction   Direction
			want        string
		}{
			{ByStage, Into, row[1]}, {ByStage, Over, row[2]}, {ByStage, Out, row[3]},
			{ByLayer, Into, row[4]}, {ByLayer, Over, row[4]}, {ByLayer, Out, row[5]},
			{ByToken, Into, token}, {ByToken, Over, token}, {ByToken, Out, "end"},
		} {
			g := NewGate(letters{})
			next(t, g, events[:from+1])
			g.Step(events[from], arm.granularity, arm.direction)
			got, stop, rest := next(t, g, events[from+1:])
			if got != arm.want {
				t.Errorf("from %s, step %d: got %s, want %s", row[0], i, got, arm.want)
			}
			if stop != nil && !reflect.DeepEqual(stop, &Stopped{Reason: ReasonStep}) {
				t.Errorf("from %s, step %d: got %+v", row[0], i, stop)
			}
			if again, _, _ := next(t, g, rest); again != "end" {
				t.Errorf("from %s, step %d: a step that has ended stops at %s", row[0], i, again)
			}
		}
	}
	later := strings.NewReplacer("1/ids", "end", "1/0/layers", "end", "1/final", "end", "0/0/", "1/0/", "0/1/", "1/1/", "0/2/", "1/2/")
	for line := range strings.Lines(strings.TrimSpace(steps)) {
		layers := [][]string{strings.Fields(line)}
		if strings.HasPrefix(line, "0/1/") {
			layers = append(layers,
				strings.Fields(strings.NewReplacer("0/2/", "0/1/", "0/1/", "0/0/").Replace(line)),
				strings.Fields(strings.NewReplacer("0/2/layers", "0/final", "0/1/", "0/2/").Replace(line)))
		}
		for _, row := range layers {
			check(row)
			if strings.HasPrefix(row[0], "0/prompt") || strings.HasPrefix(row[0], "0/tokenize") {
				continue
			}
			for i, at := range row {
				if row[i] = later.Replace(at); row[i] == at && at != "end" {
					row[i] = "1" + at[1:]
				}
			}
			check(row)
		}
	}
	for i := range events {
		if !covered[place(&events[i])] {
			t.Errorf("nothing is said of a step from %s", place(&events[i]))
		}
	}
}

// A long prompt is read in several passes, which are one step.
func TestStepThroughPasses(t *testing.T) {
	events := stream(1, 2, 2)
	for _, test := range []struct {
		from        string
		granularity Granularity
		direction   Direction
		want        string
		position    int
	}{
		{"0/1/layers", ByStage, Over, "0/embed", 2},
		{"0/1/mlp", ByStage, Out, "0/embed", 2},
		{"0/1/mlp", ByLayer, Over, "0/embed", 2},
		{"0/1/mlp", ByLayer, Out, "0/final", 2},
		{"0/0/mlp", ByLayer, Over, "0/1/layers", 0},
		{"0/0/mlp", ByToken, Over, "end", 0},
	} {
		from := find(t, events, test.from)
		g := NewGate(letters{})
		g.Step(events[from], test.granularity, test.direction)
		got, _, rest := next(t, g, events[from+1:])
		if got != test.want || got != "end" && events[len(events)-len(rest)-1].Position != test.position {
			t.Errorf("from %s: got %s, want %s at position %d", test.from, got, test.want, test.position)
		}
	}
}

func TestGoto(t *testing.T) {
	for _, test := range []struct {
		target Target
		passes int
		want   string
	}{
		{Target{Stage: stage.Prompt}, 1, "0/prompt"},
		{Target{Step: 1, Layer: 2, Stage: stage.MLP}, 1, "1/2/mlp"},
		{Target{Step: 0, Layer: 1, Stage: stage.Layers}, 1, "0/1/layers"},
		{Target{Step: 0, Layer: -1, Stage: stage.MLP}, 1, "0/0/mlp"},
		{Target{Step: 0, Layer: 7, Stage: stage.MLP}, 1, "0/final"},
		{Target{Step: 1, Stage: stage.Prompt}, 1, "1/ids"},
		{Target{Step: 1, Layer: -1, Stage: stage.Final}, 1, "1/final"},
		{Target{Step: 1, Layer: 2, Stage: stage.Final}, 1, "1/final"},
		{Target{Step: 0, Layer: 5, Stage: stage.Embed}, 1, "0/embed"},
		{Target{Step: 2, Stage: stage.Select}, 1, "end"},
		{Target{Step: 0, Layer: 1, Stage: stage.MLP, Position: 1}, 3, "0/1/mlp"},
		{Target{Step: 0, Layer: 1, Stage: stage.MLP, Position: 9}, 3, "0/final"},
	} {
		events := stream(2, 3, test.passes)
		g := NewGate(letters{})
		g.Goto(test.target)
		got, stop, rest := next(t, g, events)
		if got != test.want {
			t.Errorf("%+v: got %s, want %s", test.target, got, test.want)
		}
		if got == "end" {
			continue
		}
		if stop.Reason != ReasonGoto {
			t.Errorf("%+v: got the reason %q", test.target, stop.Reason)
		}
		if at := events[len(events)-len(rest)-1]; at.Position < min(test.target.Position, 2) {
			t.Errorf("%+v: got position %d", test.target, at.Position)
		}
		if again, _, _ := next(t, g, rest); again != "end" {
			t.Errorf("%+v: stops again, at %s", test.target, again)
		}
	}
}

// anywhere is a breakpoint at a stage of every layer and position.
func anywhere(s stage.Stage) Breakpoint { return Breakpoint{Stage: s, Layer: -1, Position: -1} }

func armedWith(t *testing.T, breakpoints ...Breakpoint) *Gate {
	t.Helper()
	g := NewGate(letters{})
	if err := g.SetBreakpoints(breakpoints); err != nil {
		t.Fatal(err)
	}
	return g
}

// stops returns every stop of the events, as place and reason, with the breakpoints.
func stops(t *testing.T, g *Gate, events []stage.Event) (all []string) {
	t.Helper()
	for {
		at, stop, rest := next(t, g, events)
		if stop == nil {
			return all
		}
		all = append(all, fmt.Sprint(at, stop.Breakpoints))
		events = rest
	}
}

func TestBreakpoints(t *testing.T) {
	events := stream(3, 2, 1)
	for _, test := range []struct {
		breakpoints []Breakpoint
		want        string
	}{
		{nil, ``},
		{[]Breakpoint{anywhere(stage.Select)}, `0/select[0] 1/select[0] 2/select[0]`},
		{[]Breakpoint{{Stage: stage.MLP, Layer: 1, Position: -1}}, `0/1/mlp[0] 1/1/mlp[0] 2/1/mlp[0]`},
		{[]Breakpoint{{Stage: stage.MLP, Layer: 1, Position: 3}}, `1/1/mlp[0]`},
		{[]Breakpoint{{Stage: stage.Head, Layer: -1, Position: 0}}, `0/head[0]`},
		{[]Breakpoint{{Stage: stage.Head, Layer: -1, Position: 2}}, `0/head[0]`},
		{[]Breakpoint{{Stage: stage.Head, Layer: -1, Position: 9}}, ``},
		{[]Breakpoint{anywhere(stage.Layers), anywhere(stage.Loop), {Stage: stage.Layers, Layer: 1, Position: 4}},
			`0/0/layers[0] 0/1/layers[0] 0/loop[1] 1/0/layers[0] 1/1/layers[0] 1/loop[1] 2/0/layers[0] 2/1/layers[0 2] 2/loop[1]`},
		{[]Breakpoint{{Stage: stage.LN2, Layer: -1, Position: -1, Condition: "step > 0 and layer = 0"}}, `1/0/ln2[0] 2/0/ln2[0]`},
		{[]Breakpoint{{Stage: stage.LN2, Layer: -1, Position: -1, HitCondition: "3"}}, `1/0/ln2[0]`},
		{[]Breakpoint{{Stage: stage.LN2, Layer: -1, Position: -1, HitCondition: "% 2 = 0"}}, `0/1/ln2[0] 1/1/ln2[0] 2/1/ln2[0]`},
		{[]Breakpoint{{Stage: stage.LN2, Layer: -1, Position: -1, Condition: "layer = 1", HitCondition: ">= 2"}}, `1/1/ln2[0] 2/1/ln2[0]`},
		{[]Breakpoint{{Stage: stage.LN2, Layer: -1, Position: -1, Condition: "changed(step)"}}, `1/0/ln2[0] 2/0/ln2[0]`},
		{[]Breakpoint{{Stage: stage.LN2, Layer: -1, Position: -1, Condition: "layer = 1 and changed(layer)"}}, `0/1/ln2[0] 1/1/ln2[0] 2/1/ln2[0]`},
		{[]Breakpoint{{Stage: stage.LN2, Layer: 1, Position: -1, Condition: "changed(layer)"}}, ``},
		{[]Breakpoint{{Stage: stage.LN2, Layer: -1, Position: -1, LogMessage: "x"}}, ``},
	} {
		if got := strings.Join(stops(t, armedWith(t, test.breakpoints...), events), " "); got != test.want {
			t.Errorf("%+v:\n got %s\nwant %s", test.breakpoints, got, test.want)
		}
	}
}

func TestReasons(t *testing.T) {
	events := stream(2, 2, 1)
	g := armedWith(t, anywhere(stage.Select))
	at := find(t, events, "0/loop")
	check := func(i int, arm func(), want *Stopped) {
		t.Helper()
		arm()
		stop, _, err := g.At(&events[i])
		if err != nil || !reflect.DeepEqual(stop, want) {
			t.Errorf("at %s: got %+v, %v, want %+v", place(&events[i]), stop, err, want)
		}
	}
	sel := find(t, events, "0/select")
	step := func() { g.Step(events[sel-1], ByStage, Over) }
	there := func() { g.Goto(Target{Stage: stage.Select}) }
	check(sel, func() {}, &Stopped{ReasonBreakpoint, []int{0}})
	check(sel, step, &Stopped{ReasonBreakpoint, []int{0}})
	check(sel, g.Pause, &Stopped{ReasonBreakpoint, []int{0}})
	check(sel, func() { step(); there() }, &Stopped{ReasonGoto, []int{0}})
	check(at, g.Pause, &Stopped{Reason: ReasonPause})
	check(at, func() {}, nil) // every stop has disarmed all
	check(at, func() { step(); g.Pause() }, &Stopped{Reason: ReasonStep})
	check(at, func() { g.Goto(Target{Step: 1}); g.Pause() }, &Stopped{Reason: ReasonPause})
	check(at, func() { step(); there(); g.Pause(); g.Clear() }, nil)
	check(sel, func() { g.Goto(Target{Step: 1}); g.Pause() }, &Stopped{ReasonBreakpoint, []int{0}})
	check(sel, func() {}, &Stopped{ReasonBreakpoint, []int{0}}) // Clear leaves breakpoints
}

// A goto passes breakpoints, which count; at the target they are themselves again.
func TestGotoPassesBreakpoints(t *testing.T) {
	events := stream(4, 1, 1)
	logs := anywhere(stage.Select)
	logs.LogMessage = "select of {step}"
	third := anywhere(stage.Select)
	third.HitCondition = "3"
	g := armedWith(t, logs, anywhere(stage.MLP), third)
	g.Goto(Target{Step: 2, Stage: stage.Select})
	var got []string
	for i := range events {
		stop, logs, err := g.At(&events[i])
		if err != nil {
			t.Fatal(err)
		}
		if stop != nil || logs != nil {
			got = append(got, fmt.Sprint(place(&events[i]), stop, logs))
		}
	}
	want := []string{"2/select&{goto [2]} [{0 select of 2}]", "3/0/mlp&{breakpoint [1]} []", "3/select<nil> [{0 select of 3}]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Of two breakpoints that are the same, each counts for itself, and what has been counted
// goes to one.
func TestTwins(t *testing.T) {
	events := stream(5, 1, 1)
	b := anywhere(stage.Select)
	b.HitCondition = "3"
	g := armedWith(t, b)
	next(t, g, events[:find(t, events, "1/ids")])
	if err := g.SetBreakpoints([]Breakpoint{b, b}); err != nil {
		t.Fatal(err)
	}
	got := stops(t, g, events[find(t, events, "1/ids"):])
	if want := []string{"2/select[0]", "3/select[1]"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What breakpoints count and remember is that of the place in the run: going back takes it
// back, so that a run which goes on from there stops where it did.
func TestGoingBack(t *testing.T) {
	events := stream(6, 2, 1)
	odd := Breakpoint{Stage: stage.LN1, Layer: -1, Position: -1, HitCondition: "% 3 = 1"}
	anew := Breakpoint{Stage: stage.Embed, Layer: -1, Position: -1, Condition: "changed(step)"}
	want := stops(t, armedWith(t, odd, anew), events)
	if len(want) != 4+5 {
		t.Fatalf("got %d stops, want 9: %v", len(want), want)
	}
	from := func(step int) int {
		return slices.IndexFunc(events, func(e stage.Event) bool { return e.Step == step })
	}
	for step := range 6 {
		for _, until := range []int{from(step) + 1, from(step) + 3, from(step) + 20, len(events)} {
			for back := range step + 1 {
				g := armedWith(t, odd, anew)
				stops(t, g, events[:until])
				if err := g.SetBreakpoints([]Breakpoint{odd, anew}); err != nil { // the same go on
					t.Fatal(err)
				}
				got := append(stops(t, armedWith(t, odd, anew), events[:from(back)]), stops(t, g, events[from(back):])...)
				if !slices.Equal(got, want) {
					t.Fatalf("from %d events back to step %d: got %v, want %v", until, back, got, want)
				}
			}
		}
	}
	// Of a step before the breakpoint was set there is nothing to remember.
	g := NewGate(letters{})
	stops(t, g, events[:from(3)+5])
	if err := g.SetBreakpoints([]Breakpoint{odd, anew}); err != nil {
		t.Fatal(err)
	}
	stops(t, g, events[from(3)+5:])
	if got := stops(t, g, events); !slices.Equal(got, want) {
		t.Errorf("from the beginning: got %v, want %v", got, want)
	}
}

func TestBreakpointErrors(t *testing.T) {
	at := func(s stage.Stage, condition string) Breakpoint {
		return Breakpoint{Stage: s, Layer: -1, Position: -1, Condition: condition}
	}
	for _, test := range []struct {
		b    Breakpoint
		want string
	}{
		{at(stage.MLP, `entrpy > 3`), `generate: breakpoint 1: condition: column 1: got "entrpy", want a name: step, position, layer, tokens, token, id, max, min, mean, norm, hidden, active, isnan; do you mean entropy?`},
		{at(stage.MLP, `layer = 1 and entropy > 3`), `generate: breakpoint 1: condition: column 15: got "entropy", want a name that is to be had here: entropy is not at mlp, but from softmax on`},
		{at(stage.Tokenize, `token = "a"`), `generate: breakpoint 1: condition: column 1: got "token", want a name that is to be had here: token is not at tokenize, but from ids on`},
		{at(stage.Softmax, `probability < 1`), `generate: breakpoint 1: condition: column 1: got "probability", want a name that is to be had here: probability is not at softmax, but from distribution on`},
		{at(stage.Residual1, `variance > 1`), `generate: breakpoint 1: condition: column 1: got "variance", want a name that is to be had here: variance is not at residual1, but at ln1, ln2 and final`},
		{at(stage.Attention, `max > 1`), `generate: breakpoint 1: condition: column 1: got "max", want a name that is to be had here: max is not at attention, but ` + whereTensors},
		{at(stage.Attention, `head = 1`), `generate: breakpoint 1: condition: column 1: got "head", want a name that is to be had here: head is not at attention, but at attention.qkv, attention.scores, attention.scale, attention.mask and attention.mix`},
		{Breakpoint{Stage: stage.AttentionQKV, Layer: -1, Position: -1, LogMessage: "of {head}"}, `generate: breakpoint 1: logMessage: column 5: got "head", want a name that is to be had here: a message has the head for which the condition holds, where head is in the condition`},
		{Breakpoint{Stage: stage.Loop, Layer: -1, Position: -1, LogMessage: "of {rank"}, `generate: breakpoint 1: logMessage: column 9: got the end, want an operator or "}"`},
		{Breakpoint{Stage: stage.Loop, Layer: -1, Position: -1, HitCondition: "% 5"}, `generate: breakpoint 1: hitCondition: column 1: got "% 5", want 3, >= 3, % 5 = 0 or the like`},
		{Breakpoint{Stage: stage.Loop, Layer: 2, Position: -1}, `generate: breakpoint 1: layer: got 2, want -1: loop is outside the layers`},
		{Breakpoint{Stage: stage.Loop, Layer: -2, Position: -1}, `generate: breakpoint 1: layer: got -2, want a layer, or -1 for any`},
		{Breakpoint{Stage: stage.Loop, Layer: -1, Position: -2}, `generate: breakpoint 1: position: got -2, want a position, or -1 for any`},
		{Breakpoint{Stage: 99, Layer: -1, Position: -1}, `generate: breakpoint 1: stage: got 99, want a stage`},
	} {
		g := armedWith(t, anywhere(stage.Select))
		err := g.SetBreakpoints([]Breakpoint{anywhere(stage.Prompt), test.b})
		var wrong *ConditionError
		if !errors.As(err, &wrong) || err.Error() != test.want || wrong.Breakpoint != 1 {
			t.Errorf("%+v:\n got %v\nwant %s", test.b, err, test.want)
		}
		if got := stops(t, g, stream(1, 1, 1)); !slices.Equal(got, []string{"0/select[0]"}) {
			t.Errorf("%+v: a refused list has changed the breakpoints: got %v", test.b, got)
		}
	}
}

// A stage that does not say what it should is an error, and no breakpoint that never hits.
func TestEventWithoutDetail(t *testing.T) {
	for _, b := range []Breakpoint{
		{Stage: stage.MLP, Condition: "token = \"a\""},
		{Stage: stage.MLP, Condition: "max > 1"},
		{Stage: stage.Loop, Condition: "rank = 1"},
		{Stage: stage.Decode, Condition: "entropy > 1"},
		{Stage: stage.Decode, Condition: "changed(top)"},
		{Stage: stage.DecodeStop, Condition: "random > 1"},
	} {
		b.Layer, b.Position = -1, -1
		g, events := armedWith(t, b), stream(1, 1, 1)
		var err error
		for i := 0; err == nil && i < len(events); i++ {
			_, _, err = g.At(&events[i])
		}
		if err == nil || !strings.Contains(err.Error(), "does not say what a breakpoint asks of it") {
			t.Errorf("%s: got %v", b.Condition, err)
		}
	}
}

func TestAtAllocatesNothing(t *testing.T) {
	if len(stage.All()) > 64 {
		t.Fatalf("got %d stages, want at most the bits of a set", len(stage.All()))
	}
	events := stream(2, 3, 1)
	for name, g := range map[string]*Gate{
		"nothing armed":                  NewGate(letters{}),
		"a breakpoint at another stage":  armedWith(t, Breakpoint{Stage: stage.Prompt, Layer: -1, Position: 9}),
		"one of another layer":           armedWith(t, Breakpoint{Stage: stage.MLP, Layer: 7, Position: -1}),
		"one whose condition is not met": armedWith(t, Breakpoint{Stage: stage.MLP, Layer: -1, Position: -1, Condition: "layer = 7 or not (position >= 0)"}),
	} {
		if n := testing.AllocsPerRun(20, func() {
			for i := range events {
				if stop, logs, err := g.At(&events[i]); stop != nil || logs != nil || err != nil {
					t.Fatalf("%s: got %v, %v, %v", name, stop, logs, err)
				}
			}
		}); n != 0 {
			t.Errorf("%s: got %v allocations, want 0", name, n)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	events := stream(2, 12, 1)
	for name, breakpoints := range map[string][]Breakpoint{
		"nothing": nil,
		"other":   {{Stage: stage.Prompt, Layer: -1, Position: 9}},
		"each":    {{Stage: stage.MLP, Layer: -1, Position: -1, Condition: "layer = 13"}},
	} {
		b.Run(name, func(b *testing.B) {
			g := NewGate(letters{})
			if err := g.SetBreakpoints(breakpoints); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				g.At(&events[i%len(events)])
			}
		})
	}
}

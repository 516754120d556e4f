package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/stage"
)

// long returns the tiny model with a context of several passes, and as many ids.
func long(t testing.TB) (*file, []int) {
	const context = MaxRows + 44
	rng := rand.New(rand.NewPCG(1, 2))
	f := gpt2(t)
	embedding := f.tensors[f.at(positionTableName)].Shape[1]
	table := make([]float32, context*embedding)
	for i := range table {
		table[i] = float32(0.6 * rng.NormFloat64()) // 0.6 is golden.py's
	}
	ids := make([]int, context)
	for i := range ids {
		ids[i] = rng.IntN(f.tensors[f.at(tokenTableName)].Shape[0])
	}
	return f.set(keyContext, uint32(context)).put(positionTableName, gguf.F32, table, context, embedding), ids
}

// kinds has the tiny model with each way to hold a matrix.
func kinds(t testing.TB) (map[string]*Model, []int) {
	f, ids := long(t)
	float := f.load(t)
	return map[string]*Model{"F32": float, "Q8_0": f.convert(gguf.Q8_0, matrix).load(t)}, ids
}

func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: value %d of %d: got %v, want exactly %v", what, i, len(want), got[i], want[i])
		}
	}
}

func nobody(*stage.Event) error { return nil }

// TestBatchAndDecodeSameBits: however a sequence is divided among calls, and
// whether anybody watches, each position's logits have the same bits.
func TestBatchAndDecodeSameBits(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		v := m.Config().Vocabulary
		var want []float32 // [T, V], token by token
		s := m.NewSession(len(ids))
		for i := range ids {
			want = append(want, forward(t, s, ids[i:i+1])...)
		}
		for _, size := range []int{1, 7, MaxRows, MaxRows + 1, len(ids)} {
			name := fmt.Sprintf("%s, %d ids a call", kind, size)
			all, last := m.NewSession(len(ids)), m.NewSession(len(ids))
			for part := range slices.Chunk(ids, size) {
				at := all.Len()
				logits, err := all.ForwardAll(part, nobody)
				if err != nil {
					t.Fatal(err)
				}
				sameBits(t, name+", observed", logits, want[at*v:][:len(part)*v])
				sameBits(t, name, forward(t, last, part), want[(last.Len()-1)*v:][:v])
			}
			if all.Len() != len(ids) || last.Len() != len(ids) {
				t.Errorf("%s: got lengths %d and %d, want %d", name, all.Len(), last.Len(), len(ids))
			}
		}
	}
}

// TestTruncate reads a prompt, goes on two ways, and must come back to each.
func TestTruncate(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		s := m.NewSession(60)
		prompt, one, other := ids[:20], ids[20:50], ids[50:60]
		forward(t, s, prompt)
		first := forward(t, s, one)
		s.Truncate(len(prompt))
		if s.Len() != len(prompt) {
			t.Fatalf("%s: got length %d after Truncate, want %d", kind, s.Len(), len(prompt))
		}
		second := forward(t, s, other)
		s.Truncate(len(prompt))
		sameBits(t, kind+": the first way again", forward(t, s, one), first)
		s.Truncate(0)
		sameBits(t, kind+": from the start", forward(t, s, slices.Concat(prompt, other)), second)
		if slices.Equal(first, second) {
			t.Errorf("%s: both ways give the same logits: nothing was tested", kind)
		}
	}
}

// TestPositions: the rows of the table are those that the stage adds, of positions that no
// session has read too.
func TestPositions(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		c := m.config.Embedding
		var table []float32
		_, err := m.NewSession(len(ids)).Forward(ids, func(e *stage.Event) error {
			if e.Stage == stage.Position {
				table = append(table, e.Tensor("table")...)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, kind, m.Positions(1, len(ids)), table[c:])
		if got, want := len(m.Positions(0, m.config.Context)), m.config.Context*c; got != want {
			t.Errorf("%s: the whole table has %d numbers, want %d", kind, got, want)
		}
	}
}

// TestSessionsShareOneModel: what one session reads, another does not see.
func TestSessionsShareOneModel(t *testing.T) {
	models, ids := kinds(t)
	m := models["Q8_0"]
	want := forward(t, m.NewSession(40), ids[:40])
	a, b := m.NewSession(40), m.NewSession(50)
	forward(t, a, ids[:20])
	forward(t, b, ids[100:150])
	sameBits(t, "a", forward(t, a, ids[20:40]), want)
}

// TestClose: what a closed session leaves in memory changes no bit of the next one, of
// whatever capacity.
func TestClose(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		want := slices.Clone(forward(t, m.NewSession(30), ids[:30]))
		for _, capacity := range []int{len(ids), 30, 33, len(ids), 31} {
			other := m.NewSession(capacity)
			forward(t, other, ids[:capacity])
			other.Close()
			s := m.NewSession(30)
			forward(t, s, ids[:11])
			sameBits(t, fmt.Sprintf("%s after a session for %d", kind, capacity), forward(t, s, ids[11:30]), want)
			s.Close()
		}
	}
}

func TestDoors(t *testing.T) {
	m := gpt2(t).load(t)
	v := m.Config().Vocabulary
	s := m.NewSession(4)
	want := forward(t, s, []int{1, 2})
	for _, test := range []struct {
		ids  []int
		err  error
		text string
	}{
		{nil, ErrNoTokens, "model: no tokens: got 0, want at least 1"},
		{[]int{3, v}, ErrTokenRange, "model: token id outside the vocabulary: got 96 as token 2 of 2, want 0 to 95"},
		{[]int{-1}, ErrTokenRange, "model: token id outside the vocabulary: got -1 as token 1 of 1, want 0 to 95"},
		{[]int{1, 1, 1}, ErrContextFull, "model: context full: got 3 tokens after 2, want at most 2 (room for 4 in all)"},
	} {
		for name, forward := range map[string]func([]int, stage.Observer) ([]float32, error){"Forward": s.Forward, "ForwardAll": s.ForwardAll} {
			logits, err := forward(test.ids, func(*stage.Event) error { t.Error("a stage ran"); return nil })
			if !errors.Is(err, test.err) || err.Error() != test.text || logits != nil {
				t.Errorf("%s(%v): got %v, %v, want %q", name, test.ids, logits, err, test.text)
			}
			if s.Len() != 2 {
				t.Errorf("%s(%v): got length %d after an error, want 2", name, test.ids, s.Len())
			}
		}
	}
	forward(t, s, []int{3, 4}) // exactly full
	if _, err := s.Forward([]int{5}, nil); !errors.Is(err, ErrContextFull) {
		t.Errorf("got %v in a full session, want ErrContextFull", err)
	}
	s.Truncate(0)
	sameBits(t, "after the errors", forward(t, s, []int{1, 2}), want)
	sameBits(t, "room for one", forward(t, m.NewSession(1), []int{1}), forward(t, m.NewSession(24), []int{1}))

	for name, bad := range map[string]func(){
		"capacity 0":          func() { m.NewSession(0) },
		"capacity 25 of 24":   func() { m.NewSession(25) },
		"Truncate(-1)":        func() { s.Truncate(-1) },
		"Truncate(past Len)":  func() { s.Truncate(3) },
		"capacity of minus 1": func() { m.NewSession(-1) },
	} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.HasPrefix(fmt.Sprint(p), "model: ") {
					t.Errorf("%s: got panic %v, want one of ours", name, p)
				}
			}()
			bad()
		}()
	}
}

// TestEvents compares the whole sequence of events: stages, layers, and the names
// and shapes of their tensors.
func TestEvents(t *testing.T) {
	m := gpt2(t).load(t)
	s := m.NewSession(24)
	var got []string
	observe := func(ev *stage.Event) error {
		if ev.Step != 0 || ev.Detail() != nil {
			t.Errorf("%v: got step %d, detail %v, want none", ev.Stage, ev.Step, ev.Detail())
		}
		line := fmt.Sprintf("%v layer %d position %d tokens %d:", ev.Stage, ev.Layer, ev.Position, ev.Tokens)
		for _, x := range ev.Tensors() {
			line += fmt.Sprintf(" %s%v", x.Name, x.Shape)
		}
		got = append(got, line)
		return nil
	}
	// C 32, H 4, D 8, F 128, V 96.
	want := func(position, t, p, n int) []string {
		at := fmt.Sprintf("position %d tokens %d", position, t)
		norm := func(stage string, layer, rows int) string {
			return fmt.Sprintf("%s layer %d %s: mean[%d] variance[%d] scale[32] shift[32] result[%d 32]", stage, layer, at, rows, rows, rows)
		}
		lines := []string{
			fmt.Sprintf("embed layer -1 %s: rows[%d 32]", at, t),
			fmt.Sprintf("position layer -1 %s: table[%d 32] sum[%d 32]", at, t, t),
		}
		for i := range 2 {
			rows := t
			if i == 1 { // the last layer
				rows = max(1, n)
			}
			lines = append(lines,
				fmt.Sprintf("layers layer %d %s:", i, at),
				norm("ln1", i, t),
				fmt.Sprintf("attention layer %d %s:", i, at),
				fmt.Sprintf("attention.qkv layer %d %s: qkv[%d 3 4 8]", i, at, t),
				fmt.Sprintf("attention.scores layer %d %s: scores[4 %d %d]", i, at, t, p),
				fmt.Sprintf("attention.scale layer %d %s: scaled[4 %d %d]", i, at, t, p),
				fmt.Sprintf("attention.mask layer %d %s: weights[4 %d %d]", i, at, t, p),
				fmt.Sprintf("attention.mix layer %d %s: mix[%d 4 8] output[%d 32]", i, at, rows, rows),
				fmt.Sprintf("residual1 layer %d %s: sum[%d 32]", i, at, rows),
				norm("ln2", i, rows),
				fmt.Sprintf("mlp layer %d %s: hidden[%d 128] activated[%d 128] output[%d 32]", i, at, rows, rows, rows),
				fmt.Sprintf("residual2 layer %d %s: sum[%d 32]", i, at, rows),
			)
		}
		if n == 0 {
			return lines
		}
		shape := "[96]"
		if n > 1 {
			shape = fmt.Sprintf("[%d 96]", n)
		}
		return append(lines, norm("final", -1, n), fmt.Sprintf("head layer -1 %s: logits%s", at, shape))
	}
	check := func(what string, want []string) {
		t.Helper()
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("%s: event %d:\ngot  %q\nwant %q", what, i, got[min(i, len(got)):min(i+1, len(got))], want[min(i, len(want)):min(i+1, len(want))])
			}
		}
		got = nil
	}
	run := func(s *Session, forward func(*Session, []int, stage.Observer) ([]float32, error), ids []int) {
		t.Helper()
		if _, err := forward(s, ids, observe); err != nil {
			t.Fatal(err)
		}
	}
	run(s, (*Session).Forward, []int{1, 2, 3})
	check("a batch", want(2, 3, 3, 1))
	run(s, (*Session).Forward, []int{4})
	check("a token", want(3, 1, 4, 1))
	run(s, (*Session).ForwardAll, []int{5, 6})
	check("all logits", want(5, 2, 6, 2))

	f, ids := long(t)
	s = f.load(t).NewSession(len(ids))
	run(s, (*Session).Forward, ids[:MaxRows+2])
	check("a long prompt", slices.Concat(want(MaxRows-1, MaxRows, MaxRows, 0), want(MaxRows+1, 2, MaxRows+2, 1)))
}

// TestScoresBeyondMaskAreZero: columns that a row does not see are zero at every
// stage, although memory is used again and they are never computed.
func TestScoresBeyondMaskAreZero(t *testing.T) {
	models, ids := kinds(t)
	s := models["F32"].NewSession(len(ids))
	forward(t, s, ids[:50]) // leaves numbers in scratch memory
	events := 0
	_, err := s.Forward(ids[50:60], func(ev *stage.Event) error {
		switch ev.Stage {
		case stage.AttentionScores, stage.AttentionScale, stage.AttentionMask:
			events++
			x := ev.Tensors()[0]
			for i, v := range x.Data {
				row, column := i/x.Shape[2]%x.Shape[1], i%x.Shape[2]
				if seen := column <= ev.Position-ev.Tokens+1+row; (v != 0) != seen {
					return fmt.Errorf("%v: row %d, column %d: got %v", ev.Stage, row, column, v)
				}
			}
		}
		return nil
	})
	if err != nil || events != 6 {
		t.Errorf("got %v after %d events, want none after 6", err, events)
	}
}

// TestObserverErrorEndsThePass stops at each event of a short prompt in turn, and
// in the second pass of a long one.
func TestObserverErrorEndsThePass(t *testing.T) {
	f, ids := long(t)
	m := f.load(t)
	for _, test := range []struct{ ids, first int }{{5, 0}, {MaxRows + 3, 30}} {
		ids := ids[:test.ids]
		s := m.NewSession(len(ids) + 1)
		forward(t, s, []int{7})
		var stages int
		want, err := s.Forward(ids, func(*stage.Event) error { stages++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		want = slices.Clone(want)
		stop := errors.New("stop")
		for at := test.first; at < min(stages, test.first+28); at++ { // 28 stages in one pass of two layers
			s.Truncate(1)
			calls := 0
			logits, err := s.Forward(ids, func(*stage.Event) error {
				calls++
				if calls == at+1 {
					return stop
				}
				return nil
			})
			if err != stop || logits != nil || calls != at+1 || s.Len() != 1 {
				t.Fatalf("stop at event %d: got error %v, %d logits, %d events, length %d", at, err, len(logits), calls, s.Len())
			}
		}
		sameBits(t, "after all these stops", forward(t, s, ids), want)
	}
}

// TestNobodyLooks: what only an observer sees is not made unless it is asked for, and then
// once an event.
func TestNobodyLooks(t *testing.T) {
	models, ids := kinds(t)
	s := models["F32"].NewSession(len(ids))
	forward(t, s, ids[:3])
	const mark = 7 // no score
	looked := false
	observe := func(ev *stage.Event) error {
		p := ev.Source.(*pass)
		if p.shown.count != 0 {
			t.Errorf("%v: %d tensors are made before anybody asks", ev.Stage, p.shown.count)
		}
		switch ev.Stage {
		case stage.Embed:
			for i := range p.seen {
				p.seen[i] = mark
			}
		case stage.AttentionMix:
			if p.seen[0] != mark {
				t.Errorf("scores that nobody asked for were copied: %v", p.seen[0])
			}
		case stage.Final:
			ev.Tensor("result")
			scale := ev.Tensors()
			if again := ev.Tensors(); &scale[0] != &again[0] || len(again) != 5 {
				t.Errorf("asked again: %v", again)
			}
			looked = true
		}
		return nil
	}
	if _, err := s.Forward(ids[3:8], observe); err != nil || !looked {
		t.Errorf("got %v, looked %v", err, looked)
	}
}

// looks asks for all that is shown.
func looks(ev *stage.Event) error {
	ev.Tensors()
	return nil
}

// TestDecodeAllocatesNothing, nor does an observer make it, whether or not it looks.
func TestDecodeAllocatesNothing(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		for name, observer := range map[string]stage.Observer{"unobserved": nil, "observed": nobody, "looked at": looks} {
			s := m.NewSession(len(ids))
			forward(t, s, ids[:16])
			id := []int{5}
			got := testing.AllocsPerRun(100, func() {
				if _, err := s.Forward(id, observer); err != nil {
					t.Fatal(err)
				}
			})
			if got != 0 {
				t.Errorf("%s, %s: got %v allocations a token, want 0", kind, name, got)
			}
		}
	}
}

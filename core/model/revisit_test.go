package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"vitrine/core/stage"
)

// rowsSeen keeps the rows of every tensor that passes have shown, by what they are and
// their position: what a position has does not depend on the pass that computes it.
type rowsSeen map[string][]float32

// observe keeps the rows of an event, each cut to what a row of its position has.
func (r rowsSeen) observe(ev *stage.Event) error {
	for _, x := range ev.Tensors() {
		each(ev, x, func(position int, row []float32) {
			r[fmt.Sprintf("%v layer %d, %s of %d", ev.Stage, ev.Layer, x.Name, position)] = row
		})
	}
	return nil
}

// each gives a copy of each row of x with its position. Weights, which all rows share,
// belong to the newest.
func each(ev *stage.Event, x stage.Tensor, row func(position int, row []float32)) {
	first := ev.Position - ev.Tokens + 1
	switch {
	case x.Name == "scale" || x.Name == "shift" || len(x.Shape) == 1 && x.Name == "logits":
		row(ev.Position, slices.Clone(x.Data))
	case x.Name == "scores" || x.Name == "scaled" || x.Name == "weights":
		for t := range x.Shape[1] {
			var heads []float32
			for h := range x.Shape[0] {
				heads = append(heads, x.Data[(h*x.Shape[1]+t)*x.Shape[2]:][:first+t+1]...)
			}
			row(first+t, heads)
		}
	default:
		for t := range x.Shape[0] {
			size := len(x.Data) / x.Shape[0]
			row(first+t, slices.Clone(x.Data[t*size:][:size]))
		}
	}
}

// readAll reads ids with their logits, a pass at a time, and returns what it saw.
func readAll(t *testing.T, s *Session, ids []int) rowsSeen {
	t.Helper()
	seen := rowsSeen{}
	if _, err := s.ForwardAll(ids, seen.observe); err != nil {
		t.Fatal(err)
	}
	return seen
}

// revisit compares a window of s with what was seen, row by row, and that every stage has
// all rows.
func revisit(t *testing.T, s *Session, from int, ids []int, want rowsSeen) {
	t.Helper()
	before := s.Len()
	stages := 0
	err := s.Revisit(from, ids, func(ev *stage.Event) error {
		stages++
		if ev.Position != from+len(ids)-1 || ev.Tokens != len(ids) {
			return fmt.Errorf("%v: position %d, %d tokens", ev.Stage, ev.Position, ev.Tokens)
		}
		for _, x := range ev.Tensors() {
			rows := 0
			each(ev, x, func(position int, row []float32) {
				rows++
				if x.Name == "scale" || x.Name == "shift" {
					return
				}
				name := fmt.Sprintf("%v layer %d, %s of %d", ev.Stage, ev.Layer, x.Name, position)
				sameBits(t, fmt.Sprintf("%d ids from %d: %s", len(ids), from, name), row, want[name])
			})
			if alone := x.Name == "scale" || x.Name == "shift" || x.Name == "logits"; rows != len(ids) && !(alone && rows == 1) {
				t.Errorf("%v: %s has %d rows, want %d", ev.Stage, x.Name, rows, len(ids))
			}
		}
		return nil
	})
	if layers := s.model.config.Layers; err != nil || stages != 12*layers+4 {
		t.Errorf("%d ids from %d: %v after %d stages", len(ids), from, err, stages)
	}
	if s.Len() != before {
		t.Errorf("%d ids from %d: length %d, want %d", len(ids), from, s.Len(), before)
	}
}

// TestRevisit looks at windows of what a session has read in passes of other sizes, and
// goes on.
func TestRevisit(t *testing.T) {
	models, ids := kinds(t)
	const read = MaxRows + 20
	for kind, m := range models {
		want := readAll(t, m.NewSession(len(ids)), ids)
		s := m.NewSession(len(ids))
		forward(t, s, ids[:9])
		forward(t, s, ids[9:read-2])
		forward(t, s, ids[read-2:read-1])
		forward(t, s, ids[read-1:read])
		for _, window := range [][2]int{{0, 1}, {0, 5}, {3, 10}, {8, 17}, {250, read}, {read - 1, read}, {read - MaxRows, read}, {0, MaxRows}} {
			revisit(t, s, window[0], ids[window[0]:window[1]], want)
		}
		revisit(t, s, read-3, ids[read-3:read+4], want) // what is read next
		revisit(t, s, read, ids[read:read+1], want)
		logits, err := s.ForwardAll(ids[read:], nil)
		if err != nil {
			t.Fatal(err)
		}
		v := m.Config().Vocabulary
		for i := range ids[read:] {
			at := fmt.Sprintf("head layer -1, logits of %d", read+i)
			sameBits(t, kind+" afterwards: "+at, logits[i*v:][:v], want[at])
		}
	}
}

// TestRevisitInsideAPass revisits while a pass of the same session stands at each of its
// stages in turn: what the pass has computed and computes afterwards stays the same.
func TestRevisitInsideAPass(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		want := readAll(t, m.NewSession(len(ids)), ids)
		for _, pass := range []struct{ from, to int }{{0, 6}, {6, 13}, {13, 14}} {
			s := m.NewSession(len(ids))
			if pass.from > 0 {
				forward(t, s, ids[:pass.from])
			}
			windows := [][2]int{{pass.from, pass.to}, {pass.from, pass.from + 1}, {max(0, pass.from-2), pass.to}, {0, 2}, {pass.from, pass.to + 3}}
			stages := 1
			for at := 0; at < stages; at++ {
				s.Truncate(pass.from)
				seen, events := rowsSeen{}, 0
				_, err := s.ForwardAll(ids[pass.from:pass.to], func(ev *stage.Event) error {
					if events == at {
						for _, window := range windows {
							revisit(t, s, window[0], ids[window[0]:window[1]], want)
						}
					}
					events++
					return seen.observe(ev)
				})
				if err != nil || s.Len() != pass.to {
					t.Fatalf("%s: stood at %d: %v, length %d", kind, at, err, s.Len())
				}
				stages = events
				for name, row := range seen {
					if strings.Contains(name, "scale of") || strings.Contains(name, "shift of") {
						continue
					}
					sameBits(t, fmt.Sprintf("%s: stood at %d: %s", kind, at, name), row, want[name])
				}
			}
			if stages < 28 {
				t.Errorf("stood at %d stages, want all 28", stages)
			}
			sameBits(t, kind+" afterwards", forward(t, s, ids[pass.to:20]), want["head layer -1, logits of 19"])
		}
	}
}

// TestRevisitInsideALongPrompt: of a prompt of several passes, those before the one that
// is under way can be revisited.
func TestRevisitInsideALongPrompt(t *testing.T) {
	models, ids := kinds(t)
	m := models["Q8_0"]
	want := readAll(t, m.NewSession(len(ids)), ids)
	s := m.NewSession(len(ids))
	stood := false
	logits, err := s.Forward(ids, func(ev *stage.Event) error {
		if ev.Position == len(ids)-1 && ev.Stage == stage.AttentionScale && ev.Layer == 0 {
			stood = true
			revisit(t, s, MaxRows-6, ids[MaxRows-6:MaxRows+2], want)
			if err := s.Revisit(MaxRows+1, ids[MaxRows+1:], nobody); err == nil {
				t.Error("a window was revisited whose positions before it are not read yet")
			}
		}
		return nil
	})
	if err != nil || !stood {
		t.Fatalf("got %v, stood %v", err, stood)
	}
	sameBits(t, "the logits", logits, want[fmt.Sprintf("head layer -1, logits of %d", len(ids)-1)])
	if stop := errors.New("stop"); s.Len() != len(ids) {
		t.Errorf("got length %d, want %d", s.Len(), len(ids))
	} else if err := s.Revisit(4, ids[4:6], func(*stage.Event) error { return stop }); err != stop {
		t.Errorf("got %v, want the observer's error", err)
	}
}

func TestRevisitDoors(t *testing.T) {
	m := gpt2(t).load(t)
	s := m.NewSession(24)
	forward(t, s, []int{1, 2, 3})
	for _, test := range []struct {
		from int
		ids  []int
		is   error // nil: none of ours
		text string
	}{
		{0, nil, ErrNoTokens, "model: no tokens: got 0, want at least 1"},
		{-1, []int{1}, nil, "model: revisit: got position -1, want 0 to 3"},
		{4, []int{1}, nil, "model: revisit: got position 4, want 0 to 3"},
		{1, []int{2, 96}, ErrTokenRange, "model: token id outside the vocabulary: got 96 as token 2 of 2, want 0 to 95"},
		{3, make([]int, 22), ErrContextFull, "model: context full: got 22 tokens after 3, want at most 21 (room for 24 in all)"},
		{0, make([]int, MaxRows+1), nil, "model: revisit: got 257 tokens, want at most 256 in one pass"},
	} {
		err := s.Revisit(test.from, test.ids, func(*stage.Event) error { t.Error("a stage ran"); return nil })
		if err == nil || err.Error() != test.text || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("Revisit(%d, %d ids) = %v, want %q", test.from, len(test.ids), err, test.text)
		}
	}
}

// TestLens: after the last layer the lens sees the model's answer, and it may look while
// the pass stands.
func TestLens(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		c, v := m.Config().Embedding, m.Config().Vocabulary
		var seen [][]float32 // by layer, [T, V]
		s := m.NewSession(len(ids))
		logits, err := s.ForwardAll(ids[:7], func(ev *stage.Event) error {
			if ev.Stage == stage.Residual2 {
				x, all := ev.Tensor("sum"), make([]float32, ev.Tokens*v)
				for t := range ev.Tokens {
					m.Lens(all[t*v:][:v], x[t*c:][:c])
				}
				seen = append(seen, all)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		last := len(seen) - 1
		sameBits(t, kind+": after the last layer", seen[last], logits)
		if slices.Equal(seen[0], logits) {
			t.Errorf("%s: the first layer has the answer already: nothing was tested", kind)
		}
	}
	for what, call := range map[string]func(m *Model){
		"a row too short":    func(m *Model) { m.Lens(make([]float32, 96), make([]float32, 31)) },
		"logits of too many": func(m *Model) { m.Lens(make([]float32, 97), make([]float32, 32)) },
	} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.HasPrefix(fmt.Sprint(p), "model: Lens") {
					t.Errorf("%s: got panic %v, want one of ours", what, p)
				}
			}()
			call(models["F32"])
		}()
	}
}

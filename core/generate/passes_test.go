package generate

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/stage"
)

// long returns the random model of core/model/testdata with a context of several passes: with
// sinusoids, which need no table.
func long(t *testing.T) *model.Model {
	t.Helper()
	raw, err := os.ReadFile("../model/testdata/base.gguf")
	if err != nil {
		t.Fatal(err)
	}
	r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	meta := r.Metadata()
	meta.Set("vitrine.position", "sinusoidal")
	meta.Set("gpt2.context_length", uint32(2*model.MaxRows))
	tensors := slices.DeleteFunc(r.Tensors(), func(i gguf.TensorInfo) bool { return i.Name == "position_embd.weight" })
	var file bytes.Buffer
	w, err := gguf.NewWriter(&file, meta, tensors)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range tensors {
		if err := w.WriteTensor(i.Name, bytes.NewReader(raw[i.Offset:][:i.Size])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err = gguf.NewReader(&file, int64(file.Len())); err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(r)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestPlacesOfPasses steps through a prompt that is read in two passes, and goes back and
// forth between them: to the pass that reads the position which is asked for.
func TestPlacesOfPasses(t *testing.T) {
	const edge, last = model.MaxRows - 1, model.MaxRows + 7 // the newest positions of its passes
	const prompt = last + 1
	_, tok := load(t)
	ids := make([]int, prompt)
	for i := range ids {
		ids[i] = i % 90
	}
	for _, noCache := range []bool{false, true} {
		o := drawn(2)
		o.NoCache = noCache
		r, err := New(long(t), tok, Prompt{IDs: ids}, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		m, h := serve(t, r)
		c := m.course()
		stands := func(p *Paused, position, layer int, s stage.Stage) {
			t.Helper()
			if p == nil || p.At.Position != position || p.At.Layer != layer || p.At.Stage != s {
				t.Fatalf("cache %v: stands at %+v, want position %d, layer %d, %v", !noCache, p, position, layer, s)
			}
		}
		before, seen := Place{Layer: -1}, map[int]bool{}
		for {
			p := to(t, m, h, func() bool { return m.Step(ByStage, Into) })
			if p == nil {
				break
			}
			place := PlaceOf(&p.At)
			if before.Compare(place) != -1 || place.Compare(before) != 1 || place.before(c) != before {
				t.Fatalf("cache %v: %v comes after %v, before it is %v", !noCache, place, before, place.before(c))
			}
			before, seen[p.At.Position] = place, true
		}
		if !seen[edge] || !seen[last] {
			t.Errorf("cache %v: stands at the positions %v", !noCache, seen)
		}
		tokens := slices.Clone(h.tokens)

		goTo := func(position, layer int, s stage.Stage) *Paused {
			t.Helper()
			return to(t, m, h, func() bool { return m.Goto(m.Place(position, layer, s)) })
		}
		back := func(by Granularity) *Paused {
			t.Helper()
			return to(t, m, h, func() bool { return m.StepBack(by) })
		}
		stands(goTo(last-2, 1, stage.MLP), last, 1, stage.MLP)
		stands(goTo(edge, 1, stage.LN2), edge, 1, stage.LN2)
		stands(goTo(edge+1, -1, stage.Embed), last, -1, stage.Embed)
		stands(back(ByStage), edge, c.layers-1, stage.Residual2)
		stands(goTo(3, -1, stage.Final), last, -1, stage.Final)
		stands(back(ByStage), last, c.layers-1, stage.Residual2)
		stands(back(ByLayer), last, c.layers-1, stage.Layers)
		stands(goTo(last, -1, stage.Position), last, -1, stage.Position)
		stands(back(ByLayer), edge, c.layers-1, stage.Layers)
		stands(goTo(prompt, 1, stage.MLP), prompt, 1, stage.MLP)

		if err := ask(m, func() error {
			return m.SetBreakpoints([]Breakpoint{{Stage: stage.MLP, Layer: 1, Position: -1}})
		}); err != nil {
			t.Fatal(err)
		}
		if noCache {
			stands(to(t, m, h, m.ReverseContinue), edge, 1, stage.MLP)
		}
		stands(to(t, m, h, m.ReverseContinue), last, 1, stage.MLP)
		if p, err := ask2(m, func() ([]Part, error) {
			return m.Inspect(Query{Stage: stage.Residual2, Layer: c.layers - 1, Position: edge - 9, Head: -1, From: -1})
		}); err != nil || len(p) != 1 {
			t.Errorf("the last layer of the pass before: %d parts, %v", len(p), err)
		}
		off := []model.Switch{{Kind: model.PositionOff}}
		stands(to(t, m, h, func() bool { goes, err := m.Switch(off); return goes && err == nil }), last, 1, stage.MLP)
		stands(to(t, m, h, func() bool { goes, err := m.Switch(nil); return goes && err == nil }), last, 1, stage.MLP)
		if err := ask(m, func() error { return m.SetBreakpoints(nil) }); err != nil {
			t.Fatal(err)
		}
		if p := to(t, m, h, m.Resume); p != nil || !slices.Equal(h.tokens, tokens) {
			t.Errorf("cache %v: then %v, want %v", !noCache, h.tokens, tokens)
		}
	}
}

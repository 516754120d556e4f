package generate

import (
	"errors"
	"math"
	"slices"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/model"
	"vitrine/core/stage"
)

// TestCompare compares with sessions that read the same ids, wherever the run stands, and
// leaves it alone.
func TestCompare(t *testing.T) {
	m, h := start(t, france, drawn(5))
	to(t, m, h, func() bool { return m.Goto(Place{2, 1, stage.AttentionMask, 0}) })
	read := func(n int, list []model.Switch) *decoding.Ranking {
		s := m.run.model.NewSession(n)
		if err := s.Switch(list); err != nil {
			t.Fatal(err)
		}
		logits, err := s.Forward(m.run.ids[:n], nil)
		if err != nil {
			t.Fatal(err)
		}
		ranking, err := decoding.NewRanking(logits)
		if err != nil {
			t.Fatal(err)
		}
		return ranking
	}
	newest := h.prompt + 1
	for _, test := range []struct {
		position int
		list     []model.Switch
	}{{newest, offs}, {newest, []model.Switch{{Kind: model.MaskOff}}}, {h.prompt - 1, offs}, {h.prompt - 3, nil}, {newest, nil}} {
		c, err := ask2(m, func() (*Comparison, error) { return m.Compare(test.position, test.list) })
		if err != nil {
			t.Fatal(err)
		}
		before, after := read(test.position+1, nil), read(test.position+1, test.list)
		final := before.All(0, 1)[0].ID
		if test.position < newest {
			final = m.run.ids[test.position+1]
		}
		var sum float64
		for id, p := range before.Probabilities() {
			sum += float64(p) * math.Log(float64(p)/float64(after.Probabilities()[id]))
		}
		if c.Final != final || c.FinalBefore != before.Probabilities()[final] || c.FinalAfter != after.Probabilities()[final] {
			t.Errorf("%+v: final %d, %v to %v, want %d", test, c.Final, c.FinalBefore, c.FinalAfter, final)
		}
		if !slices.Equal(c.After, top(after)) || !slices.Equal(c.Before, top(before)) || len(c.After) != 10 {
			t.Errorf("%+v: lists %v and %v", test, c.Before, c.After)
		}
		if diff := c.Divergence - sum; diff > 1e-4 || diff < -1e-4 || (test.list == nil) != (c.Divergence == 0) {
			t.Errorf("%+v: a divergence of %v, want %v", test, c.Divergence, sum)
		}
	}
	var place *PlaceError
	if _, err := ask2(m, func() (*Comparison, error) { return m.Compare(newest+1, nil) }); !errors.As(err, &place) {
		t.Errorf("after the newest token: %v", err)
	}
	// The baseline is that of the switches that the run has.
	to(t, m, h, func() bool { goes, err := m.Switch(offs); return goes && err == nil })
	c, err := ask2(m, func() (*Comparison, error) { return m.Compare(newest, offs) })
	if err != nil || c.Divergence != 0 || !slices.Equal(c.Before, top(read(newest+1, offs))) {
		t.Errorf("the run as it is: %+v, %v", c, err)
	}
	to(t, m, h, m.Resume)
	choices := map[int]int{h.prompt: m.run.ids[h.prompt], h.prompt + 1: m.run.ids[h.prompt+1]}
	if want := switched(t, france, drawn(5), choices, offs); !slices.Equal(h.tokens, want) {
		t.Errorf("after comparing: %v, want %v", h.tokens, want)
	}
}

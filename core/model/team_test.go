package model

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"vitrine/core/gguf"
)

// localTeam is a team whose other members are in the same process.
type localTeam struct {
	others []*Member
	matrix int
	x      []float32
}

func (l *localTeam) Multiply(matrix int, x []float32) { l.matrix, l.x = matrix, x }

func (l *localTeam) Gather(dst []float32, _, _, _ int) {
	for _, m := range l.others {
		product, from, to := m.Multiply(l.matrix, l.x)
		rows, cols := m.Shape(l.matrix)
		for t := range len(l.x) / cols {
			copy(dst[t*rows+from:t*rows+to], product[t*rows+from:t*rows+to])
		}
	}
}

func (l *localTeam) Row(dst []float32, matrix, row int) {
	for _, m := range l.others {
		if values := m.Row(matrix, row); values != nil {
			copy(dst, values)
		}
	}
}

// TestTeamGivesTheSameBits shares the default model between members.
func TestTeamGivesTheSameBits(t *testing.T) {
	ids := []int{2061, 318, 262, 3139, 286, 4881, 30, 8191, 0}
	want := forwardTeam(t, 1, ids)
	for _, parts := range []int{2, 3, 5} {
		if got := forwardTeam(t, parts, ids); !slices.Equal(got, want) {
			t.Errorf("a team of %d gives other logits than one model", parts)
		}
	}
}

// forwardTeam returns the logits after ids, read as a batch and one by one.
func forwardTeam(t *testing.T, parts int, ids []int) []float32 {
	t.Helper()
	raw, err := os.ReadFile(defaultModel)
	if err != nil {
		t.Fatal(err)
	}
	open := func() *gguf.Reader {
		r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var team Team
	if parts > 1 {
		local := &localTeam{}
		for part := 1; part < parts; part++ {
			m, err := LoadPart(open(), part, parts, nil)
			if err != nil {
				t.Fatal(err)
			}
			local.others = append(local.others, NewMember(m))
		}
		team = local
	}
	m, err := LoadPart(open(), 0, parts, team)
	if err != nil {
		t.Fatal(err)
	}
	s := m.NewSession(2 * len(ids))
	batch, err := s.Forward(ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Clone(batch)
	for _, id := range ids {
		one, err := s.Forward([]int{id}, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one...)
	}
	return all
}

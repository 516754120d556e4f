package generate

import (
	"slices"

	"vitrine/core/decoding"
	"vitrine/core/model"
)

// comparedCount is how many tokens a comparison lists.
const comparedCount = 10

// A Comparison is what the model predicts after the token at a position, as the run has
// switched it and with other switches.
type Comparison struct {
	Position      int
	Before, After []decoding.Candidate // the most probable tokens, at most ten
	Divergence    float64              // Kullback-Leibler, of after from before, in nats
	// Final is the token that follows in the sequence or, where none does yet, the most
	// probable one before; its probabilities.
	Final                   int
	FinalBefore, FinalAfter float32
}

// baseline is what comparisons of one place begin with, kept for the next of them.
type baseline struct {
	ids      []int
	switches []model.Switch
	ranking  *decoding.Ranking
	logits   []float32
}

// Compare reads the ids up to position in a session of its own, as the run does and with
// other switches in place of the run's. The run stays as it is, and need not have come there.
func (m *Machine) Compare(position int, switches []model.Switch) (*Comparison, error) {
	r := m.run
	newest := min(len(r.ids), r.model.Config().Context) - 1
	if r.read == 0 {
		newest = -1
	}
	if position < 0 || position > newest {
		return nil, &PlaceError{"position", position, 0, newest}
	}
	ids := r.ids[:position+1]
	if b := &m.base; b.ranking == nil || !slices.Equal(b.ids, ids) || !slices.Equal(b.switches, r.options.Switches) {
		logits, ranking, err := m.beside(ids, r.options.Switches)
		if err != nil {
			return nil, err
		}
		m.base = baseline{slices.Clone(ids), slices.Clone(r.options.Switches), ranking, logits}
	}
	logits, ranking, err := m.beside(ids, switches)
	if err != nil {
		return nil, err
	}
	before := m.base.ranking
	c := &Comparison{Position: position, Divergence: decoding.Divergence(m.base.logits, logits), Final: m.tokenAfter(position, before)}
	c.FinalBefore, c.FinalAfter = before.Probabilities()[c.Final], ranking.Probabilities()[c.Final]
	c.Before, c.After = top(before), top(ranking)
	return c, nil
}

func top(ranking *decoding.Ranking) (best []decoding.Candidate) {
	for _, row := range ranking.All(0, comparedCount) {
		best = append(best, row.Candidate)
	}
	return best
}

// beside returns what follows ids, in a session of its own with the switches.
func (m *Machine) beside(ids []int, switches []model.Switch) ([]float32, *decoding.Ranking, error) {
	session := m.run.model.NewSession(len(ids))
	defer session.Close()
	if err := session.Switch(switches); err != nil {
		return nil, nil, err
	}
	logits, err := session.Forward(ids, m.aside)
	if err != nil {
		return nil, nil, err
	}
	ranking, err := decoding.NewRanking(logits)
	return logits, ranking, err
}

package generate

import (
	"slices"
	"strings"

	"vitrine/core/decoding"
	"vitrine/core/stage"
)

// lookup keeps the distribution that was looked at last.
type lookup struct {
	position int
	ranking  *decoding.Ranking // nil: none
}

// logitsAt returns the logits, [V], that follow the token at position. They are lent until
// the run goes on.
func (r *Run) logitsAt(position int) (logits []float32, err error) {
	if r.logits != nil && position == r.read-1+r.step {
		return r.logits, nil
	}
	err = r.Revisit(position, position, func(e *stage.Event) error {
		if e.Stage != stage.Head {
			return nil
		}
		logits = slices.Clone(e.Tensor("logits"))
		return ErrUnwound
	})
	return logits, err
}

// rankingAt returns the distribution that follows the token at position.
func (r *Run) rankingAt(position int) (*decoding.Ranking, error) {
	if r.seen.ranking != nil && r.seen.position == position {
		return r.seen.ranking, nil
	}
	logits, err := r.logitsAt(position)
	if err != nil {
		return nil, err
	}
	ranking, err := decoding.NewRanking(logits)
	if err == nil {
		r.seen = lookup{position, ranking}
	}
	return ranking, err
}

// topCount is how many tokens a row of the lens lists.
const topCount = 5

// A LensRow is what the model would predict if a layer were its last one.
type LensRow struct {
	Layer       int
	Top         []decoding.Candidate // the most probable tokens, at most five
	Rank        int                  // of the token that the step came to, 0-based
	Probability float32              // and its probability
}

// Lens is what the residual stream predicts after each layer that the run has done for the
// token at position: the final norm and the head applied to it. The token that it is
// compared with is the one that follows in the sequence or, where none does yet, the most
// probable one after the last of these layers. Source: nostalgebraist 2020, "interpreting
// GPT: the logit lens".
func (m *Machine) Lens(position int) ([]LensRow, error) {
	if err := m.reached(position, 0, stage.Residual2); err != nil {
		return nil, err
	}
	r := m.run
	var all []*decoding.Ranking // by layer
	logits := make([]float32, r.model.Config().Vocabulary)
	err := r.Revisit(position, position, func(e *stage.Event) error {
		if err := m.host.Breathe(); err != nil {
			return err
		}
		if e.Stage != stage.Residual2 {
			return nil
		}
		if m.reached(position, e.Layer, stage.Residual2) != nil {
			return ErrUnwound
		}
		x := e.Tensor("sum")
		r.model.Lens(logits, x[len(x)-r.model.Config().Embedding:])
		ranking, err := decoding.NewRanking(logits)
		all = append(all, ranking)
		return err
	})
	if err != nil {
		return nil, err
	}
	id := m.tokenAfter(position, all[len(all)-1])
	rows := make([]LensRow, len(all))
	for layer, ranking := range all {
		rows[layer] = LensRow{Layer: layer, Rank: ranking.Rank(id), Probability: ranking.Probabilities()[id]}
		for _, best := range ranking.All(0, topCount) {
			rows[layer].Top = append(rows[layer].Top, best.Candidate)
		}
	}
	return rows, nil
}

// tokenAfter returns the token at the position after one, or else the best of a ranking.
func (m *Machine) tokenAfter(position int, ranking *decoding.Ranking) int {
	if r := m.run; position+1 < len(r.ids) {
		return r.ids[position+1]
	}
	if m.inside && m.at.Stage >= stage.DecodeStop && m.at.Stage < stage.Append {
		return m.run.now.ID
	}
	return ranking.All(0, 1)[0].ID
}

// A Page is a part of the vocabulary in the distribution that follows a token.
type Page struct {
	Total               int     // how many tokens were found, of which Rows has some
	Sum                 float64 // of the probabilities of all that were found
	Entropy, Perplexity float64 // of the whole distribution; nats
	Rows                []decoding.Ranked
}

// Candidates returns the tokens of the vocabulary that have search in their text, in small
// letters or capitals: count of them from the given one on, by rank, in the distribution
// that follows the token at position.
func (m *Machine) Candidates(position int, search string, from, count int) (Page, error) {
	if err := m.reached(position, -1, stage.Head); err != nil {
		return Page{}, err
	}
	ranking, err := m.run.rankingAt(position)
	if err != nil {
		return Page{}, err
	}
	p := Page{Entropy: decoding.Entropy(ranking.Probabilities()), Perplexity: decoding.Perplexity(ranking.Probabilities())}
	if search == "" {
		p.Total, p.Sum, p.Rows = m.run.model.Config().Vocabulary, ranking.Total(), ranking.All(from, count)
		return p, nil
	}
	var found []int
	search = strings.ToLower(search)
	for id := range m.run.model.Config().Vocabulary {
		if strings.Contains(strings.ToLower(m.run.tokenizer.Text(id)), search) {
			found = append(found, id)
		}
	}
	p.Total, p.Sum, p.Rows = len(found), ranking.Sum(found), ranking.Page(found, from, count)
	return p, nil
}

package generate

import (
	"slices"
	"strings"

	"vitrine/core/decoding"
	"vitrine/core/kernel"
	"vitrine/core/stage"
)

// lookup keeps what the last look at a distribution computed.
type lookup struct {
	position int
	logits   []float32 // [V]; nil: nothing was looked at
	of       []float32 // the logits that order ranks
	order    []int     // ids by rank
}

// logitsAt returns the logits, [V], that follow the token at position. They are lent until
// the run goes on.
func (r *Run) logitsAt(position int) ([]float32, error) {
	if r.logits != nil && position == r.read-1+r.step {
		return r.logits, nil
	}
	if r.seen.logits != nil && r.seen.position == position {
		return r.seen.logits, nil
	}
	err := r.Revisit(position, position, func(e *stage.Event) error {
		if e.Stage != stage.Head {
			return nil
		}
		r.seen = lookup{position: position, logits: slices.Clone(e.Tensor("logits"))}
		return ErrUnwound
	})
	return r.seen.logits, err
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
	var all [][]float32 // [L, V]
	err := r.Revisit(position, position, func(e *stage.Event) error {
		if err := m.host.Breathe(); err != nil {
			return err
		}
		if e.Stage != stage.Residual2 {
			return nil
		}
		if err := m.reached(position, e.Layer, stage.Residual2); err != nil {
			return ErrUnwound
		}
		x := e.Tensor("sum")
		logits := make([]float32, r.model.Config().Vocabulary)
		r.model.Lens(logits, x[len(x)-r.model.Config().Embedding:])
		all = append(all, logits)
		return nil
	})
	if err != nil {
		return nil, err
	}
	id := m.tokenAfter(position, all[len(all)-1])
	rows := make([]LensRow, len(all))
	for layer, logits := range all {
		probs := slices.Clone(logits)
		kernel.Softmax(probs)
		rows[layer] = LensRow{Layer: layer, Rank: rankOf(logits, id), Probability: probs[id]}
		for _, best := range ranked(logits, topCount) {
			rows[layer].Top = append(rows[layer].Top, decoding.Candidate{ID: best, Logit: logits[best], Probability: probs[best]})
		}
	}
	return rows, nil
}

// tokenAfter returns the token at the position after one, or else the best by logits.
func (m *Machine) tokenAfter(position int, logits []float32) int {
	if r := m.run; position+1 < len(r.ids) {
		return r.ids[position+1]
	}
	if m.inside && m.at.Stage >= stage.DecodeStop && m.at.Stage < stage.Append {
		return m.run.now.ID
	}
	return ranked(logits, 1)[0]
}

// Ranked is a token among all of the vocabulary.
type Ranked struct {
	decoding.Candidate
	Rank int // 0-based, by logit; of equal ones the lower id comes first
}

// Candidates returns how many tokens of the vocabulary have search in their text, in small
// letters or capitals, and count of them from the given one on, by rank, in the distribution
// that follows the token at position.
func (m *Machine) Candidates(position int, search string, from, count int) (total int, rows []Ranked, err error) {
	if err := m.reached(position, -1, stage.Head); err != nil {
		return 0, nil, err
	}
	r := m.run
	logits, err := r.logitsAt(position)
	if err != nil {
		return 0, nil, err
	}
	if len(r.seen.of) == 0 || &r.seen.of[0] != &logits[0] || r.seen.position != position {
		r.seen.position, r.seen.of, r.seen.order = position, logits, ranked(logits, len(logits))
	}
	probs := slices.Clone(logits)
	kernel.Softmax(probs)
	search = strings.ToLower(search)
	for rank, id := range r.seen.order {
		if search != "" && !strings.Contains(strings.ToLower(r.tokenizer.Text(id)), search) {
			continue
		}
		if total >= from && len(rows) < count {
			rows = append(rows, Ranked{decoding.Candidate{ID: id, Logit: logits[id], Probability: probs[id]}, rank})
		}
		total++
	}
	return total, rows, nil
}

func rankOf(logits []float32, id int) int { return slices.Index(ranked(logits, len(logits)), id) }

func ranked(logits []float32, n int) []int {
	order := make([]int, len(logits))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case logits[a] > logits[b]:
			return -1
		case logits[a] < logits[b]:
			return 1
		}
		return a - b
	})
	return order[:min(n, len(order))]
}

package generate

import (
	"math"
	"strings"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/stage"
)

// TestCandidatesMeasureTheDistribution compares what a page says of the distribution with
// the probabilities that the run itself had.
func TestCandidatesMeasureTheDistribution(t *testing.T) {
	m, h := start(t, "Once upon a time", drawn(3))
	to(t, m, h, m.Resume)
	for position := h.prompt - 1; position < h.prompt+2; position++ {
		parts := ask(m, func() []Part {
			parts, err := m.Inspect(Query{Stage: stage.Softmax, Layer: -1, Position: position, Head: -1, From: -1})
			if err != nil {
				t.Error(err)
			}
			return parts
		})
		probs := parts[0].Data
		for _, search := range []string{"", "DAY", "no token has this text"} {
			p := ask(m, func() Page {
				p, err := m.Candidates(position, search, 1, 4)
				if err != nil {
					t.Error(err)
				}
				return p
			})
			if p.Entropy != decoding.Entropy(probs) || p.Perplexity != math.Exp(p.Entropy) || p.Entropy <= 0 {
				t.Errorf("position %d: entropy %v, perplexity %v, want %v", position, p.Entropy, p.Perplexity, decoding.Entropy(probs))
			}
			total, sum := 0, 0.0
			for id, x := range probs {
				if strings.Contains(strings.ToLower(m.run.tokenizer.Text(id)), strings.ToLower(search)) {
					total++
					sum += float64(x)
				}
			}
			if p.Total != total || p.Sum != sum || len(p.Rows) != max(0, min(4, total-1)) {
				t.Errorf("position %d, %q: %d tokens with %v, %d rows; want %d with %v", position, search, p.Total, p.Sum, len(p.Rows), total, sum)
			}
		}
	}
}

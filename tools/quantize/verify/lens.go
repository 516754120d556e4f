package verify

import (
	"context"
	"slices"

	"vitrine/core/model"
	"vitrine/core/stage"
)

// lensPositions is at how many positions, spread evenly over the text, the logit lens is
// compared at most: each costs one product with the token table a layer, so that all of
// them take about as long as reading the text.
const lensPositions = 64

// lensComparison compares what two models would predict after each layer.
type lensComparison struct {
	models  [2]*model.Model
	tokens  int                  // of the text
	streams [2][][]float32       // of the window that was read last, by layer: [T, C]
	sums    []comparisonOfLogits // by layer
}

func newLensComparison(before, after *model.Model, tokens int) *lensComparison {
	c := &lensComparison{models: [2]*model.Model{before, after}, tokens: tokens}
	c.sums = make([]comparisonOfLogits, min(before.Config().Layers, after.Config().Layers))
	for i := range c.streams {
		c.streams[i] = make([][]float32, len(c.sums))
	}
	return c
}

// observe keeps the residual stream after each layer of a window that a model reads.
func (c *lensComparison) observe(of int) stage.Observer {
	return func(e *stage.Event) error {
		if e.Stage == stage.Residual2 && e.Layer < len(c.sums) {
			c.streams[of][e.Layer] = slices.Clone(e.Tensor("sum"))
		}
		return nil
	}
}

// add compares at some positions of a window that both have read: n tokens of the text, from
// one on.
func (c *lensComparison) add(ctx context.Context, from, n int) error {
	logits := [2][]float32{}
	for i, m := range c.models {
		logits[i] = make([]float32, m.Config().Vocabulary)
	}
	for i := range n {
		if !c.picks(from + i) {
			continue
		}
		for layer := range c.sums {
			if err := ctx.Err(); err != nil {
				return err
			}
			for of, m := range c.models {
				width := m.Config().Embedding
				m.Lens(logits[of], c.streams[of][layer][i*width:][:width])
			}
			c.sums[layer].add(logits[0], logits[1], -1)
		}
	}
	return nil
}

// picks reports whether a token of the text is one of those that are compared.
func (c *lensComparison) picks(token int) bool {
	n := min(lensPositions, c.tokens)
	return (token+1)*n/c.tokens > token*n/c.tokens
}

func (c *lensComparison) result() (layers []Layer) {
	for layer, sum := range c.sums {
		n := float64(sum.positions)
		layers = append(layers, Layer{layer, sum.positions, float64(sum.same) / n, sum.kl / n, sum.maxKL})
	}
	return layers
}

package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/tokenizer"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
)

// Logits says how far the predictions of the two models on a text are apart.
type Logits struct {
	Tokens     int     `json:"tokens"`     // that were read
	Positions  int     `json:"positions"`  // at which the predictions were compared
	Agreement  float64 `json:"agreement"`  // share of positions with the same first choice
	MeanKL     float64 `json:"meanKL"`     // Kullback-Leibler divergence from the checkpoint's distribution, in nats
	MaxKL      float64 `json:"maxKL"`      //
	MaxLogit   float64 `json:"maxLogit"`   // largest difference of two logits
	Perplexity Pair    `json:"perplexity"` // of the text
	Lens       []Layer `json:"lens"`       // the logit lens after each layer
}

// Layer says how far apart the predictions are that the two models would make if a layer
// were their last one. See model.Model.Lens.
type Layer struct {
	Layer     int     `json:"layer"`     // 0-based
	Positions int     `json:"positions"` // at which they were compared
	Agreement float64 `json:"agreement"` // as in Logits
	MeanKL    float64 `json:"meanKL"`
	MaxKL     float64 `json:"maxKL"`
}

// Pair is a number of the checkpoint and that of the file.
type Pair struct {
	Before float64 `json:"before"`
	After  float64 `json:"after"`
}

// Text is what the models read where the user gives nothing else: plain prose, with
// a name, numbers and punctuation.
const Text = `The capital of France is Paris, and the capital of Germany is Berlin. Once upon a time there was a small village at the edge of a forest, where an old woman lived with her cat. Every morning she walked to the well, fetched two buckets of water, and told the children a story. "What happened then?" they asked. In 1969, three men flew to the Moon; two of them walked on it. Water boils at 100 degrees Celsius, and light travels about 300,000 kilometres in one second. The boy opened the door, looked outside, and saw that the rain had stopped.
`

// Predictions runs the checkpoint, in float32, and the file on a text, of which at
// most limit tokens are read, in windows as long as the models' context or of 128
// tokens. Both models are in memory, the checkpoint's with four bytes a weight.
func Predictions(ctx context.Context, source *checkpoint.Model, file *gguf.Reader, text string, limit int) (*Logits, error) {
	words, err := tokenizer.New(file.Metadata())
	if err != nil {
		return nil, err
	}
	ids := words.Encode(text)
	ids = ids[:min(len(ids), limit)]
	if len(ids) < 2 {
		return nil, fmt.Errorf("the text has %d tokens, want 2 at least", len(ids))
	}
	before, err := load(ctx, source)
	if err != nil {
		return nil, err
	}
	after, err := model.Load(file)
	if err != nil {
		return nil, err
	}
	if b, a := before.Config(), after.Config(); a.Vocabulary != b.Vocabulary {
		return nil, fmt.Errorf("got a vocabulary of %d, want %d", a.Vocabulary, b.Vocabulary)
	}
	lens := newLensComparison(before, after, len(ids))
	const window = 128 // the logits of one are 50 MB for GPT-2's vocabulary, in both models
	size := min(window, before.Config().Context, after.Config().Context)
	var sum comparisonOfLogits
	for from := 0; from < len(ids)-1 || from == 0; from += size {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := ids[from:min(from+size, len(ids))]
		x, err := before.NewSession(len(part)).ForwardAll(part, lens.observe(0))
		if err != nil {
			return nil, err
		}
		y, err := after.NewSession(len(part)).ForwardAll(part, lens.observe(1))
		if err != nil {
			return nil, err
		}
		if err := lens.add(ctx, from, len(part)); err != nil {
			return nil, err
		}
		v := before.Config().Vocabulary
		for i := range part {
			next := -1
			if from+i+1 < len(ids) {
				next = ids[from+i+1]
			}
			sum.add(x[i*v:][:v], y[i*v:][:v], next)
		}
	}
	result := sum.result(len(ids))
	result.Lens = lens.result()
	return result, nil
}

// load brings the checkpoint into the engine as it is, in float32.
func load(ctx context.Context, source *checkpoint.Model) (*model.Model, error) {
	infos, _ := convert.Plan(source, gguf.F32)
	size, err := gguf.FileSize(convert.Metadata(source, convert.Options{Type: gguf.F32}), infos)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		_, err := convert.Write(ctx, w, source, convert.Options{Type: gguf.F32})
		w.CloseWithError(err) // nil: the end of the file
		written <- err
	}()
	file, err := gguf.NewReader(r, size)
	var m *model.Model
	if err == nil {
		m, err = model.Load(file)
	}
	r.CloseWithError(errors.New("verify: read enough")) // ends a Write that nobody reads
	if problem := <-written; err != nil && problem != nil && errors.Is(err, problem) {
		err = problem // says more
	}
	return m, err
}

// comparisonOfLogits gathers Logits.
type comparisonOfLogits struct {
	positions, same, predicted int
	kl, maxKL, maxLogit        float64
	lossBefore, lossAfter      float64 // sums of -log p of the tokens that follow
}

// add compares two rows of logits, [V]. next is the token that follows, -1 if none
// does.
func (c *comparisonOfLogits) add(x, y []float32, next int) {
	topX, sumX := softmax(x)
	topY, sumY := softmax(y)
	kl := 0.0
	for i := range x {
		logP := float64(x[i]) - sumX
		kl += math.Exp(logP) * (logP - (float64(y[i]) - sumY))
		c.maxLogit = max(c.maxLogit, math.Abs(float64(x[i])-float64(y[i])))
	}
	kl = max(kl, 0) // rounding can take it below
	c.positions++
	c.kl += kl
	c.maxKL = max(c.maxKL, kl)
	if topX == topY {
		c.same++
	}
	if next >= 0 {
		c.predicted++
		c.lossBefore += sumX - float64(x[next])
		c.lossAfter += sumY - float64(y[next])
	}
}

// softmax returns the first choice, and the logarithm of the sum of all exponentials.
func softmax(x []float32) (top int, logSum float64) {
	for i, v := range x {
		if v > x[top] {
			top = i
		}
	}
	for _, v := range x {
		logSum += math.Exp(float64(v) - float64(x[top]))
	}
	return top, float64(x[top]) + math.Log(logSum)
}

func (c *comparisonOfLogits) result(tokens int) *Logits {
	n, predicted := float64(c.positions), float64(c.predicted)
	return &Logits{
		Tokens: tokens, Positions: c.positions, Agreement: float64(c.same) / n,
		MeanKL: c.kl / n, MaxKL: c.maxKL, MaxLogit: c.maxLogit,
		Perplexity: Pair{math.Exp(c.lossBefore / predicted), math.Exp(c.lossAfter / predicted)},
	}
}

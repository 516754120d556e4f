package verify

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/quant"
)

// TestPredictionFigures compares two distributions whose figures are known: logits
// are the logarithms of p = (1/2, 1/4, 1/4) and q = (1/4, 1/2, 1/4), which softmax
// gives back whatever is added to all of them.
func TestPredictionFigures(t *testing.T) {
	ln := func(add float64, p ...float64) (x []float32) {
		for _, v := range p {
			x = append(x, float32(math.Log(v)+add))
		}
		return x
	}
	var c comparisonOfLogits
	c.add(ln(3, 0.5, 0.25, 0.25), ln(3, 0.25, 0.5, 0.25), 0)
	c.add(ln(0, 0.5, 0.25, 0.25), ln(7, 0.5, 0.25, 0.25), 1)
	c.add(ln(0, 0.5, 0.25, 0.25), ln(0, 0.5, 0.25, 0.25), -1) // the last: nothing follows
	got := c.result(4)
	kl := 0.25 * math.Ln2 // 1/2 ln 2 - 1/4 ln 2
	want := Logits{Tokens: 4, Positions: 3, Agreement: 2.0 / 3, MeanKL: kl / 3, MaxKL: kl, MaxLogit: 7,
		Perplexity: Pair{Before: math.Sqrt(2 * 4), After: math.Sqrt(4 * 4)}}
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(1, math.Abs(b)) } // float32 logits
	if got.Tokens != want.Tokens || got.Positions != want.Positions || !near(got.Agreement, want.Agreement) || !near(got.MeanKL, want.MeanKL) || !near(got.MaxKL, want.MaxKL) ||
		!near(got.MaxLogit, want.MaxLogit) || !near(got.Perplexity.Before, want.Perplexity.Before) || !near(got.Perplexity.After, want.Perplexity.After) {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

// TestLensPositions: the positions are spread over the text, and all of a short one.
func TestLensPositions(t *testing.T) {
	for _, tokens := range []int{2, 63, 64, 65, 138, 256} {
		c := lensComparison{tokens: tokens}
		picked, last, widest := 0, -1, 0
		for token := range tokens {
			if c.picks(token) {
				picked, widest, last = picked+1, max(widest, token-last), token
			}
		}
		if want := min(tokens, 64); picked != want || last != tokens-1 || widest > (tokens+want-1)/want {
			t.Errorf("%d tokens: picks %d, the last %d, at most %d apart", tokens, picked, last, widest)
		}
	}
}

// TestAllowed: what the type stores is within its bounds for weights of every size,
// and what is a little further away is not.
func TestAllowed(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, stored, bounds := make([]float32, 64), make([]float32, 64), make([]float64, 64)
	blocks := make([]byte, 2*quant.BlockBytes)
	closest := map[gguf.Type]float64{}
	for range 20000 {
		size := math.Exp2(float64(rng.IntN(40) - 30))
		for i := range x {
			x[i] = float32(rng.NormFloat64() * size)
		}
		for _, typ := range []gguf.Type{gguf.Q8_0, gguf.F16, gguf.F32} {
			copy(stored, x)
			switch typ {
			case gguf.Q8_0:
				quant.QuantizeRow(blocks, x)
				quant.DequantizeRow(stored, blocks)
			case gguf.F16:
				for i, v := range x {
					stored[i] = quant.Float16ToFloat32(quant.Float32ToFloat16(v))
				}
			}
			allowed(bounds, x, typ)
			for i := range x {
				d := math.Abs(float64(stored[i]) - float64(x[i]))
				if d > bounds[i] {
					t.Fatalf("%v: %v is stored as %v, %v away, want at most %v", typ, x[i], stored[i], d, bounds[i])
				}
				if d > 0 {
					closest[typ] = max(closest[typ], d/bounds[i])
				}
			}
		}
	}
	if closest[gguf.Q8_0] < 0.85 || closest[gguf.F16] < 0.99 || closest[gguf.F32] != 0 {
		t.Errorf("bounds too wide: got at most %v of them", closest)
	}
}

func TestStatistics(t *testing.T) {
	p := statistics([]float32{-3, 1, 1, 1})
	if p.mean != 0 || p.sigma != math.Sqrt(3) || p.largest != 3 || p.low != -3 || p.high != 1 {
		t.Errorf("got %+v", p)
	}
	for v, want := range map[float32]int{-3: 0, 1: bins - 1, -1: bins / 2, -99: 0, 99: bins - 1} {
		if got := p.bin(v); got != want {
			t.Errorf("%v: got bin %d, want %d", v, got, want)
		}
	}
	if flat := statistics([]float32{2, 2}); flat.bin(2) != 0 || flat.sigma != 0 {
		t.Errorf("of equal values: got %+v", flat)
	}
}

// TestSpikes: a block counts where one value is far above the others, not where two
// are, or none.
func TestSpikes(t *testing.T) {
	row := make([]float32, 4*quant.BlockSize)
	for i := range row {
		row[i] = 1 - 2*float32(i%2)
	}
	row[5] = 9                 // alone
	row[40], row[41] = 90, -90 // two
	row[70] = 7.9              // not far enough
	var tensor Tensor
	tensor.spikes(row, gguf.Q8_0)
	if tensor.Blocks != 4 || tensor.Spiked != 1 {
		t.Errorf("got %d of %d blocks", tensor.Spiked, tensor.Blocks)
	}
	tensor.spikes(row, gguf.F16)
	if tensor.Blocks != 4 {
		t.Error("F16 has no blocks")
	}
}

func TestWorstRows(t *testing.T) {
	var tensor Tensor
	for row, d := range []float32{1, 5, 0, 3, 7, 2, 6, 5} {
		f := quant.NewFigures()
		f.Add([]float32{10, 10}, []float32{10 + d, 10})
		tensor.addRow(row, []float32{10, 10}, f)
	}
	var rows []int
	for _, r := range tensor.Rows {
		rows = append(rows, r.Row)
	}
	if want := []int{4, 6, 1, 7, 3}; !slices.Equal(rows, want) {
		t.Errorf("got rows %v, want %v", rows, want)
	}
}

func TestRatio(t *testing.T) {
	for r, want := range map[Ratio]string{45.123456: "45.12", Ratio(math.Inf(1)): "null", -3: "-3"} {
		if got, err := json.Marshal(r); err != nil || string(got) != want {
			t.Errorf("%v: got %s, error %v, want %s", r, got, err, want)
		}
	}
}

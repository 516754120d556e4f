package model

import (
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/kernel"
	"vitrine/core/stage"
)

// Tolerances of the float32 path against PyTorch's float64. Relative: the
// project's promise. Absolute, for values that cancel to near zero: the sums have
// up to 128 terms of magnitude 1 to 10, each rounded to 6e-8 of the sum so far.
// From the first scores on, queries, keys and values of magnitude up to 10 have passed
// through 16 bits, each off by up to 10/65534: a score is a sum of 8 products of two of
// them, all else is smaller.
const (
	goldenRelative = 1e-4
	goldenAbsolute = 1e-5
	scoresAbsolute = 2e-3
	cachedAbsolute = 1e-3
)

// TestStagesMatchPyTorch compares every tensor of every stage, for the prompt as
// one batch and token by token.
func TestStagesMatchPyTorch(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			m := g.file(t).load(t)
			for _, size := range []int{len(g.ids), 5, 1} {
				s := m.NewSession(m.Config().Context)
				c := comparison{golden: g, t: t, seen: make(map[string]bool)}
				for ids := range slices.Chunk(g.ids, size) {
					if _, err := s.ForwardAll(ids, c.observe); err != nil {
						t.Fatal(err)
					}
				}
				if len(c.seen) != len(g.tensors) {
					t.Errorf("%d rows a pass: compared %d tensors, want %d", size, len(c.seen), len(g.tensors))
				}
				t.Logf("%d rows a pass: worst error is %.3f of the tolerance, in %s", size, c.worst, c.worstAt)
			}
		})
	}
}

// comparison observes passes and compares their tensors with the golden ones.
type comparison struct {
	golden
	t        *testing.T
	seen     map[string]bool
	absolute float64 // tolerance of the stage
	worst    float64 // error / tolerance
	worstAt  string
}

func (c *comparison) observe(ev *stage.Event) error {
	switch ev.Stage {
	case stage.Embed:
		c.absolute = goldenAbsolute
	case stage.AttentionScores:
		c.absolute = scoresAbsolute
	case stage.AttentionScale:
		c.absolute = cachedAbsolute
	}
	for _, tensor := range ev.Tensors() {
		name := fmt.Sprintf("%v/%s", ev.Stage, tensor.Name)
		if ev.Layer >= 0 {
			name = fmt.Sprintf("%d/%s", ev.Layer, name)
		}
		c.seen[name] = true
		want, ok := c.tensors[name]
		if !ok {
			return fmt.Errorf("%s: PyTorch has no such tensor", name)
		}
		if err := c.compare(name, tensor, want.rows(ev, tensor)); err != nil {
			return err
		}
	}
	return nil
}

// rows returns the part of the golden tensor that belongs to the event's rows.
func (g goldenTensor) rows(ev *stage.Event, tensor stage.Tensor) []float32 {
	first, n := ev.Position-ev.Tokens+1, ev.Tokens
	switch tensor.Name {
	case "scale", "shift": // [C], the same for all rows
		return g.data
	case "scores", "scaled", "weights": // [H, T, T] here, [H, n, P] there
		var part []float32
		heads, t := g.shape[0], g.shape[1]
		for h := range heads {
			for row := first; row < first+n; row++ {
				part = append(part, g.data[(h*t+row)*t:][:ev.Position+1]...)
			}
		}
		return part
	}
	size := len(g.data) / g.shape[0]
	return g.data[first*size : (first+n)*size]
}

func (c *comparison) compare(name string, got stage.Tensor, want []float32) error {
	size := 1
	for _, n := range got.Shape {
		size *= n
	}
	if size != len(got.Data) || len(got.Data) != len(want) {
		return fmt.Errorf("%s: got %d values of shape %v, want %d", name, len(got.Data), got.Shape, len(want))
	}
	for i, v := range got.Data {
		tolerance := c.absolute + goldenRelative*math.Abs(float64(want[i]))
		share := math.Abs(float64(v)-float64(want[i])) / tolerance
		if !(share <= 1) {
			return fmt.Errorf("%s[%d] of shape %v: got %v, want %v", name, i, got.Shape, v, want[i])
		}
		if share > c.worst {
			c.worst, c.worstAt = share, name
		}
	}
	return nil
}

// TestGreedyMatchesPyTorch generates up to the end of the context.
func TestGreedyMatchesPyTorch(t *testing.T) {
	for _, g := range goldens(t) {
		m := g.file(t).load(t)
		got := greedy(t, m.NewSession(m.Config().Context), g.ids, len(g.greedy))
		if !slices.Equal(got, g.greedy) {
			t.Errorf("%s: got %v, want %v", g.name, got, g.greedy)
		}
	}
}

// greedy reads ids and returns the n most probable tokens that follow.
func greedy(t *testing.T, s *Session, ids []int, n int) []int {
	t.Helper()
	var out []int
	for range n {
		logits := forward(t, s, ids)
		ids = []int{slices.Index(logits, slices.Max(logits))}
		out = append(out, ids[0])
	}
	return out
}

// forward returns a copy of the logits.
func forward(t testing.TB, s *Session, ids []int) []float32 {
	t.Helper()
	logits, err := s.Forward(ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(logits)
}

// TestInt8NearFloat32 bounds what int8 costs. Errors are relative to the root mean
// square of the exact logits, the worst of all positions and tokens. The bounds are
// about one and a half times and twice what was measured.
func TestInt8NearFloat32(t *testing.T) {
	const (
		weightsBound    = 0.1    // weights rounded to 1/127 of the largest of 32; measured 0.066
		arithmeticBound = 1.1e-3 // the same weights, activations rounded to 16 bits; measured 5.6e-4
	)
	for _, g := range goldens(t) {
		int8File := g.file(t).convert(gguf.Q8_0, matrix)
		m := int8File.load(t)
		if got := m.Config().Weights; got != "Q8_0" {
			t.Errorf("%s: got most weights as %s, want Q8_0", g.name, got)
		}
		got := forwardAll(t, m, g.ids)
		exact := g.tensors["head/logits"].data
		twin := forwardAll(t, int8File.convert(gguf.F32, matrix).load(t), g.ids)

		weights, arithmetic := worstRelative(got, exact), worstRelative(got, twin)
		t.Logf("%s: weights and arithmetic %.4f, arithmetic alone %.2g", g.name, weights, arithmetic)
		if !(weights <= weightsBound) {
			t.Errorf("%s: got an error of %v against float32 weights, want at most %v", g.name, weights, weightsBound)
		}
		if !(arithmetic <= arithmeticBound) {
			t.Errorf("%s: got an error of %v against the same weights in float32, want at most %v", g.name, arithmetic, arithmeticBound)
		}
	}
}

func forwardAll(t *testing.T, m *Model, ids []int) []float32 {
	t.Helper()
	logits, err := m.NewSession(len(ids)).ForwardAll(ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	return logits
}

// worstRelative returns the largest difference over the root mean square of want.
func worstRelative(got, want []float32) float64 {
	var worst, squares float64
	for i, w := range want {
		worst = max(worst, math.Abs(float64(got[i])-float64(w)))
		squares += float64(w) * float64(w)
	}
	return worst / math.Sqrt(squares/float64(len(want)))
}

// TestSameBitsEverywhere: natively, in portable wasm and in SIMD wasm the logits
// are the same to the bit. The checksums change only with the order of sums and the
// formulas of functions, which are part of the kernels' contract, or with the weights.
// Sinusoidal variants are left out: their table comes from package math, which may fuse
// on some machines.
func TestSameBitsEverywhere(t *testing.T) {
	want := map[string]uint32{
		"gelu-learned-untied F32":           0x833da59a,
		"gelu-learned-untied Q8_0":          0xa1339b2c,
		"gelu_new-learned-tied F32":         0x341622ce,
		"gelu_new-learned-tied Q8_0":        0xf5717673,
		"gelu_new-learned-tied-nobias F32":  0x0215b6bd,
		"gelu_new-learned-tied-nobias Q8_0": 0x49dffd66,
		"relu-learned-tied F32":             0x5db3db36,
		"relu-learned-tied Q8_0":            0xf9da1ec6,
	}
	for _, g := range goldens(t) {
		if g.position != "learned" {
			continue
		}
		f := g.file(t)
		for _, kind := range []gguf.Type{gguf.F32, gguf.Q8_0} {
			name := fmt.Sprintf("%s %v", g.name, kind)
			logits := forwardAll(t, f.convert(kind, matrix).load(t), g.ids)
			if got := crc32.ChecksumIEEE(encode(gguf.F32, logits)); got != want[name] {
				t.Errorf("%s, %s kernels: got %#08x, want %#08x", name, kernel.Name(), got, want[name])
			}
		}
	}
}

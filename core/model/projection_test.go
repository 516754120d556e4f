package model

import (
	"fmt"
	"math"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/stage"
)

// TestProjection adds up each number of attention's output from the mix, the weights and the
// bias. Rounding of the activations to 16 bits moves a product by half a step of the row.
func TestProjection(t *testing.T) {
	for _, kind := range []gguf.Type{gguf.F32, gguf.Q8_0} {
		m := gpt2(t).convert(kind, matrix).load(t)
		c := m.Config().Embedding
		weights := make([]float32, c)
		seen := 0
		_, err := m.NewSession(3).Forward([]int{1, 2, 3}, func(ev *stage.Event) error {
			if ev.Stage != stage.AttentionMix {
				return nil
			}
			mix, out := ev.Tensor("mix"), ev.Tensor("output")
			for i, got := range out {
				row := mix[i/c*c:][:c]
				var largest float64
				for _, x := range row {
					largest = max(largest, math.Abs(float64(x)))
				}
				sum := float64(m.Projection(weights, ev.Layer, i%c))
				bound := 1e-6 * math.Abs(sum)
				for k, w := range weights {
					sum += float64(row[k]) * float64(w)
					bound += math.Abs(float64(w)) * (largest/65534 + 1e-6*math.Abs(float64(row[k])))
				}
				near(t, fmt.Sprintf("%v layer %d, output %d", kind, ev.Layer, i), []float32{got}, []float64{sum}, bound*1.01)
				seen++
			}
			return nil
		})
		if err != nil || seen == 0 {
			t.Fatalf("%d numbers, %v", seen, err)
		}
	}
}

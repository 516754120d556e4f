package statedict

import (
	"math"

	"vitrine/tools/quantize/checkpoint"
)

// sinusoidal reports whether a position table [context, width] is that of the original
// Transformer: sines in even columns, cosines in odd ones. Half precision is near enough.
//
// Source: Vaswani et al. 2017, section 3.5.
func sinusoidal(t checkpoint.Stored) (bool, error) {
	const near = 1e-3
	row := make([]float32, t.Shape[1])
	for position := range t.Shape[0] {
		if err := t.Values.ReadAt(row, int64(position)*int64(len(row))); err != nil {
			return false, err
		}
		for i, got := range row {
			sin, cos := math.Sincos(float64(position) / math.Pow(10000, float64(i-i%2)/float64(len(row))))
			want := sin
			if i%2 == 1 {
				want = cos
			}
			if !(math.Abs(float64(got)-want) < near) {
				return false, nil
			}
		}
	}
	return true, nil
}

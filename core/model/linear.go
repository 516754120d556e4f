package model

import "vitrine/core/kernel"

// linear is y = Wx + b.
type linear struct {
	q8   *kernel.MatrixQ8  // [rows, cols]; exactly one of q8 and f32 is set
	f32  *kernel.MatrixF32 // [rows, cols]
	bias []float32         // [rows], or nil where the model has none
}

// apply sets dst, [T, rows], to the product with each row of x, [T, cols]. acts is
// scratch. A row of dst has the same bits whatever T is, and whoever computes it.
func (l *linear) apply(team *kernel.Team, dst, x []float32, acts *kernel.Activations) {
	if l.q8 != nil {
		acts.Quantize(team, x, l.q8.Cols())
		kernel.MatmulQ8(team, dst, acts, l.q8, l.bias)
	} else {
		kernel.MatmulF32(team, dst, x, l.f32)
		kernel.AddRow(dst, l.bias)
	}
}

// row sets dst, [cols], to one row of W in float32: an embedding.
func (l *linear) row(dst []float32, row int) {
	if l.q8 != nil {
		l.q8.Row(dst, row)
	} else {
		l.f32.Row(dst, row)
	}
}

// layerNorm is y = (x - mean) / sqrt(variance + epsilon) * scale + shift.
//
// Source: Ba et al. 2016, equation 4, over the embedding.
type layerNorm struct {
	scale   []float32 // [C]
	shift   []float32 // [C], or nil where the model has none
	epsilon float32
}

// apply normalizes each row of x, [T, C], into dst and leaves its statistics in
// mean and variance, [T].
func (n *layerNorm) apply(team *kernel.Team, dst, mean, variance, x []float32) {
	kernel.LayerNorm(team, dst, mean, variance, x, n.scale, n.shift, n.epsilon)
}

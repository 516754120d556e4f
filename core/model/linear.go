package model

import "vitrine/core/kernel"

// linear is y = Wx + b. It is the only place that multiplies matrices, and so the
// place where the members of a team share the work.
type linear struct {
	q8     *kernel.MatrixQ8  // [rows, cols]; exactly one of q8 and f32 is set
	f32    *kernel.MatrixF32 // [rows, cols]
	bias   []float32         // [rows], or nil where the model has none
	number int               // of the matrix, the same for every member of a team
	team   Team              // nil: this model holds all rows
}

// apply sets dst, [T, rows], to the product with each row of x, [T, cols]. acts is
// scratch. A row of dst has the same bits whatever T is, and whoever computes it.
func (l *linear) apply(dst, x []float32, acts *kernel.Activations) {
	if l.team != nil {
		l.team.Multiply(l.number, x)
	}
	l.multiply(dst, x, acts)
	if l.team != nil {
		rows, _ := l.shape()
		from, to := l.held()
		l.team.Gather(dst, rows, from, to)
	}
	if l.bias != nil {
		kernel.AddRow(dst, l.bias)
	}
}

// multiply sets those columns of dst, [T, rows], whose rows of W are held here.
func (l *linear) multiply(dst, x []float32, acts *kernel.Activations) {
	if l.q8 != nil {
		acts.Quantize(x, l.q8.Cols())
		kernel.MatmulQ8(dst, acts, l.q8)
	} else {
		kernel.MatmulF32(dst, x, l.f32)
	}
}

// row sets dst, [cols], to one row of W in float32: an embedding.
func (l *linear) row(dst []float32, row int) {
	if from, to := l.held(); row < from || row >= to {
		l.team.Row(dst, l.number, row)
	} else if l.q8 != nil {
		l.q8.Row(dst, row)
	} else {
		l.f32.Row(dst, row)
	}
}

// held returns the rows from <= r < to of W that are held here.
func (l *linear) held() (from, to int) {
	if l.q8 != nil {
		return l.q8.Held()
	}
	return l.f32.Held()
}

// shape returns the rows and columns of the whole W.
func (l *linear) shape() (rows, cols int) {
	if l.q8 != nil {
		return l.q8.Rows(), l.q8.Cols()
	}
	return l.f32.Rows(), l.f32.Cols()
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
func (n *layerNorm) apply(dst, mean, variance, x []float32) {
	c := len(n.scale)
	for t := range mean {
		row := x[t*c:][:c]
		mean[t], variance[t] = kernel.LayerNorm(dst[t*c:][:c], row, n.scale, n.shift, n.epsilon)
	}
}

package kernel

import "fmt"

// MatrixF32 is a matrix of float32 weights in groups of 8 rows (the last is
// padded with zero rows): for each group, for each column, the column of the 8
// rows. As in MatrixQ8, a lane is a row and memory is read in order.
type MatrixF32 struct {
	part
	cols int
	w    []float32 // [groups held, cols, 8]
}

// NewMatrixF32 returns a zero matrix.
func NewMatrixF32(rows, cols int) *MatrixF32 { return NewMatrixF32Part(rows, cols, 0, 1) }

// NewMatrixF32Part returns part i of n of a zero matrix: the rows that Held says.
func NewMatrixF32Part(rows, cols, i, n int) *MatrixF32 {
	if cols < 0 {
		panic(fmt.Sprintf("kernel: NewMatrixF32: rows of %d columns", cols))
	}
	m := &MatrixF32{part: newPart(rows, i, n), cols: cols}
	m.w = make([]float32, m.groups()*groupRows*cols)
	return m
}

// Cols returns the number of columns.
func (m *MatrixF32) Cols() int { return m.cols }

// SetRows stores whole rows, [n, cols], from row first on.
func (m *MatrixF32) SetRows(first int, data []float32) {
	if m.cols == 0 {
		checkLen("SetRows", "data", len(data), 0)
		return
	}
	n := len(data) / m.cols
	checkLen("SetRows", "data", len(data), n*m.cols)
	m.check("SetRows", first, first+n)
	for i, v := range data {
		m.w[m.index(first+i/m.cols, i%m.cols)] = v
	}
}

// Row writes a row to dst, [cols].
func (m *MatrixF32) Row(dst []float32, row int) {
	checkLen("Row", "dst", len(dst), m.cols)
	m.check("Row", row, row+1)
	for c := range dst {
		dst[c] = m.w[m.index(row, c)]
	}
}

func (m *MatrixF32) index(row, col int) int {
	return (m.at(row/groupRows)*m.cols+col)*groupRows + row%groupRows
}

// MatmulF32 computes dst[t, r] = sum over c of x[t, c] * w[r, c], c ascending;
// dst is [T, rows], x is [T, cols].
func MatmulF32(dst, x []float32, w *MatrixF32) {
	MatmulF32Rows(dst, x, w, w.from, w.to)
}

// MatmulF32Rows is MatmulF32 for the weight rows from <= r < to only: it writes
// dst[t, r] for these and nothing else, with the same bits. It is fastest where
// from and to are multiples of 8.
func MatmulF32Rows(dst, x []float32, w *MatrixF32, from, to int) {
	if w.cols == 0 || len(x)%w.cols != 0 {
		panic(fmt.Sprintf("kernel: MatmulF32: %d values of x, w has %d columns", len(x), w.cols))
	}
	checkLen("MatmulF32", "dst", len(dst), len(x)/w.cols*w.rows)
	w.check("MatmulF32", from, to)
	if from < to && len(x) > 0 {
		matmulF32(dst, x, w, from, to)
	}
}

// matmulF32Generic is the reference of matmulF32.
func matmulF32Generic(dst, x []float32, w *MatrixF32, from, to int) {
	for g := from / groupRows; g*groupRows < to; g++ {
		ws := w.w[w.at(g)*groupRows*w.cols:][:groupRows*w.cols]
		for t := range len(x) / w.cols {
			var sums [groupRows]float32
			for c, v := range x[t*w.cols:][:w.cols] {
				column := (*[groupRows]float32)(ws[c*groupRows:])
				for r := range sums {
					sums[r] += float32(v * column[r])
				}
			}
			storeGroup(dst[t*w.rows:][:w.rows], &sums, g, from, to)
		}
	}
}

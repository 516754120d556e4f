package kernel

import "fmt"

// MatrixF32 is a matrix of float32 weights in groups of 8 rows (the last is
// padded with zero rows): for each group, for each column, the column of the 8
// rows. As in MatrixQ8, a lane is a row and memory is read in order.
type MatrixF32 struct {
	rows, cols int
	w          []float32 // [groups, cols, 8]
}

// NewMatrixF32 returns a zero matrix.
func NewMatrixF32(rows, cols int) *MatrixF32 {
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("kernel: NewMatrixF32: %d rows of %d columns", rows, cols))
	}
	groups := (rows + GroupRows - 1) / GroupRows
	return &MatrixF32{rows: rows, cols: cols, w: make([]float32, groups*GroupRows*cols)}
}

// Rows returns the number of rows.
func (m *MatrixF32) Rows() int { return m.rows }

// Cols returns the number of columns.
func (m *MatrixF32) Cols() int { return m.cols }

// Bytes returns how much memory a product reads of the matrix.
func (m *MatrixF32) Bytes() int { return 4 * len(m.w) }

// SetRows stores whole rows, [n, cols], from row first on.
func (m *MatrixF32) SetRows(first int, data []float32) {
	if m.cols == 0 {
		checkLen("SetRows", "data", len(data), 0)
		return
	}
	n := len(data) / m.cols
	checkLen("SetRows", "data", len(data), n*m.cols)
	checkRows("SetRows", first, first+n, m.rows)
	for i, v := range data {
		m.w[m.index(first+i/m.cols, i%m.cols)] = v
	}
}

// Row writes a row to dst, [cols].
func (m *MatrixF32) Row(dst []float32, row int) {
	checkLen("Row", "dst", len(dst), m.cols)
	checkRows("Row", row, row+1, m.rows)
	for c := range dst {
		dst[c] = m.w[m.index(row, c)]
	}
}

func (m *MatrixF32) index(row, col int) int {
	return (row/GroupRows*m.cols+col)*GroupRows + row%GroupRows
}

// MatmulF32 computes dst[t, r] = sum over c of x[t, c] * w[r, c], c ascending;
// dst is [T, rows], x is [T, cols]. With a team, both must lie on the heap.
func MatmulF32(team *Team, dst, x []float32, w *MatrixF32) {
	if w.cols == 0 || len(x)%w.cols != 0 {
		panic(fmt.Sprintf("kernel: MatmulF32: %d values of x, w has %d columns", len(x), w.cols))
	}
	checkLen("MatmulF32", "dst", len(dst), len(x)/w.cols*w.rows)
	if len(dst) > 0 {
		matmulF32(team, dst, x, w)
	}
}

// matmulF32Generic is the reference of matmulF32.
func matmulF32Generic(dst, x []float32, w *MatrixF32) {
	for g := range (w.rows + GroupRows - 1) / GroupRows {
		ws := w.w[g*GroupRows*w.cols:][:GroupRows*w.cols]
		for t := range len(x) / w.cols {
			var sums [GroupRows]float32
			for c, v := range x[t*w.cols:][:w.cols] {
				column := (*[GroupRows]float32)(ws[c*GroupRows:])
				for r := range sums {
					sums[r] += float32(v * column[r])
				}
			}
			copy(dst[t*w.rows:][:w.rows][g*GroupRows:], sums[:])
		}
	}
}

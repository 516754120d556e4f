package kernel

import (
	"fmt"
	"slices"

	"vitrine/core/quant"
)

// GroupRows is the number of weight rows that lie interleaved: two SIMD
// registers of four lanes, one lane a row.
const GroupRows = 8

// groupBlock is the number of words, of two weights each, in one block of a group.
const groupBlock = GroupRows / 2 * quant.BlockSize

// MatrixQ8 is a matrix of Q8_0 weights in the order in which the kernels read
// memory, so that a product runs through it once from start to end:
//
//	for each group of 8 rows (the last is padded with zero rows)
//	  for each block of 32 columns
//	    for each pair of columns c, c+1
//	      for each row r of the first 4: 256*w[r][c]   + w[r+4][c]   + 128,
//	                                     256*w[r][c+1] + w[r+4][c+1] + 128
//
// Eight consecutive words are thus one pair of columns of eight rows. A row is a
// lane: no lanes are ever added to each other. And for one token no weight is widened:
// the products of the whole words with the activations, summed in 32 bits that
// may wrap around, are 256*upper + lower + 128*sum(x), from which upper, the
// products of the words shifted right by 8, and 128*sum(x), the same for all rows,
// give lower: less work than to extend both to 16 bits.
type MatrixQ8 struct {
	rows, cols int
	w          []int16   // [groups, cols/32, 16, 4, 2]
	scales     []float32 // [groups, cols/32, 8]
}

// NewMatrixQ8 returns a zero matrix. cols must be a multiple of 32.
func NewMatrixQ8(rows, cols int) *MatrixQ8 {
	if rows < 0 || cols < 0 || cols%quant.BlockSize != 0 {
		panic(fmt.Sprintf("kernel: NewMatrixQ8: %d rows of %d columns", rows, cols))
	}
	groups := (rows + GroupRows - 1) / GroupRows
	return &MatrixQ8{
		rows: rows, cols: cols,
		w:      make([]int16, groups*GroupRows/2*cols),
		scales: make([]float32, groups*GroupRows*cols/quant.BlockSize),
	}
}

// Rows returns the number of rows.
func (m *MatrixQ8) Rows() int { return m.rows }

// Cols returns the number of columns.
func (m *MatrixQ8) Cols() int { return m.cols }

// Bytes returns how much memory a product reads of the matrix.
func (m *MatrixQ8) Bytes() int { return 2*len(m.w) + 4*len(m.scales) }

// SetRows stores whole rows of raw Q8_0 blocks, from row first on. It fails on a
// block whose scale is not finite; some of the rows are then set. It is fastest
// where first is a multiple of 8 and many rows come at a time.
func (m *MatrixQ8) SetRows(first int, blocks []byte) error {
	rowBytes := m.cols / quant.BlockSize * quant.BlockBytes
	if rowBytes == 0 {
		checkLen("SetRows", "blocks", len(blocks), 0)
		return nil
	}
	n := len(blocks) / rowBytes
	checkLen("SetRows", "blocks", len(blocks), n*rowBytes)
	checkRows("SetRows", first, first+n, m.rows)
	for row := first; row < first+n; {
		rows, set := 1, m.setRow
		if row%GroupRows == 0 && row+GroupRows <= first+n {
			rows, set = GroupRows, m.setGroup
		}
		if err := set(row, blocks[:rows*rowBytes]); err != nil {
			return err
		}
		row, blocks = row+rows, blocks[rows*rowBytes:]
	}
	return nil
}

// setRow stores one row of raw blocks.
func (m *MatrixQ8) setRow(row int, blocks []byte) error {
	lane := row % GroupRows
	for b := range m.cols / quant.BlockSize {
		raw := (*[quant.BlockBytes]byte)(blocks[b*quant.BlockBytes:])
		w, scales := m.block(row/GroupRows, b)
		if scales[lane] = scaleOf(raw); !finite(scales[lane]) {
			return scaleError(row, b, scales[lane])
		}
		for i, q := range raw[2:] {
			word := &w[i/2*GroupRows+2*(lane%4)+i%2]
			if lane < 4 {
				*word = int16(q)<<8 | *word&0xFF
			} else {
				*word = *word&^0xFF | int16(q^0x80) // int8(q) + 128
			}
		}
	}
	return nil
}

// setGroup stores the eight rows of a group, from row first on.
func (m *MatrixQ8) setGroup(first int, blocks []byte) error {
	n := m.cols / quant.BlockSize
	at := first / GroupRows * n
	scales := m.scales[at*GroupRows:][:n*GroupRows]
	if packQ8(m.w[at*groupBlock:][:n*groupBlock], scales, blocks) {
		return nil
	}
	for r := range GroupRows {
		for b := range n {
			scale := scaleOf((*[quant.BlockBytes]byte)(blocks[(r*n+b)*quant.BlockBytes:]))
			if !finite(scale) {
				return scaleError(first+r, b, scale)
			}
		}
	}
	panic("kernel: SetRows: a scale is finite and is not")
}

// packQ8Generic makes words and scales of eight rows of raw blocks, and reports
// whether all scales are finite; those that are not have no defined value.
func packQ8Generic(words []int16, scales []float32, blocks []byte) (allFinite bool) {
	rowBytes := len(blocks) / GroupRows
	allFinite = true
	for r := range GroupRows {
		for b := range rowBytes / quant.BlockBytes {
			scale := scaleOf((*[quant.BlockBytes]byte)(blocks[r*rowBytes+b*quant.BlockBytes:]))
			scales[b*GroupRows+r] = scale
			allFinite = allFinite && finite(scale)
		}
	}
	for r := range GroupRows / 2 {
		upper, lower := blocks[r*rowBytes:][:rowBytes], blocks[(r+4)*rowBytes:][:rowBytes]
		for b := range rowBytes / quant.BlockBytes {
			words := words[b*groupBlock:][:groupBlock]
			for i := range quant.BlockSize {
				from := b*quant.BlockBytes + 2 + i
				words[i/2*GroupRows+2*r+i%2] = int16(upper[from])<<8 | int16(lower[from]^0x80)
			}
		}
	}
	return allFinite
}

// scaleOf returns the scale of a raw block.
func scaleOf(raw *[quant.BlockBytes]byte) float32 {
	return quant.Float16ToFloat32(uint16(raw[0]) | uint16(raw[1])<<8)
}

func finite(f float32) bool { return f-f == 0 }

func scaleError(row, block int, scale float32) error {
	return fmt.Errorf("kernel: row %d, block %d: scale is %v, want a finite number", row, block, scale)
}

// split returns the two weights of a word.
func split(word int16) (upper, lower int32) {
	return int32(word >> 8), int32(uint8(word)) - 128
}

// block returns the words [16, 4, 2] and scales [8] of block b of a group.
func (m *MatrixQ8) block(group, b int) (w []int16, scales []float32) {
	i := group*(m.cols/quant.BlockSize) + b
	return m.w[i*groupBlock:][:groupBlock], m.scales[i*GroupRows:][:GroupRows]
}

// Row writes the dequantized row to dst, [cols].
func (m *MatrixQ8) Row(dst []float32, row int) {
	checkLen("Row", "dst", len(dst), m.cols)
	checkRows("Row", row, row+1, m.rows)
	lane := row % GroupRows
	shift, flip := 8, int16(0) // of the upper half of a word, as split does it
	if lane >= 4 {
		shift, flip = 0, 0x80
	}
	for b := range m.cols / quant.BlockSize {
		w, scales := m.block(row/GroupRows, b)
		w, scale := w[2*(lane%4):], scales[lane]
		out := dst[b*quant.BlockSize:][:quant.BlockSize]
		for i := 0; i < quant.BlockSize; i += 2 {
			pair := w[i/2*GroupRows:][:2]
			out[i] = float32(int8((pair[0]^flip)>>shift)) * scale
			out[i+1] = float32(int8((pair[1]^flip)>>shift)) * scale
		}
	}
}

// Activations are rows of activations quantized for integer products: int16 with
// one float32 scale per row. The zero value is ready for use.
type Activations struct {
	rows, cols int
	q          []int16   // [T, cols]
	scales     []float32 // [T]
	bias       []int32   // scratch of the products with one token
	wide       []int16   // and of those with many
}

// Rows returns the number of rows, T.
func (a *Activations) Rows() int { return a.rows }

// Cols returns the number of columns.
func (a *Activations) Cols() int { return a.cols }

// Quantize replaces a by x, [T, cols], as QuantizeRows does; cols must be a multiple of
// 32. A scale of NaN makes every product with the row NaN. It allocates only when T*cols
// is larger than ever before. With a team, x must lie on the heap.
func (a *Activations) Quantize(team *Team, x []float32, cols int) {
	if cols <= 0 || cols%quant.BlockSize != 0 || len(x)%cols != 0 {
		panic(fmt.Sprintf("kernel: Quantize: %d values in rows of %d", len(x), cols))
	}
	a.rows, a.cols = len(x)/cols, cols
	a.q, a.scales = slices.Grow(a.q[:0], len(x))[:len(x)], slices.Grow(a.scales[:0], a.rows)[:a.rows]
	a.bias = a.bias[:0]
	QuantizeRows(team, a.q, a.scales, x, 1, a.rows, cols, 0)
}

// MatmulQ8 computes dst[t, r] = (sum over c of x[t, c] * w[r, c]) + bias[r]; dst is
// [T, rows], and bias may be nil. Per row and block of w, the integer products are summed
// exactly (32 * 128 * 32767 fits an int32), and float32(sum) * weight scale is added to
// the row's sum, blocks ascending, which is multiplied by the activation scale at the
// end. With a team, dst, x and bias must lie on the heap.
func MatmulQ8(team *Team, dst []float32, x *Activations, w *MatrixQ8, bias []float32) {
	if x.cols != w.cols {
		panic(fmt.Sprintf("kernel: MatmulQ8: x has %d columns, w has %d", x.cols, w.cols))
	}
	checkLen("MatmulQ8", "dst", len(dst), x.rows*w.rows)
	if bias != nil {
		checkLen("MatmulQ8", "bias", len(bias), w.rows)
	}
	if len(dst) > 0 {
		matmulQ8(team, dst, x, w, bias)
	}
}

// matmulQ8Generic is the reference of matmulQ8.
func matmulQ8Generic(dst []float32, x *Activations, w *MatrixQ8, bias []float32) {
	for g := range (w.rows + GroupRows - 1) / GroupRows {
		for t := range x.rows {
			matmulGroupQ8(dst[t*w.rows:][:w.rows], x, t, w, g)
		}
	}
	AddRow(dst, bias)
}

// matmulGroupQ8 sets those of dst, [rows], that are the products of row t of x with
// the rows of a group.
func matmulGroupQ8(dst []float32, x *Activations, t int, w *MatrixQ8, group int) {
	blocks := x.cols / quant.BlockSize
	var sums [GroupRows]float32
	for b := range blocks {
		ws, scales := w.block(group, b)
		dots := dotGroupQ8(ws, x.q[t*x.cols+b*quant.BlockSize:][:quant.BlockSize])
		for r, dot := range dots {
			sums[r] += float32(float32(dot) * scales[r])
		}
	}
	for r := range min(GroupRows, w.rows-group*GroupRows) {
		dst[group*GroupRows+r] = float32(sums[r] * x.scales[t])
	}
}

// dotGroupQ8 returns the integer products of 32 activations with one block of
// eight rows.
func dotGroupQ8(w []int16, x []int16) (dots [GroupRows]int32) {
	for i := 0; i < quant.BlockSize; i += 2 {
		x0, x1 := int32(x[i]), int32(x[i+1])
		pair := (*[GroupRows]int16)(w[i/2*GroupRows:])
		for r := range 4 {
			upper0, lower0 := split(pair[2*r])
			upper1, lower1 := split(pair[2*r+1])
			dots[r] += upper0*x0 + upper1*x1
			dots[r+4] += lower0*x0 + lower1*x1
		}
	}
	return dots
}

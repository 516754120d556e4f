package convert

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
)

// chunk is about how many values are converted at a time.
const chunk = 1 << 16

// encoder reads as the bytes of one tensor in GGUF, converting some rows at a time.
type encoder struct {
	ctx      context.Context
	progress func(bytes int64) // told of every chunk

	tensor  checkpoint.Tensor
	info    gguf.TensorInfo
	figures *quant.Figures
	rows    int       // of the tensor
	cols    int       // of the tensor
	next    int       // the first row that is not converted yet
	matrix  []float32 // [cols, rows], the whole tensor if it has to be transposed
	values  []float32 // [some rows, cols]
	stored  []float32 // [some rows, cols]: what buf stands for
	buf     []byte    // the converted rows
	unread  []byte    // of buf
	err     error     // what ended Read, apart from io.EOF
}

// open begins with another tensor. The figures are complete when it has been read.
func (e *encoder) open(t checkpoint.Tensor, info gguf.TensorInfo) (*quant.Figures, error) {
	e.tensor, e.info, e.figures = t, info, quant.NewFigures()
	e.rows, e.cols, e.next, e.unread = 1, cols(t.Shape), 0, nil
	for _, n := range t.Shape[:len(t.Shape)-1] {
		e.rows *= n
	}
	if t.Transposed {
		e.matrix = grow(e.matrix, e.rows*e.cols)
		if err := t.Values.ReadAt(e.matrix, 0); err != nil {
			return nil, err
		}
	}
	return e.figures, nil
}

// Read implements io.Reader.
func (e *encoder) Read(p []byte) (int, error) {
	if len(e.unread) == 0 {
		if e.next == e.rows {
			return 0, io.EOF
		}
		if e.err = e.convert(min(e.rows-e.next, max(1, chunk/e.cols))); e.err != nil {
			return 0, e.err
		}
	}
	n := copy(p, e.unread)
	e.unread = e.unread[n:]
	return n, nil
}

// convert converts the next rows into buf.
func (e *encoder) convert(rows int) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	e.values = grow(e.values, rows*e.cols)
	if e.tensor.Transposed {
		for c := range e.cols {
			for r, v := range e.matrix[c*e.rows+e.next:][:rows] {
				e.values[r*e.cols+c] = v
			}
		}
	} else if err := e.tensor.Values.ReadAt(e.values, int64(e.next)*int64(e.cols)); err != nil {
		return err
	}
	if err := e.check(); err != nil {
		return err
	}
	e.stored = grow(e.stored, len(e.values))
	e.buf = encode(e.buf[:0], e.stored, e.values, e.info.Type)
	e.figures.Add(e.values, e.stored)
	e.next += rows
	e.unread = e.buf
	e.progress(int64(len(e.buf)))
	return nil
}

// check makes sure that the type can hold the values.
func (e *encoder) check() error {
	limit, holds := float64(math.MaxFloat32), "F32 holds"
	switch e.info.Type {
	case gguf.F16:
		limit, holds = 65504, "F16 holds" // the largest float16
	case gguf.Q8_0:
		limit, holds = quant.Max, "Q8_0 holds"
	}
	for i, v := range e.values {
		abs := math.Abs(float64(v))
		if abs <= limit {
			continue
		}
		where := fmt.Sprintf("tensor %q: row %d, column %d of %s", e.tensor.From, e.next+i/e.cols, i%e.cols, e.tensor.Name)
		if math.IsNaN(abs) || math.IsInf(abs, 0) {
			return fmt.Errorf("%s is %v, want a finite number: the checkpoint is damaged, or its training has diverged", where, v)
		}
		return fmt.Errorf("%s is %v, want at most %v, all that %s: try -type f32", where, v, limit, holds)
	}
	return nil
}

// encode appends x as values of the type to b, and fills stored with what they are
// worth.
func encode(b []byte, stored, x []float32, typ gguf.Type) []byte {
	switch typ {
	case gguf.Q8_0:
		b = append(b, make([]byte, len(x)/quant.BlockSize*quant.BlockBytes)...)
		quant.QuantizeRow(b, x)
		quant.DequantizeRow(stored, b)
	case gguf.F16:
		for i, v := range x {
			bits := quant.Float32ToFloat16(v)
			b = binary.LittleEndian.AppendUint16(b, bits)
			stored[i] = quant.Float16ToFloat32(bits)
		}
	default:
		for i, v := range x {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			stored[i] = v
		}
	}
	return b
}

// grow returns s with length n, with new memory only where the old is too small.
func grow(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

package convert

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
)

// convert reads the rows of the job and converts them.
func (j *job) convert(p *pool) error {
	s := j.source
	j.values = grow(j.values, j.rows*s.cols)
	if j.matrix != nil {
		if err := j.matrix.load(p.ctx); err != nil {
			return err
		}
		j.matrix.transpose(j.values, j.row, j.rows)
	} else if err := s.tensor.Values.ReadAt(j.values, int64(j.row)*int64(s.cols)); err != nil {
		return err
	}
	if err := j.check(); err != nil {
		return err
	}
	j.stored = grow(j.stored, len(j.values))
	if r := s.encoded(); r != nil {
		copy(j.stored, j.values)
		row := s.info.Size / int64(s.rows)
		j.bytes = slices.Grow(j.bytes[:0], int(row)*j.rows)[:int(row)*j.rows]
		if n, err := r.ReadAt(j.bytes, row*int64(j.row)); n < len(j.bytes) {
			return fmt.Errorf("tensor %q: row %d: %w", s.tensor.From, j.row, err)
		}
	} else {
		j.bytes = encode(j.bytes, j.stored, j.values, s.info.Type)
	}
	j.figures = *quant.NewFigures()
	j.figures.Add(j.values, j.stored)
	return nil
}

// encoded returns the data of a tensor that is in GGUF already and keeps its type,
// and nil for others. A scale of few bits would not be found again from the values.
func (s *source) encoded() *io.SectionReader {
	if values, ok := s.tensor.Values.(checkpoint.Encoded); ok {
		if typ, r := values.Encoded(); typ == s.info.Type {
			return r
		}
	}
	return nil
}

// Limit returns the largest magnitude that the type holds.
func Limit(t gguf.Type) float32 {
	switch t {
	case gguf.F16:
		return 65504 // the largest float16
	case gguf.Q8_0:
		return quant.Max
	}
	return math.MaxFloat32
}

// check makes sure that the type can hold the values.
func (j *job) check() error {
	s, limit := j.source, Limit(j.source.info.Type)
	var largest uint32 // bits of the largest magnitude: without the sign they order as the values do, NaN last
	for _, v := range j.values {
		largest = max(largest, math.Float32bits(v)&^(1<<31))
	}
	if largest <= math.Float32bits(limit) {
		return nil
	}
	for i, v := range j.values {
		if v >= -limit && v <= limit { // false for NaN
			continue
		}
		where := fmt.Sprintf("tensor %q: row %d, column %d of %s", s.tensor.From, j.row+i/s.cols, i%s.cols, s.tensor.Name)
		if v-v != 0 { // NaN or infinite
			return fmt.Errorf("%s is %v, want a finite number: the checkpoint is damaged, or its training has diverged", where, v)
		}
		return fmt.Errorf("%s is %v, want at most %v, all that %v holds: try -type f32", where, v, limit, s.info.Type)
	}
	return nil // not reached: the largest is one of them
}

// encode returns x as values of the type, in the memory of b where that is enough,
// and fills stored with what they are worth.
func encode(b []byte, stored, x []float32, typ gguf.Type) []byte {
	switch typ {
	case gguf.Q8_0:
		b = grow(b, len(x)/quant.BlockSize*quant.BlockBytes)
		quant.QuantizeRow(b, x)
		quant.DequantizeRow(stored, b)
	case gguf.F16:
		b = grow(b, 2*len(x))
		for i, v := range x {
			bits := quant.Float32ToFloat16(v)
			binary.LittleEndian.PutUint16(b[2*i:], bits)
			stored[i] = quant.Float16ToFloat32(bits)
		}
	default:
		b = grow(b, 4*len(x))
		for i, v := range x {
			binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(v))
		}
		copy(stored, x)
	}
	return b
}

// grow returns s with length n, with new memory only where the old is too small.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

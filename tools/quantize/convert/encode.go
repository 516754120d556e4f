package convert

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

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
	row := s.info.Size / int64(s.rows)
	j.bytes = grow(j.bytes, int(row)*j.rows)
	if r := s.encoded(); r != nil {
		if n, err := r.ReadAt(j.bytes, row*int64(j.row)); n < len(j.bytes) {
			return fmt.Errorf("tensor %q: row %d: %w", s.tensor.From, j.row, err)
		}
	}
	j.figures = *quant.NewFigures()
	for first := 0; first < len(j.values); first += piece {
		if err := j.convertPiece(first, min(first+piece, len(j.values))); err != nil {
			return err
		}
	}
	return nil
}

// piece is how many values are converted while they are in a core's first cache: whole
// blocks of Q8_0.
const piece = 1 << 11

// convertPiece converts the values from <= i < to of the job, and compares.
func (j *job) convertPiece(from, to int) error {
	values := j.values[from:to]
	if err := j.check(values, from); err != nil {
		return err
	}
	if j.source.encoded() != nil {
		j.figures.Add(values, values)
		return nil
	}
	size, count := len(j.bytes), len(j.values) // in proportion
	encode(j.bytes[from*size/count:to*size/count], j.stored[:to-from], values, j.source.info.Type)
	j.figures.Add(values, j.stored[:to-from])
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

// check makes sure that the type can hold the values, the first of which is value
// first of the job.
func (j *job) check(values []float32, first int) error {
	s, limit := j.source, Limit(j.source.info.Type)
	var largest uint32 // bits of the largest magnitude: without the sign they order as the values do, NaN last
	for _, v := range values {
		largest = max(largest, math.Float32bits(v)&^(1<<31))
	}
	if largest <= math.Float32bits(limit) {
		return nil
	}
	for i, v := range values {
		if v >= -limit && v <= limit { // false for NaN
			continue
		}
		where := fmt.Sprintf("tensor %q: row %d, column %d of %s", s.tensor.From, j.row+(first+i)/s.cols, (first+i)%s.cols, s.tensor.Name)
		if v-v != 0 { // NaN or infinite
			return fmt.Errorf("%s is %v, want a finite number: the checkpoint is damaged, or its training has diverged", where, v)
		}
		return fmt.Errorf("%s is %v, want at most %v, all that %v holds: try -type f32", where, v, limit, s.info.Type)
	}
	return nil // not reached: the largest is one of them
}

// encode fills b with x as values of the type, and stored with what they are worth.
func encode(b []byte, stored, x []float32, typ gguf.Type) {
	switch typ {
	case gguf.Q8_0:
		quant.QuantizeRow(b, x)
		quant.DequantizeRow(stored, b)
	case gguf.F16:
		for i, v := range x {
			bits := quant.Float32ToFloat16(v)
			binary.LittleEndian.PutUint16(b[2*i:], bits)
			stored[i] = quant.Float16ToFloat32(bits)
		}
	default:
		for i, v := range x {
			binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(v))
		}
		copy(stored, x)
	}
}

// grow returns s with length n, with new memory only where the old is too small.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

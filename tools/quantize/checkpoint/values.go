package checkpoint

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync"

	"vitrine/core/gguf"
	"vitrine/core/quant"
)

// Values gives access to the values of a tensor in the order of the checkpoint.
type Values interface {
	// ReadAt fills dst with the values from index first on. Several goroutines may
	// call it, for different tensors of a model too.
	ReadAt(dst []float32, first int64) error
}

// Encoded is what Values may be too: those of a tensor that is in GGUF already, and
// whose bytes can be copied where it keeps its type.
type Encoded interface {
	Encoded() (gguf.Type, *io.SectionReader)
}

// TypeBytes has the bytes of one value of the types that Floats decodes.
var TypeBytes = map[string]int64{"F64": 8, "F32": 4, "F16": 2, "BF16": 2}

// Floats is Values that lie one after another in a file, little-endian.
type Floats struct {
	R      io.ReaderAt
	Tensor string // for errors
	Type   string // a key of TypeBytes
	Offset int64  // of the first value
	Count  int64
}

// step is how many values ReadAt decodes at a time, and scratches has the memory.
const step = 16 << 10

var scratches = sync.Pool{New: func() any { return new([8 * step]byte) }}

// ReadAt implements Values.
func (f *Floats) ReadAt(dst []float32, first int64) error {
	if err := CheckRange(f.Tensor, f.Count, dst, first); err != nil {
		return err
	}
	scratch := scratches.Get().(*[8 * step]byte)
	defer scratches.Put(scratch)
	size := TypeBytes[f.Type]
	for at := f.Offset + first*size; len(dst) > 0; {
		n := min(len(dst), step)
		b := scratch[:int64(n)*size]
		if got, err := f.R.ReadAt(b, at); got < len(b) {
			return fmt.Errorf("tensor %q: read at offset %d: %w", f.Tensor, at, err)
		}
		Decode(dst[:n], b, f.Type)
		dst, at = dst[n:], at+int64(len(b))
	}
	return nil
}

// CheckRange makes sure that a tensor of count values has those that dst asks for.
func CheckRange(tensor string, count int64, dst []float32, first int64) error {
	if first < 0 || first > count || int64(len(dst)) > count-first {
		return fmt.Errorf("tensor %q: got values %d to %d, want at most %d", tensor, first, first+int64(len(dst)), count)
	}
	return nil
}

// Decode fills dst with the values in b, which are little-endian of one of the types
// of TypeBytes, or whole blocks of Q8_0.
func Decode(dst []float32, b []byte, typ string) {
	switch typ {
	case "Q8_0":
		quant.DequantizeRow(dst, b)
	case "F64": // rounded: a model has float32 at most
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		}
	case "F32":
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case "F16":
		for i := range dst {
			dst[i] = quant.Float16ToFloat32(binary.LittleEndian.Uint16(b[2*i:]))
		}
	case "BF16": // the upper half of a float32
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(b[2*i:])) << 16)
		}
	}
}

// Zeros is Values that are all zero.
type Zeros struct{}

// ReadAt implements Values.
func (Zeros) ReadAt(dst []float32, first int64) error {
	clear(dst)
	return nil
}

// Scaled is Values of which the first Count of every Period are multiplied by Factor,
// and rounded to float32 where the product is none.
type Scaled struct {
	Values        Values
	Factor        float64
	Count, Period int64
}

// ReadAt implements Values.
func (s Scaled) ReadAt(dst []float32, first int64) error {
	if err := s.Values.ReadAt(dst, first); err != nil {
		return err
	}
	at := first % s.Period
	for i, v := range dst {
		if at < s.Count {
			dst[i] = float32(float64(v) * s.Factor)
		}
		if at++; at == s.Period {
			at = 0
		}
	}
	return nil
}

// Joined is the Values of several tensors one after another.
type Joined []Part

// Part is one of the tensors of Joined.
type Part struct {
	Values Values
	Count  int64
}

// ReadAt implements Values.
func (j Joined) ReadAt(dst []float32, first int64) error {
	for _, part := range j {
		if first >= part.Count {
			first -= part.Count
			continue
		}
		n := min(int64(len(dst)), part.Count-first)
		if err := part.Values.ReadAt(dst[:n], first); err != nil {
			return err
		}
		dst, first = dst[n:], 0
	}
	return nil
}

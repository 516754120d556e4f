// Package safetensors reads the file format of that name. Nothing in the file is
// trusted: sizes and offsets are checked against the file length when it is opened.
//
// Source: https://github.com/huggingface/safetensors, "Format".
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"vitrine/core/quant"
)

// maxHeader is the limit of the reference implementation, in bytes.
const maxHeader = 100_000_000

// sizes has the bytes of one value of each type.
var sizes = map[string]int64{
	"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4,
	"F16": 2, "BF16": 2, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
}

// File is an open file.
type File struct {
	r       io.ReaderAt
	tensors []*Tensor
}

// Tensor is one tensor of a File.
type Tensor struct {
	Name  string
	Type  string // "F32", "BF16", ...
	Shape []int  // row-major
	Bytes int64

	file   *File
	offset int64 // in the file
}

// Open reads the header of the file in r, which is size bytes long.
func Open(r io.ReaderAt, size int64) (*File, error) {
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("safetensors: got a file of %d bytes, want at least 8", size)
	}
	if _, err := r.ReadAt(prefix[:], 0); err != nil {
		return nil, fmt.Errorf("safetensors: header length: %w", err)
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	if limit := min(maxHeader, size-8); length > uint64(limit) {
		return nil, fmt.Errorf("safetensors: header length at offset 0: got %d, want at most %d", length, limit)
	}
	header := make([]byte, length)
	if _, err := r.ReadAt(header, 8); err != nil && !(err == io.EOF && length == uint64(size-8)) {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f := &File{r: r}
	if err := f.parse(header); err != nil {
		return nil, err
	}
	return f, f.place(8+int64(length), size)
}

// Tensors returns the tensors in file order.
func (f *File) Tensors() []*Tensor { return f.tensors }

// parse reads the JSON object of the header. Offsets still count from its end.
func (f *File) parse(header []byte) error {
	d := json.NewDecoder(bytes.NewReader(header))
	fail := func(err error) error {
		return fmt.Errorf("safetensors: header at offset %d: %w", 8+d.InputOffset(), err)
	}
	if t, err := d.Token(); err != nil {
		return fail(err)
	} else if t != json.Delim('{') {
		return fail(fmt.Errorf("got %v, want a JSON object", t))
	}
	seen := make(map[string]bool)
	for d.More() {
		key, err := d.Token() // a string: the decoder takes nothing else here
		if err != nil {
			return fail(err)
		}
		name := key.(string)
		if seen[name] {
			return fail(fmt.Errorf("tensor %q: got it twice, want each name once", name))
		}
		seen[name] = true
		if name == "__metadata__" {
			if err := d.Decode(new(map[string]string)); err != nil {
				return fail(fmt.Errorf("__metadata__: %w", err))
			}
			continue
		}
		t, err := decodeTensor(d, name)
		if err != nil {
			return fail(fmt.Errorf("tensor %q: %w", name, err))
		}
		t.file = f
		f.tensors = append(f.tensors, t)
	}
	if _, err := d.Token(); err != nil {
		return fail(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fail(fmt.Errorf("got more after the JSON object (%v), want its end", err))
	}
	return nil
}

// decodeTensor reads and checks one entry of the header.
func decodeTensor(d *json.Decoder, name string) (*Tensor, error) {
	var entry struct {
		Type    string  `json:"dtype"`
		Shape   []int   `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := d.Decode(&entry); err != nil {
		return nil, err
	}
	size, ok := sizes[entry.Type]
	if !ok {
		return nil, fmt.Errorf("got type %q, want one of safetensors' types", entry.Type)
	}
	for _, n := range entry.Shape {
		if n < 0 || n > 0 && size > math.MaxInt64/int64(n) {
			return nil, fmt.Errorf("got shape %v, want dimensions from 0, at most 2^63-1 bytes", entry.Shape)
		}
		size *= int64(n)
	}
	if len(entry.Offsets) != 2 || entry.Offsets[0] < 0 || entry.Offsets[1]-entry.Offsets[0] != size {
		return nil, fmt.Errorf("got data offsets %v, want two that are %d bytes apart", entry.Offsets, size)
	}
	return &Tensor{Name: name, Type: entry.Type, Shape: entry.Shape, Bytes: size, offset: entry.Offsets[0]}, nil
}

// place makes the offsets count from the start of the file and checks that the
// tensors fill all of it after the header, one after the other.
func (f *File) place(start, size int64) error {
	slices.SortStableFunc(f.tensors, func(a, b *Tensor) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.Bytes, b.Bytes))
	})
	free := int64(0)
	for _, t := range f.tensors {
		if t.offset != free {
			return fmt.Errorf("safetensors: tensor %q: got data offset %d, want %d, the end of the tensor before", t.Name, t.offset, free)
		}
		if t.Bytes > size-start-free {
			return fmt.Errorf("safetensors: tensor %q: got %d bytes up to the end of the file, want %d: the file is cut off", t.Name, size-start-free, t.Bytes)
		}
		free += t.Bytes
		t.offset += start
	}
	if left := size - start - free; left != 0 {
		return fmt.Errorf("safetensors: got %d bytes after the last tensor, want none", left)
	}
	return nil
}

// step is how many values ReadAt decodes at a time, and scratches has the memory.
const step = 16 << 10

var scratches = sync.Pool{New: func() any { return new([4 * step]byte) }}

// Readable reports whether ReadAt can convert the type of t.
func (t *Tensor) Readable() bool { return t.Type == "F32" || t.Type == "F16" || t.Type == "BF16" }

// ReadAt fills dst with the values from index first on, in the order of the file.
// The type must be Readable. Several goroutines may call it, if they may read from
// the file.
func (t *Tensor) ReadAt(dst []float32, first int64) error {
	if !t.Readable() {
		return fmt.Errorf("safetensors: tensor %q: got type %s, want F32, F16 or BF16", t.Name, t.Type)
	}
	size := sizes[t.Type]
	if count := t.Bytes / size; first < 0 || first > count || int64(len(dst)) > count-first {
		return fmt.Errorf("safetensors: tensor %q: got values %d to %d, want at most %d", t.Name, first, first+int64(len(dst)), count)
	}
	scratch := scratches.Get().(*[4 * step]byte)
	defer scratches.Put(scratch)
	for at := t.offset + first*size; len(dst) > 0; {
		n := min(len(dst), step)
		b := scratch[:int64(n)*size]
		if got, err := t.file.r.ReadAt(b, at); got < len(b) {
			return fmt.Errorf("safetensors: tensor %q: read at offset %d: %w", t.Name, at, err)
		}
		decode(dst[:n], b, t.Type)
		dst, at = dst[n:], at+int64(len(b))
	}
	return nil
}

func decode(dst []float32, b []byte, typ string) {
	switch typ {
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

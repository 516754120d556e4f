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
	"maps"
	"math"
	"slices"

	"vitrine/tools/quantize/checkpoint"
)

// The most that a header may have: a browser takes seconds, and ten times the memory, to
// read more. GPT-2 XL's has 580 tensors and 60 kB.
//
// Differs from the reference implementation, which takes 100 MB.
const (
	maxHeader  = 8 << 20 // bytes
	maxTensors = 1 << 16
)

// sizes has the bytes of one value of each type.
var sizes = map[string]int64{
	"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4,
	"F16": 2, "BF16": 2, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
}

// entry is one tensor of the header.
type entry struct {
	name   string
	typ    string
	shape  []int
	bytes  int64
	offset int64 // from the end of the header, after place from the start of the file
}

// Open reads the header of the file in r, which is size bytes long, and returns the
// tensors in file order. Their values are read from r.
func Open(r io.ReaderAt, size int64) ([]checkpoint.Stored, error) {
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("safetensors: got a file of %d bytes, want at least 8", size)
	}
	if _, err := r.ReadAt(prefix[:], 0); err != nil {
		return nil, fmt.Errorf("safetensors: header length: %w", err)
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	if length > uint64(size-8) {
		return nil, fmt.Errorf("safetensors: header length at offset 0: got %d, want at most %d: the file is cut off, or not in this format", length, size-8)
	}
	if length > maxHeader {
		return nil, fmt.Errorf("safetensors: header length at offset 0: got %d, want at most %d, more than any GPT-2 needs", length, maxHeader)
	}
	header := make([]byte, length)
	if _, err := r.ReadAt(header, 8); err != nil && !(err == io.EOF && length == uint64(size-8)) {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	entries, metadata, err := parse(header)
	if err != nil {
		return nil, err
	}
	if err := place(entries, 8+int64(length), size); err != nil {
		return nil, err
	}
	tensors := make([]checkpoint.Stored, len(entries), len(entries)+len(metadata))
	for i, e := range entries {
		tensors[i] = checkpoint.Stored{Name: e.name, Type: e.typ, Shape: e.shape, Bytes: e.bytes}
		if size, ok := checkpoint.TypeBytes[e.typ]; ok {
			tensors[i].Values = &checkpoint.Floats{R: r, Tensor: e.name, Type: e.typ, Offset: e.offset, Count: e.bytes / size}
		}
	}
	return append(tensors, aliases(tensors, metadata)...), nil
}

// aliases returns the tensors under their other names: of tensors that share their
// values save_model writes one, and in the metadata the names of the others.
//
// Source: save_model in bindings/python/py_src/safetensors/torch.py of the reference.
func aliases(tensors []checkpoint.Stored, metadata map[string]string) (more []checkpoint.Stored) {
	if len(metadata) == 0 {
		return nil
	}
	byName := make(map[string]checkpoint.Stored)
	for _, t := range tensors {
		byName[t.Name] = t
	}
	for _, name := range slices.Sorted(maps.Keys(metadata)) {
		t, ok := byName[metadata[name]]
		if _, own := byName[name]; ok && !own {
			t.Name = name
			more = append(more, t)
		}
	}
	return more
}

// parse reads the JSON object of the header: the tensors, and what is said of them all.
func parse(header []byte) (entries []*entry, metadata map[string]string, err error) {
	d := json.NewDecoder(bytes.NewReader(header))
	fail := func(err error) ([]*entry, map[string]string, error) {
		return nil, nil, fmt.Errorf("safetensors: header at offset %d: %w", 8+d.InputOffset(), err)
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
			if err := d.Decode(&metadata); err != nil {
				return fail(fmt.Errorf("__metadata__: %w", err))
			}
			continue
		}
		e, err := decodeEntry(d, name)
		if err != nil {
			return fail(fmt.Errorf("tensor %q: %w", name, err))
		}
		if len(entries) == maxTensors {
			return fail(fmt.Errorf("got more than %d tensors, more than any GPT-2 has", maxTensors))
		}
		entries = append(entries, e)
	}
	if _, err := d.Token(); err != nil {
		return fail(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fail(fmt.Errorf("got more after the JSON object (%v), want its end", err))
	}
	return entries, metadata, nil
}

// decodeEntry reads and checks one entry of the header.
func decodeEntry(d *json.Decoder, name string) (*entry, error) {
	var file struct {
		Type    string  `json:"dtype"`
		Shape   []int   `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := d.Decode(&file); err != nil {
		return nil, err
	}
	size, ok := sizes[file.Type]
	if !ok {
		return nil, fmt.Errorf("got type %.80q, want one of safetensors' types", file.Type)
	}
	for _, n := range file.Shape {
		if n < 0 || n > 0 && size > math.MaxInt64/int64(n) {
			return nil, fmt.Errorf("got shape %.80s, want dimensions from 0, at most 2^63-1 bytes", fmt.Sprint(file.Shape))
		}
		size *= int64(n)
	}
	if len(file.Offsets) != 2 || file.Offsets[0] < 0 || file.Offsets[1]-file.Offsets[0] != size {
		return nil, fmt.Errorf("got data offsets %.80s, want two that are %d bytes apart", fmt.Sprint(file.Offsets), size)
	}
	return &entry{name, file.Type, file.Shape, size, file.Offsets[0]}, nil
}

// place makes the offsets count from the start of the file and checks that the
// tensors fill all of it after the header, one after the other.
func place(entries []*entry, start, size int64) error {
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.bytes, b.bytes))
	})
	free := int64(0)
	for _, e := range entries {
		if e.offset != free {
			return fmt.Errorf("safetensors: tensor %q: got data offset %d, want %d, the end of the tensor before", e.name, e.offset, free)
		}
		if e.bytes > size-start-free {
			return fmt.Errorf("safetensors: tensor %q: got %d bytes up to the end of the file, want %d: the file is cut off", e.name, size-start-free, e.bytes)
		}
		free += e.bytes
		e.offset += start
	}
	if left := size - start - free; left != 0 {
		return fmt.Errorf("safetensors: got %d bytes after the last tensor, want none", left)
	}
	return nil
}

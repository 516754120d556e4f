package gguf

import (
	"fmt"
	"io"
	"math"
	"strconv"
)

// The keys of a model that is divided over several files, its parts. Each part is
// a GGUF file with these keys and some of the tensors; the other metadata are in
// the first.
//
// Source: tools/gguf-split of llama.cpp.
const (
	KeySplitNumber  = "split.no"            // uint16: which part this is, from 0
	KeySplitCount   = "split.count"         // uint16: how many parts there are
	KeySplitTensors = "split.tensors.count" // int32: how many tensors all parts have together
)

// maxParts is the most that fits a uint16, and the five digits of a name.
const maxParts = math.MaxUint16

// SplitName returns the name of part number part, from 0, of the model whose name
// is prefix: tales-00001-of-00003.gguf is part 0 of tales.
func SplitName(prefix string, part, count int) string {
	return fmt.Sprintf("%s-%05d-of-%05d.gguf", prefix, part+1, count)
}

// SplitNames returns the names of all parts of a model, in order, from the name of
// one of them. ok is false for a name that SplitName does not make.
func SplitNames(name string) (names []string, ok bool) {
	const tail = len("-00001-of-00003.gguf")
	if len(name) < tail {
		return nil, false
	}
	prefix, digits := name[:len(name)-tail], name[len(name)-tail:]
	part, err1 := strconv.Atoi(digits[1:6])
	count, err2 := strconv.Atoi(digits[10:15])
	if err1 != nil || err2 != nil || part < 1 || part > count || count > maxParts || SplitName(prefix, part-1, count) != name {
		return nil, false
	}
	for i := range count {
		names = append(names, SplitName(prefix, i, count))
	}
	return names, true
}

// parts is where a Reader stands in a model of several files.
type parts struct {
	number  int // of the part that is being read, from 0
	count   int
	tensors int64 // of all parts together
	seen    map[string]bool

	// open returns the next part and its length, or -1; nil if there is no way to it.
	open func(part int) (io.Reader, int64, error)
}

// NewSplitReader reads a model that may be divided over several files. It asks
// open for part 0, the first, and Next asks for the others, each when the one
// before has been read to its end: the parts may come one after another through
// one connection. size is the length of a part, or -1 if it is not known.
//
// Metadata are those of the first part, and the data of the tensors come in the
// order of the parts. Offsets, of tensors and in errors, count from the start of
// the part. A first part that says nothing of others is the whole model.
func NewSplitReader(open func(part int) (r io.Reader, size int64, err error)) (*Reader, error) {
	first, size, err := open(0)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(first, size)
	if err != nil {
		return nil, err
	}
	if r.parts.number != 0 {
		return nil, &FormatError{Section: "metadata", Field: fmt.Sprintf("%q", KeySplitNumber),
			Got: fmt.Sprintf("%d: part %d of %d", r.parts.number, r.parts.number+1, r.parts.count), Want: "0: the first part comes first"}
	}
	r.parts.open = open
	r.parts.seen = make(map[string]bool)
	for _, t := range r.tensors {
		r.parts.seen[t.Name] = true
	}
	for len(r.tensors) == 0 && !r.Complete() { // gguf-split can leave the first part without tensors
		if err := r.nextPart(); err != nil {
			return nil, err
		}
	}
	return r, r.countTensors()
}

// Complete reports whether Tensors has all tensors of the model: not those of
// parts that Next has not come to yet, or that NewReader has no way to.
func (r *Reader) Complete() bool {
	return r.parts.count == 1 || r.parts.open != nil && r.parts.number == r.parts.count-1
}

// Part returns which part of the model is being read, from 0, and how many there
// are: 0 and 1 of a model in one file.
func (r *Reader) Part() (number, count int) { return r.parts.number, r.parts.count }

// readParts returns what the metadata say about parts.
func readParts(meta *Metadata) (parts, error) {
	p := parts{count: 1}
	if _, ok := meta.Value(KeySplitCount); !ok {
		return p, nil
	}
	for _, f := range []struct {
		key      string
		min, max int64
		set      func(int64)
	}{
		{KeySplitCount, 1, maxParts, func(n int64) { p.count = int(n) }},
		{KeySplitNumber, 0, maxParts - 1, func(n int64) { p.number = int(n) }},
		{KeySplitTensors, 0, maxCount, func(n int64) { p.tensors = n }},
	} {
		n, ok := meta.Int(f.key)
		if !ok || n < f.min || n > f.max {
			value, _ := meta.Value(f.key)
			got := fmt.Sprintf("%T %.40s", value, fmt.Sprint(value))
			if value == nil {
				got = "no such key"
			}
			return p, &FormatError{Section: "metadata", Field: fmt.Sprintf("%q", f.key), Got: got, Want: fmt.Sprintf("a whole number from %d to %d", f.min, f.max)}
		}
		f.set(n)
	}
	if p.number >= p.count {
		return p, &FormatError{Section: "metadata", Field: fmt.Sprintf("%q", KeySplitNumber), Got: fmt.Sprint(p.number), Want: fmt.Sprintf("less than %s, %d", KeySplitCount, p.count)}
	}
	return p, nil
}

// nextPart reads the header of the next part and appends its tensors to the list.
func (r *Reader) nextPart() error {
	p := &r.parts
	if _, err := io.Copy(io.Discard, r.r); err != nil { // padding, and in a part without tensors all
		return fmt.Errorf("gguf: part %d of %d: %w", p.number+1, p.count, err)
	}
	number := p.number + 1
	in, size, err := p.open(number)
	if err != nil {
		return err
	}
	fail := func(err error) error { return fmt.Errorf("part %d of %d: %w", number+1, p.count, err) }
	part, err := NewReader(in, size)
	if err != nil {
		return fail(err)
	}
	wrong := func(key string, got, want any) error {
		return fail(&FormatError{Section: "metadata", Field: fmt.Sprintf("%q", key), Got: fmt.Sprint(got), Want: fmt.Sprintf("%d: a part of the same model", want)})
	}
	switch said := part.parts; {
	case said.count != p.count:
		return wrong(KeySplitCount, said.count, p.count)
	case said.number != number:
		return wrong(KeySplitNumber, said.number, number)
	case said.tensors != p.tensors:
		return wrong(KeySplitTensors, said.tensors, p.tensors)
	}
	for _, t := range part.tensors {
		if p.seen[t.Name] {
			return fail(&FormatError{Offset: t.Offset, Section: "tensor data", Field: fmt.Sprintf("%q", t.Name), Got: "the data of a tensor that a part before has", Want: "each tensor in one part"})
		}
		p.seen[t.Name] = true
	}
	p.number, r.r, r.offset = number, part.r, part.offset
	r.tensors = append(r.tensors, part.tensors...)
	return r.countTensors()
}

// countTensors compares the number of tensors with the one that the parts state.
func (r *Reader) countTensors() error {
	n, p := int64(len(r.tensors)), r.parts
	if p.count > 1 && (n > p.tensors || r.Complete() && n < p.tensors) {
		return &FormatError{Section: "metadata", Field: fmt.Sprintf("%q", KeySplitTensors), Got: fmt.Sprint(p.tensors), Want: fmt.Sprintf("%d, as many as parts 1 to %d have", n, p.number+1)}
	}
	return nil
}

// inPart says which part an error is in.
func (r *Reader) inPart(err error) error {
	if r.parts.count == 1 {
		return err
	}
	return fmt.Errorf("part %d of %d: %w", r.parts.number+1, r.parts.count, err)
}

package gguf

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

const endOfFile = "the end of the file"

// Reader reads one file, or the parts of a model one after another, front to back.
type Reader struct {
	r       *bufio.Reader
	offset  int64 // of the next byte of r
	meta    *Metadata
	parts   parts
	tensors []TensorInfo // by part and offset
	next    int          // index in tensors
	lent    *tensorData  // what Next returned last, or nil
}

// NewReader reads the header, the metadata and the tensor infos from r, which must
// stand at the start of the file, and checks all of them. size is the length of
// the file, or -1 if it is not known: then fixed limits take its place, and a file
// that is too short is found when its data has been read. Of a model that is
// divided over several files it reads the one file; NewSplitReader reads all.
//
// Errors are a *FormatError, an *UnsupportedError or those of r, wrapped.
func NewReader(r io.Reader, size int64) (*Reader, error) {
	s := newSource(r, size)
	tensorCount, keyCount, err := readHeader(s)
	if err != nil {
		return nil, err
	}
	meta, err := readMetadata(s, keyCount)
	if err != nil {
		return nil, err
	}
	parts, err := readParts(meta)
	if err != nil {
		return nil, err
	}
	alignment := meta.alignment()
	infos, err := readInfos(s, tensorCount, alignment, false)
	if err != nil {
		return nil, err
	}
	tensors, err := place(infos, alignUp(s.offset, alignment), fileEnd(size))
	if err != nil {
		return nil, err
	}
	return &Reader{r: s.r, offset: s.offset, meta: meta, parts: parts, tensors: tensors}, nil
}

// List reads the metadata and the tensor infos of a file whose tensors may have types
// that this package does not read. The size of those is 0, and nothing is checked
// against the rest of the file. Errors are as NewReader's.
func List(r io.Reader, size int64) (*Metadata, []TensorInfo, error) {
	s := newSource(r, size)
	tensorCount, keyCount, err := readHeader(s)
	if err != nil {
		return nil, nil, err
	}
	meta, err := readMetadata(s, keyCount)
	if err != nil {
		return nil, nil, err
	}
	infos, err := readInfos(s, tensorCount, meta.alignment(), true)
	if err != nil {
		return nil, nil, err
	}
	var tensors []TensorInfo
	for _, info := range infos {
		tensors = append(tensors, info.TensorInfo)
	}
	return meta, tensors, nil
}

// newSource begins to read a header. size is as NewReader's.
func newSource(r io.Reader, size int64) *source {
	s := &source{r: bufio.NewReaderSize(r, window), end: fileEnd(size), endName: endOfFile}
	if s.end > maxHeader {
		s.end, s.endName = maxHeader, fmt.Sprintf("the limit of %d MiB for metadata and tensor infos", maxHeader>>20)
	}
	return s
}

// fileEnd is how far a file of that size, or of an unknown one, may reach.
func fileEnd(size int64) int64 {
	if size < 0 {
		return maxUnknownSize
	}
	return size
}

// Metadata returns the keys and values of the file, or of the first part.
func (r *Reader) Metadata() *Metadata { return r.meta }

// Tensors returns the tensors in the order of their data in the file, and of the
// parts that have been come to; see Complete.
func (r *Reader) Tensors() []TensorInfo { return slices.Clone(r.tensors) }

// readHeader reads the magic number, the version and the two counts.
func readHeader(s *source) (tensors, keys uint64, err error) {
	s.section, s.field = "header", words("magic number")
	b, err := s.take(len(magic))
	if err != nil {
		return 0, 0, err
	}
	switch string(b) {
	case magic:
	case "FUGG":
		return 0, 0, s.bad(`"FUGG", a byte-swapped (big-endian) file`, `"GGUF", a little-endian file`)
	default:
		return 0, 0, s.bad(fmt.Sprintf("%q, not a GGUF file", b), `"GGUF"`)
	}
	s.field = words("version")
	v, err := s.uint32()
	if err != nil {
		return 0, 0, err
	}
	switch {
	case v == version:
	case v == 1 || v == 2:
		return 0, 0, s.bad(fmt.Sprintf("GGUF version %d, an old format", v), "version 3 (convert the model again)")
	case v&0xffff == 0 && v != 0:
		return 0, 0, s.bad(fmt.Sprintf("%#x, a byte-swapped (big-endian) file", v), "version 3 of a little-endian file")
	default:
		return 0, 0, s.bad(fmt.Sprintf("GGUF version %d", v), "version 3")
	}
	if tensors, err = readCount(s, "tensor count", minInfo); err != nil {
		return 0, 0, err
	}
	keys, err = readCount(s, "metadata count", minKeyValue)
	return tensors, keys, err
}

// readCount reads the number of things of at least size bytes each.
func readCount(s *source, field string, size uint64) (uint64, error) {
	s.field = words(field)
	count, err := s.uint64()
	if err != nil {
		return 0, err
	}
	if count > maxCount {
		return 0, s.bad(fmt.Sprint(count), fmt.Sprintf("at most %d", maxCount))
	}
	return count, s.need(count, size)
}

// The least that a key with its value, and a tensor info, can take in the file.
const (
	minKeyValue = 8 + 1 + 4 + 1         // key of one byte, kind, value of one byte
	minInfo     = 8 + 1 + 4 + 8 + 4 + 8 // name of one byte, one dimension, type, offset
)

func readMetadata(s *source, count uint64) (*Metadata, error) {
	s.section = "metadata"
	meta := new(Metadata)
	for i := range count {
		s.field = func() string { return fmt.Sprintf("key %d of %d", i+1, count) }
		key, err := s.name(maxKey)
		if err != nil {
			return nil, err
		}
		if _, ok := meta.Value(key); ok {
			return nil, s.bad(fmt.Sprintf("%q a second time", key), "each key once")
		}
		s.field = quoted(key)
		value, err := readValue(s)
		if err != nil {
			return nil, err
		}
		if key == KeyAlignment {
			if a, ok := value.(uint32); !ok || !validAlignment(a) {
				return nil, s.bad(fmt.Sprintf("%T %v", value, value), fmt.Sprintf("uint32, a power of two from %d to %d", minAlignment, maxAlignment))
			}
		}
		meta.Set(key, value)
	}
	return meta, nil
}

// alignment returns the alignment of the tensor data in the file.
func (m *Metadata) alignment() int64 {
	if a, ok := m.values[KeyAlignment].(uint32); ok {
		return int64(a)
	}
	return defaultAlignment
}

// info is a tensor info as read: Offset counts from the start of the data section.
type info struct {
	TensorInfo
	at int64 // where the file states the offset, for errors
}

// readInfos reads the tensor infos, with types that are not ours if anyType says so.
func readInfos(s *source, count uint64, alignment int64, anyType bool) ([]info, error) {
	s.section = "tensor infos"
	var infos []info
	seen := make(map[string]bool)
	for i := range count {
		s.field = func() string { return fmt.Sprintf("name of tensor %d of %d", i+1, count) }
		name, err := s.name(maxName)
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, s.bad(fmt.Sprintf("%q a second time", name), "each name once")
		}
		seen[name] = true
		t, err := readInfo(s, name, anyType)
		if err != nil {
			return nil, err
		}
		if t.Offset%alignment != 0 {
			return nil, s.bad(fmt.Sprintf("data offset %d", t.Offset), fmt.Sprintf("a multiple of the alignment, %d", alignment))
		}
		infos = append(infos, info{t, s.at})
	}
	return infos, nil
}

// readInfo reads what follows the name: dimensions, type and offset.
func readInfo(s *source, name string, anyType bool) (TensorInfo, error) {
	t := TensorInfo{Name: name}
	s.field = quoted(name)
	n, err := s.uint32()
	if err != nil {
		return t, err
	}
	if n < 1 || n > maxDims {
		return t, s.bad(fmt.Sprintf("%d dimensions", n), fmt.Sprintf("1 to %d", maxDims))
	}
	dimsAt := s.offset
	for range n {
		dim, err := s.uint64()
		if err != nil {
			return t, err
		}
		if dim < 1 || dim > math.MaxInt {
			return t, s.bad(fmt.Sprintf("a dimension of %d", dim), fmt.Sprintf("1 to %d", math.MaxInt))
		}
		t.Shape = append(t.Shape, int(dim))
	}
	slices.Reverse(t.Shape)
	number, err := s.uint32()
	if err != nil {
		return t, err
	}
	t.Type = Type(number)
	var problem, want string
	if _, _, ok := t.Type.layout(); ok {
		t.Size, problem, want = t.Type.size(t.Shape)
	} else if !anyType {
		return t, unsupportedType(name, t.Type)
	}
	if problem != "" {
		s.at = dimsAt
		return t, s.bad(problem, want)
	}
	offset, err := s.uint64()
	if err != nil {
		return t, err
	}
	if offset > math.MaxInt64 {
		return t, s.bad(fmt.Sprintf("data offset %d", offset), fmt.Sprintf("at most %d", math.MaxInt64))
	}
	t.Offset = int64(offset)
	return t, nil
}

// place sorts the tensors by their data, makes their offsets count from the start
// of the file, and checks that they lie in it and apart from each other.
func place(infos []info, start, fileEnd int64) ([]TensorInfo, error) {
	slices.SortStableFunc(infos, func(a, b info) int { return cmp.Compare(a.Offset, b.Offset) })
	var tensors []TensorInfo
	free := start // the first byte after the tensors so far
	for i, t := range infos {
		bad := func(err error, got, want string) error {
			return &FormatError{Offset: t.at, Section: "tensor infos", Field: fmt.Sprintf("%q", t.Name), Got: got, Want: want, Err: err}
		}
		// Compared without adding first: offset and size can be near the largest int64.
		if start > fileEnd || t.Offset > fileEnd-start || t.Size > fileEnd-start-t.Offset {
			return nil, bad(io.ErrUnexpectedEOF, fmt.Sprintf("%d bytes at data offset %d", t.Size, t.Offset),
				fmt.Sprintf("data that ends at most %d bytes after the start of the data section", max(0, fileEnd-start)))
		}
		t.Offset += start
		if t.Offset < free {
			return nil, bad(nil, fmt.Sprintf("data offset %d, inside the data of %q", t.Offset-start, tensors[i-1].Name),
				fmt.Sprintf("at least %d", free-start))
		}
		free = t.Offset + t.Size
		tensors = append(tensors, t.TensorInfo)
	}
	return tensors, nil
}

// Next goes to the next tensor in file order and returns a reader of its data,
// lent until the next call. What is left of the tensor before is skipped. After
// the last tensor, of all parts that the reader has a way to, Next returns io.EOF.
func (r *Reader) Next() (TensorInfo, io.Reader, error) {
	if r.lent != nil {
		r.lent.returned = true
	}
	for r.next == len(r.tensors) {
		if r.parts.open == nil || r.Complete() {
			return TensorInfo{}, nil, io.EOF
		}
		if err := r.nextPart(); err != nil {
			return TensorInfo{}, nil, err
		}
	}
	t := r.tensors[r.next]
	for r.offset < t.Offset {
		n, err := r.r.Discard(int(min(t.Offset-r.offset, 1<<30))) // fits an int of 32 bits
		r.offset += int64(n)
		if err != nil {
			return TensorInfo{}, nil, r.failed(t, err)
		}
	}
	r.next++
	r.lent = &tensorData{r: r, tensor: t}
	return t, r.lent, nil
}

// failed returns the error for reading the data of t, which err ended.
func (r *Reader) failed(t TensorInfo, err error) error {
	if err == io.EOF {
		return r.inPart(tooShort("tensor data", fmt.Sprintf("%q", t.Name), r.offset, 0, endOfFile, uint64(t.Offset+t.Size-r.offset)))
	}
	return r.inPart(fmt.Errorf("gguf: tensor data: %q: read at offset %d: %w", t.Name, r.offset, err))
}

// tensorData reads the data of one tensor.
type tensorData struct {
	r        *Reader
	tensor   TensorInfo
	returned bool
}

var errReturned = errors.New("gguf: tensor data: read after Next has gone on")

func (d *tensorData) Read(p []byte) (int, error) {
	if d.returned {
		return 0, errReturned
	}
	left := d.tensor.Offset + d.tensor.Size - d.r.offset
	if left == 0 {
		return 0, io.EOF
	}
	n, err := d.r.r.Read(p[:min(int64(len(p)), left)])
	d.r.offset += int64(n)
	if err != nil {
		err = d.r.failed(d.tensor, err)
	}
	return n, err
}

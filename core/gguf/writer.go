package gguf

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Writer writes one file, front to back.
type Writer struct {
	w         *bufio.Writer
	offset    int64 // of the next byte
	alignment int64
	tensors   []TensorInfo // in file order
	next      int          // index in tensors
	err       error        // the first failure: the file is lost then
}

// NewWriter checks what is to be written and writes the header, the metadata and
// the tensor infos. Of each tensor it reads Name, Shape and Type; their data must
// follow in the same order. meta may be nil.
func NewWriter(w io.Writer, meta *Metadata, tensors []TensorInfo) (*Writer, error) {
	if meta == nil {
		meta = new(Metadata)
	}
	header, placed, err := begin(meta, tensors)
	if err != nil {
		return nil, err
	}
	out := &Writer{w: bufio.NewWriterSize(w, window), alignment: meta.alignment(), tensors: placed}
	out.write(header)
	out.pad()
	return out, out.flush()
}

// FileSize returns the bytes of the file that a Writer makes of these.
func FileSize(meta *Metadata, tensors []TensorInfo) (int64, error) {
	header, placed, err := begin(meta, tensors)
	if err != nil {
		return 0, err
	}
	end := int64(len(header))
	if len(placed) > 0 {
		end = placed[len(placed)-1].Offset + placed[len(placed)-1].Size
	}
	return alignUp(end, meta.alignment()), nil
}

// begin returns all that comes before the data, and where in the file these go.
func begin(meta *Metadata, tensors []TensorInfo) (header []byte, placed []TensorInfo, err error) {
	if header, err = appendMetadata(nil, meta, len(tensors)); err != nil {
		return nil, nil, err
	}
	if placed, err = layOut(tensors, meta.alignment()); err != nil {
		return nil, nil, err
	}
	for _, t := range placed {
		header = appendInfo(header, t)
	}
	if len(header) > maxHeader {
		return nil, nil, fmt.Errorf("gguf: metadata and tensor infos take %d bytes, want at most %d", len(header), maxHeader)
	}
	start := alignUp(int64(len(header)), meta.alignment())
	for i := range placed {
		placed[i].Offset += start
	}
	return header, placed, nil
}

// Tensors returns the tensors with the offset and size that they have in the file.
func (w *Writer) Tensors() []TensorInfo { return slices.Clone(w.tensors) }

// WriteTensor writes the data of the next tensor, which must have the given name
// and exactly the size that its type and shape ask for.
func (w *Writer) WriteTensor(name string, data io.Reader) error {
	if w.err != nil {
		return w.err
	}
	if w.next == len(w.tensors) {
		return w.fail("tensor %q: all %d tensors are written", name, len(w.tensors))
	}
	t := w.tensors[w.next]
	if name != t.Name {
		return w.fail("got data for tensor %q, want %q next", name, t.Name)
	}
	n, err := io.Copy(w.w, io.LimitReader(data, t.Size))
	w.offset += n
	if err != nil {
		return w.fail("tensor %q: %w", name, err)
	}
	if n < t.Size {
		return w.fail("tensor %q: got %d bytes, want %d", name, n, t.Size)
	}
	if extra, err := io.ReadFull(data, make([]byte, 1)); extra > 0 {
		return w.fail("tensor %q: got more than %d bytes", name, t.Size)
	} else if err != io.EOF {
		return w.fail("tensor %q: %w", name, err)
	}
	w.pad()
	w.next++
	return w.err
}

// Close checks that every tensor is written and flushes. It does not close the
// underlying writer.
func (w *Writer) Close() error {
	if w.err == nil && w.next < len(w.tensors) {
		return w.fail("closed before tensor %q is written", w.tensors[w.next].Name)
	}
	return w.flush()
}

// flush passes on what has been written, if all of that went well.
func (w *Writer) flush() error {
	if w.err != nil {
		return w.err
	}
	if err := w.w.Flush(); err != nil {
		return w.fail("%w", err)
	}
	return nil
}

func (w *Writer) fail(format string, args ...any) error {
	w.err = fmt.Errorf("gguf: write: "+format, args...)
	return w.err
}

func (w *Writer) write(b []byte) {
	n, err := w.w.Write(b)
	w.offset += int64(n)
	if err != nil {
		w.fail("at offset %d: %w", w.offset, err)
	}
}

// pad writes zeros up to the alignment.
func (w *Writer) pad() {
	w.write(make([]byte, alignUp(w.offset, w.alignment)-w.offset))
}

// appendMetadata appends the header and all keys and values.
func appendMetadata(b []byte, meta *Metadata, tensorCount int) ([]byte, error) {
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint64(b, uint64(tensorCount))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(meta.keys)))
	for _, key := range meta.keys {
		if len(key) < 1 || len(key) > maxKey {
			return nil, fmt.Errorf("gguf: metadata key %.40q: got a length of %d, want 1 to %d", key, len(key), maxKey)
		}
		value := meta.values[key]
		if key == KeyAlignment {
			if a, ok := value.(uint32); !ok || !validAlignment(a) {
				return nil, fmt.Errorf("gguf: metadata %q: got %T %v, want uint32, a power of two from %d to %d", key, value, value, minAlignment, maxAlignment)
			}
		}
		var err error
		if b, err = appendValue(appendText(b, key), value); err != nil {
			return nil, fmt.Errorf("gguf: metadata %q: %w", key, err)
		}
	}
	return b, nil
}

// layOut checks the tensors and gives each its size, and an offset that counts
// from the start of the data section.
func layOut(tensors []TensorInfo, alignment int64) ([]TensorInfo, error) {
	placed := slices.Clone(tensors)
	seen := make(map[string]bool)
	offset := int64(0)
	for i := range placed {
		t := &placed[i]
		if len(t.Name) < 1 || len(t.Name) > maxName {
			return nil, fmt.Errorf("gguf: tensor %q: got a name of %d bytes, want 1 to %d", t.Name, len(t.Name), maxName)
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("gguf: tensor %q: got it twice, want each name once", t.Name)
		}
		seen[t.Name] = true
		if _, _, ok := t.Type.layout(); !ok {
			return nil, unsupportedType(t.Name, t.Type)
		}
		var got, want string
		if t.Size, got, want = t.Type.size(t.Shape); got != "" {
			return nil, fmt.Errorf("gguf: tensor %q: got %s, want %s", t.Name, got, want)
		}
		if t.Size > maxFile-offset {
			return nil, fmt.Errorf("gguf: tensor %q: got a file beyond %d bytes", t.Name, int64(maxFile))
		}
		t.Offset = offset
		offset = alignUp(offset+t.Size, alignment)
	}
	return placed, nil
}

// appendInfo appends the tensor info of t, whose offset counts from the start of
// the data section.
func appendInfo(b []byte, t TensorInfo) []byte {
	b = appendText(b, t.Name)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(t.Shape)))
	for _, n := range slices.Backward(t.Shape) {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(t.Type))
	return binary.LittleEndian.AppendUint64(b, uint64(t.Offset))
}

package gguf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// splitFiles encodes the sample tensors as parts with as many of them as counts say.
// Tensor i is filled with the byte i+1. change may spoil the metadata of a part.
func splitFiles(t testing.TB, counts []int, change func(part int, meta *Metadata)) [][]byte {
	t.Helper()
	var files [][]byte
	rest, fill := sampleTensors, byte(1)
	for part, n := range counts {
		meta := new(Metadata)
		if part == 0 {
			meta = sampleMetadata()
		}
		meta.Set(KeySplitNumber, uint16(part))
		meta.Set(KeySplitCount, uint16(len(counts)))
		meta.Set(KeySplitTensors, int32(len(sampleTensors)))
		if change != nil {
			change(part, meta)
		}
		var buf bytes.Buffer
		w, err := NewWriter(&buf, meta, rest[:n])
		if err != nil {
			t.Fatal(err)
		}
		for _, info := range w.Tensors() {
			if err := w.WriteTensor(info.Name, bytes.NewReader(bytes.Repeat([]byte{fill}, int(info.Size)))); err != nil {
				t.Fatal(err)
			}
			fill++
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		files, rest = append(files, buf.Bytes()), rest[n:]
	}
	return files
}

// openParts opens one part after the other.
func openParts(files [][]byte, known bool) func(int) (io.Reader, int64, error) {
	return func(part int) (io.Reader, int64, error) {
		if part >= len(files) {
			return nil, 0, fmt.Errorf("no part %d", part+1)
		}
		size := int64(-1)
		if known {
			size = int64(len(files[part]))
		}
		return bytes.NewReader(files[part]), size, nil
	}
}

// readAll reads every tensor, and checks that tensor i is filled with i+1.
func readAll(r *Reader) (names []string, err error) {
	for {
		info, data, err := r.Next()
		if err == io.EOF {
			return names, nil
		}
		if err != nil {
			return names, err
		}
		names = append(names, info.Name)
		b, err := io.ReadAll(data)
		if err != nil {
			return names, err
		}
		if !bytes.Equal(b, bytes.Repeat([]byte{byte(len(names))}, int(info.Size))) {
			return names, fmt.Errorf("%s has the data of another tensor", info.Name)
		}
	}
}

func TestSplit(t *testing.T) {
	want := []string{"embd", "bias", "half", "cube"}
	for _, counts := range [][]int{{4}, {1, 3}, {2, 1, 1}, {0, 4}, {0, 0, 3, 0, 1}} {
		files := splitFiles(t, counts, nil)
		for _, known := range []bool{true, false} {
			r, err := NewSplitReader(openParts(files, known))
			if err != nil {
				t.Fatalf("%v: %v", counts, err)
			}
			if text, _ := r.Metadata().Text("general.architecture"); text != "gpt2" {
				t.Errorf("%v: got the metadata of another part", counts)
			}
			if r.Complete() != (len(r.Tensors()) == len(want)) {
				t.Errorf("%v: complete %v with %d tensors", counts, r.Complete(), len(r.Tensors()))
			}
			names, err := readAll(r)
			if err != nil || !slices.Equal(names, want) || !r.Complete() {
				t.Errorf("%v: got tensors %q, error %v, complete %v, want %q", counts, names, err, r.Complete(), want)
			}
			if part, count := r.Part(); part != len(counts)-1 || count != len(counts) {
				t.Errorf("%v: got part %d of %d at the end", counts, part, count)
			}
		}
	}
}

// TestSplitOneStream: the parts may come one after the other in one stream, since a
// part is read to its end, whatever follows its tensors, before the next is asked for.
func TestSplitOneStream(t *testing.T) {
	files := splitFiles(t, []int{2, 0, 2}, nil)
	files[1] = append(files[1], make([]byte, 3*window)...)
	stream := iotest.HalfReader(bytes.NewReader(slices.Concat(files...)))
	r, err := NewSplitReader(func(part int) (io.Reader, int64, error) {
		size := int64(len(files[part]))
		return io.LimitReader(stream, size), size, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(r); err != nil {
		t.Error(err)
	}
}

// TestWholeFileAsSplit: a file that says nothing of parts is all there is.
func TestWholeFileAsSplit(t *testing.T) {
	file := encode(t, sampleMetadata(), sampleTensors)
	r, err := NewSplitReader(openParts([][]byte{file}, true))
	if err != nil {
		t.Fatal(err)
	}
	if names, err := readAll(r); err != nil || len(names) != 4 || !r.Complete() {
		t.Errorf("got %q, error %v, complete %v", names, err, r.Complete())
	}
}

// TestPartAlone: NewReader reads one part as the file that it is.
func TestPartAlone(t *testing.T) {
	file := splitFiles(t, []int{2, 2}, nil)[1]
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	part, count := r.Part()
	if len(r.Tensors()) != 2 || r.Complete() || part != 1 || count != 2 {
		t.Errorf("got %d tensors, complete %v, part %d of %d", len(r.Tensors()), r.Complete(), part, count)
	}
	for range 2 {
		if _, _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := r.Next(); err != io.EOF {
		t.Errorf("after its tensors: got %v, want io.EOF", err)
	}
}

func TestBrokenSplits(t *testing.T) {
	set := func(part int, key string, value any) func(int, *Metadata) {
		return func(p int, meta *Metadata) {
			if p == part {
				meta.Set(key, value)
			}
		}
	}
	swap := func(files [][]byte) { files[0], files[1] = files[1], files[0] }
	for _, c := range []struct {
		name   string
		change func(int, *Metadata)
		spoil  func([][]byte)
		want   string
	}{
		{"second first", nil, swap, `"split.no" at offset 0: got 1: part 2 of 3, want 0: the first part comes first`},
		{"twice", nil, func(f [][]byte) { f[1] = f[0] }, `part 2 of 3: gguf: metadata: "split.no" at offset 0: got 0, want 1: a part of the same model`},
		{"not a part", nil, func(f [][]byte) { f[2] = encode(t, nil, nil) }, `part 3 of 3: gguf: metadata: "split.count" at offset 0: got 1, want 3`},
		{"not a file", nil, func(f [][]byte) { f[2] = []byte("<!doctype html>") }, `part 3 of 3: gguf: header: magic number`},
		{"cut off", nil, func(f [][]byte) { f[1] = f[1][:len(f[1])-32] }, `part 2 of 3: gguf: tensor`},
		{"of another model", set(1, KeySplitTensors, int32(9)), nil, `"split.tensors.count" at offset 0: got 9, want 4`},
		{"fewer tensors", func(p int, meta *Metadata) { meta.Set(KeySplitTensors, int32(5)) }, nil, `"split.tensors.count" at offset 0: got 5, want 4, as many as parts 1 to 3 have`},
		{"more tensors", func(p int, meta *Metadata) { meta.Set(KeySplitTensors, int32(3)) }, nil, `"split.tensors.count" at offset 0: got 3, want 4`},
		{"count absurd", set(0, KeySplitCount, uint32(1<<20)), nil, `"split.count" at offset 0: got uint32 1048576, want a whole number from 1 to 65535`},
		{"count as text", set(0, KeySplitCount, strings.Repeat("x", 99)), nil, `"split.count" at offset 0: got string xxxx`},
		{"number beyond", set(0, KeySplitNumber, uint16(3)), nil, `"split.no" at offset 0: got 3, want less than split.count, 3`},
		{"tensors absurd", set(0, KeySplitTensors, int64(math.MaxInt64)), nil, `want a whole number from 0 to 65536`},
		{"tensors negative", set(0, KeySplitTensors, int32(-1)), nil, `got int32 -1, want a whole number`},
		{"no number", nil, func(f [][]byte) {
			meta := new(Metadata)
			meta.Set(KeySplitCount, uint16(3))
			f[0] = encode(t, meta, nil)
		}, `"split.no" at offset 0: got no such key`},
	} {
		files := splitFiles(t, []int{2, 1, 1}, c.change)
		if c.spoil != nil {
			c.spoil(files)
		}
		for _, known := range []bool{true, false} {
			r, err := NewSplitReader(openParts(files, known))
			if err == nil {
				_, err = readAll(r)
			}
			var format *FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got error %v, want a FormatError with %q", c.name, err, c.want)
			}
		}
	}
}

// TestSplitSameTensor: a tensor in two parts is refused where the second begins.
func TestSplitSameTensor(t *testing.T) {
	files := splitFiles(t, []int{2, 2}, nil)
	files[1] = bytes.Replace(files[1], []byte("half"), []byte("bias"), 1)
	r, err := NewSplitReader(openParts(files, true))
	if err == nil {
		_, err = readAll(r)
	}
	if err == nil || !strings.Contains(err.Error(), `"bias"`) || !strings.Contains(err.Error(), "a tensor that a part before has") {
		t.Errorf("got %v", err)
	}
}

// TestSplitOpenFails: an error of open comes back as it is.
func TestSplitOpenFails(t *testing.T) {
	files := splitFiles(t, []int{2, 2}, nil)
	broke := errors.New("404")
	r, err := NewSplitReader(func(part int) (io.Reader, int64, error) {
		if part == 1 {
			return nil, 0, broke
		}
		return openParts(files, true)(part)
	})
	if err == nil {
		_, err = readAll(r)
	}
	if err != broke {
		t.Errorf("got %v, want %v", err, broke)
	}
}

func TestSplitNames(t *testing.T) {
	want := []string{"a/tales-00001-of-00003.gguf", "a/tales-00002-of-00003.gguf", "a/tales-00003-of-00003.gguf"}
	for _, name := range want {
		if got, ok := SplitNames(name); !ok || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", name, got, ok, want)
		}
	}
	for _, name := range []string{
		"", "tales.gguf", "-0001-of-0003.gguf", "tales-00000-of-00003.gguf", "tales-00004-of-00003.gguf",
		"tales-00001-of-00000.gguf", "tales-00001-of-99999.gguf", "tales-00001-of-00003.GGUF", "tales-+0001-of-00003.gguf", "tales-00001_of_00003.gguf",
	} {
		if got, ok := SplitNames(name); ok {
			t.Errorf("%q: got %q, want none", name, got)
		}
	}
}

// FuzzSplit reads two parts: it never panics and allocates no more than for the
// parts alone.
func FuzzSplit(f *testing.F) {
	for _, counts := range [][]int{{2, 2}, {0, 4}, {4, 0}} {
		files := splitFiles(f, counts, nil)
		f.Add(files[0], files[1])
		f.Add(files[1], files[0])
		f.Add(files[0], files[0])
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		files := [][]byte{first, second}
		var err error
		got := allocated(func() {
			var r *Reader
			if r, err = NewSplitReader(openParts(files, true)); err != nil {
				return
			}
			for err == nil {
				_, _, err = r.Next()
			}
		})
		if limit := 2*allocationCap(len(first)+len(second)) + 2*window; got > limit {
			t.Errorf("allocated %d bytes for parts of %d and %d, want at most %d", got, len(first), len(second), limit)
		}
		if err == nil {
			t.Error("got no end")
		}
	})
}

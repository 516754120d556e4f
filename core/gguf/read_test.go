package gguf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

// raw builds a file by hand, with whatever faults a test wants.
type raw []byte

func (b raw) u32(v uint32) raw    { return binary.LittleEndian.AppendUint32(b, v) }
func (b raw) u64(v uint64) raw    { return binary.LittleEndian.AppendUint64(b, v) }
func (b raw) text(s string) raw   { return appendText(b, s) }
func (b raw) bytes(v ...byte) raw { return append(b, v...) }
func header(tensors, keys int) raw {
	return raw(magic).u32(version).u64(uint64(tensors)).u64(uint64(keys))
}
func (b raw) pad() raw               { return append(b, make([]byte, alignUp(int64(len(b)), 32)-int64(len(b)))...) }
func (b raw) key(k string) raw       { return b.text(k) }
func (b raw) kind(k kind) raw        { return b.u32(uint32(k)) }
func (b raw) array(of kind) raw      { return b.kind(kindArray).kind(of) }
func (b raw) data(n int) raw         { return append(b.pad(), make([]byte, n)...) }
func (b raw) alignment(v uint32) raw { return b.key(KeyAlignment).kind(kindUint32).u32(v) }

// info appends a tensor info.
func (b raw) info(name string, typ Type, offset uint64, dims ...uint64) raw {
	b = b.text(name).u32(uint32(len(dims)))
	for _, d := range dims {
		b = b.u64(d)
	}
	return b.u32(uint32(typ)).u64(offset)
}

// broken lists damaged files with the error each must give. Headers take 24 bytes;
// a key "k" with its kind takes 13, so its value starts at offset 37.
var broken = []struct {
	name   string
	file   raw
	offset int64
	want   string // part of the error
}{
	{"empty", nil, 0, "header: magic number at offset 0: got 0 bytes up to the end of the file, want 4"},
	{"another format", raw("<!doctype html>"), 0, `got "<!do", not a GGUF file, want "GGUF"`},
	{"magic swapped", raw("FUGG").u32(version), 0, "byte-swapped"},
	{"version 1", raw(magic).u32(1), 4, "GGUF version 1, an old format"},
	{"version 2", raw(magic).u32(2), 4, "GGUF version 2, an old format"},
	{"version 4", raw(magic).u32(4), 4, "GGUF version 4, want version 3"},
	{"version 0", raw(magic).u32(0), 4, "GGUF version 0, want version 3"},
	{"version swapped", raw(magic).u32(3 << 24), 4, "byte-swapped"},
	{"tensor count lies", header(1, 0), 8, "tensor count at offset 8: got 8 bytes up to the end of the file, want 33"},
	{"tensor count absurd", raw(magic).u32(version).u64(math.MaxUint64).u64(0), 8, "got 18446744073709551615, want at most 65536"},
	{"key count lies", header(0, 2).bytes(make([]byte, 27)...), 16, "metadata count at offset 16: got 27 bytes up to the end of the file, want 28"},
	{"key count absurd", raw(magic).u32(version).u64(0).u64(1 << 63), 16, "want at most 65536"},

	{"key empty", header(0, 1).text("").kind(kindUint64).u64(0), 24, "metadata: key 1 of 1 at offset 24: got a length of 0, want 1 to 65535"},
	{"key too long", header(0, 1).text(strings.Repeat("k", 65536)), 24, "got a length of 65536"},
	{"key length lies", header(0, 1).u64(50).data(8), 32, "want 50 bytes"},
	{"key twice", header(0, 2).key("k").kind(kindUint32).u32(1).key("k").kind(kindUint32).u32(1), 49, `got "k" a second time`},
	{"value type", header(0, 1).key("k").u32(13).u64(0), 33, `"k" at offset 33: got value type 13`},
	{"boolean", header(0, 1).key("k").kind(kindBool).bytes(2), 37, "got a boolean of 2, want 0 or 1"},
	{"boolean in an array", header(0, 1).key("k").array(kindBool).u64(4).bytes(0, 1, 1, 255), 52, "got a boolean of 255"},
	{"array of arrays", header(0, 1).key("k").array(kindArray).u64(1).u64(0), 37, "an array of value type 9"},
	{"array of nothing", header(0, 1).key("k").array(99).u64(0), 37, "an array of value type 99"},
	{"array length lies", header(0, 1).key("k").array(kindInt32).u64(3).u64(0), 41, "got 8 bytes up to the end of the file, want 12"},
	{"array length overflows", header(0, 1).key("k").array(kindFloat64).u64(1 << 61), 41, "want 18446744073709551615 bytes"},
	{"text length lies", header(0, 1).key("k").kind(kindText).u64(5).bytes([]byte("four")...), 37, "got 4 bytes up to the end of the file, want 5"},
	{"text length overflows", header(0, 1).key("k").kind(kindText).u64(math.MaxUint64), 37, "want 18446744073709551615 bytes"},
	{"texts count lies", header(0, 1).key("k").array(kindText).u64(3).text("").text(""), 41, "got 16 bytes up to the end of the file, want 24"},
	{"texts element lies", header(0, 1).key("k").array(kindText).u64(2).text("").u64(9).u64(0), 57, "got 8 bytes up to the end of the file, want 9"},
	{"alignment 0", header(0, 1).alignment(0), 53, "got uint32 0, want uint32, a power of two from 8 to 65536"},
	{"alignment 4", header(0, 1).alignment(4), 53, "got uint32 4"},
	{"alignment 24", header(0, 1).alignment(24), 53, "got uint32 24"},
	{"alignment absurd", header(0, 1).alignment(1 << 31), 53, "got uint32 2147483648"},
	{"alignment of another type", header(0, 1).key(KeyAlignment).kind(kindInt32).u32(32), 53, "got int32 32"},

	{"tensor name empty", header(1, 0).info("", F32, 0, 8).data(32), 24, "tensor infos: name of tensor 1 of 1 at offset 24: got a length of 0, want 1 to 64"},
	{"tensor name too long", header(1, 0).info(strings.Repeat("t", 65), F32, 0, 8).data(32), 24, "got a length of 65"},
	{"tensor name twice", header(2, 0).info("t", F32, 0, 8).info("t", F32, 32, 8).data(64), 65, `got "t" a second time`},
	{"no dimensions", header(1, 0).info("t", F32, 0).data(32), 33, `"t" at offset 33: got 0 dimensions, want 1 to 4`},
	{"five dimensions", header(1, 0).info("t", F32, 0, 1, 1, 1, 1, 1).data(32), 33, "got 5 dimensions"},
	{"dimension 0", header(1, 0).info("t", F32, 0, 8, 0).data(32), 45, "got a dimension of 0"},
	{"dimension negative", header(1, 0).info("t", F32, 0, math.MaxUint64).data(32), 37, "got a dimension of 18446744073709551615"},
	{"dimensions overflow values", header(1, 0).info("t", F32, 0, 1<<32, 1<<31, 2).data(32), 37, "2^63-1 bytes"},
	{"dimensions overflow bytes", header(1, 0).info("t", F32, 0, 1<<61).data(32), 37, "2^63-1 bytes"},
	{"rows overflow", header(1, 0).info("t", F32, 0, 1, 1<<40, 1<<40).data(32), 37, "2^63-1 bytes"},
	{"row of Q8_0", header(1, 0).info("t", Q8_0, 0, 33, 32).data(2048), 37, "got rows of 33 values, want a multiple of 32 for Q8_0"},
	{"offset not aligned", header(1, 0).info("t", F32, 8, 8).data(64), 49, "got data offset 8, want a multiple of the alignment, 32"},
	{"offset negative", header(1, 0).info("t", F32, 1<<63, 8).data(32), 49, "got data offset 9223372036854775808"},
	{"offset beyond the file", header(1, 0).info("t", F32, 64, 8).data(32), 49, "got 32 bytes at data offset 64, want data that ends at most 32 bytes after"},
	{"offset absurd", header(1, 0).info("t", F32, math.MaxInt64-31, 8).data(32), 49, "at data offset 9223372036854775776"},
	{"size beyond the file", header(1, 0).info("t", F32, 0, 9).data(32), 49, "got 36 bytes at data offset 0, want data that ends at most 32 bytes after"},
	{"size absurd", header(1, 0).info("t", F16, 0, 1<<61).data(32), 49, "got 4611686018427387904 bytes at data offset 0"},
	{"overlap", header(2, 0).info("t", F32, 0, 9).info("u", F32, 32, 8).data(64), 82, `"u" at offset 82: got data offset 32, inside the data of "t", want at least 36`},
	{"overlap out of order", header(2, 0).info("u", F32, 32, 8).info("t", F32, 0, 9).data(64), 49, `"u" at offset 49: got data offset 32, inside the data of "t"`},
	{"same data", header(2, 0).info("t", F32, 0, 8).info("u", F32, 0, 8).data(64), 82, `inside the data of "t"`},
	{"no data section", header(1, 0).info("t", F32, 0, 8), 49, "want data that ends at most 0 bytes after"},
}

func TestBrokenFiles(t *testing.T) {
	for _, c := range broken {
		_, err := NewReader(bytes.NewReader(c.file), int64(len(c.file)))
		var format *FormatError
		if !errors.As(err, &format) {
			t.Errorf("%s: got error %v, want a FormatError", c.name, err)
			continue
		}
		if format.Offset != c.offset || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q at offset %d, want %q at %d", c.name, err, format.Offset, c.want, c.offset)
		}
	}
}

// TestBrokenFilesOfUnknownLength: where the length is not known the same files are
// refused at the latest when their data is read.
func TestBrokenFilesOfUnknownLength(t *testing.T) {
	for _, c := range broken {
		_, err := copyFile(c.file, -1)
		var format *FormatError
		if !errors.As(err, &format) {
			t.Errorf("%s: got error %v, want a FormatError", c.name, err)
		}
	}
}

func TestUnsupportedTypes(t *testing.T) {
	for typ, name := range map[Type]string{2: "Q4_0", 12: "Q4_K", 30: "BF16", 24: "I8", 4: "type 4", 1000: "type 1000"} {
		file := header(2, 0).info("good", F32, 0, 8).info("blk.0.ffn_up.weight", typ, 32, 256, 2).data(1024)
		_, err := NewReader(bytes.NewReader(file), int64(len(file)))
		var unsupported *UnsupportedError
		if !errors.As(err, &unsupported) {
			t.Errorf("%s: got error %v, want an UnsupportedError", name, err)
			continue
		}
		want := fmt.Sprintf(`gguf: unsupported type of tensor "blk.0.ffn_up.weight": got %s, want F32, F16 or Q8_0`, name)
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

// TestList: a file with types that are not ours is listed, those with their size 0,
// and a broken one is refused as NewReader does, as far as the header shows it.
func TestList(t *testing.T) {
	file := header(2, 1).key("k").kind(kindText).text("v").info("good", F32, 0, 8).info("blk.0.ffn_up.weight", 12, 32, 256, 2).data(32)
	meta, tensors, err := List(bytes.NewReader(file), int64(len(file)))
	want := []TensorInfo{{Name: "good", Shape: []int{8}, Type: F32, Size: 32}, {Name: "blk.0.ffn_up.weight", Shape: []int{2, 256}, Type: 12, Offset: 32}}
	if err != nil || !reflect.DeepEqual(tensors, want) {
		t.Fatalf("got %+v, error %v, want %+v", tensors, err, want)
	}
	if text, _ := meta.Text("k"); text != "v" {
		t.Errorf("got %q", text)
	}
	for _, c := range broken {
		_, wantErr := NewReader(bytes.NewReader(c.file), int64(len(c.file)))
		if _, _, err := List(bytes.NewReader(c.file), int64(len(c.file))); err != nil && err.Error() != wantErr.Error() {
			t.Errorf("%s: got %v, want %v", c.name, err, wantErr)
		} else if err == nil && !strings.Contains(c.name, "offset") && !strings.Contains(c.name, "overlap") && !strings.Contains(c.name, "data") && !strings.Contains(c.name, "size") {
			t.Errorf("%s: got no error", c.name)
		}
	}
}

// TestTruncated cuts a sound file at every length: no cut may pass for the whole,
// and every error says that the file is too short.
func TestTruncated(t *testing.T) {
	file := encode(t, sampleMetadata(), sampleTensors)
	whole, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	last := whole.Tensors()[len(sampleTensors)-1]
	for n := range int(last.Offset + last.Size) { // only padding comes after
		for _, size := range []int64{int64(n), int64(len(file)), -1} {
			_, err := copyFile(file[:n], size)
			var format *FormatError
			if !errors.As(err, &format) || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Fatalf("%d bytes, said to be %d: got %v, want a FormatError with io.ErrUnexpectedEOF", n, size, err)
			}
		}
	}
	if _, err := copyFile(file[:last.Offset+last.Size], -1); err != nil {
		t.Errorf("without the padding at the end: %v", err)
	}
}

// TestReadErrors: what the underlying reader reports is passed on at every offset.
func TestReadErrors(t *testing.T) {
	broke := errors.New("connection reset")
	file := encode(t, sampleMetadata(), sampleTensors)
	for n := range len(file) - 32 {
		r, err := NewReader(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broke)), int64(len(file)))
		for err == nil {
			var data io.Reader
			if _, data, err = r.Next(); err == nil {
				_, err = io.Copy(io.Discard, data)
			}
		}
		if !errors.Is(err, broke) {
			t.Fatalf("error at offset %d: got %v, want %v", n, err, broke)
		}
	}
}

// TestSlowReader reads a file that arrives byte by byte.
func TestSlowReader(t *testing.T) {
	file := encode(t, sampleMetadata(), sampleTensors)
	r, err := NewReader(iotest.OneByteReader(bytes.NewReader(file)), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range sampleTensors {
		info, data, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(data)
		if err != nil || !bytes.Equal(b, bytes.Repeat([]byte{byte(i + 1)}, int(info.Size))) {
			t.Errorf("%s: got %v, error %v, want %d times %d", info.Name, b, err, info.Size, i+1)
		}
	}
}

// TestOrderAndGaps: infos may come in another order than the data, and the data may
// have gaps.
func TestOrderAndGaps(t *testing.T) {
	file := header(2, 0).info("second", F32, 96, 1).info("first", F32, 32, 1).data(32).bytes(1, 0, 0, 0).data(32).bytes(2, 0, 0, 0)
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"first", "second"} {
		info, data, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(data)
		if err != nil || info.Name != want || !bytes.Equal(b, []byte{byte(i + 1), 0, 0, 0}) {
			t.Errorf("tensor %d: got %q with %v, error %v, want %q with %d", i, info.Name, b, err, want, i+1)
		}
	}
}

// TestLongStrings crosses the read window in a string, an array of strings and an
// array of numbers.
func TestLongStrings(t *testing.T) {
	meta := new(Metadata)
	meta.Set("long", strings.Repeat("0123456789", window/4))
	meta.Set("many", strings.Split(strings.Repeat("token ", window), " "))
	meta.Set("large", []string{"", strings.Repeat("x", 3*window), "y", strings.Repeat("z", window)})
	numbers := make([]int32, window)
	for i := range numbers {
		numbers[i] = int32(i)
	}
	meta.Set("numbers", numbers)
	file := encode(t, meta, nil)
	again, err := copyFile(file, int64(len(file)))
	if err != nil || !bytes.Equal(file, again) {
		t.Errorf("a copy differs (error %v)", err)
	}
}

// allocated returns the bytes that call allocates, garbage included.
func allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// allocationCap is what reading the header of a file of n bytes may allocate: the
// window and a little, and a multiple of the file (of 33 bytes, a tensor info makes
// an entry of a list that grows by doubling, one of a map, and text for errors).
func allocationCap(n int) uint64 { return 3*window + 64*uint64(n) }

func TestLyingLengthsAllocateNothing(t *testing.T) {
	const lie = 1 << 31
	for name, file := range map[string]raw{
		"text":         header(0, 1).key("k").kind(kindText).u64(lie).data(64),
		"texts":        header(0, 1).key("k").array(kindText).u64(lie).data(64),
		"text in list": header(0, 1).key("k").array(kindText).u64(2).u64(lie).data(64),
		"numbers":      header(0, 1).key("k").array(kindFloat64).u64(lie).data(64),
		"small lie":    header(0, 1).key("k").array(kindText).u64(maxHeader / 16).data(64),
		"keys":         header(0, lie).data(64),
		"tensors":      header(lie, 0).data(64),
		"many tensors": header(maxCount, 0).data(64),
		"many keys":    header(0, maxCount).data(64),
	} {
		for _, size := range []int64{int64(len(file)), -1, math.MaxInt64} {
			limit := allocationCap(len(file))
			if size != int64(len(file)) {
				limit += 16 * room // room for strings, of 16 bytes each
			}
			var err error
			got := allocated(func() { _, err = NewReader(bytes.NewReader(file), size) })
			if err == nil || got > limit {
				t.Errorf("%s: size %d: allocated %d bytes, error %v, want an error and at most %d bytes", name, size, got, err, limit)
			}
		}
	}
}

// manyArrays is a sound file of so many keys, each an array of one empty string.
func manyArrays(keys int) raw {
	file := header(0, keys)
	for i := range keys {
		file = file.key(fmt.Sprintf("%04x", i)).array(kindText).u64(1).text("")
	}
	return file
}

// TestShortArraysAllocateLittle: an array has memory for its own strings, not for what follows.
func TestShortArraysAllocateLittle(t *testing.T) {
	for _, keys := range []int{300, 3000} {
		file := manyArrays(keys)
		var err error
		got := allocated(func() { _, err = NewReader(bytes.NewReader(file), int64(len(file))) })
		if limit := allocationCap(len(file)); err != nil || got > limit {
			t.Errorf("%d keys: allocated %d bytes, error %v, want at most %d", keys, got, err, limit)
		}
	}
}

func TestHeaderLimit(t *testing.T) {
	file := header(0, 1).key("k").kind(kindText).u64(maxHeader)
	_, err := NewReader(bytes.NewReader(file), math.MaxInt64)
	if err == nil || !strings.Contains(err.Error(), "up to the limit of 64 MiB for metadata and tensor infos") {
		t.Errorf("got error %v, want one about the limit", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(encode(f, sampleMetadata(), sampleTensors))
	f.Add(encode(f, nil, nil))
	f.Add([]byte(header(2, 0).info("b", F32, 64, 1).info("a", F16, 0, 2, 1).data(68)))
	f.Add([]byte(header(1, 1).alignment(8).info("a", Q8_0, 8, 32).data(64)))
	f.Add([]byte(manyArrays(300)))
	for _, c := range broken {
		f.Add([]byte(c.file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		var err error
		got := allocated(func() { _, err = NewReader(bytes.NewReader(file), int64(len(file))) })
		if got > allocationCap(len(file)) {
			t.Errorf("allocated %d bytes for a file of %d, want at most %d", got, len(file), allocationCap(len(file)))
		}
		if err != nil {
			var format *FormatError
			var unsupported *UnsupportedError
			if !errors.As(err, &format) && !errors.As(err, &unsupported) {
				t.Errorf("got %T %v, want a FormatError or an UnsupportedError", err, err)
			}
			return
		}
		once, err := copyFile(file, int64(len(file)))
		if err != nil {
			t.Fatalf("copy of a sound file: %v", err)
		}
		streamed, err := copyFile(file, -1)
		if err != nil || !bytes.Equal(once, streamed) {
			t.Errorf("read with unknown length: error %v, or other contents", err)
		}
		if twice, err := copyFile(once, int64(len(once))); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("a copy of the copy: error %v, or other contents", err)
		}
	})
}

// BenchmarkReadVocabulary reads a header as large as GPT-2's.
func BenchmarkReadVocabulary(b *testing.B) {
	tokens := make([]string, 50257)
	for i := range tokens {
		tokens[i] = fmt.Sprintf("Ġt%d", i)
	}
	meta := new(Metadata)
	meta.Set("tokenizer.ggml.tokens", tokens)
	meta.Set("tokenizer.ggml.merges", tokens[:50000])
	meta.Set("tokenizer.ggml.token_type", make([]int32, len(tokens)))
	file := encode(b, meta, nil)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewReader(bytes.NewReader(file), int64(len(file))); err != nil {
			b.Fatal(err)
		}
	}
}

// TestShortErrors: what an error quotes of a file is never longer than a screen, and has
// nothing in it that a terminal obeys.
func TestShortErrors(t *testing.T) {
	long := strings.Repeat("k\x1b[31m", 5000)
	b := header(0, 1).text(long).u32(99) // no kind of a value
	_, err := NewReader(bytes.NewReader(b), int64(len(b)))
	for _, err := range []error{err, &UnsupportedError{Subject: "architecture", Got: strconv.Quote(long), Want: "gpt2"}} {
		if err == nil || len(err.Error()) > 1000 || strings.Contains(err.Error(), "\x1b") || !strings.Contains(err.Error(), "...") {
			t.Errorf("got an error of %d bytes: %.300v", len(fmt.Sprint(err)), err)
		}
	}
}

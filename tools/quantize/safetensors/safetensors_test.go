package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/internal/memtest"
)

// file builds a file from a header and the length of its data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for i := range data {
		b = append(b, byte(i))
	}
	return b
}

func TestRead(t *testing.T) {
	const header = `{"__metadata__":{"format":"pt"},` +
		`"half":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},` +
		`"brain":{"dtype":"BF16","shape":[1,2],"data_offsets":[12,16]},` +
		`"full":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},` +
		`"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]},` +
		`"none":{"dtype":"F64","shape":[0,7],"data_offsets":[19,19]},` +
		`"scalar":{"dtype":"U8","shape":[],"data_offsets":[19,20]}}   `
	b := file(header, 0)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(1.5))
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(-3e-20))
	b = append(b, 0x00, 0x3c, 0x01, 0x80) // float16 1, -2^-24
	b = append(b, 0x80, 0x3f, 0x49, 0xc0) // bfloat16 1, -3.140625
	b = append(b, 1, 0, 1, 7)
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tensor := range f {
		names = append(names, tensor.Name)
	}
	if want := []string{"full", "half", "brain", "mask", "none", "scalar"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q: file order", names, want)
	}
	for i, want := range [][]float32{{1.5, -3e-20}, {1, -0x1p-24}, {1, -3.140625}} {
		tensor := f[i]
		got := make([]float32, 2)
		if err := tensor.Values.ReadAt(got, 0); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %v, error %v, want %v", tensor.Name, got, err, want)
		}
		if err := tensor.Values.ReadAt(got[:1], 1); err != nil || got[0] != want[1] {
			t.Errorf("%s: value 1: got %v, error %v, want %v", tensor.Name, got[0], err, want[1])
		}
		for _, first := range []int64{-1, 1, 3, math.MaxInt64} {
			if err := tensor.Values.ReadAt(got, first); err == nil {
				t.Errorf("%s: two values from %d on: got no error", tensor.Name, first)
			}
		}
	}
	if mask := f[3]; mask.Values != nil {
		t.Error("booleans can be read as numbers")
	}
}

// TestReadLong crosses the steps in which values are read.
func TestReadLong(t *testing.T) {
	const n = 40000
	b := file(`{"t":{"dtype":"F32","shape":[40000],"data_offsets":[0,160000]}}`, 0)
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i)))
	}
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, n-7)
	if err := f[0].Values.ReadAt(got, 7); err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if v != float32(i+7) {
			t.Fatalf("value %d: got %v, want %v", i+7, v, i+7)
		}
	}
}

// broken lists damaged files with a part of the error each must give.
var broken = []struct {
	name string
	file []byte
	want string
}{
	{"empty", nil, "got a file of 0 bytes"},
	{"seven bytes", make([]byte, 7), "got a file of 7 bytes"},
	{"header length", binary.LittleEndian.AppendUint64(nil, 1), "header length at offset 0: got 1, want at most 0"},
	{"header length absurd", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "got 18446744073709551615"},
	{"no header", make([]byte, 8), "header at offset 8"},
	{"no JSON", file("GGUF", 0), "invalid character"},
	{"an array", file("[]", 0), "got [, want a JSON object"},
	{"JSON cut off", file(`{"t":`, 0), "EOF"},
	{"more JSON", file(`{} {}`, 0), "more after the JSON object"},
	{"metadata", file(`{"__metadata__":{"n":5}}`, 0), "__metadata__: json"},
	{"name twice", file(`{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"t":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), `tensor "t": got it twice`},
	{"entry", file(`{"t":5}`, 0), `tensor "t": json`},
	{"type", file(`{"t":{"dtype":"Q4","shape":[1],"data_offsets":[0,1]}}`, 1), `got type "Q4"`},
	{"type missing", file(`{"t":{"shape":[1],"data_offsets":[0,1]}}`, 1), `got type ""`},
	{"shape negative", file(`{"t":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}`, 1), "got shape [-1]"},
	{"shape overflows", file(`{"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), "got shape [4294967296 4294967296]"},
	{"shape beyond int64", file(`{"t":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}}`, 0), "18446744073709551616"},
	{"no offsets", file(`{"t":{"dtype":"U8","shape":[1]}}`, 1), "got data offsets [], want two that are 1 bytes apart"},
	{"offsets negative", file(`{"t":{"dtype":"U8","shape":[2],"data_offsets":[-1,1]}}`, 1), "got data offsets [-1 1]"},
	{"offsets overflow", file(`{"t":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775807,-9223372036854775808]}}`, 1), "got data offset 9223372036854775807, want 0"},
	{"offsets and shape", file(`{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "want two that are 8 bytes apart"},
	{"overlap", file(`{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"u":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3), `tensor "u": got data offset 1, want 2`},
	{"gap", file(`{"t":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3), `tensor "t": got data offset 1, want 0`},
	{"data cut off", file(`{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 1), `tensor "t": got 1 bytes up to the end of the file, want 2: the file is cut off`},
	{"data too long", file(`{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 3), "got 1 bytes after the last tensor"},
}

// TestCaps: what would keep a reader busy is refused before it does.
func TestCaps(t *testing.T) {
	var many strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&many, `,"t%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`, i)
	}
	million := file("{"+many.String()[1:]+"}", 0)
	for name, c := range map[string]struct {
		file []byte
		want string
		most uint64 // bytes of memory
	}{
		"a million tensors":         {million, "header length at offset 0: got 58888891, want at most 8388608, more than any GPT-2 needs", 1 << 16},
		"as many as fit":            {file("{"+many.String()[1:many.Len()/1000*100]+"}", 0), "got more than 65536 tensors", 64 << 20},
		"a long name":               {file(`{"`+strings.Repeat("x", maxHeader), 0), "header length at offset 0", 1 << 16},
		"a long shape":              {file(`{"t":{"dtype":"F32","shape":[`+strings.Repeat("1,", 1<<20)+`-1],"data_offsets":[0,0]}}`, 0), "got shape [1 1 1", 128 << 20},
		"many offsets":              {file(`{"t":{"dtype":"F32","shape":[1],"data_offsets":[`+strings.Repeat("1,", 1<<20)+`1]}}`, 0), "got data offsets [1 1 1", 128 << 20},
		"a type of a million bytes": {file(`{"t":{"dtype":"`+strings.Repeat("F", 1<<20)+`","shape":[1],"data_offsets":[0,4]}}`, 4), "got type \"FFFF", 32 << 20},
	} {
		var err error
		got := memtest.Allocated(func() { _, err = Open(bytes.NewReader(c.file), int64(len(c.file))) })
		if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 300 {
			t.Errorf("%s: got error %.300v, want a short one with %q", name, err, c.want)
		}
		if got > c.most {
			t.Errorf("%s: allocated %d bytes, want at most %d", name, got, c.most)
		}
	}
}

// TestAliases: a tensor that shares its values with another one has a name in the
// metadata alone.
func TestAliases(t *testing.T) {
	b := file(`{"__metadata__":{"format":"pt","b":"a","a":"b","c":"d"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)
	f, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(f) != 2 || f[0].Name != "a" || f[1].Name != "b" || f[1].Values != f[0].Values {
		t.Errorf("got %+v, error %v, want a, and b with its values", f, err)
	}
}

func TestBroken(t *testing.T) {
	for _, c := range broken {
		_, err := Open(bytes.NewReader(c.file), int64(len(c.file)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", c.name, err, c.want)
		}
	}
}

// shrunk is a file that has lost its data since its length was asked for; 8+54
// bytes are the header.
type shrunk struct{ io.ReaderAt }

func (s shrunk) ReadAt(p []byte, off int64) (int, error) {
	if off >= 8+54 {
		return 0, io.EOF
	}
	return s.ReaderAt.ReadAt(p, off)
}

func TestReadErrors(t *testing.T) {
	b := file(`{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)
	f, err := Open(shrunk{bytes.NewReader(b)}, int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if err := f[0].Values.ReadAt(make([]float32, 1), 1); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, c := range broken {
		f.Add(c.file)
	}
	f.Add(file(`{"t":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		var file []checkpoint.Stored
		var err error
		got := memtest.Allocated(func() { file, err = Open(bytes.NewReader(b), int64(len(b))) })
		if limit := uint64(64<<10 + 64*len(b)); got > limit {
			t.Errorf("allocated %d bytes for a file of %d, want at most %d", got, len(b), limit)
		}
		if err != nil {
			return
		}
		for _, tensor := range file {
			if tensor.Bytes > int64(len(b)) {
				t.Fatalf("%q: %d bytes in a file of %d", tensor.Name, tensor.Bytes, len(b))
			}
			if tensor.Values != nil {
				if err := tensor.Values.ReadAt(make([]float32, tensor.Bytes/checkpoint.TypeBytes[tensor.Type]), 0); err != nil {
					t.Fatalf("%q: %v", tensor.Name, err)
				}
			}
		}
	})
}

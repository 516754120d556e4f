package gguf

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

// sampleMetadata has a value of every kind.
func sampleMetadata() *Metadata {
	meta := new(Metadata)
	meta.Set("general.architecture", "gpt2")
	meta.Set("u8", uint8(200))
	meta.Set("i8", int8(-100))
	meta.Set("u16", uint16(60000))
	meta.Set("i16", int16(-30000))
	meta.Set("u32", uint32(4000000000))
	meta.Set("i32", int32(-2000000000))
	meta.Set("u64", uint64(1<<63+1))
	meta.Set("i64", int64(-1<<62))
	meta.Set("f32", float32(1e-5))
	meta.Set("f64", 0.1)
	meta.Set("yes", true)
	meta.Set("no", false)
	meta.Set("tokens", []string{"a", "", "Ġthe", strings.Repeat("x", 100)})
	meta.Set("types", []int32{1, 3, -4})
	meta.Set("au8", []uint8{1, 2, 255})
	meta.Set("ai8", []int8{-1})
	meta.Set("au16", []uint16{65535})
	meta.Set("ai16", []int16{-32768})
	meta.Set("au32", []uint32{1 << 31})
	meta.Set("au64", []uint64{7, 8})
	meta.Set("ai64", []int64{-7})
	meta.Set("af32", []float32{0.5, -0.25})
	meta.Set("af64", []float64{0.1})
	meta.Set("bools", []bool{true, false, true})
	meta.Set("none", []string{})
	meta.Set("nothing", []float32{})
	return meta
}

var sampleTensors = []TensorInfo{
	{Name: "embd", Shape: []int{3, 64}, Type: Q8_0},
	{Name: "bias", Shape: []int{5}, Type: F32},
	{Name: "half", Shape: []int{2, 3}, Type: F16},
	{Name: "cube", Shape: []int{2, 1, 3, 2}, Type: F32},
}

// encode writes a file whose tensor i is filled with the byte i+1.
func encode(t testing.TB, meta *Metadata, tensors []TensorInfo) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := NewWriter(&buf, meta, tensors)
	if err != nil {
		t.Fatal(err)
	}
	for i, info := range w.Tensors() {
		data := bytes.Repeat([]byte{byte(i + 1)}, int(info.Size))
		if err := w.WriteTensor(info.Name, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// copyFile reads a file with the size given and writes it again.
func copyFile(file []byte, size int64) ([]byte, error) {
	r, err := NewReader(bytes.NewReader(file), size)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	w, err := NewWriter(&buf, r.Metadata(), r.Tensors())
	if err != nil {
		return nil, err
	}
	for {
		t, data, err := r.Next()
		if err == io.EOF {
			err := w.Close()
			return buf.Bytes(), err
		}
		if err != nil {
			return nil, err
		}
		if err := w.WriteTensor(t.Name, data); err != nil {
			return nil, err
		}
	}
}

func TestWriteReadWrite(t *testing.T) {
	aligned := new(Metadata)
	aligned.Set(KeyAlignment, uint32(64))
	files := map[string][]byte{
		"every kind": encode(t, sampleMetadata(), sampleTensors),
		"alignment":  encode(t, aligned, sampleTensors),
		"no tensors": encode(t, sampleMetadata(), nil),
		"empty":      encode(t, nil, nil),
	}
	for name, file := range files {
		for _, size := range []int64{int64(len(file)), -1} {
			again, err := copyFile(file, size)
			if err != nil {
				t.Errorf("%s: size %d: %v", name, size, err)
			} else if !bytes.Equal(file, again) {
				t.Errorf("%s: size %d: a copy through reader and writer differs", name, size)
			}
		}
	}
}

func TestFileSize(t *testing.T) {
	for n := range len(sampleTensors) + 1 {
		file := encode(t, sampleMetadata(), sampleTensors[:n])
		if size, err := FileSize(sampleMetadata(), sampleTensors[:n]); err != nil || size != int64(len(file)) {
			t.Errorf("%d tensors: got %d bytes, error %v, want %d", n, size, err, len(file))
		}
	}
	if _, err := FileSize(sampleMetadata(), []TensorInfo{{Name: "t", Shape: []int{33}, Type: Q8_0}}); err == nil {
		t.Error("a tensor that cannot be: got no error")
	}
}

func TestReadBack(t *testing.T) {
	meta := sampleMetadata()
	file := encode(t, meta, sampleTensors)
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Metadata().Keys(); !reflect.DeepEqual(got, meta.Keys()) {
		t.Errorf("keys: got %q, want %q", got, meta.Keys())
	}
	for _, key := range meta.Keys() {
		got, _ := r.Metadata().Value(key)
		want, _ := meta.Value(key)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %T %v, want %T %v", key, got, got, want, want)
		}
	}
	for i, want := range sampleTensors {
		got, data, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != want.Name || got.Type != want.Type || !reflect.DeepEqual(got.Shape, want.Shape) {
			t.Errorf("tensor %d: got %+v, want %+v", i, got, want)
		}
		if got.Offset%defaultAlignment != 0 || !reflect.DeepEqual(got, r.Tensors()[i]) {
			t.Errorf("tensor %d: got %+v, listed as %+v", i, got, r.Tensors()[i])
		}
		if i == 1 { // one is left unread: Next skips it
			continue
		}
		b, err := io.ReadAll(data)
		if err != nil || !bytes.Equal(b, bytes.Repeat([]byte{byte(i + 1)}, int(got.Size))) {
			t.Errorf("tensor %d: got %d bytes %v, error %v, want %d times %d", i, len(b), b, err, got.Size, i+1)
		}
	}
	if _, _, err := r.Next(); err != io.EOF {
		t.Errorf("after the last tensor: got %v, want io.EOF", err)
	}
}

func TestDataIsLentUntilNext(t *testing.T) {
	file := encode(t, nil, sampleTensors)
	r, err := NewReader(bytes.NewReader(file), -1)
	if err != nil {
		t.Fatal(err)
	}
	_, first, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if n, err := first.Read(make([]byte, 4)); n != 0 || err != errReturned {
		t.Errorf("a reader of the tensor before: got %d bytes, error %v, want %v", n, err, errReturned)
	}
}

func TestWriterRefuses(t *testing.T) {
	one := func(name string, typ Type, shape ...int) []TensorInfo {
		return []TensorInfo{{Name: name, Type: typ, Shape: shape}}
	}
	key := func(key string, value any) *Metadata {
		meta := new(Metadata)
		meta.Set(key, value)
		return meta
	}
	for _, c := range []struct {
		meta    *Metadata
		tensors []TensorInfo
		want    string // part of the error
	}{
		{key("n", 7), nil, `"n": got a value of type int`},
		{key("", "x"), nil, "length of 0"},
		{key(strings.Repeat("k", maxKey+1), "x"), nil, "length of 65536"},
		{key(KeyAlignment, uint32(12)), nil, "uint32 12"},
		{key(KeyAlignment, int32(32)), nil, "int32 32"},
		{key("long", strings.Repeat("x", maxHeader)), nil, "at most 67108864"},
		{nil, one("", F32, 1), "name of 0 bytes"},
		{nil, one(strings.Repeat("t", maxName+1), F32, 1), "name of 65 bytes"},
		{nil, append(one("t", F32, 1), one("t", F16, 2)...), "twice"},
		{nil, one("t", 12, 256), "got Q4_K"},
		{nil, one("t", F32), "0 dimensions"},
		{nil, one("t", F32, 1, 1, 1, 1, 1), "5 dimensions"},
		{nil, one("t", F32, 2, 0), "dimension of 0"},
		{nil, one("t", F32, -1), "dimension of -1"},
		{nil, one("t", Q8_0, 2, 33), "rows of 33 values, want a multiple of 32"},
		{nil, one("t", F32, 1<<40, 1<<40), "2^63-1 bytes"},
		{nil, one("t", F32, 1<<62), "2^63-1 bytes"},
		{nil, append(one("t", F32, 1<<59), one("u", F32, 1<<59+1<<58)...), `"u": got a file beyond`},
	} {
		if _, err := NewWriter(io.Discard, c.meta, c.tensors); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want one with %q", err, c.want)
		}
	}
}

func TestWriteTensorRefuses(t *testing.T) {
	tensors := []TensorInfo{{Name: "a", Shape: []int{2}, Type: F32}, {Name: "b", Shape: []int{1}, Type: F32}}
	for _, c := range []struct {
		name, want string
		size       int
	}{
		{"b", `want "a" next`, 4},
		{"a", "got 7 bytes, want 8", 7},
		{"a", "more than 8 bytes", 9},
	} {
		w, err := NewWriter(io.Discard, nil, tensors)
		if err != nil {
			t.Fatal(err)
		}
		err = w.WriteTensor(c.name, bytes.NewReader(make([]byte, c.size)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want one with %q", err, c.want)
		}
		if again := w.Close(); again != err {
			t.Errorf("Close after %v: got %v, want the same", err, again)
		}
	}
	w, err := NewWriter(io.Discard, nil, tensors)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), `before tensor "a"`) {
		t.Errorf("Close too early: got %v", err)
	}
}

// fullDisk fails after a number of bytes.
type fullDisk int

var errFull = errors.New("no space left")

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > int(*d) {
		return int(*d), errFull
	}
	*d -= fullDisk(len(p))
	return len(p), nil
}

func TestWriterReportsItsOutput(t *testing.T) {
	file := encode(t, sampleMetadata(), sampleTensors)
	for size := range len(file) {
		disk := fullDisk(size)
		w, err := NewWriter(&disk, sampleMetadata(), sampleTensors)
		for i := 0; err == nil && i < len(sampleTensors); i++ {
			info := w.Tensors()[i]
			err = w.WriteTensor(info.Name, bytes.NewReader(make([]byte, info.Size)))
		}
		if err == nil {
			err = w.Close()
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("disk of %d bytes, file of %d: got %v, want %v", size, len(file), err, errFull)
		}
	}
}

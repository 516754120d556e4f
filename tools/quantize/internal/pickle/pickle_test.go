package pickle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/internal/memtest"
)

// op writes instructions of a pickle: text as it is, numbers with BININT.
func op(parts ...any) string {
	var b strings.Builder
	for _, part := range parts {
		switch v := part.(type) {
		case string:
			b.WriteString(v)
		case int:
			b.WriteByte('J')
			b.Write(binary.LittleEndian.AppendUint32(nil, uint32(v)))
		}
	}
	return b.String()
}

// text is BINUNICODE.
func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

// view is a tensor: a storage of float32, offset, shape and strides.
func view(class, key string, count, offset int, shape, stride []int) string {
	tuple := func(list []int) string {
		s := "("
		for _, n := range list {
			s += op(n)
		}
		return s + "t"
	}
	return op("ctorch._utils\n_rebuild_tensor_v2\n((", text("storage"), "ctorch\n"+class+"\n", text(key), text("cpu"), count, "tQ", offset,
		tuple(shape), tuple(stride), "\x89ccollections\nOrderedDict\n)RtR")
}

// dict is a pickle of a dict: names and values in turn.
func dict(items ...string) string {
	s := "\x80\x02}("
	for i := 0; i < len(items); i += 2 {
		s += text(items[i]) + items[i+1]
	}
	return s + "u."
}

// archive is a zip file of torch.save with the storages.
func archive(t testing.TB, pickle string, storages map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, data []byte) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: "archive/" + name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("data.pkl", []byte(pickle))
	for key, data := range storages {
		add("data/"+key, data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// numbers is the float32 values 0, 1, 2, ...
func numbers(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i)))
	}
	return b
}

func open(b []byte) (*Checkpoint, error) { return Open(bytes.NewReader(b), int64(len(b))) }

// TestViews reads tensors that are views of one storage of 24 values, whole and from
// every place on.
func TestViews(t *testing.T) {
	for _, c := range []struct {
		name          string
		offset        int
		shape, stride []int
		want          []float32
	}{
		{"all", 0, []int{24}, []int{1}, nil},
		{"matrix", 0, []int{4, 6}, []int{6, 1}, nil},
		{"part", 5, []int{3}, []int{1}, []float32{5, 6, 7}},
		{"scalar", 7, []int{}, []int{}, []float32{7}},
		{"transposed", 0, []int{3, 2}, []int{1, 3}, []float32{0, 3, 1, 4, 2, 5}},
		{"columns", 1, []int{2, 2}, []int{6, 2}, []float32{1, 3, 7, 9}},
		{"one row", 2, []int{1, 3}, []int{999, 1}, []float32{2, 3, 4}},
		{"repeated", 4, []int{3, 2}, []int{0, 1}, []float32{4, 5, 4, 5, 4, 5}},
		{"three dimensions", 0, []int{2, 2, 3}, []int{1, 12, 2}, []float32{0, 2, 4, 12, 14, 16, 1, 3, 5, 13, 15, 17}},
	} {
		f, err := open(archive(t, dict("t", view("FloatStorage", "0", 24, c.offset, c.shape, c.stride)), map[string][]byte{"0": numbers(24)}))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := f.Tensors[0]
		if c.want == nil {
			for i := range 24 {
				c.want = append(c.want, float32(i))
			}
		}
		if got.Name != "t" || got.Type != "F32" || !slices.Equal(got.Shape, c.shape) || got.Bytes != int64(4*len(c.want)) {
			t.Errorf("%s: got %+v", c.name, got)
		}
		for first := range len(c.want) + 1 {
			for last := first; last <= len(c.want); last++ {
				values := make([]float32, last-first)
				if err := got.Values.ReadAt(values, int64(first)); err != nil || !slices.Equal(values, c.want[first:last]) {
					t.Errorf("%s: values %d to %d: got %v, error %v, want %v", c.name, first, last, values, err, c.want[first:last])
				}
			}
		}
		if err := got.Values.ReadAt(make([]float32, 2), int64(len(c.want)-1)); err == nil {
			t.Errorf("%s: got no error past the end", c.name)
		}
	}
}

// TestTypes: of the types only three have values.
func TestTypes(t *testing.T) {
	for class, want := range map[string]string{"FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "LongStorage": "I64", "BoolStorage": "BOOL"} {
		f, err := open(archive(t, dict("t", view(class, "0", 2, 0, []int{2}, []int{1})), map[string][]byte{"0": make([]byte, 16)}))
		if err != nil {
			t.Errorf("%s: %v", class, err)
			continue
		}
		_, floats := checkpoint.TypeBytes[want]
		if got := f.Tensors[0]; got.Type != want || (got.Values != nil) != floats {
			t.Errorf("%s: got type %s, values %v", class, got.Type, got.Values)
		}
	}
}

// TestArgs: model_args come with the state dict under its name.
func TestArgs(t *testing.T) {
	args := "}(" + text("n_head") + op(12) + text("bias") + "\x89" + text("dropout") + "G" + string(make([]byte, 8)) + text("odd") + "N" + "u"
	state := "}(" + text("t") + view("FloatStorage", "0", 1, 0, []int{1}, []int{1}) + "u"
	f, err := open(archive(t, dict("model", state, "model_args", args, "best", "N"), map[string][]byte{"0": numbers(1)}))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Tensors) != 1 || f.Tensors[0].Name != "t" || len(f.Args) != 3 || f.Args["n_head"] != 12 || f.Args["bias"] != false || f.Args["dropout"] != 0.0 {
		t.Errorf("got tensors %+v, args %v", f.Tensors, f.Args)
	}
}

// stream is a file of the format before zip archives.
func stream(object, keys string, storages ...[]byte) string {
	s := "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + "\x80\x02M\xe9\x03." + "\x80\x02}(" + text("little_endian") + "\x88u." + object + keys
	for _, b := range storages {
		s += string(binary.LittleEndian.AppendUint64(nil, uint64(len(b)/4))) + string(b)
	}
	return s
}

const oneKey = "\x80\x02](X\x01\x00\x00\x000e."

// broken lists damaged files with a part of the error that each must give.
func broken(t testing.TB) map[string]struct{ file, want string } {
	one := func(class string, count, offset int, shape, stride []int) string {
		return string(archive(t, dict("t", view(class, "0", count, offset, shape, stride)), map[string][]byte{"0": numbers(24)}))
	}
	zipped := func(pickle string) string { return string(archive(t, pickle, map[string][]byte{"0": numbers(24)})) }
	oneView := view("FloatStorage", "0", 2, 0, []int{2}, []int{1})
	return map[string]struct{ file, want string }{
		"empty":      {"", "got neither a zip archive nor a pickle"},
		"tar":        {string(make([]byte, 257)) + "ustar", "got a tar archive"},
		"no archive": {"PK\x03\x04", "damaged or cut off"},
		"other archive": {string(func() []byte {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			w.Create("a.txt")
			w.Close()
			return b.Bytes()
		}()), "got a zip archive without data.pkl"},
		"other pickle":       {"\x80\x02N.", "got a pickle, want one of torch.save"},
		"no pickle":          {zipped("hello"), "data.pkl: cut off after 5 bytes"},
		"unknown":            {zipped("\x80\x02\xff."), "data.pkl: offset 2: got the instruction 0xff"},
		"cut off":            {zipped("\x80\x02}"), "data.pkl: cut off after 3 bytes"},
		"long text":          {zipped("X\xff\xff\xff\xffa."), "offset 0: got 4294967295 bytes, want at most 16777216"},
		"text cut off":       {zipped("X\xff\x00\x00\x00a."), "offset 0: got 2 bytes, want 255: EOF"},
		"long line":          {zipped("V" + strings.Repeat("x", maxLine+1) + "\n."), "got a line of more than 1024 bytes"},
		"long number":        {zipped("\x8b\x00\x01\x00\x00" + strings.Repeat("x", 256) + "."), "got 256 bytes, want at most 255"},
		"long frame":         {zipped("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f."), "got a frame of 9223372036854775807 bytes"},
		"frame past the end": {zipped("\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00."), "got a frame that ends at 266, want at most 12"},
		"empty stack":        {zipped("."), "the stack is empty"},
		"empty number":       {zipped("\x8a\x00."), "damaged: runtime error"},
		"key of a dict":      {zipped("\x80\x02ccollections\nOrderedDict\n)R]Ns."), "got a key of type *types.List, want names"},
		"not a dict":         {zipped("N."), "got <nil>, want a state dict"},
		"not a tensor":       {zipped(dict("t", "N")), `state dict: "t": got <nil>, want a tensor`},
		"a dict":             {zipped(dict("t", "}")), `state dict: "t": got a dict, want a tensor`},
		"key":                {zipped("\x80\x02}(NNu."), "got a key of type <nil>, want names"},
		"twice":              {zipped(dict("t", oneView, "t", oneView)), `tensor "t": got it twice`},
		"class":              {zipped("cos\nsystem\n(X\x02\x00\x00\x00lstR."), "it needs os.system, which would have to be run"},
		"class by name":      {zipped("\x8c\x08builtins\x8c\x04eval\x93(X\x01\x00\x00\x001tR."), "it needs builtins.eval"},
		"class by instance":  {zipped("(icollections\nCounter\n."), "it needs collections.Counter"},
		"extension":          {zipped("\x82\x01."), "unsupported extension code"},
		"reference":          {zipped("NQ."), "got a reference that is no storage"},
		"reference by name":  {zipped("Pabc\n."), "got a reference that is no storage"},
		"no arguments":       {zipped("ctorch._utils\n_rebuild_tensor_v2\n)R."), "got 0 arguments"},
		"wrong arguments":    {zipped("ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR."), "want a storage, a number, a shape"},
		"no parameter":       {zipped("ctorch._utils\n_rebuild_parameter\n)R."), "_rebuild_parameter: got no arguments"},
		"storage absent":     {string(archive(t, dict("t", oneView), nil)), `tensor "t": its storage "0" is not in the file`},
		"storage short":      {one("FloatStorage", 25, 0, []int{24}, []int{1}), `tensor "t": its storage "0" has 24 values, want 25: the file is cut off or damaged`},
		"storage too short":  {one("DoubleStorage", 24, 0, []int{24}, []int{1}), `its storage "0" has 12 values, want 24`},
		"shape":              {one("FloatStorage", 24, 0, []int{25}, []int{1}), `tensor "t": got shape [25] and strides [1] from value 0 on, want them within a storage of 24 values`},
		"offset":             {one("FloatStorage", 24, 24, []int{1}, []int{1}), "from value 24 on"},
		"negative offset":    {one("FloatStorage", 24, -1, []int{1}, []int{1}), "from value -1 on"},
		"offset and shape":   {one("FloatStorage", 24, 20, []int{5}, []int{1}), "from value 20 on"},
		"strides":            {one("FloatStorage", 24, 0, []int{5, 2}, []int{6, 1}), "strides [6 1]"},
		"negative stride":    {one("FloatStorage", 24, 5, []int{2}, []int{-1}), "strides [-1]"},
		"negative shape":     {one("FloatStorage", 24, 0, []int{-5, -1}, []int{1, 1}), "shape [-5 -1]"},
		"empty shape":        {one("FloatStorage", 24, 0, []int{0}, []int{1}), "shape [0]"},
		"absurd shape":       {one("FloatStorage", 24, 0, []int{1 << 30, 1 << 30, 1 << 30}, []int{0, 0, 0}), "shape [1073741824"},
		"absurd stride":      {one("FloatStorage", 24, 0, []int{2, 2}, []int{1 << 30, 1 << 30}), "strides [1073741824"},
		"repeats":            {one("FloatStorage", 24, 0, []int{25}, []int{0}), "strides [0]"},
		"two sizes":          {zipped(dict("t", oneView, "u", view("FloatStorage", "0", 3, 0, []int{2}, []int{1}))), `storage "0": got F32 and F32, 2 and 3 values`},
		"two types":          {zipped(dict("t", oneView, "u", view("HalfStorage", "0", 2, 0, []int{2}, []int{1}))), `storage "0": got F32 and F16`},
		"old: version":       {"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02K\x01.N.}.].", "version: got 1, want 1001"},
		"old: big-endian":    {strings.Replace(stream(dict(), oneKey), "\x88u.", "\x89u.", 1), "a big-endian machine"},
		"old: keys":          {stream(dict(), "N."), "storage keys: want a list"},
		"old: key unknown":   {stream(dict(), oneKey), `storage "0": no tensor has it`},
		"old: no data":       {stream(dict("t", oneView), oneKey), `storage "0" at offset`},
		"old: data cut off":  {stream(dict("t", oneView), oneKey, numbers(2))[:len(stream(dict("t", oneView), oneKey, numbers(2)))-1], "got 7 bytes up to the end of the file, want 2 values of 4: the file is cut off"},
		"old: other count":   {stream(dict("t", oneView), oneKey, numbers(3)), "got 3 values, want 2"},
		"old: no storage":    {stream(dict("t", oneView), "]."), `tensor "t": its storage "0" is not in the file`},
		"old: another view":  {stream(strings.Replace(dict("t", oneView), "tQ", "K\x01tQ", 1), oneKey, numbers(2)), `storage "0" is a view of another`},
	}
}

func TestBroken(t *testing.T) {
	for name, c := range broken(t) {
		_, err := open([]byte(c.file))
		if err == nil || !strings.HasPrefix(err.Error(), "pickle: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want one with %q", name, err, c.want)
		}
	}
}

// TestStream reads the older format.
func TestStream(t *testing.T) {
	object := dict("t", view("FloatStorage", "0", 2, 0, []int{2}, []int{1}))
	for _, object := range []string{object, strings.Replace(object, "tQ", "NtQ", 1)} { // None: the storage is no view
		f, err := open([]byte(stream(object, oneKey, numbers(2))))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float32, 2)
		if err := f.Tensors[0].Values.ReadAt(got, 0); err != nil || !slices.Equal(got, []float32{0, 1}) {
			t.Errorf("got %v, error %v", got, err)
		}
	}
}

func TestCompressed(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range map[string]string{"x/data.pkl": dict("t", view("FloatStorage", "0", 2, 0, []int{2}, []int{1})), "x/data/0": "12345678"} {
		f, err := w.Create(name) // compressed
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	if _, err := open(b.Bytes()); err == nil || !strings.Contains(err.Error(), "x/data/0 is compressed") {
		t.Errorf("got error %v", err)
	}
}

// counted counts the bytes that are read.
type counted struct {
	io.ReaderAt
	n int
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, at)
	c.n += n
	return n, err
}

// TestLazy: opening a file reads and allocates little of it, however many values it
// has, and reading a value reads no more than a chunk.
func TestLazy(t *testing.T) {
	const count = 1 << 20
	for name, b := range map[string][]byte{
		"zip":    archive(t, dict("t", view("FloatStorage", "0", count, 0, []int{count}, []int{1})), map[string][]byte{"0": numbers(count)}),
		"stream": []byte(stream(dict("t", view("FloatStorage", "0", count, 0, []int{count}, []int{1})), oneKey, numbers(count))),
	} {
		r := &counted{ReaderAt: bytes.NewReader(b)}
		f, err := Open(r, int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float32, 1)
		if err := f.Tensors[0].Values.ReadAt(got, count-1); err != nil || got[0] != count-1 {
			t.Errorf("%s: got %v, error %v", name, got, err)
		}
		if r.n > 100_000 {
			t.Errorf("%s: read %d bytes, want at most 100000", name, r.n)
		}
	}
}

// TestMemory: the instructions that make the most of a byte stay below the limit.
func TestMemory(t *testing.T) {
	for _, instruction := range []string{"(", "}", "]", ")", "\x8f", "N", "ccollections\nOrderedDict\n)R"} {
		n := maxInstructions - 2
		if len(instruction) > 1 {
			n /= 3
		}
		b := strings.Repeat(instruction, n) + "."
		if len(b) > maxBytes {
			b = strings.Repeat(instruction, maxBytes/len(instruction)-1) + "."
		}
		file := archive(t, b, nil)
		if got := memtest.Allocated(func() { open(file) }); got > maxMemory {
			t.Errorf("%q: allocated %d MiB", instruction, got>>20)
		} else {
			t.Logf("%q: allocated %d MiB", instruction, got>>20)
		}
		if _, err := open(archive(t, strings.Repeat("N", maxInstructions)+".", nil)); err == nil || !strings.Contains(err.Error(), "more than 524288 instructions") {
			t.Errorf("got error %v", err)
		}
	}
}

// maxMemory is what reading a pickle may allocate, as the limits of scan have it.
const maxMemory = 256 << 20

func FuzzOpen(f *testing.F) {
	for _, c := range broken(f) {
		f.Add([]byte(c.file))
	}
	f.Add([]byte(stream(dict("t", view("HalfStorage", "0", 2, 0, []int{1, 2}, []int{1, 1})), oneKey, numbers(2))))
	for _, name := range []string{"zip.bin", "legacy.bin", "strided.pt", "nanogpt.pt", "module.pt"} {
		data, err := os.ReadFile("../../testdata/golden/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var c *Checkpoint
		var err error
		if got := memtest.Allocated(func() { c, err = open(b) }); got > maxMemory {
			t.Errorf("allocated %d MiB for a file of %d bytes", got>>20, len(b))
		}
		if err != nil {
			return
		}
		for _, tensor := range c.Tensors {
			if tensor.Bytes < 1 || tensor.Bytes > int64(len(b)) {
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

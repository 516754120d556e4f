package pickle

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
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

// openAll opens a file of which every tensor is needed.
func openAll(b []byte) (*Checkpoint, error) {
	c, err := open(b)
	if err != nil {
		return nil, err
	}
	for _, t := range c.Tensors {
		if t.Err != nil {
			return nil, fmt.Errorf("pickle: %w", t.Err)
		}
	}
	return c, nil
}

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

// oneTensor is a state dict as an entry of a dict has it.
func oneTensor(name string) string {
	return "}(" + text(name) + view("FloatStorage", "0", 1, 0, []int{1}, []int{1}) + "u"
}

// objects are what programs have beside a state dict, each in some way that pickles have
// to make objects.
var objects = map[string]string{
	"called":                     "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(" + text("f4") + "\x89\x88tRc_codecs\nencode\n(" + text("x") + text("latin1") + "tRtR",
	"made and set":               "cargparse\nNamespace\n)\x81}(" + text("lr") + "K\x01ub",
	"made with words":            "ca\nB\n)}\x92",
	"with slots":                 "ca\nB\n)\x81N}" + text("a") + "K\x01s\x86b",
	"set to something":           "ca\nB\n)\x81K\x01b",
	"of protocol 0":              "(ia\nB\n",
	"of protocol 1":              "(ca\nB\no",
	"reconstructed":              "ccopy_reg\n_reconstructor\n(ca\nB\nc__builtin__\nobject\nNtR}" + text("a") + "K\x01sb",
	"reconstructed, of Python 3": "ccopyreg\n_reconstructor\n(ca\nB\ncbuiltins\nobject\nNtR",
	"a list":                     "ccollections\ndeque\n)R(K\x01K\x02e",
	"a dict":                     "ccollections\ndefaultdict\n(cbuiltins\nlist\ntR(" + text("a") + "]u",
	"a set":                      "\x8f(K\x01C\x01x\x90",
	"a set of sets":              "\x8f(((K\x01\x91\x91\x90",
	"keys of bytes":              "ccollections\nOrderedDict\n)R(C\x01xK\x01B\x01\x00\x00\x00yK\x02u",
	"a class":                    "ctorch\nfloat16\n",
	"by name":                    "\x8c\x02os\x8c\x06system\x93(\x8c\x02lstR",
	"a call of what was called":  "cbuiltins\ngetattr\n(ca\nB\n" + text("c") + "tR)R",
	"a tensor of another kind":   "ctorch._utils\n_rebuild_qtensor\n((" + text("storage") + "ctorch\nQInt8Storage\n" + text("9") + text("cpu") + "K\x01tQK\x00)tR",
	"a tensor of nothing":        "ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR",
	"a tensor without values":    "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("8") + text("cpu") + "K\x00tQK\x00(K\x00t(K\x01ttR",
	"a module":                   "(" + text("module") + "ca\nB\n" + text("a.py") + text("class B") + "tQ",
	"a number as a key":          "}(K\x00]u",
}

// TestObjects: none of them keeps the state dict from being read, whether it is beside
// it, before or after it, or in it.
func TestObjects(t *testing.T) {
	storages := map[string][]byte{"0": numbers(1)}
	for name, o := range objects {
		for place, pickle := range map[string]string{
			"before": dict("other", o, "model", oneTensor("t")), "after": dict("model", oneTensor("t"), "other", o),
			"in it": dict("t", view("FloatStorage", "0", 1, 0, []int{1}, []int{1}), "other", o),
		} {
			c, err := open(archive(t, pickle, storages))
			if err != nil {
				t.Errorf("%s, %s: %v", name, place, err)
				continue
			}
			if got := c.Tensors[0]; got.Name != "t" || got.Values == nil || got.Err != nil {
				t.Errorf("%s, %s: got %+v", name, place, c.Tensors)
			}
			if place != "in it" && len(c.Tensors) != 1 {
				t.Errorf("%s, %s: got %d tensors, want one", name, place, len(c.Tensors))
			}
			if place == "in it" && (len(c.Tensors) != 2 || c.Tensors[1].Err == nil || c.Tensors[1].Values != nil) {
				t.Errorf("%s, %s: got %+v, want an error for the second", name, place, c.Tensors)
			}
		}
	}
	c, err := open(archive(t, dict("model", oneTensor("t"), "a", objects["called"], "b", objects["made and set"]), storages))
	if want := "Python objects beside the weights are left out, and nothing of them is run: _codecs.encode, argparse.Namespace, numpy.core.multiarray.scalar, numpy.dtype"; err != nil || !slices.Equal(c.Notes, []string{want}) {
		t.Errorf("got the notes %q, error %v, want %q", c.Notes, err, want)
	}
	if c, err := open(archive(t, dict("model", oneTensor("t"), "n", "K\x01"), storages)); err != nil || c.Notes != nil {
		t.Errorf("got the notes %q, error %v, want none", c.Notes, err)
	}
}

// TestSizes: what an object has of the model is plain data, and where it is too.
func TestSizes(t *testing.T) {
	sizes := "}(" + text("n_head") + "K\x05" + text("odd") + "]u"
	for name, c := range map[string]struct {
		key, value  string
		args, other bool
	}{
		"configuration": {"config", "cmain\nGPTConfig\n)\x81" + sizes + "b", false, true},
		"namespace":     {"args", "cargparse\nNamespace\n)\x81" + sizes + "b", false, true},
		"dict":          {"hparams", sizes, false, true},
		"slots":         {"config", "ca\nB\n)\x81N" + sizes + "\x86b", false, true},
		"nanoGPT's":     {"model_args", sizes, true, false},
		"its object":    {"model_args", "ca\nB\n)\x81" + sizes + "b", true, false},
		"anything else": {"other", sizes, false, false},
		"no object":     {"config", "K\x05", false, false},
	} {
		f, err := open(archive(t, dict(c.key, c.value, "model", oneTensor("t")), map[string][]byte{"0": numbers(1)}))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if (f.Args["n_head"] == 5) != c.args || (f.Sizes["n_head"] == 5) != c.other || len(f.Args)+len(f.Sizes) > 1 {
			t.Errorf("%s: got args %v, sizes %v", name, f.Args, f.Sizes)
		}
	}
}

// TestNested finds the state dict where programs have it.
func TestNested(t *testing.T) {
	in := func(keys ...string) string {
		s := oneTensor("t")
		for _, key := range slices.Backward(keys) {
			s = "}(" + text(key) + s + text("epoch") + "K\x03u"
		}
		return "\x80\x02" + s + "."
	}
	for _, keys := range [][]string{nil, {"model"}, {"state_dict"}, {"module"}, {"model_state_dict"}, {"state_dict", "model"}, {"net"}, {"checkpoint", "model"}} {
		f, err := open(archive(t, in(keys...), map[string][]byte{"0": numbers(1)}))
		if len(keys) > 0 && keys[0] == "checkpoint" {
			if err == nil || !strings.Contains(err.Error(), "got a dict, want a tensor") {
				t.Errorf("%q: got %v", keys, err)
			}
			continue
		}
		if err != nil || f.Tensors[0].Name != "t" {
			t.Errorf("%q: error %v", keys, err)
		}
	}
	both := dict("net", oneTensor("t"), "ema", oneTensor("t"))
	if _, err := open(archive(t, both, map[string][]byte{"0": numbers(1)})); err == nil || !strings.Contains(err.Error(), `"net": got a dict, want a tensor`) {
		t.Errorf("two of them: got %v", err)
	}
	if f, err := open(archive(t, dict("ema", oneTensor("u"), "model", oneTensor("t")), map[string][]byte{"0": numbers(1)})); err != nil || f.Tensors[0].Name != "t" {
		t.Errorf("two of them, one of a known name: error %v", err)
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
		"key of a dict":      {zipped("\x80\x02ccollections\nOrderedDict\n)R]Ns."), "got a key that is a list, want names"},
		"not a dict":         {zipped("N."), "got None: want a state dict"},
		"not a tensor":       {zipped(dict("t", "N")), `state dict: "t": got None, want a tensor`},
		"a dict":             {zipped(dict("t", "}")), `state dict: "t": got a dict, want a tensor`},
		"key":                {zipped("\x80\x02}(NNu."), "got a key that is None, want names"},
		"twice":              {zipped(dict("t", oneView, "t", oneView)), `tensor "t": got it twice`},
		"class":              {zipped("cos\nsystem\n(X\x02\x00\x00\x00lstR."), `got an object of "os.system", which would have to be run: want a state dict, saved with torch.save(model.state_dict(), ...)`},
		"class by name":      {zipped("\x8c\x08builtins\x8c\x04eval\x93(X\x01\x00\x00\x001tR."), `got an object of "builtins.eval"`},
		"class by instance":  {zipped("(icollections\nCounter\n."), `got an object of "collections.Counter"`},
		"extension":          {zipped("\x82\x01."), "unsupported extension code"},
		"reference":          {zipped("NQ."), `got an object of "a reference"`},
		"reference by name":  {zipped("Pabc\n."), `got an object of "a reference"`},
		"no arguments":       {zipped("ctorch._utils\n_rebuild_tensor_v2\n)R."), `got an object of "torch._utils._rebuild_tensor_v2"`},
		"wrong arguments":    {zipped("ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR."), `got an object of "torch._utils._rebuild_tensor_v2"`},
		"no parameter":       {zipped("ctorch._utils\n_rebuild_parameter\n)R."), `got an object of "torch._utils._rebuild_parameter"`},
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
		"old: version":       {"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02K\x01.N.}.].", "version: got the value 1, want 1001"},
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
		_, err := openAll([]byte(c.file))
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
	if _, err := open(b.Bytes()); err == nil || !strings.Contains(err.Error(), `"x/data/0" is compressed`) {
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
	for _, instruction := range []string{"(", "}", "]", ")", "\x8f", "N", "ccollections\nOrderedDict\n)R", "ca\nB\n)R"} {
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
			if tensor.Err != nil {
				continue
			}
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

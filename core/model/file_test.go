package model

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/quant"
)

// file is a model file taken apart, for tests to change and put together again.
type file struct {
	meta    map[string]any
	keys    []string
	tensors []gguf.TensorInfo
	data    map[string][]byte
}

// readFile takes the file apart.
func readFile(t testing.TB, path string) *file {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f := &file{meta: make(map[string]any), keys: r.Metadata().Keys(), tensors: r.Tensors(), data: make(map[string][]byte)}
	for _, key := range f.keys {
		f.meta[key], _ = r.Metadata().Value(key)
	}
	for _, info := range f.tensors {
		f.data[info.Name] = raw[info.Offset:][:info.Size]
	}
	return f
}

// base returns the tiny model of testdata, with every tensor any variant needs.
func base(t testing.TB) *file {
	t.Helper()
	return readFile(t, filepath.Join("testdata", "base.gguf"))
}

// gpt2 returns the tiny model as GPT-2 is: learned positions, tied head.
func gpt2(t testing.TB) *file {
	f := base(t)
	f.drop(only(headName))
	return f
}

// sized returns a random model of the given shape without biases, its matrices of
// the given type.
func sized(c Config, kind gguf.Type) *file {
	rng := rand.New(rand.NewPCG(3, 4))
	f := &file{meta: make(map[string]any), data: make(map[string][]byte)}
	f.set(keyArchitecture, "gpt2").set(keyLayers, uint32(c.Layers)).set(keyHeads, uint32(c.Heads))
	f.set(keyEmbedding, uint32(c.Embedding)).set(keyFeedForward, uint32(c.FeedForward))
	f.set(keyContext, uint32(c.Context)).set(keyEpsilon, float32(1e-5)) // 1e-5 is GPT-2's
	put := func(name string, kind gguf.Type, shape ...int) {
		values := make([]float32, elements(shape))
		for i := range values {
			values[i] = float32(0.05 * rng.NormFloat64())
		}
		f.put(name, kind, values, shape...)
	}
	put(tokenTableName, kind, c.Vocabulary, c.Embedding)
	put(positionTableName, gguf.F32, c.Context, c.Embedding)
	put("output_norm.weight", gguf.F32, c.Embedding)
	for i := range c.Layers {
		name := fmt.Sprintf("blk.%d.", i)
		put(name+"attn_norm.weight", gguf.F32, c.Embedding)
		put(name+"attn_qkv.weight", kind, 3*c.Embedding, c.Embedding)
		put(name+"attn_output.weight", kind, c.Embedding, c.Embedding)
		put(name+"ffn_norm.weight", gguf.F32, c.Embedding)
		put(name+"ffn_up.weight", kind, c.FeedForward, c.Embedding)
		put(name+"ffn_down.weight", kind, c.Embedding, c.FeedForward)
	}
	return f
}

func (f *file) set(key string, value any) *file {
	if _, ok := f.meta[key]; !ok {
		f.keys = append(f.keys, key)
	}
	f.meta[key] = value
	return f
}

func (f *file) unset(key string) *file {
	f.keys = slices.DeleteFunc(f.keys, func(k string) bool { return k == key })
	delete(f.meta, key)
	return f
}

// drop removes the tensors that match says.
func (f *file) drop(match func(name string) bool) *file {
	f.tensors = slices.DeleteFunc(f.tensors, func(info gguf.TensorInfo) bool { return match(info.Name) })
	return f
}

func only(name string) func(string) bool { return func(s string) bool { return s == name } }
func isBias(name string) bool            { return strings.HasSuffix(name, ".bias") }

// at returns the tensor's place in f.tensors.
func (f *file) at(name string) int {
	return slices.IndexFunc(f.tensors, func(info gguf.TensorInfo) bool { return info.Name == name })
}

// values returns the tensor's numbers.
func (f *file) values(name string) []float32 {
	return decode(nil, f.tensors[f.at(name)].Type, f.data[name])
}

// put replaces or adds a tensor.
func (f *file) put(name string, kind gguf.Type, values []float32, shape ...int) *file {
	info := gguf.TensorInfo{Name: name, Shape: shape, Type: kind}
	if i := f.at(name); i >= 0 {
		f.tensors[i] = info
	} else {
		f.tensors = append(f.tensors, info)
	}
	f.data[name] = encode(kind, values)
	return f
}

// convert changes the type of the tensors that want says.
func (f *file) convert(kind gguf.Type, want func(gguf.TensorInfo) bool) *file {
	for _, info := range f.tensors {
		if want(info) {
			f.put(info.Name, kind, f.values(info.Name), info.Shape...)
		}
	}
	return f
}

// matrix tells the tensors that tools/quantize makes Q8_0.
func matrix(info gguf.TensorInfo) bool {
	return len(info.Shape) == 2 && info.Name != positionTableName
}

func encode(kind gguf.Type, values []float32) []byte {
	var b []byte
	switch kind {
	case gguf.F32:
		for _, v := range values {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	case gguf.F16:
		for _, v := range values {
			b = binary.LittleEndian.AppendUint16(b, quant.Float32ToFloat16(v))
		}
	case gguf.Q8_0:
		b = make([]byte, len(values)/quant.BlockSize*quant.BlockBytes)
		quant.QuantizeRow(b, values)
	}
	return b
}

// bytes puts the file together.
func (f *file) bytes(t testing.TB) []byte {
	t.Helper()
	meta := new(gguf.Metadata)
	for _, key := range f.keys {
		meta.Set(key, f.meta[key])
	}
	var out bytes.Buffer
	w, err := gguf.NewWriter(&out, meta, f.tensors)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range f.tensors {
		if err := w.WriteTensor(info.Name, bytes.NewReader(f.data[info.Name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// split puts the file together as that many parts, each with a share of the tensors,
// in their order or the other way round.
func (f *file) split(t testing.TB, parts int, reversed bool) [][]byte {
	t.Helper()
	tensors := slices.Clone(f.tensors)
	if reversed {
		slices.Reverse(tensors)
	}
	var files [][]byte
	for i := range parts {
		part := &file{meta: make(map[string]any), data: f.data}
		if i == 0 {
			part.meta, part.keys = maps.Clone(f.meta), slices.Clone(f.keys)
		}
		part.set(gguf.KeySplitNumber, uint16(i)).set(gguf.KeySplitCount, uint16(parts)).set(gguf.KeySplitTensors, int32(len(tensors)))
		part.tensors = tensors[i*len(tensors)/parts : (i+1)*len(tensors)/parts]
		files = append(files, part.bytes(t))
	}
	return files
}

// openParts reads the parts of a model one after another.
func openParts(t testing.TB, files [][]byte) *gguf.Reader {
	t.Helper()
	r, err := gguf.NewSplitReader(func(part int) (io.Reader, int64, error) {
		return bytes.NewReader(files[part]), int64(len(files[part])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// reader reads the file.
func (f *file) reader(t testing.TB) *gguf.Reader {
	t.Helper()
	raw := f.bytes(t)
	r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tryLoad loads the file.
func (f *file) tryLoad(t testing.TB) (*Model, error) {
	t.Helper()
	return Load(f.reader(t))
}

// load loads the file, which must be sound.
func (f *file) load(t testing.TB) *Model {
	t.Helper()
	m, err := f.tryLoad(t)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// golden is what PyTorch computed for one variant of the tiny model.
type golden struct {
	name                 string
	activation, position string
	tied, bias           bool
	ids                  []int // the prompt
	greedy               []int // what follows it
	tensors              map[string]goldenTensor
}

type goldenTensor struct {
	shape []int
	data  []float32
}

// goldens returns all variants.
func goldens(t testing.TB) []golden {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.safetensors"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("got %d golden files, %v", len(paths), err)
	}
	var all []golden
	for _, path := range paths {
		all = append(all, readGolden(t, path))
	}
	return all
}

// readGolden reads a safetensors file: the length of a JSON header, the header,
// the data. Source: https://github.com/huggingface/safetensors, "Format".
func readGolden(t testing.TB, path string) golden {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := 8 + binary.LittleEndian.Uint64(raw)
	var header map[string]json.RawMessage
	parse(t, raw[8:size], &header)
	var about map[string]string
	parse(t, header["__metadata__"], &about)
	delete(header, "__metadata__")

	g := golden{name: strings.TrimSuffix(filepath.Base(path), ".safetensors"), tensors: make(map[string]goldenTensor)}
	parse(t, []byte(about["activation"]), &g.activation)
	parse(t, []byte(about["position"]), &g.position)
	parse(t, []byte(about["tied"]), &g.tied)
	parse(t, []byte(about["bias"]), &g.bias)
	parse(t, []byte(about["ids"]), &g.ids)
	parse(t, []byte(about["greedy"]), &g.greedy)
	for name, entry := range header {
		var info struct {
			Shape       []int
			DataOffsets [2]uint64 `json:"data_offsets"`
		}
		parse(t, entry, &info)
		data := raw[size+info.DataOffsets[0] : size+info.DataOffsets[1]]
		g.tensors[name] = goldenTensor{info.Shape, decode(nil, gguf.F32, data)}
	}
	return g
}

func parse(t testing.TB, text []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("%v in %.100s", err, text)
	}
}

// file returns the variant's model file, in float32.
func (g golden) file(t testing.TB) *file {
	f := base(t).set(keyActivation, g.activation).set(keyPosition, g.position)
	if g.position == "sinusoidal" {
		f.drop(only(positionTableName))
	}
	if g.tied {
		f.drop(only(headName))
	}
	if !g.bias {
		f.drop(isBias)
	}
	return f
}

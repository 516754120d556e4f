package model

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
)

func TestConfig(t *testing.T) {
	f := base(t).set(keyLicense, "mit").set(keyActivation, "gelu").convert(gguf.Q8_0, matrix)
	m := f.load(t)
	want := Config{
		Name: "golden", Architecture: "gpt2", License: "mit",
		Layers: 2, Heads: 4, Embedding: 32, Context: 24, Vocabulary: 96, FeedForward: 128,
		Epsilon: 1e-5, Activation: "gelu", Position: "learned", Weights: "Q8_0",
	}
	if got := m.Config(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	// Table, positions, head; per layer two norms, qkv, projection, MLP; final norm.
	if got, want := m.Parameters(), int64(96*32+24*32+96*32+2*(4*32+96*33+32*33+128*33+32*129)+2*32); got != want {
		t.Errorf("got %d parameters, want %d", got, want)
	}
	c := gpt2(t).unset(keyActivation).load(t).Config()
	if c.Activation != "gelu_new" || c.Position != "learned" || !c.TiedHead || c.Weights != "F32" {
		t.Errorf("without keys and head: got %+v, want GPT-2's choices", c)
	}
}

// TestTypes loads every tensor in each type. Values that float16 and Q8_0 hold
// exactly must give the same bits as in float32.
func TestTypes(t *testing.T) {
	ids := []int{1, 2, 3, 4}
	everything := func(info gguf.TensorInfo) bool { return true }
	for _, kind := range []gguf.Type{gguf.F16, gguf.Q8_0} {
		f := base(t).convert(kind, everything)
		rounded := f.load(t)
		if got := rounded.Config().Weights; got != kind.String() {
			t.Errorf("got most weights as %s, want %v", got, kind)
		}
		exact := f.convert(gguf.F32, everything).load(t)
		got, want := forwardAll(t, rounded, ids), forwardAll(t, exact, ids)
		if kind == gguf.F16 {
			sameBits(t, "F16", got, want)
		} else if e := worstRelative(got, want); !(e < 7e-4) { // TestInt8NearFloat32's arithmetic bound
			t.Errorf("Q8_0: got an error of %v", e)
		}
	}
}

// TestBytes: matrices are as large as in the file where they are Q8_0, and else twice as large as in F16.
func TestBytes(t *testing.T) {
	everything := func(info gguf.TensorInfo) bool { return true }
	size := func(f *file) int64 {
		t.Helper()
		n, err := Bytes(f.reader(t))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	f := base(t)
	whole := 4 * f.load(t).Parameters()
	for _, kind := range []gguf.Type{gguf.F32, gguf.F16} {
		if got := size(base(t).convert(kind, everything)); got != whole {
			t.Errorf("%v: got %d bytes, want %d", kind, got, whole)
		}
	}
	matrices := int64(2*96*32 + 2*(96*32+32*32+2*128*32))
	if got, want := size(base(t).convert(gguf.Q8_0, everything)), whole-4*matrices+matrices/32*34; got != want {
		t.Errorf("Q8_0: got %d bytes, want %d", got, want)
	}
	if _, err := Bytes(base(t).unset(keyContext).reader(t)); err == nil {
		t.Error("a file without a context has a size")
	}
}

// TestInvalid: what is wrong with the file is named, with what was got and wanted.
func TestInvalid(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*file)
		want   string
	}{
		{"no architecture", func(f *file) { f.unset(keyArchitecture) }, `gguf: unsupported architecture: got "", want "gpt2"`},
		{"another architecture", func(f *file) { f.set(keyArchitecture, "llama") }, `gguf: unsupported architecture: got "llama", want "gpt2"`},
		{"no layers key", func(f *file) { f.unset(keyLayers) }, `model: metadata "gpt2.block_count": got no such key, want a whole number from 1 to 512`},
		{"0 layers", func(f *file) { f.set(keyLayers, uint32(0)) }, `model: metadata "gpt2.block_count": got uint32 0, want a whole number from 1 to 512`},
		{"2^40 layers", func(f *file) { f.set(keyLayers, uint64(1<<40)) }, `model: metadata "gpt2.block_count": got uint64 1099511627776, want a whole number from 1 to 512`},
		{"layers as text", func(f *file) { f.set(keyLayers, strings.Repeat("two", 100)) }, `model: metadata "gpt2.block_count": got string ` + strings.Repeat("two", 20) + `..., want a whole number from 1 to 512`},
		{"-1 heads", func(f *file) { f.set(keyHeads, int32(-1)) }, `model: metadata "gpt2.attention.head_count": got int32 -1, want a whole number from 1 to 65536`},
		{"5 heads", func(f *file) { f.set(keyHeads, uint32(5)) }, `model: metadata "gpt2.attention.head_count": got 5, want a divisor of gpt2.embedding_length, 32`},
		{"context 0", func(f *file) { f.set(keyContext, uint32(0)) }, `model: metadata "gpt2.context_length": got uint32 0, want a whole number from 1 to 65536`},
		{"huge context", func(f *file) { f.set(keyContext, uint32(math.MaxUint32)) }, `model: metadata "gpt2.context_length": got uint32 4294967295, want a whole number from 1 to 65536`},
		{"huge sinusoidal table", func(f *file) {
			f.set(keyPosition, "sinusoidal").set(keyContext, uint32(65536)).set(keyEmbedding, uint32(1024))
		}, `model: metadata "gpt2.context_length": got 65536, want at most 16384 for an embedding of 1024`},
		{"context not the table's", func(f *file) { f.set(keyContext, uint32(25)) }, `model: tensor "position_embd.weight": got shape [24 32], want [25 32]`},
		{"embedding 0", func(f *file) { f.set(keyEmbedding, uint32(0)) }, `model: metadata "gpt2.embedding_length": got uint32 0, want a whole number from 1 to 65536`},
		{"feed forward 0", func(f *file) { f.set(keyFeedForward, uint32(0)) }, `model: metadata "gpt2.feed_forward_length": got uint32 0, want a whole number from 1 to 262144`},
		{"no epsilon", func(f *file) { f.unset(keyEpsilon) }, `model: metadata "gpt2.attention.layer_norm_epsilon": got no such key, want a number from 0 to 1, such as GPT-2's 1e-05`},
		{"epsilon NaN", func(f *file) { f.set(keyEpsilon, float32(math.NaN())) }, `model: metadata "gpt2.attention.layer_norm_epsilon": got float32 NaN, want a number from 0 to 1, such as GPT-2's 1e-05`},
		{"activation", func(f *file) { f.set(keyActivation, "swish") }, `model: metadata "vitrine.activation": got string swish, want gelu_new or gelu or relu`},
		{"position", func(f *file) { f.set(keyPosition, uint8(1)) }, `model: metadata "vitrine.position": got uint8 1, want learned or sinusoidal`},
		{"tokens", func(f *file) { f.set(keyTokens, []string{"a", "b"}) }, `model: metadata "tokenizer.ggml.tokens": got 2 tokens, want 96, the rows of token_embd.weight`},
		{"no token table", func(f *file) { f.drop(only(tokenTableName)) }, `model: tensor "token_embd.weight": got no such tensor, want shape [vocabulary embedding]`},
		{"flat token table", func(f *file) { f.put(tokenTableName, gguf.F32, make([]float32, 32), 32) }, `model: tensor "token_embd.weight": got shape [32], want shape [vocabulary embedding]`},
		{"token table's width", func(f *file) { f.put(tokenTableName, gguf.F32, make([]float32, 96*64), 96, 64) }, `model: tensor "token_embd.weight": got shape [96 64], want [96 32]`},
		{"transposed", func(f *file) { f.put("blk.1.ffn_up.weight", gguf.F32, make([]float32, 32*128), 32, 128) }, `model: tensor "blk.1.ffn_up.weight": got shape [32 128], want [128 32]`},
		{"bias", func(f *file) { f.put("blk.0.attn_qkv.bias", gguf.F32, make([]float32, 32), 32) }, `model: tensor "blk.0.attn_qkv.bias": got shape [32], want [96]`},
		{"missing matrix", func(f *file) { f.drop(only("blk.1.attn_output.weight")) }, `model: tensor "blk.1.attn_output.weight": got no such tensor, want shape [32 32]`},
		{"missing norm", func(f *file) { f.drop(only("output_norm.weight")) }, `model: tensor "output_norm.weight": got no such tensor, want shape [32]`},
		{"missing layer", func(f *file) { f.set(keyLayers, uint32(3)) }, `model: tensor "blk.2.attn_norm.weight": got no such tensor, want shape [32]`},
		{"layer too many", func(f *file) { f.set(keyLayers, uint32(1)) }, `model: tensor "blk.1.attn_qkv.weight": got a tensor that this model has no place for, want GPT-2's tensors only`},
		{"unknown tensor", func(f *file) { f.put("rope_freqs.weight", gguf.F32, make([]float32, 4), 4) }, `model: tensor "rope_freqs.weight": got a tensor that this model has no place for, want GPT-2's tensors only`},
		{"table beside sinusoids", func(f *file) { f.set(keyPosition, "sinusoidal") }, `model: tensor "position_embd.weight": got a tensor that this model has no place for, want GPT-2's tensors only`},
	} {
		f := base(t)
		test.change(f)
		m, err := f.tryLoad(t)
		if err == nil || err.Error() != test.want || m != nil {
			t.Errorf("%s: got model %v, error\n%v, want\n%s", test.name, m != nil, err, test.want)
		}
		if err := Check(f.reader(t)); err == nil || err.Error() != test.want {
			t.Errorf("%s: Check: got error\n%v, want\n%s", test.name, err, test.want)
		}
		var invalid *InvalidError
		var unsupported *gguf.UnsupportedError
		if wantUnsupported := strings.HasPrefix(test.want, "gguf: "); errors.As(err, &unsupported) != wantUnsupported || errors.As(err, &invalid) == wantUnsupported {
			t.Errorf("%s: got a %T", test.name, err)
		}
	}
}

// TestNotFinite puts a number that is none into each kind of tensor.
func TestNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for _, test := range []struct {
		tensor string
		kind   gguf.Type
		at     int
		value  float32
		offset int64 // of the value in the tensor; -1: not stated
	}{
		{"blk.0.attn_qkv.weight", gguf.F32, 3071, nan, 4 * 3071},
		{"blk.1.ffn_down.bias", gguf.F32, 31, inf, 4 * 31},
		{"blk.0.ffn_norm.weight", gguf.F32, 0, nan, 0},
		{"position_embd.weight", gguf.F16, 700, inf, 2 * 700},
		{"token_embd.weight", gguf.F16, 1, nan, 2},
		{"output_norm.bias", gguf.F16, 5, nan, 10},
		{"output_norm.weight", gguf.Q8_0, 5, inf, 0},
		{"position_embd.weight", gguf.Q8_0, 3 * 32, inf, 3 * 34},
		{"blk.1.attn_output.weight", gguf.Q8_0, 9 * 32, inf, -1},
	} {
		f := base(t)
		info := f.tensors[f.at(test.tensor)]
		values := f.values(test.tensor)
		values[test.at] = test.value
		f.put(test.tensor, test.kind, values, info.Shape...)
		if test.kind == gguf.Q8_0 { // the block's scale, which no quantizer would write
			block := f.data[test.tensor][test.at/32*34:]
			block[0], block[1] = 0x00, 0xfc // -Inf in float16
		}
		raw := f.bytes(t)
		r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		placed := r.Tensors()
		start := placed[slices.IndexFunc(placed, func(i gguf.TensorInfo) bool { return i.Name == test.tensor })].Offset
		_, err = Load(r)
		if err == nil || !strings.Contains(err.Error(), `"`+test.tensor+`"`) {
			t.Errorf("%v in %v %s: got %v, want an error with its name", test.value, test.kind, test.tensor, err)
			continue
		}
		var format *gguf.FormatError
		if test.offset >= 0 && (!errors.As(err, &format) || format.Offset != start+test.offset) {
			t.Errorf("%v in %v %s: got %v, want offset %d", test.value, test.kind, test.tensor, err, start+test.offset)
		}
	}
}

// TestCutShort ends the file inside the data of each tensor.
func TestCutShort(t *testing.T) {
	raw := gpt2(t).convert(gguf.Q8_0, matrix).bytes(t)
	whole, err := gguf.NewReader(bytes.NewReader(raw), -1)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range whole.Tensors() {
		for _, end := range []int64{info.Offset, info.Offset + 1, info.Offset + info.Size - 1} {
			r, err := gguf.NewReader(bytes.NewReader(raw[:end]), -1)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Load(r); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), info.Name) {
				t.Errorf("cut at %d in %s: got %v, want io.ErrUnexpectedEOF with the name", end, info.Name, err)
			}
		}
	}
}

// TestUnreadable passes the source's own error on.
func TestUnreadable(t *testing.T) {
	raw := gpt2(t).bytes(t)
	broken := errors.New("network gone")
	source := io.MultiReader(bytes.NewReader(raw[:len(raw)-5]), failing{broken})
	r, err := gguf.NewReader(source, int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Load(r); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzLoad: no file makes Load panic, and what it takes can run.
func FuzzLoad(f *testing.F) {
	small := Config{Layers: 1, Heads: 2, Embedding: 32, Context: 2, Vocabulary: 3, FeedForward: 32}
	for _, kind := range []gguf.Type{gguf.F32, gguf.F16, gguf.Q8_0} {
		f.Add(sized(small, kind).bytes(f))
	}
	f.Add(sized(small, gguf.Q8_0).drop(only(positionTableName)).set(keyPosition, "sinusoidal").bytes(f))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		m, err := Load(r)
		if err != nil {
			return
		}
		if _, err := m.NewSession(1).Forward([]int{m.Config().Vocabulary - 1}, nil); err != nil {
			t.Error(err)
		}
	})
}

// TestSplit: a model in parts is the model in one file, whatever part has the token
// table and the head, and a part alone is none.
func TestSplit(t *testing.T) {
	ids := []int{1, 2, 3, 4}
	for name, f := range map[string]*file{"untied": base(t), "tied": gpt2(t)} {
		f.set(keyTokens, make([]string, 96))
		want := f.load(t)
		for _, reversed := range []bool{false, true} {
			files := f.split(t, 3, reversed)
			got, err := Load(openParts(t, files))
			if err != nil {
				t.Fatalf("%s, reversed %v: %v", name, reversed, err)
			}
			if got.Config() != want.Config() || got.Parameters() != want.Parameters() {
				t.Errorf("%s, reversed %v: got %+v with %d parameters, want %+v with %d", name, reversed, got.Config(), got.Parameters(), want.Config(), want.Parameters())
			}
			sameBits(t, name, forwardAll(t, got, ids), forwardAll(t, want, ids))

			alone, err := gguf.NewReader(bytes.NewReader(files[0]), int64(len(files[0])))
			if err != nil {
				t.Fatal(err)
			}
			if err := Check(openParts(t, files)); err != nil {
				t.Errorf("%s, reversed %v: Check: %v", name, reversed, err)
			}
			if err := Check(alone); err == nil || !strings.Contains(err.Error(), "in part 1 of 3, want all 3 parts") {
				t.Errorf("%s, reversed %v: Check of a part alone: got error %v", name, reversed, err)
			}
			if _, err := Load(alone); err == nil || !strings.Contains(err.Error(), "in part 1 of 3, want all 3 parts of the model, from the first on") {
				t.Errorf("%s, reversed %v: a part alone: got error %v", name, reversed, err)
			}
		}
	}
}

// TestSplitInvalid: what is wrong with a later part is found when it comes.
func TestSplitInvalid(t *testing.T) {
	for _, test := range []struct {
		change func(*file)
		want   string
	}{
		{func(f *file) { f.drop(only("token_embd.weight")) }, `model: tensor "token_embd.weight": got no such tensor, want shape [96 32]`},
		{func(f *file) { f.put("token_embd.weight", gguf.F32, make([]float32, 32), 1, 32) }, `model: tensor "token_embd.weight": got shape [1 32], want [96 32]`},
		{func(f *file) { f.unset(keyTokens) }, `model: tensor "token_embd.weight": got no such tensor, want shape [vocabulary embedding]`},
	} {
		f := base(t)
		f.set(keyTokens, make([]string, 96))
		test.change(f)
		files := f.split(t, 3, true)
		_, err := Load(openParts(t, files))
		if err == nil || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
		if err := Check(openParts(t, files)); err == nil || err.Error() != test.want {
			t.Errorf("Check: got %v, want %s", err, test.want)
		}
	}
}

package model

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/stage"
)

// sized returns a random Q8_0 model of the default model's shape.
func sized(b *testing.B) []byte {
	const layers, heads, c, context, v = 6, 6, 192, 256, 8192
	rng := rand.New(rand.NewPCG(3, 4))
	f := &file{meta: make(map[string]any), data: make(map[string][]byte)}
	f.set(keyArchitecture, "gpt2").set(keyLayers, uint32(layers)).set(keyHeads, uint32(heads)).set(keyEmbedding, uint32(c))
	f.set(keyContext, uint32(context)).set(keyFeedForward, uint32(4*c)).set(keyEpsilon, float32(1e-5))
	put := func(name string, kind gguf.Type, shape ...int) {
		values := make([]float32, elements(shape))
		for i := range values {
			values[i] = float32(0.05 * rng.NormFloat64())
		}
		f.put(name, kind, values, shape...)
	}
	put(tokenTableName, gguf.Q8_0, v, c)
	put(positionTableName, gguf.F32, context, c)
	put("output_norm.weight", gguf.F32, c)
	for i := range layers {
		name := fmt.Sprintf("blk.%d.", i)
		put(name+"attn_norm.weight", gguf.F32, c)
		put(name+"attn_qkv.weight", gguf.Q8_0, 3*c, c)
		put(name+"attn_output.weight", gguf.Q8_0, c, c)
		put(name+"ffn_norm.weight", gguf.F32, c)
		put(name+"ffn_up.weight", gguf.Q8_0, 4*c, c)
		put(name+"ffn_down.weight", gguf.Q8_0, c, 4*c)
	}
	return f.bytes(b)
}

func loadBytes(b *testing.B, raw []byte) *Model {
	r, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		b.Fatal(err)
	}
	m, err := Load(r)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

func BenchmarkLoad(b *testing.B) {
	raw := sized(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		loadBytes(b, raw)
	}
}

// BenchmarkDecode reads one token after a short and a long text.
func BenchmarkDecode(b *testing.B) {
	m := loadBytes(b, sized(b))
	for _, position := range []int{16, 240} {
		for _, observer := range []stage.Observer{nil, nobody} {
			b.Run(fmt.Sprintf("position=%d/observed=%v", position, observer != nil), func(b *testing.B) {
				s := m.NewSession(m.Config().Context)
				read(b, s, make([]int, position), nil)
				id := []int{1}
				b.ReportAllocs()
				for b.Loop() {
					read(b, s, id, observer)
					s.Truncate(position)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
			})
		}
	}
}

func BenchmarkPrefill(b *testing.B) {
	m := loadBytes(b, sized(b))
	s := m.NewSession(m.Config().Context)
	ids := make([]int, 128)
	b.ReportAllocs()
	for b.Loop() {
		read(b, s, ids, nil)
		s.Truncate(0)
	}
	b.ReportMetric(float64(len(ids)*b.N)/b.Elapsed().Seconds(), "tokens/s")
}

func read(b *testing.B, s *Session, ids []int, observer stage.Observer) {
	if _, err := s.Forward(ids, observer); err != nil {
		b.Fatal(err)
	}
}

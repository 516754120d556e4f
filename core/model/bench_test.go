package model

import (
	"bytes"
	"fmt"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/stage"
)

// defaultShape is the default model's.
var defaultShape = Config{Layers: 6, Heads: 6, Embedding: 192, Context: 256, Vocabulary: 8192, FeedForward: 768}

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
	raw := sized(defaultShape, gguf.Q8_0).bytes(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		loadBytes(b, raw)
	}
}

// BenchmarkDecode reads one token after a short and a long text.
func BenchmarkDecode(b *testing.B) {
	m := loadBytes(b, sized(defaultShape, gguf.Q8_0).bytes(b))
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
	m := loadBytes(b, sized(defaultShape, gguf.Q8_0).bytes(b))
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

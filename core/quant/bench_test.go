package quant

import (
	"math/rand/v2"
	"testing"
)

// The benchmarks count the bytes of the float32 values.
const benchValues = 1 << 16

func benchData() (x, back []float32, blocks []byte) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, back = make([]float32, benchValues), make([]float32, benchValues)
	for i := range x {
		x[i] = float32(rng.NormFloat64()) * 0.1
	}
	return x, back, make([]byte, benchValues/BlockSize*BlockBytes)
}

func BenchmarkQuantizeRow(b *testing.B) {
	x, _, blocks := benchData()
	b.SetBytes(4 * benchValues)
	for b.Loop() {
		QuantizeRow(blocks, x)
	}
}

func BenchmarkDequantizeRow(b *testing.B) {
	x, back, blocks := benchData()
	QuantizeRow(blocks, x)
	b.SetBytes(4 * benchValues)
	for b.Loop() {
		DequantizeRow(back, blocks)
	}
}

func BenchmarkFloat16(b *testing.B) {
	x, back, _ := benchData()
	b.SetBytes(4 * benchValues)
	for b.Loop() {
		for i, v := range x {
			back[i] = Float16ToFloat32(Float32ToFloat16(v))
		}
	}
}

func BenchmarkFigures(b *testing.B) {
	x, back, blocks := benchData()
	QuantizeRow(blocks, x)
	DequantizeRow(back, blocks)
	b.SetBytes(4 * benchValues)
	for b.Loop() {
		NewFigures().Add(x, back)
	}
}

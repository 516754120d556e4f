// Package quant converts between float32 and Q8_0, the 8-bit format of GGUF: a
// block is 32 values, stored as one float16 scale and 32 int8 numbers q, and value
// i is q[i] * scale.
//
// Source: block_q8_0 of ggml/src/ggml-common.h in llama.cpp.
package quant

import (
	"encoding/binary"
	"math"
)

const (
	BlockSize  = 32            // values of a block
	BlockBytes = 2 + BlockSize // bytes of a block: scale, numbers

	// Max is the largest magnitude that a block can hold: 127 times the largest
	// float16.
	Max = 127 * 65504
)

// QuantizeRow writes the blocks of x to dst. Per block, scale = max|x| / 127
// rounded to float16, and q = x / scale in float32 rounded half to even, within
// ±127. A block whose scale rounds to zero is all zeros.
//
// len(x) must be a multiple of BlockSize and len(dst) the bytes of its blocks, or
// QuantizeRow panics. The caller makes sure that x is finite and within ±Max: a
// block that is not gets a scale that is not finite, which every reader refuses.
//
// Differs from llama.cpp: it multiplies by 1/scale before rounding the scale to
// float16, and rounds half away from zero. Dividing by the stored scale is closer.
func QuantizeRow(dst []byte, x []float32) {
	check(len(dst), len(x))
	for ; len(x) > 0; x, dst = x[BlockSize:], dst[BlockBytes:] {
		quantizeBlock((*[BlockBytes]byte)(dst), (*[BlockSize]float32)(x))
	}
}

// toInt added to a float32 within ±2^22 leaves no bits for the fraction: the sum is
// rounded half to even, and the integer is in its low bits.
const toInt = 3 << 22

func quantizeBlock(dst *[BlockBytes]byte, x *[BlockSize]float32) {
	var a, b uint32 // bits of max|x|: without the sign they order as the values do, NaN last
	for i := 0; i < BlockSize; i += 2 {
		a = max(a, math.Float32bits(x[i])&^(1<<31))
		b = max(b, math.Float32bits(x[i+1])&^(1<<31))
	}
	largest := max(a, b)
	half := Float32ToFloat16(math.Float32frombits(largest) / 127)
	binary.LittleEndian.PutUint16(dst[:2], half)
	scale := Float16ToFloat32(half)
	if !(scale > 0 && scale <= 65504) { // zero, infinite or NaN
		clear(dst[2:])
		return
	}
	if half < half1 { // a subnormal scale is rounded by up to a third: the quotient reaches 190
		for i, v := range x {
			dst[2+i] = byte(min(max(toInt8(v/scale), -127), 127))
		}
		return
	}
	for i := 0; i < BlockSize; i += 4 { // a quotient of 127 * (1 + 2^-11) is rounded to 127
		dst[2+i] = byte(toInt8(x[i] / scale))
		dst[3+i] = byte(toInt8(x[i+1] / scale))
		dst[4+i] = byte(toInt8(x[i+2] / scale))
		dst[5+i] = byte(toInt8(x[i+3] / scale))
	}
}

func toInt8(q float32) int32 { return int32(math.Float32bits(q+toInt)) - toIntBits }

// toIntBits are the bits of toInt as a float32.
const toIntBits = (127+23)<<23 | 1<<22

// DequantizeRow writes the values of the blocks to dst. The lengths must match as
// for QuantizeRow.
func DequantizeRow(dst []float32, blocks []byte) {
	check(len(blocks), len(dst))
	for ; len(dst) > 0; dst, blocks = dst[BlockSize:], blocks[BlockBytes:] {
		scale := Float16ToFloat32(binary.LittleEndian.Uint16(blocks))
		x, q := (*[BlockSize]float32)(dst), (*[BlockSize]byte)(blocks[2:])
		for i := 0; i < BlockSize; i += 2 {
			x[i] = float32(int8(q[i])) * scale
			x[i+1] = float32(int8(q[i+1])) * scale
		}
	}
}

func check(bytes, values int) {
	if values%BlockSize != 0 || bytes != values/BlockSize*BlockBytes {
		panic("quant: length mismatch") // a bug of the caller, never bad input
	}
}

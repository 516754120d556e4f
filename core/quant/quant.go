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
	var largest uint32 // bits of max|x|: without the sign they order as the values do, NaN last
	for _, v := range x {
		largest = max(largest, math.Float32bits(v)&^(1<<31))
	}
	half := Float32ToFloat16(math.Float32frombits(largest) / 127)
	binary.LittleEndian.PutUint16(dst[:2], half)
	scale := Float16ToFloat32(half)
	if !(scale > 0 && scale <= 65504) { // zero, infinite or NaN
		clear(dst[2:])
		return
	}
	for i, v := range x {
		// The quotient may exceed 127, up to 190: a tiny scale is rounded by up to a third.
		q := int32(math.Float32bits(v/scale+toInt)) - toIntBits
		dst[2+i] = byte(min(max(q, -127), 127))
	}
}

// toIntBits are the bits of toInt as a float32.
const toIntBits = (127+23)<<23 | 1<<22

// DequantizeRow writes the values of the blocks to dst. The lengths must match as
// for QuantizeRow.
func DequantizeRow(dst []float32, blocks []byte) {
	check(len(blocks), len(dst))
	for ; len(dst) > 0; dst, blocks = dst[BlockSize:], blocks[BlockBytes:] {
		scale := Float16ToFloat32(binary.LittleEndian.Uint16(blocks))
		for i, q := range blocks[2:BlockBytes] {
			dst[i] = float32(int8(q)) * scale
		}
	}
}

func check(bytes, values int) {
	if values%BlockSize != 0 || bytes != values/BlockSize*BlockBytes {
		panic("quant: length mismatch") // a bug of the caller, never bad input
	}
}

// Package gguf reads and writes GGUF version 3, the model file of llama.cpp, for
// tensors of type F32, F16 and Q8_0. Both directions stream: no tensor is ever
// held in memory here. A reader trusts nothing in the file: every size is
// multiplied in 64 bits and checked against the file length before anything is
// allocated.
//
// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
package gguf

import (
	"fmt"
	"math"
)

const (
	magic   = "GGUF"
	version = 3

	// KeyAlignment is the one metadata key that the file format itself uses.
	KeyAlignment     = "general.alignment"
	defaultAlignment = 32 // the specification's, where the key is absent
	minAlignment     = 8  // the specification asks for a multiple of 8
	maxAlignment     = 1 << 16

	maxDims = 4     // GGML_MAX_DIMS of llama.cpp
	maxName = 64    // bytes of a tensor name; the specification's
	maxKey  = 65535 // bytes of a metadata key; the specification's

	// maxCount bounds the keys, and the tensors: their bookkeeping takes more memory
	// than their bytes in the file. GPT-2 XL has 580 tensors.
	maxCount = 1 << 16

	// maxHeader bounds all that comes before the tensor data, hence what a reader
	// keeps in memory. A vocabulary of 50257 tokens and its merges take 1.5 MB, one
	// of 256 thousand tokens about 15.
	maxHeader = 64 << 20
	// maxUnknownSize stands in for the file length where it is not known: a page
	// cannot hold more than 4 GiB in one WebAssembly memory.
	maxUnknownSize = 4 << 30
	// maxFile keeps sums of offsets, sizes and padding away from the end of int64.
	maxFile = 1 << 62
)

// Type is the element type of a tensor, with the number that GGUF gives it.
type Type uint32

// The types that this package reads and writes.
const (
	F32  Type = 0
	F16  Type = 1
	Q8_0 Type = 8 // blocks of 32 int8 values with one float16 scale, 34 bytes
)

// typeNames has the name of every type of ggml's enum ggml_type, so that an error
// about a type we do not read can still name it.
var typeNames = map[Type]string{
	F32: "F32", F16: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", Q8_0: "Q8_0", 9: "Q8_1",
	10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K",
	16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS",
	24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 30: "BF16",
	34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
}

// String returns ggml's name of the type, or its number.
func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// layout returns the number of values and of bytes in one block of the type.
func (t Type) layout() (values, bytes int64, ok bool) {
	switch t {
	case F32:
		return 1, 4, true
	case F16:
		return 1, 2, true
	case Q8_0:
		return 32, 34, true
	}
	return 0, 0, false
}

// RowBytes returns the bytes of one row of cols values. ok is false where the type
// is not one of ours, or cols is not a positive multiple of its block, or too big.
func (t Type) RowBytes(cols int) (size int64, ok bool) {
	values, bytes, ok := t.layout()
	if !ok || cols < 1 || int64(cols)%values != 0 {
		return 0, false
	}
	return mul(int64(cols)/values, bytes)
}

// TensorInfo describes one tensor of a file.
type TensorInfo struct {
	Name   string
	Shape  []int // row-major: [rows, cols] or [n]; the file stores it reversed
	Type   Type
	Offset int64 // of the first byte, from the start of the file
	Size   int64 // bytes
}

// size returns the bytes of a tensor of a supported type and the shape. If they do
// not go together, got says what is wrong and want what would be right.
func (t Type) size(shape []int) (size int64, got, want string) {
	if len(shape) < 1 || len(shape) > maxDims {
		return 0, fmt.Sprintf("%d dimensions", len(shape)), fmt.Sprintf("1 to %d", maxDims)
	}
	rows, fits := int64(1), true
	for _, n := range shape {
		if n < 1 {
			return 0, fmt.Sprintf("a dimension of %d", n), fmt.Sprintf("1 to %d", math.MaxInt)
		}
	}
	for _, n := range shape[:len(shape)-1] {
		if rows, fits = mul(rows, int64(n)); !fits {
			return 0, fmt.Sprintf("shape %v", shape), "at most 2^63-1 bytes"
		}
	}
	cols := shape[len(shape)-1]
	if values, _, _ := t.layout(); int64(cols)%values != 0 {
		return 0, fmt.Sprintf("rows of %d values", cols), fmt.Sprintf("a multiple of %d for %v", values, t)
	}
	row, fits := t.RowBytes(cols)
	if fits {
		size, fits = mul(rows, row)
	}
	if !fits {
		return 0, fmt.Sprintf("shape %v", shape), "at most 2^63-1 bytes"
	}
	return size, "", ""
}

// mul returns a*b of two positive numbers; ok is false if it exceeds an int64.
func mul(a, b int64) (product int64, ok bool) {
	if a > math.MaxInt64/b {
		return 0, false
	}
	return a * b, true
}

// alignUp rounds offset up to a multiple of alignment, a power of two.
func alignUp(offset, alignment int64) int64 {
	return (offset + alignment - 1) &^ (alignment - 1)
}

// validAlignment reports whether a is a power of two that llama.cpp and the
// specification both take.
func validAlignment(a uint32) bool {
	return a >= minAlignment && a <= maxAlignment && a&(a-1) == 0
}

//go:build goexperiment.simd

#include "textflag.h"

// SPLAT replaces the address on the stack by the 32 bits found there, in all four
// lanes. The assembler of Go 1.27 writes the operation without its two operands;
// the opcode of Unreachable is the zero byte that both of them need to be here
// (no alignment known, offset 0).
#define SPLAT V128Load32Splat; Unreachable; Unreachable

// WEIGHTS loads the weights of column pair j of eight rows: V8 is the whole
// 16-bit lanes, 256*upper + lower + 128, V9 the rows of the upper bytes alone.
#define WEIGHTS(j) \
	Get R5; I32WrapI64; V128Load $(16*(j)); Tee V8; \
	I32Const $8; I16x8ShrS; Set V9

// DOT adds the products of these weights with pair j of the activations at x to
// whole and upper.
#define DOT(j, x, whole, upper) \
	Get x; I32WrapI64; I32Const $(4*(j)); I32Add; SPLAT; Tee V10; \
	Get V8; I32x4DotI16x8S; Get whole; I32x4Add; Set whole; \
	Get V10; Get V9; I32x4DotI16x8S; Get upper; I32x4Add; Set upper

#define ONE(j) WEIGHTS(j); DOT(j, R1, V0, V4)

#define FOUR(j) WEIGHTS(j); \
	DOT(j, R1, V0, V4); DOT(j, R2, V1, V5); DOT(j, R3, V2, V6); DOT(j, R4, V3, V7)

// ALL repeats a step for the 16 column pairs of a block.
#define ALL(step) \
	step(0); step(1); step(2); step(3); step(4); step(5); step(6); step(7); \
	step(8); step(9); step(10); step(11); step(12); step(13); step(14); step(15)

// func q8Rows1(dst *float32, x *int16, xs *float32, xb *int32, w *int16, ws *float32, blocks, groups int)
TEXT ·q8Rows1(SB), NOSPLIT, $0-64
	I64Load dst+0(FP)
	Set R6
	I64Load w+32(FP)
	Set R5
	I64Load ws+40(FP)
	Set R11
	I64Load groups+56(FP)
	Set R14
	Loop
		I64Load x+8(FP)
		Set R1
		I64Load xs+16(FP)
		Set R10
		I64Load xb+24(FP)
		Set R12
		I64Load blocks+48(FP)
		Set R0
		V128Const $0, $0
		Set V12
		V128Const $0, $0
		Set V13
		Loop
			Get R12; I32WrapI64; SPLAT; Set V0
			V128Const $0, $0
			Set V4
			ALL(ONE)
			// V14 = activation scale; rows 0-3 in V12, rows 4-7 in V13.
			Get R10; I32WrapI64; SPLAT; Set V14
			Get V4; F32x4ConvertI32x4S
			Get R11; I32WrapI64; V128Load $0; Get V14; F32x4Mul
			F32x4Mul; Get V12; F32x4Add; Set V12
			Get V0; Get V4; I32Const $8; I32x4Shl; I32x4Sub; F32x4ConvertI32x4S
			Get R11; I32WrapI64; V128Load $16; Get V14; F32x4Mul
			F32x4Mul; Get V13; F32x4Add; Set V13

			Get R1; I64Const $64; I64Add; Set R1
			Get R5; I64Const $256; I64Add; Set R5
			Get R10; I64Const $4; I64Add; Set R10
			Get R12; I64Const $4; I64Add; Set R12
			Get R11; I64Const $32; I64Add; Set R11
			Get R0; I64Const $-1; I64Add; Tee R0
			I64Const $0; I64Ne
			BrIf $0
		End
		Get R6; I32WrapI64; Get V12; V128Store $0
		Get R6; I64Const $16; I64Add; I32WrapI64; Get V13; V128Store $0
		Get R6; I64Const $32; I64Add; Set R6
		Get R14; I64Const $-1; I64Add; Tee R14
		I64Const $0; I64Ne
		BrIf $0
	End
	RET

// SCALED adds the sums of one block of one token to its eight floats at dst.
#define SCALED(k, whole, upper, dst) \
	Get R10; Get R13; I64Const $k; I64Mul; I64Add; I32WrapI64; SPLAT; Set V14; \
	Get dst; I32WrapI64; \
	Get upper; F32x4ConvertI32x4S; Get V12; Get V14; F32x4Mul; F32x4Mul; \
	Get dst; I32WrapI64; V128Load $0; F32x4Add; V128Store $0; \
	Get dst; I64Const $16; I64Add; I32WrapI64; \
	Get whole; Get upper; I32Const $8; I32x4Shl; I32x4Sub; F32x4ConvertI32x4S; \
	Get V13; Get V14; F32x4Mul; F32x4Mul; \
	Get dst; I32WrapI64; V128Load $16; F32x4Add; V128Store $0

#define BIAS(k, whole, upper) \
	Get R12; Get R13; I64Const $k; I64Mul; I64Add; I32WrapI64; SPLAT; Set whole; \
	V128Const $0, $0; Set upper

#define CLEAR(dst) \
	Get dst; I32WrapI64; V128Const $0, $0; V128Store $0; \
	Get dst; I64Const $16; I64Add; I32WrapI64; V128Const $0, $0; V128Store $0

// func q8Rows4(dst *float32, stride int, x *int16, xs *float32, xb *int32, w *int16, ws *float32, blocks, tiles int)
TEXT ·q8Rows4(SB), NOSPLIT, $0-72
	I64Load dst+0(FP)
	Set R6
	I64Load x+16(FP)
	Set R1
	I64Load xs+24(FP)
	Set R10
	I64Load xb+32(FP)
	Set R12
	I64Load tiles+64(FP)
	Set R14
	I64Load blocks+56(FP); I64Const $4; I64Mul; Set R13
	Loop
		I64Load w+40(FP)
		Set R5
		I64Load ws+48(FP)
		Set R11
		Get R6; I64Load stride+8(FP); I64Add; Tee R7
		I64Load stride+8(FP); I64Add; Tee R8
		I64Load stride+8(FP); I64Add; Set R9
		Get R1; Get R13; I64Const $16; I64Mul; Tee R15; I64Add; Tee R2
		Get R15; I64Add; Tee R3
		Get R15; I64Add; Set R4
		CLEAR(R6)
		CLEAR(R7)
		CLEAR(R8)
		CLEAR(R9)
		I64Load blocks+56(FP)
		Set R0
		Loop
			BIAS(0, V0, V4)
			BIAS(1, V1, V5)
			BIAS(2, V2, V6)
			BIAS(3, V3, V7)
			ALL(FOUR)
			Get R11; I32WrapI64; V128Load $0; Set V12
			Get R11; I32WrapI64; V128Load $16; Set V13
			SCALED(0, V0, V4, R6)
			SCALED(1, V1, V5, R7)
			SCALED(2, V2, V6, R8)
			SCALED(3, V3, V7, R9)
			Get R1; I64Const $64; I64Add; Set R1
			Get R2; I64Const $64; I64Add; Set R2
			Get R3; I64Const $64; I64Add; Set R3
			Get R4; I64Const $64; I64Add; Set R4
			Get R5; I64Const $256; I64Add; Set R5
			Get R10; I64Const $4; I64Add; Set R10
			Get R12; I64Const $4; I64Add; Set R12
			Get R11; I64Const $32; I64Add; Set R11
			Get R0; I64Const $-1; I64Add; Tee R0
			I64Const $0; I64Ne
			BrIf $0
		End
		// The last token's activations end where the next tile's begin.
		Get R4; Set R1
		Get R10; Get R13; I64Const $3; I64Mul; I64Add; Set R10
		Get R12; Get R13; I64Const $3; I64Mul; I64Add; Set R12
		Get R9; I64Load stride+8(FP); I64Add; Set R6
		Get R14; I64Const $-1; I64Add; Tee R14
		I64Const $0; I64Ne
		BrIf $0
	End
	RET

//go:build goexperiment.simd

#include "textflag.h"
#include "asm_wasm.h"

// func rowsTo16(q *int16, scales *float32, x *float32, d, n, qStride, scaleStride int)
TEXT ·rowsTo16(SB), NOSPLIT, $0-56
	ARG(q+0(FP), R1)
	ARG(scales+8(FP), R2)
	ARG(x+16(FP), R4)
	ARG(n+32(FP), R6)
	QUANTIZER
	Loop
		ZERO(V8)
		Get R4; Set R5
		ARG(d+24(FP), R0)
		Loop
			LOAD(R5, 0); Set V0
			LOAD(R5, 16); Set V1
			LARGEST(V0)
			LARGEST(V1)
			MOVE(R5, 32)
			NEXT8
		End
		Get R1; Set R3
		ARG(d+24(FP), R0)
		QUANTIZABLE
		If
			SCALE16(R2)
			Loop
				LOAD(R4, 0); Set V0
				LOAD(R4, 16); Set V1
				INTEGERS(V0)
				INTEGERS(V1)
				OP(I16x8NarrowI32x4S, V0, V1, V0)
				STORE(R3, V0, 0)
				MOVE(R4, 32)
				MOVE(R3, 16)
				NEXT8
			End
		Else
			ZERO(V0)
			Loop
				STORE(R3, V0, 0)
				MOVE(R3, 16)
				NEXT8
			End
			NOSCALE(R2)
			Get R5; Set R4
		End
		Get R1; I64Load qStride+40(FP); I64Add; Set R1
		Get R2; I64Load scaleStride+48(FP); I64Add; Set R2
		NEXT(R6)
	End
	RET

#define LOW I32x4ExtendLowI16x8S; F32x4ConvertI32x4S
#define HIGH I32x4ExtendHighI16x8S; F32x4ConvertI32x4S

// ROW adds the products of eight elements of q, in V8 and V9, with those of a row of
// keys.
#define ROW(k, sum) \
	LOAD(k, 0); Tee V10; LOW; Get V8; F32x4Mul; Get sum; F32x4Add; Set sum; \
	Get V10; HIGH; Get V9; F32x4Mul; Get sum; F32x4Add; Set sum; \
	MOVE(k, 16)

// SCORE adds up the lanes of a sum, scales and stores it.
#define SCORE(sum, offset) \
	Get R1; I32WrapI64; \
	LANE(sum, 0); LANE(sum, 1); F32Add; LANE(sum, 2); LANE(sum, 3); F32Add; F32Add; \
	Get R7; I32WrapI64; F32Load $offset; F32Mul; \
	F32Store $offset

#define QUERY LOAD(R2, 0); Set V8; LOAD(R2, 16); Set V9; MOVE(R2, 32)

// func scoresRows(dst, q *float32, k *int16, scales *float32, d, n int)
TEXT ·scoresRows(SB), NOSPLIT, $0-48
	ARG(dst+0(FP), R1)
	ARG(k+16(FP), R3)
	ARG(scales+24(FP), R7)
	ARG(d+32(FP), R9)
	ARG(n+40(FP), R8)
	Get R9; I64Const $2; I64Mul; Set R10 // bytes of a row
	Block
		Loop // four rows at a time
			Get R8; I64Const $4; I64LtS; BrIf $1
			ARG(q+8(FP), R2)
			Get R3; Get R10; I64Add; Tee R4
			Get R10; I64Add; Tee R5
			Get R10; I64Add; Set R6
			Get R9; Set R0
			ZERO(V0)
			ZERO(V1)
			ZERO(V2)
			ZERO(V3)
			Loop
				QUERY
				ROW(R3, V0)
				ROW(R4, V1)
				ROW(R5, V2)
				ROW(R6, V3)
				NEXT8
			End
			SCORE(V0, 0)
			SCORE(V1, 4)
			SCORE(V2, 8)
			SCORE(V3, 12)
			Get R6; Set R3
			MOVE(R1, 16)
			MOVE(R7, 16)
			Get R8; I64Const $-4; I64Add; Set R8
			Br $0
		End
	End
	Block
		Loop // the rows that are left
			Get R8; I64Eqz; BrIf $1
			ARG(q+8(FP), R2)
			Get R9; Set R0
			ZERO(V0)
			Loop
				QUERY
				ROW(R3, V0)
				NEXT8
			End
			SCORE(V0, 0)
			MOVE(R1, 4)
			MOVE(R7, 4)
			Get R8; I64Const $-1; I64Add; Set R8
			Br $0
		End
	End
	RET

// WEIGHT sets V8 to the next weight times the scale of its row.
#define WEIGHT \
	Get R2; I32WrapI64; F32Load $0; Get R5; I32WrapI64; F32Load $0; F32Mul; F32x4Splat; Set V8; \
	MOVE(R2, 4); MOVE(R5, 4)

// MIXED adds the products of the weight with eight values to two sums.
#define MIXED(low, high, offset) \
	LOAD(R3, offset); Tee V9; LOW; Get V8; F32x4Mul; Get low; F32x4Add; Set low; \
	Get V9; HIGH; Get V8; F32x4Mul; Get high; F32x4Add; Set high

// MIXED2 is MIXED for the vectors that stay in memory for want of registers.
#define MIXED2(dst, offset) \
	LOAD(R3, offset); Tee V9; LOW; Get V8; F32x4Mul; LOAD(R1, dst); F32x4Add; Set V10; STORE(R1, V10, dst); \
	Get V9; HIGH; Get V8; F32x4Mul; LOAD(R1, dst+16); F32x4Add; Set V10; STORE(R1, V10, dst+16)

#define NEXTROW Get R3; Get R4; I64Add; Set R3; NEXT(R0)

// func mix64(dst, weights *float32, v *int16, scales *float32, stride, n int)
TEXT ·mix64(SB), NOSPLIT, $0-48
	ARG(dst+0(FP), R1)
	ARG(weights+8(FP), R2)
	ARG(v+16(FP), R3)
	ARG(scales+24(FP), R5)
	ARG(stride+32(FP), R4)
	ARG(n+40(FP), R0)
	ZERO8
	ZERO(V11)
	ZERO(V12)
	ZERO(V13)
	ZERO(V14)
	ZERO(V15)
	STORE(R1, V0, 208)
	STORE(R1, V0, 224)
	STORE(R1, V0, 240)
	ZERO(V10)
	Loop
		WEIGHT
		MIXED(V0, V1, 0)
		MIXED(V2, V3, 16)
		MIXED(V4, V5, 32)
		MIXED(V6, V7, 48)
		MIXED(V11, V12, 64)
		MIXED(V13, V14, 80)
		LOAD(R3, 96); Tee V9; LOW; Get V8; F32x4Mul; Get V15; F32x4Add; Set V15
		Get V9; HIGH; Get V8; F32x4Mul; LOAD(R1, 208); F32x4Add; Set V10; STORE(R1, V10, 208)
		MIXED2(224, 112)
		NEXTROW
	End
	STORE8(R1)
	STORE(R1, V11, 128)
	STORE(R1, V12, 144)
	STORE(R1, V13, 160)
	STORE(R1, V14, 176)
	STORE(R1, V15, 192)
	RET

// func mix32(dst, weights *float32, v *int16, scales *float32, stride, n int)
TEXT ·mix32(SB), NOSPLIT, $0-48
	ARG(dst+0(FP), R1)
	ARG(weights+8(FP), R2)
	ARG(v+16(FP), R3)
	ARG(scales+24(FP), R5)
	ARG(stride+32(FP), R4)
	ARG(n+40(FP), R0)
	ZERO8
	Loop
		WEIGHT
		MIXED(V0, V1, 0)
		MIXED(V2, V3, 16)
		MIXED(V4, V5, 32)
		MIXED(V6, V7, 48)
		NEXTROW
	End
	STORE8(R1)
	RET

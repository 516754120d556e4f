//go:build goexperiment.simd

#include "textflag.h"
#include "asm_wasm.h"

// LARGESTOF leaves in V8 the largest magnitudes of the R0 values at R5.
#define LARGESTOF \
	Loop; \
	LOAD(R5, 0); Set V0; \
	LOAD(R5, 16); Set V1; \
	LARGEST(V0); \
	LARGEST(V1); \
	MOVE(R5, 32); \
	NEXT8; \
	End

// INTEGERS8 sets V0 and V1 to the next eight values at R4 as whole numbers.
#define INTEGERS8 \
	LOAD(R4, 0); Set V0; \
	LOAD(R4, 16); Set V1; \
	INTEGERS(V0); \
	INTEGERS(V1); \
	MOVE(R4, 32)

// NEXTROW moves on to the next row of x, R7, and its scale, R2.
#define NEXTROW(xStride) \
	Get R7; I64Load xStride; I64Add; Set R7; \
	MOVE(R2, 4)

// func rowsTo16(q *int16, scales, x *float32, d, n, xStride int)
TEXT ·rowsTo16(SB), NOSPLIT, $0-48
	ARG(q+0(FP), R1)
	ARG(scales+8(FP), R2)
	ARG(x+16(FP), R7)
	ARG(n+32(FP), R6)
	QUANTIZER
	Loop
		ZERO(V8)
		Get R7; Tee R4; Set R5
		ARG(d+24(FP), R0)
		LARGESTOF
		ARG(d+24(FP), R0)
		QUANTIZABLE
		If
			SCALE16(R2)
			Loop
				INTEGERS8
				OP(I16x8NarrowI32x4S, V0, V1, V0)
				STORE(R1, V0, 0)
				MOVE(R1, 16)
				NEXT8
			End
		Else
			ZERO(V0)
			Loop
				STORE(R1, V0, 0)
				MOVE(R1, 16)
				NEXT8
			End
			NOSCALE(R2)
		End
		NEXTROW(xStride+40(FP))
		NEXT(R6)
	End
	RET

// HALF replaces the half of each pair at R1 that V12 selects by the numbers in v.
#define HALF(v, offset) \
	Get v; Get R9; I32WrapI64; I32x4Shl; LOAD(R1, offset); Get V12; V128Bitselect; Set v; \
	STORE(R1, v, offset)
#define HALVES HALF(V0, 0); HALF(V1, 16); MOVE(R1, 32)

// func pairsTo16(q *int16, scales, x *float32, d, n, xStride, first int)
TEXT ·pairsTo16(SB), NOSPLIT, $0-56
	ARG(scales+8(FP), R2)
	ARG(x+16(FP), R7)
	ARG(n+32(FP), R6)
	ARG(first+48(FP), R8)
	QUANTIZER
	Loop
		I64Load q+0(FP)
		Get R8; I64Const $1; I64ShrU; I64Load d+24(FP); I64Mul; I64Const $4; I64Mul
		I64Add
		Set R1 // the pairs of this row
		Get R8; I64Const $1; I64And; I64Const $4; I64Shl; Set R9 // bits to shift by
		I32Const $0xFFFF; Get R9; I32WrapI64; I32Shl; I32x4Splat; Set V12

		ZERO(V8)
		Get R7; Tee R4; Set R5
		ARG(d+24(FP), R0)
		LARGESTOF
		ARG(d+24(FP), R0)
		QUANTIZABLE
		If
			SCALE16(R2)
			Loop
				INTEGERS8
				HALVES
				NEXT8
			End
		Else
			Loop
				ZERO(V0)
				ZERO(V1)
				HALVES
				NEXT8
			End
			NOSCALE(R2)
		End
		MOVE(R8, 1)
		NEXTROW(xStride+40(FP))
		NEXT(R6)
	End
	RET

// PRODUCTS sets V0 and V1 to the products of the next eight weights and scales.
#define PRODUCTS \
	LOAD(R4, 0); LOAD(R5, 0); F32x4Mul; Set V0; \
	LOAD(R4, 16); LOAD(R5, 16); F32x4Mul; Set V1; \
	MOVE(R4, 32); \
	MOVE(R5, 32)

// func topProducts8s(lanes *[4]uint32, weights, scales *float32, n int)
TEXT ·topProducts8s(SB), NOSPLIT, $0-32
	ARG(lanes+0(FP), R1)
	ARG(weights+8(FP), R4)
	ARG(scales+16(FP), R5)
	ARG(n+24(FP), R0)
	QUANTIZER
	ZERO(V8)
	Loop
		PRODUCTS
		LARGEST(V0)
		LARGEST(V1)
		NEXT8
	End
	STORE(R1, V8, 0)
	RET

// func products8s(q *int16, weights, scales *float32, inverse float32, n int)
TEXT ·products8s(SB), NOSPLIT, $0-40
	ARG(q+0(FP), R1)
	ARG(weights+8(FP), R4)
	ARG(scales+16(FP), R5)
	ARG(n+32(FP), R0)
	QUANTIZER
	SPLATARG(inverse+24(FP), V10)
	Loop
		PRODUCTS
		INTEGERS(V0)
		INTEGERS(V1)
		OP(I16x8NarrowI32x4S, V0, V1, V0)
		STORE(R1, V0, 0)
		MOVE(R1, 16)
		NEXT8
	End
	RET

// PAIRSUM adds the products of the eight elements at r, with those in V8, to four
// lanes: two consecutive ones to each.
#define PAIRSUM(r, offset, sum) \
	LOAD(r, offset); Get V8; I32x4DotI16x8S; F32x4ConvertI32x4S; Get sum; F32x4Add; Set sum

// SCORE adds up the lanes of a sum, scales and stores it.
#define SCORE(sum, offset) \
	Get R1; I32WrapI64; \
	LANE(sum, 0); LANE(sum, 1); F32Add; LANE(sum, 2); LANE(sum, 3); F32Add; F32Add; \
	Get F1; Get R7; I32WrapI64; F32Load $offset; F32Mul; F32Mul; \
	F32Store $offset

#define QUERY LOAD(R2, 0); Set V8; MOVE(R2, 16)
#define KEY(k, sum) PAIRSUM(k, 0, sum); MOVE(k, 16)

// func scoresRows(dst *float32, q *int16, qScale float32, k *int16, scales *float32, d, n int)
TEXT ·scoresRows(SB), NOSPLIT, $0-56
	ARG(dst+0(FP), R1)
	F32Load qScale+16(FP)
	Set F1
	ARG(k+24(FP), R3)
	ARG(scales+32(FP), R7)
	ARG(d+40(FP), R9)
	ARG(n+48(FP), R8)
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
				KEY(R3, V0)
				KEY(R4, V1)
				KEY(R5, V2)
				KEY(R6, V3)
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
				KEY(R3, V0)
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

#define SCALED(v) OP(F32x4Mul, v, V8, v)

// func mix32(dst *float32, weights *int16, scale float32, v *int16, stride, n int)
TEXT ·mix32(SB), NOSPLIT, $0-48
	ARG(dst+0(FP), R1)
	ARG(weights+8(FP), R2)
	ARG(v+24(FP), R3)
	ARG(stride+32(FP), R4)
	ARG(n+40(FP), R0)
	ZERO8
	Loop
		Get R2; I32WrapI64; SPLAT; Set V8
		PAIRSUM(R3, 0, V0)
		PAIRSUM(R3, 16, V1)
		PAIRSUM(R3, 32, V2)
		PAIRSUM(R3, 48, V3)
		PAIRSUM(R3, 64, V4)
		PAIRSUM(R3, 80, V5)
		PAIRSUM(R3, 96, V6)
		PAIRSUM(R3, 112, V7)
		MOVE(R2, 4)
		Get R3; Get R4; I64Add; Set R3
		NEXT(R0)
	End
	SPLATARG(scale+16(FP), V8)
	SCALED(V0)
	SCALED(V1)
	SCALED(V2)
	SCALED(V3)
	SCALED(V4)
	SCALED(V5)
	SCALED(V6)
	SCALED(V7)
	STORE8(R1)
	RET

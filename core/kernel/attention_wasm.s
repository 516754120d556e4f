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

// func magnitude8s(lanes *[4]uint32, x *float32, n int)
TEXT ·magnitude8s(SB), NOSPLIT, $0-24
	ARG(lanes+0(FP), R1)
	ARG(x+8(FP), R5)
	ARG(n+16(FP), R0)
	QUANTIZER
	ZERO(V8)
	LARGESTOF
	STORE(R1, V8, 0)
	RET

// LARGESTOFROW does so for the row of x at R7, which R4 then points to, and leaves d in
// R0.
#define LARGESTOFROW(d) \
	ZERO(V8); \
	Get R7; Tee R4; Set R5; \
	ARG(d, R0); \
	LARGESTOF; \
	ARG(d, R0)

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
		LARGESTOFROW(d+24(FP))
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

		LARGESTOFROW(d+24(FP))
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

// WHOLE sets R0 to a number of positions, rounded up to whole vectors.
#define WHOLE(seen) Get seen; I64Const $7; I64Add; I64Const $-8; I64And; Set R0

// PAIRSUM adds the products of the eight elements at r, with those in V8, to four
// lanes: two consecutive ones to each.
#define PAIRSUM(r, offset, sum) \
	LOAD(r, offset); Get V8; I32x4DotI16x8S; F32x4ConvertI32x4S; Get sum; F32x4Add; Set sum

// SCORE adds up the lanes of a sum, scales and stores it; the result is k times
// R2 bytes behind R1, its scale as far behind R7.
#define AFTER(r, k) Get r; Get R2; I64Const $k; I64Mul; I64Add; I32WrapI64
#define SCORE(sum, k) \
	AFTER(R1, k); \
	LANE(sum, 0); LANE(sum, 1); F32Add; LANE(sum, 2); LANE(sum, 3); F32Add; F32Add; \
	Get F1; AFTER(R7, k); F32Load $0; F32Mul; F32Mul; \
	F32Store $0

#define QUERY LOAD(R2, 0); Set V8; MOVE(R2, 16)
#define KEY(k, sum) PAIRSUM(k, 0, sum); MOVE(k, 16)

// func scoresRows(dst *float32, q *int16, qScales *float32, k *int16, scales *float32, d, seen, n, stride int)
TEXT ·scoresRows(SB), NOSPLIT, $0-72
	ARG(dst+0(FP), R15)
	ARG(q+8(FP), R12)
	ARG(qScales+16(FP), R13)
	ARG(d+40(FP), R9)
	ARG(seen+48(FP), R14)
	ARG(n+56(FP), R11)
	Get R9; I64Const $2; I64Mul; Set R10 // bytes of a row of q and of k
	Loop
		Get R13; I32WrapI64; F32Load $0; Set F1
		Get R15; Set R1
		ARG(k+24(FP), R3)
		ARG(scales+32(FP), R7)
		Get R14; I64Const $2; I64ShrU; Set R8 // a quarter of the keys
		Get R8; I64Eqz
		If
		Else
			// Four keys at a time, each from another quarter: so many runs through memory
			// keep more reads under way than one.
			Get R8; Get R10; I64Mul; Set R4
			OP(I64Add, R3, R4, R5)
			OP(I64Add, R5, R4, R6)
			Get R6; Get R4; I64Add
			Get R5; Set R4
			Get R6; Set R5
			Set R6
			Loop
				Get R12; Set R2
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
				Get R14; I64Const $2; I64ShrU; I64Const $4; I64Mul; Set R2
				SCORE(V0, 0)
				SCORE(V1, 1)
				SCORE(V2, 2)
				SCORE(V3, 3)
				MOVE(R1, 4)
				MOVE(R7, 4)
				NEXT(R8)
			End
			Get R2; I64Const $3; I64Mul; Set R2
			OP(I64Add, R1, R2, R1)
			OP(I64Add, R7, R2, R7)
			Get R6; Set R3
		End
		Get R14; I64Const $3; I64And; Set R8
		Block
			Loop // the keys that are left
				Get R8; I64Eqz; BrIf $1
				Get R12; Set R2
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
				MOVE(R8, -1)
				Br $0
			End
		End
		OP(I64Add, R12, R10, R12)
		MOVE(R13, 4)
		MOVE(R14, 1)
		Get R15; I64Load stride+64(FP); I64Add; Set R15
		NEXT(R11)
	End
	RET

// func scaleRows8s(x *float32, factor float32, seen, n, stride int)
TEXT ·scaleRows8s(SB), NOSPLIT, $0-40
	ARG(x+0(FP), R1)
	SPLATARG(factor+8(FP), V4)
	ARG(seen+16(FP), R3)
	ARG(n+24(FP), R2)
	Loop
		Get R1; Set R4
		WHOLE(R3)
		Loop
			LOAD(R4, 0); Get V4; F32x4Mul; Set V0
			LOAD(R4, 16); Get V4; F32x4Mul; Set V1
			STORE(R4, V0, 0)
			STORE(R4, V1, 16)
			MOVE(R4, 32)
			NEXT8
		End
		MOVE(R3, 1)
		Get R1; I64Load stride+32(FP); I64Add; Set R1
		NEXT(R2)
	End
	RET

// PRODUCTS sets V0 and V1 to the products of the next eight weights and scales: 0 where
// the weight is. V12 is zero.
#define PRODUCT(offset, d) \
	LOAD(R4, offset); Tee V2; LOAD(R5, offset); F32x4Mul; Get V2; Get V12; F32x4Ne; V128And; Set d
#define PRODUCTS PRODUCT(0, V0); PRODUCT(16, V1); MOVE(R4, 32); MOVE(R5, 32)

// func weightsRows(q *int16, qScales, weights, scales *float32, seen, n, stride int)
TEXT ·weightsRows(SB), NOSPLIT, $0-56
	ARG(q+0(FP), R3)
	ARG(qScales+8(FP), R2)
	ARG(weights+16(FP), R7)
	ARG(seen+32(FP), R8)
	ARG(n+40(FP), R6)
	QUANTIZER
	ZERO(V12)
	Loop
		// What lies behind the row, up to a whole vector, counts as 0.
		Get R7; Get R8; I64Const $4; I64Mul; I64Add; Set R4
		WHOLE(R8)
		Get R7; Get R0; I64Const $4; I64Mul; I64Add; Set R5
		FILL(0.0)

		ZERO(V8)
		Get R7; Set R4
		ARG(scales+24(FP), R5)
		WHOLE(R8)
		Loop
			PRODUCTS
			LARGEST(V0)
			LARGEST(V1)
			NEXT8
		End
		Get R7; Set R4
		ARG(scales+24(FP), R5)
		WHOLE(R8)
		Get R3; Set R1
		QUANTIZABLE
		If
			SCALE16(R2)
			Loop
				PRODUCTS
				INTEGERS(V0)
				INTEGERS(V1)
				OP(I16x8NarrowI32x4S, V0, V1, V0)
				STORE(R1, V0, 0)
				MOVE(R1, 16)
				NEXT8
			End
		Else
			Loop
				STORE(R1, V12, 0)
				MOVE(R1, 16)
				NEXT8
			End
			NOSCALE(R2)
		End
		MOVE(R2, 4)
		MOVE(R8, 1)
		Get R3; I64Load stride+48(FP); I64Const $2; I64Mul; I64Add; Set R3
		Get R7; I64Load stride+48(FP); I64Const $4; I64Mul; I64Add; Set R7
		NEXT(R6)
	End
	RET

#define SCALED(v) OP(F32x4Mul, v, V8, v)

// func mixRows(dst *float32, weights *int16, wScales *float32, v *int16, pairBytes, seen, n, dstStride, stride int)
TEXT ·mixRows(SB), NOSPLIT, $0-72
	ARG(dst+0(FP), R1)
	ARG(weights+8(FP), R5)
	ARG(wScales+16(FP), R6)
	ARG(pairBytes+32(FP), R4)
	ARG(seen+40(FP), R7)
	ARG(n+48(FP), R8)
	Loop
		Get R5; Set R2
		ARG(v+24(FP), R3)
		Get R7; I64Const $1; I64Add; I64Const $1; I64ShrU; Set R0
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
			OP(I64Add, R3, R4, R3)
			NEXT(R0)
		End
		Get R6; I32WrapI64; SPLAT; Set V8
		SCALED(V0)
		SCALED(V1)
		SCALED(V2)
		SCALED(V3)
		SCALED(V4)
		SCALED(V5)
		SCALED(V6)
		SCALED(V7)
		STORE8(R1)
		MOVE(R6, 4)
		MOVE(R7, 1)
		Get R5; I64Load stride+64(FP); I64Add; Set R5
		Get R1; I64Load dstStride+56(FP); I64Add; Set R1
		NEXT(R8)
	End
	RET

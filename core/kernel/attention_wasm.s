//go:build goexperiment.simd

#include "textflag.h"
#include "asm_wasm.h"

#define NEXT4 Get R0; I64Const $-4; I64Add; Tee R0; I64Const $0; I64Ne; BrIf $0

// ROW adds the products of q, in V8, with four elements of a row of keys.
#define ROW(k, sum) LOAD(k, 0); Get V8; F32x4Mul; Get sum; F32x4Add; Set sum; MOVE(k, 16)

// SCORE adds up the lanes of a sum and stores it.
#define SCORE(sum, offset) \
	Get R1; I32WrapI64; \
	LANE(sum, 0); LANE(sum, 1); F32Add; LANE(sum, 2); LANE(sum, 3); F32Add; F32Add; \
	F32Store $offset

// func scoresRows(dst, q, k *float32, d, n int)
TEXT ·scoresRows(SB), NOSPLIT, $0-40
	ARG(dst+0(FP), R1)
	ARG(k+16(FP), R3)
	ARG(n+32(FP), R8)
	ARG(d+24(FP), R9)
	Get R9; I64Const $4; I64Mul; Set R10 // bytes of a row
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
				LOAD(R2, 0); Set V8
				ROW(R3, V0)
				ROW(R4, V1)
				ROW(R5, V2)
				ROW(R6, V3)
				MOVE(R2, 16)
				NEXT4
			End
			SCORE(V0, 0)
			SCORE(V1, 4)
			SCORE(V2, 8)
			SCORE(V3, 12)
			Get R6; Set R3
			MOVE(R1, 16)
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
				LOAD(R2, 0); Set V8
				ROW(R3, V0)
				MOVE(R2, 16)
				NEXT4
			End
			SCORE(V0, 0)
			MOVE(R1, 4)
			Get R8; I64Const $-1; I64Add; Set R8
			Br $0
		End
	End
	RET

// MIXED adds the products of one weight, in V8, with four values to a sum.
#define MIXED(sum, offset) LOAD(R3, offset); Get V8; F32x4Mul; Get sum; F32x4Add; Set sum

// func mix32(dst, weights, v *float32, stride, n int)
TEXT ·mix32(SB), NOSPLIT, $0-40
	ARG(dst+0(FP), R1)
	ARG(weights+8(FP), R2)
	ARG(v+16(FP), R3)
	ARG(stride+24(FP), R4)
	ARG(n+32(FP), R0)
	ZERO(V0)
	ZERO(V1)
	ZERO(V2)
	ZERO(V3)
	ZERO(V4)
	ZERO(V5)
	ZERO(V6)
	ZERO(V7)
	Loop
		Get R2; I32WrapI64; SPLAT; Set V8
		MIXED(V0, 0)
		MIXED(V1, 16)
		MIXED(V2, 32)
		MIXED(V3, 48)
		MIXED(V4, 64)
		MIXED(V5, 80)
		MIXED(V6, 96)
		MIXED(V7, 112)
		MOVE(R2, 4)
		Get R3; Get R4; I64Add; Set R3
		NEXT(R0)
	End
	STORE(R1, V0, 0)
	STORE(R1, V1, 16)
	STORE(R1, V2, 32)
	STORE(R1, V3, 48)
	STORE(R1, V4, 64)
	STORE(R1, V5, 80)
	STORE(R1, V6, 96)
	STORE(R1, V7, 112)
	RET

// func mix4(dst, weights, v *float32, stride, n int)
TEXT ·mix4(SB), NOSPLIT, $0-40
	ARG(dst+0(FP), R1)
	ARG(weights+8(FP), R2)
	ARG(v+16(FP), R3)
	ARG(stride+24(FP), R4)
	ARG(n+32(FP), R0)
	ZERO(V0)
	Loop
		Get R2; I32WrapI64; SPLAT; Set V8
		MIXED(V0, 0)
		MOVE(R2, 4)
		Get R3; Get R4; I64Add; Set R3
		NEXT(R0)
	End
	STORE(R1, V0, 0)
	RET

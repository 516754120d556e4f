//go:build goexperiment.simd

#include "textflag.h"
#include "asm_wasm.h"

// func f32One(dst, x, w *float32, cols int)
TEXT ·f32One(SB), NOSPLIT, $0-32
	ARG(dst+0(FP), R1)
	ARG(x+8(FP), R2)
	ARG(w+16(FP), R3)
	ARG(cols+24(FP), R0)
	ZERO(V0)
	ZERO(V1)
	Loop
		Get R2; I32WrapI64; SPLAT; Set V2
		LOAD(R3, 0); Get V2; F32x4Mul; Get V0; F32x4Add; Set V0
		LOAD(R3, 16); Get V2; F32x4Mul; Get V1; F32x4Add; Set V1
		MOVE(R2, 4)
		MOVE(R3, 32)
		NEXT(R0)
	End
	STORE(R1, V0, 0)
	STORE(R1, V1, 16)
	RET

// RESULT stores the sums of one token or stream and moves dst to the next one.
#define RESULT(lo, hi) \
	STORE(R6, lo, 0); STORE(R6, hi, 16); \
	Get R6; Get R7; I64Add; Set R6

// STREAM adds the products of the activation in V8 with a column of eight rows.
#define STREAM(w, lo, hi) \
	LOAD(w, 0); Get V8; F32x4Mul; Get lo; F32x4Add; Set lo; \
	LOAD(w, 16); Get V8; F32x4Mul; Get hi; F32x4Add; Set hi; \
	MOVE(w, 32)

// func f32Streams(dst, x, w *float32, cols, n int)
TEXT ·f32Streams(SB), NOSPLIT, $0-40
	ARG(dst+0(FP), R6)
	ARG(w+16(FP), R2)
	ARG(n+32(FP), R8)
	Get R8; I64Const $32; I64Mul; Set R7 // bytes of a stream's results
	Get R7; I64Load cols+24(FP); I64Mul; Set R9 // of its weights
	OP(I64Add, R2, R9, R3)
	OP(I64Add, R3, R9, R4)
	OP(I64Add, R4, R9, R5)
	Loop
		ARG(x+8(FP), R1)
		ARG(cols+24(FP), R0)
		Get R6; Set R9
		ZERO8
		Loop
			Get R1; I32WrapI64; SPLAT; Set V8
			STREAM(R2, V0, V1)
			STREAM(R3, V2, V3)
			STREAM(R4, V4, V5)
			STREAM(R5, V6, V7)
			MOVE(R1, 4)
			NEXT(R0)
		End
		RESULT(V0, V1)
		RESULT(V2, V3)
		RESULT(V4, V5)
		RESULT(V6, V7)
		Get R9; I64Const $32; I64Add; Set R6
		NEXT(R8)
	End
	RET

// TOKEN adds the products of one activation with a column of eight rows, in V8
// and V9, to two sums, and moves on.
#define TOKEN(x, lo, hi) \
	Get x; I32WrapI64; SPLAT; Set V10; \
	Get V8; Get V10; F32x4Mul; Get lo; F32x4Add; Set lo; \
	Get V9; Get V10; F32x4Mul; Get hi; F32x4Add; Set hi; \
	MOVE(x, 4)

// func f32Four(dst *float32, stride int, x, w *float32, cols, n int)
TEXT ·f32Four(SB), NOSPLIT, $0-48
	ARG(dst+0(FP), R6)
	ARG(stride+8(FP), R7)
	ARG(x+16(FP), R1)
	ARG(n+40(FP), R8)
	Loop
		ARG(w+24(FP), R5)
		ARG(cols+32(FP), R0)
		Get R0; I64Const $4; I64Mul; Set R9
		Get R1; Get R9; I64Add; Tee R2
		Get R9; I64Add; Tee R3
		Get R9; I64Add; Set R4
		ZERO8
		Loop
			LOAD(R5, 0); Set V8
			LOAD(R5, 16); Set V9
			TOKEN(R1, V0, V1)
			TOKEN(R2, V2, V3)
			TOKEN(R3, V4, V5)
			TOKEN(R4, V6, V7)
			MOVE(R5, 32)
			NEXT(R0)
		End
		RESULT(V0, V1)
		RESULT(V2, V3)
		RESULT(V4, V5)
		RESULT(V6, V7)
		Get R4; Set R1 // the next four tokens
		NEXT(R8)
	End
	RET

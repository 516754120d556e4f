//go:build goexperiment.simd

#include "textflag.h"
#include "asm_wasm.h"

// C is a constant: an index into the table that R15 points to.
#define C(i) Get R15; I32WrapI64; V128Load $(16*(i)); Set V8
#define expMin 0
#define expMax 1
#define log2e 2
#define roundMagic 3
#define ln2Hi 4
#define ln2Lo 5
#define expC5 6
#define expC4 7
#define expC3 8
#define expC2 9
#define expC1 10
#define expC0 11
#define one 12
#define half 13
#define halfSqrt2 14
#define geluLinear 15
#define geluCubic 16
#define powerMin 17
#define powerMax 18
#define powerC5 19
#define powerC4 20
#define powerC3 21
#define powerC2 22
#define powerC1 23
#define erfcC9 24
#define erfcC8 25
#define erfcC7 26
#define erfcC6 27
#define erfcC5 28
#define erfcC4 29
#define erfcC3 30
#define erfcC2 31
#define erfcC1 32
#define erfcC0 33

// WITH sets two vectors to themselves op a constant, and leaves it in V8.
#define WITH(op, i, a, b) C(i); OP(op, a, V8, a); OP(op, b, V8, b)

// HORNER multiplies the polynomials p, q by x, y and adds the next coefficient.
#define HORNER(i, p, q, x, y) OP(F32x4Mul, p, x, p); OP(F32x4Mul, q, y, q); WITH(F32x4Add, i, p, q)

// LESS subtracts from x and y the products of V4 and V5 with a constant.
#define LESS(i, x, y) \
	C(i); \
	Get x; Get V4; Get V8; F32x4Mul; F32x4Sub; Set x; \
	Get y; Get V5; Get V8; F32x4Mul; F32x4Sub; Set y

// POWER sets d to p times 2^k in two factors; V8 is one, the bits of 2^0.
#define POWER(k, p, d) \
	Get k; I32Const $1; I32x4ShrS; Set V6; \
	Get p; \
	Get V6; I32Const $23; I32x4Shl; Get V8; I32x4Add; F32x4Mul; \
	Get k; Get V6; I32x4Sub; I32Const $23; I32x4Shl; Get V8; I32x4Add; F32x4Mul; \
	Set d

// EXP replaces V0 and V1 by exp32 of them; it uses V2 to V8.
#define EXP \
	WITH(F32x4Pmax, expMin, V0, V1); \
	WITH(F32x4Pmin, expMax, V0, V1); \
	C(log2e); OP(F32x4Mul, V0, V8, V2); OP(F32x4Mul, V1, V8, V3); \
	WITH(F32x4Add, roundMagic, V2, V3); \
	OP(F32x4Sub, V2, V8, V4); OP(F32x4Sub, V3, V8, V5); \
	OP(I32x4Sub, V2, V8, V2); OP(I32x4Sub, V3, V8, V3); \
	LESS(ln2Hi, V0, V1); \
	LESS(ln2Lo, V0, V1); \
	C(expC5); OP(F32x4Mul, V0, V8, V4); OP(F32x4Mul, V1, V8, V5); \
	WITH(F32x4Add, expC4, V4, V5); \
	HORNER(expC3, V4, V5, V0, V1); \
	HORNER(expC2, V4, V5, V0, V1); \
	HORNER(expC1, V4, V5, V0, V1); \
	HORNER(expC0, V4, V5, V0, V1); \
	Get V4; Get V0; Get V0; F32x4Mul; F32x4Mul; Get V0; F32x4Add; Set V4; \
	Get V5; Get V1; Get V1; F32x4Mul; F32x4Mul; Get V1; F32x4Add; Set V5; \
	WITH(F32x4Add, one, V4, V5); \
	POWER(V2, V4, V0); \
	POWER(V3, V5, V1)

// FOLD leaves the lanes of v combined on the stack, in the order of sum4.
#define FOLD(v, op) LANE(v, 0); LANE(v, 1); op; LANE(v, 2); LANE(v, 3); op; op

// NORMALIZED leaves four normalized values on the stack, to be shifted.
#define NORMALIZED(offset) LOAD(R2, offset); Get V4; F32x4Sub; Get V5; F32x4Mul; LOAD(R3, offset); F32x4Mul

// MEAN stores the mean of what the lanes of V0 and V1 sum up at r, moves r on and leaves
// the mean in F1; F0 is the number of values.
#define MEAN(r) \
	OP(F32x4Add, V0, V1, V0); \
	FOLD(V0, F32Add); Get F0; F32Div; Set F1; \
	Get r; I32WrapI64; Get F1; F32Store $0; \
	MOVE(r, 4)

// EACH8 sums something up over the row of x at R2, eight values at R5 at a time.
#define EACH8(step) \
	Get R2; Set R5; \
	ARG(c+56(FP), R0); \
	ZERO(V0); \
	ZERO(V1); \
	Loop; \
	step; \
	MOVE(R5, 32); \
	NEXT8; \
	End

#define SUM8 \
	Get V0; LOAD(R5, 0); F32x4Add; Set V0; \
	Get V1; LOAD(R5, 16); F32x4Add; Set V1
#define SUMSQUARES8 \
	Get V0; LOAD(R5, 0); Get V4; F32x4Sub; Tee V2; Get V2; F32x4Mul; F32x4Add; Set V0; \
	Get V1; LOAD(R5, 16); Get V4; F32x4Sub; Tee V3; Get V3; F32x4Mul; F32x4Add; Set V1

// func layerNormRows(dst, mean, variance, x, scale, shift *float32, eps float32, c, n int)
TEXT ·layerNormRows(SB), NOSPLIT, $0-72
	ARG(dst+0(FP), R1)
	ARG(mean+8(FP), R6)
	ARG(variance+16(FP), R7)
	ARG(x+24(FP), R2)
	ARG(n+64(FP), R8)
	I64Load c+56(FP)
	F32ConvertI64S
	Set F0
	Loop
		EACH8(SUM8)
		MEAN(R6)
		Get F1; F32x4Splat; Set V4
		EACH8(SUMSQUARES8)
		MEAN(R7)
		F32Const $1.0; Get F1; F32Load eps+48(FP); F32Add; F32Sqrt; F32Div; F32x4Splat; Set V5

		ARG(scale+32(FP), R3)
		ARG(shift+40(FP), R4)
		ARG(c+56(FP), R0)
		Get R4; I64Eqz
		If
			Loop
				NORMALIZED(0); Set V0
				NORMALIZED(16); Set V1
				STORE(R1, V0, 0)
				STORE(R1, V1, 16)
				MOVE(R1, 32)
				MOVE(R2, 32)
				MOVE(R3, 32)
				NEXT8
			End
		Else
			Loop
				NORMALIZED(0); LOAD(R4, 0); F32x4Add; Set V0
				NORMALIZED(16); LOAD(R4, 16); F32x4Add; Set V1
				STORE(R1, V0, 0)
				STORE(R1, V1, 16)
				MOVE(R1, 32)
				MOVE(R2, 32)
				MOVE(R3, 32)
				MOVE(R4, 32)
				NEXT8
			End
		End
		NEXT(R8)
	End
	RET

// LARGER leaves in V0 and V1 the largest of the R0 values at R2.
#define LARGER \
	F32Const $(-1e39); F32x4Splat; Tee V0; Set V1; \
	Loop; \
	Get V0; LOAD(R2, 0); F32x4Pmax; Set V0; \
	Get V1; LOAD(R2, 16); F32x4Pmax; Set V1; \
	MOVE(R2, 32); \
	NEXT8; \
	End

// func maximum8s(lanes *[8]float32, x *float32, n int)
TEXT ·maximum8s(SB), NOSPLIT, $0-24
	ARG(lanes+0(FP), R1)
	ARG(x+8(FP), R2)
	ARG(n+16(FP), R0)
	LARGER
	STORE(R1, V0, 0)
	STORE(R1, V1, 16)
	RET

// func positive8s(lanes *[4]int32, x *float32, n int)
TEXT ·positive8s(SB), NOSPLIT, $0-24
	ARG(lanes+0(FP), R1)
	ARG(x+8(FP), R2)
	ARG(n+16(FP), R0)
	ZERO(V0)
	ZERO(V1)
	ZERO(V4)
	Loop
		Get V0; LOAD(R2, 0); Get V4; F32x4Gt; I32x4Sub; Set V0 // true is -1
		Get V1; LOAD(R2, 16); Get V4; F32x4Gt; I32x4Sub; Set V1
		MOVE(R2, 32)
		NEXT8
	End
	OP(I32x4Add, V0, V1, V0)
	STORE(R1, V0, 0)
	RET

// EXPSUM replaces the R0 values at R2, less V14, by their exponentials, and leaves the
// sums of every eighth in V12 and V13.
#define EXPSUM \
	ZERO(V12); \
	ZERO(V13); \
	Loop; \
	LOAD(R2, 0); Get V14; F32x4Sub; Set V0; \
	LOAD(R2, 16); Get V14; F32x4Sub; Set V1; \
	EXP; \
	STORE(R2, V0, 0); \
	STORE(R2, V1, 16); \
	OP(F32x4Add, V12, V0, V12); \
	OP(F32x4Add, V13, V1, V13); \
	MOVE(R2, 32); \
	NEXT8; \
	End

// func expSum8s(lanes *[8]float32, x *float32, shift float32, n int, c *vectors)
TEXT ·expSum8s(SB), NOSPLIT, $0-40
	ARG(lanes+0(FP), R1)
	ARG(x+8(FP), R2)
	SPLATARG(shift+16(FP), V14)
	ARG(n+24(FP), R0)
	ARG(c+32(FP), R15)
	EXPSUM
	STORE(R1, V12, 0)
	STORE(R1, V13, 16)
	RET

// DIVIDE divides the R0 values at R2 by V4.
#define DIVIDE \
	Loop; \
	LOAD(R2, 0); Get V4; F32x4Div; Set V0; \
	LOAD(R2, 16); Get V4; F32x4Div; Set V1; \
	STORE(R2, V0, 0); \
	STORE(R2, V1, 16); \
	MOVE(R2, 32); \
	NEXT8; \
	End

// func divide8s(x *float32, by float32, n int)
TEXT ·divide8s(SB), NOSPLIT, $0-24
	ARG(x+0(FP), R2)
	SPLATARG(by+8(FP), V4)
	ARG(n+16(FP), R0)
	DIVIDE
	RET

// func softmaxRows8s(x *float32, seen, n, stride int, c *vectors)
TEXT ·softmaxRows8s(SB), NOSPLIT, $0-40
	ARG(x+0(FP), R1)
	ARG(seen+8(FP), R3)
	ARG(n+16(FP), R6)
	ARG(c+32(FP), R15)
	Loop
		// What lies behind the row, up to a whole vector, gets the exponential 0.
		Get R3; I64Const $7; I64Add; I64Const $-8; I64And; Set R7
		Get R1; Get R3; I64Const $4; I64Mul; I64Add; Set R4
		Get R1; Get R7; I64Const $4; I64Mul; I64Add; Set R5
		FILL(-1e39)

		Get R1; Set R2
		Get R7; Set R0
		LARGER
		OP(F32x4Pmax, V0, V1, V0)
		FOLD(V0, F32Max); F32Const $0.0; F32Add; F32x4Splat; Set V14
		Get R1; Set R2
		Get R7; Set R0
		EXPSUM
		OP(F32x4Add, V12, V13, V12)
		FOLD(V12, F32Add); F32x4Splat; Set V4
		Get R1; Set R2
		Get R7; Set R0
		DIVIDE

		MOVE(R3, 1)
		Get R1; I64Load stride+24(FP); I64Add; Set R1
		NEXT(R6)
	End
	RET

// func add8s(dst, x *float32, n int)
TEXT ·add8s(SB), NOSPLIT, $0-24
	ARG(dst+0(FP), R1)
	ARG(x+8(FP), R2)
	ARG(n+16(FP), R0)
	Loop
		LOAD(R1, 0); LOAD(R2, 0); F32x4Add; Set V0
		LOAD(R1, 16); LOAD(R2, 16); F32x4Add; Set V1
		STORE(R1, V0, 0)
		STORE(R1, V1, 16)
		MOVE(R1, 32)
		MOVE(R2, 32)
		NEXT8
	End
	RET

// func relu8s(dst, x *float32, n int)
TEXT ·relu8s(SB), NOSPLIT, $0-24
	ARG(dst+0(FP), R1)
	ARG(x+8(FP), R2)
	ARG(n+16(FP), R0)
	ZERO(V4)
	Loop
		LOAD(R2, 0); Get V4; F32x4Pmax; Set V0
		LOAD(R2, 16); Get V4; F32x4Pmax; Set V1
		STORE(R1, V0, 0)
		STORE(R1, V1, 16)
		MOVE(R1, 32)
		MOVE(R2, 32)
		NEXT8
	End
	RET

// func geluNew8s(dst, x *float32, n int, c *vectors)
TEXT ·geluNew8s(SB), NOSPLIT, $0-32
	ARG(dst+0(FP), R1)
	ARG(x+8(FP), R2)
	ARG(n+16(FP), R0)
	ARG(c+24(FP), R15)
	Loop
		LOAD(R2, 0); Tee V10; Get V10; F32x4Mul; Set V0
		LOAD(R2, 16); Tee V11; Get V11; F32x4Mul; Set V1
		WITH(F32x4Mul, geluCubic, V0, V1)
		WITH(F32x4Add, geluLinear, V0, V1)
		OP(F32x4Mul, V0, V10, V0)
		OP(F32x4Mul, V1, V11, V1)
		// power32
		WITH(F32x4Pmax, powerMin, V0, V1)
		WITH(F32x4Pmin, powerMax, V0, V1)
		C(roundMagic)
		OP(F32x4Add, V0, V8, V2)
		OP(F32x4Add, V1, V8, V3)
		OP(F32x4Sub, V2, V8, V4)
		OP(F32x4Sub, V3, V8, V5)
		OP(F32x4Sub, V0, V4, V0)
		OP(F32x4Sub, V1, V5, V1)
		C(powerC5)
		OP(F32x4Mul, V0, V8, V4)
		OP(F32x4Mul, V1, V8, V5)
		WITH(F32x4Add, powerC4, V4, V5)
		HORNER(powerC3, V4, V5, V0, V1)
		HORNER(powerC2, V4, V5, V0, V1)
		HORNER(powerC1, V4, V5, V0, V1)
		HORNER(one, V4, V5, V0, V1)
		Get V4; Get V2; I32Const $23; I32x4Shl; I32x4Add; Get V8; F32x4Add; Set V0
		Get V5; Get V3; I32Const $23; I32x4Shl; I32x4Add; Get V8; F32x4Add; Set V1
		OP(F32x4Div, V10, V0, V0)
		OP(F32x4Div, V11, V1, V1)
		STORE(R1, V0, 0)
		STORE(R1, V1, 16)
		MOVE(R1, 32)
		MOVE(R2, 32)
		NEXT8
	End
	RET

// PHI sets d to x times phi, or times 1-phi where x > 0; V8 is one, V9 zero.
#define PHI(x, phi, d) \
	Get x; \
	Get V8; Get phi; F32x4Sub; Get phi; Get x; Get V9; F32x4Gt; V128Bitselect; \
	F32x4Mul; Set d

// func gelu8s(dst, x *float32, n int, c *vectors)
TEXT ·gelu8s(SB), NOSPLIT, $0-32
	ARG(dst+0(FP), R1)
	ARG(x+8(FP), R2)
	ARG(n+16(FP), R0)
	ARG(c+24(FP), R15)
	ZERO(V9)
	Loop
		LOAD(R2, 0); Tee V10; F32x4Abs; Set V0
		LOAD(R2, 16); Tee V11; F32x4Abs; Set V1
		WITH(F32x4Mul, halfSqrt2, V0, V1)
		// V12, V13 = t = 1/(1+z/2)
		C(half)
		OP(F32x4Mul, V0, V8, V12)
		OP(F32x4Mul, V1, V8, V13)
		WITH(F32x4Add, one, V12, V13)
		OP(F32x4Div, V8, V12, V12)
		OP(F32x4Div, V8, V13, V13)
		C(erfcC9)
		OP(F32x4Mul, V12, V8, V2)
		OP(F32x4Mul, V13, V8, V3)
		WITH(F32x4Add, erfcC8, V2, V3)
		HORNER(erfcC7, V2, V3, V12, V13)
		HORNER(erfcC6, V2, V3, V12, V13)
		HORNER(erfcC5, V2, V3, V12, V13)
		HORNER(erfcC4, V2, V3, V12, V13)
		HORNER(erfcC3, V2, V3, V12, V13)
		HORNER(erfcC2, V2, V3, V12, V13)
		HORNER(erfcC1, V2, V3, V12, V13)
		HORNER(erfcC0, V2, V3, V12, V13)
		Get V2; Get V0; Get V0; F32x4Mul; F32x4Sub; Set V0
		Get V3; Get V1; Get V1; F32x4Mul; F32x4Sub; Set V1
		EXP
		OP(F32x4Mul, V0, V12, V0)
		OP(F32x4Mul, V1, V13, V1)
		WITH(F32x4Mul, half, V0, V1)
		C(one)
		PHI(V10, V0, V0)
		PHI(V11, V1, V1)
		STORE(R1, V0, 0)
		STORE(R1, V1, 16)
		MOVE(R1, 32)
		MOVE(R2, 32)
		NEXT8
	End
	RET

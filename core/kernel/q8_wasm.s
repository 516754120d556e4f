//go:build goexperiment.simd

#include "textflag.h"
#include "asm_wasm.h"

// WEIGHTS loads the weights of column pair j of eight rows: V8 is the words as they
// are, 256*upper + lower + 128, V9 the upper rows alone.
#define WEIGHTS(j) LOAD(R5, 16*(j)); Tee V8; I32Const $8; I16x8ShrS; Set V9

// PAIR puts a pair of the activations at x into V10, in all lanes; at is its place.
#define PAIR(at, x) Get x; I32WrapI64; SPLATAT(at); Set V10

// TIMES sets a and b to the products of the weights in V8 and in V9 with a pair of the
// activations at x. DOT does one of them, PLUS adds products to sums.
#define TIMES(at, x, a, b) PAIR(at, x); DOT(V8, a); DOT(V9, b)
#define DOT(w, d) OP(I32x4DotI16x8S, w, V10, d)
#define PLUS(sums, d) OP(I32x4Add, d, sums, sums)

#define ONE(j, at) WEIGHTS(j); TIMES(at, R1, V11, V14); PLUS(V0, V11); PLUS(V4, V14)

// PAIRS repeats a step for the 16 column pairs of a block, THIRD for all but the first two.
// A step gets the pair's number and its place.
#define PAIRS(step) step(0, AT0); step(1, AT4); THIRD(step)
#define THIRD(step) \
	step(2, AT8); step(3, AT12); step(4, AT16); step(5, AT20); step(6, AT24); \
	step(7, AT28); step(8, AT32); step(9, AT36); step(10, AT40); step(11, AT44); \
	step(12, AT48); step(13, AT52); step(14, AT56); step(15, AT60)

// LOWER leaves the sums of the lower rows on the stack: words began with the bias,
// -128*sum(x).
#define LOWER(words, upper) Get words; Get upper; I32Const $8; I32x4Shl; I32x4Sub

// func q8One(dst *float32, x *int16, xs *float32, bias *int32, w *int16, ws *float32, blocks, n int)
TEXT ·q8One(SB), NOSPLIT, $0-64
	ARG(dst+0(FP), R6)
	ARG(w+32(FP), R5)
	ARG(ws+40(FP), R11)
	ARG(n+56(FP), R14)
	Loop
		ARG(x+8(FP), R1)
		ARG(bias+24(FP), R12)
		ARG(blocks+48(FP), R0)
		ZERO(V12)
		ZERO(V13)
		Loop
			Get R12; I32WrapI64; SPLAT; Set V0
			ZERO(V4)
			PAIRS(ONE)
			Get V4; F32x4ConvertI32x4S; LOAD(R11, 0); F32x4Mul; Get V12; F32x4Add; Set V12
			LOWER(V0, V4); F32x4ConvertI32x4S; LOAD(R11, 16); F32x4Mul; Get V13; F32x4Add; Set V13

			MOVE(R1, 64)
			MOVE(R5, 256)
			MOVE(R11, 32)
			MOVE(R12, 4)
			NEXT(R0)
		End
		I64Load xs+16(FP); I32WrapI64; SPLAT; Set V14
		OP(F32x4Mul, V12, V14, V12)
		OP(F32x4Mul, V13, V14, V13)
		STORE(R6, V12, 0)
		STORE(R6, V13, 16)
		MOVE(R6, 32)
		NEXT(R14)
	End
	RET

// ADD adds the sums of one block, times the scales of the weights at ws, to eight floats
// at dst.
#define ADD(words, upper, ws, dst) \
	Get upper; F32x4ConvertI32x4S; LOAD(ws, 0); F32x4Mul; \
	LOAD(dst, 0); F32x4Add; Set V15; STORE(dst, V15, 0); \
	LOWER(words, upper); F32x4ConvertI32x4S; LOAD(ws, 16); F32x4Mul; \
	LOAD(dst, 16); F32x4Add; Set V15; STORE(dst, V15, 16)

#define CLEAR(dst) ZERO(V15); STORE(dst, V15, 0); STORE(dst, V15, 16)

// STREAM adds the products of pair j of the weights at w with the activations in
// V10 to words and upper.
#define STREAM(j, w, words, upper) \
	LOAD(w, 16*(j)); Tee V8; Get V10; I32x4DotI16x8S; Get words; I32x4Add; Set words; \
	Get V8; I32Const $8; I16x8ShrS; Get V10; I32x4DotI16x8S; Get upper; I32x4Add; Set upper

#define STREAMS(j, at) \
	PAIR(at, R1); \
	STREAM(j, R2, V0, V4); STREAM(j, R3, V1, V5); STREAM(j, R4, V2, V6); STREAM(j, R5, V3, V7)

// DST sets R15 to the results of stream k.
#define DST(k) Get R6; Get R13; I64Const $k; I64Mul; I64Add; Set R15

#define ENDSTREAM(k, words, upper, ws) DST(k); ADD(words, upper, ws, R15); MOVE(ws, 32)

// SCALEBY multiplies the results of stream k by the scale in V14.
#define SCALEBY(k) \
	DST(k); \
	LOAD(R15, 0); Get V14; F32x4Mul; Set V15; STORE(R15, V15, 0); \
	LOAD(R15, 16); Get V14; F32x4Mul; Set V15; STORE(R15, V15, 16)

// func q8Streams(dst *float32, x *int16, xs *float32, bias *int32, w *int16, ws *float32, blocks, n int)
TEXT ·q8Streams(SB), NOSPLIT, $0-64
	ARG(dst+0(FP), R6)
	ARG(n+56(FP), R14)
	Get R14; I64Load blocks+48(FP); I64Mul; Set R0
	Get R0; I64Const $256; I64Mul; Set R15 // bytes of a stream's weights
	ARG(w+32(FP), R2)
	OP(I64Add, R2, R15, R3)
	OP(I64Add, R3, R15, R4)
	OP(I64Add, R4, R15, R5)
	Get R0; I64Const $32; I64Mul; Set R15 // of its scales
	ARG(ws+40(FP), R7)
	OP(I64Add, R7, R15, R8)
	OP(I64Add, R8, R15, R9)
	OP(I64Add, R9, R15, R11)
	Get R14; I64Const $32; I64Mul; Set R13 // of its results
	Loop
		ARG(x+8(FP), R1)
		ARG(bias+24(FP), R12)
		ARG(blocks+48(FP), R0)
		DST(0); CLEAR(R15)
		DST(1); CLEAR(R15)
		DST(2); CLEAR(R15)
		DST(3); CLEAR(R15)
		Loop
			Get R12; I32WrapI64; SPLAT; Tee V0; Tee V1; Tee V2; Set V3
			ZERO(V4)
			ZERO(V5)
			ZERO(V6)
			ZERO(V7)
			PAIRS(STREAMS)
			ENDSTREAM(0, V0, V4, R7)
			ENDSTREAM(1, V1, V5, R8)
			ENDSTREAM(2, V2, V6, R9)
			ENDSTREAM(3, V3, V7, R11)
			MOVE(R1, 64)
			MOVE(R2, 256)
			MOVE(R3, 256)
			MOVE(R4, 256)
			MOVE(R5, 256)
			MOVE(R12, 4)
			NEXT(R0)
		End
		I64Load xs+16(FP); I32WrapI64; SPLAT; Set V14
		SCALEBY(0)
		SCALEBY(1)
		SCALEBY(2)
		SCALEBY(3)
		MOVE(R6, 32)
		NEXT(R14)
	End
	RET

// WIDE loads the weights of column pair j of eight rows, each in 16 bits: V8 the lower
// rows, V9 the upper ones.
#define WIDE(j) LOAD(R5, 32*(j)); Set V8; LOAD(R5, 32*(j)+16); Set V9

// FOUR adds the products of four tokens with a column pair to their sums, late: those of
// the last two tokens when the next column pair is under way. So a processor divides its
// units best between products and sums. SECOND is FOUR where nothing is left to add.
#define FOUR(j, at) STEP(j, at, PLUS)
#define SECOND(j, at) STEP(j, at, NOTHING)
#define STEP(j, at, before) \
	PAIR(at, R1); LOAD(R5, 32*(j)+16); Set V9; \
	before(V2, V11); before(V7, V12); \
	LOAD(R5, 32*(j)); Set V8; \
	Get R2; I32WrapI64; SPLATAT(at); \
	DOT(V8, V11); DOT(V9, V12); \
	before(V3, V13); before(V6, V15); \
	Set V10; DOT(V8, V13); DOT(V9, V14); \
	PAIR(at, R3); \
	PLUS(V0, V11); DOT(V8, V11); DOT(V9, V15); PLUS(V5, V14); \
	PAIR(at, R4); \
	PLUS(V1, V13); PLUS(V4, V12); DOT(V9, V12); DOT(V8, V13)
#define LAST PLUS(V2, V11); PLUS(V7, V12); PLUS(V3, V13); PLUS(V6, V15)
#define NOTHING(sums, d)

// ADDWIDE adds half the sums of one block to four floats at R8.
#define ADDWIDE(sums, scales, offset) \
	Get sums; F32x4ConvertI32x4S; Get scales; F32x4Mul; \
	LOAD(R8, offset); F32x4Add; Set V15; STORE(R8, V15, offset)

// END adds the sums of one block to the results of a token.
#define END(lower, upper, offset) ADDWIDE(upper, V12, offset); ADDWIDE(lower, V13, offset+16)

// RESULT stores the results of a token, times its scale and with the bias in V12 and
// V13, and moves on to the next one.
#define RESULT(offset, at) \
	Get R10; I32WrapI64; SPLATAT(at); Set V14; \
	LOAD(R8, offset); Get V14; F32x4Mul; Get V12; F32x4Add; Set V0; STORE(R6, V0, 0); \
	LOAD(R8, offset+16); Get V14; F32x4Mul; Get V13; F32x4Add; Set V1; STORE(R6, V1, 16); \
	Get R6; Get R15; I64Add; Set R6

// GROUP sets r to an argument advanced by the group's number, R12, times blocks times
// bytes.
#define GROUP(name, blocks, bytes, r) \
	I64Load name; Get R12; I64Load blocks; I64Mul; I64Const $bytes; I64Mul; I64Add; Set r

// WIDEN widens the words of column pair j.
#define WIDEN(j, at) \
	LOAD(R5, 16*(j)); Tee V10; Get V8; V128And; Get V9; I16x8Sub; Set V11; STORE(R1, V11, 32*(j)); \
	Get V10; I32Const $8; I16x8ShrS; Set V11; STORE(R1, V11, 32*(j)+16)

// AFTER sets r to a + R15, an address in 32 bits.
#define AFTER(a, r) Get a; I32WrapI64; Get R15; I32WrapI64; I32Add; I64ExtendI32U; Set r

// func q8Four(dst *float32, stride int, x *int16, xs *float32, w *int16, ws *float32, blocks, n, groups int, wide *int16, bias *float32)
TEXT ·q8Four(SB), NOSPLIT, $0-88
	// wide begins with the results of a tile: there are not enough registers for them,
	// and rows of dst may lie where they are in each other's way in the cache.
	ARG(wide+72(FP), R8)
	I64Const $0
	Set R12
	Loop
		GROUP(w+32(FP), blocks+48(FP), 256, R5)
		GROUP(ws+40(FP), blocks+48(FP), 32, R11)
		Get R8; I64Const $128; I64Add; Set R1
		ARG(blocks+48(FP), R0)
		I32Const $0xFF; I16x8Splat; Set V8
		I32Const $128; I16x8Splat; Set V9
		Loop
			PAIRS(WIDEN)
			LOAD(R11, 0); Set V10; STORE(R1, V10, 512)
			LOAD(R11, 16); Set V10; STORE(R1, V10, 528)
			MOVE(R5, 256)
			MOVE(R11, 32)
			MOVE(R1, 544)
			NEXT(R0)
		End
		Get R1; Set R9 // the end

		I64Load dst+0(FP); Get R12; I64Const $32; I64Mul; I64Add; Set R6
		ARG(x+16(FP), R1)
		ARG(xs+24(FP), R10)
		ARG(n+56(FP), R14)
		Loop
			Get R8; I64Const $128; I64Add; Set R5
			I64Load blocks+48(FP); I64Const $64; I64Mul; Set R15 // bytes of a token's activations
			ZERO8
			STORE8(R8)
			Loop
				AFTER(R1, R2)
				AFTER(R2, R3)
				AFTER(R3, R4)
				WIDE(0)
				TIMES(AT0, R1, V0, V4)
				TIMES(AT0, R2, V1, V5)
				TIMES(AT0, R3, V2, V6)
				TIMES(AT0, R4, V3, V7)
				SECOND(1, AT4)
				THIRD(FOUR)
				LAST
				LOAD(R5, 512); Set V12
				LOAD(R5, 528); Set V13
				END(V0, V4, 0)
				END(V1, V5, 32)
				END(V2, V6, 64)
				END(V3, V7, 96)
				MOVE(R1, 64)
				MOVE(R5, 544)
				Get R5; Get R9; I64Ne; BrIf $0
			End
			// The next tile begins where the last token ends.
			Get R4; I64Const $64; I64Add; Set R1
			I32Const $-0x80000000; I32x4Splat; Tee V12; Set V13 // -0, which changes no sum
			Get R12; I64Const $32; I64Mul; I64Load bias+80(FP); Tee R7; I64Add; Set R11
			Get R7; I64Eqz
			If
			Else
				LOAD(R11, 0); Set V12
				LOAD(R11, 16); Set V13
			End
			ARG(stride+8(FP), R15)
			RESULT(0, AT0)
			RESULT(32, AT4)
			RESULT(64, AT8)
			RESULT(96, AT12)
			MOVE(R10, 16)
			NEXT(R14)
		End
		MOVE(R12, 1)
		Get R12; I64Load groups+64(FP); I64LtS; BrIf $0
	End
	RET

// WORDS sets w to the words of eight weights of the rows in V0 and V1, upper and lower.
#define WORDS(extend, w) Get V0; extend; I32Const $8; I16x8Shl; Get V1; extend; V128Or; Set w

// ROWPAIR makes words of 16 weights of two rows, low and high; V2 is 0x80 in every byte.
#define ROWPAIR(upper, lower, from, low, high) \
	LOAD(upper, from); Set V0; LOAD(lower, from); Get V2; V128Xor; Set V1; \
	WORDS(I16x8ExtendLowI8x16U, low); WORDS(I16x8ExtendHighI8x16U, high)

// ABREAST stores two column pairs of four pairs of rows: each lane of 32 bits is a
// column pair of one.
#define ABREAST(extend, w0, w1, w2, w3, to) \
	Get w0; extend; Get w1; extend; I32Const $32; I64x2Shl; V128Or; Set V0; \
	Get w2; extend; Get w3; extend; I32Const $32; I64x2Shl; V128Or; Set V1; \
	STORE64(V0, 0, to); STORE64(V1, 0, to+8); STORE64(V0, 1, to+16); STORE64(V1, 1, to+24)

#define STORE64(v, lane, to) Get R0; I32WrapI64; Get v; I64x2ExtractLane $0, $lane; I64Store $(to)

// HALF packs 16 columns of a block.
#define HALF(from, to) \
	ROWPAIR(R1, R5, from, V4, V8); \
	ROWPAIR(R2, R6, from, V5, V9); \
	ROWPAIR(R3, R7, from, V6, V10); \
	ROWPAIR(R4, R8, from, V7, V11); \
	ABREAST(I64x2ExtendLowI32x4U, V4, V5, V6, V7, to); \
	ABREAST(I64x2ExtendHighI32x4U, V4, V5, V6, V7, to+32); \
	ABREAST(I64x2ExtendLowI32x4U, V8, V9, V10, V11, to+64); \
	ABREAST(I64x2ExtendHighI32x4U, V8, V9, V10, V11, to+96)

// SCALE stores the float16 scale of a row as float32: its bits, moved to their places,
// are 2^-112 of it. R13 gets the bit 0x8000 if it is not finite.
#define SCALE(row, to) \
	Get R11; I32WrapI64; \
	Get row; I32WrapI64; I64Load16U $0; Tee R12; \
	I64Const $0x7FFF; I64And; I64Const $13; I64Shl; I32WrapI64; F32ReinterpretI32; \
	F32Const $5.192296858534828e33; F32Mul; \
	Get R12; I64Const $16; I64Shl; I32WrapI64; F32ReinterpretI32; F32Copysign; \
	F32Store $to; \
	Get R12; I64Const $0x7C00; I64And; I64Const $0x400; I64Add; Get R13; I64Or; Set R13

// func packGroup(words *int16, scales *float32, blocks *byte, rowBytes, n int) (notFinite int)
TEXT ·packGroup(SB), NOSPLIT, $0-48
	ARG(words+0(FP), R0)
	ARG(scales+8(FP), R11)
	ARG(blocks+16(FP), R1)
	ARG(rowBytes+24(FP), R9)
	ARG(n+32(FP), R10)
	I64Const $0
	Set R13
	OP(I64Add, R1, R9, R2)
	OP(I64Add, R2, R9, R3)
	OP(I64Add, R3, R9, R4)
	OP(I64Add, R4, R9, R5)
	OP(I64Add, R5, R9, R6)
	OP(I64Add, R6, R9, R7)
	OP(I64Add, R7, R9, R8)
	I32Const $0x80
	I8x16Splat
	Set V2
	Loop
		SCALE(R1, 0)
		SCALE(R2, 4)
		SCALE(R3, 8)
		SCALE(R4, 12)
		SCALE(R5, 16)
		SCALE(R6, 20)
		SCALE(R7, 24)
		SCALE(R8, 28)
		HALF(2, 0)
		HALF(18, 128)
		MOVE(R0, 256)
		MOVE(R11, 32)
		MOVE(R1, 34)
		MOVE(R2, 34)
		MOVE(R3, 34)
		MOVE(R4, 34)
		MOVE(R5, 34)
		MOVE(R6, 34)
		MOVE(R7, 34)
		MOVE(R8, 34)
		NEXT(R10)
	End
	Get SP
	Get R13
	I64Const $0x8000
	I64And
	I64Store notFinite+40(FP)
	RET

// DOT128 leaves the products with -128, in V8, of eight values at R1, pair by pair.
#define DOT128(offset) LOAD(R1, offset); Get V8; I32x4DotI16x8S

// func blockBiases(bias *int32, q *int16, n int)
TEXT ·blockBiases(SB), NOSPLIT, $0-24
	ARG(bias+0(FP), R3)
	ARG(q+8(FP), R1)
	ARG(n+16(FP), R0)
	I32Const $-128
	I16x8Splat
	Set V8
	Loop
		DOT128(0); DOT128(16); I32x4Add
		DOT128(32); DOT128(48); I32x4Add
		I32x4Add; Set V0
		Get R3; I32WrapI64
		Get V0; I32x4ExtractLane $0, $0
		Get V0; I32x4ExtractLane $0, $1; I32Add
		Get V0; I32x4ExtractLane $0, $2; I32Add
		Get V0; I32x4ExtractLane $0, $3; I32Add
		I32Store $0
		MOVE(R1, 64)
		MOVE(R3, 4)
		NEXT(R0)
	End
	RET

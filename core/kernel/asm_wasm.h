// Macros shared by the assembly for wasm.

// ARG and SPLATARG put an argument into a register, the latter into all lanes.
#define ARG(name, r) I64Load name; Set r
#define SPLATARG(name, v) F32Load name; F32x4Splat; Set v

// LOAD and STORE access memory at a register plus an offset, LANE takes a lane of
// a vector. The assembler of Go 1.27 reads the offset of V128Store and the lane of
// ExtractLane from a second operand.
#define LOAD(r, offset) Get r; I32WrapI64; V128Load $(offset)
#define STORE(r, v, offset) Get r; I32WrapI64; Get v; V128Store $0, $(offset)
#define LANE(v, i) Get v; F32x4ExtractLane $0, $i

// SPLATAT replaces the address on the stack by the 32 bits found at a place behind it,
// in all lanes; SPLAT takes those at the address. The assembler of Go 1.27 writes this
// operation without its two operands, which are therefore spelled as the bytes of
// operations that have none of their own. The alignment, any, is the zero byte of
// Unreachable. The offset is a number of seven bits a byte, the lowest first: a byte of
// 128 + offset, more to come, and a zero byte. A toolchain that writes the operands
// makes the module invalid, which no test can miss.
#define SPLATAT(place) V128Load32Splat; Unreachable; place
#define SPLAT SPLATAT(AT0)
#define AT0 Unreachable
#define AT4 I64Or; Unreachable // 0x84, and so on
#define AT8 I64ShrU; Unreachable
#define AT12 F32Neg; Unreachable
#define AT16 F32Nearest; Unreachable
#define AT20 F32Mul; Unreachable
#define AT24 F32Copysign; Unreachable
#define AT28 F64Floor; Unreachable
#define AT32 F64Add; Unreachable
#define AT36 F64Min; Unreachable
#define AT40 I32TruncF32S; Unreachable
#define AT44 I64ExtendI32S; Unreachable
#define AT48 I64TruncF64S; Unreachable
#define AT52 F32ConvertI64S; Unreachable
#define AT56 F64ConvertI32U; Unreachable
#define AT60 I32ReinterpretF32; Unreachable // 0xBC

#define ZERO(v) V128Const $0, $0; Set v

// OP sets d to a op b.
#define OP(op, a, b, d) Get a; Get b; op; Set d

// MOVE advances a pointer. NEXT counts a register down and repeats the loop until
// it is zero; NEXT8 does so with R0 in steps of eight.
#define MOVE(r, bytes) Get r; I64Const $bytes; I64Add; Set r
#define NEXT(r) Get r; I64Const $-1; I64Add; Tee r; I64Const $0; I64Ne; BrIf $0
#define NEXT8 Get R0; I64Const $-8; I64Add; Tee R0; I64Const $0; I64Ne; BrIf $0

// ZERO8 and STORE8 are for the vectors V0 to V7, STORE8 at 128 consecutive bytes.
#define ZERO8 ZERO(V0); ZERO(V1); ZERO(V2); ZERO(V3); ZERO(V4); ZERO(V5); ZERO(V6); ZERO(V7)
#define STORE8(r) \
	STORE(r, V0, 0); STORE(r, V1, 16); STORE(r, V2, 32); STORE(r, V3, 48); \
	STORE(r, V4, 64); STORE(r, V5, 80); STORE(r, V6, 96); STORE(r, V7, 112)

// FILL stores a number from R4 up to R5.
#define FILL(number) \
	Block; \
	Loop; \
	Get R4; Get R5; I64GeU; BrIf $1; \
	Get R4; I32WrapI64; F32Const $number; F32Store $0; \
	MOVE(R4, 4); \
	Br $0; \
	End; \
	End

// What quantizes to 16 bits begins with QUANTIZER, goes through all values with
// LARGEST, which keeps in V8 the largest magnitudes, and branches on QUANTIZABLE,
// which sets F0 to the largest one: it is false of zeros, NaN and infinities. Then
// SCALE16 stores the scale at r and INTEGERS replaces values by whole numbers.
#define QUANTIZER \
	I32Const $0x7FFFFFFF; I32x4Splat; Set V9; /* all bits but the sign */ \
	I32Const $0x4B400000; I32x4Splat; Set V11 /* roundMagic */
#define LARGEST(v) OP(V128And, v, V9, V10); OP(I32x4MaxU, V8, V10, V8)
#define QUANTIZABLE \
	/* As integers, a NaN was above +Inf; F32Max gives a NaN if there is one. */ \
	LANE(V8, 0); LANE(V8, 1); F32Max; \
	LANE(V8, 2); LANE(V8, 3); F32Max; \
	F32Max; Set F0; \
	Get F0; F32Const $7.888609052210118e-31; F32Ge; /* 2^-100 */ \
	Get F0; F32Const $1e39; F32Lt; \
	I32And
#define SCALE16(r) \
	Get r; I32WrapI64; Get F0; F32Const $32767.0; F32Div; F32Store $0; \
	F32Const $32767.0; Get F0; F32Div; F32x4Splat; Set V10
#define INTEGERS(v) OP(F32x4Mul, v, V10, v); OP(F32x4Add, v, V11, v); OP(I32x4Sub, v, V11, v)

// NOSCALE stores the scale of what cannot be quantized: 0 of zeros, NaN of all else,
// since 0 * finite = 0 and 0 * Inf = NaN.
#define NOSCALE(r) Get r; I32WrapI64; Get F0; F32Const $0.0; F32Mul; F32Store $0

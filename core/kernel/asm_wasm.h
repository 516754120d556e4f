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

// SPLAT replaces the address on the stack by the 32 bits found there, in all
// lanes. The assembler of Go 1.27 writes this operation without its two operands:
// the opcode of Unreachable is the zero byte that each of them has to be (any
// alignment, offset 0). A toolchain that writes them makes the module invalid,
// which no test can miss.
#define SPLAT V128Load32Splat; Unreachable; Unreachable

#define ZERO(v) V128Const $0, $0; Set v

// OP sets d to a op b.
#define OP(op, a, b, d) Get a; Get b; op; Set d

// MOVE advances a pointer. NEXT counts a register down and repeats the loop until
// it is zero; NEXT8 does so with R0 in steps of eight.
#define MOVE(r, bytes) Get r; I64Const $bytes; I64Add; Set r
#define NEXT(r) Get r; I64Const $-1; I64Add; Tee r; I64Const $0; I64Ne; BrIf $0
#define NEXT8 Get R0; I64Const $-8; I64Add; Tee R0; I64Const $0; I64Ne; BrIf $0

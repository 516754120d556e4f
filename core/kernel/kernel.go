// Package kernel holds the engine's hot loops: matrix products over int8 and
// float32 weights, attention, norms and activations.
//
// Every kernel has a generic form in plain Go, which defines its result to the
// bit. The forms for an instruction set only run faster: they add the same
// float32 numbers in the same order, so that native, portable, SIMD, batched and
// threaded runs agree bit for bit (except for the payload and sign of a NaN,
// which no processor promises). The rules that make this possible:
//
//   - Integer sums are exact, in any order.
//   - A sum over a weight row goes through its columns (of Q8_0: its blocks of
//     32) in ascending order into one float32 sum. Each row is a sum of its own,
//     whatever else is computed beside it.
//   - A sum over the elements of one vector has lanes: element i is added to
//     lane i modulo the number of lanes, in ascending order, and the lanes are
//     added last, in the order that sum4 and sum8 show.
//   - float32(a*b) keeps a product from being fused with the sum that follows.
//   - Nothing calls math.Exp, math.Tanh or math.Erf, which have assembly of
//     their own on some processors: exp32 and erfc32 are plain float32 steps.
//
// Shapes are row-major and sizes come from the slices: a length that does not
// fit is a bug of the caller and panics. NaN and infinities are not errors here;
// they flow through, as the kernels state.
package kernel

import "fmt"

// Name says which kernels this build runs: "wasm simd128" or "portable".
func Name() string { return name }

// checkLen panics unless got is want.
func checkLen(kernel, what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("kernel: %s: %s has length %d, want %d", kernel, what, got, want))
	}
}

// checkRows panics unless 0 <= from <= to <= rows.
func checkRows(kernel string, from, to, rows int) {
	if from < 0 || from > to || to > rows {
		panic(fmt.Sprintf("kernel: %s: rows %d to %d of %d", kernel, from, to, rows))
	}
}

// sum4 adds four lanes.
func sum4(s *[4]float32) float32 { return (s[0] + s[1]) + (s[2] + s[3]) }

// sum8 adds eight lanes: the upper four onto the lower four, then as sum4.
func sum8(s *[8]float32) float32 {
	return sum4(&[4]float32{s[0] + s[4], s[1] + s[5], s[2] + s[6], s[3] + s[7]})
}

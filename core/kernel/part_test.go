package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/core/quant"
)

// TestPartsMakeTheWhole multiplies by the parts of a matrix one after the other.
func TestPartsMakeTheWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const cols = 64
	for _, rows := range []int{1, 7, 8, 9, 40, 51} {
		blocks := make([]byte, rows*cols/quant.BlockSize*quant.BlockBytes)
		floats := make([]float32, rows*cols)
		for i := range floats {
			floats[i] = float32(rng.NormFloat64())
		}
		quant.QuantizeRow(blocks, floats)
		rowBytes := len(blocks) / rows
		wholeQ8, wholeF32 := NewMatrixQ8(rows, cols), NewMatrixF32(rows, cols)
		if err := wholeQ8.SetRows(0, blocks); err != nil {
			t.Fatal(err)
		}
		wholeF32.SetRows(0, floats)
		for _, tokens := range []int{1, 5} {
			x := make([]float32, tokens*cols)
			for i := range x {
				x[i] = float32(rng.NormFloat64())
			}
			var acts Activations
			acts.Quantize(x, cols)
			wantQ8, wantF32 := make([]float32, tokens*rows), make([]float32, tokens*rows)
			MatmulQ8(wantQ8, &acts, wholeQ8)
			MatmulF32(wantF32, x, wholeF32)
			for _, n := range []int{1, 2, 3, 8} {
				gotQ8, gotF32 := make([]float32, tokens*rows), make([]float32, tokens*rows)
				end := 0
				for i := range n {
					q8, f32 := NewMatrixQ8Part(rows, cols, i, n), NewMatrixF32Part(rows, cols, i, n)
					from, to := q8.Held()
					if from != end {
						t.Fatalf("%d rows, part %d of %d begins at %d, want %d", rows, i, n, from, end)
					}
					end = to
					if err := q8.SetRows(from, blocks[from*rowBytes:to*rowBytes]); err != nil {
						t.Fatal(err)
					}
					f32.SetRows(from, floats[from*cols:to*cols])
					MatmulQ8(gotQ8, &acts, q8)
					MatmulF32(gotF32, x, f32)
					if from < to {
						row, want := make([]float32, cols), make([]float32, cols)
						q8.Row(row, to-1)
						wholeQ8.Row(want, to-1)
						if !slices.Equal(row, want) {
							t.Errorf("%d rows, part %d of %d: row %d differs", rows, i, n, to-1)
						}
					}
				}
				if end != rows || !slices.Equal(gotQ8, wantQ8) || !slices.Equal(gotF32, wantF32) {
					t.Errorf("%d rows, %d tokens: %d parts differ from the whole", rows, tokens, n)
				}
			}
		}
	}
}

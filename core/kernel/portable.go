//go:build !(wasm && goexperiment.simd)

package kernel

const name = "portable"

// A team could share none.
var (
	functions [0]string
	grains    [0]int
)

func matmulQ8(_ *Team, dst []float32, x *Activations, w *MatrixQ8, bias []float32) {
	matmulQ8Generic(dst, x, w, bias)
}

func packQ8(words []int16, scales []float32, blocks []byte) (finite bool) {
	return packQ8Generic(words, scales, blocks)
}

func matmulF32(_ *Team, dst, x []float32, w *MatrixF32) { matmulF32Generic(dst, x, w) }

func quantizeRows(_ *Team, q []int16, scales, x []float32, s store) {
	quantizeRowsGeneric(q, scales, x, s)
}

func quantizePairs(_ *Team, q []int16, scales, x []float32, s store) {
	quantizePairsGeneric(q, scales, x, s)
}

func scores(_ *Team, dst []float32, rows Causal, q []int16, qScales []float32, k []int16, scales []float32) {
	scoresGeneric(dst, rows, q, qScales, k, scales)
}

func scaleRows(_ *Team, x []float32, rows Causal, factor float32) { scaleRowsGeneric(x, rows, factor) }
func softmaxRows(_ *Team, x []float32, rows Causal)               { softmaxRowsGeneric(x, rows) }

func quantizeWeights(_ *Team, q []int16, qScales, weights []float32, rows Causal, scales []float32) {
	quantizeWeightsGeneric(q, qScales, weights, rows, scales)
}

func mix(_ *Team, dst []float32, weights []int16, wScales []float32, rows Causal, v []int16) {
	mixGeneric(dst, 0, weights, wScales, rows, v)
}

func maximum(x []float32) float32               { return maximumGeneric(x) }
func finiteAll(x []float32) bool                { return finiteAllGeneric(x) }
func positive(x []float32) int                  { return positiveGeneric(x) }
func expSum(x []float32, shift float32) float32 { return expSumGeneric(x, shift) }
func divide(x []float32, by float32)            { divideGeneric(x, by) }
func geluNew(_ *Team, dst, x []float32)         { geluNewGeneric(dst, x) }
func gelu(dst, x []float32)                     { geluGeneric(dst, x) }
func relu(dst, x []float32)                     { reluGeneric(dst, x) }
func add(_ *Team, dst, x []float32)             { addGeneric(dst, x) }
func layerNorm(_ *Team, dst, mean, variance, x, scale, shift []float32, eps float32) {
	layerNormGeneric(dst, mean, variance, x, scale, shift, eps)
}

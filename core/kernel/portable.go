//go:build !(wasm && goexperiment.simd)

package kernel

const name = "portable"

// A team could share none.
var (
	functions [0]string
	grains    [0]int
)

func matmulQ8(_ *Team, dst []float32, x *Activations, w *MatrixQ8) { matmulQ8Generic(dst, x, w) }

func packQ8(words []int16, scales []float32, blocks []byte) (finite bool) {
	return packQ8Generic(words, scales, blocks)
}

func matmulF32(_ *Team, dst, x []float32, w *MatrixF32) { matmulF32Generic(dst, x, w) }

func quantize16(_ *Team, q []int16, scales []float32, bias []int32, x []float32) {
	quantize16Generic(q, scales, bias, x)
}

func quantizeRows(_ *Team, q []int16, scales, x []float32, d, xStride int) {
	quantizeRowsGeneric(q, scales, x, d, xStride)
}

func quantizePairs(_ *Team, q []int16, scales, x []float32, d, xStride, first int) {
	quantizePairsGeneric(q, scales, x, d, xStride, first)
}

func scores(_ *Team, dst []float32, q []int16, qScale float32, k []int16, scales []float32) {
	scoresGeneric(dst, q, qScale, k, scales)
}

func quantizeWeights(q []int16, weights, scales []float32) float32 {
	return quantizeWeightsGeneric(q, weights, scales)
}

func mix(_ *Team, dst []float32, weights []int16, scale float32, v []int16) {
	mixGeneric(dst, weights, scale, v)
}

func sum(x []float32) float32                      { return sumGeneric(x) }
func sumSquares(x []float32, mean float32) float32 { return sumSquaresGeneric(x, mean) }
func maximum(x []float32) float32                  { return maximumGeneric(x) }
func expSum(x []float32, shift float32) float32    { return expSumGeneric(x, shift) }
func divide(x []float32, by float32)               { divideGeneric(x, by) }
func geluNew(_ *Team, dst, x []float32)            { geluNewGeneric(dst, x) }
func gelu(dst, x []float32)                        { geluGeneric(dst, x) }
func relu(dst, x []float32)                        { reluGeneric(dst, x) }
func add(dst, x []float32)                         { addGeneric(dst, x) }
func scale(x []float32, s float32)                 { scaleGeneric(x, s) }
func normalize(dst, x, scale, shift []float32, mean, inverse float32) {
	normalizeGeneric(dst, x, scale, shift, mean, inverse)
}

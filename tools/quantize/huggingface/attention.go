package huggingface

import (
	"fmt"
	"math"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// scaleQueries makes a model that divides its attention scores by something else than
// the root of the head's width, HeadDim, one that does: a score is q·k, so a factor of
// the scores is one of q, and q is linear in the weights and biases that make it. GGUF
// has no key for such a factor, and needs none.
//
// Source: GPT2Attention of huggingface/transformers, which divides the scores of layer
// i, from 0, by i+1 if scale_attn_by_inverse_layer_idx says so, and by the root of
// HeadDim only if scale_attn_weights does.
func scaleQueries(model *checkpoint.Model, file *configFile) {
	scaled := or(file.ScaleAttention, true)
	if scaled && !file.ScaleByLayer {
		return
	}
	c := &model.Config
	rounded := 0 // layers
	for layer := range c.Layers {
		factor := 1.0
		if !scaled {
			factor = math.Sqrt(float64(c.Embedding / c.Heads))
		}
		if file.ScaleByLayer {
			factor /= float64(layer + 1)
		}
		if fraction, _ := math.Frexp(factor); fraction != 0.5 {
			rounded++
		}
		name := fmt.Sprintf("blk.%d.attn_qkv.", layer)
		for i := range model.Tensors {
			if t := &model.Tensors[i]; strings.HasPrefix(t.Name, name) {
				t.Values = scaledQueries(t, int64(c.Embedding), factor)
			}
		}
	}
	var keys []string
	if file.ScaleByLayer {
		keys = append(keys, "scale_attn_by_inverse_layer_idx")
	}
	if !scaled {
		keys = append(keys, "scale_attn_weights")
	}
	note := fmt.Sprintf("%s: the weights of the queries are multiplied by the factor of their layer's scores, which gives the same model", strings.Join(keys, " and "))
	if rounded > 0 {
		note += fmt.Sprintf("; in %d of %d layers the factor is no power of two, so each of these weights is rounded once more, by 6e-8 of itself at most, before it gets its type", rounded, c.Layers)
	} else {
		note += ", since every factor is a power of two"
	}
	model.Notes = append(model.Notes, note)
}

// scaledQueries returns the values of queries, keys and values, or of their biases, with
// the factor in the queries, which are the first third: of every row where the
// checkpoint has [in, out], else of all. width is the model's.
func scaledQueries(t *checkpoint.Tensor, width int64, factor float64) checkpoint.Values {
	count := width
	if len(t.Shape) == 2 && !t.Transposed {
		count *= width
	}
	return checkpoint.Scaled{Values: t.Values, Factor: factor, Count: count, Period: 3 * count}
}

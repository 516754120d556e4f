package statedict

import (
	"fmt"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// mapping says how one tensor of the checkpoint becomes one of GGUF.
type mapping struct {
	from, to   string
	shape      []int // in GGUF, row-major
	transposed bool  // a matrix of GGUF is [out, in]; transformers' Conv1D is [in, out], a Linear [out, in]
	matrix     bool
}

// mappings lists every tensor of a model, in the order in which it is written.
// Names in GGUF are llama.cpp's.
//
// Source: MODEL_TENSORS of gguf-py/gguf/constants.py in llama.cpp, and
// modeling_gpt2.py of huggingface/transformers.
func mappings(c checkpoint.Config) []mapping {
	d, f := c.Embedding, c.FeedForward
	list := []mapping{
		{tableName, "token_embd.weight", []int{c.Vocabulary, d}, false, true},
		{positionsName, "position_embd.weight", []int{c.Context, d}, false, false},
	}
	for layer := range c.Layers {
		for _, m := range []mapping{
			{"ln_1.weight", "attn_norm.weight", []int{d}, false, false},
			{"ln_1.bias", "attn_norm.bias", []int{d}, false, false},
			{"attn.c_attn.weight", "attn_qkv.weight", []int{3 * d, d}, true, true},
			{"attn.c_attn.bias", "attn_qkv.bias", []int{3 * d}, false, false},
			{"attn.c_proj.weight", "attn_output.weight", []int{d, d}, true, true},
			{"attn.c_proj.bias", "attn_output.bias", []int{d}, false, false},
			{"ln_2.weight", "ffn_norm.weight", []int{d}, false, false},
			{"ln_2.bias", "ffn_norm.bias", []int{d}, false, false},
			{"mlp.c_fc.weight", "ffn_up.weight", []int{f, d}, true, true},
			{"mlp.c_fc.bias", "ffn_up.bias", []int{f}, false, false},
			{"mlp.c_proj.weight", "ffn_down.weight", []int{d, f}, true, true},
			{"mlp.c_proj.bias", "ffn_down.bias", []int{d}, false, false},
		} {
			m.from = fmt.Sprintf("h.%d.%s", layer, m.from)
			m.to = fmt.Sprintf("blk.%d.%s", layer, m.to)
			list = append(list, m)
		}
	}
	return append(list,
		mapping{"ln_f.weight", "output_norm.weight", []int{d}, false, false},
		mapping{"ln_f.bias", "output_norm.bias", []int{d}, false, false},
	)
}

// headMapping is the output matrix, which only an untied model has.
func headMapping(c checkpoint.Config) mapping {
	return mapping{headName, "output.weight", []int{c.Vocabulary, c.Embedding}, false, true}
}

// The names of the two matrices that a tied model has once, and of the position table.
const (
	tableName     = "wte.weight"
	headName      = "lm_head.weight"
	positionsName = "wpe.weight"
)

// bias reports whether the tensor is one that a model may be trained without.
func (m mapping) bias() bool { return strings.HasSuffix(m.from, ".bias") }

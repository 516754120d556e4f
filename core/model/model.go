// Package model is GPT-2: the weights, the forward pass and the cache of keys and
// values. A Model is read-only after Load; all that changes is in a Session, and
// any number of sessions may share a model. Sessions that compute with a team must
// take turns.
//
// Attention works on queries, keys, values and weights in 16 bits, as kernel.QuantizeRows
// makes them: what attention.qkv and attention.mask report is what they were before.
//
// Sources: Radford et al. 2019, "Language Models are Unsupervised Multitask
// Learners", section 2.3, and openai/gpt-2 src/model.py; Vaswani et al. 2017,
// "Attention Is All You Need". In the comments V is the vocabulary, C the
// embedding, H heads, D = C/H the width of one head, F the MLP's hidden units, T
// the rows (tokens) of a pass and P the positions so far.
//
// # Events
//
// A pass reports its stages in this order, with these tensors. Layer is -1 before
// and after the layers, Position is that of the last row, Tokens is T. All is lent
// until the observer returns, and only what it asks for is made: an observer that does
// not look costs a call.
//
//	embed             rows [T, C]
//	position          table [T, C], sum [T, C]
//	                  and for each layer
//	layers            none: the layer is entered
//	ln1               mean [T], variance [T], scale [C], shift [C], result [T, C]
//	attention         none: it is entered
//	attention.qkv     qkv [T, 3, H, D]
//	attention.scores  scores [H, T, P]: q·k; row t for the positions it sees, else 0
//	attention.scale   scaled [H, T, P]: divided by √D
//	attention.mask    weights [H, T, P]: after softmax
//	attention.mix     mix [T, H, D], output [T, C]: after the projection
//	residual1         sum [T, C]
//	ln2               as ln1
//	mlp               hidden [T, F], activated [T, F], output [T, C]
//	residual2         sum [T, C]
//	                  and after the last layer
//	final             as ln1
//	head              logits [V], or [T, V] where ForwardAll asks for several
//
// From attention.mix of the last layer on, the tensors of Forward and ForwardAll have only
// the rows whose logits are asked for, at least the last one: nothing would read the
// others. Those of Revisit have all.
//
// Where the mask is off each row of attention has its values for all P positions. Where the
// position embedding is off, table is 0.
//
// A model without biases has no shift. More than 256 ids are read in several
// passes, each with its own events; those that ask for no logits end without final
// and head.
package model

import (
	"fmt"
	"math"
	"sync"

	"vitrine/core/kernel"
)

// Model holds the weights.
type Model struct {
	config     Config
	parameters int64

	wte    linear    // token table, [V, C]
	wpe    []float32 // position table, [Context, C]
	blocks []block
	lnF    layerNorm
	head   linear // [V, C]; shares wte's matrix where it is tied

	activate func(team *kernel.Team, dst, x []float32)
	team     *kernel.Team // of the sessions
	passes   sync.Pool    // *pass: scratch memory of whichever session computes
	caches   sync.Pool    // *[]layerCache of sessions that are closed
}

// ShareWork lets sessions compute with a team from now on.
func (m *Model) ShareWork(team *kernel.Team) { m.team = team }

// Config returns what the model is.
func (m *Model) Config() Config { return m.config }

// Parameters returns how many numbers the file holds for the model. A sinusoidal
// position table is computed, not learned, and counts for none.
func (m *Model) Parameters() int64 { return m.parameters }

// Positions returns the rows from..to-1 of the position table, [to-from, C], of which it
// panics where there are none. They belong to the model: read them only.
func (m *Model) Positions(from, to int) []float32 {
	c := m.config.Embedding
	return m.wpe[from*c : to*c]
}

// Projection sets dst, [C], which is [H, D], to the weights that attention's projection of a
// layer multiplies the mix with for one channel of its output, and returns the bias of that
// channel. It panics where there is no such layer or channel.
func (m *Model) Projection(dst []float32, layer, channel int) (bias float32) {
	proj := &m.blocks[layer].attnProj
	proj.row(dst, channel)
	if proj.bias == nil {
		return 0
	}
	return proj.bias[channel]
}

// Lens sets logits, [V], to what the model would answer if x, [C], were a row of the
// residual stream after the last layer: the final layer norm and the head, with the bits
// of a pass. So an observer of residual2 asks what a layer has made of the answer.
//
// Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
func (m *Model) Lens(logits, x []float32) {
	if c, v := m.config.Embedding, m.config.Vocabulary; len(x) != c || len(logits) != v {
		panic(fmt.Sprintf("model: Lens: got %d values for %d logits, want %d for %d", len(x), len(logits), c, v))
	}
	p := m.passes.Get().(*pass)
	defer m.passes.Put(p)
	p.begin(0, 1, nil)
	copy(p.x, x)
	p.answer(logits)
}

// activations has the MLP's non-linearity by its name.
var activations = map[string]func(team *kernel.Team, dst, x []float32){
	"gelu_new": kernel.GELUNew,
	"gelu":     func(_ *kernel.Team, dst, x []float32) { kernel.GELU(dst, x) },
	"relu":     func(_ *kernel.Team, dst, x []float32) { kernel.ReLU(dst, x) },
}

// sinusoids returns the position table of Vaswani et al. 2017, section 3.5,
// [positions, width]: sine in even columns, cosine in odd ones.
//
// Differs from Vaswani et al.: the token rows it is added to are not multiplied by
// the root of the width (section 3.4), as GPT-2 does not either.
func sinusoids(positions, width int) []float32 {
	table := make([]float32, positions*width)
	for i := 0; i < width; i += 2 {
		wavelength := math.Pow(10000, float64(i)/float64(width))
		for position := range positions {
			sin, cos := math.Sincos(float64(position) / wavelength)
			row := table[position*width:][:width]
			row[i] = float32(sin)
			if i+1 < width {
				row[i+1] = float32(cos)
			}
		}
	}
	return table
}

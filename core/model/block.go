package model

import "vitrine/core/stage"

// block is one decoder layer.
type block struct {
	ln1      layerNorm
	qkv      linear // [3C, C]: the rows of q, then k, then v
	attnProj linear // [C, C]
	ln2      layerNorm
	fc       linear // [F, C]
	mlpProj  linear // [C, F]
}

// forward runs one pre-norm transformer block on the rows of the pass and adds its
// two results to the residual stream, in place:
//
//	x += attention(ln1(x))
//	x += mlp(ln2(x))
//
// Each call is one stage, which returns whether the pass goes on. Only the last n rows
// are wanted: all have a part in the attention of these, and the rest of the others is
// left out.
//
// Source: Radford et al. 2019, section 2.3; order of operations as in block() of
// openai/gpt-2 src/model.py.
func (b *block) forward(p *pass, n int) bool {
	return p.emit(stage.Layers) &&
		p.normalize(stage.LN1, &b.ln1) &&

		p.emit(stage.Attention) &&
		p.queriesKeysValues(&b.qkv) &&
		p.score() &&
		p.scale() &&
		p.maskedSoftmax() &&
		p.mixValues(&b.attnProj, n) &&
		p.addResidual(stage.Residual1) &&

		p.normalize(stage.LN2, &b.ln2) &&
		p.feedForward(&b.fc, &b.mlpProj) &&
		p.addResidual(stage.Residual2)
}

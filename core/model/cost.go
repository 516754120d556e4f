package model

import "vitrine/core/stage"

// Cost is what a stage of a pass takes.
type Cost struct {
	Stage stage.Stage
	Layer int // -1 outside the layers
	// MultiplyAdds are those of matrices with activations, and of queries and weights with
	// keys and values. What is done to each element alone, as by norms, the softmax and the
	// non-linearity, is not counted.
	MultiplyAdds int64
	// WeightBytes and CacheBytes are what the stage reads of the model and of the cache as they
	// lie in memory, each byte counted once for all rows.
	WeightBytes, CacheBytes int64
}

// Pass is the shape of a pass: rows tokens from position start on, after which the model
// answers, or which only fills the cache.
type Pass struct {
	Start, Rows int
	Answers     bool
	Unmasked    bool // each row sees all
}

// positions returns P.
func (p Pass) positions() int64 { return int64(p.Start + p.Rows) }

// pairs returns how many pairs of a row and a position that it sees there are.
func (p Pass) pairs() int64 {
	if p.Unmasked {
		return int64(p.Rows) * p.positions()
	}
	return int64(p.Rows) * (int64(2*p.Start) + int64(p.Rows) + 1) / 2
}

// rows returns how many rows go on behind the sum of the values: in the last layer that the
// model answers to, or fills the cache with, one.
func (p Pass) rows(layer, layers int) int64 {
	if layer == layers-1 {
		return 1
	}
	return int64(p.Rows)
}

// MultiplyAdds returns those of a stage of a pass through a model of this shape.
func (c Config) MultiplyAdds(s stage.Stage, layer int, p Pass) int64 {
	width, rows := int64(c.Embedding), p.rows(layer, c.Layers)
	switch s {
	case stage.AttentionQKV:
		return int64(p.Rows) * 3 * width * width
	case stage.AttentionScores:
		return p.pairs() * width
	case stage.AttentionMix:
		return p.pairs()*width + rows*width*width
	case stage.MLP:
		return 2 * rows * width * int64(c.FeedForward)
	case stage.Head:
		return width * int64(c.Vocabulary)
	}
	return 0
}

// Costs returns the cost of each stage of a pass of Forward, in order.
func (m *Model) Costs(p Pass) []Cost {
	var all []Cost
	add := func(s stage.Stage, layer int, weights, cache int64) {
		all = append(all, Cost{s, layer, m.config.MultiplyAdds(s, layer, p), weights, cache})
	}
	width := int64(m.config.Embedding)
	// Half of the cache: 16 bits for each element, and a scale of 32 for each head.
	cached := p.positions() * (2*width + 4*int64(m.config.Heads))
	add(stage.Embed, -1, int64(p.Rows)*m.wte.bytes()/int64(max(1, m.wte.rows())), 0)
	add(stage.Position, -1, int64(p.Rows)*4*width, 0)
	for i := range m.blocks {
		b := &m.blocks[i]
		add(stage.Layers, i, 0, 0)
		add(stage.LN1, i, b.ln1.bytes(), 0)
		add(stage.Attention, i, 0, 0)
		add(stage.AttentionQKV, i, b.qkv.bytes(), 0)
		add(stage.AttentionScores, i, 0, cached)
		add(stage.AttentionScale, i, 0, 0)
		add(stage.AttentionMask, i, 0, 0)
		add(stage.AttentionMix, i, b.attnProj.bytes(), cached)
		add(stage.Residual1, i, 0, 0)
		add(stage.LN2, i, b.ln2.bytes(), 0)
		add(stage.MLP, i, b.fc.bytes()+b.mlpProj.bytes(), 0)
		add(stage.Residual2, i, 0, 0)
	}
	if p.Answers {
		add(stage.Final, -1, m.lnF.bytes(), 0)
		add(stage.Head, -1, m.head.bytes(), 0)
	}
	return all
}

// bytes returns how much memory a product with the layer reads.
func (l *linear) bytes() int64 {
	n := 4 * len(l.bias)
	if l.q8 != nil {
		n += l.q8.Bytes()
	} else {
		n += l.f32.Bytes()
	}
	return int64(n)
}

func (l *linear) rows() int {
	if l.q8 != nil {
		return l.q8.Rows()
	}
	return l.f32.Rows()
}

func (n *layerNorm) bytes() int64 { return int64(4 * (len(n.scale) + len(n.shift))) }

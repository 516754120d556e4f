package model

import (
	"vitrine/core/stage"
)

// shown are the tensors of the event that is reported, once somebody has asked for them.
// Its storage is used again for every event.
type shown struct {
	tensors [5]stage.Tensor // ln1 has the most
	dims    [5][4]int
	count   int
}

// add appends a tensor with the given dims, at most four, unless it has no data: a model
// without biases has no shift.
func (s *shown) add(name string, data []float32, dims ...int) {
	if data == nil {
		return
	}
	n := s.count
	copy(s.dims[n][:], dims)
	s.tensors[n] = stage.Tensor{Name: name, Shape: s.dims[n][:len(dims)], Data: data}
	s.count++
}

// Tensors is that of stage.Source: what the stage that is reported has computed, as the
// package comment lists it. It is made when it is first asked for, and lent.
func (p *pass) Tensors(s stage.Stage) []stage.Tensor {
	if p.shown.count == 0 {
		p.show(s)
	}
	return p.shown.tensors[:p.shown.count]
}

// Detail is that of stage.Source: tensors are all there is.
func (p *pass) Detail(stage.Stage) any { return nil }

// show is the table of what each stage has.
func (p *pass) show(s stage.Stage) {
	m, t := p.model, p.rows
	c, h, d, f, v := m.config.Embedding, m.config.Heads, m.config.HeadDim(), m.config.FeedForward, m.config.Vocabulary
	show := &p.shown
	switch s {
	case stage.Embed:
		show.add("rows", p.x, t, c)
	case stage.Position:
		show.add("table", p.positionRows(), t, c)
		show.add("sum", p.x, t, c)
	case stage.LN1:
		p.showNorm(&m.blocks[p.layer].ln1)
	case stage.AttentionQKV:
		show.add("qkv", p.qkv, t, 3, h, d)
	case stage.AttentionScores:
		show.add("scores", p.seenScores(), h, t, p.positions())
	case stage.AttentionScale:
		show.add("scaled", p.seenScores(), h, t, p.positions())
	case stage.AttentionMask:
		show.add("weights", p.seenScores(), h, t, p.positions())
	case stage.AttentionMix:
		show.add("mix", p.mix, t, h, d)
		show.add("output", p.out, t, c)
	case stage.Residual1, stage.Residual2:
		show.add("sum", p.x, t, c)
	case stage.LN2:
		p.showNorm(&m.blocks[p.layer].ln2)
	case stage.MLP:
		show.add("hidden", p.hidden, t, f)
		show.add("activated", p.activated, t, f)
		show.add("output", p.out, t, c)
	case stage.Final:
		p.showNorm(&m.lnF)
	case stage.Head:
		if n := len(p.logits) / v; n == 1 {
			show.add("logits", p.logits, v)
		} else {
			show.add("logits", p.logits, n, v)
		}
	}
}

func (p *pass) showNorm(n *layerNorm) {
	t, c := p.rows, p.model.config.Embedding
	p.shown.add("mean", p.mean, t)
	p.shown.add("variance", p.variance, t)
	p.shown.add("scale", n.scale, c)
	p.shown.add("shift", n.shift, c)
	p.shown.add("result", p.norm, t, c)
}

// seenScores returns the scores as an observer sees them, [H, T, P]: without what lies
// between their rows, and 0 for positions that a row does not see.
func (p *pass) seenScores() []float32 {
	rows, width, stride := p.model.config.Heads*p.rows, p.positions(), p.stride()
	if p.rows == 1 && width == stride {
		return p.scores
	}
	p.seen = resized(p.seen, rows*width)
	for i := range rows {
		row, n := p.seen[i*width:][:width], p.start+1+i%p.rows
		if p.switched.unmasked() {
			n = width
		}
		copy(row, p.scores[i*stride:][:n])
		clear(row[n:])
	}
	return p.seen
}

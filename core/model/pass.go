package model

import (
	"math"

	"vitrine/core/kernel"
	"vitrine/core/stage"
)

// MaxRows is the most rows of one pass. A longer prompt is read in several, so
// that scratch memory has a bound: scores take H * MaxRows * P.
const MaxRows = 256

// pass is one run of T rows through the model: the scratch memory, which is used
// again by every later pass, and a method for every stage. Row t is the token at
// position start+t.
type pass struct {
	tracer
	team     *kernel.Team // who shares the work; nil: nobody
	config   *Config
	activate func(team *kernel.Team, dst, x []float32)
	kv       *layerCache // of the layer that runs
	start    int
	rows     int // T
	dropped  int // rows before them that narrow has left out
	acts     kernel.Activations
	queries  []int16   // [H, T, D], as kernel.QuantizeRows stores them
	qScales  []float32 // [H, T]
	weights  []int16   // [H, T, P], P rounded up to whole pairs: scores as kernel.Mix takes them

	x         []float32 // [T, C], the residual stream
	norm      []float32 // [T, C]
	mean      []float32 // [T]
	variance  []float32 // [T]
	qkv       []float32 // [T, 3, H, D]
	scores    []float32 // [H, T, P], P = start+T; row t is valid for columns 0..start+t
	mix       []float32 // [T, H, D]
	out       []float32 // [T, C], what attention or the MLP adds to x
	hidden    []float32 // [T, F]
	activated []float32 // [T, F]
}

// begin makes the pass ready for rows tokens from position start on.
func (p *pass) begin(start, rows int, observer stage.Observer) {
	c, f := p.config.Embedding, p.config.FeedForward
	p.start, p.rows, p.dropped = start, rows, 0
	p.tracer.observer, p.tracer.err = observer, nil
	p.event = stage.Event{Layer: -1, Position: start + rows - 1, Tokens: rows}

	p.x = resized(p.x, rows*c)
	p.norm = resized(p.norm, rows*c)
	p.mean = resized(p.mean, rows)
	p.variance = resized(p.variance, rows)
	p.qkv = resized(p.qkv, rows*3*c)
	p.scores = resized(p.scores, p.config.Heads*rows*p.positions())
	p.mix = resized(p.mix, rows*c)
	p.out = resized(p.out, rows*c)
	p.queries = resized(p.queries, rows*c)
	p.qScales = resized(p.qScales, p.config.Heads*rows)
	p.weights = resized(p.weights, p.config.Heads*rows*even(p.positions()))
	p.hidden = resized(p.hidden, rows*f)
	p.activated = resized(p.activated, rows*f)
}

// resized returns a slice of length n, on buf's memory where it is enough. What it
// holds is not defined.
func resized[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n)
	}
	return buf[:n]
}

// narrow goes on with the last n rows alone. The scores stay, for all rows.
func (p *pass) narrow(n int) {
	if p.stopped() || n == p.rows {
		return
	}
	c, f := p.config.Embedding, p.config.FeedForward
	p.dropped = p.rows - n
	p.start, p.rows = p.start+p.dropped, n
	copy(p.x, p.x[p.dropped*c:])
	p.x, p.norm, p.mix, p.out = p.x[:n*c], p.norm[:n*c], p.mix[:n*c], p.out[:n*c]
	p.mean, p.variance = p.mean[:n], p.variance[:n]
	p.hidden, p.activated = p.hidden[:n*f], p.activated[:n*f]
}

// positions returns P, the positions that the newest row sees.
func (p *pass) positions() int { return p.start + p.rows }

// embed sets x to one row of the token table per id.
func (p *pass) embed(wte *linear, ids []int) {
	if p.stopped() {
		return
	}
	c := p.config.Embedding
	for t, id := range ids {
		wte.row(p.x[t*c:][:c], id)
	}
	p.emit(stage.Embed, named("rows", p.x, p.rows, c))
}

// addPositions adds the rows of the position table, wpe [Context, C], to x.
func (p *pass) addPositions(wpe []float32) {
	if p.stopped() {
		return
	}
	c := p.config.Embedding
	table := wpe[p.start*c:][:p.rows*c]
	kernel.Add(p.x, table)
	p.emit(stage.Position, named("table", table, p.rows, c), named("sum", p.x, p.rows, c))
}

// enter reports a stage that consists of others.
func (p *pass) enter(s stage.Stage) { p.emit(s) }

// normalize sets norm to the layer norm of x.
func (p *pass) normalize(s stage.Stage, n *layerNorm) {
	if p.stopped() {
		return
	}
	c := p.config.Embedding
	n.apply(p.norm, p.mean, p.variance, p.x)
	p.emit(s, named("mean", p.mean, p.rows), named("variance", p.variance, p.rows),
		named("scale", n.scale, c), named("shift", n.shift, c), named("result", p.norm, p.rows, c))
}

// queriesKeysValues projects norm to q, k and v of every head. q goes to queries, k and
// v into the cache.
func (p *pass) queriesKeysValues(qkv *linear) {
	if p.stopped() {
		return
	}
	c, h := p.config.Embedding, p.config.Heads
	qkv.apply(p.team, p.qkv, p.norm, &p.acts)
	team, d := p.team.For(len(p.qkv)), c/h
	for i := range h {
		q := p.qkv[i*d:]
		kernel.QuantizeRows(team, p.queries[i*p.rows*d:][:p.rows*d], p.qScales[i*p.rows:][:p.rows], q, d, 3*c)
		p.kv.put(team, i, p.start, p.rows, q[c:], q[2*c:], 3*c)
	}
	team.Flush()
	p.emit(stage.AttentionQKV, named("qkv", p.qkv, p.rows, 3, h, d))
}

// scoreRow returns the scores of head h and row t for the positions that the row
// sees: itself and all before it.
func (p *pass) scoreRow(h, t int) []float32 {
	return p.scores[p.scoreIndex(h, t)*p.positions():][:p.start+t+1]
}

// scoreIndex returns where row t of head h is among all rows that are scored.
func (p *pass) scoreIndex(h, t int) int { return h*(p.dropped+p.rows) + p.dropped + t }

// score sets scores to q·k, for each head and row with every position that the row
// sees. Later positions are masked by never being computed.
func (p *pass) score() {
	if p.stopped() {
		return
	}
	d := p.config.HeadDim()
	if p.observed() {
		clear(p.scores) // the columns that are not computed
	}
	team := p.team.For(d * len(p.scores))
	for h := range p.config.Heads {
		for t := range p.rows {
			row := p.scoreRow(h, t)
			keys, scales := p.kv.headKeys(h, len(row))
			kernel.Scores(team, row, p.queries[(h*p.rows+t)*d:][:d], p.qScales[h*p.rows+t], keys, scales)
		}
	}
	team.Flush()
	p.emitScores(stage.AttentionScores, "scores")
}

// scale divides the scores by √D.
func (p *pass) scale() {
	if p.stopped() {
		return
	}
	factor := float32(1 / math.Sqrt(float64(p.config.HeadDim())))
	for h := range p.config.Heads {
		for t := range p.rows {
			kernel.Scale(p.scoreRow(h, t), factor)
		}
	}
	p.emitScores(stage.AttentionScale, "scaled")
}

// maskedSoftmax makes each row of the scores sum to 1 over the positions it sees.
func (p *pass) maskedSoftmax() {
	if p.stopped() {
		return
	}
	for h := range p.config.Heads {
		for t := range p.rows {
			kernel.Softmax(p.scoreRow(h, t))
		}
	}
	p.emitScores(stage.AttentionMask, "weights")
}

func (p *pass) emitScores(s stage.Stage, name string) {
	p.emit(s, named(name, p.scores, p.config.Heads, p.rows, p.positions()))
}

// mixValues sets mix to the sum of the values by their weights, head by head, and
// out to its projection.
func (p *pass) mixValues(proj *linear) {
	if p.stopped() {
		return
	}
	c, d := p.config.Embedding, p.config.HeadDim()
	team := p.team.For(p.rows * c * p.positions())
	for h := range p.config.Heads {
		for t := range p.rows {
			row := p.scoreRow(h, t)
			values, scales := p.kv.headValues(h, len(row))
			weights := p.weights[p.scoreIndex(h, t)*even(p.positions()):][:even(len(row))]
			scale := kernel.QuantizeWeights(weights, row, scales)
			kernel.Mix(team, p.mix[t*c+h*d:][:d], weights, scale, values)
		}
	}
	team.Flush()
	proj.apply(p.team, p.out, p.mix, &p.acts)
	p.emit(stage.AttentionMix, named("mix", p.mix, p.rows, p.config.Heads, d), named("output", p.out, p.rows, c))
}

// feedForward sets out to the MLP of norm.
func (p *pass) feedForward(fc, proj *linear) {
	if p.stopped() {
		return
	}
	c, f := p.config.Embedding, p.config.FeedForward
	fc.apply(p.team, p.hidden, p.norm, &p.acts)
	p.activate(p.team.For(8*len(p.hidden)), p.activated, p.hidden)
	proj.apply(p.team, p.out, p.activated, &p.acts)
	p.emit(stage.MLP, named("hidden", p.hidden, p.rows, f), named("activated", p.activated, p.rows, f), named("output", p.out, p.rows, c))
}

// addResidual adds out to x.
func (p *pass) addResidual(s stage.Stage) {
	if p.stopped() {
		return
	}
	kernel.Add(p.x, p.out)
	p.emit(s, named("sum", p.x, p.rows, p.config.Embedding))
}

// predict sets logits, [T, V], to the head's answer to each row of x.
func (p *pass) predict(lnF *layerNorm, head *linear, logits []float32) {
	v := p.config.Vocabulary
	p.normalize(stage.Final, lnF)
	if p.stopped() {
		return
	}
	head.apply(p.team, logits, p.norm, &p.acts)
	if p.rows == 1 {
		p.emit(stage.Head, named("logits", logits, v))
	} else {
		p.emit(stage.Head, named("logits", logits, p.rows, v))
	}
}

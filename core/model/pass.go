package model

import (
	"math"

	"vitrine/core/kernel"
	"vitrine/core/stage"
)

// MaxRows is the most rows of one pass. A longer prompt is read in several, so
// that scratch memory has a bound: scores take H * MaxRows * S.
const MaxRows = 256

// pass is one run of T rows through the model: the scratch memory, which later passes of
// any session use again, and a method for every stage. Row t is the token at position
// start+t.
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
	weights  []int16   // [H, T, S]: scores as kernel.Mix takes them
	wScales  []float32 // [H, T]
	seen     []float32 // [H, T, P]: scores as an observer sees them

	x         []float32 // [T, C], the residual stream
	norm      []float32 // [T, C]
	mean      []float32 // [T]
	variance  []float32 // [T]
	qkv       []float32 // [T, 3, H, D]
	scores    []float32 // [H, T, S], S = P rounded up to a multiple of 8; row t is valid for columns 0..start+t
	mix       []float32 // [T, H, D]
	out       []float32 // [T, C], what attention or the MLP adds to x
	hidden    []float32 // [T, F]
	activated []float32 // [T, F]
}

// reserve makes room for the scores of single tokens up to the given capacity, so that
// generating allocates nothing.
func (p *pass) reserve(capacity int) {
	n := p.config.Heads * upTo8(capacity)
	p.scores, p.seen, p.weights = resized(p.scores, n), resized(p.seen, n), resized(p.weights, n)
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
	p.scores = resized(p.scores, p.config.Heads*rows*p.stride())
	p.mix = resized(p.mix, rows*c)
	p.out = resized(p.out, rows*c)
	p.queries = resized(p.queries, rows*c)
	p.qScales = resized(p.qScales, p.config.Heads*rows)
	p.weights = resized(p.weights, p.config.Heads*rows*p.stride())
	p.wScales = resized(p.wScales, p.config.Heads*rows)
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

// stride returns S, how far rows of scores are apart.
func (p *pass) stride() int { return upTo8(p.positions()) }

// causal says how the scores of a head lie: each row sees itself and all before it. Later
// positions are masked by never being computed.
func (p *pass) causal() kernel.Causal {
	return kernel.Causal{Stride: p.stride(), Seen: p.start + 1, N: p.rows}
}

// head returns the rows of head h from scores, or what is shaped alike.
func head[T any](p *pass, x []T, h, width int) []T {
	return x[(h*(p.dropped+p.rows)+p.dropped)*width:][:p.rows*width]
}

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
	kernel.Add(nil, p.x, table)
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
	n.apply(p.team, p.norm, p.mean, p.variance, p.x)
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
	team, d := p.team.For(16*len(p.qkv)), c/h
	for i := range h {
		q := p.qkv[i*d:]
		kernel.QuantizeRows(team, p.queries[i*p.rows*d:][:p.rows*d], p.qScales[i*p.rows:][:p.rows], q, d, 3*c)
		p.kv.putKeys(team, i, p.start, p.rows, q[c:], 3*c)
	}
	for i := range h { // values after all that the same function does
		p.kv.putValues(team, i, p.start, p.rows, p.qkv[2*c+i*d:], 3*c)
	}
	team.Flush()
	p.emit(stage.AttentionQKV, named("qkv", p.qkv, p.rows, 3, h, d))
}

// score sets scores to q·k, for each head and row with every position that the row
// sees.
func (p *pass) score() {
	if p.stopped() {
		return
	}
	if p.observed() {
		clear(p.scores) // what is not computed
	}
	d := p.config.HeadDim()
	team := p.team.For(d * len(p.scores))
	for h := range p.config.Heads {
		keys, scales := p.kv.headKeys(h, p.positions())
		kernel.Scores(team, head(p, p.scores, h, p.stride()), p.causal(), head(p, p.queries, h, d), head(p, p.qScales, h, 1), keys, scales)
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
	team := p.team.For(4 * len(p.scores))
	for h := range p.config.Heads {
		kernel.ScaleRows(team, head(p, p.scores, h, p.stride()), p.causal(), factor)
	}
	team.Flush()
	p.emitScores(stage.AttentionScale, "scaled")
}

// maskedSoftmax makes each row of the scores sum to 1 over the positions it sees.
func (p *pass) maskedSoftmax() {
	if p.stopped() {
		return
	}
	team := p.team.For(48 * len(p.scores))
	for h := range p.config.Heads {
		kernel.SoftmaxRows(team, head(p, p.scores, h, p.stride()), p.causal())
	}
	team.Flush()
	p.emitScores(stage.AttentionMask, "weights")
}

// emitScores reports the scores without what lies between their rows.
func (p *pass) emitScores(s stage.Stage, name string) {
	if !p.observed() {
		return
	}
	heads, width, stride := p.config.Heads, p.positions(), p.stride()
	data := p.scores
	if width != stride {
		p.seen = resized(p.seen, heads*p.rows*width)
		data = p.seen
		for row := range heads * p.rows {
			copy(data[row*width:][:width], p.scores[row*stride:])
		}
	}
	p.emit(s, named(name, data, heads, p.rows, width))
}

// mixValues sets mix to the sum of the values by their weights, head by head, and
// out to its projection.
func (p *pass) mixValues(proj *linear) {
	if p.stopped() {
		return
	}
	c, d, s, rows := p.config.Embedding, p.config.HeadDim(), p.stride(), p.causal()
	team := p.team.For(p.rows * c * p.positions())
	for h := range p.config.Heads {
		_, scales := p.kv.headValues(h, p.positions())
		kernel.QuantizeWeights(team, head(p, p.weights, h, s), head(p, p.wScales, h, 1), head(p, p.scores, h, s), rows, scales)
	}
	for h := range p.config.Heads {
		values, _ := p.kv.headValues(h, p.positions())
		kernel.Mix(team, p.mix[h*d:], d, c, head(p, p.weights, h, s), head(p, p.wScales, h, 1), rows, values)
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
	p.activate(p.team.For(32*len(p.hidden)), p.activated, p.hidden)
	proj.apply(p.team, p.out, p.activated, &p.acts)
	p.emit(stage.MLP, named("hidden", p.hidden, p.rows, f), named("activated", p.activated, p.rows, f), named("output", p.out, p.rows, c))
}

// addResidual adds out to x.
func (p *pass) addResidual(s stage.Stage) {
	if p.stopped() {
		return
	}
	kernel.Add(p.team.For(4*len(p.x)), p.x, p.out)
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

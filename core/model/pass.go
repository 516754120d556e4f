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
// start+t. A method computes and then reports; it returns whether the pass goes on.
type pass struct {
	stage.Emitter
	shown    shown
	model    *Model
	team     *kernel.Team // who shares the work; nil: nobody
	switched *switched    // what the session changes; nil: nothing
	layer    int          // that runs, -1 outside the layers
	kv       *layerCache  // of the layer that runs
	start    int
	rows     int // T

	acts    kernel.Activations
	queries []int16   // [H, T, D], as kernel.QuantizeRows stores them
	qScales []float32 // [H, T]
	weights []int16   // [H, T, S]: scores as kernel.Mix takes them
	wScales []float32 // [H, T]
	seen    []float32 // [H, T, P]: scores as an observer sees them

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
	logits    []float32 // [n, V], of the caller; valid from head on
}

// reserve makes room for the scores of single tokens up to the given capacity, so that
// generating allocates nothing.
func (p *pass) reserve(capacity int) {
	n := p.model.config.Heads * upTo8(capacity)
	p.scores, p.seen, p.weights = resized(p.scores, n), resized(p.seen, n), resized(p.weights, n)
}

// begin makes the pass ready for rows tokens from position start on.
func (p *pass) begin(start, rows int, observer stage.Observer) {
	config := &p.model.config
	c, h, f := config.Embedding, config.Heads, config.FeedForward
	p.team, p.layer, p.start, p.rows = p.model.team, -1, start, rows
	p.Begin(observer, stage.Event{Position: start + rows - 1, Tokens: rows})

	p.x = resized(p.x, rows*c)
	p.norm = resized(p.norm, rows*c)
	p.mean = resized(p.mean, rows)
	p.variance = resized(p.variance, rows)
	p.qkv = resized(p.qkv, rows*3*c)
	p.scores = resized(p.scores, h*rows*p.stride())
	p.mix = resized(p.mix, rows*c)
	p.out = resized(p.out, rows*c)
	p.queries = resized(p.queries, rows*c)
	p.qScales = resized(p.qScales, h*rows)
	p.weights = resized(p.weights, h*rows*p.stride())
	p.wScales = resized(p.wScales, h*rows)
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

// emit reports that the stage has been executed, or entered.
func (p *pass) emit(s stage.Stage) bool {
	p.shown.count = 0
	return p.Emit(s, p.layer, p)
}

// narrow goes on with the last n rows alone: with what the stages after the weighted sum
// of the values read and write.
func (p *pass) narrow(n int) {
	dropped := p.rows - n
	if dropped == 0 {
		return
	}
	c, f := p.model.config.Embedding, p.model.config.FeedForward
	p.start, p.rows = p.start+dropped, n
	copy(p.x, p.x[dropped*c:])
	copy(p.mix, p.mix[dropped*c:])
	p.x, p.norm, p.mix, p.out = p.x[:n*c], p.norm[:n*c], p.mix[:n*c], p.out[:n*c]
	p.mean, p.variance = p.mean[:n], p.variance[:n]
	p.hidden, p.activated = p.hidden[:n*f], p.activated[:n*f]
}

// forward runs the rows through the model; see Session.run.
func (p *pass) forward(ids []int, caches []layerCache, wanted int, logits []float32) bool {
	if !p.embed(ids) || !p.addPositions() {
		return false
	}
	blocks := p.model.blocks
	for i := range blocks {
		n := p.rows
		if i == len(blocks)-1 {
			n = wanted
		}
		p.layer, p.kv = i, &caches[i]
		if !blocks[i].forward(p, n) {
			return false
		}
	}
	p.layer = -1
	return len(logits) == 0 || p.answer(logits)
}

// positions returns P, the positions that the newest row sees.
func (p *pass) positions() int { return p.start + p.rows }

// stride returns S, how far rows of scores are apart.
func (p *pass) stride() int { return upTo8(p.positions()) }

// causal says how the scores lie: each row sees itself and all before it. Later positions
// are masked by never being computed. Where the mask is off each row is one for itself, which
// sees all.
func (p *pass) causal() kernel.Causal {
	if p.switched.unmasked() {
		return kernel.Causal{Heads: p.model.config.Heads * p.rows, Stride: p.stride(), Seen: p.positions(), N: 1}
	}
	return kernel.Causal{Heads: p.model.config.Heads, Stride: p.stride(), Seen: p.start + 1, N: p.rows}
}

// embed sets x to one row of the token table per id.
func (p *pass) embed(ids []int) bool {
	c := p.model.config.Embedding
	for t, id := range ids {
		p.model.wte.row(p.x[t*c:][:c], id)
	}
	return p.emit(stage.Embed)
}

// positionRows returns the rows of the position table that are added, [T, C].
func (p *pass) positionRows() []float32 {
	c := p.model.config.Embedding
	if p.switched != nil && p.switched.noPosition {
		return make([]float32, p.rows*c)
	}
	return p.model.wpe[p.start*c:][:p.rows*c]
}

// addPositions adds the rows of the position table to x.
func (p *pass) addPositions() bool {
	kernel.Add(p.team, p.x, p.positionRows())
	return p.emit(stage.Position)
}

// normalize sets norm to the layer norm of x.
func (p *pass) normalize(s stage.Stage, n *layerNorm) bool {
	n.apply(p.team, p.norm, p.mean, p.variance, p.x)
	return p.emit(s)
}

// queriesKeysValues projects norm to q, k and v of every head. q goes to queries, k and
// v into the cache.
func (p *pass) queriesKeysValues(qkv *linear) bool {
	c, h := p.model.config.Embedding, p.model.config.Heads
	qkv.apply(p.team, p.qkv, p.norm, &p.acts)
	kernel.QuantizeRows(p.team, p.queries, p.qScales, p.qkv, h, p.rows, 3*c, 0)
	p.kv.put(p.team, p.start, p.rows, p.qkv[c:], p.qkv[2*c:], 3*c)
	return p.emit(stage.AttentionQKV)
}

// score sets scores to q·k, for each head and row with every position that the row
// sees.
func (p *pass) score() bool {
	if p.switched.unmasked() {
		p.scoreAll()
		return p.emit(stage.AttentionScores)
	}
	kernel.Scores(p.team, p.scores, p.causal(), p.queries, p.qScales, p.kv.keys, p.kv.keyScales)
	return p.emit(stage.AttentionScores)
}

// scale divides the scores by √D.
func (p *pass) scale() bool {
	factor := float32(1 / math.Sqrt(float64(p.model.config.HeadDim())))
	kernel.ScaleRows(p.team, p.scores, p.causal(), factor)
	return p.emit(stage.AttentionScale)
}

// maskedSoftmax makes each row of the scores sum to 1 over the positions it sees.
func (p *pass) maskedSoftmax() bool {
	kernel.SoftmaxRows(p.team, p.scores, p.causal())
	return p.emit(stage.AttentionMask)
}

// mixValues sets mix to the sum of the values by their weights, head by head, and out to
// its projection. From the projection on, only the last n rows are there.
func (p *pass) mixValues(proj *linear, n int) bool {
	if p.switched.unmasked() {
		p.mixAll()
	} else {
		kernel.QuantizeWeights(p.team, p.weights, p.wScales, p.scores, p.causal(), p.kv.valueScales)
		kernel.Mix(p.team, p.mix, p.weights, p.wScales, p.causal(), p.kv.values)
	}
	p.scaleHeads()
	p.narrow(n)
	proj.apply(p.team, p.out, p.mix, &p.acts)
	p.dropAttention()
	return p.emit(stage.AttentionMix)
}

// feedForward sets out to the MLP of norm.
func (p *pass) feedForward(fc, proj *linear) bool {
	fc.apply(p.team, p.hidden, p.norm, &p.acts)
	p.activation()(p.team, p.activated, p.hidden)
	proj.apply(p.team, p.out, p.activated, &p.acts)
	p.dropMLP()
	return p.emit(stage.MLP)
}

// addResidual adds out to x.
func (p *pass) addResidual(s stage.Stage) bool {
	kernel.Add(p.team, p.x, p.out)
	return p.emit(s)
}

// answer sets logits, [n, V], to what follows the last n rows of x.
func (p *pass) answer(logits []float32) bool {
	return p.normalize(stage.Final, &p.model.lnF) && p.predict(logits)
}

// predict sets logits, [n, V], to the head's answer to the last n rows of norm.
func (p *pass) predict(logits []float32) bool {
	n, c := len(logits)/p.model.config.Vocabulary, p.model.config.Embedding
	p.model.head.apply(p.team, logits, p.norm[(p.rows-n)*c:], &p.acts)
	p.logits = logits
	return p.emit(stage.Head)
}

//go:build js && wasm

package main

import (
	"unicode/utf8"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/kernel"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

// sampleSize is how many numbers of a tensor travel with its event.
const sampleSize = 8

// mainTensor names the tensor of a stage that its event shows, by stage.
var mainTensor = [...]string{
	stage.Embed:           "rows",
	stage.Position:        "sum",
	stage.LN1:             "result",
	stage.AttentionQKV:    "qkv",
	stage.AttentionScores: "scores",
	stage.AttentionScale:  "scaled",
	stage.AttentionMask:   "weights",
	stage.AttentionMix:    "mix",
	stage.Residual1:       "sum",
	stage.LN2:             "result",
	stage.MLP:             "output",
	stage.Residual2:       "sum",
	stage.Final:           "result",
	stage.Head:            "logits",
	stage.Softmax:         "probabilities",
}

// sample returns the shape of the main tensor and some of its numbers, as
// StageEvent in vitrine.d.ts says which.
func (r *recorder) sample(e *stage.Event) (shape []int, values []float32) {
	if int(e.Stage) >= len(mainTensor) || mainTensor[e.Stage] == "" {
		return nil, nil
	}
	name := mainTensor[e.Stage]
	for _, t := range e.Tensors() {
		if t.Name != name {
			continue
		}
		switch e.Stage {
		case stage.AttentionScores, stage.AttentionScale, stage.AttentionMask:
			row := newestRow(t, r.head)
			return t.Shape, row[max(0, len(row)-sampleSize):]
		case stage.AttentionQKV, stage.AttentionMix:
			return t.Shape, r.ofHead(t, 0)
		case stage.Embed, stage.Position, stage.LN1, stage.Residual1, stage.LN2, stage.MLP, stage.Residual2, stage.Final:
			return t.Shape, first(lastRow(t))
		}
		return t.Shape, first(t.Data)
	}
	return nil, nil
}

// more returns the numbers that travel beside those of the main tensor: rows of equal
// length, which events.js puts into the detail under the names that it has for the stage.
func (r *recorder) more(e *stage.Event) [][]float32 {
	rows := r.rows[:0]
	for _, t := range e.Tensors() {
		switch t.Name {
		case "table": // position
			rows = append(rows, first(lastRow(t)))
		case "scale", "shift": // ln1, ln2 and final; a model without biases has no shift
			rows = append(rows, first(t.Data))
		case "qkv":
			rows = append(rows, r.ofHead(t, 1), r.ofHead(t, 2))
		case "output":
			if e.Stage == stage.AttentionMix {
				rows = append(rows, first(lastRow(t)))
			}
		}
	}
	r.rows = rows
	return rows
}

// first returns as many numbers of a row as travel with an event.
func first(row []float32) []float32 { return row[:min(sampleSize, len(row))] }

// ofHead returns the first numbers of the newest token and the head that is shown, of a
// tensor [T, H, D] or of part 0, 1 or 2 of one [T, 3, H, D].
func (r *recorder) ofHead(t stage.Tensor, part int) []float32 {
	heads, d := t.Shape[len(t.Shape)-2], t.Shape[len(t.Shape)-1]
	return first(lastRow(t)[(part*heads+r.head)*d:][:d])
}

// lastRow returns row T-1 of a tensor [T, ...].
func lastRow(t stage.Tensor) []float32 {
	n := len(t.Data) / t.Shape[0]
	return t.Data[len(t.Data)-n:]
}

// newestRow returns row [head, T-1] of a tensor [H, T, P].
func newestRow(t stage.Tensor, head int) []float32 {
	rows, width := t.Shape[1], t.Shape[2]
	at := (head*rows + rows - 1) * width
	return t.Data[at : at+width]
}

// describe writes the event's detail as vitrine.d.ts declares it for each stage.
func (r *recorder) describe(e *stage.Event) {
	j := &r.detail
	switch e.Stage {
	case stage.LN1, stage.LN2, stage.Final:
		mean, variance := e.Tensor("mean"), e.Tensor("variance")
		j.open('{')
		j.key("mean").float(float64(mean[len(mean)-1]))
		j.key("variance").float(float64(variance[len(variance)-1]))
		j.close('}')
	case stage.Embed:
		id := r.ids[e.Position]
		j.open('{')
		j.key("id").int(id)
		j.key("text").string(r.tokenizer.Text(id))
		j.close('}')
	case stage.Attention, stage.AttentionQKV, stage.AttentionScores, stage.AttentionScale, stage.AttentionMix:
		j.open('{')
		j.key("head").int(r.head)
		j.close('}')
	case stage.AttentionMask:
		r.strongest(e)
	case stage.MLP:
		r.hidden(e)
	case stage.Prompt:
		j.open('{')
		j.key("text").string(e.Detail().(*generate.Prompt).Text)
		j.close('}')
	case stage.Head:
		r.largest(e.Tensor("logits"))
	default:
		r.describeDetail(e.Detail())
	}
	if len(j.bytes) == 0 {
		j.raw([]byte("null"))
	}
}

func (r *recorder) describeDetail(detail any) {
	j := &r.detail
	switch d := detail.(type) {
	case *generate.Prompt:
		r.pieces(d)
	case *generate.Sequence:
		j.open('{')
		j.key("ids").ints(d.IDs[max(0, len(d.IDs)-64):])
		j.key("count").int(d.Count)
		j.close('}')
	case *decoding.Mass:
		j.open('{')
		j.key("sum").float(d.Sum)
		j.key("largest").float(float64(d.Largest))
		j.close('}')
	case *decoding.Distribution:
		j.open('{')
		j.key("top")
		r.candidates(d.Top)
		j.key("restProbability").float(d.RestProbability)
		j.key("restCount").int(d.RestCount)
		j.close('}')
	case *decoding.Filter:
		j.open('{')
		j.key("parameter").float(float64(d.Parameter))
		j.key("kept").int(d.Kept)
		j.key("removed").int(d.Removed)
		j.key("removedProbability").float(d.RemovedProbability)
		j.key("top")
		r.candidates(d.Top)
		j.close('}')
	case *decoding.Draw:
		r.open(d.ID)
		j.key("random").float(d.Random)
		j.key("kept").int(d.Kept)
		j.key("probability").float(float64(d.Probability))
		j.close('}')
	case *generate.Stop:
		j.open('{')
		j.key("reason").string(string(d.Reason))
		j.close('}')
	case *decoding.Selection:
		r.open(d.ID)
		j.key("probability").float(float64(d.Probability))
		j.key("sampled").float(float64(d.Sampled))
		j.key("random").float(d.Random)
		j.key("rank").int(d.Rank)
		j.close('}')
	case *generate.Loop:
		j.open('{')
		j.key("step").int(d.Step)
		j.key("cached").int(d.Cached)
		j.key("reason").string(string(d.Reason))
		j.close('}')
	case *generate.Prediction:
		r.open(d.ID)
		j.key("step").int(d.Step)
		j.key("context").string(contextTail(r.tokenizer, d.Read))
		j.key("probability").float(float64(d.Probability))
		j.close('}')
	}
}

// contextTail is the text of the last ids, cut to 60 characters.
func contextTail(t *tokenizer.Tokenizer, ids []int) string {
	const most = 60
	first := len(ids)
	for n := 0; first > 0 && n < most; {
		first--
		piece, _ := t.Bytes(ids[first])
		for _, b := range piece {
			if utf8.RuneStart(b) {
				n++
			}
		}
	}
	text := t.Decode(ids[first:])
	for n := utf8.RuneCountInString(text); n > most; n-- {
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	return text
}

// open begins an object about one token.
func (r *recorder) open(id int) {
	r.detail.open('{')
	r.detail.key("id").int(id)
	r.detail.key("text").string(r.tokenizer.Text(id))
}

// special says in the object about a token that it is a special one, and nothing of
// others.
func (j *json) special(t *tokenizer.Tokenizer, id int) {
	if t.Special(id) {
		j.key("special").bool(true)
	}
}

// partial gives in the object about a token its bytes, where they are not whole
// characters, and says nothing of others.
func (r *recorder) partial(id int) {
	piece, _ := r.tokenizer.Bytes(id)
	if utf8.Valid(piece) {
		return
	}
	r.detail.key("bytes").open('[')
	for _, b := range piece {
		r.detail.element().int(int(b))
	}
	r.detail.close(']')
}

// pieces writes the last tokens of a prompt, and how many it has.
func (r *recorder) pieces(p *generate.Prompt) {
	j := &r.detail
	j.open('{')
	j.key("pieces").open('[')
	for _, id := range p.IDs[max(0, len(p.IDs)-64):] {
		j.element()
		r.open(id)
		j.special(r.tokenizer, id)
		r.partial(id)
		j.close('}')
	}
	j.close(']')
	j.key("count").int(len(p.IDs))
	j.close('}')
}

func (r *recorder) candidates(top []decoding.Candidate) {
	j := &r.detail
	j.open('[')
	for _, c := range top {
		j.element()
		r.open(c.ID)
		j.key("logit").float(float64(c.Logit))
		j.key("probability").float(float64(c.Probability))
		j.close('}')
	}
	j.close(']')
}

// largest writes the five largest logits.
func (r *recorder) largest(logits []float32) {
	const most = 5
	top := top(logits, most)
	j := &r.detail
	j.open('{')
	j.key("top").open('[')
	for _, id := range top {
		j.element()
		r.open(id)
		j.key("logit").float(float64(logits[id]))
		j.close('}')
	}
	j.close(']')
	j.close('}')
}

// strongest writes the three largest attention weights of the newest token in the head
// that is shown.
func (r *recorder) strongest(e *stage.Event) {
	const most = 3
	weights := newestRow(e.Tensors()[0], r.head)
	j := &r.detail
	j.open('{')
	j.key("head").int(r.head)
	j.key("top").open('[')
	for _, position := range top(weights, most) {
		j.element().open('{')
		j.key("position").int(position)
		j.key("weight").float(float64(weights[position]))
		j.key("text").string(r.tokenizer.Text(r.ids[position]))
		j.close('}')
	}
	j.close(']')
	j.close('}')
}

// hidden writes the largest activation before and after the non-linearity, and
// the share of hidden units above zero after it, for the newest token.
func (r *recorder) hidden(e *stage.Event) {
	var before, after []float32
	for _, t := range e.Tensors() {
		switch t.Name {
		case "hidden":
			before = lastRow(t)
		case "activated":
			after = lastRow(t)
		}
	}
	j := &r.detail
	j.open('{')
	j.key("before").float(float64(kernel.Maximum(before)))
	j.key("after").float(float64(kernel.Maximum(after)))
	j.key("active").float(float64(kernel.Positive(after)) / float64(len(after)))
	j.close('}')
}

// top returns the indices of the n largest values, largest first; of equals the
// lower index comes first. NaN is passed over.
func top(values []float32, n int) []int {
	return topOf(make([]int, 0, n+1), values, 0, len(values), n, 256)
}

// topOf puts those of values[from:to] that are among the n largest into best. It passes
// over chunks of the given size, and in others over smaller ones, that have none.
func topOf(best []int, values []float32, from, to, n, size int) []int {
	for at := from; at < to; at += size {
		end := min(at+size, to)
		switch {
		case len(best) == n && !(kernel.Maximum(values[at:end]) > values[best[n-1]]):
		case size > 16:
			best = topOf(best, values, at, end, n, 16)
		default:
			best = insertTop(best, values, at, end, n)
		}
	}
	return best
}

// insertTop puts those of values[from:to] that are among the n largest into best.
func insertTop(best []int, values []float32, from, to, n int) []int {
	for i := from; i < to; i++ {
		v := values[i]
		if v != v || len(best) == n && !(v > values[best[n-1]]) {
			continue
		}
		at := len(best)
		for at > 0 && v > values[best[at-1]] {
			at--
		}
		best = append(best, 0)
		copy(best[at+1:], best[at:])
		best[at] = i
		best = best[:min(len(best), n)]
	}
	return best
}

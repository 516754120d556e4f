package trace

import (
	"unicode/utf8"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/kernel"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

// describe writes the event's detail as vitrine.d.ts declares it for each stage.
func (w *Writer) describe(e *stage.Event) {
	j := &w.detail
	switch e.Stage {
	case stage.LN1, stage.LN2, stage.Final:
		mean, variance := w.tensor("mean").Data, w.tensor("variance").Data
		j.Open('{')
		j.Key("mean").Float(float64(mean[len(mean)-1]))
		j.Key("variance").Float(float64(variance[len(variance)-1]))
		j.Close('}')
	case stage.Embed:
		w.open(w.IDs[e.Position])
		j.Close('}')
	case stage.Attention, stage.AttentionQKV, stage.AttentionScores, stage.AttentionScale, stage.AttentionMix:
		j.Open('{')
		j.Key("head").Int(w.shown)
		j.Close('}')
	case stage.AttentionMask:
		w.strongest()
	case stage.MLP:
		w.hidden()
	case stage.Prompt:
		j.Open('{')
		j.Key("text").Text(e.Detail().(*generate.Prompt).Text)
		j.Close('}')
	case stage.Head:
		w.largest(w.tensor("logits").Data)
	default:
		w.describeDetail(e.Detail())
	}
	if len(j.Bytes) == 0 {
		j.Raw([]byte("null"))
	}
}

func (w *Writer) describeDetail(detail any) {
	j := &w.detail
	switch d := detail.(type) {
	case *generate.Prompt:
		w.pieces(d)
	case *generate.Sequence:
		j.Open('{')
		j.Key("ids").Ints(d.IDs[max(0, len(d.IDs)-64):])
		j.Key("count").Int(d.Count)
		j.Close('}')
	case *decoding.Mass:
		j.Open('{')
		j.Key("sum").Float(d.Sum)
		j.Key("largest").Float(float64(d.Largest))
		j.Close('}')
	case *decoding.Distribution:
		j.Open('{')
		j.Key("top")
		w.candidates(d.Top)
		j.Key("restProbability").Float(d.RestProbability)
		j.Key("restCount").Int(d.RestCount)
		j.Close('}')
	case *decoding.Filter:
		j.Open('{')
		j.Key("parameter").Float(float64(d.Parameter))
		j.Key("kept").Int(d.Kept)
		j.Key("removed").Int(d.Removed)
		j.Key("removedProbability").Float(d.RemovedProbability)
		j.Key("top")
		w.candidates(d.Top)
		j.Close('}')
	case *decoding.Draw:
		w.open(d.ID)
		j.Key("random").Float(d.Random)
		j.Key("kept").Int(d.Kept)
		j.Key("probability").Float(float64(d.Probability))
		j.Close('}')
	case *generate.Stop:
		j.Open('{')
		j.Key("reason").Text(string(d.Reason))
		j.Close('}')
	case *decoding.Selection:
		w.open(d.ID)
		j.Key("probability").Float(float64(d.Probability))
		j.Key("sampled").Float(float64(d.Sampled))
		j.Key("random").Float(d.Random)
		j.Key("rank").Int(d.Rank)
		if d.Forced {
			j.Key("forced").Bool(true)
		}
		j.Close('}')
	case *generate.Loop:
		j.Open('{')
		j.Key("step").Int(d.Step)
		j.Key("cached").Int(d.Cached)
		j.Key("reason").Text(string(d.Reason))
		j.Close('}')
	case *generate.Prediction:
		w.open(d.ID)
		j.Key("step").Int(d.Step)
		j.Key("context").Text(contextTail(w.tokenizer, d.Read))
		j.Key("probability").Float(float64(d.Probability))
		j.Close('}')
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
func (w *Writer) open(id int) {
	w.detail.Open('{')
	w.detail.Key("id").Int(id)
	w.name(id)
}

// name writes the text of a token into an object, and its bytes where they are not whole
// characters.
func (w *Writer) name(id int) {
	w.detail.Key("text").Text(w.tokenizer.Text(id))
	w.partial(id)
}

// partial writes the bytes of a token that is not whole characters, and nothing of others.
func (w *Writer) partial(id int) {
	piece, _ := w.tokenizer.Bytes(id)
	if utf8.Valid(piece) {
		return
	}
	w.detail.Key("bytes").Open('[')
	for _, b := range piece {
		w.detail.Element().Int(int(b))
	}
	w.detail.Close(']')
}

// special writes that a token is a special one, and nothing of others.
func (w *Writer) special(id int) {
	if w.tokenizer.Special(id) {
		w.detail.Key("special").Bool(true)
	}
}

// pieces writes the last tokens of a prompt, and how many it has.
func (w *Writer) pieces(p *generate.Prompt) {
	j := &w.detail
	j.Open('{')
	j.Key("pieces").Open('[')
	for _, id := range p.IDs[max(0, len(p.IDs)-64):] {
		j.Element()
		w.open(id)
		w.special(id)
		j.Close('}')
	}
	j.Close(']')
	j.Key("count").Int(len(p.IDs))
	j.Close('}')
}

func (w *Writer) candidates(top []decoding.Candidate) {
	j := &w.detail
	j.Open('[')
	for _, c := range top {
		j.Element()
		w.open(c.ID)
		j.Key("logit").Float(float64(c.Logit))
		j.Key("probability").Float(float64(c.Probability))
		j.Close('}')
	}
	j.Close(']')
}

// largest writes the five largest logits.
func (w *Writer) largest(logits []float32) {
	const most = 5
	top := top(logits, most)
	j := &w.detail
	j.Open('{')
	j.Key("top").Open('[')
	for _, id := range top {
		j.Element()
		w.open(id)
		j.Key("logit").Float(float64(logits[id]))
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}

// strongest writes the three largest attention weights of the newest token in the head
// that is shown.
func (w *Writer) strongest() {
	const most = 3
	weights := newestRow(w.tensor("weights"), w.shown)
	j := &w.detail
	j.Open('{')
	j.Key("head").Int(w.shown)
	j.Key("top").Open('[')
	for _, position := range top(weights, most) {
		j.Element().Open('{')
		j.Key("position").Int(position)
		j.Key("weight").Float(float64(weights[position]))
		w.name(w.IDs[position])
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}

// hidden writes the largest activation before and after the non-linearity, and
// the share of hidden units above zero after it, for the newest token.
func (w *Writer) hidden() {
	before, after := lastRow(w.tensor("hidden")), lastRow(w.tensor("activated"))
	j := &w.detail
	j.Open('{')
	j.Key("before").Float(float64(kernel.Maximum(before)))
	j.Key("after").Float(float64(kernel.Maximum(after)))
	j.Key("active").Float(float64(kernel.Positive(after)) / float64(len(after)))
	j.Close('}')
}

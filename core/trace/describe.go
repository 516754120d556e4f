package trace

import (
	"vitrine/core/generate"
	"vitrine/core/kernel"
	"vitrine/core/stage"
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
		j.Token(w.IDs[e.Position])
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
		j.largest(w.tensor("logits").Data)
	default:
		j.Detail(e.Detail())
	}
	if len(j.Bytes) == 0 {
		j.Raw([]byte("null"))
	}
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
		j.name(w.IDs[position])
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

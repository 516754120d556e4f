package trace

import (
	"unicode/utf8"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/tokenizer"
)

// Describer is JSON that names tokens.
type Describer struct {
	JSON
	tokenizer *tokenizer.Tokenizer
}

// NewDescriber returns an empty Describer of tokens that t names.
func NewDescriber(t *tokenizer.Tokenizer) *Describer { return &Describer{tokenizer: t} }

// Detail writes what core/generate and core/decoding report beside tensors, as vitrine.d.ts
// declares the details of their stages. It writes nothing of nil.
func (j *Describer) Detail(detail any) {
	switch d := detail.(type) {
	case *generate.Prompt:
		j.pieces(d)
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
		j.Candidates(d.Top)
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
		j.Candidates(d.Top)
		j.Close('}')
	case *decoding.Draw:
		j.Token(d.ID)
		j.Key("random").Float(d.Random)
		j.Key("kept").Int(d.Kept)
		j.Key("probability").Float(float64(d.Probability))
		j.Close('}')
	case *generate.Stop:
		j.Open('{')
		j.Key("reason").Text(string(d.Reason))
		j.Close('}')
	case *decoding.Selection:
		j.Token(d.ID)
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
		j.Token(d.ID)
		j.Key("step").Int(d.Step)
		j.Key("context").Text(contextTail(j.tokenizer, d.Read))
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

// Token begins an object about a token: its id, its text, and its bytes where they are not
// whole characters.
func (j *Describer) Token(id int) {
	j.Open('{')
	j.Key("id").Int(id)
	j.name(id)
}

// name writes the text of a token into an object, and its bytes where they are not whole
// characters.
func (j *Describer) name(id int) {
	j.Key("text").Text(j.tokenizer.Text(id))
	j.partial(id)
}

// partial writes the bytes of a token that is not whole characters, and nothing of others.
func (j *Describer) partial(id int) {
	piece, _ := j.tokenizer.Bytes(id)
	if utf8.Valid(piece) {
		return
	}
	j.Key("bytes").Open('[')
	for _, b := range piece {
		j.Element().Int(int(b))
	}
	j.Close(']')
}

// special writes that a token is a special one, and nothing of others.
func (j *Describer) special(id int) {
	if j.tokenizer.Special(id) {
		j.Key("special").Bool(true)
	}
}

// pieces writes the last tokens of a prompt, and how many it has.
func (j *Describer) pieces(p *generate.Prompt) {
	j.Open('{')
	j.Key("pieces").Open('[')
	for _, id := range p.IDs[max(0, len(p.IDs)-64):] {
		j.Element()
		j.Token(id)
		j.special(id)
		j.Close('}')
	}
	j.Close(']')
	j.Key("count").Int(len(p.IDs))
	j.Close('}')
}

// Candidates writes tokens that a step ranks.
func (j *Describer) Candidates(top []decoding.Candidate) {
	j.Open('[')
	for _, c := range top {
		j.Element()
		j.Token(c.ID)
		j.Key("logit").Float(float64(c.Logit))
		j.Key("probability").Float(float64(c.Probability))
		j.Close('}')
	}
	j.Close(']')
}

// largest writes the five largest logits.
func (j *Describer) largest(logits []float32) {
	const most = 5
	top := top(logits, most)
	j.Open('{')
	j.Key("top").Open('[')
	for _, id := range top {
		j.Element()
		j.Token(id)
		j.Key("logit").Float(float64(logits[id]))
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}

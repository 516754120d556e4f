package trace

import (
	"vitrine/core/kernel"
	"vitrine/core/model"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

// Info is what is known of a model, as JSON: EngineInfo of vitrine.d.ts without what depends on
// the file and the workers, and the names of the stages by their numbers.
func Info(m *model.Model, t *tokenizer.Tokenizer) string {
	c := m.Config()
	var stages JSON
	stages.Open('[')
	for _, s := range stage.All() {
		stages.Element().Text(s.String())
	}
	stages.Close(']')
	var j JSON
	j.Open('{')
	j.Key("name").Text(c.Name)
	j.Key("architecture").Text(c.Architecture)
	j.Key("layers").Int(c.Layers)
	j.Key("heads").Int(c.Heads)
	j.Key("embedding").Int(c.Embedding)
	j.Key("context").Int(c.Context)
	j.Key("vocabulary").Int(c.Vocabulary)
	j.Key("feedForward").Int(c.FeedForward)
	j.Key("parameters").Int(int(m.Parameters()))
	j.Key("activation").Text(c.Activation)
	j.Key("position").Text(c.Position)
	j.Key("epsilon").Float(float64(c.Epsilon))
	j.Key("tiedHead").Bool(c.TiedHead)
	j.Key("weights").Text(c.Weights)
	j.Key("addedTokens").Open('[')
	for _, id := range t.Added() {
		j.Element().Open('{')
		j.Key("id").Int(id)
		j.Key("text").Text(t.Text(id))
		j.Close('}')
	}
	j.Close(']')
	j.Key("notes").Open('[')
	for _, note := range t.Notes() {
		j.Element().Text(note)
	}
	j.Close(']')
	j.Key("simd").Bool(kernel.Name() != "portable")
	j.Key("stages").Raw(stages.Bytes)
	j.Close('}')
	return string(j.Bytes)
}

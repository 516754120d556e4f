package trace

import (
	"vitrine/core/generate"
	"vitrine/core/model"
)

// Comparison writes Comparison of vitrine.d.ts.
func (j *Describer) Comparison(c *generate.Comparison) {
	j.Open('{')
	j.Key("position").Int(c.Position)
	j.Key("before")
	j.Candidates(c.Before)
	j.Key("after")
	j.Candidates(c.After)
	j.Key("kl").Float(c.Divergence)
	j.Key("final")
	j.Token(c.Final)
	j.Key("before").Float(float64(c.FinalBefore))
	j.Key("after").Float(float64(c.FinalAfter))
	j.Close('}')
	j.Close('}')
}

// Cost writes Cost of vitrine.d.ts. The clock was in milliseconds.
func (j *Describer) Cost(c *generate.StepCost) {
	var total generate.StageCost
	j.Open('{')
	j.Key("position").Int(c.Position)
	j.Key("tokens").Int(c.Tokens)
	j.Key("stages").Open('[')
	for _, s := range c.Stages {
		total.MultiplyAdds += s.MultiplyAdds
		total.WeightBytes += s.WeightBytes
		total.CacheBytes += s.CacheBytes
		total.Time += s.Time
		j.Element().Open('{')
		j.Key("stage").Text(s.Stage.String())
		j.Key("layer").Int(s.Layer)
		j.cost(s.Cost, s.Time)
		j.Close('}')
	}
	j.Close(']')
	j.cost(total.Cost, total.Time)
	j.Close('}')
}

func (j *Describer) cost(c model.Cost, ms float64) {
	j.Key("multiplyAdds").Int(int(c.MultiplyAdds))
	j.Key("weightBytes").Int(int(c.WeightBytes))
	j.Key("cacheBytes").Int(int(c.CacheBytes))
	j.Key("ms").Float(ms)
}

package trace

import (
	"encoding/json"
	"reflect"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/model"
	"vitrine/core/stage"
)

func TestComparison(t *testing.T) {
	j := NewDescriber(letters(t, 96))
	j.Comparison(&generate.Comparison{
		Position: 7, Divergence: 0.25, Final: 1, FinalBefore: 0.5, FinalAfter: 0.125,
		Before: []decoding.Candidate{{ID: 1, Logit: 2, Probability: 0.5}},
		After:  []decoding.Candidate{{ID: 0, Logit: 3, Probability: 0.75}},
	})
	same(t, j.Bytes, `{"position":7,"kl":0.25,"before":[{"id":1,"text":"B","logit":2,"probability":0.5}],
		"after":[{"id":0,"text":"A","logit":3,"probability":0.75}],"final":{"id":1,"text":"B","before":0.5,"after":0.125}}`)
}

func TestCost(t *testing.T) {
	j := NewDescriber(letters(t, 96))
	j.Cost(&generate.StepCost{Position: 4, Tokens: 2, Stages: []generate.StageCost{
		{Cost: model.Cost{Stage: stage.AttentionScores, Layer: 3, MultiplyAdds: 1 << 40, CacheBytes: 20}, Time: 0.5},
		{Cost: model.Cost{Stage: stage.Head, Layer: -1, MultiplyAdds: 5, WeightBytes: 7}, Time: 1},
	}})
	same(t, j.Bytes, `{"position":4,"tokens":2,"multiplyAdds":1099511627781,"weightBytes":7,"cacheBytes":20,"ms":1.5,"stages":[
		{"stage":"attention.scores","layer":3,"multiplyAdds":1099511627776,"weightBytes":0,"cacheBytes":20,"ms":0.5},
		{"stage":"head","layer":-1,"multiplyAdds":5,"weightBytes":7,"cacheBytes":0,"ms":1}]}`)
}

// same compares two texts of JSON by what they say.
func same(t *testing.T, got []byte, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got %s, want %s", got, want)
	}
}

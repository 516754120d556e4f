package model

import (
	"fmt"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/stage"
)

// total adds up the costs of a pass.
func total(all []Cost) (sum Cost) {
	for _, c := range all {
		sum.MultiplyAdds += c.MultiplyAdds
		sum.WeightBytes += c.WeightBytes
		sum.CacheBytes += c.CacheBytes
	}
	return sum
}

// TestCostOfGPT2: one token multiplies with each weight of each matrix once, so that with the
// position table, biases and norms these are GPT-2 small's parameters.
//
// Source of the count: openai-community/gpt2 on the Hugging Face Hub, 124,439,808 with the
// head tied.
func TestCostOfGPT2(t *testing.T) {
	c := Config{Layers: 12, Heads: 12, Embedding: 768, Context: 1024, Vocabulary: 50257, FeedForward: 3072}
	first := Pass{Start: 0, Rows: 1, Answers: true}
	var sum int64
	for _, s := range stage.All() {
		for layer := range c.Layers {
			if s == stage.Head && layer > 0 {
				continue
			}
			sum += c.MultiplyAdds(s, layer, first)
		}
	}
	const attention = 12 * 2 * 768 // a row sees itself: q·k and weight·v in each layer
	const biases = 12 * (3*768 + 768 + 3072 + 768)
	const norms = (12*2 + 1) * 2 * 768
	if got := sum - attention + 1024*768 + biases + norms; got != 124439808 {
		t.Errorf("got %d parameters, want 124439808", got)
	}
	later := Pass{Start: 1000, Rows: 1, Answers: true}
	if got, want := c.MultiplyAdds(stage.AttentionScores, 3, later), int64(1001*768); got != want {
		t.Errorf("scores at position 1000: got %d, want %d", got, want)
	}
}

// TestCostByHand counts the stages of the tiny model: 2 layers, 4 heads, 32 wide, 96 tokens,
// 128 hidden units.
func TestCostByHand(t *testing.T) {
	m := gpt2(t).load(t)
	if c := m.Config(); c.Layers != 2 || c.Heads != 4 || c.Embedding != 32 || c.Vocabulary != 96 || c.FeedForward != 128 {
		t.Fatalf("the tiny model is %+v", c)
	}
	for name, test := range map[string]struct {
		pass Pass
		want []Cost
	}{
		"three rows after five": {Pass{Start: 5, Rows: 3, Answers: true}, []Cost{
			{stage.Embed, -1, 0, 3 * 32 * 4, 0},
			{stage.LN1, 1, 0, 2 * 32 * 4, 0},
			{stage.AttentionQKV, 0, 3 * 96 * 32, (96*32 + 96) * 4, 0},
			{stage.AttentionScores, 1, (6 + 7 + 8) * 32, 0, 8 * 4 * (8*2 + 4)},
			{stage.AttentionMix, 0, (6+7+8)*32 + 3*32*32, (32*32 + 32) * 4, 8 * 4 * (8*2 + 4)},
			{stage.AttentionMix, 1, (6+7+8)*32 + 32*32, (32*32 + 32) * 4, 8 * 4 * (8*2 + 4)},
			{stage.MLP, 0, 3 * 2 * 32 * 128, (2*32*128 + 128 + 32) * 4, 0},
			{stage.MLP, 1, 2 * 32 * 128, (2*32*128 + 128 + 32) * 4, 0},
			{stage.Head, -1, 32 * 96, 32 * 96 * 4, 0},
		}},
		"three rows that see all": {Pass{Start: 0, Rows: 3, Answers: true, Unmasked: true}, []Cost{
			{stage.AttentionScores, 0, 9 * 32, 0, 3 * 4 * (8*2 + 4)},
		}},
	} {
		all := m.Costs(test.pass)
		for _, want := range test.want {
			found := false
			for _, got := range all {
				if got.Stage == want.Stage && got.Layer == want.Layer {
					if found = true; got != want {
						t.Errorf("%s: got %+v, want %+v", name, got, want)
					}
				}
			}
			if !found {
				t.Errorf("%s: %v of layer %d has no cost", name, want.Stage, want.Layer)
			}
		}
	}
}

// TestCostsAreTheStagesOfAPass, and in float32 the bytes of a whole pass are the file's
// parameters, with a row of each table in place of the table.
func TestCostsAreTheStagesOfAPass(t *testing.T) {
	m := gpt2(t).load(t)
	pass := Pass{Start: 0, Rows: 1, Answers: true}
	all, i := m.Costs(pass), 0
	_, err := m.NewSession(4).Forward([]int{1}, func(e *stage.Event) error {
		if i >= len(all) || all[i].Stage != e.Stage || all[i].Layer != e.Layer {
			t.Fatalf("stage %d is %v of layer %d, not so in the costs", i, e.Stage, e.Layer)
		}
		i++
		return nil
	})
	if err != nil || i != len(all) {
		t.Errorf("%v after %d stages, there are %d costs", err, i, len(all))
	}
	c := m.Config()
	want := m.Parameters() - int64((c.Context-1)*c.Embedding) + int64(c.Embedding)
	if got := total(all).WeightBytes; got != 4*want {
		t.Errorf("a pass reads %d bytes of weights, want %d", got, 4*want)
	}
	q8 := gpt2(t).convert(gguf.Q8_0, matrix).load(t)
	head := q8.Costs(pass)[len(all)-1]
	if want := int64(96*32 + 96*4); head.WeightBytes != want { // a block of 32 has a scale of 4 bytes
		t.Errorf("the head in int8: %d bytes, want %d", head.WeightBytes, want)
	}
	if filling := m.Costs(Pass{Rows: 1}); len(filling) != len(all)-2 || filling[len(filling)-1].Stage != stage.Residual2 {
		t.Errorf("a pass without answer has %d stages, want %d", len(filling), len(all)-2)
	}
}

// TestRepeat has the rows of Forward.
func TestRepeat(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		s := m.NewSession(30)
		var want []string
		key := func(e *stage.Event) (k string) {
			for _, x := range e.Tensors() {
				k += fmt.Sprint(x.Name, x.Shape)
			}
			return k
		}
		logits, err := s.Forward(ids[:9], func(e *stage.Event) error { want = append(want, key(e)); return nil })
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		err = s.Repeat(0, ids[:9], func(e *stage.Event) error {
			if got := key(e); got != want[i] {
				t.Errorf("%s: %v has %s, want %s", kind, e.Stage, got, want[i])
			}
			if i++; e.Stage == stage.Head {
				sameBits(t, kind, e.Tensor("logits"), logits)
			}
			return nil
		})
		if err != nil || i != len(want) || s.Len() != 9 {
			t.Errorf("%s: %v after %d of %d stages, length %d", kind, err, i, len(want), s.Len())
		}
	}
}

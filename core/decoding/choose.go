package decoding

// Choose returns what the token of the given id is after Sample, which drew another one:
// its own probabilities and rank, and the random number of the draw.
func (s *Sampler) Choose(logits []float32, id int, drawn Selection) Selection {
	chosen := Selection{ID: id, Probability: s.probs[id], Random: drawn.Random, Rank: rank(logits, id), Forced: true}
	if s.ids == nil {
		chosen.Sampled = s.kept[id]
	}
	for i, kept := range s.ids {
		if int(kept) == id {
			chosen.Sampled = s.kept[i]
		}
	}
	return chosen
}

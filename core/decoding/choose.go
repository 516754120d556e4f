package decoding

import "slices"

// Choose returns what the token of the given id is after a Sample that drew another one: its
// own probabilities and rank, and the random number of the draw.
func (s *Sampler) Choose(id int, drawn Selection) Selection {
	chosen := Selection{ID: id, Probability: s.probs[id], Random: drawn.Random, Rank: rank(s.logits, id), Forced: true}
	kept := s.reporter.kept
	if i := slices.Index(kept.ids, int32(id)); i >= 0 {
		chosen.Sampled = kept.probs[i]
	}
	return chosen
}

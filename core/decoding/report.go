package decoding

// topCount is how many tokens a report lists; the page shows as many.
const topCount = 5

// Candidate is a token that a step ranks.
type Candidate struct {
	ID          int
	Logit       float32 // the model's own
	Probability float32 // after the step
}

// Mass is the detail of the stage softmax. Probabilities are added as float64, in the
// order of their ids.
type Mass struct {
	Sum     float64 // of all, which rounding leaves near 1
	Largest float32
}

// Distribution is the detail of the stage distribution: the model's most probable
// tokens, at most five, and the sum of what all others have.
type Distribution struct {
	Top             []Candidate
	RestProbability float64
	RestCount       int
}

// Filter is the detail of the stages decode.temperature, decode.top_k and
// decode.top_p. Kept and Removed add up to what the step before kept, the first of
// them to the tokens that are not banned. At temperature 0 all but one are removed.
type Filter struct {
	Parameter          float32 // T, k or p
	Kept, Removed      int
	RemovedProbability float64     // sum of the removed tokens' probabilities before the step
	Top                []Candidate // the most probable after the step, at most five
}

// Draw is the detail of the stage decode.sample.
type Draw struct {
	Random      float64 // in [0, 1); -1 at temperature 0, where nothing is drawn
	Kept        int     // from how many tokens
	ID          int
	Probability float32 // among these
}

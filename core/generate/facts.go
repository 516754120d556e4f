package generate

import (
	"fmt"

	"vitrine/core/decoding"
	"vitrine/core/stage"
)

// facts are what events of a step say that conditions at later stages ask for. Only what a
// breakpoint needs is heard.
type facts uint8

const (
	factNewest facts = 1 << iota // the id of the newest token of the pass
	factSpread                   // the entropy
	factWhole                    // the probabilities of all tokens
	factBest                     // the most probable token
	factDrawn                    // the token of decode.sample
	factChosen                   // the token of select
	factTaken                    // its id, which may be another when it is appended
)

// facts returns what the name needs at a stage.
func (n name) facts(s stage.Stage) facts {
	early, late := factNewest, factTaken
	switch n {
	case nameToken, nameID:
	case nameProbability:
		early, late = factBest, factChosen
	case nameRandom:
		late = factChosen
	case nameTop:
		return factBest
	case nameEntropy:
		return factSpread
	case nameRank:
		return factChosen
	default:
		return 0
	}
	switch {
	case s >= stage.Select:
		return late
	case s < stage.DecodeSample:
		return early
	case n == nameProbability:
		return factWhole | factDrawn
	default:
		return factDrawn
	}
}

// sayers has the stages that say each fact.
var sayers = map[facts][]stage.Stage{
	factNewest: {stage.IDs, stage.Embed},
	factSpread: {stage.Softmax},
	factWhole:  {stage.Softmax},
	factBest:   {stage.Distribution},
	factDrawn:  {stage.DecodeSample},
	factChosen: {stage.Select, stage.Append},
	factTaken:  {stage.Select, stage.Append},
}

// stages is a set of them.
type stages uint64

func (s stages) has(x stage.Stage) bool { return s&(1<<x) != 0 }

func (f facts) sayers() (s stages) {
	for fact, by := range sayers {
		if f&fact != 0 {
			for _, x := range by {
				s |= 1 << x
			}
		}
	}
	return s
}

// heard is what the events of the step under way have said.
type heard struct {
	known         facts
	read          []int // the ids that the step reads
	end           int   // the position after the last of them
	newest        int
	entropy       float64
	probabilities []float32 // [V]
	best          decoding.Candidate
	drawn         decoding.Draw
	own           float32            // the model's own probability of the drawn token
	chosen        decoding.Selection // its ID as of taken
}

// hear keeps what e says of the needed facts.
func (h *heard) hear(e *stage.Event, needed facts) error {
	says := func(f facts) bool {
		h.known |= f & needed
		return f&needed != 0
	}
	switch e.Stage {
	case stage.IDs:
		if d, ok := e.Detail().(*Sequence); ok && len(d.IDs) > 0 {
			says(factNewest)
			h.read, h.end = append(h.read[:0], d.IDs...), d.Count
			h.newest = h.read[len(h.read)-1]
			return nil
		}
	case stage.Embed: // a long prompt is read in several passes
		if i := len(h.read) - (h.end - e.Position); h.known&factNewest != 0 && i >= 0 && i < len(h.read) {
			h.newest = h.read[i]
		}
		return nil
	case stage.Softmax:
		if p := e.Tensor("probabilities"); len(p) > 0 {
			if says(factSpread) {
				h.entropy = decoding.Entropy(p)
			}
			if says(factWhole) {
				h.probabilities = append(h.probabilities[:0], p...)
			}
			return nil
		}
	case stage.Distribution:
		if d, ok := e.Detail().(*decoding.Distribution); ok && len(d.Top) > 0 {
			says(factBest)
			h.best = d.Top[0]
			return nil
		}
	case stage.DecodeSample:
		if d, ok := e.Detail().(*decoding.Draw); ok {
			says(factDrawn)
			if h.drawn = *d; h.known&factWhole != 0 {
				h.own = h.probabilities[d.ID]
			}
			return nil
		}
	case stage.Select:
		if d, ok := e.Detail().(*decoding.Selection); ok {
			says(factChosen | factTaken)
			h.chosen = *d
			return nil
		}
	case stage.Append: // who stood at select may have taken another token
		if d, ok := e.Detail().(*Sequence); ok && len(d.IDs) > 0 {
			says(factTaken)
			if last := d.IDs[len(d.IDs)-1]; last != h.chosen.ID {
				h.known &^= factChosen
				h.chosen.ID = last
			}
			return nil
		}
	}
	return fmt.Errorf("generate: %v does not say what a breakpoint asks of it: got detail %T", e.Stage, e.Detail())
}

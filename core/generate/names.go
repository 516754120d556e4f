package generate

import (
	"fmt"

	"vitrine/core/condition"
	"vitrine/core/stage"
)

// name is what a condition may speak of.
type name int

const (
	nameStep        name = iota
	namePosition         // of the newest token of the pass
	nameLayer            // -1 outside the layers
	nameTokens           // rows of the pass
	nameToken            // the text of id
	nameID               // of the newest token; from decode.sample on, of the chosen one
	nameTop              // the text of the most probable token
	nameProbability      // the model's own, of top; from decode.sample on, of the chosen token
	nameEntropy          // of the model's probabilities, in nats
	nameRank             // of the chosen token among all by logit, from 0
	nameRandom           // the number in [0, 1) that chose the token; -1 where none did
	nameHead             // of attention
	nameLargest          // of the newest row of the stage's main tensor
	nameSmallest
	nameMean     // of that row; of a norm, what it has computed for its input
	nameNorm     // Euclidean, of that row
	nameVariance // what a norm has computed for its input
	nameHidden   // how many hidden activations the MLP has
	nameActive   // how many of them are above 0 after the non-linearity
	nameIsNaN    // a number of the stage's tensors is not finite
	nameCount
)

// names has the words, the types and the stages of what a condition may speak of.
var names = [nameCount]struct {
	word  string
	typ   condition.Type
	has   func(stage.Stage) bool // nil: every stage
	where string
}{
	nameStep:        {"step", condition.Number, nil, ""},
	namePosition:    {"position", condition.Number, nil, ""},
	nameLayer:       {"layer", condition.Number, nil, ""},
	nameTokens:      {"tokens", condition.Number, nil, ""},
	nameToken:       {"token", condition.Text, since(stage.IDs), "from ids on"},
	nameID:          {"id", condition.Number, since(stage.IDs), "from ids on"},
	nameTop:         {"top", condition.Text, since(stage.Distribution), "from distribution on"},
	nameProbability: {"probability", condition.Number, since(stage.Distribution), "from distribution on"},
	nameEntropy:     {"entropy", condition.Number, since(stage.Softmax), "from softmax on"},
	nameRank:        {"rank", condition.Number, since(stage.Select), "from select on"},
	nameRandom:      {"random", condition.Number, since(stage.DecodeSample), "from decode.sample on"},
	nameHead:        {"head", condition.Number, hasHeads, "at attention.qkv, attention.scores, attention.scale, attention.mask and attention.mix"},
	nameLargest:     {"max", condition.Number, hasTensors, whereTensors},
	nameSmallest:    {"min", condition.Number, hasTensors, whereTensors},
	nameMean:        {"mean", condition.Number, hasTensors, whereTensors},
	nameNorm:        {"norm", condition.Number, hasTensors, whereTensors},
	nameVariance:    {"variance", condition.Number, isNorm, "at ln1, ln2 and final"},
	nameHidden:      {"hidden", condition.Number, isMLP, "at mlp"},
	nameActive:      {"active", condition.Number, isMLP, "at mlp"},
	nameIsNaN:       {"isnan", condition.Boolean, hasTensors, whereTensors},
}

const whereTensors = "from embed to softmax, but not at layers and attention, which only contain stages"

func since(first stage.Stage) func(stage.Stage) bool {
	return func(s stage.Stage) bool { return s >= first }
}

func hasTensors(s stage.Stage) bool { _, ok := mains[s]; return ok }
func hasHeads(s stage.Stage) bool   { return mains[s].heads >= 0 && hasTensors(s) }
func isNorm(s stage.Stage) bool     { return s == stage.LN1 || s == stage.LN2 || s == stage.Final }
func isMLP(s stage.Stage) bool      { return s == stage.MLP }

// ofTensors reports whether the value of n comes from the tensors of the stage.
func (n name) ofTensors() bool { return n >= nameHead }

// variablesAt returns the names as a condition at the stage may use them, by index.
func variablesAt(s stage.Stage) []condition.Variable {
	variables := make([]condition.Variable, nameCount)
	for i, n := range names {
		variables[i] = condition.Variable{Name: n.word, Type: n.typ}
		if n.has != nil && !n.has(s) {
			variables[i].Elsewhere = fmt.Sprintf("%s is not at %v, but %s", n.word, s, n.where)
		}
	}
	return variables
}

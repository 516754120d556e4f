// Package stage names the stages of the pipeline and defines the event that
// reports one. It is the one vocabulary of the project: Go events, JavaScript,
// the bindings of diagram nodes, links, docs and tests all use these names.
package stage

// Stage is one stage of the pipeline. The order of the constants is the order
// in which one token meets them.
type Stage uint8

// The stages. The README's table says what each can show.
const (
	Prompt Stage = iota
	Tokenize
	IDs
	Embed
	Position
	Layers
	LN1
	Attention
	AttentionQKV
	AttentionScores
	AttentionScale
	AttentionMask
	AttentionMix
	Residual1
	LN2
	MLP
	Residual2
	Final
	Head
	Softmax
	Distribution
	Decode
	DecodeTemperature
	DecodeTopK
	DecodeTopP
	DecodeSample
	DecodeStop
	Select
	Append
	Loop
	Generation
	count
)

var names = [count]string{
	Prompt:            "prompt",
	Tokenize:          "tokenize",
	IDs:               "ids",
	Embed:             "embed",
	Position:          "position",
	Layers:            "layers",
	LN1:               "ln1",
	Attention:         "attention",
	AttentionQKV:      "attention.qkv",
	AttentionScores:   "attention.scores",
	AttentionScale:    "attention.scale",
	AttentionMask:     "attention.mask",
	AttentionMix:      "attention.mix",
	Residual1:         "residual1",
	LN2:               "ln2",
	MLP:               "mlp",
	Residual2:         "residual2",
	Final:             "final",
	Head:              "head",
	Softmax:           "softmax",
	Distribution:      "distribution",
	Decode:            "decode",
	DecodeTemperature: "decode.temperature",
	DecodeTopK:        "decode.top_k",
	DecodeTopP:        "decode.top_p",
	DecodeSample:      "decode.sample",
	DecodeStop:        "decode.stop",
	Select:            "select",
	Append:            "append",
	Loop:              "loop",
	Generation:        "generation",
}

// String returns the name used everywhere outside Go, or "unknown".
func (s Stage) String() string {
	if s >= count {
		return "unknown"
	}
	return names[s]
}

// Parse returns the stage with the given name.
func Parse(name string) (Stage, bool) {
	for s, n := range names {
		if n == name {
			return Stage(s), true
		}
	}
	return 0, false
}

// All returns every stage in execution order.
func All() []Stage {
	all := make([]Stage, count)
	for i := range all {
		all[i] = Stage(i)
	}
	return all
}

// parents has the container of each stage that is inside one.
var parents = map[Stage]Stage{
	LN1:               Layers,
	Attention:         Layers,
	AttentionQKV:      Attention,
	AttentionScores:   Attention,
	AttentionScale:    Attention,
	AttentionMask:     Attention,
	AttentionMix:      Attention,
	Residual1:         Layers,
	LN2:               Layers,
	MLP:               Layers,
	Residual2:         Layers,
	DecodeTemperature: Decode,
	DecodeTopK:        Decode,
	DecodeTopP:        Decode,
	DecodeSample:      Decode,
	DecodeStop:        Decode,
}

// Parent returns the stage that s is a part of: layers, attention or decode. ok is false
// where there is none.
func (s Stage) Parent() (container Stage, ok bool) {
	container, ok = parents[s]
	return container, ok
}

// Within reports whether s is a part of container, or of a part of it.
func (s Stage) Within(container Stage) bool {
	for {
		parent, ok := s.Parent()
		if !ok || parent == container {
			return ok
		}
		s = parent
	}
}

// Tensor is one named array of an event, row-major, last index contiguous.
type Tensor struct {
	Name  string
	Shape []int // product = len(Data)
	Data  []float32
}

// A Source has what an event shows, and makes it when it is asked: most events are shown
// to nobody. What it gives is lent until the observer returns.
type Source interface {
	// Tensors returns what the stage computed; see the package that reports it.
	Tensors(Stage) []Tensor
	// Detail returns what is not a tensor, or nil; its type is documented where it is
	// reported.
	Detail(Stage) any
}

// Shown is a Source that has everything already.
type Shown struct {
	Named []Tensor
	Other any
}

// Tensors is that of Source.
func (s Shown) Tensors(Stage) []Tensor { return s.Named }

// Detail is that of Source.
func (s Shown) Detail(Stage) any { return s.Other }

// Event reports that a stage has been executed (for the stages that contain
// others, layers, attention and decode: that it has been entered). All that it
// gives is lent until the observer returns; whoever keeps it copies it.
type Event struct {
	Stage    Stage
	Step     int    // 0-based forward pass of the run; pass 0 reads the prompt
	Layer    int    // 0-based, -1 outside the decoder layers
	Position int    // 0-based position of the newest token of the pass
	Tokens   int    // T, the number of tokens (rows) of the pass
	Source   Source // nil: there is nothing to show
}

// Tensors returns what the stage computed.
func (e *Event) Tensors() []Tensor {
	if e.Source == nil {
		return nil
	}
	return e.Source.Tensors(e.Stage)
}

// Tensor returns the data of the tensor with the given name, or nil.
func (e *Event) Tensor(name string) []float32 {
	for _, t := range e.Tensors() {
		if t.Name == name {
			return t.Data
		}
	}
	return nil
}

// Detail returns what is not a tensor, or nil.
func (e *Event) Detail() any {
	if e.Source == nil {
		return nil
	}
	return e.Source.Detail(e.Stage)
}

// Observer is told of every stage, in execution order, on the goroutine that
// computes. It may block: the machine then stands still between two stages. An
// error ends the pass, and the run returns it.
type Observer func(*Event) error

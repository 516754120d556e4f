package model

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"vitrine/core/kernel"
)

// SwitchKind is what a Switch does.
type SwitchKind uint8

const (
	HeadOff       SwitchKind = iota // the head's part of mix is 0
	HeadScaled                      // the head's part of mix is multiplied by Factor
	AttentionOff                    // the layer's attention adds nothing: its mix is 0, and its output
	MLPOff                          // the layer's MLP adds nothing: its output is 0
	MaskOff                         // each row sees all rows of its pass
	PositionOff                     // the row of the position table that is added is 0
	ActivationSet                   // the MLP's non-linearity is Activation
)

// A Switch changes one thing of a model in a session. Heads, attention and MLP still compute:
// what they would have added is left out.
//
// The bias of attention's projection is no head's own. It goes with the last of them: a layer
// all of whose heads are off is one whose attention is off.
type Switch struct {
	Kind       SwitchKind
	Layer      int     // of HeadOff, HeadScaled, AttentionOff and MLPOff
	Head       int     // of HeadOff and HeadScaled
	Factor     float32 // of HeadScaled; several for one head multiply
	Activation string  // of ActivationSet: "gelu_new", "gelu" or "relu"
}

// A SwitchError says which field of which switch is not what it should be.
type SwitchError struct {
	Index     int
	Field     string // "layer", "head", "scale", "activation" or "off"
	Got, Want string
}

func (e *SwitchError) Error() string {
	return fmt.Sprintf("model: switches[%d].%s is %s, want %s", e.Index, e.Field, e.Got, e.Want)
}

// ErrMaskOff is what reading without the mask refuses: where each row sees all, all rows are
// computed together, and none of them stays right when another comes.
var ErrMaskOff = errors.New("model: the mask is off, so each token sees all others, and all have to be read in one pass")

// switched are the switches of a session by where a pass meets them; nil: there are none.
type switched struct {
	noMask, noPosition bool
	activate           func(team *kernel.Team, dst, x []float32) // nil: the model's own
	layers             []switchedLayer
}

type switchedLayer struct {
	factors            []float32 // [H], of mix; nil: all are 1
	noAttention, noMLP bool
}

// CheckSwitches returns a *SwitchError for the first switch that the model does not have.
func (m *Model) CheckSwitches(list []Switch) error {
	_, err := m.switched(list)
	return err
}

// switched sorts switches by where a pass meets them.
func (m *Model) switched(list []Switch) (*switched, error) {
	if len(list) == 0 {
		return nil, nil
	}
	heads := m.config.Heads
	s := &switched{layers: make([]switchedLayer, m.config.Layers)}
	for i, w := range list {
		wrong := func(field string, got any, want string) (*switched, error) {
			return nil, &SwitchError{i, field, fmt.Sprint(got), want}
		}
		if w.Kind <= MLPOff && (w.Layer < 0 || w.Layer >= len(s.layers)) {
			return wrong("layer", w.Layer, fmt.Sprintf("a whole number from 0 to %d", len(s.layers)-1))
		}
		if w.Kind <= HeadScaled && (w.Head < 0 || w.Head >= heads) {
			return wrong("head", w.Head, fmt.Sprintf("a whole number from 0 to %d", heads-1))
		}
		switch w.Kind {
		case HeadOff:
			s.layers[w.Layer].scale(heads, w.Head, 0)
		case HeadScaled:
			if f := float64(w.Factor); math.IsNaN(f) || math.IsInf(f, 0) {
				return wrong("scale", w.Factor, "a finite number")
			}
			s.layers[w.Layer].scale(heads, w.Head, w.Factor)
		case AttentionOff:
			for h := range heads {
				s.layers[w.Layer].scale(heads, h, 0)
			}
		case MLPOff:
			s.layers[w.Layer].noMLP = true
		case MaskOff:
			s.noMask = true
		case PositionOff:
			s.noPosition = true
		case ActivationSet:
			if s.activate != nil {
				return wrong("activation", fmt.Sprintf("%q", w.Activation), "only one of them")
			}
			if s.activate = activations[w.Activation]; s.activate == nil {
				return wrong("activation", fmt.Sprintf("%q", w.Activation), "gelu_new, gelu or relu")
			}
		default:
			return wrong("off", w.Kind, "a kind of switch")
		}
	}
	for i := range s.layers {
		l := &s.layers[i]
		l.noAttention = l.factors != nil && !slices.ContainsFunc(l.factors, func(f float32) bool { return f != 0 })
	}
	return s, nil
}

// scale multiplies what a head adds.
func (l *switchedLayer) scale(heads, head int, factor float32) {
	if l.factors == nil {
		l.factors = slices.Repeat([]float32{1}, heads)
	}
	l.factors[head] *= factor
}

// unmasked reports whether each row sees all rows of the pass.
func (s *switched) unmasked() bool { return s != nil && s.noMask }

// readable returns ErrMaskOff, wrapped, unless so many ids can be read after those before.
func (s *switched) readable(before, ids int) error {
	if !s.unmasked() {
		return nil
	}
	if before > 0 {
		return fmt.Errorf("%w: got %d tokens after %d in the cache, which have not seen them", ErrMaskOff, ids, before)
	}
	if ids > MaxRows {
		return fmt.Errorf("%w: got %d tokens, want at most %d", ErrMaskOff, ids, MaxRows)
	}
	return nil
}

// scaleHeads multiplies mix, [T, H, D], by the factors of the heads.
func (p *pass) scaleHeads() {
	if p.switched == nil {
		return
	}
	d := p.model.config.HeadDim()
	factors := p.switched.layers[p.layer].factors
	for h, factor := range factors {
		if factor == 1 {
			continue
		}
		for t := range p.rows {
			mix := p.mix[(t*len(factors)+h)*d:][:d]
			for j, v := range mix {
				mix[j] = v * factor
			}
			if factor == 0 {
				clear(mix) // also of what is not finite
			}
		}
	}
}

// dropAttention makes what a layer's attention adds 0 where it is off.
func (p *pass) dropAttention() {
	if p.switched != nil && p.switched.layers[p.layer].noAttention {
		clear(p.out)
	}
}

// dropMLP makes what a layer's MLP adds 0 where it is off.
func (p *pass) dropMLP() {
	if p.switched != nil && p.switched.layers[p.layer].noMLP {
		clear(p.out)
	}
}

// activation returns the MLP's non-linearity.
func (p *pass) activation() func(team *kernel.Team, dst, x []float32) {
	if p.switched != nil && p.switched.activate != nil {
		return p.switched.activate
	}
	return p.model.activate
}

// scoreAll is score where each row sees all: the rows of a head one after the other, each as
// the newest of a pass.
func (p *pass) scoreAll() {
	p.eachRow(func(h, i int, alone kernel.Causal) {
		d, capacity, s := p.model.config.HeadDim(), len(p.kv.keyScales)/p.kv.heads, p.stride()
		kernel.Scores(p.team, p.scores[i*s:][:s], alone, p.queries[i*d:][:d], p.qScales[i:][:1],
			p.kv.keys[h*capacity*d:][:capacity*d], p.kv.keyScales[h*capacity:][:capacity])
	})
}

// mixAll is the sum of the values by their weights where each row sees all.
func (p *pass) mixAll() {
	p.eachRow(func(h, i int, alone kernel.Causal) {
		d, capacity, s := p.model.config.HeadDim(), len(p.kv.valueScales)/p.kv.heads, p.stride()
		weights, scale := p.weights[i*s:][:s], p.wScales[i:][:1]
		kernel.QuantizeWeights(p.team, weights, scale, p.scores[i*s:][:s], alone, p.kv.valueScales[h*capacity:][:capacity])
		t := i % p.rows
		kernel.Mix(p.team, p.mix[(t*p.kv.heads+h)*d:][:d], weights, scale, alone, p.kv.values[h*capacity*d:][:capacity*d])
	})
}

// eachRow calls do for each row of attention, i of all heads, and how kernels see it alone.
func (p *pass) eachRow(do func(h, i int, alone kernel.Causal)) {
	alone := kernel.Causal{Heads: 1, Stride: p.stride(), Seen: p.positions(), N: 1}
	for i := range p.kv.heads * p.rows {
		do(i/p.rows, i, alone)
	}
}

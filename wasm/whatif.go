//go:build js && wasm

package main

import (
	"math"

	"github.com/hack-pad/safejs"

	"vitrine/core/generate"
	"vitrine/core/model"
	"vitrine/core/trace"
	"vitrine/wasm/border"
)

// offs are the words of Switch.off, offKinds what they are.
var (
	offs     = []string{"head", "attention", "mlp", "mask", "position"}
	offKinds = []model.SwitchKind{model.HeadOff, model.AttentionOff, model.MLPOff, model.MaskOff, model.PositionOff}
)

const wantSwitch = "one of { off }, { scale } and { activation }"

// switchesArg reads an array of Switch.
func switchesArg(v safejs.Value) ([]model.Switch, error) {
	var all []model.Switch
	err := border.List("switches", v, func(name string, v safejs.Value) error {
		w, err := switchArg(name, v)
		all = append(all, w)
		return err
	})
	return all, err
}

func switchArg(name string, v safejs.Value) (w model.Switch, err error) {
	if kind := border.Kind(v); kind != "an object" {
		return w, &border.ArgumentError{Name: name, Got: kind, Want: wantSwitch}
	}
	given := ""
	for _, one := range []string{"off", "scale", "activation"} {
		if border.Kind(field(v, one)) == "undefined" {
			continue
		}
		if given != "" {
			return w, &border.ArgumentError{Name: name, Got: "{ " + given + ", " + one + " }", Want: wantSwitch}
		}
		given = one
	}
	switch given {
	case "off":
		word, err := wordArg(name+".off", field(v, "off"), offs...)
		if err != nil {
			return w, err
		}
		w.Kind = offKinds[word]
	case "scale":
		w.Kind = model.HeadScaled
		factor, err := border.Number(name+".scale", field(v, "scale"))
		if err != nil {
			return w, err
		}
		w.Factor = float32(factor)
	case "activation":
		w.Kind = model.ActivationSet
		w.Activation, err = border.Text(name+".activation", field(v, "activation"))
		return w, err
	default:
		return w, &border.ArgumentError{Name: name, Got: "none of them", Want: wantSwitch}
	}
	if w.Kind == model.MaskOff || w.Kind == model.PositionOff {
		return w, nil
	}
	// Which layers and heads there are is checked by core.
	if w.Layer, err = border.Whole(name+".layer", field(v, "layer"), math.MinInt32, math.MaxInt32); err != nil {
		return w, err
	}
	if w.Kind == model.HeadOff || w.Kind == model.HeadScaled {
		w.Head, err = border.Whole(name+".head", field(v, "head"), math.MinInt32, math.MaxInt32)
	}
	return w, err
}

// setSwitches(run, switches) tells whether the machine goes to stand where it stood.
func (e *engine) setSwitches(args []safejs.Value) (any, error) {
	list, err := switchesArg(args[1])
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) { return m.Switch(list) })
}

// compare(run, position, switches) is the JSON of a Comparison. -1 stands for the position
// that the machine is at.
func (e *engine) compare(args []safejs.Value) (any, error) {
	position, err := border.Whole("position", args[1], -1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	list, err := switchesArg(args[2])
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) {
		if position < 0 {
			position = m.At().Position
		}
		c, err := m.Compare(position, list)
		if err != nil {
			return nil, err
		}
		j := trace.NewDescriber(e.tokenizer)
		j.Comparison(c)
		return string(j.Bytes), nil
	})
}

// cost(run, position) is the JSON of a Cost. -1 stands for the last whole step.
func (e *engine) cost(args []safejs.Value) (any, error) {
	position, err := border.Whole("position", args[1], -1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(r *run, m *generate.Machine) (any, error) {
		c, err := m.Cost(position, func() float64 { return 1000 * r.now().Seconds() })
		if err != nil {
			return nil, err
		}
		j := trace.NewDescriber(e.tokenizer)
		j.Cost(c)
		return string(j.Bytes), nil
	})
}

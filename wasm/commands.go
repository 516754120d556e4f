//go:build js && wasm

package main

import (
	"errors"
	"math"

	"github.com/hack-pad/safejs"

	"vitrine/core/generate"
	"vitrine/core/stage"
	"vitrine/core/trace"
	"vitrine/wasm/border"
)

// errClosed says that a run is gone.
var errClosed = errors.New("the run was closed: start another one")

// command has the machine of a run execute do, between two stages or while it stands, and
// returns what do returns.
func (e *engine) command(number safejs.Value, do func(r *run, m *generate.Machine) (any, error)) (any, error) {
	id, err := border.Whole("run", number, 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	r := e.runs[id]
	if r == nil {
		return nil, errClosed
	}
	var value any
	done := make(chan struct{})
	r.machine.Do(func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err = &border.PanicError{Call: "command", Cause: p}
			}
		}()
		value, err = do(r, r.machine)
	})
	<-done
	return value, err
}

// moved is a command without a value of its own: whether the machine goes.
func (e *engine) moved(number safejs.Value, do func(m *generate.Machine) bool) (any, error) {
	return e.command(number, func(_ *run, m *generate.Machine) (any, error) { return do(m), nil })
}

// close(run) ends a run for good and gives its memory back.
func (e *engine) close(args []safejs.Value) (any, error) {
	id, err := border.Whole("run", args[0], 0, math.MaxInt32)
	if r := e.runs[id]; r != nil {
		delete(e.runs, id)
		r.machine.Close()
	}
	return nil, err
}

// abort(run) ends a run between two stages, or while it waits for another. Aborting a run that is over is fine.
func (e *engine) abort(args []safejs.Value) (any, error) {
	id, err := border.Whole("run", args[0], 0, math.MaxInt32)
	if r := e.runs[id]; r != nil {
		r.machine.Abort()
	}
	return nil, err
}

// setPace(run, ms) changes how long the machine stands still after each stage.
func (e *engine) setPace(args []safejs.Value) (any, error) {
	pace, err := paceArg(args[1])
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(r *run, _ *generate.Machine) (any, error) { r.pace = pace; return nil, nil })
}

// setHead(run, head) changes which head the stages of attention show.
func (e *engine) setHead(args []safejs.Value) (any, error) {
	head, err := e.headArg(args[1])
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(r *run, _ *generate.Machine) (any, error) { r.records.Head = head; return nil, nil })
}

// setBreakpoints(run, breakpoints) replaces all breakpoints.
func (e *engine) setBreakpoints(args []safejs.Value) (any, error) {
	all, err := breakpointsArg(args[1])
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) { return nil, m.SetBreakpoints(all) })
}

// pause(run), and the commands after it down to goTo, tell whether the machine goes or will
// stand, so that there is something to wait for.
func (e *engine) pause(args []safejs.Value) (any, error) {
	return e.moved(args[0], (*generate.Machine).Pause)
}

func (e *engine) resume(args []safejs.Value) (any, error) {
	return e.moved(args[0], (*generate.Machine).Resume)
}

// granularities and directions are words of vitrine.d.ts, in the order of those of generate.
var (
	granularities = []string{"stage", "layer", "token"}
	directions    = []string{"over", "into", "out"}
)

// step(run, granularity, direction)
func (e *engine) step(args []safejs.Value) (any, error) {
	by, err := wordArg("granularity", args[1], granularities...)
	if err != nil {
		return nil, err
	}
	to, err := wordArg("direction", args[2], directions...)
	if err != nil {
		return nil, err
	}
	return e.moved(args[0], func(m *generate.Machine) bool { return m.Step(generate.Granularity(by), generate.Direction(to)) })
}

// stepBack(run, granularity)
func (e *engine) stepBack(args []safejs.Value) (any, error) {
	by, err := wordArg("granularity", args[1], granularities...)
	if err != nil {
		return nil, err
	}
	return e.moved(args[0], func(m *generate.Machine) bool { return m.StepBack(generate.Granularity(by)) })
}

func (e *engine) reverseContinue(args []safejs.Value) (any, error) {
	return e.moved(args[0], (*generate.Machine).ReverseContinue)
}

// goto(run, position, layer, stage) goes to a place; -1 and "" stand for what the machine is at.
func (e *engine) goTo(args []safejs.Value) (any, error) {
	position, layer, err := e.placeArgs(args[1], args[2])
	if err != nil {
		return nil, err
	}
	var s stage.Stage
	here, err := border.Text("stage", args[3])
	if here != "" {
		s, err = stageArg("stage", args[3])
	}
	if err != nil {
		return nil, err
	}
	return e.moved(args[0], func(m *generate.Machine) bool {
		at := m.At()
		if position < 0 {
			position = at.Position
		}
		if here == "" {
			s = at.Stage
		}
		if layer < 0 {
			layer = max(0, at.Layer)
		}
		return m.Goto(m.Place(position, layer, s))
	})
}

// placeArgs reads a position and a layer, which are -1 where they are left out.
func (e *engine) placeArgs(position, layer safejs.Value) (p, l int, err error) {
	if p, err = border.Whole("position", position, -1, math.MaxInt32); err != nil {
		return p, l, err
	}
	l, err = border.Whole("layer", layer, -1, float64(e.model.Config().Layers-1))
	return p, l, err
}

// rewind(run, position) forgets the ids from position on.
func (e *engine) rewind(args []safejs.Value) (any, error) {
	position, err := border.Whole("position", args[1], 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) { return nil, m.Rewind(position) })
}

// choose(run, id) sets the token of the step in which the machine stands.
func (e *engine) choose(args []safejs.Value) (any, error) {
	id, err := border.Whole("id", args[1], 0, float64(e.model.Config().Vocabulary-1))
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) { return m.Choose(id) })
}

// redecode(run, options, draw) tells what other options would keep and remove; those that are
// left out are those of the step. With draw they hold from this step on.
func (e *engine) redecode(args []safejs.Value) (any, error) {
	draw, err := args[2].Bool()
	if err != nil {
		return nil, &border.ArgumentError{Name: "draw", Got: border.Kind(args[2]), Want: "true or false"}
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) {
		o, err := decodingArg(args[1], m.Run().Decoding(len(m.Run().IDs())))
		if err != nil {
			return nil, err
		}
		j := trace.NewDescriber(e.tokenizer)
		j.Open('{')
		goes, err := m.Redecode(o, draw, func(ev *stage.Event) error {
			j.Key(ev.Stage.String())
			j.Detail(ev.Detail())
			return nil
		})
		if err != nil {
			return nil, err
		}
		j.Key("goes").Bool(goes)
		j.Close('}')
		return string(j.Bytes), nil
	})
}

// inspect(run, stage, position, layer, head, from) returns the tensors of a stage: see
// trace.Tensors for the bytes. -1 stands for the position and the layer that the machine is
// at, for all heads, and for the rows that the step had.
func (e *engine) inspect(args []safejs.Value) (any, error) {
	s, err := stageArg("stage", args[1])
	if err != nil {
		return nil, err
	}
	position, layer, err := e.placeArgs(args[2], args[3])
	if err != nil {
		return nil, err
	}
	head, err := border.Whole("head", args[4], -1, float64(e.model.Config().Heads-1))
	if err != nil {
		return nil, err
	}
	from, err := border.Whole("rows[0]", args[5], -1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) {
		if position < 0 {
			position = m.At().Position
		}
		if layer < 0 {
			layer = max(0, m.At().Layer)
		}
		parts, err := m.Inspect(generate.Query{Stage: s, Layer: layer, Position: position, Head: head, From: from})
		if err != nil {
			return nil, err
		}
		return border.Bytes(trace.Parts(parts))
	})
}

// ids(run) is the JSON of { promptIds, ids }: the ids of the prompt, and those that the run has appended by now.
func (e *engine) ids(args []safejs.Value) (any, error) {
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) {
		var j trace.JSON
		j.Open('{')
		j.Key("promptIds").Ints(m.Run().PromptIDs())
		j.Key("ids").Ints(m.Run().IDs())
		j.Close('}')
		return string(j.Bytes), nil
	})
}

// lens(run, position) is the JSON of LensRow[].
func (e *engine) lens(args []safejs.Value) (any, error) {
	position, err := border.Whole("position", args[1], -1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) {
		if position < 0 {
			position = m.At().Position
		}
		rows, err := m.Lens(position)
		j := trace.NewDescriber(e.tokenizer)
		j.Lens(rows)
		return string(j.Bytes), err
	})
}

// candidates(run, position, search, from, count) is the JSON of Candidates.
func (e *engine) candidates(args []safejs.Value) (any, error) {
	position, err := border.Whole("position", args[1], -1, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	search, err := border.Text("search", args[2])
	if err != nil {
		return nil, err
	}
	from, err := border.Whole("from", args[3], 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	count, err := border.Whole("count", args[4], 0, 1000)
	if err != nil {
		return nil, err
	}
	return e.command(args[0], func(_ *run, m *generate.Machine) (any, error) {
		if position < 0 {
			position = m.At().Position
		}
		page, err := m.Candidates(position, search, from, count)
		j := trace.NewDescriber(e.tokenizer)
		j.Page(page)
		return string(j.Bytes), err
	})
}

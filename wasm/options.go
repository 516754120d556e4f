//go:build js && wasm

package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hack-pad/safejs"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/stage"
	"vitrine/wasm/border"
)

// stages is of which steps a run tells more than the tokens.
type stages uint8

const (
	noStages   stages = iota
	liveStages        // as many as can be looked at
	allStages
)

// settings are what a run begins with.
type settings struct {
	generate.Options
	stages      stages
	pace        time.Duration
	head        int
	breakpoints []generate.Breakpoint
	paused      bool // stand at the first stage
	aborted     bool // end before it
}

// field returns a field of an object, undefined where there is none.
func field(v safejs.Value, name string) safejs.Value {
	f, err := v.Get(name)
	if err != nil {
		return safejs.Undefined() // which no option may be
	}
	return f
}

// settings reads GenerateOptions. Every field has been set by vitrine.js; what values it
// may have is checked here and in core.
func (e *engine) settings(v safejs.Value) (o settings, err error) {
	if o.Decoding, err = decodingArg(v, decoding.Options{}); err != nil {
		return o, err
	}
	if o.Decoding.Banned, err = border.IDs("banned", field(v, "banned")); err != nil {
		return o, err
	}
	if o.MaxTokens, err = border.Whole("maxTokens", field(v, "maxTokens"), 1, math.MaxInt32); err != nil {
		return o, err
	}
	cache := true
	for name, to := range map[string]*bool{"ignoreEos": &o.IgnoreEOS, "paused": &o.paused, "aborted": &o.aborted, "cache": &cache} {
		if *to, err = field(v, name).Bool(); err != nil {
			return o, &border.ArgumentError{Name: name, Got: border.Kind(field(v, name)), Want: "true or false"}
		}
	}
	o.NoCache = !cache
	if o.Switches, err = switchesArg(field(v, "switches")); err != nil {
		return o, err
	}
	if o.stages, err = stagesArg(field(v, "stages")); err != nil {
		return o, err
	}
	if o.pace, err = paceArg(field(v, "pace")); err != nil {
		return o, err
	}
	if o.head, err = e.headArg(field(v, "head")); err != nil {
		return o, err
	}
	if o.breakpoints, err = breakpointsArg(field(v, "breakpoints")); err != nil {
		return o, err
	}
	if o.Choices, err = choicesArg(field(v, "choices")); err != nil {
		return o, err
	}
	err = border.List("stop", field(v, "stop"), func(name string, v safejs.Value) error {
		s, err := border.Text(name, v)
		o.Stop = append(o.Stop, s)
		return err
	})
	return o, err
}

// decodingArg reads temperature, topK, topP and seed; what is left out is as in o.
func decodingArg(v safejs.Value, o decoding.Options) (decoding.Options, error) {
	has := func(name string) bool { return !field(v, name).IsUndefined() }
	if has("temperature") {
		temperature, err := border.Number("temperature", field(v, "temperature"))
		if err != nil {
			return o, err
		}
		// A number that is positive but rounds to zero would silently turn greedy.
		o.Temperature = float32(temperature)
		if (o.Temperature == 0) != (temperature == 0) {
			return o, &border.ArgumentError{Name: "temperature", Got: fmt.Sprint(temperature), Want: "0 or at least 1e-6"}
		}
	}
	if has("topP") {
		topP, err := border.Number("topP", field(v, "topP"))
		if err != nil {
			return o, err
		}
		o.TopP = float32(topP)
	}
	if has("topK") {
		topK, err := border.Whole("topK", field(v, "topK"), 0, math.MaxInt32)
		if err != nil {
			return o, err
		}
		o.TopK = topK
	}
	if has("seed") {
		seed, err := border.Whole("seed", field(v, "seed"), 0, 1<<53-1)
		if err != nil {
			return o, err
		}
		o.Seed = uint64(seed)
	}
	return o, nil
}

// choicesArg reads an array of { position, id }.
func choicesArg(v safejs.Value) (map[int]int, error) {
	choices := map[int]int{}
	err := border.List("choices", v, func(name string, v safejs.Value) error {
		position, err := border.Whole(name+".position", field(v, "position"), 0, math.MaxInt32)
		if err != nil {
			return err
		}
		choices[position], err = border.Whole(name+".id", field(v, "id"), 0, math.MaxInt32)
		return err
	})
	return choices, err
}

// breakpointsArg reads an array of Breakpoint, with every field set: -1 stands for any layer
// and any position.
func breakpointsArg(v safejs.Value) ([]generate.Breakpoint, error) {
	var all []generate.Breakpoint
	err := border.List("breakpoints", v, func(name string, v safejs.Value) (err error) {
		var b generate.Breakpoint
		if b.Stage, err = stageArg(name+".stage", field(v, "stage")); err != nil {
			return err
		}
		if b.Layer, err = border.Whole(name+".layer", field(v, "layer"), -1, math.MaxInt32); err != nil {
			return err
		}
		if b.Position, err = border.Whole(name+".position", field(v, "position"), -1, math.MaxInt32); err != nil {
			return err
		}
		if b.Condition, err = border.Text(name+".condition", field(v, "condition")); err != nil {
			return err
		}
		if b.HitCondition, err = border.Text(name+".hitCondition", field(v, "hitCondition")); err != nil {
			return err
		}
		b.LogMessage, err = border.Text(name+".logMessage", field(v, "logMessage"))
		all = append(all, b)
		return err
	})
	return all, err
}

func stageArg(name string, v safejs.Value) (stage.Stage, error) {
	text, err := border.Text(name, v)
	if err != nil {
		return 0, err
	}
	s, ok := stage.Parse(text)
	if !ok {
		return 0, &border.ArgumentError{Name: name, Got: strconv.Quote(text), Want: "the name of a stage, such as attention.mask"}
	}
	return s, nil
}

// wordArg reads one of the words, and returns its place among them.
func wordArg(name string, v safejs.Value, words ...string) (int, error) {
	text, err := border.Text(name, v)
	if err != nil {
		return 0, err
	}
	i := slices.Index(words, text)
	if i < 0 {
		return 0, &border.ArgumentError{Name: name, Got: strconv.Quote(text), Want: "one of " + strings.Join(words, ", ")}
	}
	return i, nil
}

func (e *engine) headArg(v safejs.Value) (int, error) {
	return border.Whole("head", v, 0, float64(e.model.Config().Heads-1))
}

func paceArg(v safejs.Value) (time.Duration, error) {
	ms, err := border.Number("pace", v)
	if err == nil && (ms < 0 || ms > 60_000) {
		err = &border.ArgumentError{Name: "pace", Got: fmt.Sprint(ms), Want: "0 to 60000 milliseconds"}
	}
	return time.Duration(ms * float64(time.Millisecond)), err
}

func stagesArg(v safejs.Value) (stages, error) {
	got := border.Kind(v)
	if s, err := border.Text("stages", v); err == nil {
		if s == "live" {
			return liveStages, nil
		}
		got = strconv.Quote(s)
	}
	all, err := v.Bool()
	switch {
	case err != nil:
		return noStages, &border.ArgumentError{Name: "stages", Got: got, Want: `true, false or "live"`}
	case all:
		return allStages, nil
	}
	return noStages, nil
}

//go:build js && wasm

package main

import (
	"slices"
	"time"

	"github.com/hack-pad/safejs"

	"vitrine/core/generate"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
	"vitrine/core/trace"
	"vitrine/wasm/border"
)

const (
	// flushEvery is one animation frame of a 60 Hz display.
	flushEvery = 16 * time.Millisecond
	// lookEvery is how far the steps are apart that a live run tells of in full, and how long
	// it keeps the tokens of the others: they change faster than anybody reads, and to
	// describe and to receive them takes time from the machine.
	lookEvery = 100 * time.Millisecond
	// shortestPause is longer than the 4 ms to which browsers clamp timers; shorter
	// pauses are gathered.
	shortestPause = 8 * time.Millisecond
)

// stages is of which steps a run tells more than the tokens.
type stages uint8

const (
	noStages   stages = iota
	liveStages        // as many as can be looked at
	allStages
)

// recorder is the observer of a run. It gathers the events of one animation
// frame in a buffer and hands them to emit, gives the event loop its turns, and
// makes the machine stand still as long as the run's pace asks.
type recorder struct {
	turn    *turner
	emit    safejs.Value
	control *run
	stages  stages

	start           time.Time
	flushed, turned time.Duration // since start
	looked          time.Duration // when the last step that was told in full began
	full            bool          // whether the step under way is recorded in full
	missed          bool          // whether the last whole step was not, though the run is live
	owed            time.Duration // standing still that is still to be done
	stood           time.Duration // how long the machine has stood still
	trace           *trace.Writer // of the event under way
	buffer          []byte
	before, layer   int // where the records of the last layer and of this one begin in buffer; -1: not there, or not all
}

func newRecorder(t *tokenizer.Tokenizer, prompt []int, turn *turner, emit safejs.Value, control *run, stages stages) *recorder {
	w := trace.NewWriter(t)
	w.IDs = slices.Clone(prompt)
	return &recorder{trace: w, turn: turn, emit: emit, control: control, stages: stages, start: time.Now(), before: -1, layer: -1}
}

// begin tells whether the stages of the step that begins are wanted.
func (r *recorder) begin(step int) bool {
	now := time.Since(r.start)
	due := step == 0 || now-r.looked >= lookEvery || r.control.pace > 0
	r.full = r.stages == allStages || r.stages == liveStages && due
	if r.full {
		r.looked = now
	}
	return r.full || r.control.pace > 0
}

// end records what a step gave out at a position.
func (r *recorder) end(t generate.Token, position int) error {
	r.trace.Token(t, position, false, milliseconds(time.Since(r.start)))
	r.gather()
	r.trace.IDs = append(r.trace.IDs, t.ID)
	wait := flushEvery
	if r.stages == liveStages {
		wait = lookEvery
		if r.full {
			wait = 0
		}
		r.missed = !r.full
	}
	if time.Since(r.start)-r.flushed < wait {
		return nil
	}
	return r.flush()
}

// observe is a stage.Observer.
func (r *recorder) observe(e *stage.Event) error {
	now := time.Since(r.start) // reads one clock, time.Now two
	if r.stages != noStages {
		if e.Stage == stage.Layers && r.stages == liveStages && r.control.pace == 0 {
			r.enter(e.Layer)
		}
		if err := r.record(e, now); err != nil {
			return err
		}
	}
	r.owed += r.control.pace
	if r.owed >= shortestPause {
		if err := r.flush(); err != nil {
			return err
		}
		from := time.Since(r.start)
		select {
		case <-time.After(r.owed):
		case <-r.control.stop:
		}
		r.owed = 0
		r.turned = time.Since(r.start)
		r.stood += r.turned - from
	} else if r.full && now-max(r.flushed, r.looked) >= flushEvery {
		if err := r.flush(); err != nil {
			return err
		}
	}
	return r.breathe(now)
}

// enter begins the records of a layer. Of the layers that wait for a flush only the last
// whole one stays: nobody could look at those before it.
func (r *recorder) enter(layer int) {
	if layer == 0 {
		r.layer = -1
	} else if r.before >= 0 && r.layer >= 0 {
		r.buffer = append(r.buffer[:r.before], r.buffer[r.layer:]...)
		r.layer = r.before
	}
	r.before, r.layer = r.layer, len(r.buffer)
}

// interrupt is a generate.Options.Interrupt. To look for a message takes less time than to
// look at the clock.
func (r *recorder) interrupt() error {
	if waiting() == 0 && !r.control.aborted() {
		return nil
	}
	return r.breathe(time.Since(r.start))
}

// breathe gives the event loop its turn, and ends the run that JavaScript has aborted.
func (r *recorder) breathe(now time.Duration) error {
	if now-r.turned >= r.turn.due() {
		if err := r.turn.wait(); err != nil {
			return err
		}
		r.turned = time.Since(r.start)
	}
	if r.control.aborted() {
		return generate.ErrAborted
	}
	return nil
}

// flush hands over what has been gathered.
func (r *recorder) flush() error {
	r.flushed = time.Since(r.start)
	if len(r.buffer) == 0 {
		return nil
	}
	array, err := border.Bytes(r.buffer)
	if err != nil {
		return err
	}
	r.handedOver()
	_, err = r.emit.Invoke(array)
	return err
}

// worked returns for how long the machine has worked: the time since the start, without
// that in which it stood still.
func (r *recorder) worked() time.Duration { return time.Since(r.start) - r.stood }

// handedOver empties the buffer.
func (r *recorder) handedOver() { r.buffer, r.before, r.layer = r.buffer[:0], -1, -1 }

// record writes the event, or says in which stage the numbers have stopped to be such.
func (r *recorder) record(e *stage.Event, now time.Duration) error {
	r.trace.Head = r.control.head
	if err := r.trace.Stage(e, milliseconds(now)); err != nil {
		return err
	}
	r.gather()
	return nil
}

// gather adds the record that has been written to those that wait.
func (r *recorder) gather() {
	r.buffer = append(r.buffer, r.trace.Bytes()...)
	r.trace.Reset()
}

func milliseconds(d time.Duration) float32 { return float32(d.Seconds() * 1000) }

//go:build js && wasm

package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/hack-pad/safejs"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
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
//
// A record, little-endian, is 28 bytes, then shape (uint32), values (float32), more
// rows of numbers (float32) and JSON, padded to 4 bytes:
//
//	0 uint8 kind: 1 stage, 2 token     1 uint8 stage, as stage.All
//	2 int16 layer                      4 uint32 step
//	8 uint32 position                 12 uint32 tokens
//	16 float32 time, ms               20 uint8 len(shape)  21 uint8 len(values)
//	22 uint8 number of more rows      23 uint8 length of each
//	24 uint32 length of the JSON
type recorder struct {
	tokenizer *tokenizer.Tokenizer
	turn      *turner
	emit      safejs.Value
	control   *run
	stages    stages

	start           time.Time
	flushed, turned time.Duration // since start
	looked          time.Duration // when the last step that was told in full began
	full            bool          // whether the step under way is recorded in full
	missed          bool          // whether the last whole step was not, though the run is live
	owed            time.Duration // standing still that is still to be done
	stood           time.Duration // how long the machine has stood still
	buffer          []byte
	before, layer   int // where the records of the last layer and of this one begin in buffer; -1: not there, or not all
	detail          json
	head            int         // that the stages of attention show: the same in all of a layer
	rows            [][]float32 // scratch of more
	ids             []int       // of the whole sequence so far
}

func newRecorder(t *tokenizer.Tokenizer, prompt []int, turn *turner, emit safejs.Value, control *run, stages stages) *recorder {
	return &recorder{tokenizer: t, turn: turn, emit: emit, control: control, stages: stages, start: time.Now(), ids: slices.Clone(prompt), before: -1, layer: -1}
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
	r.token(t, position)
	r.ids = append(r.ids, t.ID)
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
	if e.Stage == stage.Attention {
		r.head = r.control.head
	}
	r.detail.reset()
	r.describe(e)
	if r.detail.notFinite {
		return &notFiniteError{e.Stage, e.Layer}
	}
	shape, values := r.sample(e)
	r.header(1, e, now, shape, values, r.more(e))
	r.json()
	return nil
}

// A notFiniteError names the stage that computed a number that is not finite.
type notFiniteError struct {
	stage stage.Stage
	layer int // -1: none
}

func (e *notFiniteError) Error() string {
	where := ""
	if e.layer >= 0 {
		where = fmt.Sprintf(" of layer %d", e.layer)
	}
	return fmt.Sprintf("the stage %s%s computed a number that is not finite", e.stage, where)
}

func (e *notFiniteError) Unwrap() error { return decoding.ErrNotFinite }

func (r *recorder) token(t generate.Token, position int) {
	j := &r.detail
	j.reset()
	j.open('{')
	j.key("id").int(t.ID)
	j.key("text").string(t.Text)
	j.key("piece").string(r.tokenizer.Text(t.ID))
	r.partial(t.ID)
	j.key("probability").float(float64(t.Probability))
	j.special(r.tokenizer, t.ID)
	j.close('}')
	r.header(2, &stage.Event{Step: t.Step, Layer: -1, Position: position, Tokens: 1}, time.Since(r.start), nil, nil, nil)
	r.json()
}

// header writes what stands before the JSON.
func (r *recorder) header(kind byte, e *stage.Event, now time.Duration, shape []int, values []float32, rows [][]float32) {
	le := binary.LittleEndian
	length := 0
	if len(rows) > 0 {
		length = len(rows[0])
	}
	b := append(r.buffer, kind, byte(e.Stage))
	b = le.AppendUint16(b, uint16(int16(e.Layer)))
	b = le.AppendUint32(b, uint32(e.Step))
	b = le.AppendUint32(b, uint32(e.Position))
	b = le.AppendUint32(b, uint32(e.Tokens))
	b = le.AppendUint32(b, math.Float32bits(float32(now.Seconds()*1000)))
	b = append(b, byte(len(shape)), byte(len(values)), byte(len(rows)), byte(length))
	b = le.AppendUint32(b, uint32(len(r.detail.bytes)))
	for _, n := range shape {
		b = le.AppendUint32(b, uint32(n))
	}
	b = floats(b, values)
	for _, row := range rows {
		b = floats(b, row)
	}
	r.buffer = b
}

func floats(b []byte, values []float32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func (r *recorder) json() {
	r.buffer = append(r.buffer, r.detail.bytes...)
	for len(r.buffer)%4 != 0 {
		r.buffer = append(r.buffer, 0)
	}
}

// Package trace writes the events of a run as records: words and samples of what a stage
// computed, small enough to be sent wherever the run is watched.
//
// A record, little-endian, is 28 bytes, then shape (uint32), values (float32), more rows of
// numbers (float32) and JSON, padded with zeros to 4 bytes:
//
//	0 uint8 Kind                       1 uint8 stage, as stage.All
//	2 int16 layer                      4 uint32 step
//	8 uint32 position                 12 uint32 tokens
//	16 float32 time, ms               20 uint8 len(shape)  21 uint8 len(values)
//	22 uint8 number of more rows      23 uint8 length of each
//	24 uint32 length of the JSON
//
// web/vitrine.d.ts declares what a record becomes in JavaScript. The fields of the header
// are not repeated in the JSON.
package trace

import (
	"encoding/binary"
	"fmt"
	"math"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

// Kind says what a record is about.
type Kind uint8

// The kinds. All but KindStage have no shape and no numbers.
const (
	KindStage   Kind = 1 + iota // a stage has been executed, or entered
	KindToken                   // a token has been given out
	KindPaused                  // the run stands before the stage that comes next
	KindResumed                 // it goes on
	KindRewound                 // it has gone back
	KindLog                     // a breakpoint has something to say
	KindDone                    // it has come to its end
	KindFailed                  // it has failed
)

// Writer writes records one after the other. It reads what it is given only until it returns.
type Writer struct {
	IDs  []int // of the whole sequence, up to the position of the next event at least
	Head int   // that the stages of attention show: the same in all of a layer, so from the next attention on

	bytes       []byte
	detail      Describer
	tensors     []stage.Tensor // of the event under way
	shown       int            // the head of this layer
	step, layer int            // that shown is of
	rows        [][]float32    // scratch of more
}

// NewWriter returns an empty Writer of runs whose token ids t names.
func NewWriter(t *tokenizer.Tokenizer) *Writer {
	return &Writer{detail: Describer{tokenizer: t}, layer: -1}
}

// Bytes returns the records since the last Reset. They are lent until the next record.
func (w *Writer) Bytes() []byte { return w.bytes }

// Reset forgets the records and keeps their memory.
func (w *Writer) Reset() { w.bytes = w.bytes[:0] }

// Stage writes what a stage computed. time is in milliseconds since the run began, here and
// everywhere. A *NotFiniteError says that there was nothing to write.
func (w *Writer) Stage(e *stage.Event, time float32) error {
	if e.Stage == stage.Attention || e.Step != w.step || e.Layer != w.layer {
		w.shown, w.step, w.layer = w.Head, e.Step, e.Layer
	}
	if w.tensors = nil; e.Stage < stage.Decode { // the lists of decode are for who asks for them
		w.tensors = e.Tensors()
	}
	w.detail.Reset()
	w.describe(e)
	if w.detail.notFinite {
		return &NotFiniteError{Stage: e.Stage, Layer: e.Layer}
	}
	shape, values := w.sample(e)
	w.record(KindStage, e, time, shape, values, w.more(e))
	return nil
}

// A NotFiniteError names the stage that computed a number that is not finite.
type NotFiniteError struct {
	Stage stage.Stage
	Layer int // -1: none
}

func (e *NotFiniteError) Error() string {
	where := ""
	if e.Layer >= 0 {
		where = fmt.Sprintf(" of layer %d", e.Layer)
	}
	return fmt.Sprintf("trace: the stage %s%s computed a number that is not finite", e.Stage, where)
}

// Unwrap returns decoding.ErrNotFinite.
func (e *NotFiniteError) Unwrap() error { return decoding.ErrNotFinite }

// Token writes a token that the sequence has from now on.
func (w *Writer) Token(t generate.Token, time float32) {
	j := &w.detail
	j.Reset()
	j.Open('{')
	j.Key("id").Int(t.ID)
	j.Key("text").Text(t.Text)
	j.Key("piece").Text(j.tokenizer.Text(t.ID))
	j.partial(t.ID)
	j.Key("probability").Float(float64(t.Probability))
	j.special(t.ID)
	if t.Forced {
		j.Key("forced").Bool(true)
	}
	j.Close('}')
	w.record(KindToken, &stage.Event{Step: t.Step, Layer: -1, Position: t.Position, Tokens: 1}, time, nil, nil, nil)
}

// record writes a record with the JSON of detail.
func (w *Writer) record(kind Kind, e *stage.Event, time float32, shape []int, values []float32, rows [][]float32) {
	le := binary.LittleEndian
	length := 0
	if len(rows) > 0 {
		length = len(rows[0])
	}
	b := append(w.bytes, byte(kind), byte(e.Stage))
	b = le.AppendUint16(b, uint16(int16(e.Layer)))
	b = le.AppendUint32(b, uint32(e.Step))
	b = le.AppendUint32(b, uint32(e.Position))
	b = le.AppendUint32(b, uint32(e.Tokens))
	b = le.AppendUint32(b, math.Float32bits(time))
	b = append(b, byte(len(shape)), byte(len(values)), byte(len(rows)), byte(length))
	b = le.AppendUint32(b, uint32(len(w.detail.Bytes)))
	for _, n := range shape {
		b = le.AppendUint32(b, uint32(n))
	}
	b = floats(b, values)
	for _, row := range rows {
		b = floats(b, row)
	}
	b = append(b, w.detail.Bytes...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	w.bytes = b
}

func floats(b []byte, values []float32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

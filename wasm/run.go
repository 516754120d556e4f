//go:build js && wasm

package main

import (
	"math"
	"time"

	"github.com/hack-pad/safejs"

	"vitrine/core/generate"
	"vitrine/core/stage"
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

// run is a machine, and the host of it: it writes what happens, hands the records of one
// animation frame to JavaScript, gives the event loop its turns, and has the machine stand
// still as long as the pace asks.
type run struct {
	machine *generate.Machine
	engine  *engine
	id      int          // among the engine's runs
	emit    safejs.Value // receives records as Uint8Array
	records *trace.Writer
	stages  stages
	pace    time.Duration // how long the machine stands still after each stage

	start   time.Time
	flushed time.Duration // since start, as all times here
	looked  time.Duration // when the last step that was told in full began
	step    int           // that is under way, or the last
	full    bool          // whether it is told in full
	told    int           // the last whole step that was
	owed    time.Duration // standing still that is still to be done
	stood   time.Duration // how long the machine has not worked
	rested  time.Duration // since when it does not
	tokens  int           // since the run began, or went back
	first   time.Duration // when the first and the last of these was there, by worked
	last    time.Duration
}

// generate(run, prompt, options, emit) begins a run. run is a number of the caller's choice;
// emit receives the records of core/trace, to the end and beyond, until the run is closed.
func (e *engine) generate(args []safejs.Value) (any, error) {
	id, err := border.Whole("run", args[0], 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	prompt, err := e.prompt(args[1])
	if err != nil {
		return nil, err
	}
	o, err := e.settings(args[2])
	if err != nil {
		return nil, err
	}
	made, err := generate.New(e.model, e.tokenizer, prompt, o.Options, nil)
	if err != nil {
		return nil, err
	}
	r := &run{engine: e, id: id, emit: args[3], records: trace.NewWriter(e.tokenizer), stages: o.stages, pace: o.pace, start: time.Now(), told: -1}
	r.records.Head = o.head
	r.machine = generate.NewMachine(made, generate.NewGate(e.tokenizer), r, o.paused)
	if err := r.machine.SetBreakpoints(o.breakpoints); err != nil {
		return nil, err
	}
	if o.aborted {
		r.machine.Abort()
	}
	e.runs[id] = r
	go r.serve()
	return nil, nil
}

// serve runs the machine. A panic of core ends the run for good: what is left of it answers
// what waits, and gives its memory back.
func (r *run) serve() {
	defer func() {
		if p := recover(); p != nil {
			delete(r.engine.runs, r.id)
			_ = r.Failed(&border.PanicError{Call: "run", Cause: p})
			r.machine.Close()
			r.machine.Serve()
		}
	}()
	r.machine.Serve()
}

func (r *run) now() time.Duration { return time.Since(r.start) }

// worked returns for how long the machine has worked.
func (r *run) worked() time.Duration { return r.now() - r.stood }

func milliseconds(d time.Duration) float32 { return float32(d.Seconds() * 1000) }

// Work is that of generate.Host.
func (r *run) Work(called <-chan struct{}) bool {
	select {
	case r.engine.busy <- struct{}{}:
		if r.rested > 0 {
			r.stood += r.now() - r.rested
		}
		return true
	case <-called:
		return false
	}
}

// Rest is that of generate.Host.
func (r *run) Rest() {
	r.rested = r.now()
	<-r.engine.busy
}

// Breathe is that of generate.Host.
func (r *run) Breathe() error { return r.engine.turn.breathe() }

// Stage is that of generate.Host.
func (r *run) Stage(e *stage.Event) error {
	if e.Stage == stage.Prompt || e.Stage == stage.IDs && e.Step > 0 {
		r.begin(e.Step)
	}
	if r.full || r.stages == liveStages && e.Stage == stage.Generation {
		if err := r.write(e); err != nil {
			return err
		}
	}
	if r.owed += r.pace; r.owed >= shortestPause {
		if err := r.flush(); err != nil {
			return err
		}
		from := r.now()
		select {
		case <-time.After(r.owed):
		case <-r.machine.Called():
		}
		r.owed = 0
		r.stood += r.now() - from
	} else if r.full {
		from := r.flushed
		if e.Stage != stage.Generation {
			from = max(from, r.looked) // a step that is told comes in one piece, unless it takes longer than a frame
		}
		if err := r.flushAfter(from, flushEvery); err != nil {
			return err
		}
	}
	return r.Breathe()
}

// begin decides whether the step is told in full.
func (r *run) begin(step int) {
	r.step, r.full = step, r.stages == allStages
	if r.stages == liveStages {
		now := r.now()
		if r.full = step == 0 || r.pace > 0 || now-r.looked >= lookEvery; r.full {
			r.looked = now
		}
	}
}

// Missed is that of generate.Host.
func (r *run) Missed(step int) bool {
	if r.stages != liveStages {
		return false
	}
	return step == r.step && !r.full || step != r.step && step != r.told
}

// Again is that of generate.Host.
func (r *run) Again(e *stage.Event) error {
	r.full = r.full || e.Step == r.step
	if err := r.write(e); err != nil {
		return err
	}
	return r.Breathe()
}

// write writes the record of a stage.
func (r *run) write(e *stage.Event) error {
	if r.full && e.Stage == stage.Generation {
		r.told = e.Step
	}
	r.records.IDs = r.machine.Run().Sequence()
	return r.records.Stage(e, milliseconds(r.now()))
}

// Token is that of generate.Host.
func (r *run) Token(t generate.Token) error {
	r.last = r.worked()
	if r.tokens++; r.tokens == 1 {
		r.first = r.last
	}
	r.records.Token(t, milliseconds(r.now()))
	switch {
	case r.full: // the next stage of the step hands it over
		return nil
	case r.stages == liveStages:
		return r.flushAfter(r.flushed, lookEvery)
	}
	return r.flushAfter(r.flushed, flushEvery)
}

// Paused is that of generate.Host.
func (r *run) Paused(p generate.Paused) error {
	r.records.Paused(p, milliseconds(r.now()))
	return r.flush()
}

// Resumed is that of generate.Host.
func (r *run) Resumed() error {
	at := r.machine.At()
	r.records.Resumed(&at, milliseconds(r.now()))
	return nil
}

// Rewound is that of generate.Host.
func (r *run) Rewound(back generate.Rewound) error {
	r.tokens, r.first, r.last = 0, 0, 0
	r.records.Rewound(back, milliseconds(r.now()))
	return nil
}

// Log is that of generate.Host.
func (r *run) Log(l generate.Log) error {
	at := r.machine.At()
	r.records.Log(&at, l, milliseconds(r.now()))
	return nil
}

// Done is that of generate.Host.
func (r *run) Done() error {
	g := r.machine.Run()
	result := trace.Result{
		Text: g.Text(), IDs: g.IDs(), PromptIDs: g.Prompt().IDs, FinishReason: string(g.Reason()),
		PromptMs: r.first.Seconds() * 1000,
	}
	if seconds := (r.last - r.first).Seconds(); seconds > 0 {
		result.TokensPerSecond = float64(r.tokens-1) / seconds
	}
	at := r.machine.At()
	r.records.Done(&at, &result, milliseconds(r.now()))
	return r.flush()
}

// Failed is that of generate.Host.
func (r *run) Failed(err error) error {
	at := r.machine.At()
	code, message := describe(err)
	r.records.Failed(&at, code, message, milliseconds(r.now()))
	return r.flush()
}

// flushAfter flushes if so much time has passed since from.
func (r *run) flushAfter(from, wait time.Duration) error {
	if r.now()-from < wait {
		return nil
	}
	return r.flush()
}

// flush hands over what has been gathered.
func (r *run) flush() error {
	r.flushed = r.now()
	if len(r.records.Bytes()) == 0 {
		return nil
	}
	array, err := border.Bytes(r.records.Bytes())
	if err != nil {
		return err
	}
	r.records.Reset()
	_, err = r.emit.Invoke(array)
	return err
}

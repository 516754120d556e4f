package trace

import (
	"vitrine/core/generate"
	"vitrine/core/stage"
)

// Paused writes where the run stands, and why.
func (w *Writer) Paused(p generate.Paused, time float32) {
	j := w.object()
	j.Key("reason").Text(string(p.Reason))
	j.Key("breakpoints").Ints(p.Breakpoints)
	j.Close('}')
	w.record(KindPaused, &p.At, time, nil, nil, nil)
}

// Resumed writes that a run that stood at a stage goes on.
func (w *Writer) Resumed(at *stage.Event, time float32) {
	w.object().Close('}')
	w.record(KindResumed, at, time, nil, nil, nil)
}

// Rewound writes that the ids from a position on are forgotten, and which step comes next;
// its reason is "goto" where they will come again, else "rewind".
func (w *Writer) Rewound(r generate.Rewound, time float32) {
	reason := "rewind"
	if r.Again {
		reason = "goto"
	}
	j := w.object()
	j.Key("reason").Text(reason)
	j.Close('}')
	w.record(KindRewound, &stage.Event{Step: r.Step, Layer: -1, Position: r.Position}, time, nil, nil, nil)
}

// Log writes what a breakpoint says at a stage.
func (w *Writer) Log(at *stage.Event, l generate.Log, time float32) {
	j := w.object()
	j.Key("message").Text(l.Message)
	j.Key("breakpoint").Int(l.Breakpoint)
	j.Close('}')
	w.record(KindLog, at, time, nil, nil, nil)
}

// Done writes how the run ended, after its last step.
func (w *Writer) Done(last *stage.Event, r *Result, time float32) {
	w.detail.Reset()
	w.detail.Result(r)
	w.record(KindDone, last, time, nil, nil, nil)
}

// Failed writes why the run failed. code is an ErrorCode of vitrine.d.ts.
func (w *Writer) Failed(at *stage.Event, code, message string, time float32) {
	j := w.object()
	j.Key("code").Text(code)
	j.Key("message").Text(message)
	j.Close('}')
	w.record(KindFailed, at, time, nil, nil, nil)
}

// object begins the JSON of a record.
func (w *Writer) object() *Describer {
	w.detail.Reset()
	w.detail.Open('{')
	return &w.detail
}

// Result is what a run made: Result of vitrine.d.ts.
type Result struct {
	Text            string
	IDs, PromptIDs  []int
	FinishReason    string
	TokensPerSecond float64
	PromptMs        float64
}

// Result writes r as an object.
func (j *JSON) Result(r *Result) {
	j.Open('{')
	j.Key("text").Text(r.Text)
	j.Key("ids").Ints(r.IDs)
	j.Key("promptIds").Ints(r.PromptIDs)
	j.Key("finishReason").Text(r.FinishReason)
	j.Key("tokensPerSecond").Float(r.TokensPerSecond)
	j.Key("promptMs").Float(r.PromptMs)
	j.Close('}')
}

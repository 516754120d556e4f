package trace

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
)

// go test ./core/trace -update writes testdata/run.trace and testdata/run.json anew.
var update = flag.Bool("update", false, "write the golden records anew")

// tiny returns the random model of core/model/testdata and a tokenizer of its 96 ids: letters,
// digits, bytes that are parts of characters, and one special token.
func tiny(t testing.TB) (*model.Model, *tokenizer.Tokenizer) {
	t.Helper()
	raw, err := os.ReadFile("../model/testdata/base.gguf")
	if err != nil {
		t.Fatal(err)
	}
	reader, err := gguf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Load(reader)
	if err != nil {
		t.Fatal(err)
	}
	return m, letters(t, m.Config().Vocabulary)
}

// header is what the header of a record says, in words.
type header struct {
	Type     string  `json:"type"`
	Stage    string  `json:"stage"`
	Step     int     `json:"step"`
	Layer    int     `json:"layer"`
	Position int     `json:"position"`
	Tokens   int     `json:"tokens"`
	Time     float32 `json:"time"`
}

// recording is a run with records of every kind, and what their headers were made of.
type recording struct {
	*Writer
	headers []header
}

// next returns the time of the next record, and notes what the record is made of.
func (r *recording) next(kind string, e *stage.Event) float32 {
	time := 0.125 + 0.25*float32(len(r.headers)) // float32 has all of these exactly
	r.headers = append(r.headers, header{kind, e.Stage.String(), e.Step, e.Layer, e.Position, e.Tokens, time})
	return time
}

// observe writes every stage, and of the first layer what a breakpoint would add.
func (r *recording) observe(e *stage.Event) error {
	if err := r.Stage(e, r.next("stage", e)); err != nil {
		return err
	}
	if e.Stage != stage.AttentionMask || e.Layer != 1 {
		return nil
	}
	r.Log(e, generate.Log{Breakpoint: 1, Message: `"quoted" \ é € 🙂` + "\n\x00\u2028\xff"}, r.next("log", e))
	r.Paused(generate.Paused{Stopped: generate.Stopped{Reason: "breakpoint", Breakpoints: []int{0, 2}}, At: *e}, r.next("paused", e))
	r.Head++
	r.Resumed(e, r.next("resumed", e))
	r.Paused(generate.Paused{Stopped: generate.Stopped{Reason: "step"}, At: *e}, r.next("paused", e))
	return nil
}

// record runs the tiny model and writes everything that happens.
func record(t *testing.T) *recording {
	t.Helper()
	m, tok := tiny(t)
	rec := &recording{Writer: NewWriter(tok)}
	prompt := generate.IDPrompt(tok, tok.Encode(endOfText+"Vitrine é"))
	rec.IDs = slices.Clone(prompt.IDs)
	options := generate.Options{MaxTokens: 4, IgnoreEOS: true, Decoding: decoding.Options{Temperature: 0.75, TopK: 40, TopP: 0.875, Seed: 3}}
	run, err := generate.New(m, tok, prompt, options, rec.observe)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	last := &stage.Event{Layer: -1, Tokens: 1}
	for run.Reason() == "" {
		token, ok, err := run.Next()
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		last = &stage.Event{Step: token.Step, Layer: -1, Position: len(rec.IDs), Tokens: 1}
		token.Forced = token.Step == 2
		rec.Token(token, rec.next("token", last))
		rec.IDs = append(rec.IDs, token.ID)
	}
	result := &Result{Text: run.Text(), IDs: run.IDs(), PromptIDs: prompt.IDs, FinishReason: string(run.Reason()), TokensPerSecond: 12.5, PromptMs: 0.1}
	rec.Done(last, result, rec.next("done", last))
	back := &stage.Event{Step: 1, Layer: -1, Position: len(prompt.IDs) + 1}
	rec.Rewound(generate.Rewound{Position: back.Position, Step: back.Step}, rec.next("rewound", back))
	rec.Failed(back, "numeric", "a number is not finite", rec.next("failed", back))
	return rec
}

// TestGolden compares a whole run with the golden records, to the bit: however the engine
// is built, it writes these. e2e/trace.test.js reads the same files.
func TestGolden(t *testing.T) {
	rec := record(t)
	names := make([]string, len(stage.All()))
	for i, s := range stage.All() {
		names[i] = s.String()
	}
	headers := fmt.Sprintf("{\"stages\": %s, \"records\": [\n", marshal(t, names))
	for i, h := range rec.headers {
		headers += marshal(t, h) + []string{",\n", "\n"}[min(1, i/(len(rec.headers)-1))]
	}
	headers += "]}\n"
	for _, file := range []struct {
		name string
		got  []byte
	}{{"testdata/run.trace", rec.Bytes()}, {"testdata/run.json", []byte(headers)}} {
		if *update {
			if err := os.WriteFile(file.name, file.got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file.name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(file.got, want) {
			at := 0
			for at < min(len(want), len(file.got)) && want[at] == file.got[at] {
				at++
			}
			t.Errorf("%s: %d bytes, want %d, and byte %d is the first to differ; if that is meant, run go test ./core/trace -update", file.name, len(file.got), len(want), at)
		}
	}
	for _, s := range stage.All() {
		if !slices.ContainsFunc(rec.headers, func(h header) bool { return h.Type == "stage" && h.Stage == s.String() }) {
			t.Errorf("the run has no event of %v", s)
		}
	}
	if !strings.Contains(string(rec.Bytes()), `"bytes":[`) || !strings.Contains(string(rec.Bytes()), `"special":true`) {
		t.Error("the run names no part of a character, or no special token")
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

package main

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/stage"
	"vitrine/core/trace"
	"vitrine/tools/modelfile"
)

// TestRecord: the recording has the tokens that a run gives, and each stage once, as the last
// step had it; of generation all.
func TestRecord(t *testing.T) {
	m, words, err := modelfile.Load("../../models/vitrine-tiny-q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	const steps = 3
	o := generate.Options{MaxTokens: steps, Decoding: decoding.Options{Temperature: 0.7, TopK: 40, TopP: 0.95, Seed: 2}}
	got, err := record(m, words, "Once upon a time", o)
	if err != nil {
		t.Fatal(err)
	}
	run, err := generate.New(m, words, generate.Prompt{Text: "Once upon a time"}, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	for ok := true; ok; {
		if _, ok, err = run.Next(); err != nil {
			t.Fatal(err)
		}
	}

	n := binary.LittleEndian.Uint32(got)
	var head struct {
		Info struct {
			Layers int
			Stages []string
		}
		Settings struct{ Seed, MaxTokens int }
	}
	if err := json.Unmarshal(got[4:4+n], &head); err != nil {
		t.Fatal(err)
	}
	if head.Info.Layers != m.Config().Layers || len(head.Info.Stages) != len(stage.All()) || head.Settings.Seed != 2 || head.Settings.MaxTokens != steps {
		t.Errorf("the header says %+v", head)
	}
	var ids []int
	seen := make(map[stage.Stage]int)
	for b := got[4+n:]; len(b) > 0; {
		layer, step := int16(binary.LittleEndian.Uint16(b[2:])), binary.LittleEndian.Uint32(b[4:])
		at := 28 + 4*(int(b[20])+int(b[21])+int(b[22])*int(b[23]))
		length := int(binary.LittleEndian.Uint32(b[24:]))
		switch trace.Kind(b[0]) {
		case trace.KindStage:
			s := stage.All()[b[1]]
			seen[s]++
			if s != stage.Prompt && s != stage.Tokenize && s != stage.Generation && step != steps-1 {
				t.Errorf("%v is of step %d", s, step)
			}
			if layer >= 0 && int(layer) != m.Config().Layers-1 {
				t.Errorf("%v is of layer %d", s, layer)
			}
		case trace.KindToken:
			var token struct{ ID int }
			if err := json.Unmarshal(b[at:at+length], &token); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, token.ID)
		}
		b = b[at+(length+3)/4*4:]
	}
	if !slices.Equal(ids, run.IDs()) {
		t.Errorf("got the ids %v, want %v", ids, run.IDs())
	}
	for _, s := range stage.All() {
		want := 1
		if s == stage.Generation {
			want = steps
		}
		if seen[s] != want {
			t.Errorf("%v is there %d times, want %d", s, seen[s], want)
		}
	}
}

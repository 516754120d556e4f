// Command record runs a model on a prompt and writes what the end of the run looks like: the
// picture that an embed shows before anything is loaded.
//
//	record -in MODEL.gguf -out FILE [-prompt TEXT] [-seed N] [-tokens N]
//
// The file is a uint32 with the length of a JSON text (its stages, the model, how it was
// sampled), the text, padded with blanks to 4 bytes, and records of core/trace: the tokens and
// what each step came to, and of the last step every stage, in the last layer where it has one.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"slices"

	"vitrine/core/decoding"
	"vitrine/core/generate"
	"vitrine/core/model"
	"vitrine/core/stage"
	"vitrine/core/tokenizer"
	"vitrine/core/trace"
	"vitrine/tools/modelfile"
)

func main() {
	in := flag.String("in", "", "the model, a GGUF `file`")
	out := flag.String("out", "", "the `file` to write")
	prompt := flag.String("prompt", "Once upon a time", "what the model continues")
	seed := flag.Uint64("seed", 1, "of the random numbers")
	tokens := flag.Int("tokens", 24, "how many are generated")
	flag.Parse()
	if *in == "" || *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	o := generate.Options{MaxTokens: *tokens, Decoding: decoding.Options{Temperature: 0.7, TopK: 40, TopP: 0.95, Seed: *seed}}
	if err := run(*in, *out, *prompt, o); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// run writes the recording of a run of the model in a file.
func run(in, out, prompt string, o generate.Options) error {
	m, t, err := modelfile.Load(in)
	if err != nil {
		return err
	}
	recording, err := record(m, t, prompt, o)
	if err != nil {
		return err
	}
	return os.WriteFile(out, recording, 0o666)
}

// record returns the recording of a run.
func record(m *model.Model, t *tokenizer.Tokenizer, prompt string, o generate.Options) ([]byte, error) {
	w := trace.NewWriter(t)
	var told []byte                      // of all steps
	last := make(map[stage.Stage][]byte) // of the newest
	var going *generate.Run
	going, err := generate.New(m, t, generate.Prompt{Text: prompt}, o, func(e *stage.Event) error {
		w.IDs = going.Sequence()
		w.Reset()
		if err := w.Stage(e, 0); err != nil {
			return err
		}
		switch e.Stage {
		case stage.Prompt, stage.Tokenize, stage.Generation:
			told = append(told, w.Bytes()...)
		default:
			last[e.Stage] = slices.Clone(w.Bytes())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	defer going.Close()
	for {
		token, ok, err := going.Next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		w.Reset()
		w.Token(token, 0)
		told = append(told, w.Bytes()...)
	}
	w.Reset()
	w.Done(&stage.Event{Layer: -1}, &trace.Result{Text: going.Text(), IDs: going.IDs(), PromptIDs: going.Prompt().IDs, FinishReason: string(going.Reason())}, 0)
	recording := append(header(m, t, o), told...)
	for _, s := range stage.All() {
		recording = append(recording, last[s]...)
	}
	return append(recording, w.Bytes()...), nil
}

// header returns the JSON of a recording, with its length before it.
func header(m *model.Model, t *tokenizer.Tokenizer, o generate.Options) []byte {
	var j trace.JSON
	j.Open('{')
	j.Key("info").Raw([]byte(trace.Info(m, t)))
	j.Key("settings").Open('{')
	j.Key("temperature").Float(float64(o.Decoding.Temperature))
	j.Key("topK").Int(o.Decoding.TopK)
	j.Key("topP").Float(float64(o.Decoding.TopP))
	j.Key("seed").Int(int(o.Decoding.Seed))
	j.Key("maxTokens").Int(o.MaxTokens)
	j.Key("stop").Open('[')
	j.Close(']')
	j.Close('}')
	j.Close('}')
	for len(j.Bytes)%4 != 0 {
		j.Raw([]byte(" "))
	}
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(j.Bytes))), j.Bytes...)
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/internal/report"
	"vitrine/tools/quantize/verify"
)

var verifyCommand = command{
	name: "verify",
	usage: `Verify compares a GGUF file with the checkpoint that it was made from: every
tensor against its source, and what both models predict on a text.

    quantize verify CHECKPOINT MODEL.gguf [flags]

Of a model in several files MODEL is one of them, such as tales-00001-of-00003.gguf.
`,
	after: `
Exit status: 0 the file is what converting the checkpoint gives, 1 it is not, or
could not be read, 2 wrong usage. docs/quantize.md explains the figures.

Examples:
  quantize verify ~/gpt2 gpt2.gguf
  quantize verify ~/gpt2 gpt2.gguf -report gpt2.html -text chapter.txt
  quantize verify ~/gpt2 gpt2.gguf -logits=false -json > gpt2.json
`,
	start: func(f *flag.FlagSet) func(context.Context, console, []string) error {
		var o verifyOptions
		o.open.register(f)
		f.BoolVar(&o.logits, "logits", true, "run both models on the text; the checkpoint takes 4 bytes of memory a weight")
		f.StringVar(&o.text, "text", "", "the `file` of the text (default a short one that comes with the tool)")
		f.IntVar(&o.tokens, "tokens", 256, "the most `tokens` of the text to read")
		f.BoolVar(&o.json, "json", false, "print the report as JSON")
		f.StringVar(&o.report, "report", "", "write a page with plots to this `file`")
		return o.run
	},
}

// verifyOptions is the command line.
type verifyOptions struct {
	open         openOptions
	logits, json bool
	text, report string
	tokens       int
}

func (o *verifyOptions) run(ctx context.Context, c console, args []string) error {
	if len(args) != 2 {
		return misused("got %d arguments, want two: the checkpoint and the GGUF file", len(args))
	}
	if o.tokens < 2 {
		return misused("-tokens: got %d, want 2 at least", o.tokens)
	}
	in, out := args[0], args[1]
	text := verify.Text
	if o.text != "" {
		data, err := os.ReadFile(o.text)
		if err != nil {
			return err
		}
		if !utf8.Valid(data) {
			return fmt.Errorf("%s: got bytes that are not UTF-8, want a file of plain text", o.text)
		}
		text = string(data)
	}
	o.open.hub.terminal = c.stderr
	o.open.inputs = new(inputs)
	for _, path := range []string{in, out, o.text} {
		o.open.inputs.add(path)
	}
	model, err := openCheckpoint(ctx, in, o.open)
	if err != nil {
		return err
	}
	defer model.Close()
	bar := newProgress(c.stderr)
	defer bar.clear()
	var r *verify.Report
	err = withGGUF(out, func(file *gguf.Reader) (err error) {
		r, err = verify.Tensors(ctx, model, file, bar.show)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", out, err)
	}
	if o.logits && len(r.Problems) == 0 {
		err := withGGUF(out, func(file *gguf.Reader) error {
			_, err := runs(file)
			return err
		})
		if err != nil {
			o.logits = false
			r.Notes = append(r.Notes, fmt.Sprintf("no predictions: Vitrine does not run the file: %v", err))
		}
	}
	if o.logits && len(r.Problems) == 0 {
		bar.clear()
		if bar.w != nil {
			fmt.Fprintln(bar.w, "running both models on the text ...")
		}
		err = withGGUF(out, func(file *gguf.Reader) (err error) {
			r.Logits, err = verify.Predictions(ctx, model, file, text, o.tokens)
			return err
		})
		if err != nil {
			return fmt.Errorf("logits: %w", err)
		}
	}
	bar.clear()
	pageErr := o.writePage(r)
	if o.json {
		err = printJSON(c.stdout, r)
	} else {
		printVerified(c.stdout, r)
	}
	switch {
	case pageErr != nil:
		return pageErr
	case err == nil && len(r.Problems) > 0:
		return errSilent
	}
	return err
}

// writePage writes the page of -report, if it is wanted.
func (o *verifyOptions) writePage(r *verify.Report) error {
	if o.report == "" {
		return nil
	}
	files := outputs{flag: "-report", inputs: o.open.inputs}
	defer files.discard()
	w, err := files.create(o.report)
	if err != nil {
		return err
	}
	if err := report.Write(w, r); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return files.keep()
}

// withGGUF opens a GGUF file, or all parts of a model from the name of one.
func withGGUF(path string, use func(*gguf.Reader) error) error {
	names, ok := gguf.SplitNames(path)
	if !ok {
		names = []string{path}
	}
	var open *os.File
	defer func() { open.Close() }() // an error for nil
	r, err := gguf.NewSplitReader(func(part int) (io.Reader, int64, error) {
		open.Close()
		if part >= len(names) {
			return nil, 0, fmt.Errorf("the file is the first of several parts: want the name %s", gguf.SplitName("NAME", 0, part+1))
		}
		var err error
		if open, err = os.Open(names[part]); err != nil {
			return nil, 0, err
		}
		info, err := open.Stat()
		if err != nil {
			return nil, 0, err
		}
		if info.IsDir() {
			return nil, 0, errors.New("got a directory, want a GGUF file")
		}
		return open, info.Size(), nil
	})
	if err != nil {
		return err
	}
	return use(r)
}

// printJSON prints v, indented.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printVerified prints a line for every tensor that differs, and the summary.
func printVerified(w io.Writer, r *verify.Report) {
	const row = "%-28s %-5s %9s %7s %9s %9s %6s %8s %7s\n"
	fmt.Fprintf(w, row, "tensor", "type", "worst", "in row", "mean", "snr", "bound", "outliers", "spiked")
	exact := 0
	for _, t := range r.Tensors {
		if t.SNR.Exact() {
			exact++
			continue
		}
		fmt.Fprintf(w, row, t.Name, t.Type, difference(t.Worst), fmt.Sprint(t.WorstRow), difference(t.Mean),
			fmt.Sprintf("%.1f dB", float64(t.SNR)), fmt.Sprintf("%.0f %%", 100*t.Bound), fmt.Sprint(t.Outliers), fmt.Sprint(t.Spiked))
	}
	if exact > 0 {
		fmt.Fprintf(w, "%d tensors have all their bits\n", exact)
	}
	printNotes(w, r.Notes)
	fmt.Fprintln(w)
	if !r.Errors.SNR.Exact() {
		fmt.Fprintf(w, "weights: worst error %s, mean %s, signal to noise %.1f dB\n", difference(r.Errors.Worst), difference(r.Errors.Mean), float64(r.Errors.SNR))
	}
	if l := r.Logits; l != nil {
		fmt.Fprintf(w, "predictions on %d tokens: same first choice %.1f %%, KL divergence mean %.2e, at most %.2e nats, largest difference of a logit %.2e\n",
			l.Tokens, 100*l.Agreement, l.MeanKL, l.MaxKL, l.MaxLogit)
		fmt.Fprintf(w, "perplexity: %.3f, the checkpoint's %.3f\n", l.Perplexity.After, l.Perplexity.Before)
		for _, at := range l.Lens {
			fmt.Fprintf(w, "logit lens after layer %d, at %d positions: same first choice %.1f %%, KL divergence mean %.2e, at most %.2e nats\n",
				at.Layer, at.Positions, 100*at.Agreement, at.MeanKL, at.MaxKL)
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(w, "%s %s\n", paint(w, red, "problem:"), checkpoint.Line(p, checkpoint.MaxMessage))
	}
	if len(r.Problems) == 0 {
		fmt.Fprintln(w, paint(w, green, "the file is what converting the checkpoint gives"))
	} else {
		fmt.Fprintln(w, paint(w, red, "the file is not what converting the checkpoint gives"))
	}
}

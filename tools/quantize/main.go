// Quantize converts a GPT-2 checkpoint to GGUF.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/convert"
)

const usage = `Quantize converts a GPT-2 checkpoint to GGUF, the model file that Vitrine and
llama.cpp read. The matrices become 8-bit integers; all else stays float32.

    quantize -in DIR_OR_FILE -out MODEL.gguf [options]

  -in PATH       the checkpoint: a directory with config.json, model.safetensors
                 and tokenizer.json (or vocab.json and merges.txt), as written by
                 transformers' save_pretrained; or the model.safetensors in it
  -out FILE      the file to write; an older one is replaced when all is done
  -type TYPE     type of the matrices: q8_0 (default), f16 or f32
  -name NAME     the name in the file; by default that of the checkpoint's directory
  -license TEXT  the licence in the file

Exit status: 0 done, 1 failed, 2 wrong usage.

Examples:
  go run ./tools/quantize -in ~/gpt2 -out gpt2.gguf
  go run ./tools/quantize -in ~/gpt2/model.safetensors -out gpt2-f16.gguf -type f16
  go run ./tools/quantize -in ~/tales -out tales.gguf -name "Tales 30M" -license mit
`

// options is the command line.
type options struct {
	in, out string
	open    openOptions
	convert convert.Options
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "quantize: %v\nRun it with -h for help.\n", err)
		return 2
	}
	report, err := quantize(ctx, o, stderr)
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted, nothing is written")
	}
	if err != nil {
		fmt.Fprintf(stderr, "quantize: %v\n", err)
		return 1
	}
	printReport(stdout, report)
	fmt.Fprintf(stdout, "\nwrote %s\n", o.out)
	return 0
}

// parse reads the command line.
func parse(args []string) (options, error) {
	var o options
	var typ string
	f := flag.NewFlagSet("quantize", flag.ContinueOnError)
	f.SetOutput(io.Discard) // run prints the error
	o.open.register(f)
	f.StringVar(&o.in, "in", "", "")
	f.StringVar(&o.out, "out", "", "")
	f.StringVar(&typ, "type", "q8_0", "")
	f.StringVar(&o.convert.Name, "name", "", "")
	f.StringVar(&o.convert.License, "license", "", "")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("got the argument %q, want options only", f.Arg(0))
	case o.in == "":
		return o, errors.New("-in is missing: the checkpoint to convert")
	case o.out == "":
		return o, errors.New("-out is missing: the file to write")
	case !strings.EqualFold(filepath.Ext(o.out), ".gguf"): // also keeps a slip from replacing the checkpoint
		return o, fmt.Errorf("-out: got %q, want a name that ends in .gguf", o.out)
	}
	for _, t := range []gguf.Type{gguf.Q8_0, gguf.F16, gguf.F32} {
		if strings.EqualFold(typ, t.String()) {
			o.convert.Type = t
			return o, nil
		}
	}
	return o, fmt.Errorf("-type: got %q, want q8_0, f16 or f32", typ)
}

// quantize converts the checkpoint. Progress goes to terminal if it is one.
func quantize(ctx context.Context, o options, terminal io.Writer) (*convert.Report, error) {
	model, err := openCheckpoint(ctx, o.in, o.open)
	if err != nil {
		return nil, err
	}
	defer model.Close() // read only: nothing can be lost
	if o.convert.Name == "" {
		if o.convert.Name, err = directoryName(o.in); err != nil {
			return nil, err
		}
	}
	bar := newProgress(terminal)
	defer bar.clear()
	o.convert.Progress = bar.show
	var report *convert.Report
	err = writeFile(o.out, func(w io.Writer) (err error) {
		report, err = convert.Write(ctx, w, model, o.convert)
		return err
	})
	return report, err
}

// directoryName returns the name of the directory at path, or of the one that the
// file at path is in.
func directoryName(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err != nil {
		return "", err
	} else if !info.IsDir() {
		path = filepath.Dir(path)
	}
	return filepath.Base(path), nil
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
)

var convertCommand = command{
	usage: `Quantize converts a GPT-2 checkpoint to GGUF, the model file that Vitrine and
llama.cpp read. The matrices become 8-bit integers; all else stays float32.

    quantize -in CHECKPOINT -out MODEL.gguf [flags]
    quantize verify CHECKPOINT MODEL.gguf     compare a file with its checkpoint
    quantize inspect CHECKPOINT|MODEL.gguf    show what is in a file
`,
	after: `
Models of the Hugging Face Hub are kept in the cache of Python's huggingface_hub.
HF_TOKEN (or a login), HF_ENDPOINT, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE mean
what they mean there.

Exit status: 0 done, 1 failed, 2 wrong usage.

Examples:
  quantize -in ~/gpt2 -out gpt2.gguf
  quantize -in ~/gpt2/model.safetensors -out gpt2-f16.gguf -type f16
  quantize -in hf:openai-community/gpt2 -out gpt2.gguf
  quantize -in ~/tales -out tales.gguf -name "Tales 30M" -license mit -split 100MB
  quantize verify ~/gpt2 gpt2.gguf -report gpt2.html
`,
	start: func(f *flag.FlagSet) func(context.Context, console, []string) error {
		var o convertOptions
		o.open.register(f)
		f.StringVar(&o.in, "in", "", "the `checkpoint` to convert: a directory, a file, or hf:OWNER/NAME for one of the Hugging Face Hub")
		f.StringVar(&o.out, "out", "", "the `file` to write, NAME.gguf; an older one is replaced when all is done")
		f.Func("type", "the `type` of the matrices: q8_0, f16 or f32 (default q8_0)", o.setType)
		f.Func("split", "write NAME-00001-of-0000N.gguf of at most this `size` each, such as 100MB", o.setSplit)
		f.StringVar(&o.convert.Name, "name", "", "the model's `name` (default the checkpoint's, or its directory's)")
		f.StringVar(&o.convert.License, "license", "", "the `licence`, such as mit (default the checkpoint's)")
		f.StringVar(&o.convert.Author, "author", "", "the `people` who made the model (default the checkpoint's)")
		f.StringVar(&o.convert.Source, "source", "", "the `URL` where the model is published (default the checkpoint's)")
		f.Func("languages", "the `codes` of the model's languages, such as en,de (default the checkpoint's)", func(list string) error {
			o.convert.Languages = strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
			return nil
		})
		o.convert.Type = gguf.Q8_0
		return o.run
	},
}

// convertOptions is the command line.
type convertOptions struct {
	in, out string
	split   int64 // bytes of a part, 0: all in one file
	open    openOptions
	convert convert.Options
}

func (o *convertOptions) setType(name string) error {
	for _, t := range []gguf.Type{gguf.Q8_0, gguf.F16, gguf.F32} {
		if strings.EqualFold(name, t.String()) {
			o.convert.Type = t
			return nil
		}
	}
	return fmt.Errorf("want q8_0, f16 or f32")
}

// units are what a size may be given in.
var units = map[string]int64{
	"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
}

func (o *convertOptions) setSplit(text string) error {
	digits := strings.TrimRight(text, "bBkKmMgGiI ")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit, ok := units[strings.ToLower(strings.TrimSpace(text[len(digits):]))]
	if err != nil || !ok || n < 1 || n > 1<<62/unit {
		return fmt.Errorf("want a size such as 100MB, 2GB or 512MiB")
	}
	o.split = n * unit
	return nil
}

func (o *convertOptions) run(ctx context.Context, c console, args []string) error {
	switch {
	case len(args) > 0:
		return misused("got the argument %q, want flags only, or verify or inspect as the first", args[0])
	case o.in == "":
		return misused("-in is missing: the checkpoint to convert")
	case o.out == "":
		return misused("-out is missing: the file to write")
	case !strings.EqualFold(filepath.Ext(o.out), ".gguf"): // also keeps a slip from replacing the checkpoint
		return misused("-out: got %q, want a name that ends in .gguf", o.out)
	}
	began := time.Now()
	o.open.hub.terminal = c.stderr
	o.open.inputs = new(inputs)
	o.open.inputs.add(o.in)
	model, err := openCheckpoint(ctx, o.in, o.open)
	if err != nil {
		return err
	}
	defer model.Close() // read only: nothing can be lost
	if o.convert.Name == "" && model.Name == "" {
		o.convert.Name = defaultName(o.in)
	}
	files := outputs{flag: "-out", inputs: o.open.inputs}
	defer files.discard()
	bar := newProgress(c.stderr)
	defer bar.clear()
	o.convert.Progress = bar.show
	report, err := o.write(ctx, &files, model)
	if err != nil {
		return err
	}
	var written []string
	for _, f := range files.list {
		written = append(written, f.path)
	}
	if err := files.keep(); err != nil {
		return err
	}
	bar.clear()
	if err := converts(model, o.convert.Type); err != nil {
		report.Notes = append(report.Notes, fmt.Sprintf("Vitrine does not run the file, other programs may: %v; docs/quantize.md says what helps", err))
	}
	report.Notes = append(report.Notes, leftNotes(o.out, written, o.open.inputs)...)
	printReport(c.stdout, report, time.Since(began))
	for _, path := range written {
		fmt.Fprintf(c.stdout, "wrote %s\n", path)
	}
	return nil
}

// write converts the checkpoint to one file or several.
func (o *convertOptions) write(ctx context.Context, files *outputs, model *checkpoint.Model) (*convert.Report, error) {
	if o.split == 0 {
		w, err := files.create(o.out)
		if err != nil {
			return nil, err
		}
		report, err := convert.Write(ctx, w, model, o.convert)
		return report, errors.Join(err, w.Close())
	}
	report, err := convert.WriteSplit(ctx, func(part, count int) (io.WriteCloser, error) {
		if count == 1 {
			return files.create(o.out)
		}
		return files.create(gguf.SplitName(o.out[:len(o.out)-len(".gguf")], part, count))
	}, o.split, model, o.convert)
	var small *convert.LimitError
	if errors.As(err, &small) {
		err = fmt.Errorf("-split: %w", err)
	}
	return report, err
}

// defaultName returns the name of a model that says none: that of the directory, or
// of the one that the file is in; of a GGUF file or of a repository its own.
func defaultName(in string) string {
	if name, ok := strings.CutPrefix(in, "hf:"); ok {
		name, _, _ = strings.Cut(name, "@")
		return path.Base(name)
	}
	full, err := filepath.Abs(in)
	if err != nil {
		full = in
	}
	if info, err := os.Stat(full); err == nil && info.IsDir() {
		return filepath.Base(full)
	}
	if ext := filepath.Ext(full); strings.EqualFold(ext, ".gguf") {
		return strings.TrimSuffix(filepath.Base(full), ext)
	}
	return filepath.Base(filepath.Dir(full))
}

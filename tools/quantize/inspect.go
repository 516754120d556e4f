package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"vitrine/core/gguf"
	"vitrine/core/model"
	"vitrine/core/tokenizer"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
)

var inspectCommand = command{
	name: "inspect",
	usage: `Inspect shows what is in a checkpoint or a GGUF file: the architecture, the sizes,
the tokenizer, the metadata and every tensor. Of a GGUF file that Vitrine cannot
run it lists what there is, and says why.

    quantize inspect CHECKPOINT|MODEL.gguf [flags]
`,
	after: `
Exit status: 0 done, 1 the file could not be read, 2 wrong usage.

Examples:
  quantize inspect gpt2.gguf
  quantize inspect ~/gpt2
  quantize inspect tales-00001-of-00003.gguf -json
`,
	start: func(f *flag.FlagSet) func(context.Context, console, []string) error {
		var o inspectOptions
		o.open.register(f)
		f.BoolVar(&o.json, "json", false, "print JSON")
		return o.run
	},
}

// inspectOptions is the command line.
type inspectOptions struct {
	open openOptions
	json bool
}

// inspection is what is in a model's files.
type inspection struct {
	Path       string            `json:"path"`
	Format     string            `json:"format"` // "GGUF" or "checkpoint"
	Parts      int               `json:"parts,omitempty"`
	Runs       bool              `json:"runs"`              // whether Vitrine can run it, or what it becomes
	Refusal    string            `json:"refusal,omitempty"` // why it cannot
	Parameters int64             `json:"parameters"`
	Bytes      int64             `json:"bytes"` // of the tensors, 0 where a type is unknown
	Metadata   []entry           `json:"metadata"`
	Tensors    []inspectedTensor `json:"tensors"`
	Notes      []string          `json:"notes"`
}

// entry is one key of the metadata. A list has its length and its first elements.
type entry struct {
	Key    string `json:"key"`
	Value  any    `json:"value"`
	Length int    `json:"length,omitempty"` // of a list, which Value has the start of
}

type inspectedTensor struct {
	Name  string `json:"name"`
	From  string `json:"from,omitempty"` // its name in the checkpoint
	Shape []int  `json:"shape"`
	Type  string `json:"type"`
	Bytes int64  `json:"bytes"`
}

func (o *inspectOptions) run(ctx context.Context, c console, args []string) error {
	if len(args) != 1 {
		return misused("got %d arguments, want one: the checkpoint or the GGUF file", len(args))
	}
	o.open.hub.terminal = c.stderr
	i, err := o.inspect(ctx, args[0])
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(c.stdout, i)
	}
	i.print(c.stdout)
	return nil
}

func (o *inspectOptions) inspect(ctx context.Context, path string) (*inspection, error) {
	file := path
	if weights, err := findWeights(os.DirFS(path)); err == nil { // of a directory
		file = filepath.Join(path, weights)
	}
	if startsAs(file, "GGUF") {
		return inspectGGUF(file)
	}
	m, err := openCheckpoint(ctx, path, o.open)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	return inspectCheckpoint(path, m), nil
}

// startsAs reports whether path is a file that starts with magic.
func startsAs(path, magic string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false // openCheckpoint says why, or knows more of the name
	}
	defer f.Close()
	start := make([]byte, len(magic))
	_, err = io.ReadFull(f, start)
	return err == nil && string(start) == magic // a directory cannot be read
}

// inspectCheckpoint lists what a conversion would make of the checkpoint.
func inspectCheckpoint(path string, m *checkpoint.Model) *inspection {
	_, notes := convert.Plan(m, gguf.F32)
	i := &inspection{Path: path, Format: "checkpoint", Runs: true, Notes: append([]string{}, notes...)}
	if err := converts(m, gguf.F32); err != nil {
		i.Runs, i.Refusal = false, err.Error()
	}
	i.Metadata = entries(convert.Metadata(m, convert.Options{Type: gguf.F32}))
	i.Metadata = slices.DeleteFunc(i.Metadata, func(e entry) bool { return e.Key == "general.file_type" })
	for _, t := range m.Tensors {
		n := values(t.Shape)
		i.Parameters += n
		i.Bytes += t.Bytes
		i.Tensors = append(i.Tensors, inspectedTensor{t.Name, t.From, t.Shape, perValue(t.Bytes, n), t.Bytes})
	}
	return i
}

// perValue tells the width of a checkpoint's values: several types share one.
func perValue(bytes, n int64) string {
	return fmt.Sprintf("%d-bit", 8*bytes/max(n, 1))
}

// inspectGGUF lists a GGUF file, also one that the engine would refuse.
func inspectGGUF(path string) (*inspection, error) {
	i := &inspection{Path: path, Format: "GGUF", Parts: 1, Notes: []string{}}
	if names, ok := gguf.SplitNames(path); ok {
		i.Parts = len(names)
	}
	listed := false
	err := withGGUF(path, func(r *gguf.Reader) error {
		notes, err := runs(r)
		i.Metadata = entries(r.Metadata())
		i.addTensors(r.Tensors())
		i.Notes = append(i.Notes, notes...)
		i.Runs, listed = err == nil, true
		return err
	})
	if err == nil {
		return i, nil
	}
	i.Refusal = err.Error()
	if listed {
		return i, nil
	}
	// The engine reads no such file. What it has can still be told.
	file, openErr := os.Open(path)
	if openErr != nil {
		return nil, openErr
	}
	defer file.Close()
	info, statErr := file.Stat()
	if statErr != nil {
		return nil, statErr
	}
	meta, tensors, listErr := gguf.List(file, info.Size())
	if listErr != nil {
		return nil, fmt.Errorf("%s: %w", path, listErr)
	}
	i.Metadata = entries(meta)
	i.addTensors(tensors)
	return i, nil
}

// runs returns what Vitrine leaves out of the model that r reads, and why it cannot run
// it, nil if it can.
func runs(r *gguf.Reader) (notes []string, err error) {
	if err := model.Check(r); err != nil {
		return nil, err
	}
	t, err := tokenizer.New(r.Metadata())
	if err != nil {
		return nil, err
	}
	return t.Notes(), nil
}

// converts returns why Vitrine could not run what the checkpoint becomes, nil if it
// could: the engine reads the header of that file.
func converts(m *checkpoint.Model, typ gguf.Type) error {
	infos, _ := convert.Plan(m, typ)
	meta := convert.Metadata(m, convert.Options{Type: typ})
	size, err := gguf.FileSize(meta, infos)
	if err != nil {
		return err
	}
	var header bytes.Buffer
	if _, err := gguf.NewWriter(&header, meta, infos); err != nil {
		return err
	}
	r, err := gguf.NewReader(&header, size)
	if err != nil {
		return err
	}
	_, err = runs(r)
	return err
}

func (i *inspection) addTensors(tensors []gguf.TensorInfo) {
	for _, t := range tensors {
		i.Parameters += values(t.Shape)
		i.Bytes += t.Size
		i.Tensors = append(i.Tensors, inspectedTensor{Name: t.Name, Shape: t.Shape, Type: t.Type.String(), Bytes: t.Size})
	}
}

func values(dims []int) int64 {
	n := int64(1)
	for _, dim := range dims {
		n *= int64(dim)
	}
	return n
}

// listed is how many elements of a list are shown.
const listed = 5

func entries(meta *gguf.Metadata) []entry {
	list := []entry{}
	for _, key := range meta.Keys() {
		value, _ := meta.Value(key)
		list = append(list, newEntry(key, value))
	}
	return list
}

func newEntry(key string, value any) entry {
	switch v := value.(type) {
	case []string:
		return entry{key, v[:min(listed, len(v))], len(v)}
	case []float32:
		return entry{key, finite(v[:min(listed, len(v))]), len(v)}
	case []float64:
		return entry{key, finite(v[:min(listed, len(v))]), len(v)}
	case []bool:
		return entry{key, v[:min(listed, len(v))], len(v)}
	case float32:
		return entry{Key: key, Value: finite([]float32{v})[0]}
	case float64:
		return entry{Key: key, Value: finite([]float64{v})[0]}
	}
	meta := new(gguf.Metadata)
	meta.Set(key, value)
	if v, ok := meta.Ints(key); ok {
		return entry{key, v[:min(listed, len(v))], len(v)}
	}
	return entry{Key: key, Value: value}
}

// finite returns the numbers as JSON can have them, in the digits that they need.
func finite[T float32 | float64](v []T) []any {
	list := make([]any, len(v))
	for i, n := range v {
		if f := float64(n); math.IsNaN(f) || math.IsInf(f, 0) {
			list[i] = fmt.Sprint(n)
		} else {
			list[i] = json.Number(fmt.Sprint(n))
		}
	}
	return list
}

func (i *inspection) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %s", i.Path, i.Format)
	if i.Parts > 1 {
		fmt.Fprintf(w, " in %d parts", i.Parts)
	}
	fmt.Fprintf(w, ", %s parameters in %d tensors, %s\n\n", thousands(i.Parameters), len(i.Tensors), size(i.Bytes))
	for _, e := range i.Metadata {
		fmt.Fprintf(w, "%-40s %s\n", checkpoint.Line(e.Key, 80), e.shown())
	}
	fmt.Fprintln(w)
	row := func(name, shape, typ, bytes, from string) {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%-30s %-16s %-7s %10s  %s", name, shape, typ, bytes, from), " "))
	}
	row("tensor", "shape", "type", "bytes", i.fromHeading())
	for _, t := range i.Tensors {
		row(checkpoint.Line(t.Name, 80), shape(t.Shape), t.Type, size(t.Bytes), checkpoint.Line(t.From, 80))
	}
	printNotes(w, i.Notes)
	if !i.Runs {
		fmt.Fprintf(w, "\n%s %s\n", paint(w, red, "Vitrine does not run it:"), checkpoint.Line(i.Refusal, checkpoint.MaxMessage))
	}
}

func (i *inspection) fromHeading() string {
	if i.Format == "checkpoint" {
		return "in the checkpoint"
	}
	return ""
}

// shown returns the value of the entry on one line.
func (e entry) shown() string {
	const most = 80 // characters
	if e.Length == 0 {
		if text, ok := e.Value.(string); ok {
			return cut(strconv.Quote(text), most)
		}
		return cut(fmt.Sprint(e.Value), most)
	}
	text := fmt.Sprint(e.Value)
	if list, ok := e.Value.([]string); ok {
		text = fmt.Sprintf("%q", list)
	}
	text = strings.Trim(text, "[]")
	if e.Length > listed {
		text += " ..."
	}
	return cut(fmt.Sprintf("%d: %s", e.Length, text), most)
}

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}

// thousands writes a number with its thousands apart.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

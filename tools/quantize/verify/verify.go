// Package verify compares a GGUF file with the checkpoint that it was made from:
// every tensor against its source, and what the two models predict on a text.
package verify

import (
	"context"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
)

// Report is what the comparison found. Problems is empty where the file is what a
// conversion of the checkpoint gives.
type Report struct {
	Name       string   `json:"name"`
	Type       string   `json:"type"` // of the matrices
	Parameters int64    `json:"parameters"`
	Before     int64    `json:"bytesBefore"` // of the tensors, in the checkpoint
	After      int64    `json:"bytesAfter"`
	Errors     Errors   `json:"errors"` // of all tensors
	Tensors    []Tensor `json:"tensors"`
	Logits     *Logits  `json:"logits,omitempty"` // nil where no text has been run
	Problems   []string `json:"problems"`
	Notes      []string `json:"notes"`
}

// Errors are the figures of some values.
type Errors struct {
	Worst float64 `json:"worst"` // largest absolute difference
	Mean  float64 `json:"mean"`  // of the absolute differences
	RMS   float64 `json:"rms"`   // root of the mean square
	SNR   Ratio   `json:"snrDB"` // signal-to-noise ratio in decibels
}

func errorsOf(f *quant.Figures) Errors {
	return Errors{Worst: f.Worst, Mean: f.Mean(), RMS: f.RMS(), SNR: Ratio(f.SNR())}
}

// Ratio is a number of decibels, infinite where nothing differs.
type Ratio float64

// Exact reports whether nothing differs.
func (r Ratio) Exact() bool { return math.IsInf(float64(r), 1) }

// MarshalJSON writes null for what JSON has no number for.
func (r Ratio) MarshalJSON() ([]byte, error) {
	if f := float64(r); f-f == 0 {
		return fmt.Appendf(nil, "%.4g", f), nil
	}
	return []byte("null"), nil
}

// Tensor is one tensor beside its source.
type Tensor struct {
	Name  string `json:"name"`
	From  string `json:"from"` // in the checkpoint
	Shape []int  `json:"shape"`
	Type  string `json:"type"`
	Errors

	WorstRow    int     `json:"worstRow"` // where Worst is, -1 if nothing differs
	WorstColumn int     `json:"worstColumn"`
	Bound       float64 `json:"bound"` // the largest share of what the type allows that any value differs by, 1 at most

	Sigma    float64 `json:"sigma"`    // standard deviation of the source
	Largest  float64 `json:"largest"`  // magnitude in the source
	Outliers int64   `json:"outliers"` // values of the source beyond 6 sigma from their mean
	Blocks   int64   `json:"blocks"`   // of 32 values, where the type is Q8_0
	Spiked   int64   `json:"spiked"`   // blocks whose scale one value sets, see spike

	Rows   []Row  `json:"worstRows"` // those with the largest RMS, most first
	Range  Bounds `json:"range"`     // of the histograms
	Before []int  `json:"before"`    // values by size, in the source
	After  []int  `json:"after"`     // and in the file
}

// Bounds are where histograms begin and end.
type Bounds struct{ Low, High float64 }

// Row is one row of a tensor.
type Row struct {
	Row     int     `json:"row"`
	Worst   float64 `json:"worst"`
	RMS     float64 `json:"rms"`
	SNR     Ratio   `json:"snrDB"`
	Largest float64 `json:"largest"` // magnitude in the source
}

const (
	sigmas    = 6  // what lies further from the mean is an outlier
	spike     = 8  // times the root mean square of its block's other values: sets the block's scale alone, and takes 2 of their bits
	worstRows = 5  // that are kept of a tensor
	bins      = 64 // of a histogram
)

// Tensors compares the metadata and every tensor of a file with the checkpoint that
// it was made from. progress may be nil; it is told of bytes of the file.
//
// An error means that one of the two could not be read; what is wrong with the file
// is in the report. The checkpoint's tensors are in memory one at a time.
func Tensors(ctx context.Context, model *checkpoint.Model, file *gguf.Reader, progress func(done, total int64)) (*Report, error) {
	typ := fileType(file)
	want, notes := convert.Plan(model, typ)
	c := comparison{report: &Report{Type: typ.String(), Problems: []string{}, Notes: notes}, total: quant.NewFigures()}
	c.report.Name, _ = file.Metadata().Text("general.name")
	c.metadata(convert.Metadata(model, convert.Options{Type: typ}), file.Metadata())
	var done, total int64
	sources := make(map[string]int)
	for i, info := range want {
		sources[info.Name] = i
		total += info.Size
		c.report.Before += model.Tensors[i].Bytes
	}
	for {
		info, data, err := file.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		i, ok := sources[info.Name]
		if !ok {
			c.problem("%s: the checkpoint has no such tensor", info.Name)
			continue
		}
		delete(sources, info.Name)
		if err := c.tensor(ctx, model.Tensors[i], want[i], info, data); err != nil {
			return nil, err
		}
		if done += info.Size; progress != nil {
			progress(min(done, total), total)
		}
	}
	for _, info := range want {
		if _, ok := sources[info.Name]; ok {
			c.problem("%s is missing: convert the checkpoint again", info.Name)
		}
	}
	c.report.Errors = errorsOf(c.total)
	c.report.Parameters = c.total.Count
	return c.report, nil
}

// fileType returns the type that the matrices of the file were converted to.
func fileType(file *gguf.Reader) gguf.Type {
	number, ok := file.Metadata().Int("general.file_type")
	for typ, n := range map[gguf.Type]int64{gguf.F32: 0, gguf.F16: 1, gguf.Q8_0: 7} {
		if ok && n == number {
			return typ
		}
	}
	return gguf.Q8_0
}

// comparison is a Report in the making.
type comparison struct {
	report *Report
	total  *quant.Figures
}

func (c *comparison) problem(format string, args ...any) {
	c.report.Problems = append(c.report.Problems, fmt.Sprintf(format, args...))
}

func (c *comparison) note(format string, args ...any) {
	c.report.Notes = append(c.report.Notes, fmt.Sprintf(format, args...))
}

// settles has the keys that decide what a model computes, with what holds where a
// file of another tool leaves them out.
var settles = map[string]any{
	"general.architecture": nil, "gpt2.context_length": nil, "gpt2.embedding_length": nil, "gpt2.feed_forward_length": nil,
	"gpt2.block_count": nil, "gpt2.attention.head_count": nil, "gpt2.attention.layer_norm_epsilon": nil,
	"vitrine.activation": "gelu_new", "vitrine.position": "learned",
	"tokenizer.ggml.model": nil, "tokenizer.ggml.tokens": nil, "tokenizer.ggml.merges": nil,
	"tokenizer.ggml.add_bos_token": false, "tokenizer.ggml.add_eos_token": false, "tokenizer.ggml.add_space_prefix": false,
	"vitrine.tokenizer.normalizer": nil, "vitrine.tokenizer.splits": nil, "vitrine.tokenizer.ignore_merges": false,
	"vitrine.tokenizer.before": nil, "vitrine.tokenizer.after": nil, "vitrine.tokenizer.normalized": nil,
	"vitrine.tokenizer.lstrip": nil, "vitrine.tokenizer.rstrip": nil, "vitrine.tokenizer.single_word": nil,
}

// metadata compares the keys that decide what the model computes.
func (c *comparison) metadata(want, got *gguf.Metadata) {
	for _, key := range want.Keys() {
		byDefault, ok := settles[key]
		if !ok {
			continue
		}
		w, _ := want.Value(key)
		g, ok := got.Value(key)
		if !ok {
			g = byDefault
		}
		if !same(w, g) {
			c.problem("metadata %s: got %s, want %s as in the checkpoint", key, shown(g), shown(w))
		}
	}
}

// same compares two values, integers of any size by their number.
func same(a, b any) bool {
	if x, y := reflect.ValueOf(a), reflect.ValueOf(b); x.CanUint() && (y.CanUint() || y.CanInt()) {
		return fmt.Sprint(a) == fmt.Sprint(b)
	}
	return reflect.DeepEqual(a, b)
}

// shown returns a value for people, in short where it is a list.
func shown(v any) string {
	if v == nil {
		return "no such key"
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		return fmt.Sprintf("%d others", r.Len())
	}
	return fmt.Sprintf("%.60q", fmt.Sprint(v))
}

// tensor compares one tensor with its source.
func (c *comparison) tensor(ctx context.Context, source checkpoint.Tensor, want, info gguf.TensorInfo, data io.Reader) error {
	if !slices.Equal(info.Shape, want.Shape) {
		c.problem("%s: got shape %v, want %v", info.Name, info.Shape, want.Shape)
		return nil
	}
	if info.Type != want.Type {
		c.note("%s is %v; this tool would make it %v", info.Name, info.Type, want.Type)
	}
	exact, err := convert.Read(ctx, source)
	if err != nil {
		return err
	}
	t := Tensor{Name: info.Name, From: source.From, Shape: info.Shape, Type: info.Type.String(), WorstRow: -1, WorstColumn: -1}
	p := statistics(exact)
	t.Sigma, t.Largest = p.sigma, p.largest
	t.Range = Bounds{p.low, p.high}
	t.Before, t.After = make([]int, bins), make([]int, bins)
	for _, v := range exact {
		t.Before[p.bin(v)]++
		if math.Abs(float64(v)-p.mean) > sigmas*p.sigma {
			t.Outliers++
		}
	}
	cols := info.Shape[len(info.Shape)-1]
	rowBytes, _ := info.Type.RowBytes(cols) // the reader has checked that they fit
	raw, stored := make([]byte, rowBytes), make([]float32, cols)
	figures, bounds := quant.NewFigures(), make([]float64, cols)
	for row := range len(exact) / cols {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.ReadFull(data, raw); err != nil {
			return err // names the tensor
		}
		checkpoint.Decode(stored, raw, info.Type.String())
		values := exact[row*cols:][:cols]
		t.spikes(values, info.Type)
		allowed(bounds, values, info.Type)
		for i, v := range stored {
			d := math.Abs(float64(v) - float64(values[i]))
			switch share := d / bounds[i]; {
			case !(d <= bounds[i]): // also NaN
				c.problem("%s: row %d, column %d is %v, want %v within %.3g, as %v stores it", info.Name, row, i, v, values[i], bounds[i], info.Type)
				return nil // one value says enough of a tensor
			case d > 0:
				t.Bound = max(t.Bound, share)
			}
			t.After[p.bin(v)]++
		}
		f := quant.NewFigures()
		f.Add(values, stored)
		figures.Merge(f)
		t.addRow(row, values, f)
	}
	t.Errors = errorsOf(figures)
	if figures.WorstAt >= 0 {
		t.WorstRow, t.WorstColumn = int(figures.WorstAt)/cols, int(figures.WorstAt)%cols
	}
	c.total.Merge(figures)
	c.report.After += info.Size
	c.report.Tensors = append(c.report.Tensors, t)
	return nil
}

// allowed fills bounds with how far each value of a row may be from what is stored.
//
// F32 is exact. F16 is off by half a step: 2^-11 of the value, or 2^-25 where it is
// subnormal. A block of Q8_0 has a step of max|x|/127: half of it for rounding, and
// 1/16 for the rounding of the scale to float16, 2^-11 of it over 127 steps; 2^-18
// more where the scale is a subnormal float16, off by 2^-25 over 127 steps.
func allowed(bounds []float64, x []float32, typ gguf.Type) {
	switch typ {
	case gguf.Q8_0:
		for b := 0; b < len(x); b += quant.BlockSize {
			bound := largest(x[b:b+quant.BlockSize])/127*(0.5+0x1p-4) + 0x1p-18
			for i := b; i < b+quant.BlockSize; i++ {
				bounds[i] = bound
			}
		}
	case gguf.F16:
		for i, v := range x {
			bounds[i] = max(math.Abs(float64(v))*0x1p-11, 0x1p-25)
		}
	default:
		clear(bounds)
	}
}

func largest(x []float32) float64 {
	var l float32
	for _, v := range x {
		l = max(l, v, -v)
	}
	return float64(l)
}

// spikes counts the blocks of a row in which one value is so large that it alone sets
// the scale.
func (t *Tensor) spikes(x []float32, typ gguf.Type) {
	if typ != gguf.Q8_0 {
		return
	}
	for ; len(x) > 0; x = x[quant.BlockSize:] {
		top, sum := largest(x[:quant.BlockSize]), 0.0
		for _, v := range x[:quant.BlockSize] {
			sum += float64(v) * float64(v)
		}
		t.Blocks++
		if others := math.Sqrt(max(0, sum-top*top) / (quant.BlockSize - 1)); top > spike*others {
			t.Spiked++
		}
	}
}

// addRow keeps the row if it is among the worst.
func (t *Tensor) addRow(row int, values []float32, f *quant.Figures) {
	if f.Worst == 0 || len(t.Rows) == worstRows && f.RMS() <= t.Rows[worstRows-1].RMS {
		return
	}
	t.Rows = append(t.Rows, Row{Row: row, Worst: f.Worst, RMS: f.RMS(), SNR: Ratio(f.SNR()), Largest: largest(values)})
	slices.SortStableFunc(t.Rows, func(a, b Row) int {
		if a.RMS > b.RMS {
			return -1
		} else if a.RMS < b.RMS {
			return 1
		}
		return 0
	})
	t.Rows = t.Rows[:min(len(t.Rows), worstRows)]
}

// population is the distribution of some values.
type population struct{ mean, sigma, largest, low, high float64 }

func statistics(x []float32) population {
	p := population{low: math.Inf(1), high: math.Inf(-1)}
	var sum, squares float64
	for _, v := range x {
		f := float64(v)
		sum += f
		p.low, p.high = min(p.low, f), max(p.high, f)
	}
	p.mean = sum / float64(len(x))
	for _, v := range x {
		d := float64(v) - p.mean
		squares += float64(d * d)
	}
	p.sigma = math.Sqrt(squares / float64(len(x)))
	p.largest = max(p.high, -p.low)
	return p
}

// bin returns the bin of the histogram that v is in; what lies outside is in the
// outermost ones.
func (p population) bin(v float32) int {
	if p.high == p.low {
		return 0
	}
	share := (float64(v) - p.low) / (p.high - p.low)
	return int(min(max(share*bins, 0), bins-1))
}

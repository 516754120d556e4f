// Package report draws a comparison of a model file with its checkpoint as one HTML
// page that needs no other file and no script.
package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"vitrine/tools/quantize/verify"
)

//go:embed report.html
var page string

var parsed = template.Must(template.New("report").Funcs(template.FuncMap{
	"number": number, "percent": percent, "size": size, "count": count, "db": decibels, "shape": shape,
}).Parse(page))

// Write writes the page.
func Write(w io.Writer, r *verify.Report) error {
	return parsed.Execute(w, struct {
		*verify.Report
		Layers     *chart
		Histograms []histogram
		Worst      []worstRow
		Sound      bool
	}{r, layers(r.Tensors), histograms(r.Tensors), worst(r.Tensors), len(r.Problems) == 0})
}

// number writes an error or a weight with three digits.
func number(v float64) string {
	switch abs := math.Abs(v); {
	case v == 0:
		return "0"
	case abs >= 0.001 && abs < 1000:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(v, 'e', 2, 64)
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

func decibels(r verify.Ratio) string {
	if r.Exact() {
		return "exact"
	}
	return strconv.FormatFloat(float64(r), 'f', 1, 64) + " dB"
}

func size(bytes int64) string {
	if bytes >= 1e9 {
		return fmt.Sprintf("%.2f GB", float64(bytes)/1e9)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

// count writes a number with its thousands apart.
func count(n any) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits
}

func shape(dims []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", " × ")
}

// place tells where in the model a tensor is: layer -1 is outside of them.
func place(name string) (layer int, kind string) {
	kind = strings.TrimSuffix(name, ".weight")
	rest, ok := strings.CutPrefix(kind, "blk.")
	if !ok {
		return -1, kind
	}
	number, kind, _ := strings.Cut(rest, ".")
	layer, err := strconv.Atoi(number)
	if err != nil {
		return -1, name
	}
	return layer, kind
}

// kinds are the matrices of a layer, each with the mark that it has in charts beside
// its colour.
var kinds = []string{"attn_qkv", "attn_output", "ffn_up", "ffn_down"}

// chart is a plot of one value by layer, a line for each kind.
type chart struct {
	Width, Height            int
	Left, Top, Right, Bottom int // of the area of the lines
	Series                   []series
	Ticks                    []tick // of the vertical axis
	Layers                   []tick // of the horizontal one
}

type series struct {
	Kind   string
	Index  int // picks colour and mark
	Line   string
	Points []point
	LabelY int // of the name at the end of the line
}

type point struct {
	X, Y  int
	Title string
}

type tick struct {
	At   int
	Text string
}

// layers draws the signal-to-noise ratio of the matrices by layer, nil where there is
// none to draw.
func layers(tensors []verify.Tensor) *chart {
	c := &chart{Width: 760, Height: 300, Left: 52, Top: 14, Right: 640, Bottom: 256}
	low, high, last := math.Inf(1), math.Inf(-1), -1
	for _, t := range tensors {
		if layer, kind := place(t.Name); layer >= 0 && slices.Contains(kinds, kind) && !t.SNR.Exact() {
			low, high, last = min(low, float64(t.SNR)), max(high, float64(t.SNR)), max(last, layer)
		}
	}
	if last < 0 {
		return nil
	}
	low, high = math.Floor(low)-1, math.Ceil(high)+1
	y := func(db float64) int { return c.Bottom - int(math.Round((db-low)/(high-low)*float64(c.Bottom-c.Top))) }
	x := func(layer int) int {
		if last == 0 {
			return (c.Left + c.Right) / 2
		}
		return c.Left + 14 + (c.Right-c.Left-28)*layer/last
	}
	step := max(1, math.Ceil((high-low)/6))
	for db := math.Ceil(low/step) * step; db <= high; db += step {
		c.Ticks = append(c.Ticks, tick{y(db), strconv.FormatFloat(db, 'f', 0, 64)})
	}
	for layer := 0; layer <= last; layer += last/12 + 1 {
		c.Layers = append(c.Layers, tick{x(layer), strconv.Itoa(layer)})
	}
	for i, kind := range kinds {
		s := series{Kind: kind, Index: i}
		for _, t := range tensors {
			if layer, k := place(t.Name); layer >= 0 && k == kind && !t.SNR.Exact() {
				s.Points = append(s.Points, point{x(layer), y(float64(t.SNR)), fmt.Sprintf("%s: %s, worst error %s", t.Name, decibels(t.SNR), number(t.Worst))})
			}
		}
		slices.SortFunc(s.Points, func(a, b point) int { return cmp.Compare(a.X, b.X) })
		for _, p := range s.Points {
			s.Line += fmt.Sprintf("%d,%d ", p.X, p.Y)
		}
		if n := len(s.Points); n > 0 {
			s.LabelY = s.Points[n-1].Y
			c.Series = append(c.Series, s)
		}
	}
	spread(c.Series, 17)
	return c
}

// spread moves labels apart that are closer than distance.
func spread(list []series, distance int) {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(list[a].LabelY, list[b].LabelY) })
	for i := 1; i < len(order); i++ {
		if y := list[order[i-1]].LabelY + distance; list[order[i]].LabelY < y {
			list[order[i]].LabelY = y
		}
	}
}

// histogram is one tensor's weights by size, before and after.
type histogram struct {
	Name, Type    string
	Width, Height int
	Before        string // a filled path
	After         string // a line
	Low, High     string
	SNR           verify.Ratio
	Outliers      int64
}

// histograms draws those of the tensors that have lost something. Heights are
// logarithms: a single outlier is to be seen beside a million others.
func histograms(tensors []verify.Tensor) []histogram {
	var list []histogram
	for _, t := range tensors {
		if t.SNR.Exact() {
			continue
		}
		h := histogram{Name: t.Name, Type: t.Type, Width: 256, Height: 72, Low: number(t.Range.Low), High: number(t.Range.High), SNR: t.SNR, Outliers: t.Outliers}
		top := 0.0
		for i := range t.Before {
			top = max(top, height(t.Before[i]), height(t.After[i]))
		}
		outline := func(bins []int) string {
			var b strings.Builder
			for i, n := range bins {
				y := float64(h.Height) - height(n)/max(top, 1)*float64(h.Height-4)
				fmt.Fprintf(&b, "%d,%.1f %d,%.1f ", i*h.Width/len(bins), y, (i+1)*h.Width/len(bins), y)
			}
			return b.String()
		}
		h.Before = fmt.Sprintf("0,%d %s%d,%d", h.Height, outline(t.Before), h.Width, h.Height)
		h.After = outline(t.After)
		list = append(list, h)
	}
	return list
}

// height is that of a bin with n values.
func height(n int) float64 { return math.Log10(1 + float64(n)) }

// worstRow is a row of the table of worst rows.
type worstRow struct {
	Tensor string
	verify.Row
}

// worst returns the rows with the largest errors of all tensors.
func worst(tensors []verify.Tensor) []worstRow {
	var list []worstRow
	for _, t := range tensors {
		for _, row := range t.Rows {
			list = append(list, worstRow{t.Name, row})
		}
	}
	slices.SortStableFunc(list, func(a, b worstRow) int { return cmp.Compare(b.RMS, a.RMS) })
	return list[:min(len(list), 15)]
}

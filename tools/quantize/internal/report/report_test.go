package report

import (
	"encoding/xml"
	"math"
	"strings"
	"testing"

	"vitrine/core/quant"
	"vitrine/tools/quantize/verify"
)

// sample is a report of a model of three layers, with texts that would be HTML.
func sample() *verify.Report {
	r := &verify.Report{
		Name: `</title><script>alert("x")</script>`, Type: "Q8_0", Parameters: 1234567, Before: 4e6, After: 1e6,
		Errors:   verify.Errors{Worst: 0.01, Mean: 0.001, RMS: 0.002, SNR: 45},
		Problems: []string{"<img src=x> is missing"}, Notes: []string{"a & b"},
		Logits: &verify.Logits{Tokens: 9, Positions: 8, Agreement: 0.875, MeanKL: 1e-4, MaxKL: 2e-3, MaxLogit: 0.25, Perplexity: verify.Pair{Before: 20, After: 20.5},
			Lens: []verify.Layer{{Layer: 0, Positions: 7, Agreement: 0.75, MeanKL: 2e-3, MaxKL: 3e-2}}},
	}
	for layer := range 3 {
		for i, kind := range kinds {
			r.Tensors = append(r.Tensors, verify.Tensor{
				Name: "blk." + string(rune('0'+layer)) + "." + kind + ".weight", Shape: []int{4, 32}, Type: "Q8_0",
				Errors: verify.Errors{Worst: 0.01, Mean: 0.001, SNR: verify.Ratio(44 + float64(layer) + 0.1*float64(i))}, WorstRow: 2, Bound: 0.9,
				Blocks: 4, Range: verify.Bounds{Low: -1, High: 2}, Before: []int{1, 10, 0, 100}, After: []int{1, 9, 1, 100},
				Rows: []verify.Row{{Row: layer, RMS: 0.001 * float64(layer+i), SNR: 40}},
			})
		}
	}
	r.Tensors = append(r.Tensors, verify.Tensor{Name: "output_norm.bias", Shape: []int{32}, Type: "F32", Errors: verify.Errors{SNR: verify.Ratio(quant.NewFigures().SNR())}, WorstRow: -1})
	return r
}

func written(t *testing.T, r *verify.Report) string {
	t.Helper()
	var b strings.Builder
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWrite: all is in one file, escaped, and the plots are well-formed.
func TestWrite(t *testing.T) {
	page := written(t, sample())
	for _, unwanted := range []string{"<script", "<img", "http:", "https:", " src=\"", "@import", "url(", "NaN", "Inf", "%!", "ZgotmplZ", "<no value>"} {
		if strings.Contains(page, unwanted) {
			t.Errorf("the page has %q in it", unwanted)
		}
	}
	for _, want := range []string{
		"&lt;script&gt;", "&lt;img src=x&gt; is missing", "a &amp; b", "is not what converting", "1\u202f234\u202f567", "1.0 MB", "45.0 dB", "87.5 %",
		"blk.2.ffn_down.weight", "output_norm.bias", "exact", "light-dark(", "20.500", "<td>7</td><td>75.0 %</td><td>0.002</td><td>0.03</td>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	plots := 0
	for rest := page; ; plots++ {
		_, after, ok := strings.Cut(rest, "<svg")
		if !ok {
			break
		}
		plot, after, _ := strings.Cut(after, "</svg>")
		rest = after
		if err := xml.Unmarshal([]byte("<svg"+plot+"</svg>"), new(struct{})); err != nil {
			t.Errorf("a plot is not well-formed: %v", err)
		}
	}
	if plots != 1+12 {
		t.Errorf("got %d plots, want one by layer and 12 histograms", plots)
	}
}

// TestExact: a file that has lost nothing has no plots of what it has lost.
func TestExact(t *testing.T) {
	r := sample()
	r.Problems, r.Logits = nil, nil
	r.Errors.SNR = verify.Ratio(math.Inf(1))
	for i := range r.Tensors {
		r.Tensors[i].SNR, r.Tensors[i].Rows = r.Errors.SNR, nil
	}
	page := written(t, r)
	if strings.Contains(page, "<svg") || strings.Contains(page, "Worst rows") || !strings.Contains(page, "✓ The file is what converting the checkpoint gives") {
		t.Error("got plots, or another verdict")
	}
	if strings.Contains(page, "Inf") {
		t.Error("an infinite ratio is not written as exact")
	}
}

// TestLayers: values become places inside the plot, the better the higher, and labels
// keep apart.
func TestLayers(t *testing.T) {
	c := layers(sample().Tensors)
	if len(c.Series) != 4 || len(c.Layers) != 3 {
		t.Fatalf("got %d series, %d layers", len(c.Series), len(c.Layers))
	}
	for _, s := range c.Series {
		for i, p := range s.Points {
			if p.X < c.Left || p.X > c.Right || p.Y < c.Top || p.Y > c.Bottom {
				t.Errorf("%s: got a point at %d, %d", s.Kind, p.X, p.Y)
			}
			if i > 0 && (p.X <= s.Points[i-1].X || p.Y >= s.Points[i-1].Y) {
				t.Errorf("%s: layer %d, which is better, is not up and to the right", s.Kind, i)
			}
		}
	}
	for i, s := range c.Series {
		for _, other := range c.Series[:i] {
			if d := s.LabelY - other.LabelY; d > -17 && d < 17 {
				t.Errorf("labels %d apart", d)
			}
		}
	}
	if one := layers(sample().Tensors[:4]); one == nil || len(one.Series) != 4 {
		t.Error("a model of one layer has no plot")
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.00123456: "0.00123", -0.5: "-0.5", 1e-4: "1.00e-04", 12345: "1.23e+04"} {
		if got := number(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1\u202f000", 1234567: "1\u202f234\u202f567"} {
		if got := count(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

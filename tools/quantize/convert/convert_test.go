package convert

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
)

// memory is Values that are in memory, and fail from a place on.
type memory struct {
	values []float32
	fails  int64 // 0: never
}

var errDisk = errors.New("disk on fire")

func (m *memory) ReadAt(dst []float32, first int64) error {
	if m.fails > 0 && first+int64(len(dst)) > m.fails {
		return fmt.Errorf("at %d: %w", m.fails, errDisk)
	}
	copy(dst, m.values[first:])
	return nil
}

// sample is a model with tensors of one chunk, several chunks and several slabs,
// transposed and not, with rows that are no blocks, and edges that are no tiles.
func sample() *checkpoint.Model {
	rng := rand.New(rand.NewPCG(1, 2))
	m := &checkpoint.Model{
		Config:    checkpoint.Config{Layers: 1, Heads: 2, Embedding: 32, Context: 5, Vocabulary: 3, FeedForward: 64, Epsilon: 1e-5, Activation: "gelu_new"},
		Tokenizer: checkpoint.Tokenizer{Tokens: []string{"a", "b", "c"}, Types: []int32{1, 1, 1}, BOS: -1, EOS: 2},
	}
	for i, shape := range [][]int{{3, 32}, {5000, 64}, {7}, {1000, 768}, {17, 20}, {33, 96}, {40, 32 * 33}, {1}} {
		values := make([]float32, rows(shape)*cols(shape))
		for j := range values {
			values[j] = float32(rng.NormFloat64())
		}
		m.Tensors = append(m.Tensors, checkpoint.Tensor{
			Name: fmt.Sprintf("t%d", i), From: fmt.Sprintf("from.%d", i), Shape: shape, Matrix: len(shape) == 2, Transposed: i > 2 && len(shape) == 2,
			Bytes: int64(4 * len(values)), Values: &memory{values: values},
		})
	}
	return m
}

// TestCores: the bytes, the report and the notes are the same for any number of
// cores, and the bytes are those that a plain loop makes.
func TestCores(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, typ := range []gguf.Type{gguf.Q8_0, gguf.F16, gguf.F32} {
		var want []byte
		var wantReport *Report
		for _, cores := range []int{1, 2, 3, 8} {
			runtime.GOMAXPROCS(cores)
			var out bytes.Buffer
			report, err := Write(t.Context(), &out, sample(), Options{Type: typ})
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want, wantReport = out.Bytes(), report
				checkPlain(t, sample(), want)
			}
			if !bytes.Equal(out.Bytes(), want) || !reflect.DeepEqual(report, wantReport) {
				t.Errorf("%v: %d cores: the file or the report differs from that of one", typ, cores)
			}
		}
	}
}

// checkPlain compares the data of a file with the conversion of a plain loop.
func checkPlain(t *testing.T, model *checkpoint.Model, file []byte) {
	t.Helper()
	r, err := gguf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, tensor := range model.Tensors {
		info, data, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(data)
		if err != nil {
			t.Fatal(err)
		}
		if want := plain(tensor, info.Type); info.Name != tensor.Name || !bytes.Equal(got, want) {
			t.Errorf("%s as %v: got other bytes than a plain loop makes", tensor.Name, info.Type)
		}
	}
}

// plain converts a tensor one value after the other.
func plain(t checkpoint.Tensor, typ gguf.Type) []byte {
	values := t.Values.(*memory).values
	var b []byte
	for r := range rows(t.Shape) {
		row := make([]float32, cols(t.Shape))
		for c := range row {
			if row[c] = values[r*len(row)+c]; t.Transposed {
				row[c] = values[c*rows(t.Shape)+r]
			}
		}
		switch typ {
		case gguf.Q8_0:
			blocks := make([]byte, len(row)/quant.BlockSize*quant.BlockBytes)
			quant.QuantizeRow(blocks, row)
			b = append(b, blocks...)
		case gguf.F16:
			for _, v := range row {
				b = binary.LittleEndian.AppendUint16(b, quant.Float32ToFloat16(v))
			}
		default:
			b, _ = binary.Append(b, binary.LittleEndian, row)
		}
	}
	return b
}

// TestFirstError: of several errors the first in the file is reported, whatever
// worker meets another one earlier, and no worker reads on after Write.
func TestFirstError(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		spoil func(m *checkpoint.Model)
		want  string
	}{
		{func(m *checkpoint.Model) {
			m.Tensors[1].Values.(*memory).values[4000*64+3] = nan
			m.Tensors[2].Values.(*memory).values[0] = nan
		}, `tensor "from.1": row 4000, column 3 of t1 is NaN`},
		{func(m *checkpoint.Model) {
			m.Tensors[3].Values.(*memory).values[5*1000+999] = float32(math.Inf(1))
			m.Tensors[3].Values.(*memory).values[700*1000+1] = nan
		}, `tensor "from.3": row 1, column 700 of t3 is NaN`},
		{func(m *checkpoint.Model) {
			m.Tensors[3].Values.(*memory).fails = 600_000
			m.Tensors[5].Values.(*memory).fails = 1
		}, "at 600000: disk on fire"},
		{func(m *checkpoint.Model) { m.Tensors[1].Values.(*memory).values[0] = -1e30 }, "row 0, column 0 of t1 is -1e+30, want at most 8.319008e+06, all that Q8_0 holds: try -type f32"},
	} {
		for range 20 {
			m := sample()
			c.spoil(m)
			_, err := Write(t.Context(), io.Discard, m, Options{Type: gguf.Q8_0})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
		}
	}
}

// TestStops: an end that comes at any chunk ends the conversion with its reason, and
// progress goes up to the whole.
func TestStops(t *testing.T) {
	calls, last, whole := 0, int64(0), int64(0)
	o := Options{Type: gguf.Q8_0, Progress: func(done, total int64) { calls, last, whole = calls+1, done, total }}
	if _, err := Write(t.Context(), io.Discard, sample(), o); err != nil {
		t.Fatal(err)
	}
	if calls < len(sample().Tensors) || last != whole || whole == 0 {
		t.Errorf("got %d calls, the last with %d of %d bytes", calls, last, whole)
	}
	for stop := range calls {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		o.Progress = func(done, total int64) {
			if n++; n > stop {
				cancel()
			}
		}
		_, err := Write(ctx, io.Discard, sample(), o)
		if !errors.Is(err, context.Canceled) && stop < calls-1 {
			t.Errorf("stopped at chunk %d of %d: got %v", stop, calls, err)
		}
		cancel()
	}
}

// TestWriteFails: an error of the output is returned.
func TestWriteFails(t *testing.T) {
	r, w := io.Pipe()
	r.CloseWithError(errDisk)
	if _, err := Write(t.Context(), w, sample(), Options{Type: gguf.F32}); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

// closer is a file in memory.
type closer struct {
	bytes.Buffer
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

func TestWriteSplit(t *testing.T) {
	var whole bytes.Buffer
	wantReport, err := Write(t.Context(), &whole, sample(), Options{Type: gguf.Q8_0})
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int64{850_000, 900_000, 1_000_000, 1_200_000, int64(whole.Len()) - 1, int64(whole.Len())} {
		var files []*closer
		count := 0
		report, err := WriteSplit(t.Context(), func(part, parts int) (io.WriteCloser, error) {
			if part != len(files) {
				t.Errorf("got part %d, want %d", part, len(files))
			}
			count = parts
			files = append(files, new(closer))
			return files[part], nil
		}, limit, sample(), Options{Type: gguf.Q8_0})
		if err != nil {
			t.Fatal(err)
		}
		if (len(files) == 1) != (limit >= int64(whole.Len())) || count != len(files) {
			t.Fatalf("limit %d: got %d files of %d", limit, len(files), count)
		}
		if len(files) == 1 && !bytes.Equal(files[0].Bytes(), whole.Bytes()) {
			t.Errorf("limit %d: a model that fits differs from that of Write", limit)
		}
		for _, f := range files {
			if int64(f.Len()) > limit || !f.closed {
				t.Errorf("limit %d: got a file of %d bytes, closed: %v", limit, f.Len(), f.closed)
			}
		}
		for i := range report.Tensors {
			report.Tensors[i].Offset = wantReport.Tensors[i].Offset // in its own part
		}
		if !reflect.DeepEqual(report, wantReport) {
			t.Errorf("limit %d: got another report", limit)
		}
		r, err := gguf.NewSplitReader(func(part int) (io.Reader, int64, error) { return files[part], int64(files[part].Len()), nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range sample().Tensors {
			info, data, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(data); err != nil || info.Name != tensor.Name || !bytes.Equal(got, plain(tensor, info.Type)) {
				t.Errorf("limit %d: %s has other bytes, error %v", limit, info.Name, err)
			}
		}
	}
}

// TestSplitFirstWithoutTensors: metadata that leave the largest tensor no room have a
// file of their own.
func TestSplitFirstWithoutTensors(t *testing.T) {
	m := sample()
	m.Tensors = m.Tensors[1:2] // 5000 * 68 bytes
	m.Tokenizer.Merges = slices.Repeat([]string{"a b"}, 10_000)
	var sizes []int
	_, err := WriteSplit(t.Context(), func(part, parts int) (io.WriteCloser, error) { return new(closer), nil }, 345_000, m, Options{Type: gguf.Q8_0, Progress: func(done, total int64) {}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := divide(Metadata(m, Options{}), []gguf.TensorInfo{{Name: "t", Shape: []int{5000, 64}, Type: gguf.Q8_0}}, 345_000)
	for _, p := range parts {
		sizes = append(sizes, len(p))
	}
	if err != nil || !slices.Equal(sizes, []int{0, 1}) {
		t.Errorf("got parts of %v tensors, error %v, want 0 and 1", sizes, err)
	}
}

func TestSplitTooSmall(t *testing.T) {
	for _, c := range []struct {
		limit int64
		want  string
	}{
		{100, "metadata takes "},
		{100_000, "t1 takes 340000 bytes, and a part may have 100000: allow 340"},
	} {
		_, err := WriteSplit(t.Context(), func(part, parts int) (io.WriteCloser, error) {
			t.Errorf("limit %d: a file was made", c.limit)
			return new(closer), nil
		}, c.limit, sample(), Options{Type: gguf.Q8_0})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("limit %d: got %v, want %s", c.limit, err, c.want)
		}
	}
	if _, err := WriteSplit(t.Context(), func(part, parts int) (io.WriteCloser, error) { return nil, errDisk }, 1<<20, sample(), Options{Type: gguf.Q8_0}); err != errDisk {
		t.Errorf("a file that cannot be made: got %v", err)
	}
}

func TestMetadataOverrides(t *testing.T) {
	m := sample()
	m.Name, m.License, m.Author, m.Source, m.Languages = "Tales", "mit", "A", "https://huggingface.co/a/tales", []string{"en"}
	texts := func(o Options) string {
		meta := Metadata(m, o)
		var list []string
		for _, key := range []string{"general.name", "general.license", "general.author", "general.source.url", "general.source.huggingface.repository", "general.languages"} {
			if value, ok := meta.Value(key); ok {
				list = append(list, fmt.Sprint(value))
			}
		}
		return strings.Join(list, " ")
	}
	if got, want := texts(Options{}), "Tales mit A https://huggingface.co/a/tales a/tales [en]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	o := Options{Name: "B", License: "cc0-1.0", Author: "C", Source: "https://example.org", Languages: []string{"de", "fr"}}
	if got, want := texts(o), "B cc0-1.0 C https://example.org [de fr]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	m.Name, m.License, m.Author, m.Source, m.Languages = "", "", "", "", nil
	if got := texts(Options{}); got != "" {
		t.Errorf("of a checkpoint that says nothing: got %s", got)
	}
}

// BenchmarkWrite converts a matrix as wide as GPT-2 XL's from memory, straight and
// transposed. MB/s are of float32.
func BenchmarkWrite(b *testing.B) {
	for _, transposed := range []bool{false, true} {
		for _, typ := range []gguf.Type{gguf.Q8_0, gguf.F16} {
			b.Run(fmt.Sprintf("%v transposed %v", typ, transposed), func(b *testing.B) {
				m := sample()
				shape := []int{6400, 1600}
				values := make([]float32, shape[0]*shape[1])
				for i := range values {
					values[i] = float32(i%251-125) / 1000
				}
				m.Tensors = []checkpoint.Tensor{{Name: "t", Shape: shape, Matrix: true, Transposed: transposed, Values: &memory{values: values}}}
				b.SetBytes(int64(4 * len(values)))
				for b.Loop() {
					if _, err := Write(b.Context(), io.Discard, m, Options{Type: typ}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

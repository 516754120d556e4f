package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/internal/memtest"
)

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "-in is missing"},
		{[]string{"-in", "x"}, "-out is missing"},
		{[]string{"-in", "x", "-out", "y.gguf", "z"}, `got the argument "z"`},
		{[]string{"-in", "x", "-out", "y.gguf", "-type", "q4_0"}, `invalid value "q4_0" for flag -type: want q8_0, f16 or f32`},
		{[]string{"-in", "x", "-out", "x/model.safetensors"}, `-out: got "x/model.safetensors", want a name that ends in .gguf`},
		{[]string{"-in", "x", "-out", "y.gguf", "-split", "many"}, `invalid value "many" for flag -split: want a size such as 100MB`},
		{[]string{"-in", "x", "-out", "y.gguf", "-split", "0"}, "for flag -split"},
		{[]string{"-in", "x", "-out", "y.gguf", "-split", "9999999999GB"}, "for flag -split"},
		{[]string{"-in", "x", "-out", "y.gguf", "-activation", "silu"}, `invalid value "silu" for flag -activation: want gelu_new, gelu or relu`},
		{[]string{"-in", ".", "-out", "y.gguf", "-revision", "v2"}, "-revision: got it with ., want it with a model of the Hugging Face Hub: -in hf:OWNER/NAME"},
		{[]string{"help", "convert"}, `got the argument "help", want flags only, or verify or inspect as the first`},
		{[]string{"-fast"}, "flag provided but not defined: -fast"},
	} {
		code, stdout, stderr := quantizeTool(c.args...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "-h for help") {
			t.Errorf("%q: exit status %d, output %q, error %q, want 2 and %q", c.args, code, stdout, stderr, c.want)
		}
	}
	code, stdout, stderr := quantizeTool("-h")
	if code != 0 || stderr != "" || !strings.Contains(stdout, "Examples:\n  quantize -in ") {
		t.Errorf("-h: exit status %d, error %q, output %q", code, stderr, stdout)
	}
	if code, _, stderr := quantizeTool("-in", "does-not-exist", "-out", "y.gguf"); code != 1 || !strings.Contains(stderr, "does-not-exist") {
		t.Errorf("an input that is not there: exit status %d, error %q", code, stderr)
	}
}

func TestReport(t *testing.T) {
	x := newFixture()
	out := filepath.Join(t.TempDir(), "out.gguf")
	_, stdout, _ := quantizeTool("-in", x.write(t), "-out", out)
	lines := strings.Split(stdout, "\n")
	if got, want := strings.Fields(lines[0]), []string{"tensor", "shape", "type", "before", "after", "worst", "error"}; !slices.Equal(got, want) {
		t.Errorf("got heading %q, want %q", got, want)
	}
	// wte.weight is 7 * 32 values: 7 blocks of 34 bytes instead of 4 bytes a value.
	values := x.tensors["wte.weight"].values
	worst := 0.0
	for i, v := range stored(values, gguf.Q8_0) {
		worst = max(worst, math.Abs(float64(v)-float64(values[i])))
	}
	want := strings.Fields(fmt.Sprintf("token_embd.weight 7 x 32 Q8_0 896 B 238 B %.2e", worst))
	if got := strings.Fields(lines[1]); !slices.Equal(got, want) {
		t.Errorf("got line %q, want %q", got, want)
	}
	if got := strings.Fields(lines[2]); !slices.Equal(got, strings.Fields("position_embd.weight 5 x 32 F32 640 B 640 B 0")) {
		t.Errorf("got line %q", got)
	}
	if !strings.Contains(stdout, "\n28 tensors ") || !strings.HasSuffix(stdout, "\nwrote "+out+"\n") {
		t.Errorf("got no totals, or no name, in:\n%s", stdout)
	}
}

// TestMemory: what a conversion allocates does not grow with the token table, which
// is the largest tensor and needs no transposing.
func TestMemory(t *testing.T) {
	const rows = 100000 // * 32 values * 4 bytes = 12.8 MB
	x := newFixture()
	x.config["vocab_size"] = rows
	x.tensors["wte.weight"] = tensor{"F32", []int{rows, 32}, make([]float32, rows*32)}
	dir, out := x.write(t), filepath.Join(t.TempDir(), "out.gguf")
	total := memtest.Allocated(func() {
		if code, _, stderr := quantizeTool("-in", dir, "-out", out); code != 0 {
			t.Fatalf("exit status %d: %s", code, stderr)
		}
	})
	model, err := openCheckpoint(t.Context(), dir, openOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer model.Close()
	// The vocabulary is in memory: 100000 texts, their slots, and their bytes in the
	// header of the file, which grows by doubling. That the engine reads that header
	// too is apart.
	apart := memtest.Allocated(func() { converts(model, gguf.Q8_0) })
	if got, limit := total-apart, uint64(20e6); got > limit {
		t.Errorf("allocated %d bytes, want at most %d", got, limit)
	}
}

// TestProgress draws at most every redraw, with rate and rest, and clears with spaces.
func TestProgress(t *testing.T) {
	var b strings.Builder
	now := time.Unix(0, 0)
	p := &progress{w: &b, now: func() time.Time { return now }, began: now}
	show := func(after time.Duration, done int64, want string) {
		t.Helper()
		now = now.Add(after)
		b.Reset()
		if p.show(done, 4000); b.String() != want {
			t.Errorf("got %q, want %q", b.String(), want)
		}
	}
	show(time.Second, 0, "\r["+strings.Repeat(".", 24)+"]   0 %  0 B of 4.0 kB")
	show(redraw-1, 500, "")
	show(time.Second-redraw+1, 1000, "\r["+strings.Repeat("#", 6)+strings.Repeat(".", 18)+"]  25 %  1.0 kB of 4.0 kB  500 B/s  6s left")
	show(1, 4000, "\r["+strings.Repeat("#", 24)+"] 100 %  4.0 kB of 4.0 kB  2.0 kB/s  0s left")
	b.Reset()
	if p.clear(); strings.Trim(b.String(), " \r") != "" || !strings.HasSuffix(b.String(), "\r") || strings.Contains(b.String(), "\x1b") {
		t.Errorf("cleared with %q", b.String())
	}
	b.Reset()
	quiet := newProgress(&b)
	quiet.show(1, 2)
	quiet.clear()
	if b.String() != "" {
		t.Errorf("drew on something that is no terminal: %q", b.String())
	}
}

package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers is how many layers the model of the benchmarks has; 48 make all of GPT-2 XL,
// 6.2 GB in float32, which the disk needs once for the checkpoint and once for a copy.
var layers = flag.Int("layers", 4, "`layers` of the benchmarks' model, as wide as GPT-2 XL; it has 48")

// writeXL writes a float32 checkpoint as wide as GPT-2 XL, with weights drawn as its
// training starts them, and returns the directory. The file is written front to back:
// its size is no matter of memory.
func writeXL(b *testing.B, layers int) (dir string) {
	b.Helper()
	const v, p, d = 50257, 1024, 1600
	dir = b.TempDir()
	config := fmt.Sprintf(`{"model_type": "gpt2", "vocab_size": %d, "n_positions": %d, "n_embd": %d, "n_layer": %d, "n_head": 25}`, v, p, d, layers)
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o666); err != nil {
		b.Fatal(err)
	}
	header, size := map[string]any{}, int64(0)
	add := func(name string, shape ...int) {
		count := int64(1)
		for _, n := range shape {
			count *= int64(n)
		}
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int64{size, size + 4*count}}
		size += 4 * count
	}
	add("wte.weight", v, d)
	add("wpe.weight", p, d)
	for layer := range layers {
		h := fmt.Sprintf("h.%d.", layer)
		for _, t := range []struct {
			name    string
			in, out int
		}{{"attn.c_attn", d, 3 * d}, {"attn.c_proj", d, d}, {"mlp.c_fc", d, 4 * d}, {"mlp.c_proj", 4 * d, d}} {
			add(h+t.name+".weight", t.in, t.out)
			add(h+t.name+".bias", t.out)
		}
		for _, norm := range []string{"ln_1", "ln_2"} {
			add(h+norm+".weight", d)
			add(h+norm+".bias", d)
		}
	}
	add("ln_f.weight", d)
	add("ln_f.bias", d)
	text, err := json.Marshal(header)
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	w.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...))
	rng := rand.New(rand.NewPCG(1, 2))
	var some []byte // 4 MB of weights, again and again from another place
	for range 1 << 20 {
		some = binary.LittleEndian.AppendUint32(some, math.Float32bits(float32(0.02*rng.NormFloat64())))
	}
	for left := size; left > 0; {
		start := 4 * rng.IntN(len(some)/8)
		n := min(left, int64(len(some)-start))
		w.Write(some[start:][:n])
		left -= n
	}
	if err := w.Flush(); err != nil { // has the first error of all
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// BenchmarkFile converts a checkpoint on the disk, and copies it, in turn. MB/s are
// of the checkpoint; both write to the disk what they have written.
//
//	go test ./tools/quantize -run '^$' -bench File -benchtime 3x -layers 48
func BenchmarkFile(b *testing.B) {
	dir := writeXL(b, *layers)
	in := filepath.Join(dir, "model.safetensors")
	info, err := os.Stat(in)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("copy", func(b *testing.B) {
		b.SetBytes(info.Size())
		for b.Loop() {
			if err := copyFile(filepath.Join(b.TempDir(), "copy"), in); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, typ := range []string{"q8_0", "f16"} {
		b.Run(typ, func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				if code, _, stderr := quantizeTool("-in", in, "-tokenizer", "gpt2", "-out", filepath.Join(b.TempDir(), "out.gguf"), "-type", typ); code != 0 {
					b.Fatal(stderr)
				}
			}
			if peak, ok := peakMemory(); ok {
				b.ReportMetric(peak/1e6, "peak-MB")
			}
		})
	}
}

func copyFile(to, from string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err := io.Copy(w, r); err != nil {
		return err
	}
	return w.Sync()
}

// peakMemory returns the most bytes that the process has had in memory, where the
// system tells it as Linux does.
func peakMemory() (bytes float64, ok bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	_, rest, ok := strings.Cut(string(status), "VmHWM:")
	if !ok {
		return 0, false
	}
	kB, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return 1024 * kB, err == nil
}

package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/core/quant"
	"vitrine/tools/quantize/safetensors"
)

// models is the directory of the models that come with Vitrine.
const models = "../../models"

// shared finds a file that lies beside the repository, not in it, and skips the
// test where it is absent.
func shared(t *testing.T, path string) string {
	t.Helper()
	full := filepath.Join("../../../shared", path)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("%s is not here (it does not belong to the repository)", full)
	}
	return full
}

// TestManifest: the manifest says the truth about every model, and every model is
// in it.
func TestManifest(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(models, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Models []struct {
			Name, URL, SHA256, Licence string
			Bytes                      int64
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, m := range manifest.Models {
		file, err := os.ReadFile(filepath.Join(models, m.URL))
		if err != nil {
			t.Error(err)
			continue
		}
		listed[m.URL] = true
		if m.Name == "" || m.Licence == "" {
			t.Errorf("%s: got name %q, licence %q, want both", m.URL, m.Name, m.Licence)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(file)); int64(len(file)) != m.Bytes || sum != m.SHA256 {
			t.Errorf("%s: the manifest says %d bytes, %s, but it has %d, %s", m.URL, m.Bytes, m.SHA256, len(file), sum)
		}
	}
	files, err := filepath.Glob(filepath.Join(models, "*.gguf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d models, error %v, want one at least", len(files), err)
	}
	for _, file := range files {
		if !listed[filepath.Base(file)] {
			t.Errorf("%s is not in the manifest", file)
		}
	}
}

// TestCheckpoint: the tool makes the same file of a checkpoint every time, to the byte.
func TestCheckpoint(t *testing.T) {
	const want = "8065861af88d50b0215a5a0de43a3240eab21c5a1c10c827f1a93ea922b8344c"
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, _, stderr := quantizeTool("-in", shared(t, "checkpoints/tiny"), "-out", out, "-name", "Vitrine tiny", "-license", "mit")
	if code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(got)); sum != want {
		t.Errorf("got %d bytes with SHA-256 %s, want %s", len(got), sum, want)
	}
}

// TestTrainedWeights measures Q8_0 on matrices that OpenAI trained: they have
// outliers, which random ones lack. go test -v shows the figures.
func TestTrainedWeights(t *testing.T) {
	f, err := os.Open(shared(t, "weights/gpt2_124M_sample.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Open(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	measured := 0
	for _, tensor := range file {
		if len(tensor.Shape) != 2 || !strings.HasSuffix(tensor.Name, ".weight") || strings.HasPrefix(tensor.Name, "wpe") {
			continue // not a matrix
		}
		measured++
		cols, rows := tensor.Shape[0], tensor.Shape[1] // as Conv1D has them: GGUF's the other way round
		values := make([]float32, rows*cols)
		if err := tensor.Values.ReadAt(values, 0); err != nil {
			t.Fatal(err)
		}
		values = transpose(values, cols, rows)
		checkTrained(t, tensor.Name, values, cols)
	}
	if measured == 0 {
		t.Error("got no matrix")
	}
}

// checkTrained quantizes the rows of a matrix: no value may be off by more than half
// the scale of its block, and the worst row is named.
func checkTrained(t *testing.T, name string, values []float32, cols int) {
	blocks, back := make([]byte, cols/quant.BlockSize*quant.BlockBytes), make([]float32, cols)
	figures, worst, worstRow := quant.NewFigures(), quant.NewFigures(), 0
	for row := range len(values) / cols {
		x := values[row*cols:][:cols]
		quant.QuantizeRow(blocks, x)
		quant.DequantizeRow(back, blocks)
		for i, v := range x {
			scale := float64(quant.Float16ToFloat32(binary.LittleEndian.Uint16(blocks[i/quant.BlockSize*quant.BlockBytes:])))
			// 2^-16 for the rounding of the float32 quotient: 127 * 2^-24, with a margin.
			if d := math.Abs(float64(back[i]) - float64(v)); d > scale*(0.5+0x1p-16) {
				t.Errorf("%s: row %d, column %d: %v came back as %v, more than half the scale, %v, away", name, row, i, v, back[i], scale)
			}
		}
		f := quant.NewFigures()
		f.Add(x, back)
		figures.Merge(f)
		if f.RMS() > worst.RMS() {
			worst, worstRow = f, row
		}
	}
	largest := float32(0)
	for _, v := range values[worstRow*cols:][:cols] {
		largest = max(largest, v, -v)
	}
	t.Logf("%-22s worst %.2e, mean %.2e, snr %.1f dB; worst row %4d: worst %.2e, rms %.2e, snr %.1f dB, largest weight %.2f",
		name, figures.Worst, figures.Mean(), figures.SNR(), worstRow, worst.Worst, worst.RMS(), worst.SNR(), largest)
	if figures.SNR() < 40 { // measured: 44.7 to 46.0
		t.Errorf("%s: got %.1f dB, want at least 40", name, figures.SNR())
	}
}

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
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

// TestDefaultModel: the committed model is what the tool makes of its checkpoint.
func TestDefaultModel(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.gguf")
	code, _, stderr := quantizeTool("-in", shared(t, "checkpoints/tiny"), "-out", out, "-name", "Vitrine tiny", "-license", "mit")
	if code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(models, "vitrine-tiny-q8_0.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got a file of %d bytes that differs from the committed one of %d", len(got), len(want))
	}
}

// TestTrainedWeights measures Q8_0 on matrices that OpenAI trained: they have
// outliers, which random ones lack.
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
		in, out := tensor.Shape[0], tensor.Shape[1]
		values := make([]float32, in*out)
		if err := tensor.Values.ReadAt(values, 0); err != nil {
			t.Fatal(err)
		}
		values = transpose(values, in, out)
		blocks, back := make([]byte, in/quant.BlockSize*quant.BlockBytes), make([]float32, in)
		figures := quant.NewFigures()
		for row := range out {
			x := values[row*in : (row+1)*in]
			quant.QuantizeRow(blocks, x)
			quant.DequantizeRow(back, blocks)
			figures.Add(x, back)
		}
		row := values[figures.WorstAt/int64(in)*int64(in):][:in]
		var largest float32
		for _, v := range row {
			largest = max(largest, v, -v)
		}
		t.Logf("%-22s worst %.2e in row %4d (largest weight %.2f), rms %.2e, snr %.1f dB",
			tensor.Name, figures.Worst, figures.WorstAt/int64(in), largest, figures.RMS(), figures.SNR())
		// Half a step of the worst row's largest weight; the scale is rounded by up to 2^-11.
		if limit := float64(largest) / 127 / 2 * (1 + 0x1p-11); figures.Worst > limit {
			t.Errorf("%s: worst error %v, want at most %v", tensor.Name, figures.Worst, limit)
		}
		if figures.SNR() < 40 { // measured: 44.7 to 46.0
			t.Errorf("%s: got %.1f dB, want at least 40", tensor.Name, figures.SNR())
		}
	}
	if measured == 0 {
		t.Error("got no matrix")
	}
}

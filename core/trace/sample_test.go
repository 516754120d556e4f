package trace

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"vitrine/core/decoding"
	"vitrine/core/stage"
)

// coordinates is a tensor whose values say where they are: digit by digit the index of
// each dimension.
func coordinates(name string, shape ...int) stage.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		at, rest, unit := 0, i, 1
		for d := len(shape) - 1; d >= 0; d-- {
			at += rest % shape[d] * unit
			rest, unit = rest/shape[d], 100*unit
		}
		data[i] = float32(at)
	}
	return stage.Tensor{Name: name, Shape: shape, Data: data}
}

// TestNumbersOfAHead: every stage of attention gives those of the head that is shown, and
// of the newest token. T 3, H 4, D 10, P 12.
func TestNumbersOfAHead(t *testing.T) {
	count := func(from float32, n int) (want []float32) {
		for i := range n {
			want = append(want, from+float32(i))
		}
		return want
	}
	for _, test := range []struct {
		stage  stage.Stage
		tensor []stage.Tensor
		values []float32
		more   [][]float32
	}{
		{stage.AttentionQKV, []stage.Tensor{coordinates("qkv", 3, 3, 4, 10)}, count(2_00_02_00, 8), [][]float32{count(2_01_02_00, 8), count(2_02_02_00, 8)}},
		{stage.AttentionScores, []stage.Tensor{coordinates("scores", 4, 3, 12)}, count(2_02_04, 8), nil},
		{stage.AttentionScale, []stage.Tensor{coordinates("scaled", 4, 3, 12)}, count(2_02_04, 8), nil},
		{stage.AttentionMask, []stage.Tensor{coordinates("weights", 4, 3, 12)}, count(2_02_04, 8), nil},
		{stage.AttentionMix, []stage.Tensor{coordinates("mix", 3, 4, 10), coordinates("output", 3, 40)}, count(2_02_00, 8), [][]float32{count(2_00, 8)}},
		{stage.LN1, []stage.Tensor{coordinates("mean", 3), coordinates("scale", 40), coordinates("shift", 40), coordinates("result", 3, 40)}, count(2_00, 8), [][]float32{count(0, 8), count(0, 8)}},
		{stage.LN2, []stage.Tensor{coordinates("scale", 40), coordinates("result", 3, 40)}, count(2_00, 8), [][]float32{count(0, 8)}},
		{stage.Position, []stage.Tensor{coordinates("table", 3, 40), coordinates("sum", 3, 40)}, count(2_00, 8), [][]float32{count(2_00, 8)}},
		{stage.MLP, []stage.Tensor{coordinates("hidden", 3, 40), coordinates("output", 3, 40)}, count(2_00, 8), nil},
	} {
		w := &Writer{shown: 2, tensors: test.tensor}
		e := &stage.Event{Stage: test.stage}
		if _, values := w.sample(e); !slices.Equal(values, test.values) {
			t.Errorf("%v: values %v, want %v", test.stage, values, test.values)
		}
		if more := w.more(e); !slices.EqualFunc(more, test.more, slices.Equal[[]float32]) {
			t.Errorf("%v: more rows %v, want %v", test.stage, more, test.more)
		}
	}
}

// TestOneHeadInALayer: a head that is chosen within a layer is shown from the next one on.
func TestOneHeadInALayer(t *testing.T) {
	w := NewWriter(nil)
	w.Head = 1
	head := func(e *stage.Event) int {
		w.Stage(e, 0)
		var detail struct{ Head int }
		if err := json.Unmarshal(w.detail.Bytes, &detail); err != nil {
			t.Fatal(err)
		}
		return detail.Head
	}
	for layer, want := range []int{1, 3} {
		for i, s := range []stage.Stage{stage.Attention, stage.AttentionQKV, stage.AttentionScores, stage.AttentionMix} {
			e := &stage.Event{Stage: s, Layer: layer}
			switch s {
			case stage.AttentionQKV:
				e.Source = stage.Shown{Named: []stage.Tensor{coordinates("qkv", 1, 3, 4, 4)}}
			case stage.AttentionScores:
				e.Source = stage.Shown{Named: []stage.Tensor{coordinates("scores", 4, 1, 4)}}
			case stage.AttentionMix:
				e.Source = stage.Shown{Named: []stage.Tensor{coordinates("mix", 1, 4, 4), coordinates("output", 1, 16)}}
			}
			if got := head(e); got != want {
				t.Errorf("layer %d, %v: head %d, want %d", layer, s, got, want)
			}
			if i == 1 {
				w.Head = 3
			}
		}
	}
}

// TestNotFinite: an event whose numbers are none is an error that names the stage.
func TestNotFinite(t *testing.T) {
	w := NewWriter(nil)
	nan := []float32{float32(math.NaN())}
	event := &stage.Event{Stage: stage.LN1, Layer: 2, Source: stage.Shown{Named: []stage.Tensor{
		{Name: "mean", Shape: []int{1}, Data: nan}, {Name: "variance", Shape: []int{1}, Data: nan}, {Name: "result", Shape: []int{1, 1}, Data: nan},
	}}}
	err := w.Stage(event, 0)
	if !errors.Is(err, decoding.ErrNotFinite) || err.Error() != "trace: the stage ln1 of layer 2 computed a number that is not finite" {
		t.Errorf("got %v", err)
	}
	if len(w.Bytes()) != 0 {
		t.Error("the event was recorded")
	}
}

package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"vitrine/core/gguf"
	"vitrine/core/stage"
)

// with returns a session for n positions with the switches.
func with(t testing.TB, m *Model, n int, list ...Switch) *Session {
	t.Helper()
	s := m.NewSession(n)
	if err := s.Switch(list); err != nil {
		t.Fatal(err)
	}
	return s
}

// edit changes the values of a tensor in place.
func (f *file) edit(name string, change func(values []float32, shape []int)) *file {
	info := f.tensors[f.at(name)]
	values := f.values(name)
	change(values, info.Shape)
	return f.put(name, info.Type, values, info.Shape...)
}

// scaled multiplies the columns of a layer's attention projection that a head has.
func (f *file) scaled(layer, head, d int, factor float32) *file {
	return f.edit(fmt.Sprintf("blk.%d.attn_output.weight", layer), func(values []float32, shape []int) {
		for row := range shape[0] {
			for j := range d {
				values[row*shape[1]+head*d+j] *= factor
			}
		}
	})
}

func (f *file) zeroed(names ...string) *file {
	for _, name := range names {
		f.edit(name, func(values []float32, _ []int) { clear(values) })
	}
	return f
}

// TestSwitchesAreAnotherModel compares a session with switches to one of a model whose file
// says the same: bit by bit, since in float32 a weight of 0 adds nothing.
func TestSwitchesAreAnotherModel(t *testing.T) {
	const n = 20
	plain, ids := long(t)
	ids = ids[:n]
	m := plain.load(t)
	d := m.Config().HeadDim()
	want := forwardAll(t, m, ids)
	for name, test := range map[string]struct {
		twin     func(f *file) *file
		switches []Switch
	}{
		"a head off":    {func(f *file) *file { return f.scaled(0, 1, d, 0) }, []Switch{{Kind: HeadOff, Layer: 0, Head: 1}}},
		"a head scaled": {func(f *file) *file { return f.scaled(1, 2, d, -4) }, []Switch{{Kind: HeadScaled, Layer: 1, Head: 2, Factor: -2}, {Kind: HeadScaled, Layer: 1, Head: 2, Factor: 2}}},
		"two heads": {func(f *file) *file { return f.scaled(0, 0, d, 0).scaled(1, 3, d, 0.5) },
			[]Switch{{Kind: HeadOff, Layer: 0, Head: 0}, {Kind: HeadScaled, Layer: 1, Head: 3, Factor: 0.5}}},
		"attention off": {func(f *file) *file { return f.zeroed("blk.1.attn_output.weight", "blk.1.attn_output.bias") }, []Switch{{Kind: AttentionOff, Layer: 1}}},
		"mlp off":       {func(f *file) *file { return f.zeroed("blk.0.ffn_down.weight", "blk.0.ffn_down.bias") }, []Switch{{Kind: MLPOff, Layer: 0}}},
		"position off":  {func(f *file) *file { return f.zeroed(positionTableName) }, []Switch{{Kind: PositionOff}}},
		"relu":          {func(f *file) *file { return f.set(keyActivation, "relu") }, []Switch{{Kind: ActivationSet, Activation: "relu"}}},
		"gelu":          {func(f *file) *file { return f.set(keyActivation, "gelu") }, []Switch{{Kind: ActivationSet, Activation: "gelu"}}},
		"its own":       {func(f *file) *file { return f }, []Switch{{Kind: ActivationSet, Activation: "gelu_new"}}},
	} {
		f, _ := long(t)
		twin := forwardAll(t, test.twin(f).load(t), ids)
		s := with(t, m, n, test.switches...)
		got, err := s.ForwardAll(ids, nil)
		if err != nil {
			t.Fatal(err)
		}
		sameBits(t, name, got, twin)
		if name != "its own" && slices.Equal(got, want) {
			t.Errorf("%s changes nothing: nothing was tested", name)
		}
		// And token by token, through the cache.
		s.Truncate(0)
		forward(t, s, ids[:7])
		last := forward(t, s, ids[7:8])
		sameBits(t, name+", by the cache", last, twin[7*len(last):][:len(last)])
	}
}

// TestAllHeadsOffIsAttentionOff: in any order, each with its own stages.
func TestAllHeadsOffIsAttentionOff(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		for layer := range m.Config().Layers {
			var heads []Switch
			for h := range m.Config().Heads {
				heads = slices.Insert(heads, 0, Switch{Kind: HeadOff, Layer: layer, Head: h})
			}
			want := readAll(t, with(t, m, 9, Switch{Kind: AttentionOff, Layer: layer}), ids[:9])
			got := readAll(t, with(t, m, 9, heads...), ids[:9])
			for name, row := range want {
				sameBits(t, kind+": "+name, got[name], row)
			}
			for _, tensor := range []string{"mix", "output"} {
				name := fmt.Sprintf("attention.mix layer %d, %s of 8", layer, tensor)
				if row := want[name]; len(row) == 0 || slices.ContainsFunc(row, func(v float32) bool { return v != 0 }) {
					t.Errorf("%s: %s is %v, want zeros", kind, name, row)
				}
			}
			one := readAll(t, with(t, m, 9, heads[1:]...), ids[:9])
			if name := fmt.Sprintf("attention.mix layer %d, output of 8", layer); !slices.ContainsFunc(one[name], func(v float32) bool { return v != 0 }) {
				t.Errorf("%s: one head is left, and %s is 0", kind, name)
			}
		}
	}
}

// TestMaskOff compares attention over all rows with a plain one in float64, and holds that
// an earlier row sees a later one.
func TestMaskOff(t *testing.T) {
	models, ids := kinds(t)
	for kind, m := range models {
		for _, n := range []int{1, 5, 8, 19} {
			s := with(t, m, n, Switch{Kind: MaskOff})
			var twin attention
			logits, err := s.ForwardAll(ids[:n], func(ev *stage.Event) error {
				switch ev.Stage {
				case stage.AttentionQKV:
					twin = attend(ev.Tensors()[0])
				case stage.AttentionScores:
					near(t, kind+" scores", ev.Tensor("scores"), twin.scores, scoresAbsolute)
				case stage.AttentionMask:
					near(t, kind+" weights", ev.Tensor("weights"), twin.weights, cachedAbsolute)
				case stage.AttentionMix:
					mix := twin.mix
					near(t, kind+" mix", ev.Tensor("mix"), mix[len(mix)-len(ev.Tensor("mix")):], scoresAbsolute)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			logits = slices.Clone(logits)
			v := m.Config().Vocabulary
			masked := forwardAll(t, m, ids[:n])
			if n == 1 {
				sameBits(t, kind+": one token sees itself either way", logits, masked)
				continue
			}
			if slices.Equal(logits[:v], masked[:v]) {
				t.Errorf("%s, %d tokens: the first row sees nothing of the others", kind, n)
			}
			// Looking again gives the same bits, and leaves the pass alone.
			seen := 0
			s.Truncate(0)
			again, err := s.ForwardAll(ids[:n], func(ev *stage.Event) error {
				if ev.Stage != stage.AttentionScale {
					return nil
				}
				return s.Revisit(0, ids[:n-1], func(*stage.Event) error { seen++; return nil })
			})
			if err != nil || seen == 0 {
				t.Fatalf("%s: %v after %d stages", kind, err, seen)
			}
			sameBits(t, kind+": a look at fewer tokens in between", again, logits)
			err = s.Revisit(0, ids[:n], func(ev *stage.Event) error {
				if ev.Stage == stage.Head {
					sameBits(t, kind+": a look", ev.Tensor("logits"), logits[(n-1)*v:])
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// attention is one layer's, computed in float64 from its queries, keys and values.
type attention struct{ scores, weights, mix []float64 }

func attend(qkv stage.Tensor) (a attention) {
	n, heads, d := qkv.Shape[0], qkv.Shape[2], qkv.Shape[3]
	at := func(t, which, h int) []float32 { return qkv.Data[((t*3+which)*heads+h)*d:][:d] }
	a.mix = make([]float64, n*heads*d)
	for h := range heads {
		for t := range n {
			row, sum := make([]float64, n), 0.0
			for p := range n {
				score := 0.0
				for j, q := range at(t, 0, h) {
					score += float64(q) * float64(at(p, 1, h)[j])
				}
				a.scores = append(a.scores, score)
				row[p] = math.Exp(score / math.Sqrt(float64(d)))
				sum += row[p]
			}
			for p := range n {
				a.weights = append(a.weights, row[p]/sum)
				for j, v := range at(p, 2, h) {
					a.mix[(t*heads+h)*d+j] += row[p] / sum * float64(v)
				}
			}
		}
	}
	return a
}

func near(t *testing.T, what string, got []float32, want []float64, absolute float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d values, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= absolute+goldenRelative*math.Abs(w)) {
			t.Fatalf("%s: value %d is %v, want %v", what, i, got[i], w)
		}
	}
}

// TestMaskOffDoors: what cannot be read in one pass is refused, and nothing is read.
func TestMaskOffDoors(t *testing.T) {
	models, ids := kinds(t)
	m := models["Q8_0"]
	s := with(t, m, len(ids), Switch{Kind: MaskOff})
	if _, err := s.Forward(ids[:MaxRows+1], nil); !errors.Is(err, ErrMaskOff) || s.Len() != 0 {
		t.Errorf("%d tokens: got %v, length %d", MaxRows+1, err, s.Len())
	}
	forward(t, s, ids[:3])
	if _, err := s.Forward(ids[3:4], nil); !errors.Is(err, ErrMaskOff) || s.Len() != 3 {
		t.Errorf("one more: got %v, length %d", err, s.Len())
	}
	if err := s.Revisit(1, ids[1:3], nobody); !errors.Is(err, ErrMaskOff) {
		t.Errorf("some of the rows: got %v", err)
	}
	if err := s.Switch(nil); err != nil || s.Len() != 0 || len(s.Switches()) != 0 {
		t.Errorf("back: %v, length %d, %v", err, s.Len(), s.Switches())
	}
	sameBits(t, "afterwards", forward(t, s, ids[:4]), forward(t, m.NewSession(4), ids[:4]))
}

func TestSwitchDoors(t *testing.T) {
	m := gpt2(t).load(t)
	s := m.NewSession(8)
	forward(t, s, []int{1, 2})
	infinite := float32(math.Inf(1))
	for want, list := range map[string][]Switch{
		"model: switches[0].layer is 2, want a whole number from 0 to 1":       {{Kind: AttentionOff, Layer: 2}},
		"model: switches[1].layer is -1, want a whole number from 0 to 1":      {{Kind: MaskOff}, {Kind: MLPOff, Layer: -1}},
		"model: switches[0].head is 4, want a whole number from 0 to 3":        {{Kind: HeadOff, Head: 4}},
		"model: switches[0].scale is +Inf, want a finite number":               {{Kind: HeadScaled, Factor: infinite}},
		`model: switches[0].activation is "tanh", want gelu_new, gelu or relu`: {{Kind: ActivationSet, Activation: "tanh"}},
		`model: switches[1].activation is "gelu", want only one of them`:       {{Kind: ActivationSet, Activation: "relu"}, {Kind: ActivationSet, Activation: "gelu"}},
	} {
		var wrong *SwitchError
		if err := s.Switch(list); err == nil || err.Error() != want || !errors.As(err, &wrong) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if s.Len() != 2 || s.Switches() != nil {
		t.Errorf("a wrong switch has changed the session: length %d, %v", s.Len(), s.Switches())
	}
}

// TestSwitchesWithNoneAllocateNothing is for decoding with switches set and taken back.
func TestSwitchesWithNoneAllocateNothing(t *testing.T) {
	m := sized(Config{Layers: 2, Heads: 4, Embedding: 32, Context: 64, Vocabulary: 96, FeedForward: 128}, gguf.Q8_0).load(t)
	s := with(t, m, 64, Switch{Kind: PositionOff})
	if err := s.Switch(nil); err != nil {
		t.Fatal(err)
	}
	forward(t, s, []int{1, 2, 3})
	id := []int{4}
	allocations := testing.AllocsPerRun(20, func() {
		if _, err := s.Forward(id, nil); err != nil {
			t.Fatal(err)
		}
		s.Truncate(3)
	})
	if allocations > 0 {
		t.Errorf("a step allocates %v times", allocations)
	}
}

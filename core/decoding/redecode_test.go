package decoding

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/core/stage"
)

// TestRedecodeWhileItStands: a Sample stands at each of its stages, on a goroutine of its
// own, while another one looks at what other options would do; then it goes on to the same
// bits, and so does what it shows.
func TestRedecodeWhileItStands(t *testing.T) {
	const v = 400
	rng := rand.New(rand.NewPCG(31, 32))
	for _, o := range reportOptions {
		s := newSampler(t, v, o)
		logits := randomLogits(rng, v)
		given := slices.Clone(logits)
		want, untouched := sample(t, s, logits, 9)

		var r record
		stands, on := make(chan *stage.Event), make(chan struct{})
		result := make(chan Selection)
		go func() {
			got, err := s.Sample(logits, 9, stage.Event{Step: 9, Layer: -1}, func(e *stage.Event) error {
				stands <- e
				<-on
				return r.observe(e)
			})
			if err != nil {
				t.Error(err)
			}
			close(stands)
			result <- got
		}()
		stages := 0
		for range stands {
			stages++
			for _, other := range reportOptions {
				redecode(t, s, logits, other)
			}
			on <- struct{}{}
		}
		if got := <-result; got != want || stages != 7 {
			t.Errorf("%+v: %+v after %d stages, want %+v", o, got, stages, want)
		}
		checkReport(t, logits, o, want, r)
		for i, f := range r.filters {
			u := untouched.filters[i]
			if !slices.Equal(f.IDs, u.IDs) || !slices.Equal(f.Probabilities, u.Probabilities) || f.RemovedProbability != u.RemovedProbability || !slices.Equal(f.Top, u.Top) {
				t.Errorf("%+v: step %d shows %+v, want %+v", o, i, f, u)
			}
		}
		if !slices.Equal(logits, given) {
			t.Error("the logits changed")
		}
	}
}

// redecode previews and draws with other options, and compares that with a Sampler made
// for them.
func redecode(t *testing.T, s *Sampler, logits []float32, o Options) {
	t.Helper()
	with, err := s.With(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Banned = s.Options().Banned
	own := newSampler(t, len(logits), o)
	want, shown := sample(t, own, logits, 9)
	var r record
	if err := with.Preview(logits, stage.Event{Step: 9, Layer: -1}, r.observe); err != nil {
		t.Fatal(err)
	}
	if order := strings.Join(r.order, " "); order != "softmax distribution decode decode.temperature decode.top_k decode.top_p" {
		t.Fatalf("a preview reports %s", order)
	}
	for i, f := range r.filters {
		w := shown.filters[i]
		if !slices.Equal(f.IDs, w.IDs) || !slices.Equal(f.Probabilities, w.Probabilities) || f.RemovedProbability != w.RemovedProbability || f.Parameter != w.Parameter {
			t.Fatalf("%+v: step %d shows %+v, want %+v", o, i, f, w)
		}
	}
	if got, err := with.Sample(logits, 9, stage.Event{}, nil); err != nil || got != want {
		t.Fatalf("%+v: drew %+v, %v, want %+v", o, got, err, want)
	}
}

func TestWithKeepsTheBanned(t *testing.T) {
	s := newSampler(t, 3, Options{TopP: 1, Banned: []int{2, 2}})
	with, err := s.With(Options{Temperature: 0.5, TopK: 2, TopP: 0.9, Seed: 8, Banned: []int{0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	o := with.Options()
	if o.Temperature != 0.5 || o.TopK != 2 || o.TopP != 0.9 || o.Seed != 8 || !slices.Equal(o.Banned, []int{2}) {
		t.Errorf("options %+v", o)
	}
	if got, _ := sample(t, with, []float32{1, 2, 30}, 0); got.ID == 2 {
		t.Error("chose a banned token")
	}
	var option *OptionError
	if with, err := s.With(Options{Temperature: -1, TopP: 1}); with != nil || !errors.As(err, &option) || option.Option != "temperature" {
		t.Errorf("temperature -1: %v", err)
	}
	if o := s.Options(); o.Temperature != 0 || o.TopP != 1 {
		t.Errorf("With changed its receiver: %+v", o)
	}
}

// TestPreviewErrors: a preview refuses what Sample refuses, and ends where its observer
// says so.
func TestPreviewErrors(t *testing.T) {
	s := newSampler(t, 2, Options{TopP: 1})
	if err := s.Preview([]float32{1}, stage.Event{}, nil); err == nil || err.Error() != "decoding: got 1 logits, want 2" {
		t.Errorf("one logit of two: %v", err)
	}
	enough := errors.New("enough")
	seen := 0
	if err := s.Preview([]float32{1, 2}, stage.Event{}, func(*stage.Event) error { seen++; return enough }); err != enough || seen != 1 {
		t.Errorf("stopped after %d events: %v", seen, err)
	}
}

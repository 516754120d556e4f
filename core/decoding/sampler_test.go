package decoding

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/core/kernel"
	"vitrine/core/stage"
)

const vocabulary = 50257 // GPT-2's

// near holds where float32 results are compared with float64 ones: kernel.Softmax
// is good to a few units in the last place, and 1e-5 leaves room for long sums.
func near(got, want float64) bool { return math.Abs(got-want) <= 1e-7+1e-5*math.Abs(want) }

func logs(probs ...float64) []float32 {
	logits := make([]float32, len(probs))
	for i, p := range probs {
		logits[i] = float32(math.Log(p))
	}
	return logits
}

func randomLogits(rng *rand.Rand, n int) []float32 {
	logits := make([]float32, n)
	for i := range logits {
		logits[i] = float32(rng.NormFloat64() * 3)
		if rng.IntN(4) == 0 {
			logits[i] = float32(rng.IntN(3)) // ties
		}
	}
	return logits
}

func newSampler(t testing.TB, n int, o Options) *Sampler {
	t.Helper()
	s, err := NewSampler(n, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// record is a copy of all that one Sample reports.
type record struct {
	order        []string
	events       []stage.Event
	softmax      []float32
	mass         Mass
	distribution Distribution
	filters      []filtered
	draw         Draw
}

// filtered is what a filter reports: its detail and its tensors.
type filtered struct {
	Filter
	IDs           []int32
	Probabilities []float32
}

func (r *record) observe(e *stage.Event) error {
	r.order = append(r.order, e.Stage.String())
	kept := *e
	kept.Source = stage.Shown{Named: slices.Clone(e.Tensors()), Other: e.Detail()}
	r.events = append(r.events, kept)
	switch d := e.Detail().(type) {
	case *Mass:
		r.mass = *d
	case *Distribution:
		r.distribution = *d
		r.distribution.Top = slices.Clone(d.Top)
	case *Filter:
		f := filtered{Filter: *d, Probabilities: slices.Clone(e.Tensor("probabilities"))}
		f.Top = slices.Clone(f.Top)
		for _, id := range e.Tensor("ids") {
			f.IDs = append(f.IDs, int32(id))
		}
		r.filters = append(r.filters, f)
	case *Draw:
		r.draw = *d
	}
	if e.Stage == stage.Softmax {
		r.softmax = slices.Clone(e.Tensor("probabilities"))
	}
	return nil
}

func sample(t testing.TB, s *Sampler, logits []float32, step int) (Selection, record) {
	t.Helper()
	var r record
	got, err := s.Sample(logits, step, stage.Event{Step: step, Layer: -1}, r.observe)
	if err != nil {
		t.Fatal(err)
	}
	return got, r
}

// plain is the pipeline in its plainest form: sort, cut, divide, in float64. It
// returns the ids that are left, best first, with their probabilities.
func plain(logits []float32, o Options) (ids []int, probs []float64) {
	for id := range logits {
		if !slices.Contains(o.Banned, id) {
			ids = append(ids, id)
		}
	}
	slices.SortStableFunc(ids, func(a, b int) int { return cmp.Compare(logits[b], logits[a]) })
	if o.Temperature == 0 {
		return ids[:1], []float64{1}
	}
	if o.TopK > 0 && o.TopK < len(ids) {
		ids = ids[:o.TopK]
	}
	normalize := func() {
		sum := 0.0
		probs = probs[:0]
		for _, id := range ids {
			p := math.Exp(float64(logits[id]-logits[ids[0]]) / float64(o.Temperature))
			probs = append(probs, p)
			sum += p
		}
		for i := range probs {
			probs[i] /= sum
		}
	}
	normalize()
	if o.TopP < 1 {
		n, sum := 0, 0.0
		for sum < float64(o.TopP) {
			sum += probs[n]
			n++
		}
		ids = ids[:n]
		normalize()
	}
	return ids, probs
}

func TestPipelineTable(t *testing.T) {
	logits := logs(0.1, 0.4, 0.2, 0.3)
	for _, test := range []struct {
		name  string
		o     Options
		ids   []int32
		probs []float64
	}{
		{"all", Options{Temperature: 1, TopP: 1}, []int32{0, 1, 2, 3}, []float64{0.1, 0.4, 0.2, 0.3}},
		{"temperature 2", Options{Temperature: 2, TopP: 1}, []int32{0, 1, 2, 3}, []float64{0.1627004, 0.3254009, 0.2300932, 0.2818055}}, // square roots, divided by their sum
		{"temperature 0.5", Options{Temperature: 0.5, TopP: 1}, []int32{0, 1, 2, 3}, []float64{1. / 30, 16. / 30, 4. / 30, 9. / 30}},
		{"top 2", Options{Temperature: 1, TopK: 2, TopP: 1}, []int32{1, 3}, []float64{4. / 7, 3. / 7}},
		{"top 4", Options{Temperature: 1, TopK: 4, TopP: 1}, []int32{0, 1, 2, 3}, []float64{0.1, 0.4, 0.2, 0.3}},
		{"top 9", Options{Temperature: 1, TopK: 9, TopP: 1}, []int32{0, 1, 2, 3}, []float64{0.1, 0.4, 0.2, 0.3}},
		{"p crosses", Options{Temperature: 1, TopP: 0.65}, []int32{1, 3}, []float64{4. / 7, 3. / 7}},
		{"p just above", Options{Temperature: 1, TopP: 0.71}, []int32{1, 3, 2}, []float64{4. / 9, 3. / 9, 2. / 9}},
		{"p tiny", Options{Temperature: 1, TopP: 1e-30}, []int32{1}, []float64{1}},
		{"p almost 1", Options{Temperature: 1, TopP: math.Nextafter32(1, 0)}, []int32{1, 3, 2, 0}, []float64{0.4, 0.3, 0.2, 0.1}},
		{"k then p", Options{Temperature: 1, TopK: 3, TopP: 0.7}, []int32{1, 3}, []float64{4. / 7, 3. / 7}}, // of 4/9, 3/9, 2/9
		{"banned", Options{Temperature: 1, TopP: 1, Banned: []int{1, 0, 1}}, []int32{2, 3}, []float64{0.4, 0.6}},
		{"banned, top 1", Options{Temperature: 1, TopK: 1, TopP: 1, Banned: []int{1}}, []int32{3}, []float64{1}},
		{"banned, p", Options{Temperature: 1, TopP: 0.6, Banned: []int{1}}, []int32{3, 2}, []float64{0.6, 0.4}},
		{"greedy", Options{TopK: 2, TopP: 0.1}, nil, nil},
	} {
		s := newSampler(t, 4, test.o)
		got, r := sample(t, s, logits, 0)
		if test.name == "greedy" {
			if want := (Selection{ID: 1, Probability: got.Probability, Sampled: 1, Random: -1}); got != want || !near(float64(got.Probability), 0.4) {
				t.Errorf("greedy: got %+v", got)
			}
			continue
		}
		last := r.filters[2]
		if !slices.Equal(last.IDs, test.ids) {
			t.Errorf("%s: kept %v, want %v", test.name, last.IDs, test.ids)
			continue
		}
		for i, p := range last.Probabilities {
			if !near(float64(p), test.probs[i]) {
				t.Errorf("%s: probability of %d = %v, want %v", test.name, last.IDs[i], p, test.probs[i])
			}
		}
	}
}

// TestMatchesPlainPipeline compares what is left at the end with sorting in float64,
// for sizes around the heaps' edges and for logits with ties.
func TestMatchesPlainPipeline(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 5, 6, 31, 32, 33, 300} {
		for range 120 {
			logits := randomLogits(rng, n)
			o := Options{
				Temperature: []float32{0, 0.3, 1, 2}[rng.IntN(4)],
				TopK:        rng.IntN(n + 2),
				TopP:        []float32{1, 0.05, 0.5, 0.9, 0.999}[rng.IntN(5)],
				Seed:        rng.Uint64(),
			}
			for range rng.IntN(3) {
				if id := rng.IntN(n); len(o.Banned)+1 < n {
					o.Banned = append(o.Banned, id)
				}
			}
			wantIDs, wantProbs := plain(logits, o)
			s := newSampler(t, n, o)
			got, r := sample(t, s, logits, rng.IntN(100))
			checkReport(t, logits, o, got, r)

			last := r.filters[2]
			// A cut that float64 and float32 may see differently is not compared.
			if len(last.IDs) != len(wantIDs) {
				t.Fatalf("%+v: kept %d tokens, want %d", o, len(last.IDs), len(wantIDs))
			}
			for i, id := range wantIDs {
				at := slices.Index(last.IDs, int32(id))
				if at < 0 || !near(float64(last.Probabilities[at]), wantProbs[i]) {
					t.Fatalf("%+v: token %d is number %d of %v with %v, want probability %v", o, id, at, last.IDs, last.Probabilities, wantProbs[i])
				}
			}
		}
	}
}

// reportOptions are those between which the ways of the steps differ.
var reportOptions = []Options{
	{TopP: 1},
	{TopP: 1, Banned: []int{4, 3}},
	{Temperature: 1, TopP: 1, Seed: 1},
	{Temperature: 0.7, TopP: 1, Seed: 2, Banned: []int{99}},
	{Temperature: 0.8, TopK: 40, TopP: 0.95, Seed: 3},
	{Temperature: 1, TopK: 40, TopP: 1, Seed: 4, Banned: []int{0}},
	{Temperature: 1.3, TopP: 0.9, Seed: 5, Banned: []int{1, 50}},
	{Temperature: 0.6, TopP: 0.5, Seed: 6},
}

// checkReport checks what holds for every report.
func checkReport(t *testing.T, logits []float32, o Options, got Selection, r record) {
	t.Helper()
	order := "softmax distribution decode decode.temperature decode.top_k decode.top_p decode.sample"
	if s := strings.Join(r.order, " "); s != order {
		t.Fatalf("reported %s, want %s", s, order)
	}
	banned := slices.Compact(slices.Sorted(slices.Values(o.Banned)))
	left := len(logits) - len(banned)
	for i, f := range r.filters {
		if f.Kept+f.Removed != left || f.Kept != len(f.IDs) || f.Kept != len(f.Probabilities) || f.Kept < 1 {
			t.Fatalf("%+v: step %d kept %d (%d ids) and removed %d of %d", o, i, f.Kept, len(f.IDs), f.Removed, left)
		}
		left = f.Kept
		if f.Removed == 0 && f.RemovedProbability != 0 || f.RemovedProbability < 0 || f.RemovedProbability > 1+1e-5 {
			t.Fatalf("%+v: step %d removed %d tokens with probability %v", o, i, f.Removed, f.RemovedProbability)
		}
		if sum := total(f.Probabilities); !near(sum, 1) {
			t.Fatalf("%+v: after step %d the probabilities add up to %v", o, i, sum)
		}
		if len(f.Top) != min(f.Kept, topCount) {
			t.Fatalf("%+v: step %d lists %d tokens of %d", o, i, len(f.Top), f.Kept)
		}
		for rank, c := range f.Top {
			at := slices.Index(f.IDs, int32(c.ID))
			if at < 0 || c.Logit != logits[c.ID] || c.Probability != f.Probabilities[at] || slices.Contains(banned, c.ID) {
				t.Fatalf("%+v: step %d lists %+v", o, i, c)
			}
			if rank > 0 && !better(logits, int32(f.Top[rank-1].ID), int32(c.ID)) {
				t.Fatalf("%+v: step %d lists %v out of order", o, i, f.Top)
			}
		}
		for _, id := range f.IDs { // order kept: no kept token is worse than a removed one
			if at := len(f.Top) - 1; f.Removed > 0 && slices.Index(f.IDs, id) > at && better(logits, id, int32(f.Top[at].ID)) {
				t.Fatalf("%+v: step %d leaves %d out of the top", o, i, id)
			}
		}
	}
	d := r.distribution
	rest := d.RestProbability
	for _, c := range d.Top {
		rest += float64(c.Probability)
		if c.Probability != r.softmax[c.ID] || rank(logits, c.ID) >= topCount {
			t.Fatalf("distribution lists %+v of rank %d", c, rank(logits, c.ID))
		}
	}
	if !near(rest, 1) || d.RestCount+len(d.Top) != len(logits) {
		t.Fatalf("distribution %+v adds up to %v of %d tokens", d, rest, len(logits))
	}
	last := r.filters[2]
	at := slices.Index(last.IDs, int32(got.ID))
	if at < 0 || got.Sampled != last.Probabilities[at] || got.Probability != r.softmax[got.ID] || got.Rank != rank(logits, got.ID) {
		t.Fatalf("%+v: selected %+v", o, got)
	}
	if want := (Draw{got.Random, last.Kept, got.ID, got.Sampled}); r.draw != want {
		t.Fatalf("draw %+v, want %+v", r.draw, want)
	}
}

// TestRemovedProbability: of 0.1, 0.4, 0.2, 0.3.
func TestRemovedProbability(t *testing.T) {
	logits := logs(0.1, 0.4, 0.2, 0.3)
	for _, test := range []struct {
		o    Options
		want [3]float64
	}{
		{Options{TopP: 1}, [3]float64{0.6, 0, 0}},
		{Options{TopP: 1, Banned: []int{1, 0}}, [3]float64{0.2, 0, 0}}, // not the banned ones
		{Options{Temperature: 1, TopK: 3, TopP: 0.7}, [3]float64{0, 0.1, 2. / 9}},
		{Options{Temperature: 0.5, TopK: 2, TopP: 1}, [3]float64{0, 5. / 30, 0}},
		{Options{Temperature: 1, TopP: 0.6, Banned: []int{1}}, [3]float64{0, 0, 1. / 6}}, // 0.3 and 0.2 of 0.6
	} {
		_, r := sample(t, newSampler(t, 4, test.o), logits, 0)
		for i, f := range r.filters {
			if !near(float64(f.RemovedProbability), test.want[i]) {
				t.Errorf("%+v: step %d removed %v, want %v", test.o, i, f.RemovedProbability, test.want[i])
			}
		}
	}
}

// TestSumsAreAdded: what is left over is the sum of what is left over, to the bit, and not
// 1 less the rest: a token that has nearly all leaves less than float32 holds beside 1.
func TestSumsAreAdded(t *testing.T) {
	const v = 3000
	rng := rand.New(rand.NewPCG(5, 6))
	for _, lead := range []float32{0, 8, 25} {
		logits := randomLogits(rng, v)
		logits[rng.IntN(v)] += lead
		for _, o := range []Options{
			{TopP: 1}, {TopP: 1, Banned: []int{7, 2999}}, {Temperature: 0.7, TopK: 40, TopP: 0.9}, {Temperature: 1, TopP: 0.95, Banned: []int{3}},
		} {
			_, r := sample(t, newSampler(t, v, o), logits, 0)
			sum, rest, largest := 0.0, 0.0, float32(0)
			for id, p := range r.softmax {
				sum += float64(p)
				largest = max(largest, p)
				if rank(logits, id) >= topCount {
					rest += float64(p)
				}
			}
			if want := (Mass{sum, largest}); r.mass != want {
				t.Errorf("lead %v: softmax adds up to %+v, want %+v", lead, r.mass, want)
			}
			if r.distribution.RestProbability != rest || rest == 0 {
				t.Errorf("lead %v: the rest has %v, want %v", lead, r.distribution.RestProbability, rest)
			}
			before := make([]float64, v) // by id
			for id, p := range r.softmax {
				before[id] = float64(p)
			}
			for _, id := range o.Banned {
				before[id] = 0
			}
			for i, f := range r.filters {
				removed, after := 0.0, make([]float64, v)
				for at, id := range f.IDs {
					after[id] = float64(f.Probabilities[at])
				}
				for id, p := range before {
					if after[id] == 0 {
						removed += p
					}
				}
				// A step of few tokens adds them best first.
				if math.Abs(f.RemovedProbability-removed) > 1e-12*removed {
					t.Errorf("lead %v, %+v: step %d removed %v, want %v", lead, o, i, f.RemovedProbability, removed)
				}
				before = after
			}
		}
	}
}

func TestTies(t *testing.T) {
	logits := []float32{1, 2, 2, 1, 2}
	got, _ := sample(t, newSampler(t, 5, Options{TopP: 1}), logits, 0)
	if got.ID != 1 || got.Rank != 0 {
		t.Errorf("greedy chose %d of rank %d, want the first of the equal ones", got.ID, got.Rank)
	}
	for k, want := range [][]int32{1: {1}, 2: {1, 2}, 3: {1, 2, 4}, 4: {1, 2, 4, 0}} {
		if k == 0 {
			continue
		}
		_, r := sample(t, newSampler(t, 5, Options{Temperature: 1, TopK: k, TopP: 1}), logits, 0)
		if !slices.Equal(r.filters[1].IDs, want) {
			t.Errorf("top %d: %v, want %v", k, r.filters[1].IDs, want)
		}
	}
	for id, want := range []int{3, 0, 1, 4, 2} {
		if got := rank(logits, id); got != want {
			t.Errorf("rank(%d) = %d, want %d", id, got, want)
		}
	}
}

// TestObserverChangesNothing: same bits with and without one.
func TestObserverChangesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, o := range []Options{
		{TopP: 1}, {Temperature: 1, TopP: 1}, {Temperature: 0.7, TopP: 1}, {Temperature: 0.7, TopK: 40, TopP: 0.95},
		{Temperature: 1.3, TopP: 0.9, Banned: []int{7, 11}}, {Temperature: 0.7, TopK: 3, TopP: 1, Banned: []int{1}},
	} {
		s := newSampler(t, 2000, o)
		for step := range 20 {
			logits := randomLogits(rng, 2000)
			seen, _ := sample(t, s, logits, step)
			got, err := s.Sample(logits, step, stage.Event{}, nil)
			if err != nil || got != seen {
				t.Errorf("%+v: %+v, %v, with an observer %+v", o, got, err, seen)
			}
		}
	}
}

// TestLateQuestions: what is asked for alone, twice or the other way round has the bits of
// what is asked for in order, and the run goes on the same. Details are copied as words.
func TestLateQuestions(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	show := func(e *stage.Event, detail bool) string {
		if detail {
			return fmt.Sprintf("%v %x", e.Stage, e.Detail())
		}
		return fmt.Sprintf("%v %x", e.Stage, e.Tensors())
	}
	for _, o := range reportOptions {
		s := newSampler(t, 300, o)
		logits := randomLogits(rng, 300)
		var want []string
		first, err := s.Sample(logits, 3, stage.Event{}, func(e *stage.Event) error {
			want = append(want, show(e, true), show(e, false))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for only := range want {
			at := 0
			got, err := s.Sample(logits, 3, stage.Event{}, func(e *stage.Event) error {
				if at == only/2 {
					for range 2 {
						if now := show(e, only%2 == 0); now != want[only] {
							t.Errorf("%+v: asked alone: %s, want %s", o, now, want[only])
						}
					}
					if now := show(e, only%2 == 1); now != want[only^1] {
						t.Errorf("%+v: asked after the other: %s, want %s", o, now, want[only^1])
					}
				}
				at++
				return nil
			})
			if err != nil || got != first {
				t.Errorf("%+v: after a question at event %d: %+v, %v, want %+v", o, only/2, got, err, first)
			}
		}
	}
}

// TestNothingIsMadeUnasked: an observer that looks at nothing leaves all undone that only
// a report needs.
func TestNothingIsMadeUnasked(t *testing.T) {
	logits := randomLogits(rand.New(rand.NewPCG(15, 16)), 300)
	for _, o := range reportOptions {
		s := newSampler(t, 300, o)
		if _, err := s.Sample(logits, 0, stage.Event{}, func(*stage.Event) error { return nil }); err != nil {
			t.Fatal(err)
		}
		r := &s.reporter
		if r.led || r.ids != nil || r.mass != (Mass{}) || r.dist.Top != nil || r.filter.Top != nil || s.isWarm && s.cuts() {
			t.Errorf("%+v: led %v, ids %d, %+v, %+v, %+v, warm %v", o, r.led, len(r.ids), r.mass, r.dist, r.filter, s.isWarm)
		}
	}
}

func TestEventsCarryTheTemplate(t *testing.T) {
	var r record
	s := newSampler(t, 3, Options{Temperature: 1, TopP: 1})
	if _, err := s.Sample([]float32{1, 2, 3}, 5, stage.Event{Step: 5, Layer: -1, Position: 17, Tokens: 4}, r.observe); err != nil {
		t.Fatal(err)
	}
	for _, e := range r.events {
		if e.Step != 5 || e.Layer != -1 || e.Position != 17 || e.Tokens != 4 {
			t.Errorf("%v: %+v", e.Stage, e)
		}
		names := ""
		for _, x := range e.Tensors() {
			names += x.Name + " "
		}
		want := map[stage.Stage]string{
			stage.Softmax: "probabilities ", stage.DecodeTemperature: "ids probabilities ",
			stage.DecodeTopK: "ids probabilities ", stage.DecodeTopP: "ids probabilities ",
		}
		if names != want[e.Stage] {
			t.Errorf("%v has the tensors %q, want %q", e.Stage, names, want[e.Stage])
		}
	}
	if shape := r.events[0].Tensors()[0].Shape; !slices.Equal(shape, []int{3}) {
		t.Errorf("shape %v, want [3]", shape)
	}
	if p := r.filters[0].Parameter; p != 1 {
		t.Errorf("parameter %v, want 1", p)
	}
}

func TestObserverErrorEndsTheStep(t *testing.T) {
	s := newSampler(t, 3, Options{Temperature: 1, TopP: 1})
	enough := errors.New("enough")
	for last := range 7 {
		seen := 0
		_, err := s.Sample([]float32{1, 2, 3}, 0, stage.Event{}, func(*stage.Event) error {
			if seen++; seen > last {
				return enough
			}
			return nil
		})
		if err != enough || seen != last+1 {
			t.Errorf("stopped at event %d: %v after %d events", last, err, seen)
		}
	}
}

// TestFrequencies draws often and compares counts with probabilities: the sum of
// (count-expected)^2/expected over 4 tokens exceeds 21.1 once in 10,000 seeds
// (chi-square, 3 degrees of freedom); the seed is fixed.
func TestFrequencies(t *testing.T) {
	probs := []float64{0.1, 0.4, 0.2, 0.3}
	const draws = 20000
	for _, o := range []Options{{Temperature: 1, TopP: 1, Seed: 1}, {Temperature: 1, TopP: math.Nextafter32(1, 0), Seed: 2}} {
		s := newSampler(t, 4, o)
		var counts [4]float64
		for step := range draws {
			got, err := s.Sample(logs(probs...), step, stage.Event{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			counts[got.ID]++
		}
		chi := 0.0
		for id, p := range probs {
			chi += (counts[id] - draws*p) * (counts[id] - draws*p) / (draws * p)
		}
		if chi > 21.1 {
			t.Errorf("%+v: counts %v, chi-square %.1f", o, counts, chi)
		}
	}
}

func TestSameStepSameToken(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	s := newSampler(t, 500, Options{Temperature: 1.5, TopP: 1, Seed: 42})
	logits := randomLogits(rng, 500)
	var first []Selection
	for step := range 50 {
		got, _ := sample(t, s, logits, step)
		first = append(first, got)
	}
	other := newSampler(t, 500, Options{Temperature: 1.5, TopP: 1, Seed: 42})
	for step := 49; step >= 0; step-- {
		if got, _ := sample(t, other, logits, step); got != first[step] {
			t.Errorf("step %d: %+v, before %+v", step, got, first[step])
		}
	}
}

func TestExtremes(t *testing.T) {
	inf := float32(math.Inf(-1))
	for _, o := range []Options{
		{Temperature: math.SmallestNonzeroFloat32, TopP: 1}, {Temperature: 1e-30, TopK: 3, TopP: 0.9}, {TopP: 1},
		{Temperature: 1, TopP: 1}, {Temperature: 1, TopP: 0.5, Banned: []int{0}},
	} {
		for _, logits := range [][]float32{
			{-math.MaxFloat32, math.MaxFloat32, 0}, {inf, 5, inf}, {-1e30, 1e30, -1e30}, {inf, 1e-30, -1000},
		} {
			got, r := sample(t, newSampler(t, 3, o), logits, 0)
			checkReport(t, logits, o, got, r)
			if got.ID != 1 {
				t.Errorf("%+v of %v: chose %d, want 1", o, logits, got.ID)
			}
		}
	}
	// A huge temperature makes all alike.
	_, r := sample(t, newSampler(t, 4, Options{Temperature: math.MaxFloat32, TopP: 1}), []float32{-9, 0, 3, 9}, 0)
	for _, p := range r.filters[0].Probabilities {
		if p != 0.25 {
			t.Errorf("probability %v, want 0.25", p)
		}
	}
}

func TestNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, test := range []struct {
		logits []float32
		banned []int
		want   string
	}{
		{[]float32{1, nan, 2}, nil, "decoding: logits are not finite: NaN for token 1"},
		{[]float32{1, 2, inf}, nil, "decoding: logits are not finite: +Inf for token 2"},
		{[]float32{nan, 1, 2}, []int{0}, "decoding: logits are not finite: NaN for token 0"},
		{[]float32{-inf, -inf, -inf}, nil, "decoding: logits are not finite: -Inf for every token"},
		{[]float32{1, -inf, -inf}, []int{0}, "decoding: logits are not finite: -Inf for every token that is not banned"},
	} {
		for _, temperature := range []float32{0, 1} {
			s := newSampler(t, 3, Options{Temperature: temperature, TopP: 1, Banned: test.banned})
			_, err := s.Sample(test.logits, 0, stage.Event{}, nil)
			if !errors.Is(err, ErrNotFinite) || err.Error() != test.want {
				t.Errorf("%v: %v, want %q", test.logits, err, test.want)
			}
			if _, err := s.Sample([]float32{1, 2, 3}, 0, stage.Event{}, nil); err != nil {
				t.Errorf("after a refusal: %v", err)
			}
		}
	}
	s := newSampler(t, 3, Options{TopP: 1})
	if _, err := s.Sample([]float32{1, 2}, 0, stage.Event{}, nil); err == nil || err.Error() != "decoding: got 2 logits, want 3" {
		t.Errorf("two logits of three: %v", err)
	}
}

func TestOptionErrors(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	good := Options{Temperature: 1, TopP: 1}
	for _, test := range []struct {
		change func(*Options)
		option string
		want   string
	}{
		{func(o *Options) { o.Temperature = nan }, "temperature", "decoding: temperature: got NaN, want a finite number from 0 up"},
		{func(o *Options) { o.Temperature = inf }, "temperature", "got +Inf"},
		{func(o *Options) { o.Temperature = -0.5 }, "temperature", "got -0.5"},
		{func(o *Options) { o.TopK = -1 }, "topK", "decoding: topK: got -1, want a whole number from 0 up"},
		{func(o *Options) { o.TopP = nan }, "topP", "got NaN, want a number above 0 and at most 1"},
		{func(o *Options) { o.TopP = inf }, "topP", "got +Inf"},
		{func(o *Options) { o.TopP = 0 }, "topP", "got 0"},
		{func(o *Options) { o.TopP = -0.1 }, "topP", "got -0.1"},
		{func(o *Options) { o.TopP = 1.5 }, "topP", "got 1.5"},
		{func(o *Options) { o.Banned = []int{2, 3} }, "banned", "decoding: banned: got 3, want token ids from 0 to 2"},
		{func(o *Options) { o.Banned = []int{-1} }, "banned", "got -1"},
		{func(o *Options) { o.Banned = []int{0, 1, 2, 2} }, "banned", "got all tokens, want at least one"},
	} {
		o := good
		test.change(&o)
		s, err := NewSampler(3, o)
		var option *OptionError
		if s != nil || !errors.As(err, &option) || option.Option != test.option || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %s: %q", o, err, test.option, test.want)
		}
	}
	if _, err := NewSampler(0, good); err == nil {
		t.Error("an empty vocabulary is accepted")
	}
	if err := (Options{Temperature: 1, TopK: 99, TopP: 1, Banned: []int{0, 0, 0}}).Validate(3); err != nil {
		t.Errorf("more than the vocabulary at top-k, and a token banned thrice: %v", err)
	}
}

func TestBannedOptionIsCopied(t *testing.T) {
	banned := []int{2, 0}
	s := newSampler(t, 3, Options{TopP: 1, Banned: banned})
	banned[0] = 1
	if !slices.Equal(banned, []int{1, 0}) {
		t.Error("NewSampler changed its argument")
	}
	if got, _ := sample(t, s, []float32{3, 1, 2}, 0); got.ID != 1 {
		t.Errorf("chose %d, want 1", got.ID)
	}
}

func TestAllocatesNothing(t *testing.T) {
	logits := randomLogits(rand.New(rand.NewPCG(7, 8)), 3000)
	quiet := func(*stage.Event) error { return nil }
	curious := func(e *stage.Event) error { e.Detail(); e.Tensors(); return nil }
	for _, o := range []Options{
		{TopP: 1}, {Temperature: 1, TopP: 1}, {Temperature: 0.8, TopK: 40, TopP: 0.95}, {Temperature: 0.8, TopP: 0.95, Banned: []int{3}},
	} {
		s := newSampler(t, len(logits), o)
		for name, obs := range map[string]stage.Observer{"nil": nil, "quiet": quiet, "curious": curious} {
			step := 0
			allocs := testing.AllocsPerRun(20, func() {
				if _, err := s.Sample(logits, step, stage.Event{}, obs); err != nil {
					t.Fatal(err)
				}
				step++
			})
			if allocs != 0 {
				t.Errorf("%+v, %s observer: %v allocations a call, want 0", o, name, allocs)
			}
		}
	}
}

// TestNucleusOfFullVocabulary: the shortcut past rare tokens changes nothing.
func TestNucleusOfFullVocabulary(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, spread := range []float64{0, 0.5, 3, 8} {
		logits := make([]float32, vocabulary)
		for i := range logits {
			logits[i] = float32(rng.NormFloat64() * spread)
		}
		ranked := make([]int32, vocabulary)
		for i := range ranked {
			ranked[i] = int32(i)
		}
		slices.SortStableFunc(ranked, func(a, b int32) int { return cmp.Compare(logits[b], logits[a]) })
		probs := slices.Clone(logits)
		kernel.Softmax(probs)
		for _, share := range []float32{0.1, 0.95, 0.9999, math.Nextafter32(1, 0)} {
			_, r := sample(t, newSampler(t, vocabulary, Options{Temperature: 1, TopP: share}), logits, 0)
			got := r.filters[2].IDs
			if !slices.Equal(got, ranked[:len(got)]) {
				t.Errorf("spread %v, p %v: the %d tokens are not the best in order", spread, share, len(got))
			}
			sum := 0.0
			for _, id := range got[:len(got)-1] {
				sum += float64(probs[id])
			}
			target := float64(share) * total(probs)
			if sum >= target || sum+float64(probs[got[len(got)-1]]) < target {
				t.Errorf("spread %v, p %v: %d tokens reach %v without the last, want just below %v", spread, share, len(got), sum, target)
			}
		}
	}
}

func BenchmarkSample(b *testing.B) {
	logits := make([]float32, vocabulary)
	rng := rand.New(rand.NewPCG(11, 12))
	for i := range logits {
		logits[i] = float32(rng.NormFloat64() * 3)
	}
	for _, test := range []struct {
		name string
		o    Options
	}{
		{"greedy", Options{TopP: 1}},
		{"all", Options{Temperature: 1, TopP: 1}},
		{"k40p95", Options{Temperature: 0.8, TopK: 40, TopP: 0.95}},
		{"p95", Options{Temperature: 0.8, TopP: 0.95}},
		{"k5000", Options{Temperature: 0.8, TopK: 5000, TopP: 1}},
	} {
		s := newSampler(b, vocabulary, test.o)
		for name, obs := range map[string]stage.Observer{
			"nil":       nil,
			"observed":  func(*stage.Event) error { return nil },
			"described": func(e *stage.Event) error { e.Detail(); return nil },
		} {
			b.Run(test.name+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				step := 0
				for b.Loop() {
					if _, err := s.Sample(logits, step, stage.Event{}, obs); err != nil {
						b.Fatal(err)
					}
					step++
				}
			})
		}
	}
	b.Run("softmax alone", func(b *testing.B) {
		probs := make([]float32, vocabulary)
		for b.Loop() {
			copy(probs, logits)
			kernel.Softmax(probs)
		}
	})
}

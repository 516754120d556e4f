package decoding

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/core/kernel"
)

// TestPages compares every kind of page with sorting all tokens.
func TestPages(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, n := range []int{1, 2, 3, 7, 64, 500} {
		for range 60 {
			logits := randomLogits(rng, n) // with ties
			if rng.IntN(5) == 0 {
				clear(logits)
			}
			probs := slices.Clone(logits)
			kernel.Softmax(probs)
			r := newRanking(t, logits)
			var sorted []Ranked
			for id := range logits {
				sorted = append(sorted, Ranked{Candidate: Candidate{id, logits[id], probs[id]}})
			}
			slices.SortStableFunc(sorted, func(a, b Ranked) int { return cmp.Compare(b.Logit, a.Logit) })
			var some []int
			var those []Ranked
			for i := range sorted {
				sorted[i].Rank = i
				if got := r.Rank(sorted[i].ID); got != i {
					t.Fatalf("rank of %d is %d, want %d", sorted[i].ID, got, i)
				}
				if rng.IntN(3) == 0 {
					some, those = append(some, sorted[i].ID), append(those, sorted[i])
				}
			}
			rng.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
			given := slices.Clone(some)
			for range 8 {
				from, count := rng.IntN(n+3)-1, rng.IntN(n+3)-1
				if got, want := r.All(from, count), cut(sorted, from, count); !slices.Equal(got, want) {
					t.Fatalf("%v: %d from %d: %v, want %v", logits, count, from, got, want)
				}
				if got, want := r.Page(some, from, count), cut(those, from, count); !slices.Equal(got, want) {
					t.Fatalf("%v: %d from %d of %v: %v, want %v", logits, count, from, some, got, want)
				}
			}
			if got := r.All(0, math.MaxInt); !slices.Equal(got, sorted) {
				t.Fatalf("all: %v, want %v", got, sorted)
			}
			if !slices.Equal(some, given) {
				t.Fatal("Page changed its argument")
			}
		}
	}
}

// cut returns what there is of count from number from on.
func cut(all []Ranked, from, count int) []Ranked {
	var page []Ranked
	for i, r := range all {
		if i >= from && i-max(from, 0) < count {
			page = append(page, r)
		}
	}
	return page
}

func newRanking(t testing.TB, logits []float32) *Ranking {
	t.Helper()
	r, err := NewRanking(logits)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRankingIsItsOwn: the logits that it was made of belong to the run.
func TestRankingIsItsOwn(t *testing.T) {
	logits := []float32{1, 3, 2}
	r := newRanking(t, logits)
	before := r.All(0, 3)
	copy(logits, []float32{9, 0, 0})
	if got := r.All(0, 3); !slices.Equal(got, before) || got[0].ID != 1 || r.Rank(0) != 2 {
		t.Errorf("after the run went on: %v, before %v", got, before)
	}
	if _, err := NewRanking([]float32{1, float32(math.NaN())}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: %v", err)
	}
}

func TestRankingAgreesWithSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	logits := randomLogits(rng, 400)
	r := newRanking(t, logits)
	for step := range 20 {
		got, record := sample(t, newSampler(t, 400, Options{Temperature: 1.5, TopP: 0.9, Banned: []int{5}}), logits, step)
		want := Ranked{Candidate{got.ID, logits[got.ID], got.Probability}, got.Rank}
		if page := r.Page([]int{got.ID}, 0, 1); page[0] != want || !slices.Equal(r.Probabilities(), record.softmax) {
			t.Errorf("%+v, want %+v", page, want)
		}
	}
}

func TestEntropy(t *testing.T) {
	for _, test := range []struct {
		probs      []float32
		nats, open float64
	}{
		{[]float32{1}, 0, 1},
		{[]float32{0, 1, 0}, 0, 1},
		{[]float32{0.25, 0.25, 0.25, 0.25}, 2 * math.Ln2, 4},
		{[]float32{0.5, 0.25, 0.25}, 1.5 * math.Ln2, 2 * math.Sqrt2},
	} {
		// Powers of two are exact: what is left is the rounding of one logarithm or power.
		if nats, open := Entropy(test.probs), Perplexity(test.probs); math.Abs(nats-test.nats) > 1e-15 || math.Abs(open-test.open) > 1e-14 {
			t.Errorf("%v: %v nats, perplexity %v, want %v, %v", test.probs, nats, open, test.nats, test.open)
		}
	}
	// The textbook's formula over logits: ln(sum of e^x) - mean of x.
	logits := randomLogits(rand.New(rand.NewPCG(25, 26)), vocabulary)
	r := newRanking(t, logits)
	all, mean := 0.0, 0.0
	for _, x := range logits {
		all += math.Exp(float64(x))
	}
	for _, x := range logits {
		mean += math.Exp(float64(x)) / all * float64(x)
	}
	if got, want := Entropy(r.Probabilities()), math.Log(all)-mean; !near(got, want) {
		t.Errorf("entropy %v, want %v", got, want)
	}
}

func BenchmarkRanking(b *testing.B) {
	r := newRanking(b, randomLogits(rand.New(rand.NewPCG(27, 28)), vocabulary))
	for _, from := range []int{0, vocabulary / 2} {
		b.Run(map[int]string{0: "first50", vocabulary / 2: "middle50"}[from], func(b *testing.B) {
			for b.Loop() {
				r.All(from, 50)
			}
		})
	}
	b.Run("sort all", func(b *testing.B) {
		for b.Loop() {
			r.All(0, vocabulary)
		}
	})
	b.Run("entropy", func(b *testing.B) {
		for b.Loop() {
			Entropy(r.Probabilities())
		}
	})
}

func TestDivergence(t *testing.T) {
	ln := func(x float64) float32 { return float32(math.Log(x)) }
	for name, test := range map[string]struct {
		p, q []float32
		want float64
	}{
		"the same":                {[]float32{3, -2, 0.5}, []float32{3, -2, 0.5}, 0},
		"the same, shifted":       {[]float32{3, -2, 0.5}, []float32{13, 8, 10.5}, 0},
		"a half to a quarter":     {[]float32{ln(0.5), ln(0.5)}, []float32{ln(0.25), ln(0.75)}, 0.5*math.Log(2) + 0.5*math.Log(2.0/3)},
		"the other way":           {[]float32{ln(0.25), ln(0.75)}, []float32{ln(0.5), ln(0.5)}, 0.25*math.Log(0.5) + 0.75*math.Log(1.5)},
		"a probability of e^-200": {[]float32{0, 0}, []float32{0, -200}, 0.5*math.Log(0.5) + 0.5*(math.Log(0.5)+200)},
	} {
		if got := Divergence(test.p, test.q); !(math.Abs(got-test.want) <= 1e-6*(1+test.want)) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

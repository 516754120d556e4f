package decoding

import (
	"fmt"
	"hash/fnv"
	"testing"

	"vitrine/core/stage"
)

// TestGoldenSelections: the same tokens and the same bits on every machine, natively
// and under wasm, with and without SIMD. The sums are this package's own.
func TestGoldenSelections(t *testing.T) {
	const v = 1000
	for _, test := range []struct {
		o    Options
		ids  []int // of the first steps
		want string
	}{
		{Options{TopP: 1}, []int{490, 886, 439, 582, 753}, "419f8cd37bad8eca"},
		{Options{Temperature: 1, TopP: 1, Seed: 1}, []int{623, 731, 968, 474, 452}, "6f23cc6734c9965a"},
		{Options{Temperature: 0.7, TopP: 1, Seed: 2}, []int{643, 731, 587, 787, 322}, "370a53389429fbfb"},
		{Options{Temperature: 0.8, TopK: 40, TopP: 0.95, Seed: 3}, []int{838, 784, 158, 811, 634}, "791d5c6aa4468aab"},
		{Options{Temperature: 1.3, TopP: 0.9, Seed: 4, Banned: []int{1, 500}}, []int{876, 17, 431, 402, 79}, "da115e996fcb3e81"},
	} {
		s := newSampler(t, v, test.o)
		logits := make([]float32, v)
		sum := fnv.New64a()
		var ids []int
		for step := range 60 {
			for id := range logits {
				logits[id] = float32(uniform(uint64(step), id)*12 - 6) // exact: no rounding but to float32
			}
			got, err := s.Sample(logits, step, stage.Event{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if step < 5 {
				ids = append(ids, got.ID)
			}
			fmt.Fprintf(sum, "%d %d %x %x %x\n", got.ID, got.Rank, got.Probability, got.Sampled, got.Random)
		}
		if got := fmt.Sprintf("%016x", sum.Sum64()); got != test.want || fmt.Sprint(ids) != fmt.Sprint(test.ids) {
			t.Errorf("%+v: ids %v, sum %s, want %v, %s", test.o, ids, got, test.ids, test.want)
		}
	}
}

// TestGoldenReports: what an observer is shown has the same bits on every machine too. The
// sums are this package's own.
func TestGoldenReports(t *testing.T) {
	const v = 1000
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{TopP: 1}, "d40a68cb820c302c"},
		{Options{TopP: 1, Banned: []int{490, 3}}, "ea2fed9c5f46a04a"},
		{Options{Temperature: 1, TopP: 1, Seed: 1}, "86590d06ba80e92e"},
		{Options{Temperature: 0.7, TopP: 1, Seed: 2, Banned: []int{999}}, "d69ab83f964b0f8e"},
		{Options{Temperature: 0.8, TopK: 40, TopP: 0.95, Seed: 3}, "ff2953918a6a8cc1"},
		{Options{Temperature: 1, TopK: 40, TopP: 1, Seed: 3, Banned: []int{0}}, "4f89edc39654b198"},
		{Options{Temperature: 1.3, TopP: 0.9, Seed: 4, Banned: []int{1, 500}}, "cbc3d1657211185d"},
		{Options{Temperature: 0.6, TopP: 0.5, Seed: 5}, "0e5c4ab6ffee794d"},
	} {
		s := newSampler(t, v, test.o)
		logits := make([]float32, v)
		sum := fnv.New64a()
		for step := range 20 {
			for id := range logits {
				logits[id] = float32(uniform(uint64(step), id)*12 - 6)
			}
			_, r := sample(t, s, logits, step)
			fmt.Fprintf(sum, "%x %x %x %x\n", r.softmax, r.mass, r.distribution, r.draw)
			for _, f := range r.filters {
				fmt.Fprintf(sum, "%x %d %d %x %x %d %x\n", f.Parameter, f.Kept, f.Removed, f.RemovedProbability, f.Top, f.IDs, f.Probabilities)
			}
		}
		if got := fmt.Sprintf("%016x", sum.Sum64()); got != test.want {
			t.Errorf("%+v: %s, want %s", test.o, got, test.want)
		}
	}
}

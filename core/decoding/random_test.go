package decoding

import "testing"

// TestGoldenNumbers keeps the sequence from ever changing: a shared link replays a
// run by its seed.
func TestGoldenNumbers(t *testing.T) {
	// Outputs of Vigna's splitmix64.c seeded with 1234567, as rosettacode.org,
	// "Pseudo-random numbers/Splitmix64", lists them.
	for step, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := uniform(1234567, step); got != float64(want>>11)/(1<<53) {
			t.Errorf("seed 1234567, step %d: %v, want %v", step, got, float64(want>>11)/(1<<53))
		}
	}
	// The edges of what a user can give, as this package computed them.
	for seed, want := range map[uint64]float64{0: 0.8833108082136426, 1: 0.5665615751722809, 1<<53 - 1: 0.1434526250083874} {
		if got := uniform(seed, 0); got != want {
			t.Errorf("seed %d: %v, want %v", seed, got, want)
		}
	}
}

func TestPick(t *testing.T) {
	probs := []float32{0, 0.25, 0, 0.5, 0.25, 0}
	for random, want := range map[float64]int{0: 1, 0.2499: 1, 0.25: 3, 0.7499: 3, 0.75: 4, 0x1p-53: 1, 1 - 0x1p-53: 4} {
		if got := pick(probs, random); got != want {
			t.Errorf("pick(%v) = %d, want %d", random, got, want)
		}
	}
	// No random number falls off the end, whatever the sum.
	for n := range 200 {
		probs := make([]float32, n+1)
		for i := range probs {
			probs[i] = float32(uniform(uint64(n), i)) / 3
		}
		if got := pick(probs, 1-0x1p-53); got != n && total(probs[got+1:]) > 1e-12 {
			t.Errorf("pick of %d numbers near 1 = %d", n+1, got)
		}
	}
}

// TestRareTokensCanBeChosen: after common tokens a float32 sum would not move.
func TestRareTokensCanBeChosen(t *testing.T) {
	probs := []float32{1, 1e-9, 1e-9}
	if got := pick(probs, 1-0.5e-9); got != 2 {
		t.Errorf("pick = %d, want the last", got)
	}
	if got := pick(probs, 1-1.5e-9); got != 1 {
		t.Errorf("pick = %d, want the second", got)
	}
}

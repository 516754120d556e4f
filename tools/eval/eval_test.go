package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		text, want string
		right      bool
	}{
		{" Grass is green.", "green", true},
		{" GREEN", "green", true},
		{"\nAnswer: A nurse cares for people. ", "doctor|nurse", true},
		{" I like grass. It is green.", "green", false}, // not said at once
		{" It is evergreen.", "green", false},
		{" I am a doc.", "doctor|nurse", false},
		{"", "green", false},
	} {
		if got := answers(test.text, test.want); got != test.right {
			t.Errorf("%q for %q: got %v, want %v", test.text, test.want, got, test.right)
		}
	}
}

func TestPlain(t *testing.T) {
	if got, want := plain(" Washington, D.C. is"), " washington dc is"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoops(t *testing.T) {
	const part = "the frog sat on a stone "
	if text := strings.Repeat(part, 2); loops(text) {
		t.Errorf("%q twice: got a loop", part)
	}
	if text := strings.Repeat(part, 3); !loops(text) {
		t.Errorf("%q three times: got none", part)
	}
}

func TestCompare(t *testing.T) {
	// p = (1/4, 3/4), q = (1/2, 1/2) or the reverse of p: KL(p, q) by hand.
	p := []float32{0, float32(math.Log(3))}
	for _, test := range []struct {
		got   []float32
		agree bool
		kl    float64
	}{
		{p, true, 0},
		{[]float32{5, 5 + float32(math.Log(3))}, true, 0},
		{[]float32{float32(math.Log(3)), 0}, false, math.Log(3) / 2},
	} {
		agree, kl := compare(p, test.got)
		if agree != test.agree || math.Abs(kl-test.kl) > 1e-6 { // logits are float32
			t.Errorf("%v: got %v, %v, want %v, %v", test.got, agree, kl, test.agree, test.kl)
		}
	}
	if got := probabilityOf(p, 1); math.Abs(got-0.75) > 1e-6 {
		t.Errorf("probability: got %v, want 0.75", got)
	}
}

// TestHeldOut checks that characters are counted, not bytes, and the last story is cut.
func TestHeldOut(t *testing.T) {
	folder := t.TempDir()
	if got, err := heldOut(folder); got != nil || err != nil {
		t.Fatalf("no file: got %v, %v", got, err)
	}
	text := "é" + strings.Repeat("a", 119_979) + endOfText + "\nlonger than that"
	if err := os.WriteFile(filepath.Join(folder, "tinystories_val.txt"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := heldOut(folder)
	if err != nil || len(got) != 2 || got[1] != "longer" {
		t.Errorf("got %q, %v, want two stories, the last \"longer\"", got[max(0, len(got)-1):], err)
	}
}

// TestTally reads weights that are made so that each role has a value of its own.
func TestTally(t *testing.T) {
	ids := []int{7, 8, 7, 7}
	weights := []float32{
		1, 0, 0, 0,
		0.25, 0.75, 0, 0,
		0.5, 0.125, 0.375, 0,
		0.25, 0, 0.5, 0.25,
	}
	var a tally
	a.read(ids, weights)
	for r, want := range map[role]float64{
		previous: (0.25 + 0.125 + 0.5) / 3,
		first:    (0.25 + 0.5 + 0.25) / 3,
		same:     (0.5 + 0.75) / 2, // rows 2 and 3 have copies
		copied:   0,
	} {
		if got := a.mean(r); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", roleNames[r], got, want)
		}
	}
	var b tally
	b.readTwice(2, weights)
	if got, want := b.mean(copied), (0.5+0.0)/2; got != want {
		t.Errorf("copy: got %v, want %v", got, want)
	}
	if got, want := b.mean(induction), (0.125+0.5)/2; got != want {
		t.Errorf("induction: got %v, want %v", got, want)
	}
}

// TestDefaultModel asks the default model what the page's diagram asks, and reads one
// story, so that a row of weights sums to 1 and a window has its followers.
func TestDefaultModel(t *testing.T) {
	m, err := load("../../models/vitrine-tiny-q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	p, err := m.probability("What is the capital of France?", " Paris")
	if err != nil || p < 0.5 {
		t.Errorf("probability of Paris: got %v, %v, want most of it", p, err)
	}
	text, _, err := m.write("What is the capital of France?", greedy(capitalTokens))
	if err != nil || !strings.HasPrefix(text, " Paris is the capital of France.") {
		t.Errorf("got %q, %v", text, err)
	}
	story := strings.Repeat("The cat sat on the mat. ", 60)
	var all []int
	err = m.eachWindow(story, func(read, next []int) error {
		if len(read) != len(next) || len(read) > window || !slices.Equal(read[1:], next[:len(next)-1]) {
			t.Errorf("got %d tokens and %d that follow", len(read), len(next))
		}
		all = append(all, next...)
		return nil
	})
	if want := m.words.Encode(story); err != nil || !slices.Equal(all, want) {
		t.Errorf("got %d tokens, %v, want all %d", len(all), err, len(want))
	}
	heads := 0
	err = m.eachHead(all[:40], func(i int, weights []float32) {
		if i != heads || len(weights) != 40*40 {
			t.Fatalf("head %d of %d: got %d weights", i, heads, len(weights))
		}
		heads++
		for row := range 40 {
			sum := 0.0
			for _, w := range weights[row*40:][:40] {
				sum += float64(w)
			}
			if math.Abs(sum-1) > 1e-4 {
				t.Errorf("head %d row %d: the weights sum to %v", i, row, sum)
			}
		}
	})
	if c := m.Config(); err != nil || heads != c.Layers*c.Heads {
		t.Errorf("got %d heads, %v", heads, err)
	}
}

func TestEach(t *testing.T) {
	items := []int{5, 0, 3, 8}
	got, err := each(items, func(n int) (int, error) { return 2 * n, nil })
	if want := []int{10, 0, 6, 16}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	bad := errors.New("bad")
	if _, err := each(items, func(n int) (int, error) {
		if n == 3 {
			return 0, bad
		}
		return n, nil
	}); err != bad {
		t.Errorf("got %v, want %v", err, bad)
	}
}

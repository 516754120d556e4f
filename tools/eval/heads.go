package main

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"

	"vitrine/core/stage"
)

// What a head looks at, each a mean of attention weights, from 0 to 1.
//
// Over held-out stories: previous is the weight on the token before; first that on the
// first token of the text; same that on all earlier copies of a token that has some.
// Over a sequence of random tokens of these stories that comes twice, in its second half:
// copy is the weight on the same token of the first half, induction that on the token
// after it, which is what comes next (Olsson et al. 2022, "In-context Learning and Induction
// Heads", where it is called prefix matching).
type role int

const (
	previous role = iota
	first
	same
	copied
	induction
	roles
)

var roleNames = [roles]string{"previous", "first", "same", "copy", "induction"}

const (
	heldStories  = 40 // that are read for the first three
	sequences    = 20 // that are read for the other two
	sequenceLen  = 60 // tokens, all different; twice that fits every context of this project
	sequenceSeed = 13 // any number: the same sequences each time
)

// tally sums the weights of one head by role.
type tally struct {
	sum  [roles]float64
	rows [roles]int
}

func (t *tally) add(r role, weight float64) {
	t.sum[r] += weight
	t.rows[r]++
}

func (t *tally) mean(r role) float64 { return t.sum[r] / float64(max(1, t.rows[r])) }

// read adds a head's weights over a text, [T, T].
func (t *tally) read(ids []int, weights []float32) {
	n := len(ids)
	for row := 1; row < n; row++ {
		w := weights[row*n:][:n]
		t.add(previous, float64(w[row-1]))
		t.add(first, float64(w[0]))
		copies, sum := 0, 0.0
		for i, id := range ids[:row] {
			if id == ids[row] {
				copies++
				sum += float64(w[i])
			}
		}
		if copies > 0 {
			t.add(same, sum)
		}
	}
}

// readTwice adds a head's weights over a sequence of period ids that comes twice, [T, T].
func (t *tally) readTwice(period int, weights []float32) {
	n := 2 * period
	for row := period; row < n; row++ {
		w := weights[row*n:][:n]
		t.add(copied, float64(w[row-period]))
		t.add(induction, float64(w[row-period+1]))
	}
}

// printHeads prints the roles of every head, and which has the most of each.
func (m *subject) printHeads(w io.Writer, stories []string) error {
	c := m.Config()
	tallies := make([]tally, c.Layers*c.Heads)
	met := make(map[int]bool)
	for _, story := range stories[:min(len(stories), heldStories)] {
		err := m.eachWindow(story, func(read, _ []int) error {
			for _, id := range read {
				met[id] = true
			}
			return m.eachHead(read, func(i int, weights []float32) { tallies[i].read(read, weights) })
		})
		if err != nil {
			return err
		}
	}
	random := rand.New(rand.NewPCG(sequenceSeed, 0))
	pool := slices.Sorted(maps.Keys(met))
	period := min(sequenceLen, c.Context/2, len(pool))
	for range sequences {
		random.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		ids := slices.Clone(pool[:period])
		err := m.eachHead(append(ids, ids...), func(i int, weights []float32) { tallies[i].readTwice(period, weights) })
		if err != nil {
			return err
		}
	}

	fmt.Fprintf(w, "\nheads, mean weight on:\n%-14s", "")
	for _, name := range roleNames {
		fmt.Fprintf(w, "%10s", name)
	}
	var most [roles]int
	for i := range tallies {
		fmt.Fprintf(w, "\nlayer %d head %d", i/c.Heads+1, i%c.Heads+1)
		for r := range roles {
			fmt.Fprintf(w, "%10.3f", tallies[i].mean(r))
			if tallies[i].mean(r) > tallies[most[r]].mean(r) {
				most[r] = i
			}
		}
	}
	fmt.Fprint(w, "\nmost:         ")
	for r := range roles {
		fmt.Fprintf(w, "%10s", fmt.Sprintf("%d.%d", most[r]/c.Heads+1, most[r]%c.Heads+1))
	}
	fmt.Fprintln(w)
	return nil
}

// eachHead calls use with the weights of every head over ids, [T, T], layer by layer.
// They are lent.
func (m *subject) eachHead(ids []int, use func(i int, weights []float32)) error {
	heads, n := m.Config().Heads, len(ids)
	_, err := m.NewSession(n).ForwardAll(ids, func(e *stage.Event) error {
		if e.Stage == stage.AttentionMask {
			weights := e.Tensor("weights") // [H, T, T]: all ids are one pass
			for h := range heads {
				use(e.Layer*heads+h, weights[h*n*n:][:n*n])
			}
		}
		return nil
	})
	return err
}

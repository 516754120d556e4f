package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const (
	heldCharacters = 120_000 // of the file; the last story is cut
	window         = 255     // tokens that are predicted at once, so that figures compare whatever the context
	endOfText      = "<|endoftext|>"
)

// heldOut returns the first stories of tinystories_val.txt, nil where it is not there.
func heldOut(folder string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(folder, "tinystories_val.txt"))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text := string(data)
	for i, n := 0, 0; i < len(text); n++ {
		if n == heldCharacters {
			text = text[:i]
			break
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	var stories []string
	for story := range strings.SplitSeq(text, endOfText) {
		if story = strings.TrimSpace(story); story != "" {
			stories = append(stories, story)
		}
	}
	return stories, nil
}

// eachWindow calls use with the windows of a story, which begins after the token that
// ends a text: the ids that are read, and those that follow each of them.
func (m *subject) eachWindow(story string, use func(read, next []int) error) error {
	eos, ok := m.words.EOS()
	if !ok {
		return fmt.Errorf("the model has no token that ends a text: convert it with its generation ids")
	}
	ids := append([]int{eos}, m.words.Encode(story)...)
	size := min(window, m.Config().Context)
	for len(ids) > 1 {
		n := min(size, len(ids)-1)
		if err := use(ids[:n], ids[1:n+1]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// printHeldOut prints how well the model predicts the stories.
func (m *subject) printHeldOut(w io.Writer, stories []string) error {
	type score struct {
		nats   float64
		tokens int
	}
	scores, err := each(stories, func(story string) (s score, err error) {
		err = m.eachWindow(story, func(read, next []int) error {
			logits, err := m.NewSession(len(read)).ForwardAll(read, nil)
			if err != nil {
				return err
			}
			v := m.Config().Vocabulary
			for i, id := range next {
				s.nats -= math.Log(probabilityOf(logits[i*v:][:v], id))
			}
			s.tokens += len(next)
			return nil
		})
		return s, err
	})
	if err != nil {
		return err
	}
	var nats float64
	var tokens, characters int
	for i, s := range scores {
		nats += s.nats
		tokens += s.tokens
		characters += utf8.RuneCountInString(stories[i])
	}
	fmt.Fprintf(w, "\nheld-out stories (%d characters, %d tokens): %.4f nats per character, perplexity %.2f per token\n",
		characters, tokens, nats/float64(characters), math.Exp(nats/float64(tokens)))
	return nil
}

// probabilityOf returns the share of id in the softmax of logits, [V].
func probabilityOf(logits []float32, id int) float64 {
	top, sum := softmax(logits)
	return math.Exp(float64(logits[id]) - float64(logits[top]) - math.Log(sum))
}

// softmax returns the id of the largest logit and the sum of all exponentials, of which
// that id's is 1.
func softmax(logits []float32) (top int, sum float64) {
	for id, v := range logits {
		if v > logits[top] {
			top = id
		}
	}
	for _, v := range logits {
		sum += math.Exp(float64(v) - float64(logits[top]))
	}
	return top, sum
}

// printComparison prints how far the predictions are from those of the reference.
func (m *subject) printComparison(w io.Writer, reference string, stories []string) error {
	exact, err := load(reference)
	if err != nil {
		return err
	}
	if got, want := exact.Config().Vocabulary, m.Config().Vocabulary; got != want {
		return fmt.Errorf("%s: got a vocabulary of %d, want the model's, %d", reference, got, want)
	}
	type score struct {
		same, tokens int
		divergence   float64
	}
	scores, err := each(stories, func(story string) (s score, err error) {
		err = m.eachWindow(story, func(read, _ []int) error {
			ours, err := m.NewSession(len(read)).ForwardAll(read, nil)
			if err != nil {
				return err
			}
			theirs, err := exact.NewSession(len(read)).ForwardAll(read, nil)
			if err != nil {
				return err
			}
			v := m.Config().Vocabulary
			for i := range read {
				agree, kl := compare(theirs[i*v:][:v], ours[i*v:][:v])
				s.divergence += kl
				if agree {
					s.same++
				}
			}
			s.tokens += len(read)
			return nil
		})
		return s, err
	})
	if err != nil {
		return err
	}
	var same, tokens int
	var divergence float64
	for _, s := range scores {
		same += s.same
		tokens += s.tokens
		divergence += s.divergence
	}
	fmt.Fprintf(w, "against %s: same first choice at %.2f %% of %d positions, KL divergence %.5f nats\n",
		filepath.Base(reference), 100*float64(same)/float64(tokens), tokens, divergence/float64(tokens))
	return nil
}

// compare tells whether two rows of logits, [V], have the same first choice, and the
// Kullback-Leibler divergence of the second from the first, in nats.
func compare(want, got []float32) (agree bool, divergence float64) {
	topWant, sumWant := softmax(want)
	topGot, sumGot := softmax(got)
	for id := range want {
		logWant := float64(want[id]) - float64(want[topWant]) - math.Log(sumWant)
		logGot := float64(got[id]) - float64(got[topGot]) - math.Log(sumGot)
		divergence += math.Exp(logWant) * (logWant - logGot)
	}
	return topWant == topGot, divergence
}

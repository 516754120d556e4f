package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"vitrine/core/decoding"
	"vitrine/core/generate"
)

// How many tokens an answer may take, as in the measurement that the first models of
// the project were given.
const (
	capitalTokens = 12
	answerTokens  = 24
)

// write goes on from the prompt. ended is set where the model ended the text itself.
func (m *subject) write(prompt string, o generate.Options) (text string, ended bool, err error) {
	r, err := generate.New(m.Model, m.words, generate.Prompt{Text: prompt}, o, nil)
	if err != nil {
		return "", false, err
	}
	defer r.Close()
	for {
		if _, ok, err := r.Next(); !ok || err != nil {
			return r.Text(), r.Reason() == decoding.ReasonEOS, err
		}
	}
}

// greedy are the options of an answer without chance.
func greedy(tokens int) generate.Options {
	return generate.Options{MaxTokens: tokens, Decoding: decoding.Options{TopP: 1}}
}

// printKnowledge asks for capitals and everyday knowledge.
func (m *subject) printKnowledge(w io.Writer, recipe, text string) error {
	const question = "What is the capital of France?"
	answer, ended, err := m.write(question, greedy(80))
	if err != nil {
		return err
	}
	p, err := m.probability(question, " Paris")
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s%s (ended: %v)\nprobability of \" Paris\": %.3f\n", question, answer, ended, p)

	known, err := lines(recipe, "known.txt")
	if err != nil {
		return err
	}
	countries, err := lines(text, "countries.tsv")
	if err != nil {
		return err
	}
	if countries == nil {
		fmt.Fprintln(w, "capitals: left out, there is no countries.tsv: name its folder with -text")
	} else if err := m.printCapitals(w, known, countries[1:]); err != nil {
		return err
	}
	wordings, err := lines(recipe, "wordings.tsv")
	if err != nil {
		return err
	}
	if wordings == nil {
		return fmt.Errorf("there is no wordings.tsv in %s: name its folder with -recipe", recipe)
	}
	return m.printEveryday(w, wordings[1:])
}

// probability returns that of the first token of next after the prompt.
func (m *subject) probability(prompt, next string) (float64, error) {
	ids := m.words.Encode(prompt)
	logits, err := m.NewSession(len(ids)).Forward(ids, nil)
	if err != nil {
		return 0, err
	}
	return probabilityOf(logits, m.words.Encode(next)[0]), nil
}

// printCapitals asks for the capital of each row, country and capital first.
func (m *subject) printCapitals(w io.Writer, known, rows []string) error {
	type country struct{ name, capital string }
	var all []country
	for _, row := range rows {
		columns := strings.Split(row, "\t")
		if capital, _, _ := strings.Cut(columns[1], ","); capital != "" {
			all = append(all, country{columns[0], capital})
		}
	}
	said, err := each(all, func(c country) (string, error) {
		answer, _, err := m.write("What is the capital of "+c.name+"?", greedy(capitalTokens))
		return answer, err
	})
	if err != nil {
		return err
	}
	var right, knownRight int
	var wrong []string
	for i, c := range all {
		if !strings.Contains(plain(said[i]), plain(c.capital)) {
			wrong = append(wrong, c.name+":"+said[i])
			continue
		}
		right++
		if slices.Contains(known, c.name) {
			knownRight++
		}
	}
	fmt.Fprintf(w, "capitals right: %d of %d, of well-known countries %d of %d\n", right, len(all), knownRight, len(known))
	for _, answer := range wrong {
		fmt.Fprintf(w, "  wrong: %q\n", answer)
	}
	return nil
}

// plain is text without the marks and the case that an answer may write in another way.
func plain(text string) string {
	return strings.ToLower(strings.NewReplacer(",", "", ".", "").Replace(text))
}

// printEveryday asks each question, a wording with its slots in braces and an answer.
func (m *subject) printEveryday(w io.Writer, rows []string) error {
	// A right answer is the empty text, a wrong one stands after its question.
	wrong, err := each(rows, func(row string) (string, error) {
		wording, want, _ := strings.Cut(row, "\t")
		question := strings.NewReplacer("{", "", "}", "").Replace(wording)
		answer, _, err := m.write(question, greedy(answerTokens))
		if answers(answer, want) {
			return "", err
		}
		return question + answer, err
	})
	if err != nil {
		return err
	}
	wrong = slices.DeleteFunc(wrong, func(text string) bool { return text == "" })
	fmt.Fprintf(w, "everyday questions of held-out wording right: %d of %d\n", len(rows)-len(wrong), len(rows))
	for _, answer := range wrong {
		fmt.Fprintf(w, "  wrong: %q\n", answer)
	}
	return nil
}

var sentence = regexp.MustCompile(`^\s*[^.!?\n]*`)

// answers tells whether the first sentence of text has one of the wanted words, which
// stand between bars.
func answers(text, want string) bool {
	word := regexp.MustCompile(`(?i)\b(` + want + `)\b`)
	return word.MatchString(sentence.FindString(text))
}

package main

import (
	"fmt"
	"io"
	"strings"

	"vitrine/core/decoding"
	"vitrine/core/generate"
)

// prompts are the beginnings of the stories that a card shows. The seed of each is its
// number, from 1.
var prompts = []string{
	"Once upon a time, there was a little girl named Lily.",
	"Once upon a time, in a small house near the forest,",
	"One day, Tom and his dog went to the park.",
	"The little bear could not sleep.",
	"Mia had a red ball.",
	"It was raining, and Ben was bored.",
	"A small bird fell from its nest.",
	"Anna wanted to bake a cake for her mom.",
	"The old man had a boat.",
	"Max was afraid of the dark.",
	"There was once a cat who loved to swim.",
	"Lucy found a key in the garden.",
	"The fox and the rabbit were friends.",
	"On a cold winter morning, Sam looked out of the window.",
	"Sara lost her favorite doll.",
	"The farmer had a very stubborn donkey.",
	"One night, a star fell from the sky.",
	"Tim and Sue wanted the same toy.",
	"In the river lived a tiny green frog.",
	"Grandma told Leo a secret.",
}

// printStories prints a story for each prompt, at temperature 0.7 over the whole
// vocabulary, and returns them.
func (m *subject) printStories(w io.Writer) (stories []string, err error) {
	type story struct {
		prompt string
		seed   uint64
		text   string
		ended  bool
	}
	all := make([]story, len(prompts))
	for i, prompt := range prompts {
		all[i] = story{prompt: prompt, seed: uint64(i + 1)}
	}
	all, err = each(all, func(s story) (story, error) {
		o := generate.Options{MaxTokens: m.Config().Context, Decoding: decoding.Options{Temperature: 0.7, TopP: 1, Seed: s.seed}}
		text, ended, err := m.write(s.prompt, o)
		s.text, s.ended = s.prompt+text, ended
		return s, err
	})
	if err != nil {
		return nil, err
	}
	var texts strings.Builder
	ended, looping := 0, 0
	for _, s := range all {
		stories = append(stories, s.text)
		mark := "ended"
		if !s.ended {
			mark = "cut"
		} else {
			ended++
		}
		if loops(s.text) {
			looping++
			mark += ", loops"
		}
		fmt.Fprintf(&texts, "\n%d (%s). %s\n", s.seed, mark, s.text)
	}
	fmt.Fprintf(w, "\nstories at temperature 0.7 (the seed is the number): %d of %d end by themselves, %d repeat six words\n%s", ended, len(prompts), looping, &texts)
	return stories, nil
}

// loops tells whether some six words follow each other three times in the text.
func loops(text string) bool {
	words := strings.Fields(text)
	seen := make(map[string]int)
	for i := 6; i <= len(words); i++ {
		run := strings.Join(words[i-6:i], " ")
		if seen[run]++; seen[run] == 3 {
			return true
		}
	}
	return false
}

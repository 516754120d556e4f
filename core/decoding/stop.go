package decoding

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Reason says why a run ended; it is empty while the run goes on.
type Reason string

// The reasons, in the order in which a Stopper looks for them. ReasonAborted is the
// caller's own: someone stopped the run.
const (
	ReasonEOS     Reason = "eos"     // the model ended the text
	ReasonStop    Reason = "stop"    // the text has come to a stop string
	ReasonLength  Reason = "length"  // as many tokens as were asked for
	ReasonContext Reason = "context" // no position is left
	ReasonAborted Reason = "aborted"
)

// StopOptions say when a run ends.
type StopOptions struct {
	EOS       int      // id of the token that ends a text, -1 to go on after it
	MaxTokens int      // most tokens to generate
	Context   int      // most ids of prompt and generated text together
	Stop      []string // texts that end the run and are not given out
}

// Validate returns an *OptionError for the first option that cannot be used.
func (o StopOptions) Validate() error {
	switch {
	case o.EOS < -1:
		return &OptionError{"eos", o.EOS, "a token id, or -1 for none"}
	case o.MaxTokens < 1:
		return &OptionError{"maxTokens", o.MaxTokens, "a whole number from 1 up"}
	case o.Context < 1:
		return &OptionError{"context", o.Context, "a whole number from 1 up"}
	}
	for i, stop := range o.Stop {
		if stop == "" || !utf8.ValidString(stop) {
			return &OptionError{"stop", fmt.Sprintf("%q as entry %d", stop, i), "texts that are not empty"}
		}
	}
	return nil
}

// Stopper decides after each token whether the run ends, and holds text back while
// it could still become a stop string. The stop string that is complete first ends
// the run, of several that end together the longest; so the result does not depend
// on how the text is cut into tokens.
type Stopper struct {
	options  StopOptions
	matchers []matcher
	held     []byte // the end of the text that begins the longest unfinished stop string
}

// NewStopper returns a Stopper at the beginning of a text.
func NewStopper(o StopOptions) (*Stopper, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s := &Stopper{options: o}
	for _, stop := range o.Stop {
		s.matchers = append(s.matchers, newMatcher(stop))
	}
	return s, nil
}

// Clone returns another Stopper at the same place of the text.
func (s *Stopper) Clone() *Stopper {
	return &Stopper{options: s.options, matchers: slices.Clone(s.matchers), held: slices.Clone(s.held)}
}

// Push adds a token. text is what became whole characters with it, generated the
// number of generated tokens and length that of all ids, both with this one. out is
// the text that can be given out. Whatever ends the run, what Flush returns follows
// out. The text of the EOS token itself is never given out.
func (s *Stopper) Push(id int, text string, generated, length int) (out string, reason Reason) {
	if id >= 0 && id == s.options.EOS {
		return "", ReasonEOS
	}
	out, stopped := s.add(text)
	switch {
	case stopped:
		return out, ReasonStop
	case generated >= s.options.MaxTokens:
		return out, ReasonLength
	case length >= s.options.Context:
		return out, ReasonContext
	}
	return out, ""
}

// Flush ends the text and returns what was held back. The Stopper is then at the
// beginning of a new text.
func (s *Stopper) Flush() string {
	out := string(s.held)
	s.held = s.held[:0]
	for i := range s.matchers {
		s.matchers[i].length = 0
	}
	return out
}

// add returns the text that is no part of a stop string. After a stop string
// nothing is left to flush.
func (s *Stopper) add(text string) (out string, stopped bool) {
	longest := 0
	for i := range len(text) {
		s.held = append(s.held, text[i])
		longest = 0
		full := 0
		for m := range s.matchers {
			length, complete := s.matchers[m].next(text[i])
			longest = max(longest, length)
			if complete {
				full = max(full, length)
			}
		}
		if full > 0 {
			out = string(s.held[:len(s.held)-full])
			s.Flush() // drops the stop string
			return out, true
		}
	}
	if len(text) == 0 {
		return "", false
	}
	out = string(s.held[:len(s.held)-longest])
	s.held = append(s.held[:0], s.held[len(s.held)-longest:]...)
	return out, false
}

// matcher finds one stop string in a text that comes byte by byte: the automaton of
// Knuth, Morris and Pratt 1977.
type matcher struct {
	stop string
	back []int // by n > 0: length of the longest shorter beginning of stop that ends stop[:n]
	// length is that of the longest beginning of stop that the text ends with.
	length int
}

func newMatcher(stop string) matcher {
	m := matcher{stop: stop, back: make([]int, len(stop)+1)}
	for n := 1; n < len(stop); n++ {
		m.back[n+1], _ = m.next(stop[n])
	}
	m.length = 0
	return m
}

// next adds a byte and returns length, and whether the stop string is complete.
func (m *matcher) next(b byte) (length int, complete bool) {
	for m.length == len(m.stop) || m.length > 0 && m.stop[m.length] != b {
		m.length = m.back[m.length]
	}
	if m.stop[m.length] == b {
		m.length++
	}
	return m.length, m.length == len(m.stop)
}

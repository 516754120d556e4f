// Package decoding turns the logits of one position into the next token:
//
//	banned -> temperature -> top-k -> top-p -> renormalize -> sample -> stop
//
// over the full vocabulary. Each step reports what it kept and removed. The same
// options and logits give the same token everywhere, to the bit.
package decoding

import (
	"fmt"
	"math"
)

// Options say how a token is chosen. TopK 0 and TopP 1 keep every token.
type Options struct {
	Temperature float32 // divides the logits; 0 takes the most probable token
	TopK        int     // how many of the most probable tokens are kept; 0: all
	TopP        float32 // of those the fewest whose probabilities reach TopP are kept; 1: all
	Seed        uint64  // same seed, same tokens
	Banned      []int   // ids that are never chosen
}

// OptionError reports an option that cannot be used.
type OptionError struct {
	Option string // as the user writes it, for example "topP"
	Got    any
	Want   string
}

func (e *OptionError) Error() string {
	return fmt.Sprintf("decoding: %s: got %v, want %s", e.Option, e.Got, e.Want)
}

// Validate returns an *OptionError for the first option that does not fit a
// vocabulary of that many tokens.
func (o Options) Validate(vocabulary int) error {
	switch {
	case vocabulary < 1:
		return &OptionError{"vocabulary", vocabulary, "at least one token"}
	case !(o.Temperature >= 0 && o.Temperature <= math.MaxFloat32): // also NaN
		return &OptionError{"temperature", o.Temperature, "a finite number from 0 up"}
	case o.TopK < 0:
		return &OptionError{"topK", o.TopK, "a whole number from 0 up (0 keeps all)"}
	case !(o.TopP > 0 && o.TopP <= 1):
		return &OptionError{"topP", o.TopP, "a number above 0 and at most 1 (1 keeps all)"}
	}
	banned := make(map[int]bool, len(o.Banned))
	for _, id := range o.Banned {
		if id < 0 || id >= vocabulary {
			return &OptionError{"banned", id, fmt.Sprintf("token ids from 0 to %d", vocabulary-1)}
		}
		banned[id] = true
	}
	if len(banned) == vocabulary {
		return &OptionError{"banned", "all tokens", "at least one that may be chosen"}
	}
	return nil
}

package decoding

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const eos = 9

func newStopper(t *testing.T, stop ...string) *Stopper {
	t.Helper()
	s, err := NewStopper(StopOptions{EOS: eos, MaxTokens: 1 << 30, Context: 1 << 30, Stop: stop})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// push gives the pieces one by one and returns what came out at each, with what
// Flush gave as the last.
func push(s *Stopper, pieces ...string) (outs []string, reason Reason) {
	for i, piece := range pieces {
		var out string
		out, reason = s.Push(1, piece, i+1, i+1)
		outs = append(outs, out)
		if reason != "" {
			break
		}
	}
	return append(outs, s.Flush()), reason
}

func TestStopStrings(t *testing.T) {
	list := func(s string) []string { return strings.Split(s, "|") }
	for _, test := range []struct {
		name           string
		stop, in, outs []string
		reason         Reason
	}{
		{"none", nil, list("a|b"), list("a|b|"), ""},
		{"inside a token", list("STOP"), list("a STOP b|c"), list("a |"), ReasonStop},
		{"alone", list("\n\n"), list("a|\n\n"), list("a||"), ReasonStop},
		{"over tokens", list("</s>"), list("ab<|/|s>x"), list("ab|||"), ReasonStop},
		{"begins inside", list("end"), list("the e|n|d."), list("the |||"), ReasonStop},
		{"held back, then given", list("</s>"), list("a<|/|b|c"), list("a||</b|c|"), ""},
		{"held back to the end", list("</s>"), list("a<|/"), list("a||</"), ""},
		{"overlaps itself", list("aab"), list("a|a|a|b"), list("||a||"), ReasonStop},
		{"overlaps itself, longer", list("abcabd"), list("abcabcab|d"), list("abc||"), ReasonStop},
		{"prefix of another", list("ab|abc"), list("x|a|b|c"), list("x|||"), ReasonStop},
		{"prefix of another, other order", list("abc|ab"), list("xabc"), list("x|"), ReasonStop},
		{"suffix of another", list("c|abc"), list("x|a|b|c"), list("x||||"), ReasonStop},
		{"inside another", list("abcd|bc"), list("xabcd"), list("xa|"), ReasonStop},
		{"inside another, over tokens", list("abcd|bc"), list("xa|b|c|d"), list("x||a|"), ReasonStop},
		{"two begin", list("abX|bcY"), list("a|b|c|Y"), list("||a||"), ReasonStop},
		{"characters", list("日本"), list("は日|本"), list("は||"), ReasonStop},
		{"other character, same byte", list("日"), list("は|本"), list("は|本|"), ""},
		{"nothing", list("x"), list("|a||b"), list("|a||b|"), ""},
		{"one letter", list("a"), list("bb|ba"), list("bb|b|"), ReasonStop},
	} {
		outs, reason := push(newStopper(t, test.stop...), test.in...)
		if !slices.Equal(outs, test.outs) || reason != test.reason {
			t.Errorf("%s: %q %q, want %q %q", test.name, outs, reason, test.outs, test.reason)
		}
	}
}

// stopPlain looks at the whole text once: the stop string that ends first, of
// several the longest.
func stopPlain(text string, stops []string) (out string, stopped bool) {
	for end := 1; end <= len(text); end++ {
		longest := 0
		for _, stop := range stops {
			if strings.HasSuffix(text[:end], stop) {
				longest = max(longest, len(stop))
			}
		}
		if longest > 0 {
			return text[:end-longest], true
		}
	}
	return text, false
}

// TestStopsAnywhereAlike cuts random texts at random places.
func TestStopsAnywhereAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	letters := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab"[rng.IntN(2)]
		}
		return string(b)
	}
	ended := 0
	for range 5000 {
		var stops []string
		for range 1 + rng.IntN(3) {
			stops = append(stops, letters(1+rng.IntN(7)))
		}
		text := letters(rng.IntN(30))
		want, stopped := stopPlain(text, stops)

		s := newStopper(t, stops...)
		var got strings.Builder
		var reason Reason
		for rest := text; rest != "" && reason == ""; {
			n := 1 + rng.IntN(len(rest))
			var out string
			out, reason = s.Push(1, rest[:n], 1, 1)
			got.WriteString(out)
			if !strings.HasPrefix(want, got.String()) {
				t.Fatalf("stops %q: gave out %q of %q, want %q", stops, got.String(), text, want)
			}
			rest = rest[n:]
		}
		got.WriteString(s.Flush())
		if got.String() != want || (reason == ReasonStop) != stopped {
			t.Fatalf("stops %q of %q: %q %q, want %q", stops, text, got.String(), reason, want)
		}
		if stopped {
			ended++
		}
	}
	if ended < 500 || ended > 4500 {
		t.Errorf("%d of 5000 texts were stopped: the test sees only one kind", ended)
	}
}

func TestStopReasonsInOrder(t *testing.T) {
	for _, test := range []struct {
		id                int
		text              string
		generated, length int
		out               string
		want              Reason
	}{
		{1, "a", 1, 11, "a", ""},
		{1, "a", 4, 99, "a", ReasonLength}, // before the context
		{1, "a", 3, 20, "a", ReasonContext},
		{1, "a", 3, 19, "a", ""},
		{1, "aX", 4, 20, "a", ReasonStop},    // before the length
		{eos, "<|X|>", 4, 20, "", ReasonEOS}, // before all; its text is not given out
		{-1, "a", 1, 1, "a", ""},             // no token is the missing EOS
		{1, "a", 1 << 40, 1, "a", ReasonLength},
	} {
		s, err := NewStopper(StopOptions{EOS: eos, MaxTokens: 4, Context: 20, Stop: []string{"X"}})
		if err != nil {
			t.Fatal(err)
		}
		out, reason := s.Push(test.id, test.text, test.generated, test.length)
		if out != test.out || reason != test.want {
			t.Errorf("%+v: %q %q", test, out, reason)
		}
	}
	s, err := NewStopper(StopOptions{EOS: -1, MaxTokens: 4, Context: 20})
	if err != nil {
		t.Fatal(err)
	}
	if _, reason := s.Push(-1, "", 1, 1); reason != "" {
		t.Errorf("without EOS: %q", reason)
	}
}

func TestHeldTextFollowsEOS(t *testing.T) {
	s := newStopper(t, "</s>")
	if out, _ := s.Push(1, "a</", 1, 1); out != "a" {
		t.Errorf("gave out %q, want a", out)
	}
	if out, reason := s.Push(eos, "", 2, 2); out != "" || reason != ReasonEOS {
		t.Errorf("EOS: %q %q", out, reason)
	}
	if out := s.Flush(); out != "</" {
		t.Errorf("Flush() = %q, want what was held", out)
	}
	if outs, reason := push(s, "s>"); reason != "" || outs[0] != "s>" {
		t.Errorf("after Flush: %q %q, want a new text", outs, reason)
	}
}

func TestStopOptionErrors(t *testing.T) {
	good := StopOptions{EOS: -1, MaxTokens: 1, Context: 1}
	for _, test := range []struct {
		change func(*StopOptions)
		option string
		want   string
	}{
		{func(o *StopOptions) { o.EOS = -2 }, "eos", "decoding: eos: got -2, want a token id, or -1 for none"},
		{func(o *StopOptions) { o.MaxTokens = 0 }, "maxTokens", "got 0, want a whole number from 1 up"},
		{func(o *StopOptions) { o.Context = 0 }, "context", "got 0"},
		{func(o *StopOptions) { o.Stop = []string{"a", ""} }, "stop", `decoding: stop: got "" as entry 1, want texts that are not empty`},
		{func(o *StopOptions) { o.Stop = []string{"\xff"} }, "stop", `got "\xff" as entry 0`},
	} {
		o := good
		test.change(&o)
		s, err := NewStopper(o)
		var option *OptionError
		if s != nil || !errors.As(err, &option) || option.Option != test.option || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %s: %q", o, err, test.option, test.want)
		}
	}
}

// TestLongStopString: the time is that of the text, not of text times stop string.
func TestLongStopString(t *testing.T) {
	stop := strings.Repeat("a", 1<<16) + "b"
	s := newStopper(t, stop)
	var got strings.Builder
	for range 1 << 17 {
		out, reason := s.Push(1, "a", 1, 1)
		if reason != "" {
			t.Fatal(reason)
		}
		got.WriteString(out)
	}
	got.WriteString(s.Flush())
	if got.Len() != 1<<17 {
		t.Errorf("%d bytes came out, want %d", got.Len(), 1<<17)
	}
}

package condition

import (
	"math"
	"strings"
	"testing"
)

// The variables of the tests, and their values.
var variables = []Variable{
	{Name: "probability", Type: Number},
	{Name: "layer", Type: Number},
	{Name: "token", Type: Text},
	{Name: "isnan", Type: Boolean},
	{Name: "none", Type: Number},
	{Name: "entropy", Type: Number, Elsewhere: "entropy comes with softmax"},
}

type values struct{ changed bool }

func (v values) Value(variable int) Value {
	return [...]Value{numeral(0.25), numeral(-1), {Type: Text, Text: " Paris"}, truth(false), numeral(math.NaN())}[variable]
}

func (v values) Changed(int) bool { return v.changed }

func TestValue(t *testing.T) {
	for text, want := range map[string]Value{
		`1 + 2 * 3`:                             numeral(7),
		`(1 + 2) * 3`:                           numeral(9),
		`7 - 2 - 1`:                             numeral(4),
		`12 / 3 / 2`:                            numeral(2),
		`-7 % 5`:                                numeral(-2),
		`7.5 % 2`:                               numeral(1.5),
		`--2 - -.5`:                             numeral(2.5),
		`1e3 + 1.5E-1 + 2e+0`:                   numeral(1002.15),
		`1 / 0`:                                 numeral(math.Inf(1)),
		`abs(layer) + min(2, 3) * max(2, 3)`:    numeral(7),
		`0 % 0`:                                 numeral(math.NaN()),
		`probability`:                           numeral(0.25),
		`"a\"\\\n\r\t\u{e9}\u{1F600}"`:          {Type: Text, Text: "a\"\\\n\r\té😀"},
		`probability < 0.5`:                     truth(true),
		`probability < 0.25`:                    truth(false),
		`probability <= 0.25`:                   truth(true),
		`probability > 0.25`:                    truth(false),
		`probability >= 0.25`:                   truth(true),
		`layer = -1`:                            truth(true),
		`layer == 1`:                            truth(false),
		`layer != 1`:                            truth(true),
		`token = " Paris"`:                      truth(true),
		`token != "Paris"`:                      truth(true),
		`isnan = false`:                         truth(true),
		`true != (1 < 2)`:                       truth(false),
		`none = none`:                           truth(false),
		`none != none`:                          truth(true),
		`none < 1 or none >= 1`:                 truth(false),
		`true or false and false`:               truth(true),
		`(true || false) && false`:              truth(false),
		`not true or true`:                      truth(true),
		`not (true or true)`:                    truth(false),
		`!isnan && !!true`:                      truth(true),
		`not layer = 1 and layer = -1`:          truth(true),
		`true and not false`:                    truth(true),
		`changed(layer) and layer + 1 = 0`:      truth(true),
		"\t(\n layer\r) = -1 ":                  truth(true),
		`max(layer, probability) * 4 - 1 = 0`:   truth(true),
		`2 + 3 * 4 % 5 - 1 < 4 and 1 + 1 = 2`:   truth(true),
		`token = "\u{20}\u{50}aris" and isnan`:  truth(false),
		`token = "\u{20}\u{50}aris" or isnan`:   truth(true),
		`abs(-1) = 1 and abs(0 - layer * 1)= 1`: truth(true),
	} {
		x, err := Parse(text, want.Type, variables)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := x.Value(values{true}); !got.Same(want) {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
	x, _ := Parse(`changed(token)`, Boolean, variables)
	if x.True(values{false}) || !x.True(values{true}) || len(x.Changing()) != 1 || x.Changing()[0] != 2 {
		t.Errorf("changed(token): got %v, %v, asked for %v", x.True(values{false}), x.True(values{true}), x.Changing())
	}
}

func TestUses(t *testing.T) {
	x, err := Parse(`probability < 1 or changed(token)`, Boolean, variables)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range variables {
		if got, want := x.Uses(i), i == 0 || i == 2; got != want {
			t.Errorf("uses %s: got %v, want %v", v.Name, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                       `column 1: got the end, want a value`,
		`  `:                     `column 3: got the end, want a value`,
		`probability <`:          `column 14: got the end, want a value`,
		`probability`:            `column 1: got a number, want true or false`,
		`probability < 0.5 and`:  `column 22: got the end, want a value`,
		`probability < "a"`:      `column 15: got a text, want a number`,
		`token < "a"`:            `column 1: got a text, want a number`,
		`token = 5`:              `column 9: got a number, want a text`,
		`5 = token`:              `column 5: got a text, want a number`,
		`layer and isnan`:        `column 1: got a number, want true or false`,
		`isnan and (layer + 1)`:  `column 11: got a number, want true or false`,
		`not layer`:              `column 5: got a number, want true or false`,
		`-token = 1`:             `column 2: got a text, want a number`,
		`abs(token) = 1`:         `column 5: got a text, want a number`,
		`min(1) = 1`:             `column 6: got ")", want ","`,
		`abs(1, 2) = 1`:          `column 6: got ",", want ")"`,
		`(layer = 1`:             `column 11: got the end, want ")"`,
		`layer = 1)`:             `column 10: got ")", want an operator or the end`,
		`layer = 1}`:             `column 10: got "}", want an operator or the end`,
		`layer = 1 2`:            `column 11: got "2", want an operator or the end`,
		`layer = 1 adn isnan`:    `column 11: got "adn", want an operator or the end; do you mean and?`,
		`0 < layer < 3`:          `column 11: got "<", want "and", "or" or the end: a comparison has two sides`,
		`1 < 2 = true`:           `column 7: got "=", want "and", "or" or the end: a comparison has two sides`,
		`layer = not isnan`:      `column 9: got "not", want a value`,
		`"ü" = token or tokne=1`: `column 16: got "tokne", want a name: probability, layer, token, isnan, none; do you mean token?`,
		`LAYER = 1`:              `column 1: got "LAYER", want a name: probability, layer, token, isnan, none; do you mean layer?`,
		`isnan or ture`:          `column 10: got "ture", want a name: probability, layer, token, isnan, none; do you mean true?`,
		`zebra = 1`:              `column 1: got "zebra", want a name: probability, layer, token, isnan, none`,
		`entropy > 3`:            `column 1: got "entropy", want a name that is to be had here: entropy comes with softmax`,
		`entrpy > 3`:             `column 1: got "entrpy", want a name: probability, layer, token, isnan, none; do you mean entropy?`,
		`chnaged(token)`:         `column 1: got "chnaged", want a function: abs, changed, max, min; do you mean changed?`,
		`changed(1)`:             `column 9: got "1", want a name`,
		`changed(token + 1)`:     `column 15: got "+", want ")"`,
		`changed(tken)`:          `column 9: got "tken", want a name: probability, layer, token, isnan, none; do you mean token?`,
		`isnan(layer)`:           `column 1: got "isnan", want a function: abs, changed, max, min`,
		`token = 'a'`:            `column 9: got "'", want a text in "..."`,
		`token = "a`:             `column 9: got ""a", want a text with a " at its end`,
		`token = "a\x"`:          `column 11: got "\x", want \" \\ \n \r \t or a character by its number, such as \u{e9}`,
		`token = "\u{d800}"`:     `column 10: got "\u", want \" \\ \n \r \t or a character by its number, such as \u{e9}`,
		`token = "\u{110000}"`:   `column 10: got "\u", want \" \\ \n \r \t or a character by its number, such as \u{e9}`,
		`layer = 1 & isnan`:      `column 11: got "&", want a name, a number, a text or an operator`,
		`layer = 1e999`:          `column 9: got "1e999", want a number of at most 1.8e308`,
		`layer = 1.2.3`:          `column 12: got ".3", want an operator or the end`,
		`layer.x = 1`:            `column 6: got ".", want a name, a number, a text or an operator`,
		`window["alert"]()`:      `column 7: got "[", want a name, a number, a text or an operator`,
		"token = \"\xff\"":       `got bytes that are no characters, want a text`,
		strings.Repeat("é", 501): `got 501 characters, want at most 500`,
		strings.Repeat("(", 51):  `column 51: got 51 levels of nesting, want at most 50`,
		strings.Repeat("!", 51):  `column 51: got 51 levels of nesting, want at most 50`,
		strings.Repeat("-", 400): `column 51: got 51 levels of nesting, want at most 50`,
	} {
		_, err := Parse(text, Boolean, variables)
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	for _, deep := range []string{
		strings.Repeat("(", 50) + "isnan" + strings.Repeat(")", 50),
		"isnan" + strings.Repeat("||isnan", 70),
	} {
		if _, err := Parse(deep, Boolean, variables); err != nil {
			t.Errorf("%s: %v", deep, err)
		}
	}
}

func TestHits(t *testing.T) {
	for _, test := range []struct {
		text string
		want []int // of the counts from 1 to 10
	}{
		{"3", []int{3}},
		{" 3 ", []int{3}},
		{"= 3", []int{3}},
		{">= 9", []int{9, 10}},
		{"<3", []int{1, 2}},
		{"% 5 = 0", []int{5, 10}},
		{"!= 1", []int{2, 3, 4, 5, 6, 7, 8, 9, 10}},
	} {
		x, err := ParseHits(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		var got []int
		for n := 1; n <= 10; n++ {
			if x.True(count(n)) {
				got = append(got, n)
			}
		}
		if len(got) != len(test.want) || got[0] != test.want[0] || got[len(got)-1] != test.want[len(test.want)-1] {
			t.Errorf("%q: got %v, want %v", test.text, got, test.want)
		}
	}
	for text, want := range map[string]string{
		"":        `column 1: got "", want 3, >= 3, % 5 = 0 or the like`,
		"% 5":     `column 1: got "% 5", want 3, >= 3, % 5 = 0 or the like`,
		">= x":    `column 4: got "x", want a name: hits`,
		">= 3 4":  `column 6: got "4", want an operator or the end`,
		"three":   `column 1: got "three", want an operator or the end`,
		"> \"3\"": `column 3: got a text, want a number`,
	} {
		if _, err := ParseHits(text); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

type count int

func (c count) Value(int) Value  { return numeral(float64(c)) }
func (c count) Changed(int) bool { return false }

func TestMessage(t *testing.T) {
	for text, want := range map[string]string{
		``:                              ``,
		`plain } text`:                  `plain } text`,
		`{layer}`:                       `-1`,
		`at {layer + 1}: {token}!`:      `at 0:  Paris!`,
		`{{layer}} {probability}`:       `{layer}} 0.25`,
		`{"}"}{ "{" }`:                  `}{`,
		`é {probability<1} {1/3}`:       `é true 0.333333333`,
		`{0.1} {1000000} {1e20} {none}`: `0.1 1000000 1e+20 NaN`,
		`{changed(token)}`:              `true`,
	} {
		m, err := ParseMessage(text, variables)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := m.Text(values{true}); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		`a {`:            `column 4: got the end, want a value`,
		`a {layer`:       `column 9: got the end, want an operator or "}"`,
		`é {}`:           `column 4: got "}", want a value`,
		`é {lyaer} {x}`:  `column 4: got "lyaer", want a name: probability, layer, token, isnan, none; do you mean layer?`,
		`{layer layer}`:  `column 8: got "layer", want an operator or the end`,
		`{layer} {1 + }`: `column 14: got "}", want a value`,
	} {
		if _, err := ParseMessage(text, variables); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	// A float32 is written with the digits that it needs, and no two look alike.
	x := float32(0.1)
	a, b := numeral(float64(x)).String(), numeral(float64(math.Nextafter32(x, 1))).String()
	if a != "0.1" || a == b {
		t.Errorf("got %s and %s, want 0.1 and another", a, b)
	}
}

func TestSame(t *testing.T) {
	nan := numeral(math.NaN())
	for _, test := range []struct {
		a, b Value
		want bool
	}{
		{nan, nan, true},
		{nan, numeral(1), false},
		{numeral(1), numeral(1), true},
		{Value{Type: Text, Number: 1, Text: "�"}, Value{Type: Text, Number: 2, Text: "�"}, false},
		{truth(true), truth(false), false},
	} {
		if got := test.a.Same(test.b); got != test.want {
			t.Errorf("%+v and %+v: got %v, want %v", test.a, test.b, got, test.want)
		}
	}
}

func TestValueAllocatesNothing(t *testing.T) {
	x, err := Parse(`probability < 0.5 and token = " Paris" and not (abs(layer) % 2 = 0 or changed(none))`, Boolean, variables)
	if err != nil {
		t.Fatal(err)
	}
	var env Environment = values{}
	if n := testing.AllocsPerRun(100, func() { x.True(env) }); n != 0 {
		t.Errorf("got %v allocations, want 0", n)
	}
}

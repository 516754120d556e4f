package checkpoint

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReadUpTo(t *testing.T) {
	files := fstest.MapFS{
		"plain": {Data: []byte("{}")}, "mark": {Data: []byte("\ufeff{}\n")}, "two marks": {Data: []byte("\ufeff\ufeff{}")},
		"long": {Data: bytes.Repeat([]byte{' '}, MaxSmall+1)}, "as long": {Data: bytes.Repeat([]byte{' '}, MaxSmall)},
	}
	for name, want := range map[string]string{"plain": "{}", "mark": "{}\n", "two marks": "\ufeff{}", "as long": strings.Repeat(" ", MaxSmall)} {
		if got, err := ReadUpTo(files, name, MaxSmall); err != nil || string(got) != want {
			t.Errorf("%s: got %.20q, error %v", name, got, err)
		}
	}
	for name, want := range map[string]string{"long": "long: got more than 1 MiB, want a file of text", "none": "file does not exist"} {
		if _, err := ReadUpTo(files, name, MaxSmall); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

func TestUnmarshal(t *testing.T) {
	var into struct {
		N      int
		F      float64
		B      bool
		S      string
		L      []int
		Nested struct{ M map[string]int }
	}
	for text, want := range map[string]string{
		`[]`:                      "got a list, want an object",
		`{"N": "1"}`:              "N: got a text, want a whole number",
		`{"N": 1.5}`:              "N: got the number 1.5, want a whole number",
		`{"N": 1e999}`:            "N: got the number 1e999, want a whole number",
		`{"F": true}`:             "F: got true or false, want a number",
		`{"B": {}}`:               "B: got an object, want true or false",
		`{"S": 1}`:                "S: got a number, want a text",
		`{"L": {}}`:               "L: got an object, want a list",
		`{"Nested": {"M": []}}`:   "Nested.M: got a list, want an object",
		`{"Nested": {"M": {"a"}}`: "invalid character",
		``:                        "unexpected end of JSON input",
	} {
		if err := Unmarshal([]byte(text), &into); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	if err := Unmarshal([]byte(`{"N": 7}`), &into); err != nil || into.N != 7 {
		t.Errorf("got %d, error %v", into.N, err)
	}
}

// TestScaled reads the values from every place on.
func TestScaled(t *testing.T) {
	plain := Floats{R: bytes.NewReader([]byte{0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44, 0, 0x45, 0, 0x46}), Tensor: "t", Type: "F16", Count: 6} // 1 to 6
	scaled := Scaled{Values: &plain, Factor: 1.0 / 3, Count: 1, Period: 3}
	want := []float32{float32(1.0 / 3), 2, 3, float32(4.0 / 3), 5, 6}
	for first := range 7 {
		got := make([]float32, 6-first)
		if err := scaled.ReadAt(got, int64(first)); err != nil || !slices.Equal(got, want[first:]) {
			t.Errorf("from %d on: got %v, error %v, want %v", first, got, err, want[first:])
		}
	}
	if err := scaled.ReadAt(make([]float32, 2), 5); err == nil {
		t.Error("got no error past the end")
	}
}

package trace

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

func TestJSONIsRead(t *testing.T) {
	var j JSON
	j.Open('{')
	j.Key("text").Text("a\"b\\c\n\x00é🙂\xff\u2028")
	j.Key("list").Open('[')
	j.Element().Int(-3)
	j.Element().Float(0.1)
	j.Element().Float(math.Inf(1))
	j.Element().Bool(true)
	j.Close(']')
	j.Key("none").Ints(nil)
	j.Close('}')
	var got struct {
		Text string
		List []any
		None []int
	}
	if err := json.Unmarshal(j.Bytes, &got); err != nil {
		t.Fatalf("%s: %v", j.Bytes, err)
	}
	if want := "a\"b\\c\n\x00é🙂\uFFFD\u2028"; got.Text != want {
		t.Errorf("text %q, want %q", got.Text, want)
	}
	if !slices.Equal(got.List, []any{-3.0, 0.1, nil, true}) || len(got.None) != 0 {
		t.Errorf("lists %v and %v", got.List, got.None)
	}
}

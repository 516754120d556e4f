package trace

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"
	"unicode/utf8"
)

// TestText: what is written is read back, and what RFC 8259 section 7 requires is escaped.
func TestText(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", `""`},
		{"a b", `"a b"`},
		{`"\/`, `"\"\\/"`},
		{"\x00\t\n\r\x1f\x20\x7f", `"\u0000\u0009\u000a\u000d\u001f ` + "\x7f\""},
		{"é€🙂", `"é€🙂"`},
		{"\u2028\u2029\ufeff", "\"\u2028\u2029\ufeff\""},
		{"a\xffb\xe2\x82", "\"a\ufffdb\ufffd\ufffd\""},
		{"\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\""}, // half of a surrogate pair
		{"</script>", `"</script>"`},
	} {
		var j JSON
		j.Text(test.text)
		if string(j.Bytes) != test.want {
			t.Errorf("%q is written as %s, want %s", test.text, j.Bytes, test.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", `"\`, "\x00\x1f\x7f", "é🙂\u2028", "\xff\xc3", "\xed\xa0\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var j JSON
		j.Text(text)
		var got string
		if err := json.Unmarshal(j.Bytes, &got); err != nil || !utf8.Valid(j.Bytes) {
			t.Fatalf("%q is written as %q: %v", text, j.Bytes, err)
		}
		if want := string([]rune(text)); got != want { // which makes bytes that are not UTF-8 U+FFFD
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	})
}

// TestFloat: numbers are read back to the bit, those of 32 bits too; others are null.
func TestFloat(t *testing.T) {
	for _, test := range []struct {
		value float64
		want  string
	}{
		{0, "0"}, {math.Copysign(0, -1), "-0"}, {1, "1"}, {-2.5, "-2.5"}, {0.1, "0.1"},
		{float64(float32(0.1)), "0.10000000149011612"}, {1e21, "1e+21"}, {1e-7, "1e-07"},
		{math.MaxFloat64, "1.7976931348623157e+308"}, {math.SmallestNonzeroFloat64, "5e-324"},
	} {
		var j JSON
		j.Float(test.value)
		if string(j.Bytes) != test.want || j.notFinite {
			t.Errorf("%v is written as %s, want %s", test.value, j.Bytes, test.want)
		}
		var got float64
		if err := json.Unmarshal(j.Bytes, &got); err != nil || math.Float64bits(got) != math.Float64bits(test.value) {
			t.Errorf("%v is read as %v: %v", test.value, got, err)
		}
	}
	for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var j JSON
		j.Float(value)
		if string(j.Bytes) != "null" || !j.notFinite {
			t.Errorf("%v is written as %s, and known as such: %v", value, j.Bytes, j.notFinite)
		}
		if j.Reset(); len(j.Bytes) != 0 || j.notFinite {
			t.Errorf("after Reset there is %q, not finite: %v", j.Bytes, j.notFinite)
		}
	}
}

// TestNesting: commas stand between elements and members, and nowhere else.
func TestNesting(t *testing.T) {
	var j JSON
	j.Open('{')
	j.Key("none").Ints(nil)
	j.Key("some").Ints([]int{-1, 0, math.MaxInt32})
	j.Key("deep").Open('[')
	j.Element().Open('{')
	j.Close('}')
	j.Element().Open('[')
	j.Element().Bool(true)
	j.Element().Bool(false)
	j.Close(']')
	j.Element().Text("[{") // the last byte of a text is no bracket
	j.Element().Int(7)
	j.Close(']')
	j.Key("raw").Raw([]byte(`{"a":null}`))
	j.Close('}')
	const want = `{"none":[],"some":[-1,0,2147483647],"deep":[{},[true,false],"[{",7],"raw":{"a":null}}`
	if string(j.Bytes) != want {
		t.Errorf("got  %s\nwant %s", j.Bytes, want)
	}
	if !json.Valid(j.Bytes) {
		t.Error("that is no JSON")
	}
}

func TestInt(t *testing.T) {
	for _, value := range []int{0, -1, 50256, math.MinInt32, 1 << 53} {
		var j JSON
		j.Int(value)
		if got, want := string(j.Bytes), strconv.Itoa(value); got != want {
			t.Errorf("%d is written as %s", value, got)
		}
	}
}

package huggingface

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/internal/memtest"
)

func TestCard(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       checkpoint.Model
	}{
		{"none", "# Tales\n\nlicense: mit\n", checkpoint.Model{}},
		{"no end", "---\nlicense: mit\n", checkpoint.Model{}},
		{"plain", "---\nlicense: mit\nlanguage: en\nmodel_name: Tales # small\n---\n# Tales\nlicense: gpl\n",
			checkpoint.Model{Name: "Tales", License: "mit", Languages: []string{"en"}}},
		{"lists", "---\r\nlanguage:\r\n- en\r\n  - 'no'\r\ntags: [a, b]\r\nlicense: \"cc-by-4.0\"\r\n---\r\n",
			checkpoint.Model{License: "cc-by-4.0", Languages: []string{"en", "no"}}},
		{"flow list", "---\nlanguage: [de, \"fr\"]\n---\n", checkpoint.Model{Languages: []string{"de", "fr"}}},
		{"nested", "---\nmodel-index:\n- name: x\n  license: gpl\nwidget:\n  license: gpl\nlicense: other\nlicense_name: tales-1\n---\n",
			checkpoint.Model{License: "tales-1"}},
	} {
		var got checkpoint.Model
		addCard(&got, fstest.MapFS{"README.md": {Data: []byte(c.text)}})
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	var got checkpoint.Model
	if addCard(&got, fstest.MapFS{}); !reflect.DeepEqual(got, checkpoint.Model{}) {
		t.Errorf("no card: got %+v", got)
	}
	long := "---\nlicense: mit\n---\n" + strings.Repeat("x", checkpoint.MaxSmall)
	if addCard(&got, fstest.MapFS{"README.md": {Data: []byte(long)}}); got.License != "" || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "README.md: got more than 1 MiB") {
		t.Errorf("a long card: got %+v", got)
	}
}

func TestIndex(t *testing.T) {
	got, err := parseIndex([]byte(`{"metadata": {}, "weight_map": {"a": "1.bin", "b": "2.bin"}}`))
	if want := map[string]string{"a": "1.bin", "b": "2.bin"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, error %v, want %v", got, err, want)
	}
	for text, want := range map[string]string{
		``:                                    "unexpected end",
		`{}`:                                  "weight_map: got <nil>, want an object",
		`{"weight_map": []}`:                  "weight_map: got [, want an object",
		`{"weight_map": {"a": 5}}`:            `weight_map: tensor "a": json`,
		`{"weight_map": {"a":"1","a":"2"}}`:   `weight_map: tensor "a" is in "1" and in "2", want it once`,
		`{"weight_map": {"a":"/etc/passwd"}}`: `weight_map: tensor "a": got "/etc/passwd", want the name`,
		`{"weight_map": {"a":"."}}`:           `want the name of a file`,
		`{"weight_map": {"a":"C:x"}}`:         `want the name of a file`,
		`{"weight_map": {"a":"1"}`:            "unexpected end",
	} {
		if _, err := parseIndex([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want one with %q", text, err, want)
		}
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"metadata": {"total_size": 5}, "weight_map": {"a": "1.bin", "b": "2.bin"}}`))
	f.Add([]byte(`{"weight_map": {"a": "../1", "a": 5}}`))
	f.Add([]byte(`{"weight_map": [{}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var places map[string]string
		var err error
		got := memtest.Allocated(func() { places, err = parseIndex(data) })
		if limit := uint64(64<<10 + 64*len(data)); got > limit {
			t.Errorf("allocated %d bytes for an index of %d, want at most %d", got, len(data), limit)
		}
		if (err == nil) != (len(places) > 0) {
			t.Fatalf("got %v, error %v", places, err)
		}
		for name, file := range places {
			if file == "" || strings.ContainsAny(file, "/\\") {
				t.Errorf("tensor %q: got the file %q", name, file)
			}
		}
	})
}

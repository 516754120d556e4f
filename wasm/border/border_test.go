//go:build js && wasm

package border

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/hack-pad/safejs"
)

// value makes a JavaScript value of Go data.
func value(t *testing.T, v any) safejs.Value {
	t.Helper()
	js, err := safejs.ValueOf(v)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func TestArguments(t *testing.T) {
	for _, bad := range []any{math.NaN(), "3", nil, true, []any{1}} {
		if got, err := Number("n", value(t, bad)); err == nil {
			t.Errorf("Number(%v) = %v", bad, got)
		}
	}
	for _, bad := range []any{3.5, -1, 11, math.Inf(1), "3"} {
		var argument *ArgumentError
		if got, err := Whole("n", value(t, bad), 0, 10); err == nil {
			t.Errorf("Whole(%v) = %v", bad, got)
		} else if !errors.As(err, &argument) || !strings.HasPrefix(err.Error(), "n is ") {
			t.Errorf("Whole(%v): %v", bad, err)
		}
	}
	if got, err := IDs("ids", value(t, []any{0, 7})); err != nil || !slices.Equal(got, []int{0, 7}) {
		t.Errorf("IDs = %v, %v", got, err)
	}
	for _, bad := range []any{5, []any{1, "x"}, []any{1.5}, []any{-1}, map[string]any{}} {
		if got, err := IDs("ids", value(t, bad)); err == nil {
			t.Errorf("IDs(%v) = %v", bad, got)
		}
	}
}

// bigint makes a BigInt, which syscall/js does not know.
func bigint(t *testing.T) safejs.Value {
	t.Helper()
	class, err := safejs.Global().Get("BigInt")
	if err != nil {
		t.Fatal(err)
	}
	v, err := class.Invoke(5)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryKindIsNamed(t *testing.T) {
	kinds := map[string]safejs.Value{
		"a BigInt": bigint(t), "undefined": safejs.Undefined(), "null": safejs.Null(), "a text": value(t, "a"),
		"an object": value(t, map[string]any{}), "a number": value(t, 1), "a boolean": value(t, true),
	}
	readers := map[string]func(v safejs.Value) error{
		"a number":  func(v safejs.Value) error { _, err := Whole("x", v, 0, 9); return err },
		"a text":    func(v safejs.Value) error { _, err := Text("x", v); return err },
		"an object": func(v safejs.Value) error { _, err := IDs("x", v); return err },
	}
	for kind, v := range kinds {
		for wanted, read := range readers {
			err := read(v)
			var argument *ArgumentError
			if kind == wanted && kind != "an object" {
				if err != nil {
					t.Errorf("%s refused: %v", kind, err)
				}
			} else if !errors.As(err, &argument) || argument.Name != "x" || kind != "an object" && argument.Got != kind {
				t.Errorf("%s for %s: %v", kind, wanted, err)
			}
		}
	}
}

func TestWrongFile(t *testing.T) {
	for head, want := range map[string]string{
		"": "the file is empty: load", "\x89PNG\r\n": "a picture, not a model: open a GGUF file", "<html>": "/resolve/",
		"PK\x03\x04....archive/data.pkl": "go run ./tools/quantize", "version https://git-lfs": "git lfs pull",
	} {
		if got := WrongFile([]byte(head), ""); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q in it", head, got, want)
		}
	}
	if got := WrongFile([]byte("\x10\x05\x00\x00\x00\x00\x00\x00{\"a\""), "a safetensors file"); got != "" {
		t.Errorf("what is wanted is wrong: %q", got)
	}
}

func TestPanicsBecomeErrors(t *testing.T) {
	cause := errors.New("oops")
	f := Function{Name: "f", Call: func([]safejs.Value) (any, error) { panic(cause) }}
	var caught *PanicError
	if _, err := f.recovered(nil); !errors.As(err, &caught) || !errors.Is(err, cause) || !strings.Contains(err.Error(), "f: internal error: oops") {
		t.Errorf("a panic became %v", err)
	}
}

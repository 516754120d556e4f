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

func TestPanicsBecomeErrors(t *testing.T) {
	cause := errors.New("oops")
	f := Function{Name: "f", Call: func([]safejs.Value) (any, error) { panic(cause) }}
	var caught *PanicError
	if _, err := f.recovered(nil); !errors.As(err, &caught) || !errors.Is(err, cause) || !strings.Contains(err.Error(), "f: internal error: oops") {
		t.Errorf("a panic became %v", err)
	}
}

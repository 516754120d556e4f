//go:build js && wasm

package border

import (
	"fmt"
	"math"

	"github.com/hack-pad/safejs"
)

// An ArgumentError names an argument from JavaScript that is not what it should be.
type ArgumentError struct {
	Name, Got, Want string
}

func (e *ArgumentError) Error() string {
	return fmt.Sprintf("%s is %s, want %s", e.Name, e.Got, e.Want)
}

// Kind says in words what a value is. A BigInt is of no kind that syscall/js knows, which
// panics then.
func Kind(v safejs.Value) (kind string) {
	defer func() {
		if recover() != nil {
			kind = "a BigInt"
		}
	}()
	switch t := v.Type(); t {
	case safejs.TypeUndefined, safejs.TypeNull:
		return t.String()
	case safejs.TypeObject:
		return "an object"
	case safejs.TypeString:
		return "a text"
	default:
		return "a " + t.String()
	}
}

// Number reads a finite or infinite number; NaN and other types are errors.
func Number(name string, v safejs.Value) (float64, error) {
	f, err := v.Float()
	if err != nil {
		return 0, &ArgumentError{name, Kind(v), "a number"}
	}
	if math.IsNaN(f) {
		return 0, &ArgumentError{name, "NaN", "a number"}
	}
	return f, nil
}

// Whole reads a whole number from lo to hi. Value.Int alone would turn 3.7 into 3.
func Whole(name string, v safejs.Value, lo, hi float64) (int, error) {
	f, err := Number(name, v)
	if err != nil {
		return 0, err
	}
	if f != math.Trunc(f) || f < lo || f > hi {
		return 0, &ArgumentError{name, fmt.Sprint(f), fmt.Sprintf("a whole number from %.0f to %.0f", lo, hi)}
	}
	return int(f), nil
}

// Text reads a string.
func Text(name string, v safejs.Value) (string, error) {
	if kind := Kind(v); kind != "a text" {
		return "", &ArgumentError{name, kind, "a text"}
	}
	return v.String()
}

// List reads an array, one call of item for each element.
func List(name string, v safejs.Value, item func(name string, v safejs.Value) error) error {
	if kind := Kind(v); kind != "an object" {
		return &ArgumentError{name, kind, "an array"}
	}
	length, err := v.Get("length")
	if err != nil {
		return err
	}
	n, err := Whole(name+".length", length, 0, math.MaxInt32)
	if err != nil {
		return &ArgumentError{name, "an object without a length", "an array"}
	}
	for i := range n {
		e, err := v.Index(i)
		if err != nil {
			return err
		}
		if err := item(fmt.Sprintf("%s[%d]", name, i), e); err != nil {
			return err
		}
	}
	return nil
}

// IDs reads an array of token ids. Their upper bound is checked by core.
func IDs(name string, v safejs.Value) ([]int, error) {
	var out []int
	err := List(name, v, func(name string, v safejs.Value) error {
		id, err := Whole(name, v, 0, math.MaxInt32)
		out = append(out, id)
		return err
	})
	return out, err
}

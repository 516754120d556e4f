//go:build js && wasm

package main

import (
	"fmt"
	"math"

	"github.com/hack-pad/safejs"
)

// number reads a finite or infinite number; NaN and other types are errors.
func number(name string, v safejs.Value) (float64, error) {
	f, err := v.Float()
	if err != nil {
		return 0, &argumentError{name, "a " + v.Type().String(), "a number"}
	}
	if math.IsNaN(f) {
		return 0, &argumentError{name, "NaN", "a number"}
	}
	return f, nil
}

// whole reads a whole number from lo to hi. Value.Int alone would turn 3.7 into 3.
func whole(name string, v safejs.Value, lo, hi float64) (int, error) {
	f, err := number(name, v)
	if err != nil {
		return 0, err
	}
	if f != math.Trunc(f) || f < lo || f > hi {
		return 0, &argumentError{name, fmt.Sprint(f), fmt.Sprintf("a whole number from %.0f to %.0f", lo, hi)}
	}
	return int(f), nil
}

func text(name string, v safejs.Value) (string, error) {
	s, err := v.String()
	if err != nil || v.Type() != safejs.TypeString {
		return "", &argumentError{name, "a " + v.Type().String(), "a text"}
	}
	return s, nil
}

// list reads an array, one call of item for each element.
func list(name string, v safejs.Value, item func(name string, v safejs.Value) error) error {
	if v.Type() != safejs.TypeObject {
		return &argumentError{name, "a " + v.Type().String(), "an array"}
	}
	length, err := v.Get("length")
	if err != nil {
		return err
	}
	n, err := whole(name+".length", length, 0, math.MaxInt32)
	if err != nil {
		return &argumentError{name, "an object without a length", "an array"}
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

// ids reads an array of token ids. Their upper bound is checked by core.
func ids(name string, v safejs.Value) ([]int, error) {
	var out []int
	err := list(name, v, func(name string, v safejs.Value) error {
		id, err := whole(name, v, 0, math.MaxInt32)
		out = append(out, id)
		return err
	})
	return out, err
}

package gguf

import (
	"math"
	"slices"
)

// Metadata is the ordered list of keys and values of a file. The zero value is
// empty and ready to use.
//
// A value is a string, bool, float32, float64 or a sized integer (int8 to uint64),
// or a slice of one of these.
type Metadata struct {
	keys   []string
	values map[string]any
}

// Set gives key the value, at the end of the list if the key is new. The value is
// kept, not copied. A value of a kind that GGUF does not have is reported by
// NewWriter.
func (m *Metadata) Set(key string, value any) {
	if _, ok := m.values[key]; !ok {
		m.keys = append(m.keys, key)
	}
	if m.values == nil {
		m.values = make(map[string]any)
	}
	m.values[key] = value
}

// Keys returns the keys in file order.
func (m *Metadata) Keys() []string { return slices.Clone(m.keys) }

// Value returns the value of key. A slice is shared with m: read it only.
func (m *Metadata) Value(key string) (value any, ok bool) {
	value, ok = m.values[key]
	return value, ok
}

// Text returns the value of key if it is a string.
func (m *Metadata) Text(key string) (string, bool) { return get[string](m, key) }

// Bool returns the value of key if it is a boolean.
func (m *Metadata) Bool(key string) (bool, bool) { return get[bool](m, key) }

// Texts returns the value of key if it is an array of strings, shared with m.
func (m *Metadata) Texts(key string) ([]string, bool) { return get[[]string](m, key) }

func get[T any](m *Metadata, key string) (T, bool) {
	value, ok := m.values[key].(T)
	return value, ok
}

// Int returns the value of key if it is an integer of any size that fits int64.
func (m *Metadata) Int(key string) (int64, bool) {
	switch v := m.values[key].(type) {
	case uint8:
		return int64(v), true
	case int8:
		return int64(v), true
	case uint16:
		return int64(v), true
	case int16:
		return int64(v), true
	case uint32:
		return int64(v), true
	case int32:
		return int64(v), true
	case uint64:
		return int64(v), v <= math.MaxInt64
	case int64:
		return v, true
	}
	return 0, false
}

// Float returns the value of key if it is a float32 or float64.
func (m *Metadata) Float(key string) (float64, bool) {
	switch v := m.values[key].(type) {
	case float32:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Ints returns the value of key, converted, if it is an array of integers of any
// size that all fit int64.
func (m *Metadata) Ints(key string) ([]int64, bool) {
	switch v := m.values[key].(type) {
	case []uint8:
		return widen(v), true
	case []int8:
		return widen(v), true
	case []uint16:
		return widen(v), true
	case []int16:
		return widen(v), true
	case []uint32:
		return widen(v), true
	case []int32:
		return widen(v), true
	case []int64:
		return slices.Clone(v), true
	case []uint64:
		wide := widen(v)
		return wide, !slices.ContainsFunc(wide, func(n int64) bool { return n < 0 })
	}
	return nil, false
}

func widen[T int8 | uint8 | int16 | uint16 | int32 | uint32 | uint64](v []T) []int64 {
	wide := make([]int64, len(v))
	for i, n := range v {
		wide[i] = int64(n)
	}
	return wide
}

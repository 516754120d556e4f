//go:build js && wasm

package main

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// json appends JSON to bytes. It writes what events and results need, without
// reflection: events are written while the machine runs. The zero value is ready;
// the caller keeps the nesting right. The methods that are called everywhere are
// not inlined: that would make the module a tenth of a megabyte larger.
type json struct {
	bytes     []byte
	notFinite bool // whether a number could not be written
}

func (j *json) reset() { j.bytes, j.notFinite = j.bytes[:0], false }

//go:noinline
func (j *json) open(bracket byte) { j.bytes = append(j.bytes, bracket) }

//go:noinline
func (j *json) close(bracket byte) { j.bytes = append(j.bytes, bracket) }

// element begins the next element of an array or key of an object.
//
//go:noinline
func (j *json) element() *json {
	if last := j.bytes[len(j.bytes)-1]; last != '[' && last != '{' {
		j.bytes = append(j.bytes, ',')
	}
	return j
}

// key begins a member; name needs no escapes.
//
//go:noinline
func (j *json) key(name string) *json {
	j.element()
	j.bytes = append(j.bytes, '"')
	j.bytes = append(j.bytes, name...)
	j.bytes = append(j.bytes, '"', ':')
	return j
}

func (j *json) raw(b []byte) { j.bytes = append(j.bytes, b...) }

//go:noinline
func (j *json) int(v int) { j.bytes = strconv.AppendInt(j.bytes, int64(v), 10) }

func (j *json) ints(v []int) {
	j.open('[')
	for _, n := range v {
		j.element().int(n)
	}
	j.close(']')
}

func (j *json) bool(v bool) { j.bytes = strconv.AppendBool(j.bytes, v) }

// float writes a number; JSON has none that is not finite, so those are null and notFinite
// is set.
//
//go:noinline
func (j *json) float(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		j.bytes, j.notFinite = append(j.bytes, "null"...), true
		return
	}
	j.bytes = strconv.AppendFloat(j.bytes, v, 'g', -1, 64)
}

// string writes s with the escapes that RFC 8259 section 7 requires; bytes that
// are not UTF-8 become U+FFFD.
func (j *json) string(s string) {
	const hex = "0123456789abcdef"
	j.bytes = append(j.bytes, '"')
	for _, r := range s { // ranging turns invalid bytes into U+FFFD
		switch {
		case r == '"' || r == '\\':
			j.bytes = append(j.bytes, '\\', byte(r))
		case r < 0x20:
			j.bytes = append(j.bytes, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			j.bytes = utf8.AppendRune(j.bytes, r)
		}
	}
	j.bytes = append(j.bytes, '"')
}

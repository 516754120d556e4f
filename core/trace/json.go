package trace

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// JSON appends JSON to Bytes. It writes what events and results need, without
// reflection: events are written while the machine runs. The zero value is ready;
// the caller keeps the nesting right. The methods that are called everywhere are
// not inlined: that would make the WebAssembly module a tenth of a megabyte larger.
type JSON struct {
	Bytes     []byte
	notFinite bool // whether a number could not be written
}

// Reset empties j and keeps its memory.
func (j *JSON) Reset() { j.Bytes, j.notFinite = j.Bytes[:0], false }

// Open begins an object or an array.
//
//go:noinline
func (j *JSON) Open(bracket byte) { j.Bytes = append(j.Bytes, bracket) }

// Close ends one.
//
//go:noinline
func (j *JSON) Close(bracket byte) { j.Bytes = append(j.Bytes, bracket) }

// Element begins the next element of an array or key of an object.
//
//go:noinline
func (j *JSON) Element() *JSON {
	if last := j.Bytes[len(j.Bytes)-1]; last != '[' && last != '{' {
		j.Bytes = append(j.Bytes, ',')
	}
	return j
}

// Key begins a member; name needs no escapes.
//
//go:noinline
func (j *JSON) Key(name string) *JSON {
	j.Element()
	j.Bytes = append(j.Bytes, '"')
	j.Bytes = append(j.Bytes, name...)
	j.Bytes = append(j.Bytes, '"', ':')
	return j
}

// Raw writes what is JSON already.
func (j *JSON) Raw(b []byte) { j.Bytes = append(j.Bytes, b...) }

// Int writes a number.
//
//go:noinline
func (j *JSON) Int(v int) { j.Bytes = strconv.AppendInt(j.Bytes, int64(v), 10) }

// Ints writes an array of numbers.
func (j *JSON) Ints(v []int) {
	j.Open('[')
	for _, n := range v {
		j.Element().Int(n)
	}
	j.Close(']')
}

// Bool writes true or false.
func (j *JSON) Bool(v bool) { j.Bytes = strconv.AppendBool(j.Bytes, v) }

// Float writes a number; JSON has none that is not finite, so those are null and notFinite
// is set.
//
//go:noinline
func (j *JSON) Float(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		j.Bytes, j.notFinite = append(j.Bytes, "null"...), true
		return
	}
	j.Bytes = strconv.AppendFloat(j.Bytes, v, 'g', -1, 64)
}

// Text writes a string with the escapes that RFC 8259 section 7 requires; bytes that are
// not UTF-8 become U+FFFD.
func (j *JSON) Text(s string) {
	const hex = "0123456789abcdef"
	j.Bytes = append(j.Bytes, '"')
	for _, r := range s { // ranging turns invalid bytes into U+FFFD
		switch {
		case r == '"' || r == '\\':
			j.Bytes = append(j.Bytes, '\\', byte(r))
		case r < 0x20:
			j.Bytes = append(j.Bytes, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			j.Bytes = utf8.AppendRune(j.Bytes, r)
		}
	}
	j.Bytes = append(j.Bytes, '"')
}

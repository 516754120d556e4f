package gguf

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
)

const (
	// window is the size of the read buffer, and the step in which strings grow.
	window = 64 << 10
	// room is the most elements an array gets memory for before they are read: all of
	// GPT-2's vocabulary, and at most 1 MiB for a length that lies.
	room = 1 << 16
)

// source reads the header: it counts bytes, refuses to go past the end and knows
// what it is reading, so that every error can say where and what.
type source struct {
	r       *bufio.Reader // of at least window bytes
	offset  int64         // of the next byte
	at      int64         // offset of the value that was read last
	end     int64         // the header may not reach beyond
	endName string        // what end is, for errors
	section string        // see FormatError
	field   func() string // see FormatError; in words only for an error: a file has hundreds
}

// words is a field with a name of its own, quoted one that is named after a key or a tensor.
func words(name string) func() string  { return func() string { return name } }
func quoted(name string) func() string { return func() string { return fmt.Sprintf("%q", name) } }

// bad reports the value that was read last.
func (s *source) bad(got, want string) error {
	return &FormatError{Offset: s.at, Section: s.section, Field: s.field(), Got: got, Want: want}
}

// need checks that count values of at least size bytes each fit before the end.
func (s *source) need(count, size uint64) error {
	hi, total := bits.Mul64(count, size)
	if hi != 0 {
		total = math.MaxUint64
	}
	if left := s.end - s.offset; total > uint64(left) {
		return tooShort(s.section, s.field(), s.at, left, s.endName, total)
	}
	return nil
}

// take returns the next n <= window bytes, lent until the next call.
func (s *source) take(n int) ([]byte, error) {
	s.at = s.offset
	if err := s.need(1, uint64(n)); err != nil {
		return nil, err
	}
	b, err := s.r.Peek(n)
	if err == io.EOF {
		return nil, tooShort(s.section, s.field(), s.at, int64(len(b)), endOfFile, uint64(n))
	}
	if err == nil {
		_, err = s.r.Discard(n) // all n are in the buffer: b stays valid
	}
	if err != nil {
		return nil, fmt.Errorf("gguf: %s: read at offset %d: %w", s.section, s.at, err)
	}
	s.offset += int64(n)
	return b, nil
}

func (s *source) uint32() (uint32, error) {
	b, err := s.take(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

func (s *source) uint64() (uint64, error) {
	b, err := s.take(8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

// name reads a string of 1 to limit bytes.
func (s *source) name(limit uint64) (string, error) {
	n, err := s.uint64()
	if err != nil {
		return "", err
	}
	if n < 1 || n > limit {
		return "", s.bad(fmt.Sprintf("a length of %d", n), fmt.Sprintf("1 to %d", limit))
	}
	b, err := s.take(int(n))
	return string(b), err
}

// text reads a string of any length.
func (s *source) text() (string, error) {
	n, err := s.uint64()
	if err != nil {
		return "", err
	}
	if err := s.need(n, 1); err != nil {
		return "", err
	}
	var text []byte
	for n > 0 {
		part, err := s.take(int(min(n, window)))
		if err != nil {
			return "", err
		}
		text = append(text, part...)
		n -= uint64(len(part))
	}
	return string(text), nil
}

// texts reads an array of strings.
func (s *source) texts(count uint64) ([]string, error) {
	if err := s.need(count, 8); err != nil { // 8: an empty string's length
		return nil, err
	}
	list := make([]string, 0, min(count, room))
	for {
		list = s.buffered(list, count)
		if uint64(len(list)) == count {
			return list, nil
		}
		text, err := s.text() // across the end of the buffer, which it fills again
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
}

// buffered appends to list, up to count strings, those that lie whole in the read
// buffer. They share memory, one allocation a window instead of one a string: a
// vocabulary has a hundred thousand.
func (s *source) buffered(list []string, count uint64) []string {
	b, _ := s.r.Peek(s.r.Buffered()) // of what is there: no error
	b = b[:min(int64(len(b)), s.end-s.offset)]
	used := 0
	for left := count - uint64(len(list)); left > 0 && len(b)-used >= 8; left-- {
		n := binary.LittleEndian.Uint64(b[used:])
		if n > uint64(len(b)-used-8) {
			break
		}
		used += 8 + int(n)
	}
	all := string(b[:used])
	for at := 0; at < used; {
		start := at + 8
		at = start + int(binary.LittleEndian.Uint64(b[at:]))
		list = append(list, all[start:at])
	}
	s.r.Discard(used) // all in the buffer: no error
	s.offset += int64(used)
	return list
}

// number is what a metadata value or array element can be, apart from strings.
type number interface {
	uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64 | float32 | float64 | bool
}

// one reads a single value.
func one[T number](s *source) (T, error) {
	list, err := several[T](s, 1)
	if err != nil {
		return *new(T), err
	}
	return list[0], nil
}

// several reads count values.
func several[T number](s *source, count uint64) ([]T, error) {
	size := binary.Size(*new(T))
	if err := s.need(count, uint64(size)); err != nil {
		return nil, err
	}
	list := make([]T, 0, min(count, room))
	for uint64(len(list)) < count {
		n := int(min(count-uint64(len(list)), uint64(window/size)))
		b, err := s.take(n * size)
		if err != nil {
			return nil, err
		}
		if err := s.checkBools(b, *new(T)); err != nil {
			return nil, err
		}
		list = slices.Grow(list, n)[:len(list)+n]
		if err := decodeNumbers(list[len(list)-n:], b); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// decodeNumbers sets dst to the values in b.
func decodeNumbers[T number](dst []T, b []byte) error {
	if types, ok := any(dst).([]int32); ok { // of a vocabulary's tokens, so many that binary.Decode would be felt
		for i := range types {
			types[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return nil
	}
	_, err := binary.Decode(b, binary.LittleEndian, dst)
	return err
}

// checkBools refuses bytes other than 0 and 1 if like is a boolean.
func (s *source) checkBools(b []byte, like any) error {
	if _, ok := like.(bool); !ok {
		return nil
	}
	for i, c := range b {
		if c > 1 {
			s.at += int64(i)
			return s.bad(fmt.Sprintf("a boolean of %d", c), "0 or 1")
		}
	}
	return nil
}

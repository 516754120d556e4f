package gguf

import (
	"encoding/binary"
	"fmt"
)

// kind is the type of a metadata value, with the number that GGUF gives it.
type kind uint32

const (
	kindUint8 kind = iota
	kindInt8
	kindUint16
	kindInt16
	kindUint32
	kindInt32
	kindFloat32
	kindBool
	kindText
	kindArray
	kindUint64
	kindInt64
	kindFloat64
)

// readValue reads the value of a metadata key: its kind, then the value.
func readValue(s *source) (any, error) {
	k, err := s.uint32()
	if err != nil {
		return nil, err
	}
	switch kind(k) {
	case kindUint8:
		return one[uint8](s)
	case kindInt8:
		return one[int8](s)
	case kindUint16:
		return one[uint16](s)
	case kindInt16:
		return one[int16](s)
	case kindUint32:
		return one[uint32](s)
	case kindInt32:
		return one[int32](s)
	case kindFloat32:
		return one[float32](s)
	case kindBool:
		return one[bool](s)
	case kindText:
		return s.text()
	case kindArray:
		return readArray(s)
	case kindUint64:
		return one[uint64](s)
	case kindInt64:
		return one[int64](s)
	case kindFloat64:
		return one[float64](s)
	}
	return nil, s.bad(fmt.Sprintf("value type %d", k), "0 to 12")
}

// readArray reads an array: the kind of its elements, their number, the elements.
func readArray(s *source) (any, error) {
	k, err := s.uint32()
	if err != nil {
		return nil, err
	}
	if k > uint32(kindFloat64) || kind(k) == kindArray { // llama.cpp takes no arrays of arrays either
		return nil, s.bad(fmt.Sprintf("an array of value type %d", k), "0 to 8 or 10 to 12")
	}
	count, err := s.uint64()
	if err != nil {
		return nil, err
	}
	switch kind(k) {
	case kindUint8:
		return several[uint8](s, count)
	case kindInt8:
		return several[int8](s, count)
	case kindUint16:
		return several[uint16](s, count)
	case kindInt16:
		return several[int16](s, count)
	case kindUint32:
		return several[uint32](s, count)
	case kindInt32:
		return several[int32](s, count)
	case kindFloat32:
		return several[float32](s, count)
	case kindBool:
		return several[bool](s, count)
	case kindText:
		return s.texts(count)
	case kindUint64:
		return several[uint64](s, count)
	case kindInt64:
		return several[int64](s, count)
	}
	return several[float64](s, count)
}

// kindOf returns the kind of a value, or of its elements if it is a slice.
func kindOf(value any) (k kind, array, ok bool) {
	switch value.(type) {
	case uint8:
		return kindUint8, false, true
	case []uint8:
		return kindUint8, true, true
	case int8:
		return kindInt8, false, true
	case []int8:
		return kindInt8, true, true
	case uint16:
		return kindUint16, false, true
	case []uint16:
		return kindUint16, true, true
	case int16:
		return kindInt16, false, true
	case []int16:
		return kindInt16, true, true
	case uint32:
		return kindUint32, false, true
	case []uint32:
		return kindUint32, true, true
	case int32:
		return kindInt32, false, true
	case []int32:
		return kindInt32, true, true
	case uint64:
		return kindUint64, false, true
	case []uint64:
		return kindUint64, true, true
	case int64:
		return kindInt64, false, true
	case []int64:
		return kindInt64, true, true
	case float32:
		return kindFloat32, false, true
	case []float32:
		return kindFloat32, true, true
	case float64:
		return kindFloat64, false, true
	case []float64:
		return kindFloat64, true, true
	case bool:
		return kindBool, false, true
	case []bool:
		return kindBool, true, true
	case string:
		return kindText, false, true
	case []string:
		return kindText, true, true
	}
	return 0, false, false
}

// appendValue appends the kind and the value as the file has them.
func appendValue(b []byte, value any) ([]byte, error) {
	k, array, ok := kindOf(value)
	if !ok {
		return nil, fmt.Errorf("got a value of type %T, want a string, bool, float or sized integer, or a slice of one", value)
	}
	if array {
		b = binary.LittleEndian.AppendUint32(b, uint32(kindArray))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(k))
	switch v := value.(type) {
	case string:
		return appendText(b, v), nil
	case []string:
		b = binary.LittleEndian.AppendUint64(b, uint64(len(v)))
		for _, text := range v {
			b = appendText(b, text)
		}
		return b, nil
	}
	size := binary.Size(value)
	if array {
		b = binary.LittleEndian.AppendUint64(b, uint64(size/k.bytes()))
	}
	return binary.Append(b, binary.LittleEndian, value)
}

// bytes returns the size of one value that is not a string or an array.
func (k kind) bytes() int {
	switch k {
	case kindUint8, kindInt8, kindBool:
		return 1
	case kindUint16, kindInt16:
		return 2
	case kindUint64, kindInt64, kindFloat64:
		return 8
	}
	return 4
}

func appendText(b []byte, text string) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(len(text)))
	return append(b, text...)
}

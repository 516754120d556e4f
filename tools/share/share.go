package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Sections and kinds of a module.
//
// Source: WebAssembly Core Specification, section 5.5.
const (
	customSection = 0
	importSection = 2
	memorySection = 5
	globalSection = 6
	exportSection = 7
	dataSection   = 11
	dataCount     = 12

	functionKind = 0
	memoryKind   = 2
	globalKind   = 3

	sharedLimits = 3 // shared, with a maximum
	mostPages    = 65536
	i32Const     = 0x41
	end          = 0x0B
)

// spGlobal is Go's stack pointer: writeGlobalSec of cmd/link/internal/wasm.
const spGlobal = 0

type section struct {
	id   byte
	body []byte
}

// share does what the command's comment says.
func share(module []byte, functions []string) ([]byte, error) {
	sections, err := split(module)
	if err != nil {
		return nil, err
	}
	var names map[string]uint64
	var pages uint64
	var data []byte
	for _, s := range sections {
		in := reader{s.body}
		switch s.id {
		case customSection:
			if name := in.name(); name == "name" {
				names, err = functionNames(in.rest)
			}
		case memorySection:
			count, flags := in.uint(), in.byte()
			if pages = in.uint(); count != 1 || flags > 1 {
				err = fmt.Errorf("got %d memories, the first with flags %d, want one that is not shared", count, flags)
			}
		case dataSection:
			data, err = segments(&in)
		}
		if err := errors.Join(err, in.err()); err != nil {
			return nil, fmt.Errorf("section %d: %w", s.id, err)
		}
	}
	if pages == 0 || data == nil {
		return nil, errors.New("got no memory or no data, want a Go program")
	}

	out := bytes.Clone(module[:8])
	for _, s := range sections {
		in := reader{s.body}
		switch s.id {
		case customSection:
			if in.name() != "name" {
				out = appendSection(out, s)
			}
		case importSection:
			body := binary.AppendUvarint(nil, in.uint()+1)
			body = appendName(appendName(body, "vitrine"), "memory")
			body = append(body, memoryKind, sharedLimits)
			body = binary.AppendUvarint(binary.AppendUvarint(body, pages), mostPages)
			out = appendSection(out, section{importSection, append(body, in.rest...)})
		case memorySection, dataSection, dataCount:
		case exportSection:
			body := binary.AppendUvarint(nil, in.uint()+uint64(len(functions))+1)
			body = append(body, in.rest...)
			for _, name := range functions {
				index, ok := names[name]
				if !ok {
					return nil, fmt.Errorf("function %q is not there, want one that the program calls", name)
				}
				body = append(appendName(body, name[strings.LastIndexByte(name, '.')+1:]), functionKind)
				body = binary.AppendUvarint(body, index)
			}
			body = append(appendName(body, "sp"), globalKind, spGlobal)
			out = appendSection(out, section{exportSection, body})
		default:
			out = appendSection(out, s)
		}
	}
	body := binary.LittleEndian.AppendUint32(appendName(nil, "memory"), uint32(pages))
	return appendSection(out, section{customSection, append(body, data...)}), nil
}

// split returns the sections of a module.
func split(module []byte) ([]section, error) {
	if !bytes.HasPrefix(module, []byte("\x00asm\x01\x00\x00\x00")) {
		return nil, errors.New("got no WebAssembly module of version 1")
	}
	in := reader{module[8:]}
	var sections []section
	for len(in.rest) > 0 {
		id := in.byte()
		sections = append(sections, section{id, in.take(in.uint())})
		if err := in.err(); err != nil {
			return nil, err
		}
	}
	return sections, nil
}

// functionNames reads the body of the name section: the index of every function.
func functionNames(body []byte) (map[string]uint64, error) {
	in := reader{body}
	names := make(map[string]uint64)
	for len(in.rest) > 0 {
		kind, sub := in.byte(), reader{in.take(in.uint())}
		if kind != 1 { // functions
			continue
		}
		for count := sub.uint(); count > 0 && sub.rest != nil; count-- {
			index := sub.uint()
			names[sub.name()] = index
		}
		if err := sub.err(); err != nil {
			return nil, err
		}
	}
	return names, in.err()
}

// segments turns the data section into address, length and bytes of each segment.
func segments(in *reader) ([]byte, error) {
	var out []byte
	for count := in.uint(); count > 0 && in.rest != nil; count-- {
		if mode, op := in.byte(), in.byte(); mode != 0 || op != i32Const {
			return nil, fmt.Errorf("got a data segment of mode %d with opcode %#x, want an active one at a constant address", mode, op)
		}
		address := in.uint() // is signed in the file; for what is positive the bytes are the same
		if in.byte() != end {
			return nil, errors.New("got a data segment at a computed address, want a constant")
		}
		body := in.take(in.uint())
		out = binary.LittleEndian.AppendUint32(out, uint32(address))
		out = append(binary.LittleEndian.AppendUint32(out, uint32(len(body))), body...)
	}
	return out, nil
}

func appendSection(out []byte, s section) []byte {
	out = binary.AppendUvarint(append(out, s.id), uint64(len(s.body)))
	return append(out, s.body...)
}

func appendName(out []byte, name string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(name))), name...)
}

// reader takes a body apart. After its end everything is zero, and rest nil.
type reader struct{ rest []byte }

func (r *reader) err() error {
	if r.rest == nil {
		return errors.New("the module is cut short or damaged")
	}
	return nil
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.rest = nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) byte() byte {
	b := r.take(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (r *reader) name() string { return string(r.take(r.uint())) }

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.rest = nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

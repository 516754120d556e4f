package pickle

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// What a pickle may have at most, so that unpickling takes at most 256 MiB: an
// instruction makes a few hundred bytes. The state dict of GPT-2 XL has 0.1 MB and
// thirty thousand instructions, nanoGPT's optimizer four times as many.
const (
	maxBytes        = 16 << 20
	maxInstructions = 1 << 19
	maxLine         = 1 << 10 // bytes of an argument that ends with its line
	maxLong         = 255     // bytes of a whole number
)

// argument says how long the argument of an instruction is.
type argument int

// Values from 0 on are a length.
const (
	lines1 argument = -1 - iota // one line
	lines2                      // two lines
	count1                      // a length of 1 byte, then as many
	count4                      // of 4 bytes
	count8                      // of 8 bytes
	long4                       // of 4 bytes, at most maxLong
	frame                       // 8 bytes: how many of what follows are a frame
)

// arguments has every instruction.
//
// Source: Lib/pickletools.py of Python 3.13.
var arguments = func() (table [256]*argument) {
	set := func(a argument, instructions string) {
		for i := range len(instructions) {
			table[instructions[i]] = &a
		}
	}
	set(0, "(.012NQRabd}eolst])u\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98")
	set(1, "Khq\x80\x82")
	set(2, "M\x83")
	set(4, "Jjr\x84")
	set(8, "G")
	set(lines1, "FILPSVgp")
	set(lines2, "ci")
	set(count1, "U\x8a\x8cC")
	set(count4, "TXB")
	set(count8, "\x8d\x8e\x96")
	set(long4, "\x8b")
	set(frame, "\x95")
	return table
}()

// simple has the instructions that make what cannot be the key of a dict of Go, sets and
// bytes, each with the one that makes a list, a tuple or a text of the same argument. No
// state dict needs them.
//
// Source: Lib/pickletools.py of Python 3.13.
var simple = map[byte]byte{
	0x8f: ']',                        // an empty set: a list
	0x90: 'e',                        // add to a set: append
	0x91: 't',                        // a frozen set: a tuple
	'C':  0x8c, 'B': 'X', 0x8e: 0x8d, // bytes with a length of 1, 4 and 8: a text
}

// scan reads one pickle from r and makes sure of its limits before anything is made
// of it. It leaves r at its end.
func scan(r *bufio.Reader) ([]byte, error) {
	var b bytes.Buffer
	var frames int64 // the furthest end of a frame
	for n := 0; ; n++ {
		at := b.Len()
		if n == maxInstructions || at > maxBytes {
			return nil, fmt.Errorf("got more than %d instructions or %d MiB, want a state dict", maxInstructions, maxBytes>>20)
		}
		op, err := r.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("cut off after %d bytes", at)
		}
		a := arguments[op]
		if other, ok := simple[op]; ok {
			op = other
		}
		b.WriteByte(op)
		if a == nil {
			return nil, fmt.Errorf("offset %d: got the instruction 0x%02x, want one of a pickle", at, op)
		}
		switch *a {
		case lines1:
			err = line(&b, r)
		case lines2:
			err = errors.Join(line(&b, r), line(&b, r))
		case count1, count4, count8, long4:
			var length uint64
			if length, err = number(&b, r, map[argument]int{count1: 1, count4: 4, count8: 8, long4: 4}[*a]); err == nil {
				limit := uint64(maxBytes)
				if *a == long4 {
					limit = maxLong
				}
				err = take(&b, r, length, limit)
			}
		case frame:
			var length uint64
			if length, err = number(&b, r, 8); err == nil && length > maxBytes {
				err = fmt.Errorf("got a frame of %d bytes, want at most %d", length, maxBytes)
			}
			frames = max(frames, int64(b.Len())+int64(min(length, maxBytes)))
		default:
			err = take(&b, r, uint64(*a), maxBytes)
		}
		if err != nil {
			return nil, fmt.Errorf("offset %d: %w", at, err)
		}
		if op == '.' {
			if frames > int64(b.Len()) {
				return nil, fmt.Errorf("got a frame that ends at %d, want at most %d, the end of the pickle", frames, b.Len())
			}
			return b.Bytes(), nil
		}
	}
}

// take copies the next n bytes, of which there may be limit.
func take(b *bytes.Buffer, r *bufio.Reader, n, limit uint64) error {
	if n > limit {
		return fmt.Errorf("got %d bytes, want at most %d", n, limit)
	}
	if got, err := io.CopyN(b, r, int64(n)); err != nil {
		return fmt.Errorf("got %d bytes, want %d: %w", got, n, err)
	}
	return nil
}

// line copies the rest of a line.
func line(b *bytes.Buffer, r *bufio.Reader) error {
	for range maxLine {
		c, err := r.ReadByte()
		if err != nil {
			return err
		}
		b.WriteByte(c)
		if c == '\n' {
			return nil
		}
	}
	return fmt.Errorf("got a line of more than %d bytes", maxLine)
}

// number copies a whole number of some bytes.
func number(b *bytes.Buffer, r *bufio.Reader, size int) (uint64, error) {
	if err := take(b, r, uint64(size), 8); err != nil {
		return 0, err
	}
	var whole [8]byte
	copy(whole[:], b.Bytes()[b.Len()-size:])
	return binary.LittleEndian.Uint64(whole[:]), nil
}

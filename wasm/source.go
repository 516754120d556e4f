//go:build js && wasm

package main

import (
	"io"
	"slices"

	"github.com/hack-pad/safejs"

	"vitrine/wasm/border"
)

// source reads the model file from JavaScript chunk by chunk, so that the file
// is never held whole. pull returns a promise of a Uint8Array, or of null at the
// end; where another file follows, reading goes on with it after io.EOF. Only one
// goroutine may read.
type source struct {
	pull  safejs.Value
	chunk []byte // what was pulled last
	off   int    // bytes of chunk already read
}

// Read implements io.Reader. It waits for the next chunk where it must.
func (s *source) Read(p []byte) (int, error) {
	for s.off == len(s.chunk) {
		chunk, err := border.Await(s.pull)
		if err != nil {
			return 0, err
		}
		if chunk.IsNull() {
			return 0, io.EOF
		}
		size, err := chunk.Length()
		if err != nil {
			return 0, err
		}
		// All at once: each call of JavaScript takes longer than copying some kilobytes again.
		s.chunk, s.off = slices.Grow(s.chunk[:0], size)[:size], 0
		if _, err := safejs.CopyBytesToGo(s.chunk, chunk); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.chunk[s.off:])
	s.off += n
	return n, nil
}

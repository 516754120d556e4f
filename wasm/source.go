//go:build js && wasm

package main

import (
	"io"

	"github.com/hack-pad/safejs"

	"vitrine/wasm/border"
)

// source reads the model file from JavaScript chunk by chunk, so that the file
// is never held whole. pull returns a promise of a Uint8Array, or of null at the
// end; where another file follows, reading goes on with it after io.EOF. Only one
// goroutine may read.
type source struct {
	pull  safejs.Value
	chunk safejs.Value // Uint8Array
	off   int          // bytes of chunk already read
	size  int          // of chunk
}

// Read implements io.Reader. It waits for the next chunk where it must.
func (s *source) Read(p []byte) (int, error) {
	for s.off == s.size {
		chunk, err := border.Await(s.pull)
		if err != nil {
			return 0, err
		}
		if chunk.IsNull() {
			return 0, io.EOF
		}
		s.chunk, s.off = chunk, 0
		if s.size, err = chunk.Length(); err != nil {
			return 0, err
		}
	}
	part, err := s.chunk.Call("subarray", s.off, min(s.size, s.off+len(p)))
	if err != nil {
		return 0, err
	}
	n, err := safejs.CopyBytesToGo(p, part)
	s.off += n
	return n, err
}

//go:build js && wasm

package main

import (
	"io"

	"github.com/hack-pad/safejs"
)

// source reads the model file from JavaScript chunk by chunk, so that the file
// is never held whole. pull returns a promise of a Uint8Array, or of null at the
// end. Only one goroutine may read.
type source struct {
	pull  safejs.Value
	chunk safejs.Value // Uint8Array
	off   int          // bytes of chunk already read
	size  int          // of chunk
}

// A networkError says that the bytes stopped coming.
type networkError struct{ reason string }

func (e *networkError) Error() string { return e.reason }

// Read implements io.Reader. It waits for the next chunk where it must.
func (s *source) Read(p []byte) (int, error) {
	for s.off == s.size {
		promise, err := s.pull.Invoke()
		if err != nil {
			return 0, &networkError{err.Error()}
		}
		chunk, err := await(promise)
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

// await blocks the goroutine until promise settles; the event loop goes on.
func await(promise safejs.Value) (safejs.Value, error) {
	type outcome struct {
		value safejs.Value
		err   error
	}
	settled := make(chan outcome, 1)
	fulfilled, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		settled <- outcome{value: args[0]}
		return nil
	})
	if err != nil {
		return safejs.Value{}, err
	}
	defer fulfilled.Release()
	rejected, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		reason, err := args[0].Get("message")
		text, textErr := reason.String()
		if err != nil || textErr != nil {
			text = "the download failed"
		}
		settled <- outcome{err: &networkError{text}}
		return nil
	})
	if err != nil {
		return safejs.Value{}, err
	}
	defer rejected.Release()
	if _, err := promise.Call("then", fulfilled, rejected); err != nil {
		return safejs.Value{}, err
	}
	o := <-settled
	return o.value, o.err
}

//go:build js && wasm

package main

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"sync"
	"time"

	"github.com/hack-pad/safejs"

	"vitrine/wasm/border"
)

// files is the checkpoint's directory as JavaScript gives it. open(name) returns a
// promise of {size, read}, or of null where there is no such file; read(offset,
// length) returns a promise of a Uint8Array of that length, which is valid until the
// next read of that file: until Go collects garbage it keeps JavaScript from freeing
// what it has been given.
type files struct{ open safejs.Value }

// Open implements fs.FS. The file is an io.ReaderAt, safe for several goroutines.
func (f files) Open(name string) (fs.File, error) {
	fail := func(err error) (fs.File, error) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if !fs.ValidPath(name) {
		return fail(fs.ErrInvalid)
	}
	opened, err := border.Await(f.open, name)
	if err != nil {
		return fail(err)
	}
	if opened.IsNull() {
		return fail(fs.ErrNotExist)
	}
	size, err := opened.Get("size")
	if err != nil {
		return fail(err)
	}
	n, err := border.Whole("size", size, 0, 1<<53)
	if err != nil {
		return fail(err)
	}
	read, err := opened.Get("read")
	if err != nil {
		return fail(err)
	}
	return &file{name: name, size: int64(n), fetch: read}, nil
}

const (
	// windowBytes is read of a file at a time: the converter asks for less, and each
	// time JavaScript is asked takes some time, a request to a server much.
	windowBytes = 4 << 20
	// mostWindows of a file are kept: two tensors may be read side by side.
	mostWindows = 3
)

// file is one open file.
type file struct {
	name  string
	size  int64
	fetch safejs.Value
	next  int64 // where Read goes on

	mu      sync.Mutex
	windows []*window // the one that was used last comes first
}

// window is a part of the file, from a multiple of windowBytes on.
type window struct {
	start int64
	data  []byte
}

// Read implements fs.File.
func (f *file) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p[:min(int64(len(p)), f.size-f.next)], f.next)
	f.next += int64(n)
	if err == nil && n == 0 && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, offset int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for n < len(p) {
		at := offset + int64(n)
		if at >= f.size {
			return n, io.EOF
		}
		w, err := f.window(at - at%windowBytes)
		if err != nil {
			return n, &fs.PathError{Op: "read", Path: f.name, Err: err}
		}
		n += copy(p[n:], w.data[at-w.start:])
	}
	return n, nil
}

// window returns the window that begins at start.
func (f *file) window(start int64) (*window, error) {
	for i, w := range f.windows {
		if w.start == start {
			copy(f.windows[1:i+1], f.windows[:i])
			f.windows[0] = w
			return w, nil
		}
	}
	length := min(windowBytes, f.size-start)
	array, err := border.Await(f.fetch, float64(start), float64(length))
	if err != nil {
		return nil, err
	}
	w := &window{start: start}
	if len(f.windows) == mostWindows {
		w.data = f.windows[mostWindows-1].data[:0] // its memory serves again
		f.windows = f.windows[:mostWindows-1]
	}
	if int64(cap(w.data)) < length {
		w.data = make([]byte, length)
	}
	w.data = w.data[:length]
	if n, err := safejs.CopyBytesToGo(w.data, array); err != nil {
		return nil, err
	} else if int64(n) != length {
		return nil, fmt.Errorf("got %d bytes at offset %d, want %d", n, start, length)
	}
	f.windows = append([]*window{w}, f.windows...)
	return w, nil
}

func (f *file) Close() error {
	f.windows = nil
	return nil
}

// Stat implements fs.File. Of the times and modes of a file the page knows nothing.
func (f *file) Stat() (fs.FileInfo, error) { return info{f}, nil }

type info struct{ *file }

func (i info) Name() string       { return path.Base(i.name) }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o444 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

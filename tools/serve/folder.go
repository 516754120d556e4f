package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"sync"
	"time"
)

// folder is the folder that is served, by its name: a build may put another one
// in its place at any time.
type folder struct {
	dir  string
	mu   sync.Mutex
	root *os.Root // refuses every path that leads outside, also through links
}

// open returns the folder that has the name now.
func (f *folder) open() (*os.Root, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now, err := os.Stat(f.dir)
	if err != nil {
		return nil, err
	}
	if f.root != nil {
		if then, err := f.root.Stat("."); err == nil && os.SameFile(then, now) {
			return f.root, nil
		}
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, err
	}
	f.root = root // requests under way may still read the old one: the collector closes it
	return root, nil
}

// maxLinks is how many links a name may lead through, as many as Linux follows.
const maxLinks = 40

// stat is root.Stat that finds nothing where the name leads through a link to a
// private name.
func stat(root *os.Root, name string) (fs.FileInfo, error) {
	info, err := root.Stat(name)
	if err != nil || name == "." {
		return info, err
	}
	rest := strings.Split(name, "/")
	at := "."
	for links := 0; len(rest) > 0; {
		next := path.Join(at, rest[0])
		rest = rest[1:]
		if private(next) {
			return nil, fmt.Errorf("%s leads to a private name: %w", name, fs.ErrNotExist)
		}
		here, err := root.Lstat(next)
		if err != nil {
			return nil, err
		}
		if here.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		target, err := root.Readlink(next)
		if err != nil {
			return nil, err
		}
		if links++; links > maxLinks {
			return nil, fmt.Errorf("%s leads through more than %d links", name, maxLinks)
		}
		rest = append(strings.Split(strings.ReplaceAll(target, "\\", "/"), "/"), rest...)
	}
	return info, nil
}

// private says whether a part of the name begins with a dot. "." is the folder
// itself; ".." leads back inside it, or root refuses it.
func private(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && part != "." && part != ".." {
			return true
		}
	}
	return false
}

// patience is how long a client may take to receive a piece of an answer.
const patience = 30 * time.Second

// patientWriter gives every piece of an answer its own time, so that a slow
// client gets a large file and a client that takes nothing is let go.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (w *patientWriter) Write(p []byte) (int, error) {
	// A writer without deadlines, as tests have, waits as long as it likes.
	_ = w.control.SetWriteDeadline(time.Now().Add(patience))
	return w.ResponseWriter.Write(p)
}

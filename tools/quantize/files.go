package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
)

// outputs are files in the making. They get their names together, when all are
// whole: until then each has a name of this run alone, in the same directory, that
// begins with the name and ends in ".partial".
type outputs struct {
	flag   string  // that names them, for errors
	inputs *inputs // which must not be replaced; nil: none
	list   []*output
}

type output struct {
	*os.File
	path   string
	closed bool
}

// create makes a file that is to be at path, with the mode of the one that it is to
// replace.
func (o *outputs) create(path string) (io.WriteCloser, error) {
	old, err := os.Stat(path)
	if err == nil && !old.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file, want one to replace or a new name", path)
	}
	if err == nil && o.inputs.have(old) {
		return nil, fmt.Errorf("%s is one of the files that are read: give %s another name", path, o.flag)
	}
	f, createErr := createPartial(path)
	if createErr != nil {
		return nil, fmt.Errorf("%w: want a directory that is there and may be written to", createErr)
	}
	out := &output{File: f, path: path}
	o.list = append(o.list, out)
	if err == nil {
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// createPartial makes a file that nobody else has, and goes through no link: it is an
// error of the system if there is anything at its name.
func createPartial(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(fmt.Sprintf("%s.%08x.partial", path, rand.Uint32()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Close makes sure that the disk has the file.
func (o *output) Close() error {
	o.closed = true
	return errors.Join(o.Sync(), o.File.Close())
}

// keep gives the files their names. Nobody else does so in the directory meanwhile:
// of two runs that write the same parts, all are of the one that ends last.
func (o *outputs) keep() error {
	if len(o.list) > 0 {
		defer lockDirectory(filepath.Dir(o.list[0].path))() // all are in one
	}
	for len(o.list) > 0 {
		f := o.list[0]
		if err := os.Rename(f.Name(), f.path); err != nil {
			return err
		}
		o.list = o.list[1:]
	}
	return nil
}

// discard removes what keep has not named. Its errors come second to the one that
// is the reason.
func (o *outputs) discard() {
	for _, f := range o.list {
		if !f.closed {
			f.Close() // Windows removes no open file
		}
		os.Remove(f.Name())
	}
}

// inputs are the files that a model is read from.
type inputs struct{ list []os.FileInfo }

// have reports whether the file is one of them.
func (i *inputs) have(file os.FileInfo) bool {
	return i != nil && slices.ContainsFunc(i.list, func(in os.FileInfo) bool { return os.SameFile(in, file) })
}

// add adds the files that in may stand for: itself, what is in it, and the other
// parts of a model.
func (i *inputs) add(in string) {
	paths := []string{in}
	if names, ok := gguf.SplitNames(in); ok {
		paths = append(paths, names...)
	}
	if entries, err := os.ReadDir(in); err == nil {
		for _, e := range entries {
			paths = append(paths, filepath.Join(in, e.Name()))
		}
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			i.list = append(i.list, info)
		}
	}
}

// dir returns the files in a directory, each of which is added when it is opened.
// i may be nil.
func (i *inputs) dir(path string) fs.FS { return directory{os.DirFS(path), i} }

type directory struct {
	files  fs.FS
	inputs *inputs
}

// Open implements fs.FS.
func (d directory) Open(name string) (fs.File, error) {
	file, err := d.files.Open(name)
	if err != nil || d.inputs == nil {
		return file, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	d.inputs.list = append(d.inputs.list, info)
	return file, nil
}

// leftNotes says which files beside out are easily taken for what has been written:
// parts and wholes of earlier runs, and what a run that was killed has left.
func leftNotes(out string, written []string, in *inputs) []string {
	stem := strings.TrimSuffix(filepath.Base(out), filepath.Ext(out))
	earlier := regexp.MustCompile(`^` + regexp.QuoteMeta(stem) + `(-\d{5}-of-\d{5})?\.(?i:gguf)$`)
	partial := regexp.MustCompile(`^` + regexp.QuoteMeta(stem) + `(-\d{5}-of-\d{5})?\.(?i:gguf)\.[0-9a-f]{8}\.partial$`)
	entries, err := os.ReadDir(filepath.Dir(out))
	if err != nil {
		return nil // what is written is written
	}
	var stale, unfinished []string
	for _, e := range entries {
		name := filepath.Join(filepath.Dir(out), e.Name())
		switch info, err := os.Stat(name); {
		case err != nil || slices.Contains(written, name) || in.have(info):
		case earlier.MatchString(e.Name()):
			stale = append(stale, name)
		case partial.MatchString(e.Name()):
			unfinished = append(unfinished, name)
		}
	}
	var notes []string
	if len(stale) > 0 {
		notes = append(notes, "of an earlier run, and no part of this model: "+checkpoint.Listed(stale)+": remove them if nobody needs them")
	}
	if len(unfinished) > 0 {
		notes = append(notes, "of another run, which goes on or was killed: "+checkpoint.Listed(unfinished)+": remove them if none goes on")
	}
	return notes
}

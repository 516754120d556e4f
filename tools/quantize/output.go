package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
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

// printer remembers that its output was lost, so that no command has to ask at every
// line.
type printer struct {
	w   io.Writer
	err error // the first
}

// Write implements io.Writer.
func (p *printer) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	if p.err == nil {
		p.err = err
	}
	return n, err
}

// terminal reports whether w shows what is written to a person.
func terminal(w io.Writer) bool {
	if p, ok := w.(*printer); ok {
		w = p.w
	}
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// colored reports whether w may be sent colours. The old console of Windows shows
// their codes as text; its successors set one of the variables.
func colored(w io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" || !terminal(w) {
		return false
	}
	return runtime.GOOS != "windows" || cmp.Or(os.Getenv("WT_SESSION"), os.Getenv("TERM"), os.Getenv("ANSICON")) != ""
}

// ANSI colours.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint returns text in a colour, or as it is where w takes none.
func paint(w io.Writer, color, text string) string {
	if !colored(w) {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// progress draws a bar on a terminal, and nothing elsewhere.
type progress struct {
	w     io.Writer // nil if there is no terminal
	now   func() time.Time
	began time.Time
	drawn time.Time // last
	width int       // of what is drawn
}

const (
	barWidth = 24
	redraw   = 100 * time.Millisecond
)

func newProgress(w io.Writer) *progress {
	if !terminal(w) {
		return &progress{}
	}
	return &progress{w: w, now: time.Now, began: time.Now()}
}

// show draws the bar anew, if it is time, with the rate so far and the time that the
// rest takes at that rate.
func (p *progress) show(done, total int64) {
	if p.w == nil || done < total && p.now().Sub(p.drawn) < redraw {
		return
	}
	p.drawn = p.now()
	share := float64(done) / float64(max(total, 1))
	full := int(share * barWidth)
	line := fmt.Sprintf("[%s%s] %3d %%  %s of %s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), int(share*100), size(done), size(total))
	if seconds := p.drawn.Sub(p.began).Seconds(); seconds >= 0.5 && done > 0 {
		rate := float64(done) / seconds
		line += fmt.Sprintf("  %s/s  %s left", size(int64(rate)), time.Duration(float64(total-done)/rate*float64(time.Second)).Round(time.Second))
	}
	fmt.Fprintf(p.w, "\r%-*s", p.width, line)
	p.width = len(line)
}

// clear removes the bar, with spaces: not every terminal knows a code for it.
func (p *progress) clear() {
	if p.width > 0 {
		fmt.Fprintf(p.w, "\r%*s\r", p.width, "")
		p.width = 0
	}
}

// printReport prints a line for every tensor, the totals and the notes.
func printReport(w io.Writer, r *convert.Report, took time.Duration) {
	const row = "%-28s %-14s %-5s %10s %10s  %s\n"
	fmt.Fprintf(w, row, "tensor", "shape", "type", "before", "after", "worst error")
	var before, after int64
	var worst float64
	for _, t := range r.Tensors {
		fmt.Fprintf(w, row, t.Name, shape(t.Shape), t.Type, size(t.Before), size(t.Size), difference(t.Figures.Worst))
		before, after, worst = before+t.Before, after+t.Size, max(worst, t.Figures.Worst)
	}
	fmt.Fprintf(w, row, fmt.Sprintf("%d tensors", len(r.Tensors)), "", "", size(before), size(after), difference(worst))
	printNotes(w, r.Notes)
	fmt.Fprintf(w, "\nread %s in %.1f s, %s/s\n", size(before), took.Seconds(), size(int64(float64(before)/took.Seconds())))
}

// printNotes prints what the user should know.
func printNotes(w io.Writer, notes []string) {
	for _, note := range notes {
		fmt.Fprintf(w, "%s %s\n", paint(w, yellow, "note:"), checkpoint.Line(note, checkpoint.MaxMessage))
	}
}

// shape writes a shape, rows first.
func shape(dims []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(dims), "[]"), " ", " x ")
}

// difference writes an absolute error.
func difference(d float64) string {
	if d == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2e", d)
}

// size writes a number of bytes.
func size(bytes int64) string {
	switch {
	case bytes < 1e3:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1e6:
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	case bytes < 1e9:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(bytes)/1e9)
}

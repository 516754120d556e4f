package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"vitrine/tools/quantize/convert"
)

// writeFile writes a file through write. It has its name only when it is whole:
// until then it is path + ".partial", in the same directory.
func writeFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file, want one to replace or a new name", path)
	}
	partial := path + ".partial"
	f, err := os.Create(partial)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(partial, path)
	}
	if err != nil {
		os.Remove(partial) // the error before is the one to report
	}
	return err
}

// progress draws a bar on a terminal, and nothing elsewhere.
type progress struct {
	w     io.Writer // nil if there is no terminal
	drawn int       // per cent
}

const barWidth = 40

func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return &progress{w: w, drawn: -1}
		}
	}
	return &progress{}
}

// show draws the bar anew for every per cent.
func (p *progress) show(done, total int64) {
	percent := int(done * 100 / total)
	if p.w == nil || percent == p.drawn {
		return
	}
	p.drawn = percent
	full := percent * barWidth / 100
	fmt.Fprintf(p.w, "\r[%s%s] %3d %%  %s of %s", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), percent, size(done), size(total))
}

// clear removes the bar: ESC [K erases to the end of the line.
func (p *progress) clear() {
	if p.w != nil && p.drawn >= 0 {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// printReport prints a line for every tensor, the totals and the notes.
func printReport(w io.Writer, r *convert.Report) {
	const row = "%-28s %-14s %-5s %10s %10s  %s\n"
	fmt.Fprintf(w, row, "tensor", "shape", "type", "before", "after", "worst error")
	var before, after int64
	var worst float64
	for _, t := range r.Tensors {
		shape := strings.ReplaceAll(strings.Trim(fmt.Sprint(t.Shape), "[]"), " ", " x ")
		fmt.Fprintf(w, row, t.Name, shape, t.Type, size(t.Before), size(t.Size), difference(t.Figures.Worst))
		before, after, worst = before+t.Before, after+t.Size, max(worst, t.Figures.Worst)
	}
	fmt.Fprintf(w, row, fmt.Sprintf("%d tensors", len(r.Tensors)), "", "", size(before), size(after), difference(worst))
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
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
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}

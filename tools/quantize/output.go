package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
)

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

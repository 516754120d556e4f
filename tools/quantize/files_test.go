package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the tests start the tool as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_QUANTIZE_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// process is the tool as a process of its own.
func process(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], args...)
	c.Env = append(os.Environ(), "TEST_QUANTIZE_MAIN=1")
	stderr := new(bytes.Buffer)
	c.Stderr = stderr
	return c, stderr
}

// names returns what is in a directory.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTwoWriters: of two runs with one name both end well, and what the name has is
// whole: of the one or of the other. So it is of the parts of a model, all of which
// are of one run.
func TestTwoWriters(t *testing.T) {
	dir := runnable().write(t)
	types := []string{"q8_0", "f16"}
	for _, split := range []string{"", "14kB"} {
		args := func(out, typ string) []string {
			args := []string{"-in", dir, "-out", out, "-type", typ}
			if split != "" { // so that both runs write as many parts
				args = append(args, "-split", map[string]string{"q8_0": split, "f16": "24kB"}[typ])
			}
			return args
		}
		var want []string // all files of each type, one after another
		var parts []string
		for _, typ := range types {
			alone := t.TempDir()
			if code, _, stderr := quantizeTool(args(filepath.Join(alone, "out.gguf"), typ)...); code != 0 {
				t.Fatal(stderr)
			}
			if parts != nil && !slices.Equal(parts, names(t, alone)) {
				t.Fatalf("got %q and %q, want as many parts", parts, names(t, alone))
			}
			parts = names(t, alone)
			want = append(want, all(t, alone))
		}
		both := t.TempDir()
		for range 20 {
			var runs sync.WaitGroup
			for _, typ := range types {
				runs.Go(func() {
					if code, _, stderr := quantizeTool(args(filepath.Join(both, "out.gguf"), typ)...); code != 0 {
						t.Errorf("%s: exit status %d: %s", typ, code, stderr)
					}
				})
			}
			runs.Wait()
			if got := names(t, both); !slices.Equal(got, parts) {
				t.Fatalf("got the files %q, want %q", got, parts)
			}
			if !slices.Contains(want, all(t, both)) {
				t.Fatalf("-split %q: the files are neither those of the one run nor those of the other", split)
			}
		}
	}
}

// all returns the contents of all files in a directory.
func all(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range names(t, dir) {
		b.Write(read(t, filepath.Join(dir, name)))
	}
	return b.String()
}

// TestPartialIsNobodys: a file, or a link, at a name that ends in .partial is left as
// it is, and so is what it leads to.
func TestPartialIsNobodys(t *testing.T) {
	source := runnable().write(t)
	for _, kind := range []string{"file", "link", "hard link", "link to nothing", "directory"} {
		dir := t.TempDir()
		out, victim, partial := filepath.Join(dir, "out.gguf"), filepath.Join(dir, "victim"), filepath.Join(dir, "out.gguf.partial")
		err := os.WriteFile(victim, []byte("mine"), 0o666)
		if err == nil {
			switch kind {
			case "file":
				err = os.WriteFile(partial, []byte("mine"), 0o666)
			case "link":
				err = os.Symlink(victim, partial)
			case "hard link":
				err = os.Link(victim, partial)
			case "link to nothing":
				err = os.Symlink(filepath.Join(dir, "nothing"), partial)
			case "directory":
				err = os.Mkdir(partial, 0o777)
			}
		}
		if err != nil {
			t.Skip(err)
		}
		if code, _, stderr := quantizeTool("-in", source, "-out", out); code != 0 {
			t.Errorf("%s: exit status %d: %s", kind, code, stderr)
			continue
		}
		if got := read(t, victim); string(got) != "mine" {
			t.Errorf("%s: the file has %d bytes now", kind, len(got))
		}
		if got, want := names(t, dir), []string{"out.gguf", "out.gguf.partial", "victim"}; !slices.Equal(got, want) {
			t.Errorf("%s: got the files %q, want %q", kind, got, want)
		}
		if readGGUF(t, out).tensors == nil {
			t.Errorf("%s: no model is written", kind)
		}
	}
}

// TestPartialIsExclusive: what is being written goes into a file that was not there.
func TestPartialIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.gguf")
	seen := map[string]bool{}
	for range 50 {
		f, err := createPartial(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := f.Stat(); err != nil || info.Size() != 0 || seen[f.Name()] {
			t.Errorf("%s is not new, error %v", f.Name(), err)
		}
		seen[f.Name()] = true
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := createPartial(filepath.Join(path, "none", "out.gguf")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is no directory", err)
	}
}

// TestInputIsNeverWritten: a checkpoint may have the name that a run once used for
// what it writes, and no file that is read is replaced.
func TestInputIsNeverWritten(t *testing.T) {
	dir := t.TempDir()
	partial, out := filepath.Join(dir, "x.gguf.partial"), filepath.Join(dir, "x.gguf")
	if code, _, stderr := quantizeTool("-in", runnable().write(t), "-out", out); code != 0 {
		t.Fatal(stderr)
	}
	if err := os.Rename(out, partial); err != nil {
		t.Fatal(err)
	}
	before := read(t, partial)
	if code, _, stderr := quantizeTool("-in", partial, "-out", out); code != 0 {
		t.Errorf("exit status %d: %s", code, stderr)
	}
	if got := read(t, partial); !bytes.Equal(got, before) {
		t.Errorf("the checkpoint has %d bytes now, want its %d", len(got), len(before))
	}
	// The weights are named, and what is beside them is read too.
	source := runnable().write(t)
	text := filepath.Join(dir, "text.txt")
	if err := os.WriteFile(text, []byte("ab a b"), 0o666); err != nil {
		t.Fatal(err)
	}
	weights := filepath.Join(source, "model.safetensors")
	if code, _, stderr := quantizeTool("-in", weights, "-out", out); code != 0 {
		t.Fatal(stderr)
	}
	for _, page := range []string{filepath.Join(source, "config.json"), filepath.Join(source, "vocab.json"), filepath.Join(source, "merges.txt"), weights, out, text} {
		before := read(t, page)
		code, _, stderr := quantizeTool("verify", weights, out, "-text", text, "-report", page)
		if code != 1 || !strings.Contains(stderr, page+" is one of the files that are read: give -report another name") {
			t.Errorf("%s: exit status %d, error %q", page, code, stderr)
		}
		if !bytes.Equal(read(t, page), before) {
			t.Errorf("%s has changed", page)
		}
	}
	if code, _, stderr := quantizeTool("-in", out, "-out", out); code != 1 || !strings.Contains(stderr, "give -out another name") {
		t.Errorf("a file onto itself: exit status %d, error %q", code, stderr)
	}
}

// TestMode: a file that is replaced leaves its mode, and a new one has that which the
// system gives.
func TestMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	source, dir := runnable().write(t), t.TempDir()
	out, page, plain := filepath.Join(dir, "out.gguf"), filepath.Join(dir, "page.html"), filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	mode := func(path string) os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	write := func() {
		t.Helper()
		if code, _, stderr := quantizeTool("-in", source, "-out", out); code != 0 {
			t.Fatal(stderr)
		}
		if code, _, stderr := quantizeTool("verify", source, out, "-report", page); code != 0 {
			t.Fatal(stderr)
		}
	}
	write()
	if mode(out) != mode(plain) || mode(page) != mode(plain) {
		t.Errorf("got modes %v and %v, want %v", mode(out), mode(page), mode(plain))
	}
	for _, want := range []os.FileMode{0o600, 0o444, 0o660} {
		for _, path := range []string{out, page} {
			if err := os.Chmod(path, want); err != nil {
				t.Fatal(err)
			}
		}
		if write(); mode(out) != want || mode(page) != want {
			t.Errorf("got modes %v and %v, want %v", mode(out), mode(page), want)
		}
	}
}

// TestLinkIsReplaced: where the name is a link, the link is replaced and not what it
// leads to.
func TestLinkIsReplaced(t *testing.T) {
	dir := t.TempDir()
	out, victim := filepath.Join(dir, "out.gguf"), filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, out); err != nil {
		t.Skip(err)
	}
	if code, _, stderr := quantizeTool("-in", runnable().write(t), "-out", out); code != 0 {
		t.Fatal(stderr)
	}
	if string(read(t, victim)) != "mine" {
		t.Error("the file that the link leads to has changed")
	}
	if info, err := os.Lstat(out); err != nil || !info.Mode().IsRegular() {
		t.Errorf("got %v, error %v, want a file", info, err)
	}
}

// TestEarlierParts: what an earlier run has left and is easily taken for the model is
// named, and nothing else is.
func TestEarlierParts(t *testing.T) {
	source, dir := runnable().write(t), t.TempDir()
	out := filepath.Join(dir, "out.gguf")
	convert := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := quantizeTool(append([]string{"-in", source, "-out", out}, args...)...)
		if code != 0 {
			t.Fatal(stderr)
		}
		return stdout
	}
	if got := convert("-split", "12kB"); strings.Contains(got, "note: ") {
		t.Errorf("a first run: %s", got)
	}
	many := names(t, dir)
	for _, name := range []string{"out-00001-of-00002.gguf.bak", "my-out-00001-of-00002.gguf", "out-1-of-2.gguf", "other.gguf", "out.gguf.partial"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := convert("-split", "12kB"); strings.Contains(got, "note: ") {
		t.Errorf("the same run again: %s", got)
	}
	got := convert()
	for _, name := range many {
		if !strings.Contains(got, filepath.Join(dir, name)) {
			t.Errorf("%s is not named in:\n%s", name, got)
		}
	}
	if want := "note: of an earlier run, and no part of this model: " + filepath.Join(dir, many[0]); !strings.Contains(got, want) || strings.Count(got, "note: ") != 1 || strings.Contains(got, "my-out") || strings.Contains(got, ".bak") {
		t.Errorf("want one note, %q, in:\n%s", want, got)
	}
	for _, name := range many {
		os.Remove(filepath.Join(dir, name))
	}
	unfinished := out + ".0a1b2c3d.partial"
	if err := os.WriteFile(unfinished, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	got = convert("-split", "12kB")
	for _, want := range []string{"no part of this model: " + out + ":", "of another run, which goes on or was killed: " + unfinished + ":"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in:\n%s", want, got)
		}
	}
	// The whole that the parts are made from is no leftover.
	whole := filepath.Join(t.TempDir(), "out.gguf")
	os.Rename(out, whole)
	source, out = whole, whole
	if got := convert("-split", "12kB"); strings.Contains(got, "no part of this model") {
		t.Errorf("the input is taken for a leftover:\n%s", got)
	}
}

// full is where nothing can be written.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestLostReport: a report that cannot be printed is a failure, of every command.
func TestLostReport(t *testing.T) {
	source, dir := runnable().write(t), t.TempDir()
	out := filepath.Join(dir, "out.gguf")
	for _, args := range [][]string{
		{"-in", source, "-out", out}, {"verify", source, out}, {"verify", source, out, "-json"}, {"inspect", out}, {"inspect", out, "-json"}, {"-h"},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), args, full{}, &stderr); code != 1 || !strings.Contains(stderr.String(), "no space left") || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%q: exit status %d, error %q, want 1, one line", args, code, &stderr)
		}
	}
	if readGGUF(t, out).tensors == nil {
		t.Error("the file is not written") // its report alone is lost
	}
	// A page that cannot be written is one too, and the figures are printed all the same.
	code, stdout, stderr := quantizeTool("verify", source, out, "-report", filepath.Join(dir, "none", "page.html"))
	if code != 1 || !strings.Contains(stderr, "want a directory that is there") || !strings.Contains(stdout, "the file is what converting") {
		t.Errorf("exit status %d, error %q, output:\n%s", code, stderr, stdout)
	}
}

// TestSignals ends a run while it writes: it leaves nothing behind, and what was there
// before as it was.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send another one Ctrl-C")
	}
	const width, layers = 768, 24 // 0.7 GB of zeros, which take no room on the disk
	x := newFixture()
	x.config["n_embd"], x.config["n_layer"], x.config["n_head"], x.config["n_positions"] = width, layers, 12, 1024
	delete(x.config, "n_inner")
	header, end := map[string]any{}, int64(0)
	layout(layers, width, 7, false, func(name string, shape ...int) {
		size := int64(4)
		for _, n := range shape {
			size *= int64(n)
		}
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int64{end, end + size}}
		end += size
	})
	text := mustJSON(t, header)
	x.files["model.safetensors"] = string(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...))
	source, dir := x.write(t), t.TempDir()
	if err := os.Truncate(filepath.Join(source, "model.safetensors"), int64(8+len(text))+end); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.gguf")
	if err := os.WriteFile(out, []byte("before"), 0o666); err != nil {
		t.Fatal(err)
	}
	start := func() (*exec.Cmd, *bytes.Buffer) { // until it writes
		t.Helper()
		c, stderr := process(t, "-in", source, "-out", out)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for began := time.Now(); len(names(t, dir)) < 2; time.Sleep(time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatal("nothing is being written")
			}
		}
		return c, stderr
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		c, stderr := start()
		if err := c.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		c.Wait()
		if code := c.ProcessState.ExitCode(); code != 1 || stderr.String() != "quantize: interrupted, nothing is written\n" {
			t.Errorf("%v: exit status %d, error %q", signal, code, stderr)
		}
		expectOnly(t, out, "before")
	}
	// One that is killed leaves its file, which the next run names and does not take.
	c, _ := start()
	c.Process.Kill()
	c.Wait()
	if got := read(t, out); string(got) != "before" {
		t.Errorf("killed: got a file of %d bytes, want it as it was", len(got))
	}
	left := filepath.Join(dir, names(t, dir)[1])
	code, stdout, stderr := quantizeTool("-in", runnable().write(t), "-out", out)
	if code != 0 || !strings.Contains(stdout, "was killed: "+left) {
		t.Errorf("exit status %d, want a note of %s: %s%s", code, left, stdout, stderr)
	}
	if _, err := os.Stat(left); err != nil {
		t.Error(err)
	}
}

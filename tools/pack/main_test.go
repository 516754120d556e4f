package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func files(content string) fstest.MapFS {
	return fstest.MapFS{"index.html": {Data: []byte("<p>")}, "models/a.gguf": {Data: []byte(content)}}
}

func TestListNamesEveryFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, files("GGUF")); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run([]string{"-list", dir}, &out); err != nil {
		t.Fatal(err)
	}
	var got site
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := file{4, "b83633aa785344791618f2fddf131b010ea04912a60430760b070bad293f65bd"} // printf GGUF | sha256sum
	if got.Files["models/a.gguf"] != want || len(got.Files) != 2 {
		t.Errorf("got %+v, want two files, one of them %+v", got, want)
	}
}

func TestVersionIsThatOfTheContent(t *testing.T) {
	version := func(dir fstest.MapFS) string {
		s, err := listOf(dir)
		if err != nil {
			t.Fatal(err)
		}
		return s.Version
	}
	first := version(files("GGUF"))
	if len(first) != 16 || version(files("GGUF")) != first {
		t.Errorf("version %q, and %q the second time", first, version(files("GGUF")))
	}
	if version(files("GGUX")) == first {
		t.Error("another byte has the same version")
	}
	renamed := files("GGUF")
	renamed["models/b.gguf"] = renamed["models/a.gguf"]
	delete(renamed, "models/a.gguf")
	if version(renamed) == first {
		t.Error("another name has the same version")
	}
}

func TestZipHasTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "classroom")
	content := files("GGUF")
	content["serve-linux"] = &fstest.MapFile{Data: []byte("program")}
	if err := os.CopyFS(dir, content); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "classroom.zip")
	if err := run([]string{"-zip", name, dir}, io.Discard); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	modes := map[string]string{}
	for _, f := range archive.File {
		modes[f.Name] = f.Mode().String()
	}
	want := map[string]string{"classroom/index.html": "-rw-r--r--", "classroom/models/a.gguf": "-rw-r--r--", "classroom/serve-linux": "-rwxr-xr-x"}
	for name, mode := range want {
		if modes[name] != mode {
			t.Errorf("%s has the mode %q, want %s", name, modes[name], mode)
		}
	}
	if len(modes) != len(want) {
		t.Errorf("got %v", modes)
	}
}

// What the three lines for a classroom name is what make classroom makes.
func TestClassroomText(t *testing.T) {
	text, err := os.ReadFile("classroom.txt")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines != 3 {
		t.Errorf("classroom.txt has %d lines, want 3", lines)
	}
	for _, name := range []string{"serve-linux", "serve-macos", "serve-windows.exe", "site"} {
		if !strings.Contains(string(text), name) || !strings.Contains(string(makefile), "$(CLASS)/"+name) {
			t.Errorf("%s is named in only one of classroom.txt and Makefile, or in none", name)
		}
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{{}, {"-list"}, {"folder"}, {"-list", "-zip", "a.zip", "folder"}, {"-list", filepath.Join(t.TempDir(), "none")}} {
		if run(args, io.Discard) == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

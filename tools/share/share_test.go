package main

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// program builds a module with sections of the bodies that a test wants.
func program(sections ...section) []byte {
	out := []byte("\x00asm\x01\x00\x00\x00")
	for _, s := range sections {
		out = appendSection(out, s)
	}
	return out
}

// goProgram has what share looks at: one import, a memory of 3 pages, an export, a
// data segment, and a name for function 1.
func goProgram() []section {
	return []section{
		{importSection, append(appendName(appendName([]byte{1}, "gojs"), "f"), functionKind, 0)},
		{memorySection, []byte{1, 0, 3}},
		{globalSection, []byte{0}},
		{exportSection, append(appendName([]byte{1}, "mem"), memoryKind, 0)},
		{dataSection, append([]byte{1, 0, i32Const, 0x80, 0x20, end, 2}, "hi"...)},
		{customSection, append(appendName(nil, "name"), append([]byte{1, 10, 1, 1}, appendName(nil, "a_b.run")...)...)},
	}
}

func TestShare(t *testing.T) {
	sections := goProgram()
	out, err := share(program(sections...), []string{"a_b.run"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := split(out)
	if err != nil {
		t.Fatal(err)
	}
	memory := append(appendName(appendName([]byte{2}, "vitrine"), "memory"), memoryKind, sharedLimits, 3)
	memory = binary.AppendUvarint(memory, mostPages)
	want := []section{
		{importSection, append(memory, sections[0].body[1:]...)},
		sections[2],
		{exportSection, append(append(append([]byte{3}, sections[3].body[1:]...), append(appendName(nil, "run"), functionKind, 1)...), append(appendName(nil, "sp"), globalKind, spGlobal)...)},
		{customSection, append(appendName(nil, "memory"), "\x03\x00\x00\x00\x00\x10\x00\x00\x02\x00\x00\x00hi"...)},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d sections, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].id != want[i].id || !bytes.Equal(got[i].body, want[i].body) {
			t.Errorf("section %d: got %d %q, want %d %q", i, got[i].id, got[i].body, want[i].id, want[i].body)
		}
	}
}

func TestShareRefuses(t *testing.T) {
	sections := goProgram()
	whole := program(sections...)
	if _, err := share(whole, []string{"a_b.other"}); err == nil {
		t.Error("a function that is not there is no error")
	}
	if _, err := share(program(sections[:4]...), nil); err == nil {
		t.Error("a module without data is no error")
	}
	for n := range whole {
		if out, err := share(whole[:n], []string{"a_b.run"}); err == nil {
			t.Errorf("the first %d of %d bytes are no error, but %d bytes", n, len(whole), len(out))
		}
	}
}

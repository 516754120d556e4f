// Share rewrites a Go program compiled to WebAssembly so that several instances of
// it can run on one shared memory: one runs the program, the others only functions
// of it that need no Go runtime.
//
//	share -in program.wasm -out shared.wasm -export 'vitrine_core_kernel.q8One ...'
//
// The memory, which Go's linker defines, becomes an import, "vitrine" "memory", of
// type shared. The named functions are exported under the last part of their names,
// and Go's stack pointer as "sp". What a new instance would write into the memory
// goes to a custom section, "memory", which the first instance's loader copies
// there: the pages that the program begins with (uint32, little-endian), then for
// each segment its address and length (uint32) and its bytes. The names of
// functions, which in must have and Go writes with _ for /, are left out of out.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	in := flag.String("in", "", "program with the names of its functions, as `FILE`")
	out := flag.String("out", "", "`FILE` to write")
	functions := flag.String("export", "", "`NAMES` of the functions to export, with their packages")
	flag.Parse()
	if err := run(*in, *out, strings.Fields(*functions)); err != nil {
		fmt.Fprintln(os.Stderr, "share:", err)
		os.Exit(1)
	}
}

func run(in, out string, functions []string) error {
	if in == "" || out == "" {
		return errors.New("want -in FILE and -out FILE")
	}
	program, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	shared, err := share(program, functions)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	return os.WriteFile(out, shared, 0o644)
}

//go:build js && wasm

package main

import (
	"unsafe"

	"vitrine/core/kernel"
)

// teamRun is implemented by web/worker/team.js: it calls the function with that
// number in kernel.Functions once for each frame, here and in other workers on the
// same memory, grain consecutive frames in the same.
//
//go:wasmimport vitrine run
func teamRun(function int32, frames unsafe.Pointer, frameBytes, count, grain int32) (ok int32)

// A teamError says that another worker did not finish what it had begun.
type teamError struct{}

func (teamError) Error() string {
	return "a worker of the engine stopped answering: load the model again, or choose fewer threads"
}

// newTeam returns a team of so many workers, this one included, or nil for one.
func newTeam(workers int) *kernel.Team {
	broken := false
	return kernel.NewTeam(workers, func(function int, frames unsafe.Pointer, frameBytes, count, grain int) {
		broken = broken || teamRun(int32(function), frames, int32(frameBytes), int32(count), int32(grain)) == 0
		if broken { // that worker may still write to the memory
			panic(teamError{})
		}
	})
}

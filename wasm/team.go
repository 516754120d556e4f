//go:build js && wasm

package main

import (
	"fmt"
	"unsafe"

	"vitrine/core/model"
)

// The imports are implemented by web/engine/team.js, over memory that the workers
// of a team share. Vectors are passed as their address and length.

//go:wasmimport vitrine multiply
func teamMultiply(matrix int32, x unsafe.Pointer, n int32)

//go:wasmimport vitrine gather
func teamGather(dst unsafe.Pointer, n, rows, from, to int32) (ok int32)

//go:wasmimport vitrine row
func teamRow(dst unsafe.Pointer, n, matrix, row int32) (ok int32)

// teamNext blocks until there is a job and writes its kind, its matrix, and the
// length of x or the number of the row.
//
//go:wasmimport vitrine next
func teamNext(job unsafe.Pointer)

//go:wasmimport vitrine input
func teamInput(x unsafe.Pointer, n int32)

//go:wasmimport vitrine output
func teamOutput(product unsafe.Pointer, n, rows, from, to int32)

// The kinds of jobs, as in web/engine/team.js.
const (
	jobMultiply = 1
	jobRow      = 2
)

// A teamError says that a member did not answer.
type teamError struct{}

func (teamError) Error() string {
	return "a worker of the engine stopped answering: reload the page, or choose fewer threads"
}

// team is the leader's model.Team.
type team struct{ broken bool }

func (t *team) Multiply(matrix int, x []float32) {
	if t.broken {
		panic(teamError{})
	}
	teamMultiply(int32(matrix), pointer(x), int32(len(x)))
}

func (t *team) Gather(dst []float32, rows, from, to int) {
	t.check(teamGather(pointer(dst), int32(len(dst)), int32(rows), int32(from), int32(to)))
}

func (t *team) Row(dst []float32, matrix, row int) {
	if t.broken {
		panic(teamError{})
	}
	t.check(teamRow(pointer(dst), int32(len(dst)), int32(matrix), int32(row)))
}

func (t *team) check(ok int32) {
	if ok == 0 {
		t.broken = true
		panic(teamError{})
	}
}

func pointer(x []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }

// serve answers the leader's jobs and never returns: it blocks the worker, which
// has nothing else to do.
func serve(m *model.Member) {
	var job struct{ kind, matrix, n int32 }
	var x []float32
	for {
		teamNext(unsafe.Pointer(&job))
		matrix, n := int(job.matrix), int(job.n)
		switch job.kind {
		case jobMultiply:
			if cap(x) < n {
				x = make([]float32, n)
			}
			x = x[:n]
			teamInput(pointer(x), job.n)
			product, from, to := m.Multiply(matrix, x)
			rows, _ := m.Shape(matrix)
			teamOutput(pointer(product), int32(len(product)), int32(rows), int32(from), int32(to))
		case jobRow:
			row := m.Row(matrix, n)
			teamOutput(pointer(row), int32(len(row)), int32(len(row)), 0, int32(len(row)))
		default:
			panic(fmt.Sprintf("team: job of kind %d", job.kind))
		}
	}
}

// exchange returns how many float32 a team must share for x, and for a product.
func exchange(c model.Config) int {
	return max(model.MaxRows*max(3*c.Embedding, c.FeedForward), c.Vocabulary)
}

package kernel

import (
	"iter"
	"slices"
	"unsafe"
)

// A Team lets other threads of the machine run kernels on the same memory. Work is
// cut into frames, the arguments of one call each, which whoever is free takes: how
// the work is shared changes no bit of a result. A nil Team works alone.
//
// Only functions in assembly can be shared, since the others of a team run no Go:
// builds without them always work alone.
type Team struct {
	threads  int
	least    int // work that is worth a team, in multiplications
	run      func(function int, frames unsafe.Pointer, frameBytes, count, grain int)
	function int // of the frames
	frames   []frame
	ends     []int // scratch of pieces
}

// A frame is one call as assembly for wasm finds it: the place of the return
// address, then the arguments.
type frame [12]uint64

// mostFrames is how many calls are handed to run at a time.
const mostFrames = 4096

// NewTeam returns a team of so many threads, the caller's own included, or nil
// where there is nothing to share. run must call the function with that place in
// Functions once for each of count frames, in any order and on any thread but grain
// consecutive ones on the same, with the stack pointer at the frame, and return when
// all calls have.
func NewTeam(threads int, run func(function int, frames unsafe.Pointer, frameBytes, count, grain int)) *Team {
	if threads < 2 || len(functions) == 0 {
		return nil
	}
	return &Team{threads: threads, least: leastWork, run: run, frames: make([]frame, 0, mostFrames)}
}

// byGroup is the grain of a function whose calls each write 8 consecutive results of
// a token: two threads at work on one cache line, or on the two that a processor
// fetches together, hold each other up.
const byGroup = 128 / (4 * GroupRows)

// Functions returns the names of the functions that a Team shares, in this package.
func Functions() []string { return functions[:] }

// pieces cuts n units of work, from <= i < to, into pieces of at least least units
// but one. Each is a part of what is left, 1/parts of a thread's share: so the first are few
// and the last, for which all but one wait, are small. Few parts leave long ways through
// memory, many leave little to wait for. The caller's thread takes pieces from the front and
// the others take them from the back: the small ones lie where these meet.
func (t *Team) pieces(n, least, parts int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		front, back := 0, n
		t.ends = t.ends[:0] // of the pieces of the others, from the back
		for i := 0; front < back; i++ {
			size := min(back-front, max(least, (back-front)/(parts*t.threads)))
			if i%t.threads > 0 {
				t.ends = append(t.ends, back)
				back -= size
				continue
			}
			if !yield(front, front+size) {
				return
			}
			front += size
		}
		for _, end := range slices.Backward(t.ends) {
			if !yield(front, end) {
				return
			}
			front = end
		}
	}
}

// rows cuts n rows of so many values into pieces worth handing over.
func (t *Team) rows(n, values int) iter.Seq2[int, int] {
	return t.pieces(n, (2048+values-1)/values, 2)
}

// What a value costs in each kernel, in multiplications of a matrix product that take as
// long. (A matrix product is worth a team whatever its size: its weights come from memory.)
const (
	rowCost       = 8
	scaleCost     = 4
	softmaxCost   = 48
	layerNormCost = 16
	geluNewCost   = 32
	addCost       = 4
)

// leastWork is what one thread does in about 15 us, in multiplications: less than that is
// done sooner than a team meets.
const leastWork = 1 << 18

// worth returns t, or nil where so much work is too little for a team.
func (t *Team) worth(cost int) *Team {
	if t == nil || cost < t.least {
		return nil
	}
	return t
}

// add queues a call of the function.
func (t *Team) add(function int, args ...uint64) {
	if function != t.function || len(t.frames) == mostFrames {
		t.flush()
		t.function = function
	}
	t.frames = t.frames[:len(t.frames)+1]
	copy(t.frames[len(t.frames)-1][1:], args)
}

// flush does what is queued. Of a nil Team nothing ever is.
func (t *Team) flush() {
	if t != nil && len(t.frames) > 0 {
		t.run(t.function, unsafe.Pointer(unsafe.SliceData(t.frames)), int(unsafe.Sizeof(frame{})), len(t.frames), grains[t.function])
		t.frames = t.frames[:0]
	}
}

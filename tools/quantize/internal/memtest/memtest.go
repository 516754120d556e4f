// Package memtest measures memory for tests.
package memtest

import "runtime"

// Allocated returns the bytes that call allocates, also those that it gives back, and
// those of other goroutines meanwhile.
func Allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

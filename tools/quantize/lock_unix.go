//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"os"
	"syscall"
)

// lockDirectory waits until no other run has the directory locked, and locks it. Where
// the file system has no locks it does not.
func lockDirectory(path string) (unlock func()) {
	dir, err := os.Open(path)
	if err != nil {
		return func() {}
	}
	for syscall.Flock(int(dir.Fd()), syscall.LOCK_EX) == syscall.EINTR {
	}
	return func() { dir.Close() } // which unlocks it
}

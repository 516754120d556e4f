//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

// lockDirectory does nothing: the system has no lock for a directory.
func lockDirectory(string) (unlock func()) { return func() {} }

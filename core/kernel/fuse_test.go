//go:build !js

package kernel

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// A processor with a fused multiply-add rounds once where the kernels promise to
// round twice, and Go uses it wherever float32(a*b) does not forbid it. So the
// compiled code of this package must not hold one.
func TestNothingIsFused(t *testing.T) {
	fused := regexp.MustCompile(`(?m)^.*\s(FN?M(ADD|SUB)[SD]?|VFN?M(ADD|SUB)\w+)\s.*$`)
	for _, target := range []string{"GOARCH=arm64", "GOARCH=riscv64"} {
		build := exec.Command("go", "build", "-gcflags=-S", ".")
		build.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0", target)
		listing, err := build.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: go build: %v\n%s", target, err, listing)
		}
		if !regexp.MustCompile(`\sFMULS\s`).Match(listing) {
			t.Errorf("%s: the listing shows no multiplication: is it one of this package?", target)
		}
		for _, line := range fused.FindAll(listing, -1) {
			t.Errorf("%s: %s", target, line)
		}
	}
}

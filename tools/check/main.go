// Check asks the databases of known vulnerabilities about everything that is
// built or shipped: govulncheck about the Go code, npm audit about the packages
// of the page. Where a database cannot be reached it says so, and that is no
// failure: a machine without a network can still build. What is found, and what
// does not run for another reason, is one.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"

func main() {
	dir, err := filepath.Abs("build/check")
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
	tool := filepath.Join(dir, "govulncheck")
	checks := []check{
		{"the Go code of the tools and tests", goFound, [][]string{{"go", "install", govulncheck}, {tool, "./core/...", "./tools/...", "./e2e/..."}}, []string{"GOBIN=" + dir}},
		{"the Go code of the engine and the converter", goFound, [][]string{{tool, "./wasm", "./wasm/quantize"}}, []string{"GOOS=js", "GOARCH=wasm"}},
		{"the npm packages of the page", npmFound, [][]string{{"npm", "audit", "--omit=dev", "--json"}}, nil},
	}
	failed := false
	for _, c := range checks {
		failed = !c.report(os.Stdout) || failed
	}
	if failed {
		os.Exit(1)
	}
}

// check is something to ask about, with the commands that do, the last of which
// answers.
type check struct {
	what     string
	found    func(code int, out string) bool
	commands [][]string
	env      []string
}

// report writes what came out, and whether that is no failure.
func (c check) report(w io.Writer) bool {
	for _, args := range c.commands {
		command := exec.Command(args[0], args[1:]...)
		command.Env = append(os.Environ(), c.env...)
		out, err := command.CombinedOutput()
		code := 0
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			code = exit.ExitCode()
		} else if err != nil {
			code, out = -1, []byte(err.Error())
		}
		verdict := judge(code, string(out), c.found)
		if verdict == clean {
			continue
		}
		fmt.Fprintf(w, "%s: %s\n", c.what, verdict)
		if verdict != unreachable {
			fmt.Fprintf(w, "%s\n", out)
			return false
		}
		fmt.Fprintf(w, "  %s\n", firstMatch(string(out)))
		return true
	}
	fmt.Fprintf(w, "%s: %s\n", c.what, clean)
	return true
}

type verdict string

const (
	clean       verdict = "no known vulnerability"
	found       verdict = "KNOWN VULNERABILITIES"
	unreachable verdict = "NOT CHECKED, the database cannot be reached from here"
	broken      verdict = "NOT CHECKED, the checker did not run"
)

// judge says what a command's answer means.
func judge(code int, out string, isFound func(int, string) bool) verdict {
	switch {
	case code == 0:
		return clean
	case isFound(code, out):
		return found
	case away.MatchString(out):
		return unreachable
	}
	return broken
}

// goFound: exit code 3 of govulncheck. Source: its documentation, "Exit codes".
func goFound(code int, _ string) bool { return code == 3 }

// npmFound: a report, not an error in its place.
func npmFound(_ int, out string) bool { return strings.Contains(out, `"auditReportVersion"`) }

// away matches what Go and npm say when a host does not answer, or answers that
// it has no such service, as a mirror of the packages alone does.
var away = regexp.MustCompile(`(?m)^.*(no such host|dial tcp|i/o timeout|TLS handshake timeout|connection refused|network is unreachable|audit endpoint returned an error|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH).*$`)

func firstMatch(out string) string { return strings.TrimSpace(away.FindString(out)) }

package main

import (
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		code  int
		out   string
		found func(int, string) bool
		want  verdict
	}{
		"govulncheck finds none":           {0, "No vulnerabilities found.", goFound, clean},
		"govulncheck finds some":           {3, "Vulnerability #1: GO-2024-1 ... dial tcp", goFound, found},
		"govulncheck has no network":       {1, `govulncheck: fetching vulnerabilities: Get "https://vuln.go.dev/index/modules.json.gz": dial tcp: lookup vuln.go.dev: no such host`, goFound, unreachable},
		"govulncheck cannot load packages": {1, "govulncheck: loading packages: there are errors", goFound, broken},
		"npm finds some":                   {1, `{"auditReportVersion": 2, "vulnerabilities": {"x": {"title": "ECONNRESET"}}}`, npmFound, found},
		"npm has no network":               {1, "npm error code ENOTFOUND\nnpm error network", npmFound, unreachable},
		"npm asks a mirror":                {1, "npm warn audit 405 Method Not Allowed\nnpm error audit endpoint returned an error", npmFound, unreachable},
		"npm has no lock file":             {1, "npm error code ENOLOCK", npmFound, broken},
		"there is no npm":                  {-1, `exec: "npm": executable file not found in $PATH`, npmFound, broken},
	} {
		if got := judge(c.code, c.out, c.found); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestReportSaysInWordsAndFailsOnlyForReasons(t *testing.T) {
	shell := func(script string) check {
		return check{"x", goFound, [][]string{{"sh", "-c", "true"}, {"sh", "-c", script}}, nil}
	}
	for script, want := range map[string]struct {
		ok   bool
		says string
	}{
		"true":                                 {true, "x: no known vulnerability"},
		"echo details; exit 3":                 {false, "details"},
		"echo first; echo dial tcp: x; exit 1": {true, "cannot be reached from here\n  dial tcp: x\n"},
		"echo reason; exit 2":                  {false, "reason"},
	} {
		var out strings.Builder
		if ok := shell(script).report(&out); ok != want.ok || !strings.Contains(out.String(), want.says) {
			t.Errorf("%s: %v, %q; want %v, %q", script, ok, out.String(), want.ok, want.says)
		}
	}
}

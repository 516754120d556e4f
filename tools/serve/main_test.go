package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// start runs the server until ctx ends. It returns its address, and what run returns.
func start(t *testing.T, ctx context.Context, dir string) (string, <-chan error) {
	t.Helper()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-dir", dir, "-addr", "localhost:0"}, writer) }()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line[strings.Index(line, "http://"):]), ended
}

func TestRunServesAndStops(t *testing.T) {
	dir, _ := site(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	base, ended := start(t, ctx, dir)
	if strings.HasSuffix(base, ":0/") {
		t.Fatalf("printed %q, want the port in use", base)
	}
	response, err := http.Get(base)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 || response.Header.Get("Cross-Origin-Opener-Policy") != "same-origin" {
		t.Errorf("status %d, headers %v", response.StatusCode, response.Header)
	}

	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stopped with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still running 10 s after the end of its context")
	}
}

func TestStatus(t *testing.T) {
	dir, _ := site(t, true)
	taken, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no folder":    {[]string{"-dir", dir + "/missing"}, 1, "-dir"},
		"a bad port":   {[]string{"-dir", dir, "-addr", "localhost:99999"}, 1, "-addr"},
		"a taken port": {[]string{"-dir", dir, "-addr", taken.Addr().String()}, 1, "another program listens on"},
		"unknown flag": {[]string{"-nonsense"}, 2, "-nonsense"},
		"an argument":  {[]string{dir}, 2, "-dir"},
	} {
		var out bytes.Buffer
		code := status(run(t.Context(), test.args, io.Discard), &out)
		if code != test.code || strings.Count(out.String(), test.says) != 1 {
			t.Errorf("%s: exit %d, %q, want %d and %q once", name, code, out.String(), test.code, test.says)
		}
	}
	var out bytes.Buffer
	if code := status(run(t.Context(), []string{"-h"}, &out), io.Discard); code != 0 || !strings.Contains(out.String(), "-cors") {
		t.Errorf("-h: exit %d, %q", code, out.String())
	}
}

// TestEndsAtOnce: a signal ends the server though a client has not got its answer.
func TestEndsAtOnce(t *testing.T) {
	dir, _ := site(t, true)
	if err := os.WriteFile(filepath.Join(dir, "large.gguf"), make([]byte, 64<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	base, ended := start(t, ctx, dir)
	response, err := http.Get(base + "large.gguf") // not read
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("stopped with %v", err)
		}
	case <-time.After(2 * time.Second):
		t.Fatal("still running 2 s after the signal")
	}
}

func TestURL(t *testing.T) {
	for asked, want := range map[string]string{
		"localhost:0":    "http://localhost:1234/",
		":8080":          "http://localhost:1234/",
		"0.0.0.0:8080":   "http://localhost:1234/",
		"[::]:8080":      "http://localhost:1234/",
		"[::1]:8080":     "http://[::1]:1234/",
		"127.0.0.1:8080": "http://127.0.0.1:1234/",
	} {
		if got := url(asked, &net.TCPAddr{IP: net.IPv4zero, Port: 1234}); got != want {
			t.Errorf("%s: %s, want %s", asked, got, want)
		}
	}
}

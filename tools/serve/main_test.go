package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestRunServesAndStops(t *testing.T) {
	dir, _ := site(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-dir", dir, "-addr", "localhost:0"}, writer) }()

	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSpace(line[strings.Index(line, "http://"):])
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
	case <-time.After(10 * time.Second): // twice the grace period
		t.Fatal("still running 10 s after the end of its context")
	}
}

func TestRunRefuses(t *testing.T) {
	dir, _ := site(t, true)
	for name, args := range map[string][]string{
		"no folder":    {"-dir", dir + "/missing"},
		"a bad port":   {"-dir", dir, "-addr", "localhost:99999"},
		"unknown flag": {"-nonsense"},
	} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
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

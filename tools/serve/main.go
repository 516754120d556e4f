// Command serve is a static web server for the built page: right content types,
// compression, ranges, validators, and the headers that make a page
// cross-origin isolated, so that its workers may share memory.
//
//	go run ./tools/serve -dir dist -addr localhost:8080
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends; requests under way then have 5 seconds to finish.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	dir := flags.String("dir", "dist", "folder to serve")
	addr := flags.String("addr", "localhost:8080", "host:port to listen on; port 0 picks a free one")
	isolate := flags.Bool("isolate", true, "send the headers that make pages cross-origin isolated")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	root, err := os.OpenRoot(*dir)
	if err != nil {
		return err
	}
	defer root.Close()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Serving %s at %s\n", *dir, url(*addr, listener.Addr()))

	server := &http.Server{Handler: newHandler(root, *isolate), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(grace)
}

// url keeps the host name that was asked for, since browsers trust "localhost"
// with what they otherwise give only to https, and takes the port in use.
func url(asked string, actual net.Addr) string {
	host, _, _ := net.SplitHostPort(asked) // net.Listen has accepted it
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(actual.String())
	return "http://" + net.JoinHostPort(host, port) + "/"
}

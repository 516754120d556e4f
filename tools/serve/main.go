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
	context.AfterFunc(ctx, stop) // a second signal ends the program, whatever it does
	os.Exit(status(run(ctx, os.Args[1:], os.Stdout), os.Stderr))
}

// usageError is a mistake in the command line.
type usageError struct{ error }

// status says what went wrong and returns the exit status: 0 nothing, 1 a
// failure, 2 wrong usage.
func status(err error, out io.Writer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(out, "serve:", err)
	if errors.As(err, new(usageError)) {
		fmt.Fprintln(out, "serve -h lists the flags.")
		return 2
	}
	return 1
}

// run serves until ctx ends, then lets go of all requests.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	dir := flags.String("dir", "dist", "`folder` to serve")
	addr := flags.String("addr", "localhost:8080", "`host:port` to listen on; port 0 picks a free one")
	var o options
	flags.BoolVar(&o.isolate, "isolate", true, "send the headers that make pages cross-origin isolated")
	flags.BoolVar(&o.cors, "cors", false, "let pages of other origins load the files")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(out, "Serve serves a folder over HTTP.\n\n    serve [flags]\n\nFlags:")
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	} else if err != nil {
		return usageError{err}
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("got the argument %q, want flags only: the folder is given with -dir", flags.Arg(0))}
	}
	handler, err := newHandler(*dir, o)
	if err != nil {
		return fmt.Errorf("%w: name the folder with -dir, or build it with make build", err)
	}
	listener, err := net.Listen("tcp", *addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another program listens on %s: end it, or choose another port, such as -addr localhost:8081 (make run ADDR=localhost:8081)", *addr)
	}
	if err != nil {
		return fmt.Errorf("%w: choose another address with -addr", err)
	}
	fmt.Fprintf(out, "Serving %s at %s\n", *dir, url(*addr, listener.Addr()))

	server := &http.Server{Handler: handler, ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
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

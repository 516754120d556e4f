// Quantize converts a GPT-2 checkpoint to GGUF, proves what it wrote, and shows what
// is in a model file.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"vitrine/tools/quantize/checkpoint"
)

// Exit statuses.
const (
	done   = 0
	failed = 1
	misuse = 2
)

// usageError is wrong usage: what is wrong with the command line.
type usageError struct{ error }

func misused(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errSilent ends a command whose output has said already why it failed.
var errSilent = errors.New("failed")

// command is one of the tool's.
type command struct {
	name  string // empty: the tool itself
	usage string // before the flags
	after string // behind them

	// start registers the flags, and returns what runs the command when they are set.
	start func(f *flag.FlagSet) func(ctx context.Context, c console, args []string) error
}

// console is where a command writes.
type console struct{ stdout, stderr io.Writer }

var commands = []command{convertCommand, verifyCommand, inspectCommand}

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &printer{w: stdout}
	c, args := choose(args)
	f := flag.NewFlagSet("quantize", flag.ContinueOnError)
	f.SetOutput(io.Discard) // what is wrong is printed here
	start := c.start(f)
	args, err := parse(f, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, c.help(f))
		err = nil
	} else if err == nil {
		err = start(ctx, console{out, stderr}, args)
	}
	if err == nil && out.err != nil {
		err = fmt.Errorf("all is done, but the report cannot be printed: %w", out.err)
	}
	var usage usageError
	switch {
	case err == nil:
		return done
	case err == errSilent:
		return failed
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "quantize: %s\nRun %s -h for help.\n", message(err), strings.TrimSpace("quantize "+c.name))
		return misuse
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted, nothing is written")
	}
	fmt.Fprintf(stderr, "quantize: %s\n", message(err))
	return failed
}

// message writes an error, which may quote a file, for a terminal.
func message(err error) string { return checkpoint.Line(err.Error(), checkpoint.MaxMessage) }

// choose returns the command that the first argument names, and its arguments.
func choose(args []string) (command, []string) {
	if len(args) > 0 {
		if args[0] == "help" {
			if c, rest := choose(args[1:]); len(rest) == 0 {
				return c, []string{"-h"}
			}
		}
		for _, c := range commands[1:] {
			if args[0] == c.name {
				return c, args[1:]
			}
		}
	}
	return commands[0], args
}

// parse sets the flags, which may come before and after the other arguments.
func parse(f *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, err
		} else if err != nil {
			return nil, usageError{err}
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// help returns the text of -h.
func (c command) help(f *flag.FlagSet) string {
	var b strings.Builder
	b.WriteString(c.usage + "\nFlags:\n")
	f.SetOutput(&b)
	f.PrintDefaults()
	b.WriteString(c.after)
	return b.String()
}

// Package term is the terminal: streams, colour, tables. stdout carries the result, stderr the progress. Tests give
// buffers.
package term

import (
	"io"
	"os"

	xterm "golang.org/x/term"
)

// Term is where a command reads and writes.
type Term struct {
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	Getenv func(string) string

	Environ func() []string // every variable, as "NAME=value"; nil for none

	inTTY, outTTY, errTTY bool
	width                 int
}

// System is the process's own terminal.
func System() *Term {
	t := &Term{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Environ: os.Environ}
	t.inTTY = xterm.IsTerminal(int(os.Stdin.Fd()))
	t.outTTY = xterm.IsTerminal(int(os.Stdout.Fd()))
	t.errTTY = xterm.IsTerminal(int(os.Stderr.Fd()))
	if w, _, err := xterm.GetSize(int(os.Stderr.Fd())); err == nil {
		t.width = w
	}
	return t
}

// Piped is a terminal of buffers: nothing is a screen, nothing can be asked.
func Piped(in io.Reader, out, errw io.Writer, getenv func(string) string) *Term {
	return &Term{In: in, Out: out, Err: errw, Getenv: getenv}
}

// CanAsk reports whether a question would reach a person.
func (t *Term) CanAsk() bool { return t.inTTY && t.errTTY }

// Screen reports whether stderr is a terminal that can redraw.
func (t *Term) Screen() bool { return t.errTTY && t.Getenv("TERM") != "dumb" }

// Width of the screen in columns, 80 when unknown.
func (t *Term) Width() int {
	if t.width > 0 {
		return t.width
	}
	return 80
}

// Colour of a piece of text.
type Colour string

// The colours, by meaning. Colour is never the only sign.
const (
	Good    Colour = "\x1b[32m"
	Warning Colour = "\x1b[33m"
	Bad     Colour = "\x1b[31m"
	Strong  Colour = "\x1b[1m"
	Faint   Colour = "\x1b[2m"
)

// Paint colours s for stdout unless NO_COLOR is set or stdout is no terminal.
func (t *Term) Paint(c Colour, s string) string { return t.paint(c, s, t.outTTY) }

// PaintErr colours s for stderr.
func (t *Term) PaintErr(c Colour, s string) string { return t.paint(c, s, t.errTTY) }

func (t *Term) paint(c Colour, s string, tty bool) string {
	if !tty || t.Getenv("NO_COLOR") != "" || t.Getenv("TERM") == "dumb" {
		return s
	}
	return string(c) + s + "\x1b[0m"
}

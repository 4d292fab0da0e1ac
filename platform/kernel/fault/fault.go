// Package fault is the one error type that crosses a room's door: a code from a closed
// set, a message key for the person, a cure (what to do next) and a cause for the log.
// One table elsewhere turns a code into an HTTP status, another into an exit status.
package fault

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Code is one of the closed set below.
type Code string

// The closed set of codes. What each means to a program is decided in two tables only:
// platform/web (HTTP status) and cmd/egovctl/internal/root (exit status).
const (
	Invalid         Code = "invalid"         // what was asked cannot be understood or is not allowed by the rules
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	Forbidden       Code = "forbidden"       // signed in, but not theirs to do
	NotFound        Code = "not_found"       // no such thing, or none that this person may see
	Conflict        Code = "conflict"        // the thing changed meanwhile, or is in a state that refuses this
	TooLarge        Code = "too_large"       // body or file over its limit
	TooMany         Code = "too_many"        // slow down
	Unsupported     Code = "unsupported"     // wrong content type
	Finding         Code = "finding"         // the host or the instance has something to be mended first
	Partial         Code = "partial"         // stopped part-way; the next run resumes
	Busy            Code = "busy"            // another operation holds the lock
	Refused         Code = "refused"         // kit refused
	Decide          Code = "decide"          // decisions are needed
	NotInstalled    Code = "not_installed"   // there is no instance here
	Interrupted     Code = "interrupted"     // a signal asked to stop; the current change was finished
	Unavailable     Code = "unavailable"     // something that is needed does not answer
	Internal        Code = "internal"        // a defect of ours
)

// Error is what a room returns to its caller. Key names a message in templates/text
// (its cure is Key + ".cure"); Args fill its {placeholders}.
type Error struct {
	Code  Code
	Key   string
	Args  map[string]string
	Field string // the form field, configuration key or body member that is meant, "" for none
	Cause error
}

// New makes an Error without a cause. args are name, value pairs.
func New(code Code, key string, args ...any) *Error {
	return &Error{Code: code, Key: key, Args: pairs(args)}
}

// Wrap makes an Error around cause. args are name, value pairs.
func Wrap(cause error, code Code, key string, args ...any) *Error {
	return &Error{Code: code, Key: key, Args: pairs(args), Cause: cause}
}

// At returns a copy of e that points at field.
func (e *Error) At(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// Error is for the log: code, key, arguments and cause, in a fixed order.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Code, e.Key)
	names := make([]string, 0, len(e.Args))
	for n := range e.Args {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(&b, " %s=%q", n, e.Args[n])
	}
	if e.Field != "" {
		fmt.Fprintf(&b, " field=%q", e.Field)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of the outermost Error in err's chain, Internal when there is
// none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is reports whether err carries code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

func pairs(args []any) map[string]string {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = fmt.Sprint(args[i+1])
	}
	return m
}

// From returns the outermost Error in err's chain, or err wrapped as an internal one.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, Internal, "internal")
}

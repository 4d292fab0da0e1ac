package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The exit statuses.
const (
	Done         = 0
	Failed       = 1
	Usage        = 2
	Finding      = 3
	Partial      = 4
	Busy         = 5
	Refused      = 6
	Undecided    = 7
	NotInstalled = 8
	Interrupted  = 130
)

// Limit is the longest that a command may take, on a slow and busy host.
const Limit = 3 * time.Minute

// Outcome is what a command left.
type Outcome struct {
	t      testing.TB
	Args   []string
	Exit   int
	Stdout string
	Stderr string
	Took   time.Duration
}

// Run runs egovctl with --root (and --lang) added, nothing on stdin and nothing of our environment.
func (p *Place) Run(args ...string) Outcome {
	p.T.Helper()
	return p.RunEnv(nil, args...)
}

// RunEnv is Run with these variables in the environment.
func (p *Place) RunEnv(env []string, args ...string) Outcome {
	p.T.Helper()
	line := p.line(args)
	return Exec(p.T, env, line[0], line[1:]...)
}

func (p *Place) line(args []string) []string {
	line := append(append(append([]string{}, p.Through...), p.Binary), args...)
	if !has(args, "--root") {
		line = append(line, "--root", p.Root)
	}
	if p.Lang != "" && !has(args, "--lang") {
		line = append(line, "--lang", p.Lang)
	}
	return line
}

func has(args []string, flag string) bool {
	for _, a := range args {
		if a == flag || strings.HasPrefix(a, flag+"=") {
			return true
		}
	}
	return false
}

// Exec runs any program under the limit. A program that leaves its streams open in a child that lives on is an error:
// whoever waits for the end of a pipe would wait for ever.
func Exec(t testing.TB, env []string, path string, args ...string) Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Limit)
	defer cancel()
	c := exec.CommandContext(ctx, path, args...)
	c.Env = bare(env)
	c.WaitDelay = 5 * time.Second
	var out, err bytes.Buffer
	c.Stdout, c.Stderr = &out, &err
	began := time.Now()
	failure := c.Run()
	o := Outcome{t: t, Args: args, Stdout: out.String(), Stderr: err.String(), Took: time.Since(began)}
	var status *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("%s %s: not ended after %s\n%s", path, strings.Join(args, " "), Limit, o.Stderr)
	case errors.As(failure, &status):
		o.Exit = status.ExitCode()
	case failure != nil:
		t.Fatalf("%s %s: %v", path, strings.Join(args, " "), failure)
	}
	return o
}

// output runs a program outside of any test and decodes the one document on its stdout.
func output(v any, env []string, path string, args ...string) error {
	c := exec.Command(path, args...)
	c.Env = bare(env)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err == nil {
		err = json.Unmarshal(out, v)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s%s", path, strings.Join(args, " "), err, out, stderr.String())
	}
	return nil
}

// bare is an environment with nothing of the tester's own in it.
func bare(env []string) []string {
	return append([]string{"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "LC_ALL=C.UTF-8"}, env...)
}

// Status fails the test unless the command ended with this exit status.
func (o Outcome) Status(want int) Outcome {
	o.t.Helper()
	if o.Exit != want {
		o.t.Fatalf("%s: exit %d, want %d\nstdout: %s\nstderr: %s", strings.Join(o.Args, " "), o.Exit, want, tail(o.Stdout), tail(o.Stderr))
	}
	return o
}

// JSON decodes the one document on stdout.
func (o Outcome) JSON(v any) Outcome {
	o.t.Helper()
	d := json.NewDecoder(strings.NewReader(o.Stdout))
	if err := d.Decode(v); err != nil {
		o.t.Fatalf("%s: stdout is not JSON: %v\n%s", strings.Join(o.Args, " "), err, tail(o.Stdout))
	}
	if d.More() {
		o.t.Fatalf("%s: more than one document on stdout\n%s", strings.Join(o.Args, " "), tail(o.Stdout))
	}
	return o
}

// Lines decodes stdout as JSON lines; anything that is not one fails the test.
func (o Outcome) Lines() []Event {
	o.t.Helper()
	var out []Event
	for line := range strings.Lines(o.Stdout) {
		e, err := parse(line)
		if err != nil {
			o.t.Fatalf("%s: not a line of JSON: %v\n%s", strings.Join(o.Args, " "), err, line)
		}
		out = append(out, e)
	}
	return out
}

// Result decodes the last line of stdout, which must be the result.
func (o Outcome) Result(v any) Outcome {
	o.t.Helper()
	lines := o.Lines()
	if len(lines) == 0 || lines[len(lines)-1].Event != "result" {
		o.t.Fatalf("%s: the last line is not the result\n%s", strings.Join(o.Args, " "), tail(o.Stdout))
	}
	if err := json.Unmarshal(lines[len(lines)-1].Raw, v); err != nil {
		o.t.Fatal(err)
	}
	return o
}

func tail(s string) string {
	const most = 4000
	if len(s) > most {
		return "... " + s[len(s)-most:]
	}
	return s
}

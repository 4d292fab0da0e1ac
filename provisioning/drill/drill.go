// Package drill holds what every drill has, wherever its room is: the line that tells what it has counted, and the numbers
// by which a run is repeated. Only tests enter it.
package drill

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// Tell says in one line what a drill has counted: to its log, and, as `go test` is silent about what passes, to the file that the
// environment variable DRILL_COUNTS names.
func Tell(t testing.TB, format string, values ...any) {
	t.Helper()
	line := fmt.Sprintf(format, values...)
	t.Log(line)
	path := os.Getenv("DRILL_COUNTS")
	if path == "" {
		return
	}
	verdict := "green"
	if t.Failed() {
		verdict = "RED"
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintf(file, "%-5s %s: %s\n", verdict, t.Name(), line)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Error(err)
	}
}

// Number is what the environment variable of this name says, and otherwise what is given.
func Number(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Seed is that of DRILL_SEED, which repeats a run, or a new one.
func Seed(t testing.TB) uint64 {
	t.Helper()
	return Number(t, "DRILL_SEED", uint64(time.Now().UnixNano())) //nolint:gosec // after 1970
}

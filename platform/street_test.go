package platform_test

import (
	"io"
	"os"
	"slices"
	"testing"

	"egovctl/platform/internal/inspect"
)

// The inspection that every service on the street passes. Each rule runs over
// platform.Open(...).Modules(), so a new service is inspected without a line here. They share one province: reading
// comes first, then what writes, then what breaks.
func TestTheStreet(t *testing.T) {
	w := inspect.Open(t)
	lines := accessTable(t)
	t.Run("everybody sees as far as the cast says", func(t *testing.T) { reach(t, w) })
	t.Run("every message is told in both languages", func(t *testing.T) { messages(t, w) })
	t.Run("the database itself shows nobody what is not theirs", func(t *testing.T) { wall(t, w) })
	t.Run("the OpenAPI document says what the access table says", func(t *testing.T) { document(t, w, lines) })
	t.Run("strangers are refused on every route and nothing is written", func(t *testing.T) { strangers(t, w, lines) })
	t.Run("everybody else is served", func(t *testing.T) { served(t, w, lines) })
	t.Run("pages keep their form and links lead somewhere", func(t *testing.T) { crawl(t, w, lines) })
	t.Run("every write leaves its line in the audit log", func(t *testing.T) { writes(t, w, lines) })
	t.Run("another site's page writes nothing through a person's browser", func(t *testing.T) { crossSite(t, w, lines) })
	t.Run("odd requests break nothing", func(t *testing.T) { fuzz(t, w, lines) })
	t.Run("the database still shows nobody what is not theirs", func(t *testing.T) { wall(t, w) })
	t.Run("the inspection sees what is planted", func(t *testing.T) { twins(t, w, lines) })
	t.Run("the audit log is sealed and verifies", func(t *testing.T) { sealed(t, w) })
	t.Run("the database lets nobody add or take away what is not theirs", func(t *testing.T) { rights(t, w) })
	t.Run("the read-only role writes nothing and reads of nobody", func(t *testing.T) { onlooker(t, w) })
}

func accessTable(t *testing.T) []inspect.Line {
	t.Helper()
	lines := expected(t, table, inspect.ReadTable)
	if len(lines) < 50 {
		t.Fatalf("only %d lines in the access table", len(lines))
	}
	return lines
}

// expected is what a table of testdata says; it is never derived from the code.
func expected[T any](t *testing.T, name string, read func(io.Reader) (T, error)) T {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	list, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// report fails the test with what was found, and with whatever the program logged as its own failure meanwhile.
func report(t *testing.T, w *inspect.World, found []string) {
	t.Helper()
	slices.Sort(found)
	found = slices.Compact(found)
	for i, f := range found {
		if i == 60 {
			t.Errorf("... and %d more", len(found)-i)
			break
		}
		t.Error(f)
	}
	for _, line := range w.Log.Errors() {
		t.Error("logged: " + line)
	}
}

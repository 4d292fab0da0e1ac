package serve

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMain is also the process whose log is put aside: what a process says goes over to another file, so the test itself
// must not be it.
func TestMain(m *testing.M) {
	path := os.Getenv("LOG_OF_A_TEST")
	if path == "" {
		os.Exit(m.Run())
	}
	b := logBound{path: path, limit: 10, keep: 2}
	for i := range 5 {
		fmt.Fprintf(os.Stderr, "line %d is longer than ten bytes\n", i)
		if err := b.turn(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	fmt.Fprintln(os.Stderr, "last")
	// another platform has put the file aside
	if err := os.Rename(path, path+".1"); err != nil {
		os.Exit(1)
	}
	if err := os.WriteFile(path, []byte("of another\n"), 0o600); err != nil {
		os.Exit(1)
	}
	if err := b.turn(); err != nil {
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "short")
}

func TestAFullLogIsPutAsideAndNothingIsLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "platform.log")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env, c.Stderr = append(os.Environ(), "LOG_OF_A_TEST="+path), f
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"": "of another\nshort\n", ".1": "last\n", ".2": "line 3 is longer than ten bytes\n"}
	for suffix, text := range want {
		if got, err := os.ReadFile(path + suffix); err != nil || string(got) != text {
			t.Errorf("platform.log%s is %q, want %q (%v)", suffix, got, text, err)
		}
	}
	if _, err := os.Stat(path + ".3"); err == nil {
		t.Error("more files than two are kept")
	}
}

func TestAFileThatIsNotTheLogIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "platform.log")
	if err := os.WriteFile(path, []byte("more than ten bytes are in it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if (logBound{path: path, limit: 10, keep: 2}).ours() {
		t.Error("it is taken for what this process writes")
	}
}

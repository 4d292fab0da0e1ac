package logs

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestFollowingGoesOnInTheNewFileWhenTheLogIsPutAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "platform.log")
	write := func(text string) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	write("one\n")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- follow(ctx, w, f) }()
	said := bufio.NewScanner(r)
	for i, want := range []string{"one", "two", "three"} {
		switch i {
		case 1:
			write("two\n")
		case 2:
			if err := os.Rename(path, path+".1"); err != nil {
				t.Fatal(err)
			}
			write("three\n")
		}
		if !said.Scan() || said.Text() != want {
			t.Fatalf("%q, want %q", said.Text(), want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Package logs reads the instance's logs.
package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

type options struct {
	of     string
	lines  int
	follow bool
}

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	o := options{}
	c := &cobra.Command{Use: "logs", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env, o) }}
	c.Flags().StringVar(&o.of, "of", "platform", env.T("cmd.logs.flag.of"))
	c.Flags().IntVarP(&o.lines, "lines", "n", 50, env.T("cmd.logs.flag.lines"))
	c.Flags().BoolVarP(&o.follow, "follow", "f", false, env.T("cmd.logs.flag.follow"))
	return c
}

func run(ctx context.Context, env *wire.Env, o options) error {
	if o.of != "platform" && o.of != "postgres" && o.of != "supervisor" {
		return fault.New(fault.Invalid, "logs.unknown", "of", o.of)
	}
	if _, err := env.Installed(); err != nil {
		return err
	}
	name := newest(env.Root(), o.of)
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.NotFound, "logs.absent", "file", name)
	}
	if err != nil {
		return fault.Wrap(err, fault.Forbidden, "cli.root_unreadable", "root", name)
	}
	defer func() { _ = f.Close() }()
	if err := tail(f, env.Out, o.lines); err != nil || !o.follow {
		return err
	}
	return follow(ctx, env.Out, f)
}

// follow copies what comes, and goes over to the new file when the log was put aside.
func follow(ctx context.Context, out io.Writer, f *os.File) error {
	for {
		if _, err := io.Copy(out, f); err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		if next, err := successor(f); err == nil {
			defer func() { _ = next.Close() }()
			f = next
			continue
		}
		select {
		case <-ctx.Done():
			return nil // asked to end: that is how following ends
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// successor opens the file that stands where f was opened, if it is another one by now.
func successor(f *os.File) (*os.File, error) {
	mine, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if there, err := os.Stat(f.Name()); err != nil || os.SameFile(mine, there) {
		return nil, errors.Join(err, fs.ErrNotExist)
	}
	return os.Open(f.Name())
}

// newest is the log's file; PostgreSQL keeps one a day of the month, of which the last written is meant.
func newest(root instance.Root, of string) string {
	best, when := root.LogFile(of), time.Time{}
	if of != "postgres" {
		return best
	}
	days, _ := filepath.Glob(filepath.Join(root.Log(), "postgresql-*.log")) // only a malformed pattern fails
	for _, day := range days {
		if info, err := os.Stat(day); err == nil && info.ModTime().After(when) {
			best, when = day, info.ModTime()
		}
	}
	return best
}

const block = 64 << 10

// tail copies the last n lines of f and leaves f at its end.
func tail(f *os.File, out io.Writer, n int) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	var text []byte
	for at := end; at > 0 && bytes.Count(text, []byte{'\n'}) <= n; {
		size := min(int64(block), at)
		at -= size
		part := make([]byte, size)
		if _, err := f.ReadAt(part, at); err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		text = append(part, text...)
	}
	lines := bytes.SplitAfter(text, []byte{'\n'})
	if len(lines) > 0 && len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	_, err = out.Write(bytes.Join(lines[max(0, len(lines)-n):], nil))
	return err
}

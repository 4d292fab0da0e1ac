package serve

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
)

// logTo sends everything that this process says, its last words in a panic as well, to the end of a file.
func logTo(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|unix.O_NOFOLLOW, 0o640)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "serve.log", "path", path)
	}
	defer func() { _ = f.Close() }() // 1 and 2 stay open
	for _, fd := range []int{1, 2} {
		if err := unix.Dup3(int(f.Fd()), fd, 0); err != nil {
			return fault.Wrap(err, fault.Finding, "serve.log", "path", path)
		}
	}
	return nil
}

// logBound keeps the log of a platform that runs for years from filling the disk: a file of limit bytes is put aside as
// path.1, what was path.1 as path.2, and so on up to keep of them. Two platforms may write the same file for a moment
// while one takes over from the other; the one that finds that the file is no longer its own follows.
type logBound struct {
	path  string
	limit int64
	keep  int
}

// ours says whether what this process says goes to the log. Somebody else's file is never put aside.
func (b logBound) ours() bool {
	mine, err1 := os.Stderr.Stat()
	there, err2 := os.Stat(b.path)
	return err1 == nil && err2 == nil && os.SameFile(mine, there)
}

func (b logBound) keepUp(ctx context.Context, log *slog.Logger, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := b.turn(); err != nil {
				log.Error("log not put aside", "file", b.path, "error", err)
			}
		}
	}
}

// turn starts a new file when the present one is full.
func (b logBound) turn() error {
	if !b.ours() {
		return logTo(b.path)
	}
	info, err := os.Stat(b.path)
	if err != nil || info.Size() < b.limit {
		return err
	}
	for i := b.keep - 1; i >= 0; i-- {
		if err := os.Rename(b.old(i), b.old(i+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return logTo(b.path)
}

func (b logBound) old(i int) string {
	if i == 0 {
		return b.path
	}
	return b.path + "." + strconv.Itoa(i)
}

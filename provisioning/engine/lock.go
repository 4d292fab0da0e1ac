package engine

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
)

// Holder is what the lock file says about who holds it. It is told to people and decides nothing: what a killed holder
// left written there is no lock, only the kernel's flock is.
type Holder struct {
	PID       int       `json:"pid"`
	Operation string    `json:"operation"`
	Since     time.Time `json:"since"`
	Host      string    `json:"host"`
}

// Lock is the one lock of a ROOT, held.
type Lock struct {
	latch disk.Latch
	path  string
}

// errLockLost is the cause of a context that died with its lock.
var errLockLost = fault.New(fault.Internal, "engine.lock.lost")

// Acquire takes the lock of root for op at once, or returns fault.Busy that names the holder. The folder of the journal
// must exist.
func Acquire(root, op string, c clock.Clock) (*Lock, error) { return acquire(disk.OS{}, root, op, c) }

func acquire(d disk.FS, root, op string, c clock.Clock) (*Lock, error) {
	path := filepath.Join(FolderOf(root), "lock")
	l, err := d.Lock(path, 0o640)
	if errors.Is(err, disk.ErrLocked) {
		return nil, busy(d, path)
	}
	if err != nil {
		return nil, diskFault(err, path)
	}
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	note, err := json.Marshal(Holder{PID: os.Getpid(), Operation: op, Since: c.Now(), Host: host})
	if err == nil {
		err = l.Note(append(note, '\n'))
	}
	if err != nil {
		return nil, errors.Join(diskFault(err, path), l.Release())
	}
	return &Lock{latch: l, path: path}, nil
}

// busy names the holder. It may have taken the lock a moment ago and not written its name yet: ask a few times.
func busy(d disk.FS, path string) error {
	for range 10 {
		var h Holder
		if raw, err := d.ReadFile(path); err == nil && json.Unmarshal(raw, &h) == nil && h.PID > 0 {
			return fault.New(fault.Busy, "engine.busy", "operation", h.Operation, "pid", h.PID,
				"since", h.Since.In(clock.Vietnam).Format("15:04:05 02/01/2006"), "host", h.Host)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fault.New(fault.Busy, "engine.busy.unnamed")
}

// Holding tells who holds the lock of root; ok is false when nobody does. Nothing is touched: to try the lock would keep
// an operation out that begins at that moment. The kernel's own list decides, see proc_locks(5): a killed holder is not on
// it, nor is another process that was given its number.
func Holding(root string) (h Holder, ok bool, err error) {
	path := filepath.Join(FolderOf(root), "lock")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, diskFault(err, path)
	}
	if json.Unmarshal(raw, &h) != nil || h.PID <= 0 {
		return Holder{}, false, nil // released
	}
	var file syscall.Stat_t
	if err := syscall.Stat(path, &file); err != nil {
		return Holder{}, false, diskFault(err, path)
	}
	held, err := os.ReadFile("/proc/locks")
	if err != nil {
		return Holder{}, false, diskFault(err, "/proc/locks")
	}
	for line := range strings.Lines(string(held)) {
		f := strings.Fields(line) // 3: FLOCK ADVISORY WRITE 1234 fe:00:5678 0 EOF
		if len(f) > 5 && f[1] == "FLOCK" && f[4] == strconv.Itoa(h.PID) && strings.HasSuffix(f[5], ":"+strconv.FormatUint(file.Ino, 10)) {
			return h, true, nil
		}
	}
	return Holder{}, false, nil
}

// Context returns a context that ends when parent does, and when the lock is lost: someone removed or replaced the file,
// so another operation could run beside this one. Its cause then is fault.Internal "engine.lock.lost".
func (l *Lock) Context(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	go func() {
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !l.latch.Held() {
					cancel(errLockLost)
					return
				}
			}
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}

// Check returns fault.Internal when the lock is lost. The runner asks before each change.
func (l *Lock) Check() error {
	if !l.latch.Held() {
		return errLockLost
	}
	return nil
}

// Release lets the next operation in.
func (l *Lock) Release() error { return l.latch.Release() }

package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

func TestALostLockEndsItsContextAndTheRun(t *testing.T) {
	for name, lose := range map[string]func(path string) error{
		"removed": os.Remove,
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+"2", nil, 0o640), os.Rename(path+"2", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.Mkdir(engine.FolderOf(root), 0o750); err != nil {
				t.Fatal(err)
			}
			l, err := engine.Acquire(root, "install", clock.System{})
			if err != nil {
				t.Fatal(err)
			}
			ctx, free := l.Context(t.Context())
			defer free()
			if err := l.Check(); err != nil {
				t.Fatal(err)
			}
			if err := lose(filepath.Join(engine.FolderOf(root), "lock")); err != nil {
				t.Fatal(err)
			}
			<-ctx.Done()
			wantCode(t, context.Cause(ctx), fault.Internal, "engine.lock.lost")
			wantCode(t, l.Check(), fault.Internal, "engine.lock.lost")
		})
	}
	t.Run("in the middle of a run", func(t *testing.T) {
		b := newBench(t)
		_, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a", "b"}, apply: func(_ context.Context, id string) error {
			if id == "b" {
				t.Error("a change was begun without the lock")
			}
			return os.Remove(filepath.Join(engine.FolderOf(b.root), "lock"))
		}})
		wantCode(t, err, fault.Partial, "engine.partial")
		wantCode(t, errors.Unwrap(err), fault.Internal, "engine.lock.lost")
	})
}

func TestWhoHoldsTheLockIsTold(t *testing.T) {
	root := t.TempDir()
	nobody := func(when string) {
		t.Helper()
		if h, ok, err := engine.Holding(root); ok || err != nil {
			t.Errorf("%s: %+v, %v", when, h, err)
		}
	}
	nobody("where nothing was installed")
	if err := os.Mkdir(engine.FolderOf(root), 0o750); err != nil {
		t.Fatal(err)
	}
	l, err := engine.Acquire(root, "install", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if h, ok, err := engine.Holding(root); !ok || err != nil || h.Operation != "install" || h.PID != os.Getpid() || h.Since.IsZero() {
		t.Errorf("while it is held: %+v, %v, %v", h, ok, err)
	}
	path := filepath.Join(engine.FolderOf(root), "lock")
	note, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	nobody("after the release")
	if err := os.WriteFile(path, note, 0o640); err != nil {
		t.Fatal(err)
	}
	nobody("a note that a killed holder left, of a process that lives")
}

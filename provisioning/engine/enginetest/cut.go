package enginetest

import (
	"context"
	"io"
	"io/fs"

	"egovctl/provisioning/engine"
)

// cut is what a cut run panics with: nothing of the run's own clean-up may be mistaken for what a kill leaves.
type cut struct{ at string }

// cutter counts the points of a run, and cuts it at one of them.
type cutter struct {
	seen   []string // names of the points, in order
	at     int      // index of the point at which to cut; -1 for none
	costly bool
}

func (c *cutter) point(name string) {
	c.seen = append(c.seen, name)
	if len(c.seen)-1 == c.at {
		panic(cut{name})
	}
}

func (c *cutter) journal(p engine.Point) {
	if c.costly && p.Name != engine.ChangeStarted+" after" && p.Name != "applied" {
		return
	}
	c.point(p.Name + " " + p.Step + " " + p.Change)
}

// cutRun does something until the cutter cuts; it tells where, "" when it came to its end.
func cutRun(o engine.Options, c *cutter, do func(engine.Options) error) (at string, err error) {
	defer func() {
		if r := recover(); r != nil {
			here, ours := r.(cut)
			if !ours {
				panic(r)
			}
			at = here.at
		}
	}()
	o.Failpoint = c.journal
	if !c.costly {
		o.Host = &breaking{o.Host, c}
	}
	return "", do(o)
}

// breaking is a host on which the run can be cut before and after each operation that changes something.
type breaking struct {
	engine.Host
	c *cutter
}

func (b *breaking) around(name string, do func() error) error {
	b.c.point("before " + name)
	err := do()
	b.c.point("after " + name)
	return err
}

func (b *breaking) MkdirAll(path string, mode fs.FileMode) error {
	return b.around("mkdir "+path, func() error { return b.Host.MkdirAll(path, mode) })
}

func (b *breaking) WriteFile(path string, data []byte, mode fs.FileMode) error {
	return b.around("write "+path, func() error { return b.Host.WriteFile(path, data, mode) })
}

func (b *breaking) Draft(path string, src io.Reader, mode fs.FileMode) error {
	return b.around("draft "+path, func() error { return b.Host.Draft(path, src, mode) })
}

func (b *breaking) Settle(folder string) error {
	return b.around("settle "+folder, func() error { return b.Host.Settle(folder) })
}

func (b *breaking) Symlink(target, path string) error {
	return b.around("symlink "+path, func() error { return b.Host.Symlink(target, path) })
}

func (b *breaking) Rename(from, to string) error {
	return b.around("rename "+to, func() error { return b.Host.Rename(from, to) })
}

func (b *breaking) Remove(path string) error {
	return b.around("remove "+path, func() error { return b.Host.Remove(path) })
}

func (b *breaking) RemoveAll(path string) error {
	return b.around("remove-all "+path, func() error { return b.Host.RemoveAll(path) })
}

func (b *breaking) Chmod(path string, mode fs.FileMode) error {
	return b.around("chmod "+path, func() error { return b.Host.Chmod(path, mode) })
}

func (b *breaking) Chown(path string, uid, gid int) error {
	return b.around("chown "+path, func() error { return b.Host.Chown(path, uid, gid) })
}

func (b *breaking) CopyFile(from, to string, mode fs.FileMode) error {
	return b.around("copy "+to, func() error { return b.Host.CopyFile(from, to, mode) })
}

func (b *breaking) Run(ctx context.Context, cmd engine.Command) (out []byte, err error) {
	err = b.around("run "+cmd.Path, func() error { out, err = b.Host.Run(ctx, cmd); return err })
	return out, err
}

func (b *breaking) Start(ctx context.Context, cmd engine.Command) (pid int, err error) {
	err = b.around("start "+cmd.Path, func() error { pid, err = b.Host.Start(ctx, cmd); return err })
	return pid, err
}

func (b *breaking) CreateAccount(name, home string) (a engine.Account, err error) {
	err = b.around("create-account "+name, func() error { a, err = b.Host.CreateAccount(name, home); return err })
	return a, err
}

func (b *breaking) RemoveAccount(name string) error {
	return b.around("remove-account "+name, func() error { return b.Host.RemoveAccount(name) })
}

func (b *breaking) Signal(pid int, sig int) error {
	return b.around("signal", func() error { return b.Host.Signal(pid, sig) })
}

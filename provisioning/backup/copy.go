package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Copy is a ROOT that is filled from a set, beside the one that works: a restore puts its parts in place, a drill starts it.
type Copy struct {
	Set      *Set
	Site     instance.Site // the copy: its own ROOT, the account and the programs of the original
	Original instance.Root // whose releases it uses, by links
	Past     *Past         // where the database comes from instead of the set's dump; nil for the dump
	Keep     bool          // the passwords of the original's database roles stay: they are settings of the host; otherwise the set's are taken
	Streams  []db.Stream   // migrations of this release: an older one's data are brought up to it
	Host     engine.Host
}

// NewCopy is a copy of set below root for a site.
func NewCopy(set *Set, site instance.Site, root instance.Root, streams []db.Stream, on engine.Host) Copy {
	at := instance.At(root, site.Answers, site.Version)
	at.AsRoot = site.AsRoot
	return Copy{Set: set, Site: at, Original: site.Root, Streams: streams, Host: on}
}

// Name is the set's.
func (c Copy) Name() string { return c.Set.ID }

// At is the ROOT of the copy.
func (c Copy) At() instance.Root { return c.Site.Root }

// least is what an empty cluster takes in bytes, with the log that it writes while it is filled.
const least = 128 << 20

// Least is what the copy takes in any case, in bytes: the rows take more than the bytes in which they are stored.
func (c Copy) Least() int64 {
	need := least + c.Set.Manifest.Bytes()
	for _, k := range c.Set.Manifest.Kinds {
		need += k.Bytes
	}
	if c.Past != nil {
		need += c.Past.Base.Size
	}
	return need
}

// Fill builds the copy anew: it opens and checks every byte of the set, unpacks it, loads the database into a server of its
// own, and holds rows, files and the chain of the audit log against the manifest. Everything is durable when it returns, and
// the server is stopped. Faults: those of Set.Verify, before anything of the working side could have been touched; finding
// "backup.differs" when the database has other rows than the set; those of PostgreSQL and the disk.
func (c Copy) Fill(ctx context.Context, say engine.Progress) error {
	if err := c.Set.complete(ctx); err != nil {
		return err
	}
	told := meter(say, 2*c.Set.Bytes())
	if err := c.Clear(ctx); err != nil {
		return err
	}
	account, err := c.Site.Account(c.Host)
	if err != nil {
		return err
	}
	if err := folders(c.Site, account); err != nil {
		return err
	}
	if err := releases(c.Host, c.Site, c.Original); err != nil {
		return err
	}
	if err := c.unpack(ctx, account, told); err != nil {
		return err
	}
	if c.Past != nil {
		err = c.Past.replay(ctx, c.Host, c.Site, c.proveThen, say)
	} else {
		err = c.load(ctx, account, told)
	}
	if err != nil {
		return err
	}
	return flush(string(c.Site.Root))
}

// proveThen looks at what came out of the archive. The head of the audit log is that of the moment.
func (c Copy) proveThen(ctx context.Context) error {
	if err := c.prove(ctx); err != nil {
		return err
	}
	return newestHead(ctx, c.Host, c.Site)
}

// Clear ends a server that works there and removes the copy.
func (c Copy) Clear(ctx context.Context) error { return clearCopy(ctx, c.Host, c.Site) }

func clearCopy(ctx context.Context, on engine.Host, site instance.Site) error {
	server, err := site.Server(on)
	if err == nil {
		err = server.Stop(ctx, cluster.Immediate)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return on.RemoveAll(string(site.Root))
}

// folders makes those of a copy that nothing brings.
func folders(site instance.Site, account *engine.Account) error {
	r := site.Root
	for _, dir := range []string{string(r), r.Etc(), r.Secrets(), r.Local(), r.Journal(), r.Data(), r.Files(), r.Log(), r.Run(), r.Backups(), r.SocketDir(site.Answers.Config)} {
		err := os.Mkdir(dir, 0o700)
		if errors.Is(err, os.ErrExist) {
			err = nil
		}
		if err == nil && account != nil {
			err = os.Lchown(dir, account.UID, account.GID)
		}
		if err != nil {
			return laying(err, dir)
		}
	}
	return nil
}

// releases links those of the original: what starts the copy lies there.
func releases(on engine.Host, site instance.Site, original instance.Root) error {
	if err := on.MkdirAll(site.Root.Releases(), 0o755); err != nil {
		return err
	}
	have, err := on.ReadDir(original.Releases())
	for _, v := range have {
		if err == nil && !strings.HasPrefix(v.Name(), ".") {
			err = on.Symlink(original.Release(v.Name()), site.Root.Release(v.Name()))
		}
	}
	return err
}

// unpack lays files and state. The province's own settings of PostgreSQL wait until there is a data folder.
func (c Copy) unpack(ctx context.Context, account *engine.Account, told func(int64)) error {
	for _, part := range []struct {
		member string
		want   func(string) bool
	}{
		{StateMember, func(path string) bool { return kindOf(path) != kindSettings }},
		{FilesMember, func(path string) bool { return kindOf(path) == kindFiles }},
	} {
		if err := c.Set.extract(ctx, part.member, c.Site.Root, account, part.want); err != nil {
			return err
		}
		told(2 * c.Set.member(part.member).Size)
	}
	if err := c.passwords(); err != nil {
		return err
	}
	return c.head()
}

// passwords takes over those with which the working side signs in: they are settings of this host, not data.
func (c Copy) passwords() error {
	if !c.Keep {
		return c.history()
	}
	for _, name := range []string{instance.SuperPassword, instance.OwnerPassword, instance.AppPassword, instance.ReadOnlyPassword} {
		if err := c.Host.CopyFile(c.Original.Secret(name), c.Site.Root.Secret(name), 0o600); err != nil {
			return err
		}
		if err := c.Site.Own(c.Host, c.Site.Root.Secret(name)); err != nil {
			return err
		}
	}
	return nil
}

// history puts the journal of the set under a name of its own, beside that of the host which goes on.
func (c Copy) history() error {
	journal := c.Site.Root.Journal()
	to := HistoryOf(c.Site.Root, c.Set.ID)
	entries, err := c.Host.ReadDir(journal)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o750); err != nil {
		return laying(err, to)
	}
	if err := c.Site.Own(c.Host, to); err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(journal, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return laying(err, to)
		}
	}
	return nil
}

// HistoryOf is where the journal lies that a set brought to a bare host.
func HistoryOf(root instance.Root, set string) string {
	return filepath.Join(root.Journal(), "of-"+set)
}

// head lays the newest head of the audit log that the snapshot had, for the platform to go on from.
func (c Copy) head() error {
	return layHead(c.Host, c.Site, c.Set.Audit)
}

func layHead(on engine.Host, site instance.Site, h *audit.Head) error {
	path := site.Root.AuditHead()
	if err := on.Remove(path); err != nil || h == nil {
		return err
	}
	raw, err := json.Marshal(h)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	if err := on.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		return err
	}
	return site.Own(on, path)
}

// flush makes everything on the file system of path durable: one call in place of a million.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return laying(err, path)
	}
	defer func() { _ = f.Close() }()                 // only a descriptor
	if err := unix.Syncfs(int(f.Fd())); err != nil { //nolint:gosec // a descriptor is small
		return laying(fmt.Errorf("sync: %w", err), path)
	}
	return nil
}

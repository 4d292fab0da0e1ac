// Package archive is the continuous archive of an instance: copies of the whole cluster ("bases") and the write-ahead log
// between them, sealed, so that the database can be brought back as it was at any moment of the last weeks. pgBackRest
// carries the bytes and keeps the repository; this package says to it what, where and when (decision 0015).
package archive

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Archive is the one of an instance.
type Archive struct {
	site  instance.Site
	place string // folder below which backups go
	mark  string // tells the archives of instances that share a place
}

// folder is the name that the archive has beside the sets of backups.
const folder = "continuous-"

// New is the archive of the instance at site beside the sets in the folder place; mark ends the names of its sets as well. Fault:
// invalid "archive.place" for a place that is not a folder.
func New(site instance.Site, place, mark string) (Archive, error) {
	if !filepath.IsAbs(place) {
		return Archive{}, fault.New(fault.Invalid, "archive.place", "target", place).At("backup.continuous")
	}
	return Archive{site: site, place: place, mark: mark}, nil
}

// Place is the folder of the archive.
func (a Archive) Place() string { return filepath.Join(a.place, folder+a.mark) }

// On is the archive as a copy of the instance sees it, which reads from it: with a configuration of its own.
func (a Archive) On(copied instance.Site) Archive {
	a.site = copied
	return a
}

// Call is a line of shell that has the archiver do something, for PostgreSQL.
func (a Archive) Call(command string) string { return a.site.ArchiverCall(command) }

// queue bounds what waits on the host while the archive takes nothing: beyond it the log is let go, so that the disk does not
// fill up and stop everything. Health tells of it long before, and of the gap that then is in the archive.
const queue = "1GiB"

// fullBases counts the full copies that stay, with all that follows them; a new one is made every FullEvery.
const fullBases = "2"

// Config is the whole configuration of the archiver. It holds the secret that seals the archive. Faults: those of
// instance.Site.Secret; invalid "archive.line" for a path that a line of it cannot hold.
func (a Archive) Config() ([]byte, error) {
	key, err := a.site.Secret(instance.ArchiveKey)
	if err != nil {
		return nil, err
	}
	r := a.site.Root
	socket := r.SocketDir(a.site.Answers.Config)
	for _, path := range []string{string(r), a.place, socket} {
		if strings.ContainsAny(path, "\n\r") || strings.TrimSpace(path) != path {
			return nil, fault.New(fault.Invalid, "archive.line", "path", path)
		}
	}
	return []byte(strings.Join([]string{
		"# Written by egovctl.",
		"[global]",
		"repo1-path=" + a.Place(),
		"repo1-cipher-type=aes-256-cbc",
		"repo1-cipher-pass=" + key.Reveal(),
		"repo1-retention-full=" + fullBases,
		"compress-type=zst",
		"start-fast=y",
		"process-max=2",
		"archive-push-queue-max=" + queue,
		"lock-path=" + r.Run(),
		"spool-path=" + r.Run(),
		"log-level-file=off",
		"log-timestamp=n",
		"[" + instance.ArchiveName + "]",
		"pg1-path=" + r.Postgres(),
		"pg1-socket-path=" + socket,
		"pg1-port=5432",
		"pg1-user=" + instance.Superuser,
		"pg1-database=postgres",
		"",
	}, "\n")), nil
}

// Prepare lets the archive know the cluster: as its first one, or as one that follows another. The folder is made by who may.
func (a Archive) Prepare(ctx context.Context, on engine.Host) error {
	if err := on.MkdirAll(a.Place(), 0o750); err != nil {
		return fault.Wrap(err, fault.Finding, "archive.folder", "path", a.Place())
	}
	if err := a.TakeOver(on); err != nil {
		return err
	}
	info, err := a.Info(ctx, on)
	if err != nil {
		return err
	}
	command := "stanza-create"
	if len(info.Clusters) > 0 {
		command = "stanza-upgrade"
	}
	_, err = a.run(ctx, on, call{args: []string{command, "--no-online"}})
	return err
}

// TakeOver gives the archive to the account of the site: it may have been another host's, whose accounts had other numbers.
func (a Archive) TakeOver(on engine.Host) error {
	owned, err := a.site.Owned(on, a.Place())
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Finding, "archive.empty", "path", a.Place())
	}
	if err != nil || owned {
		return err
	}
	return a.site.OwnTree(on, a.Place())
}

// Base copies the whole cluster of a running instance into the archive: everything with full, else what changed since the
// last full one. say is told how many of a hundred parts are done.
func (a Archive) Base(ctx context.Context, on engine.Host, full bool, say engine.Progress) error {
	kind := "diff"
	if full {
		kind = "full"
	}
	password, err := a.site.Secret(instance.SuperPassword)
	if err != nil {
		return err
	}
	_, err = a.run(ctx, on, call{args: []string{"backup", "--type=" + kind, "--log-level-console=detail"}, password: password, say: say})
	return err
}

// Lay brings the files of a base into the data folder of the site, which must be there and empty. They are of a moment in which
// rows were written: only a recovery makes them a database.
func (a Archive) Lay(ctx context.Context, look engine.Reader, b Base, say engine.Progress) error {
	_, err := a.run(ctx, look, call{args: []string{"restore", "--set=" + b.Label, "--type=none", "--log-level-console=detail"}, say: say})
	return err
}

// NewKey makes the secret that seals an archive.
func NewKey() (private, public []byte, err error) {
	return []byte(secret.Random(48).Reveal() + "\n"), nil, nil
}

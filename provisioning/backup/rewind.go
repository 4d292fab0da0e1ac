package backup

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Rewind brings the instance at Original back to a moment, beside itself: its database alone. What is no row, files and the
// province's templates, is never taken away by the platform and stays as it is.
type Rewind struct {
	ID       string // names the side
	Past     Past
	Site     instance.Site // the copy: its own ROOT, the account and the programs of the original
	Original instance.Root
	Streams  []db.Stream
	Host     engine.Host
}

// momentPrefix begins the name of a side that is of a moment and not of a set.
const momentPrefix = "moment-"

// ofMoment reports whether a side is a rewind's.
func ofMoment(id string) bool { return strings.HasPrefix(id, momentPrefix) }

// MomentID names the side that is of a moment; the zero time is everything that the archive has by now.
func MomentID(at, now time.Time) string {
	if at.IsZero() {
		return momentPrefix + "last-" + now.UTC().Format(idTime)
	}
	return momentPrefix + at.UTC().Format(idTime)
}

// Everything reports whether a side is of everything that the archive had.
func Everything(id string) bool { return strings.HasPrefix(id, momentPrefix+"last-") }

// NewRewind rewinds a site aside.
func NewRewind(id string, past Past, site instance.Site, streams []db.Stream, on engine.Host) Rewind {
	at := instance.At(Aside(site.Root), site.Answers, site.Version)
	at.AsRoot = site.AsRoot
	return Rewind{ID: id, Past: past, Site: at, Original: site.Root, Streams: streams, Host: on}
}

// Name names the side.
func (r Rewind) Name() string { return r.ID }

// At is the ROOT of the side.
func (r Rewind) At() instance.Root { return r.Site.Root }

// Least is what the side takes in any case, in bytes.
func (r Rewind) Least() int64 { return least + r.Past.Base.Size }

// Fill builds the side anew. Everything is durable when it returns. Faults: those of Past.replay and of the audit log.
func (r Rewind) Fill(ctx context.Context, say engine.Progress) error {
	if err := r.Clear(ctx); err != nil {
		return err
	}
	account, err := r.Site.Account(r.Host)
	if err != nil {
		return err
	}
	if err := errors.Join(folders(r.Site, account), releases(r.Host, r.Site, r.Original)); err != nil {
		return err
	}
	for _, name := range []string{instance.SuperPassword, instance.OwnerPassword, instance.ArchiveKey, instance.AuditKey + ".pub"} {
		if err := r.Host.CopyFile(r.Original.Secret(name), r.Site.Root.Secret(name), 0o600); err != nil {
			return err
		}
		if err := r.Site.Own(r.Host, r.Site.Root.Secret(name)); err != nil {
			return err
		}
	}
	err = r.Past.replay(ctx, r.Host, r.Site, func(ctx context.Context) error {
		if err := walk(ctx, r.Site, r.Streams); err != nil {
			return err
		}
		return newestHead(ctx, r.Host, r.Site)
	}, say)
	if err != nil {
		return err
	}
	return flush(string(r.Site.Root))
}

// Clear removes the side.
func (r Rewind) Clear(ctx context.Context) error { return clearCopy(ctx, r.Host, r.Site) }

// newestHead lays the newest head of the audit log that the database has, for the platform to go on from.
func newestHead(ctx context.Context, on engine.Host, site instance.Site) error {
	conn, err := connect(ctx, site, instance.Database)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing was written
	var h *audit.Head
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
		h, err = head(ctx, tx)
		return err
	})
	if err != nil {
		return db.Explain(err)
	}
	return layHead(on, site, h)
}

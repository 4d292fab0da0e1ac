package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/dump"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// load fills a database from the dump and checks it. The dump is opened and checked while the empty cluster is made: each
// takes one core. Damage of the set ends both.
func (c Copy) load(ctx context.Context, account *engine.Account, told func(int64)) error {
	scratch := filepath.Join(string(c.Site.Root), "dump")
	var running *bound
	g, both := errgroup.WithContext(ctx)
	g.Go(func() error { return c.stage(both, scratch, account) })
	g.Go(func() (err error) {
		running, err = c.empty(both)
		return err
	})
	err := g.Wait()
	if err == nil {
		told(c.Set.member(DatabaseMember).Size)
		err = c.fill(ctx, scratch)
	}
	if running != nil {
		err = errors.Join(err, running.stop(ctx))
	}
	if err != nil {
		return err
	}
	told(c.Set.member(DatabaseMember).Size)
	if err := c.settings(ctx, account); err != nil {
		return err
	}
	return c.Host.Remove(scratch)
}

// empty makes the cluster with its roles and a database without tables. Its server runs; it is nil where it does not.
func (c Copy) empty(ctx context.Context) (*bound, error) {
	server, err := c.Site.Cluster(c.Host)
	if err != nil {
		return nil, err
	}
	password, err := c.Site.Secret(instance.SuperPassword)
	if err != nil {
		return nil, err
	}
	if err := server.Init(ctx, password, cluster.HostSize()); err != nil {
		return nil, err
	}
	running, err := serve(ctx, c.Host, c.Site, startTime, loading...)
	if err != nil {
		return nil, err
	}
	return running, c.roles(ctx)
}

// roles makes roles and database.
func (c Copy) roles(ctx context.Context) error {
	var p db.Passwords
	var err error
	if p.Owner, err = c.Site.Secret(instance.OwnerPassword); err != nil {
		return err
	}
	if p.App, err = c.Site.Secret(instance.AppPassword); err != nil {
		return err
	}
	if p.ReadOnly, err = c.Site.Secret(instance.ReadOnlyPassword); err != nil {
		return err
	}
	super, err := c.Site.DSN(instance.Superuser, instance.SuperPassword, "postgres")
	if err != nil {
		return err
	}
	if _, err := db.EnsureRoles(ctx, super.Reveal(), p); err != nil {
		return err
	}
	_, err = db.CreateDatabase(ctx, super.Reveal(), instance.Database)
	return err
}

// settings lays the province's own ones, now that nothing is loaded under them.
func (c Copy) settings(ctx context.Context, account *engine.Account) error {
	return c.Set.extract(ctx, StateMember, c.Site.Root, account, func(path string) bool { return path == "data/postgres/"+settingsFile })
}

// stage writes the dump out, counted and checked, because pg_restore with two workers reads it in any order. It is as open
// as the data folder that is to come: not at all.
func (c Copy) stage(ctx context.Context, path string, account *engine.Account) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return laying(err, path)
	}
	if account != nil {
		err = f.Chown(account.UID, account.GID)
	}
	disk := &writing{w: f}
	if err == nil {
		err = c.Set.read(ctx, DatabaseMember, func(r io.Reader) error {
			err := c.Set.tables(r, disk)
			if disk.err != nil {
				return laying(disk.err, path)
			}
			return err
		})
	}
	return errors.Join(err, f.Close())
}

// writing remembers the disk's own error, which must not be taken for damage of the set.
type writing struct {
	w   io.Writer
	err error
}

func (w *writing) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

// fill restores, compares, migrates. While the tables are compared the planner learns them, and the disk takes what was
// loaded: at the end there is little left to wait for.
func (c Copy) fill(ctx context.Context, scratch string) error {
	err := program{name: "pg_restore", site: c.Site, online: true, stdout: io.Discard,
		args: []string{"--dbname=" + instance.Database, "--jobs=2", "--exit-on-error", scratch}}.run(ctx)
	if err != nil {
		return err
	}
	g, all := errgroup.WithContext(ctx)
	g.Go(func() error { return c.compare(all) })
	g.Go(func() error { return c.analyze(all) })
	g.Go(func() error { return flush(string(c.Site.Root)) })
	if err := g.Wait(); err != nil {
		return err
	}
	return c.prove(ctx)
}

// compare counts and sums every table again, two at a time.
func (c Copy) compare(ctx context.Context) error {
	dsn, err := c.Site.DSN(instance.Superuser, instance.SuperPassword, instance.Database)
	if err != nil {
		return err
	}
	queue := make(chan dump.Table, len(c.Set.Tables))
	for _, t := range c.Set.Tables {
		queue <- t
	}
	close(queue)
	g, ctx := errgroup.WithContext(ctx)
	for range 2 {
		g.Go(func() error {
			conn, err := pgx.Connect(ctx, dsn.Reveal())
			if err != nil {
				return fault.Wrap(err, fault.Unavailable, "db.unreachable")
			}
			defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing was written
			for want := range queue {
				have, err := dump.Copied(ctx, conn, want.Name)
				if err != nil {
					return db.Explain(err)
				}
				if have != want {
					return fault.New(fault.Finding, "backup.differs", "table", want.Name, "have", have.Rows, "want", want.Rows)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// prove walks the chain of the audit log up to the head that the set carries, and brings an older release's schemas up.
func (c Copy) prove(ctx context.Context) error {
	var copies []audit.Head
	if c.Set.Audit != nil {
		copies = append(copies, *c.Set.Audit)
	}
	return walk(ctx, c.Site, c.Streams, copies...)
}

// walk walks the chain of the audit log of a copy, in which the heads must be, and brings older schemas up.
func walk(ctx context.Context, site instance.Site, streams []db.Stream, heads ...audit.Head) error {
	dsn, err := site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return err
	}
	pool, err := db.Open(ctx, dsn.Reveal(), 1)
	if err != nil {
		return err
	}
	_, err = audit.Verify(ctx, pool, site.Root.Secret(instance.AuditKey)+".pub", heads...)
	pool.Close()
	if err != nil {
		return err
	}
	_, err = db.Migrate(ctx, dsn.Reveal(), streams, nil)
	return err
}

// firstLook is how finely a table is looked at before its server takes traffic: a tenth of PostgreSQL's own measure.
const firstLook = "10"

// analyze lets the planner know the tables, of which a dump brings no statistics: coarsely, and uncounted, so that
// autovacuum, for which all rows are new, looks again at its full measure within its first minutes.
func (c Copy) analyze(ctx context.Context) error {
	dsn, err := c.Site.DSN(instance.Superuser, instance.SuperPassword, instance.Database)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, dsn.Reveal())
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is open
	_, err = conn.Exec(ctx, "set statement_timeout = 0; set track_counts = off; set default_statistics_target = "+firstLook+"; analyze")
	return db.Explain(err)
}

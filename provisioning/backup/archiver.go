package backup

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/archive"
	"egovctl/provisioning/instance"
)

// Archiver is what PostgreSQL says of its continuous archive.
type Archiver struct {
	Timeline uint32        // that is written now
	Newest   string        // the newest segment of the log that it believes to be in the archive; "" for none since it counts
	Failing  bool          // the last try to hand one over failed
	Waits    time.Duration // how long the oldest segment has waited that is to be handed over; 0 for none
}

// ArchiverOf asks the server of a site. Fault: "db.unreachable".
func ArchiverOf(ctx context.Context, site instance.Site) (a Archiver, err error) {
	conn, err := connect(ctx, site, "postgres")
	if err != nil {
		return a, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing was written
	var waits float64
	var writes string
	err = conn.QueryRow(ctx, `select pg_walfile_name(pg_current_wal_lsn()), coalesce((select last_archived_wal from pg_stat_archiver where last_archived_wal ~ '^[0-9A-F]{24}$'), ''),
		coalesce((select last_failed_time > coalesce(last_archived_time, '-infinity') from pg_stat_archiver), false),
		coalesce((select extract(epoch from now() - min(modification)) from pg_ls_archive_statusdir() where name like '%.ready'), 0)::float8`).
		Scan(&writes, &a.Newest, &a.Failing, &waits)
	a.Timeline = archive.TimelineOf(writes)
	a.Waits = time.Duration(waits * float64(time.Second))
	return a, db.Explain(err)
}

// HandOver has the server hand over its log up to now, so that the archive reaches this moment. It waits until ctx ends at the latest:
// what is still missing then lies with the server.
func HandOver(ctx context.Context, site instance.Site) error {
	conn, err := connect(ctx, site, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is open
	// A commit of ours, for the recovery to see that its moment has passed.
	if _, err := conn.Exec(ctx, `select pg_current_xact_id()`); err != nil {
		return db.Explain(err)
	}
	var last string
	if err := conn.QueryRow(ctx, `select pg_walfile_name(pg_switch_wal())`).Scan(&last); err != nil {
		return db.Explain(err)
	}
	for there := false; !there; {
		if err := conn.QueryRow(ctx, `select coalesce(last_archived_wal >= $1, false) from pg_stat_archiver`, last).Scan(&there); err != nil {
			return db.Explain(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// connect enters a database as the superuser.
func connect(ctx context.Context, site instance.Site, database string) (*pgx.Conn, error) {
	dsn, err := site.DSN(instance.Superuser, instance.SuperPassword, database)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, dsn.Reveal())
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	return conn, nil
}

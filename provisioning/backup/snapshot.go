package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// snapshot is one moment of the database: what is asked through it and what pg_dump reads by its name are the same.
type snapshot struct {
	conn *pgx.Conn
	tx   pgx.Tx
	name string
	at   time.Time
	size int64 // of the tables in bytes, about what will be read
}

// look takes a snapshot. Faults: those of the DSN, "db.unreachable".
func look(ctx context.Context, site instance.Site) (*snapshot, error) {
	dsn, err := site.DSN(instance.Superuser, instance.SuperPassword, instance.Database)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, dsn.Reveal())
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	s := &snapshot{conn: conn}
	if err := s.begin(ctx); err != nil {
		s.close(ctx)
		return nil, db.Explain(err)
	}
	return s, nil
}

func (s *snapshot) begin(ctx context.Context) error {
	// A dump takes longer than an idle transaction may live otherwise.
	if _, err := s.conn.Exec(ctx, `set idle_in_transaction_session_timeout = 0; set statement_timeout = 0`); err != nil {
		return err
	}
	var err error
	if s.tx, err = s.conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}); err != nil {
		return err
	}
	return s.tx.QueryRow(ctx, `select pg_export_snapshot(), now(), coalesce((select sum(pg_table_size(c.oid)) from pg_class c
		join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'), 0)::bigint`).
		Scan(&s.name, &s.at, &s.size)
}

func (s *snapshot) close(ctx context.Context) {
	_ = s.conn.Close(context.WithoutCancel(ctx)) // nothing was written
}

// schemas tells how far each schema's migrations have come.
func schemas(ctx context.Context, tx pgx.Tx) ([]Schema, error) {
	rows, err := tx.Query(ctx, `select quote_ident(n.nspname), n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relname = 'schema_migrations' order by n.nspname`)
	if err != nil {
		return nil, err
	}
	type found struct{ Quoted, Name string }
	names, err := pgx.CollectRows(rows, pgx.RowToStructByPos[found])
	if err != nil {
		return nil, err
	}
	var all []Schema
	for _, n := range names {
		s := Schema{Name: n.Name}
		var dirty bool
		if err := tx.QueryRow(ctx, `select version, dirty from `+n.Quoted+`.schema_migrations`).Scan(&s.Version, &dirty); err != nil {
			return nil, err
		}
		if dirty {
			return nil, fault.New(fault.Conflict, "db.migrate.dirty", "schema", s.Name, "version", s.Version)
		}
		all = append(all, s)
	}
	return all, nil
}

// head is the newest head of the audit log; nil before the first seal.
func head(ctx context.Context, tx pgx.Tx) (*audit.Head, error) {
	var h audit.Head
	err := tx.QueryRow(ctx, `select number, last_seq, hash, sealed_at, key, signature from platform.audit_head order by number desc limit 1`).
		Scan(&h.Number, &h.LastSeq, &h.Hash, &h.SealedAt, &h.Key, &h.Signature)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // before the first seal there is none
	}
	return &h, err
}

// serverMajor is the major version of the server that is asked.
func serverMajor(conn *pgx.Conn) (int, error) {
	var major int
	if _, err := fmt.Sscanf(strings.TrimSpace(conn.PgConn().ParameterStatus("server_version")), "%d", &major); err != nil {
		return 0, fmt.Errorf("version of the server: %w", err)
	}
	return major, nil
}

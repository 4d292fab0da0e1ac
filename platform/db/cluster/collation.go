package cluster

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/secret"
)

// Recollate rebuilds the indexes of every database whose order of letters comes from another version of ICU or of the C
// library than the one that the server has by now, and then says so to PostgreSQL. It returns the databases that were
// rebuilt. online lets the platform go on reading and writing meanwhile; it takes longer. A cut leaves the old version on
// record, so the next call does it again.
func (c *Cluster) Recollate(ctx context.Context, superuser secret.String, online bool) (rebuilt []string, err error) {
	conn, err := c.connect(ctx, superuser, "postgres")
	if err != nil {
		return nil, err
	}
	names, err := list(ctx, conn, `select datname from pg_database
		where datallowconn and datcollversion is distinct from pg_database_collation_actual_version(oid) order by datname`)
	_ = conn.Close(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := c.recollate(ctx, superuser, name, online); err != nil {
			return nil, fmt.Errorf("rebuild the indexes of %s: %w", name, err)
		}
	}
	return names, nil
}

func (c *Cluster) recollate(ctx context.Context, superuser secret.String, name string, online bool) error {
	conn, err := c.connect(ctx, superuser, name)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	how := ""
	if online {
		how = "concurrently "
	}
	database := pgx.Identifier{name}.Sanitize()
	if _, err := conn.Exec(ctx, "reindex database "+how+database); err != nil {
		return err
	}
	// A province's own collations; PostgreSQL's are those of the server's own version.
	own, err := list(ctx, conn, `select format('%I.%I', n.nspname, c.collname) from pg_collation c join pg_namespace n on n.oid = c.collnamespace
		where n.nspname <> 'pg_catalog' and c.collversion is distinct from pg_collation_actual_version(c.oid)`)
	if err != nil {
		return err
	}
	for _, collation := range own {
		if _, err := conn.Exec(ctx, "alter collation "+collation+" refresh version"); err != nil {
			return err
		}
	}
	_, err = conn.Exec(ctx, "alter database "+database+" refresh collation version")
	return err
}

package trial

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// SocketDir is where the instance's PostgreSQL listens.
func (p *Place) SocketDir() string {
	own := p.At("run")
	if len(own)+len("/.s.PGSQL.5432") <= 107 {
		return own
	}
	return "/run/" + p.Account()
}

// Super connects to the instance's database as PostgreSQL's superuser, with the secret that the instance keeps.
func (p *Place) Super(ctx context.Context) *pgx.Conn {
	p.T.Helper()
	dsn := fmt.Sprintf("host=%s port=5432 user=egov_super dbname=egov password='%s'", p.SocketDir(), p.secret("db-superuser"))
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		p.T.Fatalf("connect as superuser: %v", err)
	}
	return conn
}

func (p *Place) secret(name string) string {
	p.T.Helper()
	raw, err := os.ReadFile(p.At("etc", "secrets", name))
	if err != nil {
		p.T.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

// Rows is the number of rows of every table, or a digest of them: by schema-qualified name.
type Rows map[string]string

// Database digests every table of the database, whatever its order of rows. Tables that tell of the instance's being
// alive (jobs, sessions, links of the audit log, what waits for the next seal) are left out.
func (p *Place) Database() Rows {
	p.T.Helper()
	return p.rows(`count(*) || ' rows ' || md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), ''))`)
}

// Sizes counts the rows of every table.
func (p *Place) Sizes() Rows { p.T.Helper(); return p.rows(`count(*)::text`) }

// living are tables that change while nobody does anything.
var living = map[string]bool{
	"platform.job": true, "identity.session": true, "platform.audit_link": true, "platform.audit_head": true,
	"platform.kept_move": true, // what the next seal folds into the totals
}

func (p *Place) rows(of string) Rows {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `select schemaname, tablename from pg_tables
		where schemaname !~ '^(pg_|information_schema)' order by 1, 2`)
	if err != nil {
		p.T.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([2]string, error) {
		var n [2]string
		return n, row.Scan(&n[0], &n[1])
	})
	if err != nil {
		p.T.Fatal(err)
	}
	out := Rows{}
	for _, n := range names {
		if living[n[0]+"."+n[1]] {
			continue
		}
		var digest string
		err := conn.QueryRow(ctx, "select "+of+" from "+pgx.Identifier{n[0], n[1]}.Sanitize()+" t").Scan(&digest)
		if err != nil {
			p.T.Fatalf("digest %s.%s: %v", n[0], n[1], err)
		}
		out[n[0]+"."+n[1]] = digest
	}
	return out
}

// Amcheck verifies every table and index of the instance's database against each other.
func (p *Place) Amcheck() {
	p.T.Helper()
	o := Exec(p.T, []string{"PGPASSWORD=" + p.secret("db-superuser")}, postgresTool(p, "pg_amcheck"),
		"-h", p.SocketDir(), "-U", "egov_super", "--install-missing=public", "--heapallindexed", "egov")
	if o.Exit != 0 || o.Stdout != "" { // what it finds is on stdout; on stderr that the extension is there already
		p.T.Errorf("pg_amcheck: exit %d\n%s%s", o.Exit, o.Stdout, o.Stderr)
	}
}

// Checksums stops the instance, verifies the checksum of every page of its data folder, and starts it again.
func (p *Place) Checksums() {
	p.T.Helper()
	p.Run("stop").Status(Done)
	o := Exec(p.T, nil, postgresTool(p, "pg_checksums"), "--check", "-D", p.At("data", "postgres"))
	if o.Exit != 0 || !strings.Contains(o.Stdout, "Bad checksums:  0") {
		p.T.Errorf("pg_checksums: exit %d\n%s%s", o.Exit, o.Stdout, o.Stderr)
	}
	p.Run("start").Status(Done)
}

// postgresTool finds a client program beside the server that made the data folder.
func postgresTool(p *Place, name string) string {
	p.T.Helper()
	major, err := os.ReadFile(p.At("data", "postgres", "PG_VERSION"))
	if err != nil {
		p.T.Fatal(err)
	}
	for _, dir := range []string{"/usr/lib/postgresql/" + strings.TrimSpace(string(major)) + "/bin", "/usr/local/bin", "/usr/bin"} {
		if path := filepath.Join(dir, name); exists(path) {
			return path
		}
	}
	p.T.Fatalf("no %s for PostgreSQL %s", name, major)
	return ""
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

package outside

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
)

// Facts is what a server says of itself, of the database and of the role that we were given.
type Facts struct {
	Version     int    // as server_version_num has it: 150004
	VersionText string // as server_version has it: "15.4 (Debian ...)"
	Role        string // whose rights these are
	Database    string
	Owner       string // of the database
	Encoding    string // UTF8, LATIN1, ...
	Standby     bool   // it only repeats what another server writes
	Vietnamese  bool   // the collation vi-x-icu is there
	Owns        bool   // the role is the database's owner, or a member of it, or a superuser
	MakesRoles  bool   // the role may create roles
	Free        int    // connections that are left for us
	Foreign     []string
	Roles       map[string]Role // of an instance's three, those that are there
	Open        bool            // we came over the network and without encryption
	Pooler      bool            // something that is not PostgreSQL stands in between
	Shares      bool            // and it gives one session's server to another between two transactions
}

// Role is what the server says of one of the three.
type Role struct {
	Mighty bool // it may pass by row-level security, or make itself able to
	Member bool // it is a member of the owner
}

const query = `
select current_setting('server_version_num')::int, current_setting('server_version'), current_user::text, d.datname::text,
	pg_get_userbyid(d.datdba)::text, pg_encoding_to_char(d.encoding)::text, pg_is_in_recovery(),
	exists (select from pg_collation where collname = 'vi-x-icu'),
	r.rolsuper or pg_has_role(current_user, d.datdba, 'usage'), r.rolsuper or r.rolcreaterole,
	least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
			- (select count(*)::int from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
				and (usename is null or usename not in ($1, $2, $3))),
		case when d.datconnlimit < 0 then 2147483647 else d.datconnlimit end)
from pg_database d, pg_roles r where d.datname = current_database() and r.rolname = current_user`

// What is in the database and not of an instance. What an extension brought is not counted: a server's own tools for
// watching it are often everywhere.
const foreign = `
select 'schema ' || nspname from pg_namespace n
where nspname not in ('public', 'information_schema') and nspname !~ '^pg_' and pg_get_userbyid(nspowner) <> $1
	and not exists (select from pg_depend where classid = 'pg_namespace'::regclass and objid = n.oid and deptype = 'e')
union all
select 'public.' || relname from pg_class c
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
	and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype in ('e', 'a', 'i'))
order by 1 limit 20`

const roles = `
select r.rolname::text, r.rolsuper or r.rolbypassrls or r.rolcreaterole,
	r.rolname <> $1 and exists (select from pg_roles o where o.rolname = $1 and pg_has_role(r.oid, o.oid, 'member'))
from pg_roles r where r.rolname in ($1, $2, $3)`

// Look asks the server. It only reads. Faults: those of Connect; Unavailable when the server goes away.
func Look(ctx context.Context, a Address) (Facts, error) {
	conn, err := Connect(ctx, a.DSN().Reveal())
	if err != nil {
		return Facts{}, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	f := Facts{Roles: map[string]Role{}, Open: open(conn.PgConn().Conn())}
	if f.Pooler, f.Shares, err = pooled(ctx, a, conn); err != nil {
		return f, db.Explain(err)
	}
	if f.Shares {
		conn.Config().DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // it would lose what was prepared
		if err := conn.Close(ctx); err != nil {
			return f, db.Explain(err)
		}
		if conn, err = pgx.ConnectConfig(ctx, conn.Config()); err != nil {
			return f, explain(err)
		}
		defer func(c *pgx.Conn) { _ = c.Close(context.WithoutCancel(ctx)) }(conn)
	}
	err = conn.QueryRow(ctx, query, db.OwnerRole, db.AppRole, db.ReadOnlyRole).Scan(&f.Version, &f.VersionText, &f.Role, &f.Database,
		&f.Owner, &f.Encoding, &f.Standby, &f.Vietnamese, &f.Owns, &f.MakesRoles, &f.Free)
	if err != nil {
		return f, db.Explain(err)
	}
	rows, err := conn.Query(ctx, foreign, db.OwnerRole)
	if err == nil {
		f.Foreign, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return f, db.Explain(err)
	}
	return f, f.bound(ctx, conn)
}

// Bound is what the server says of the three roles, asked as one of them: the rest stays empty. Faults as Look's.
func Bound(ctx context.Context, dsn string) (Facts, error) {
	f := Facts{Roles: map[string]Role{}}
	conn, err := Connect(ctx, dsn)
	if err != nil {
		return f, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return f, f.bound(ctx, conn)
}

func (f Facts) bound(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, roles, db.OwnerRole, db.AppRole, db.ReadOnlyRole)
	if err != nil {
		return db.Explain(err)
	}
	var name string
	var r Role
	_, err = pgx.ForEachRow(rows, []any{&name, &r.Mighty, &r.Member}, func() error {
		f.Roles[name] = r
		return nil
	})
	return db.Explain(err)
}

// Connect opens a connection. Faults: finding "external.password" when the server does not take role and password,
// "external.hba" when it lets the role not in from here, "external.database.absent", "external.full"; Unavailable
// "external.unreachable" when nobody answers.
func Connect(ctx context.Context, dsn string) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, dsn)
	return conn, explain(err)
}

func explain(err error) error {
	if err == nil {
		return nil
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return fault.Wrap(err, fault.Unavailable, "external.unreachable")
	}
	why := clean(pg.Message)
	switch pg.Code {
	case "28P01":
		return fault.Wrap(err, fault.Finding, "external.password", "why", why)
	case "28000", "42501":
		return fault.Wrap(err, fault.Finding, "external.hba", "why", why)
	case "3D000":
		return fault.Wrap(err, fault.Finding, "external.database.absent", "why", why)
	case "53300":
		return fault.Wrap(err, fault.Finding, "external.full", "why", why)
	}
	return fault.Wrap(err, fault.Unavailable, "external.refused", "why", why)
}

// clean is a server's sentence on one line.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

// open reports a connection over the network without encryption. The host's own addresses are not the network.
func open(c net.Conn) bool {
	tcp, plain := c.RemoteAddr().(*net.TCPAddr) // a TLS connection gives the same address, but is no *net.TCPConn
	_, bare := c.(*net.TCPConn)
	return plain && bare && !tcp.IP.IsLoopback()
}

// Answers reports whether a server takes connections at the address; that it refuses this role is an answer too.
func Answers(ctx context.Context, dsn string) bool {
	conn, err := pgx.Connect(ctx, dsn)
	if err == nil {
		_ = conn.Close(ctx)
		return true
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && !strings.HasPrefix(pg.Code, "57P") && !strings.HasPrefix(pg.Code, "08") && pg.Code != "53300"
}

package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// The three roles of an instance. The owner owns schemas and tables and runs migrations and seeds; the platform
// works as the application role, which row-level security binds; the read-only role sees public facts.
const (
	OwnerRole    = "egov_owner"
	AppRole      = "egov_app"
	ReadOnlyRole = "egov_readonly"
)

// Passwords of the three roles, printable ASCII (secret.Random gives such).
type Passwords struct{ Owner, App, ReadOnly secret.String }

// roleSettings keep one careless statement from holding everything up. They are per role, so that dumps, restores and
// the owner's index builds are not cut short.
var roleSettings = map[string][][2]string{
	OwnerRole:    {{"timezone", "<+07>-07"}},
	AppRole:      {{"timezone", "<+07>-07"}, {"statement_timeout", "30s"}, {"lock_timeout", "5s"}, {"idle_in_transaction_session_timeout", "60s"}},
	ReadOnlyRole: {{"timezone", "<+07>-07"}, {"statement_timeout", "30s"}, {"lock_timeout", "1s"}, {"default_transaction_read_only", "on"}},
}

// EnsureRoles makes the three roles what they should be and reports whether anything had to change. dsn is a
// superuser's (or, on an external server, of a role that may create roles). The server is sent SCRAM verifiers that
// are computed here, so no password can turn up in its log. Faults: invalid "db.password", "db.unreachable".
func EnsureRoles(ctx context.Context, dsn string, p Passwords) (changed bool, err error) {
	conn, err := connect(ctx, dsn)
	if err != nil {
		return false, err
	}
	defer closeConn(conn)
	for _, r := range []struct {
		name     string
		password secret.String
	}{{OwnerRole, p.Owner}, {AppRole, p.App}, {ReadOnlyRole, p.ReadOnly}} {
		did, err := ensureRole(ctx, conn, r.name, r.password)
		if err != nil {
			return changed, err
		}
		changed = changed || did
	}
	return changed, nil
}

func ensureRole(ctx context.Context, conn *pgx.Conn, name string, password secret.String) (bool, error) {
	if err := checkPassword(name, password); err != nil {
		return false, err
	}
	var exists, login, tooMuch bool
	err := conn.QueryRow(ctx, `select true, rolcanlogin, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = $1`, name).
		Scan(&exists, &login, &tooMuch)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, Explain(err)
	}
	if exists && login && !tooMuch && sameVerifier(ctx, conn, name, password) && sameSettings(ctx, conn, name) {
		return false, nil
	}
	verb, least := "create", "nosuperuser nocreatedb nocreaterole nobypassrls"
	if exists {
		verb = "alter"
		if !tooMuch {
			least = "" // to say it again is only a superuser's
		}
	}
	sql := fmt.Sprintf("begin; %s role %s login %s password %s;", verb, name, least, quote(verifier(password)))
	for _, s := range roleSettings[name] {
		sql += fmt.Sprintf(" alter role %s set %s = %s;", name, s[0], quote(s[1]))
	}
	if _, err := conn.Exec(ctx, sql+" commit"); err != nil {
		return false, Explain(err)
	}
	return true, nil
}

// sameVerifier compares with what the server stores; who may not read that (an external server) sets it again.
func sameVerifier(ctx context.Context, conn *pgx.Conn, role string, password secret.String) bool {
	var stored string
	err := conn.QueryRow(ctx, `select coalesce(rolpassword, '') from pg_authid where rolname = $1`, role).Scan(&stored)
	return err == nil && verifies(stored, password)
}

func sameSettings(ctx context.Context, conn *pgx.Conn, role string) bool {
	var have []string
	err := conn.QueryRow(ctx, `select coalesce(max(setconfig), '{}') from pg_db_role_setting where setdatabase = 0 and setrole = $1::regrole`, role).Scan(&have)
	if err != nil || len(have) != len(roleSettings[role]) {
		return false
	}
	for _, want := range roleSettings[role] {
		// the server spells names its own way (TimeZone) and keeps them in the order in which they were set
		if !slices.ContainsFunc(have, func(h string) bool {
			name, value, _ := strings.Cut(h, "=")
			return strings.EqualFold(name, want[0]) && value == want[1]
		}) {
			return false
		}
	}
	return true
}

// CreateDatabase makes database name, owned by egov_owner, in UTF-8 with the Vietnamese collation of ICU, and reports
// whether it had to. Only the three roles may connect, and nobody may create in schema public. dsn is a
// superuser's, of any database on the server.
func CreateDatabase(ctx context.Context, dsn, name string) (created bool, err error) {
	conn, err := connect(ctx, dsn)
	if err != nil {
		return false, err
	}
	defer closeConn(conn)
	id := pgx.Identifier{name}.Sanitize()
	var exists bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&exists); err != nil {
		return false, Explain(err)
	}
	if !exists {
		_, err := conn.Exec(ctx, "create database "+id+" owner "+OwnerRole+
			" template template0 encoding 'UTF8' locale_provider icu icu_locale 'vi-VN' locale 'C.UTF-8'")
		var pg *pgconn.PgError
		if err != nil && !(errors.As(err, &pg) && pg.Code == "42P04") { // somebody else was faster
			return false, fault.Wrap(err, fault.Unavailable, "db.create", "name", name)
		}
	}
	// repeated each time: a cut between creating and closing must not leave the database open to all
	_, err = conn.Exec(ctx, fmt.Sprintf("begin; revoke all on database %[1]s from public; grant connect, temporary, create on database %[1]s to %[2]s; grant connect on database %[1]s to %[3]s, %[4]s; commit",
		id, OwnerRole, AppRole, ReadOnlyRole))
	return !exists, Explain(err)
}

func connect(ctx context.Context, dsn string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "db.dsn")
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	return conn, nil
}

func closeConn(c *pgx.Conn) { _ = c.Close(context.Background()) }

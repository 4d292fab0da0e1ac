package outside

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
)

// What an instance needs of a server.
const (
	Oldest      = 15 // major version: security_invoker views, and a schema public in which nobody may create
	Connections = 24 // the platform's pool, a second one while a release is exchanged for another, and a command's
)

// Server judges the server itself; nil when an instance can live there. Findings "external.version",
// "external.standby", "external.pooler", "external.connections".
func (f Facts) Server() error {
	switch {
	case f.Version < Oldest*10000:
		return fault.New(fault.Finding, "external.version", "version", f.VersionText, "wanted", Oldest)
	case f.Shares:
		return fault.New(fault.Finding, "external.pooler")
	case f.Standby:
		return fault.New(fault.Finding, "external.standby")
	case f.Free < Connections:
		return fault.New(fault.Finding, "external.connections", "free", max(f.Free, 0), "wanted", Connections)
	}
	return nil
}

// Data judges the database. Findings "external.encoding", "external.collation", "external.not_empty".
func (f Facts) Data() error {
	switch {
	case f.Encoding != "UTF8":
		return fault.New(fault.Finding, "external.encoding", "database", f.Database, "encoding", f.Encoding, "sql",
			"create database "+quoted(f.Database+"_utf8")+" owner "+quoted(f.Role)+" template template0 encoding 'UTF8' locale 'C.UTF-8';")
	case !f.Vietnamese:
		return fault.New(fault.Finding, "external.collation", "sql", "select pg_import_system_collations('pg_catalog');")
	case len(f.Foreign) > 0:
		return fault.New(fault.Finding, "external.not_empty", "database", f.Database, "found", list(f.Foreign), "sql",
			"create database "+quoted(f.Database+"_egov")+" owner "+quoted(f.Role)+" template template0 encoding 'UTF8';")
	}
	return nil
}

// Rights judges the role that we were given, and the roles that an instance works with. strangers are those of the three
// that are there and do not take this instance's password. Findings "external.not_owner", "external.no_createrole",
// "external.roles_taken", and those of Wall.
func (f Facts) Rights(strangers []string) error {
	missing := slices.ContainsFunc([]string{db.OwnerRole, db.AppRole, db.ReadOnlyRole}, func(name string) bool {
		_, there := f.Roles[name]
		return !there
	})
	switch {
	case !f.Owns:
		return fault.New(fault.Finding, "external.not_owner", "role", f.Role, "database", f.Database, "owner", f.Owner, "sql",
			"alter database "+quoted(f.Database)+" owner to "+quoted(f.Role)+";")
	case len(strangers) > 0:
		return fault.New(fault.Finding, "external.roles_taken", "roles", list(strangers), "sql", "drop role "+list(strangers)+";")
	case missing && !f.MakesRoles:
		return fault.New(fault.Finding, "external.no_createrole", "role", f.Role, "sql", "alter role "+quoted(f.Role)+" createrole;")
	}
	return f.Wall()
}

// Wall judges whether row-level security binds the roles with which the platform works. Finding "external.wall".
func (f Facts) Wall() error {
	for _, name := range []string{db.AppRole, db.ReadOnlyRole, db.OwnerRole} {
		switch r := f.Roles[name]; {
		case r.Mighty:
			return fault.New(fault.Finding, "external.wall", "role", name, "sql", "alter role "+name+" nosuperuser nobypassrls nocreaterole;")
		case r.Member:
			return fault.New(fault.Finding, "external.wall", "role", name, "sql", "revoke "+db.OwnerRole+" from "+name+";")
		}
	}
	return nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

func list(names []string) string { return strings.Join(names, ", ") }

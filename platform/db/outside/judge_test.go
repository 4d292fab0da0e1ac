package outside

import (
	"testing"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
)

// fine is a server on which everything fits.
func fine() Facts {
	return Facts{Version: 150004, VersionText: "15.4", Role: "dba", Database: "d", Owner: "dba", Encoding: "UTF8", Vietnamese: true,
		Owns: true, MakesRoles: true, Free: Connections, Roles: map[string]Role{}}
}

func TestWhatDoesNotFitIsRefusedByName(t *testing.T) {
	three := func(r Role) map[string]Role {
		return map[string]Role{db.OwnerRole: {}, db.AppRole: r, db.ReadOnlyRole: {}}
	}
	for _, c := range []struct {
		name      string
		change    func(*Facts)
		strangers []string
		key, sql  string
	}{
		{"all fits", func(*Facts) {}, nil, "", ""},
		{"a later major version fits", func(f *Facts) { f.Version = 180001 }, nil, "", ""},
		{"the last of the major version before", func(f *Facts) { f.Version = 140099 }, nil, "external.version", ""},
		{"a version of three parts", func(f *Facts) { f.Version = 90624 }, nil, "external.version", ""},
		{"a pooler by transaction", func(f *Facts) { f.Pooler, f.Shares = true, true }, nil, "external.pooler", ""},
		{"a pooler by session fits", func(f *Facts) { f.Pooler = true }, nil, "", ""},
		{"a standby", func(f *Facts) { f.Standby = true }, nil, "external.standby", ""},
		{"one connection too few", func(f *Facts) { f.Free-- }, nil, "external.connections", ""},
		{"another encoding", func(f *Facts) { f.Encoding = "LATIN1" }, nil, "external.encoding",
			`create database "d_utf8" owner "dba" template template0 encoding 'UTF8' locale 'C.UTF-8';`},
		{"no ICU", func(f *Facts) { f.Vietnamese = false }, nil, "external.collation", "select pg_import_system_collations('pg_catalog');"},
		{"somebody's tables", func(f *Facts) { f.Foreign = []string{"public.a"} }, nil, "external.not_empty",
			`create database "d_egov" owner "dba" template template0 encoding 'UTF8';`},
		{"somebody else's database", func(f *Facts) { f.Owns = false; f.Database = `a"b` }, nil, "external.not_owner", `alter database "a""b" owner to "dba";`},
		{"no right to make roles", func(f *Facts) { f.MakesRoles = false }, nil, "external.no_createrole", `alter role "dba" createrole;`},
		{"nor is one needed once they are made", func(f *Facts) { f.MakesRoles, f.Roles = false, three(Role{}) }, nil, "", ""},
		{"roles of another instance", func(f *Facts) { f.Roles = three(Role{}) }, []string{db.AppRole}, "external.roles_taken", "drop role egov_app;"},
		{"a role that passes by", func(f *Facts) { f.Roles = three(Role{Mighty: true}) }, nil, "external.wall", "alter role egov_app nosuperuser nobypassrls nocreaterole;"},
		{"a role that can become the owner", func(f *Facts) { f.Roles = three(Role{Member: true}) }, nil, "external.wall", "revoke egov_owner from egov_app;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fine()
			c.change(&f)
			var found []*fault.Error
			for _, err := range []error{f.Server(), f.Data(), f.Rights(c.strangers)} {
				if err != nil {
					found = append(found, fault.From(err))
				}
			}
			switch {
			case c.key == "" && len(found) > 0:
				t.Errorf("%v", found)
			case c.key != "" && (len(found) != 1 || found[0].Key != c.key || found[0].Code != fault.Finding || found[0].Args["sql"] != c.sql):
				t.Errorf("%v, want %s with %q", found, c.key, c.sql)
			}
		})
	}
}

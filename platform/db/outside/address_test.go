package outside

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

func TestAnAddressIsReadOrRefusedByName(t *testing.T) {
	for name, c := range map[string]struct{ dsn, public, key string }{
		"a URL":                        {"postgres://an:mat%20khau@db.tinh.vn:5433/egov?sslmode=require\n", `host='db.tinh.vn' port='5433' dbname='egov' sslmode='require' connect_timeout='10'`, ""},
		"pairs":                        {`host=/run/pg dbname='e gov' user=an password='it\'s'`, `host='/run/pg' port='5432' dbname='e gov' sslmode='prefer' connect_timeout='10'`, ""},
		"several hosts":                {`host=a,b port=1,2 dbname=e user=u password=p target_session_attrs=read-write`, `host='a,b' port='1,2' dbname='e' sslmode='prefer' connect_timeout='10' target_session_attrs='read-write'`, ""},
		"a folder of a socket":         {`postgres://u:p@/e?host=/run/pg`, `host='/run/pg' port='5432' dbname='e' sslmode='prefer' connect_timeout='10'`, ""},
		"nothing":                      {"", "", "external.dsn.syntax"},
		"words":                        {"the database is on db1", "", "external.dsn.syntax"},
		"an open quotation":            {"host=a dbname='b", "", "external.dsn.syntax"},
		"the same twice":               {"host=a host=b dbname=c user=d password=e", "", "external.dsn.syntax"},
		"two lines":                    {"host=a dbname=b\nuser=c password=d", "", "external.dsn.syntax"},
		"a port that is none":          {"postgres://u:canary@h:port/d", "", "external.dsn.syntax"},
		"a port out of range":          {"host=h port=99999 dbname=d user=u password=canary", "", "external.dsn.syntax"},
		"an sslmode that is none":      {"host=h dbname=d user=u password=canary sslmode=maybe", "", "external.dsn.syntax"},
		"a setting that is not taken":  {"host=h dbname=d user=u password=canary passfile=/root/p", "", "external.dsn.setting"},
		"no name of a database":        {"postgres://u:canary@h:5432", "", "external.dsn.lacks"},
		"no name of a database, pairs": {"host=h user=u password=canary", "", "external.dsn.lacks"},
		"no password":                  {"postgres://u@h/d", "", "external.dsn.lacks"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := Parse(c.dsn)
			if c.key == "" {
				if err != nil || a.Public() != c.public {
					t.Errorf("%v, %s, want %s", err, a.Public(), c.public)
				}
				return
			}
			if e := fault.From(err); err == nil || e.Key != c.key || e.Code != fault.Invalid || strings.Contains(err.Error(), "canary") {
				t.Errorf("%v, want %s without the password", err, c.key)
			}
		})
	}
}

// Whatever stands in a password or a name arrives at the driver as it is, and the public half has nothing of user and password.
func TestEveryValueArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~àêđỹ]{1,20}`)
		name, user, password, role, other := text.Draw(t, "name"), text.Draw(t, "user"), text.Draw(t, "password"), text.Draw(t, "role"), text.Draw(t, "other")
		a := Address{map[string]string{"host": "h", "dbname": name, "user": user, "password": password}}
		b, err := Parse(a.text(true))
		if err != nil {
			t.Fatalf("%v", err)
		}
		c, err := Restore(b.Public())
		if err != nil {
			t.Fatal(err)
		}
		if _, said := c.settings["password"]; said || c.Database() != name {
			t.Fatalf("%v", c.settings)
		}
		for dsn, want := range map[secret.String][3]string{b.DSN(): {name, user, password}, c.For(role, secret.New(other)): {name, role, other}} {
			cfg, err := pgx.ParseConfig(dsn.Reveal())
			if err != nil {
				t.Fatal(err)
			}
			if got := [3]string{cfg.Database, cfg.User, cfg.Password}; got != want {
				t.Fatalf("%q, want %q", got, want)
			}
		}
	})
}

package steps_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/external"
	"egovctl/provisioning/steps/layout"
)

// externalFixture is a host that has its answers, and a database on a server that somebody else keeps.
func externalFixture(t *testing.T) enginetest.Fixture {
	site, super := elsewhere(t)
	f := enginetest.Fixture{Host: host.NewLocal(), Root: string(site.Root), Varies: varies(site), Costly: true, Step: external.New(site, true)}
	f.State = func(t *testing.T) string {
		return asked(t, super, `select coalesce(string_agg(rolname || has_database_privilege(rolname, 'province', 'create'), ' ' order by rolname), '') from pg_roles where rolname ~ '^egov'`)
	}
	f.Secrets = append(f.Secrets, "the-administrators")
	for _, name := range instance.Roles() {
		s, err := site.Secret(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Secrets = append(f.Secrets, s.Reveal())
	}
	f.Release = func() { clear(t, site) }
	return f
}

// theirs is the server of somebody else's, one for all tests here: it ends with this process.
var theirs struct {
	dsn, socket string
	end         func()
}

// lasting keeps what a test would have cleaned up.
type lasting struct{ testing.TB }

func (lasting) Cleanup(end func()) { theirs.end = end }

// elsewhere lays down a host whose fresh database is on a server of somebody else's; super is the DSN of its administrator.
func elsewhere(t *testing.T) (site instance.Site, super string) {
	t.Helper()
	here(t) // makes place and account
	if theirs.dsn == "" {
		c, password, _ := dbtest.Cluster(lasting{t}, map[string]string{"fsync": "off"})
		theirs.dsn, theirs.socket = c.DSN(c.Superuser(), password, "postgres").Reveal(), filepath.Dir(c.SocketPath())
		asked(t, theirs.dsn, "create role dba login createrole password 'the-administrators'")
	}
	super = theirs.dsn
	for _, s := range []string{"drop database if exists another", "drop database if exists province", "drop role if exists egov_owner, egov_app, egov_readonly",
		"create database province owner dba template template0 encoding 'UTF8'"} {
		asked(t, super, s)
	}
	file := filepath.Join(place.dir, "dsn")
	dsn := fmt.Sprintf("host='%s' dbname=province user=dba password=the-administrators", theirs.socket)
	if err := os.WriteFile(file, []byte(dsn), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": fmt.Sprintf("insp%d", os.Getpid()), "http.listen": place.address,
		"topology": instance.External, "postgres.dsn_file": file}})
	if err != nil {
		t.Fatal(err)
	}
	site = instance.At(instance.Root(filepath.Join(place.dir, "egov")), a, "1.0.0")
	lay(t, site, "external", layout.New(site), answers.New(site, secrets()))
	return site, super
}

// asked is the one value that a statement gives, "" for none.
func asked(t *testing.T, dsn, statement string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func TestAnExternalDatabaseIsNotExchangedForAnother(t *testing.T) {
	site, super := elsewhere(t)
	t.Cleanup(func() { clear(t, site) })
	step, on := external.New(site, true), host.NewLocal()
	changes, err := step.Plan(t.Context(), on)
	for _, c := range changes {
		if err == nil {
			err = step.Apply(t.Context(), on, c, nil)
		}
	}
	if err != nil || planned(t, step) != "" {
		t.Fatalf("%v, then %s", err, planned(t, step))
	}
	asked(t, super, "create database another owner dba template template0 encoding 'UTF8'")
	raw, err := os.ReadFile(site.Answers.Postgres.DSNFile)
	if err != nil {
		t.Fatal(err)
	}
	// the same server by another setting is the same place
	if err := os.WriteFile(site.Answers.Postgres.DSNFile, append(raw, " connect_timeout=3"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := planned(t, step); got != "address" {
		t.Errorf("%s", got)
	}
	// a server to which data and roles were not moved is not
	asked(t, super, "alter role egov_app password 'another'")
	if _, err := step.Plan(t.Context(), on); err == nil || fault.From(err).Key != "external.elsewhere" {
		t.Errorf("%v", err)
	}
}

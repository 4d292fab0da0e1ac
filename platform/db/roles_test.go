package db_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

func TestEnsureRolesChangesOnlyWhatIsNotSo(t *testing.T) {
	c, super, log := dbtest.Cluster(t, map[string]string{"log_statement": "all", "logging_collector": "off"})
	admin := c.DSN(c.Superuser(), super, "postgres").Reveal()
	p := db.Passwords{Owner: secret.Random(16), App: secret.Random(16), ReadOnly: secret.Random(16)}
	ensure := func(want bool) {
		t.Helper()
		if changed, err := db.EnsureRoles(t.Context(), admin, p); err != nil || changed != want {
			t.Errorf("changed %v, %v", changed, err)
		}
	}
	ensure(true)
	ensure(false)
	run(t, admin, "alter role egov_app bypassrls")
	ensure(true)
	run(t, admin, "alter role egov_app reset statement_timeout")
	ensure(true)
	ensure(false)
	p.App = secret.Random(16)
	ensure(true)
	for role, password := range map[string]secret.String{db.OwnerRole: p.Owner, db.AppRole: p.App, db.ReadOnlyRole: p.ReadOnly} {
		run(t, c.DSN(role, password, "postgres").Reveal(), "select 1")
	}
	if text := log(); !strings.Contains(text, "alter role egov_app") || strings.Contains(text, p.App.Reveal()) || strings.Contains(text, p.Owner.Reveal()) {
		t.Error("the server's log holds a password, or the statements are not in it and the test proves nothing")
	}
	if _, err := db.EnsureRoles(t.Context(), admin, db.Passwords{Owner: secret.New("mật khẩu"), App: p.App, ReadOnly: p.ReadOnly}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a password beyond ASCII: %v", err)
	}
}

func TestCreateDatabaseIsForTheThreeRolesOnly(t *testing.T) {
	c, super, _ := dbtest.Cluster(t, nil)
	admin := c.DSN(c.Superuser(), super, "postgres").Reveal()
	p := db.Passwords{Owner: secret.Random(16), App: secret.Random(16), ReadOnly: secret.Random(16)}
	if _, err := db.EnsureRoles(t.Context(), admin, p); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if created, err := db.CreateDatabase(t.Context(), admin, "egov"); err != nil || created != want {
			t.Errorf("created %v, %v", created, err)
		}
	}
	run(t, admin, "create role stranger login password 'x'")
	if _, err := pgx.Connect(t.Context(), c.DSN("stranger", secret.New("x"), "egov").Reveal()); err == nil {
		t.Error("a stranger may connect")
	}
	app, err := pgx.Connect(t.Context(), c.DSN(db.AppRole, p.App, "egov").Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close(context.Background()) }()
	for _, sql := range []string{"create schema x", "create table public.x (id int)", "create temporary table x (id int)", "set role egov_owner"} {
		if _, err := app.Exec(t.Context(), sql); !fault.Is(db.Explain(err), fault.Forbidden) {
			t.Errorf("the application may %s: %v", sql, err)
		}
	}
	var order string
	if err := app.QueryRow(t.Context(), "select string_agg(w, ' ' order by w) from unnest(array['Êa','Ea','Đa','Da','ă','a','â']) w").Scan(&order); err != nil || order != "a ă â Da Đa Ea Êa" {
		t.Errorf("%s, %v", order, err)
	}
}

func run(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

package outside_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/cluster"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/db/outside"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// world is a server of somebody else's, with a role and a database that its administrator has made for us.
type world struct {
	*testing.T

	c     *cluster.Cluster
	super secret.String
}

func TestOnAServerOfSomebodyElses(t *testing.T) {
	c, super, _ := dbtest.Cluster(t, map[string]string{"fsync": "off", "max_connections": "60"})
	w := world{t, c, super}
	w.exec("postgres", `create role dba login createrole password 'mật khẩu'`)
	for _, s := range []struct {
		name string
		run  func(world)
	}{
		{"an empty database of our own fits", empty}, {"another encoding is seen", latin}, {"things of others are seen", taken},
		{"a role without rights is seen", rightless}, {"who does not let us in is named", locked}, {"poolers are told apart", poolers},
		{"what is made goes again, and nothing else", whole}, {"roles of another instance are left alone", stranger},
		{"a standby is seen in what it says", standby}, {"row-level security that was undermined is seen", wall},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(world{t, c, super}) })
	}
}

func (w world) exec(database string, statements ...string) {
	w.Helper()
	conn, err := pgx.Connect(w.Context(), w.c.DSN(w.c.Superuser(), w.super, database).Reveal())
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, s := range statements {
		if _, err := conn.Exec(w.Context(), s); err != nil {
			w.Fatalf("%s: %v", s, err)
		}
	}
}

func (w world) ask(database, question string) string {
	w.Helper()
	conn, err := pgx.Connect(w.Context(), w.c.DSN(w.c.Superuser(), w.super, database).Reveal())
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var answer string
	if err := conn.QueryRow(w.Context(), question).Scan(&answer); err != nil {
		w.Fatalf("%s: %v", question, err)
	}
	return answer
}

// given is the address of a database that was just made for us.
func (w world) given(database, options string) outside.Address {
	w.Helper()
	w.exec("postgres", fmt.Sprintf("create database %s owner dba template template0 %s", database, options))
	return w.at(database, "dba", "mật khẩu")
}

func (w world) at(database, role, password string) outside.Address {
	w.Helper()
	a, err := outside.Parse(fmt.Sprintf("host='%s' dbname=%s user=%s password='%s'", filepath.Dir(w.c.SocketPath()), database, role, password))
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func (w world) look(a outside.Address) outside.Facts {
	w.Helper()
	f, err := outside.Look(w.Context(), a)
	if err != nil {
		w.Fatal(err)
	}
	return f
}

func key(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Key
}

func all(f outside.Facts) string {
	return strings.TrimSpace(key(f.Server()) + " " + key(f.Data()) + " " + key(f.Rights(nil)))
}

func empty(w world) {
	f := w.look(w.given("fits", "encoding 'UTF8'"))
	if wrong := all(f); wrong != "" || f.Pooler || f.Open || f.Version < 150000 || f.Database != "fits" || f.Owner != "dba" {
		w.Errorf("%s: %+v", wrong, f)
	}
	w.exec("fits", "create extension pg_stat_statements", "create extension pg_trgm schema public")
	if wrong := all(w.look(w.at("fits", "dba", "mật khẩu"))); wrong != "" {
		w.Errorf("extensions of the server's administrator: %s", wrong)
	}
}

func latin(w world) {
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		f := w.look(w.given("e_"+strings.ToLower(encoding), "encoding '"+encoding+"' locale_provider libc locale 'C'"))
		if key(f.Data()) != "external.encoding" || f.Encoding != encoding {
			w.Errorf("%v %+v", f.Data(), f)
		}
	}
}

func taken(w world) {
	for name, statement := range map[string]string{"a_table": "create table t (a int)", "a_schema": "create schema s", "a_view": "create view v as select 1", "a_sequence": "create sequence q"} {
		a := w.given(name, "encoding 'UTF8'")
		w.exec(name, statement)
		if f := w.look(a); key(f.Data()) != "external.not_empty" || len(f.Foreign) != 1 {
			w.Errorf("%s: %v %v", statement, f.Data(), f.Foreign)
		}
	}
}

func rightless(w world) {
	w.exec("postgres", "create role poor login password 'p'", "create database others template template0 encoding 'UTF8'", "create database poors owner poor template template0 encoding 'UTF8'")
	if got := key(w.look(w.at("others", "poor", "p")).Rights(nil)); got != "external.not_owner" {
		w.Error(got)
	}
	if got := key(w.look(w.at("poors", "poor", "p")).Rights(nil)); got != "external.no_createrole" {
		w.Error(got)
	}
	w.exec("postgres", "create role office", "grant office to dba", "alter database others owner to office")
	if got := key(w.look(w.at("others", "dba", "mật khẩu")).Rights(nil)); got != "" {
		w.Errorf("a member of the owner: %s", got)
	}
	w.exec("postgres", "alter database others connection limit 3")
	if got := key(w.look(w.at("others", "dba", "mật khẩu")).Server()); got != "external.connections" {
		w.Error(got)
	}
}

func locked(w world) {
	nobody, err := outside.Parse("host=127.0.0.1 port=1 dbname=d user=u password=p")
	if err != nil {
		w.Fatal(err)
	}
	w.exec("postgres", "create database closed template template0", "revoke connect on database closed from public")
	for want, a := range map[string]outside.Address{
		"external.password": w.at("postgres", "dba", "canary"), "external.database.absent": w.at("nowhere", "dba", "mật khẩu"),
		"external.hba": w.at("closed", "dba", "mật khẩu"), "external.unreachable": nobody,
	} {
		_, err := outside.Look(w.Context(), a)
		if key(err) != want || strings.Contains(err.Error(), "canary") {
			w.Errorf("%v, want %s", err, want)
		}
	}
	if outside.Answers(w.Context(), nobody.DSN().Reveal()) || !outside.Answers(w.Context(), w.at("postgres", "dba", "wrong").DSN().Reveal()) {
		w.Error("a server that refuses answers, one that is not there does not")
	}
}

// poolers runs a real pgbouncer in front, in each of its modes.
func poolers(w world) {
	w.given("pooled", "encoding 'UTF8'")
	for mode, want := range map[string]string{"session": "", "transaction": "external.pooler", "statement": "external.pooler"} {
		f := w.look(bouncer(w, mode, "pooled"))
		if !f.Pooler || key(f.Server()) != want {
			w.Errorf("%s: %v %+v", mode, f.Server(), f)
		}
	}
}

func bouncer(w world, mode, database string) outside.Address {
	w.Helper()
	dir, err := os.MkdirTemp("", "egov-bouncer-")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = os.RemoveAll(dir) })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	_ = ln.Close()
	ini := fmt.Sprintf("[databases]\n* = host=%s port=5432\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = plain\nauth_file = %s/users\npool_mode = %s\nignore_startup_parameters = extra_float_digits\n",
		filepath.Dir(w.c.SocketPath()), port, dir, mode)
	for name, text := range map[string]string{"ini": ini, "users": "\"dba\" \"mật khẩu\"\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			w.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		w.Fatal(err)
	}
	cmd := exec.Command("pgbouncer", filepath.Join(dir, "ini"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	as, err := dbtest.Unprivileged()
	if err != nil {
		w.Fatal(err)
	}
	if as != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(as.UID), Gid: uint32(as.GID)}
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	a, err := outside.Parse(fmt.Sprintf("host=127.0.0.1 port=%d dbname=%s user=dba password='mật khẩu'", port, database))
	if err != nil {
		w.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); !outside.Answers(w.Context(), a.DSN().Reveal()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			w.Fatalf("pgbouncer does not answer: %s", said.String())
		}
	}
	return a
}

func passwords() db.Passwords {
	return db.Passwords{Owner: secret.Random(16), App: secret.Random(16), ReadOnly: secret.Random(16)}
}

const standing = `select coalesce(string_agg(line, e'\n' order by line), '') from (
	select 'role ' || rolname from pg_roles union all select 'database ' || datname || ' ' || coalesce(datacl, acldefault('d', datdba))::text from pg_database
	union all select 'schema ' || nspname || coalesce(nspacl::text, '') from pg_namespace where nspname !~ '^pg_(toast_)?temp'
	union all select 'member ' || roleid::regrole || member::regrole from pg_auth_members union all select 'setting ' || setrole::regrole from pg_db_role_setting) x (line)`

func whole(w world) {
	a, p := w.given("whole", "encoding 'UTF8'"), passwords()
	before := w.ask("whole", standing)
	for range 2 { // the second time finds everything there
		if err := outside.Provide(w.Context(), a, p); err != nil {
			w.Fatal(err)
		}
	}
	owner, err := outside.Connect(w.Context(), a.For(db.OwnerRole, p.Owner).Reveal())
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = owner.Close(context.Background()) }() // Withdraw ends it
	if _, err := owner.Exec(w.Context(), `create schema s; create table s.t (a int); alter table s.t enable row level security; grant usage on schema s to egov_app; grant select on s.t to egov_app, egov_readonly;
		create function s.f() returns int language sql security definer as 'select 1'; grant execute on function s.f() to egov_app; alter default privileges in schema s grant select on tables to egov_readonly`); err != nil {
		w.Fatal(err)
	}
	f := w.look(a)
	if wrong := all(f); wrong != "" || len(f.Roles) != 3 {
		w.Errorf("%s %+v", wrong, f)
	}
	for role, password := range map[string]secret.String{db.AppRole: p.App, "nobody": p.App} {
		if ok, err := outside.Taken(w.Context(), a, role, password); err != nil || ok != (role == db.AppRole) {
			w.Errorf("%s: %v %v", role, ok, err)
		}
	}
	app, err := outside.Connect(w.Context(), a.For(db.AppRole, p.App).Reveal())
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = app.Close(context.Background()) }()
	for _, forbidden := range []string{"alter table s.t disable row level security", "set role egov_owner", "create schema mine", "create table public.mine (a int)"} {
		if _, err := app.Exec(w.Context(), forbidden); err == nil {
			w.Errorf("the application role may: %s", forbidden)
		}
	}
	for range 2 {
		if err := outside.Withdraw(w.Context(), a); err != nil {
			w.Fatal(err)
		}
	}
	if after := w.ask("whole", standing); after != before {
		w.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func stranger(w world) {
	theirs, p := w.given("theirs", "encoding 'UTF8'"), passwords()
	if err := outside.Provide(w.Context(), theirs, p); err != nil {
		w.Fatal(err)
	}
	ours := w.given("ours", "encoding 'UTF8'")
	for role, ok := range map[string]bool{db.OwnerRole: false, db.AppRole: false, db.ReadOnlyRole: false} {
		if got, err := outside.Taken(w.Context(), ours, role, secret.New("other")); err != nil || got != ok {
			w.Errorf("%s: %v %v", role, got, err)
		}
	}
	if got := key(w.look(ours).Rights([]string{db.AppRole})); got != "external.roles_taken" {
		w.Error(got)
	}
	w.exec("theirs", "create schema elsewhere authorization egov_owner")
	w.exec("ours", "create schema inours authorization egov_owner")
	// what depends on the roles outside this database keeps them, and then nothing at all goes
	if err := outside.Withdraw(w.Context(), ours); key(err) != "external.kept" {
		w.Errorf("%v", err)
	}
	if got := w.ask("ours", "select count(*)::text from pg_namespace where nspname = 'inours'"); got != "1" {
		w.Error("half of it went")
	}
	w.exec("ours", "drop schema inours")
	if err := outside.Withdraw(w.Context(), theirs); err != nil {
		w.Error(err)
	}
}

func standby(w world) {
	if f := w.look(w.given("primary_one", "encoding 'UTF8'")); f.Standby {
		w.Error("this is no standby")
	}
}

func wall(w world) {
	a, p := w.given("walled", "encoding 'UTF8'"), passwords()
	if err := outside.Provide(w.Context(), a, p); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		if err := outside.Withdraw(context.Background(), a); err != nil {
			w.Error(err)
		}
	})
	dsn := a.For(db.AppRole, p.App).Reveal()
	for _, c := range []struct{ undermined, mended string }{
		{"alter role egov_app bypassrls", "alter role egov_app nosuperuser nobypassrls nocreaterole"},
		{"grant egov_owner to egov_app", "revoke egov_owner from egov_app"}, {"alter role egov_readonly superuser", "alter role egov_readonly nosuperuser"},
	} {
		w.exec("postgres", c.undermined)
		if f, err := outside.Bound(w.Context(), dsn); err != nil || key(f.Wall()) != "external.wall" {
			w.Errorf("%s: %v %v", c.undermined, err, f)
		}
		w.exec("postgres", c.mended)
		if f, err := outside.Bound(w.Context(), dsn); err != nil || f.Wall() != nil {
			w.Errorf("%s: %v %v", c.mended, err, f.Wall())
		}
	}
}

package main_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/platform/db/cluster"
	"egovctl/platform/db/dbtest"
)

// elsewhere is a PostgreSQL that somebody else keeps, with a database and a role for us.
type elsewhere struct {
	t     *testing.T
	c     *cluster.Cluster
	super string // DSN of its administrator
	dsn   string // file with the address that we were given
}

func newElsewhere(t *testing.T, p *trial.Place) elsewhere {
	t.Helper()
	c, super, _ := dbtest.Cluster(t, map[string]string{"unix_socket_permissions": "0777", "fsync": "off"})
	socket := filepath.Dir(c.SocketPath())
	for _, dir := range []string{filepath.Dir(socket), socket} { // the instance's account must get to it
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	e := elsewhere{t, c, c.DSN(c.Superuser(), super, "postgres").Reveal(), filepath.Join(p.Base, "dsn")}
	e.exec("create role quan_tri login createrole password 'canary mật khẩu'", "create database tinh owner quan_tri template template0 encoding 'UTF8'")
	e.write("tinh", "quan_tri", "canary mật khẩu", 0o600)
	return e
}

func (e elsewhere) write(database, role, password string, mode os.FileMode) {
	e.t.Helper()
	_ = os.Remove(e.dsn)
	text := fmt.Sprintf("host='%s' dbname=%s user=%s password='%s'\n", filepath.Dir(e.c.SocketPath()), database, role, password)
	if err := os.WriteFile(e.dsn, []byte(text), mode); err != nil {
		e.t.Fatal(err)
	}
}

func (e elsewhere) exec(statements ...string) {
	e.t.Helper()
	conn, err := pgx.Connect(e.t.Context(), e.super)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, s := range statements {
		if _, err := conn.Exec(e.t.Context(), s); err != nil {
			e.t.Fatalf("%s: %v", s, err)
		}
	}
}

// standing is what the server's administrator sees: roles, databases with who may what, and what lies in ours.
func (e elsewhere) standing() string {
	e.t.Helper()
	conn, err := pgx.Connect(e.t.Context(), strings.Replace(e.super, "/postgres?", "/tinh?", 1))
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var lines string
	if err := conn.QueryRow(e.t.Context(), `select string_agg(line, e'\n' order by line) from (
		select 'role ' || rolname from pg_roles union all select 'database ' || datname || ' ' || coalesce(datacl, acldefault('d', datdba))::text from pg_database
		union all select 'schema ' || nspname || coalesce(nspacl::text, '') from pg_namespace where nspname !~ '^pg_(toast_)?temp') x (line)`).Scan(&lines); err != nil {
		e.t.Fatal(err)
	}
	return lines
}

func (e elsewhere) args() []string {
	return []string{"--set", "topology=external", "--set", "postgres.dsn_file=" + e.dsn}
}

// A province whose database administrators keep PostgreSQL themselves lives there from the first dossier to the removal, and
// finds its server as it was.
func TestAnInstanceLivesOnAnExternalPostgreSQL(t *testing.T) {
	p := trial.New(t)
	e := newElsewhere(t, p)
	before := e.standing()
	in := p.Install(append(e.args(), "--with-probe")...)
	if in.Counts != trial.Danang2014 {
		t.Errorf("%+v", in.Counts)
	}
	if _, err := os.Stat(p.At("data", "postgres")); err == nil {
		t.Error("a cluster of our own was made all the same")
	}
	if h := p.Health(); h.Status != "healthy" {
		t.Errorf("%+v", h)
	}
	code, agency := offeredOnline(t, p, in, "khai sinh")
	citizen := p.As(in, "citizen", "")
	var filed dossier
	citizen.Post("/api/v1/dossiers", map[string]any{"procedure": code, "agency": agency,
		"applicant": map[string]any{"name": "Nguyễn Văn Thử", "id_number": "048090000001", "phone": "0905000001", "address": "Hải Châu"}}, trial.Header{Name: "Idempotency-Key", Value: "external-1"}).
		Status(http.StatusCreated).JSON(&filed)
	if again := p.Install(append(e.args(), "--with-probe")...); again.Changes != 0 {
		t.Errorf("the next run makes %d changes", again.Changes)
	}

	p.Run("stop").Status(trial.Done)
	if s := status(t, p, trial.Finding); s.Status != "stopped" {
		t.Errorf("%+v", s)
	}
	if _, up := e.c.Running(); !up {
		t.Fatal("the stop of the instance stopped a server that is not ours")
	}
	p.Run("start").Status(trial.Done)
	p.Run("restart").Status(trial.Done)
	var tracked dossier
	p.As(in, "citizen", "").Get("/api/v1/dossiers/" + filed.Reference).Status(http.StatusOK).JSON(&tracked)
	if tracked.Reference != filed.Reference || len(tracked.Timeline) == 0 {
		t.Errorf("%+v", tracked)
	}
	p.Leaks(in)
	e.leaks(p)

	p.Run("backup", "create", "--out", filepath.Join(p.Base, "copies")).Status(trial.Usage).Told(t, "en")
	p.Run("postgres").Status(trial.Usage).Told(t, "en")
	e.exec("alter role egov_app bypassrls")
	if h := p.Health("--no-probe"); h.Status != "unhealthy" || !wrong(h, "external.wall") {
		t.Errorf("%+v", h)
	}
	e.exec("alter role egov_app nobypassrls")

	p.Run("uninstall", "--yes").Status(trial.Done)
	if kept := e.standing(); !strings.Contains(kept, "role egov_app") || !strings.Contains(kept, "schema onestop") {
		t.Errorf("data were not kept:\n%s", kept)
	}
	p.Run(p.InstallArgs()...).Status(trial.Usage) // an embedded one would leave them behind
	back := p.Install(e.args()...)
	p.As(back, "citizen", "").Get("/api/v1/dossiers/" + filed.Reference).Status(http.StatusOK)
	p.Run("uninstall", "--yes").Status(trial.Done)
	p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	if after := e.standing(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if err := os.Remove(e.dsn); err != nil {
		t.Fatal(err)
	}
	p.Gone()
}

func wrong(h trial.Health, code string) bool {
	for _, c := range h.Checks {
		if c.Code == code && c.Status == "fail" && trial.Sentence(c.Message) && trial.Sentence(c.Cure) {
			return true
		}
	}
	return false
}

// leaks looks for the administrator's password, which stays in his own file.
func (e elsewhere) leaks(p *trial.Place) {
	e.t.Helper()
	err := filepath.WalkDir(p.Root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.Contains(path, "/releases/") {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), "canary") {
			e.t.Errorf("the administrator's password stands in %s", path)
		}
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// Whatever does not fit is refused before the first write, by name and with a cure, in both languages.
func TestWhatAnExternalPostgreSQLLacksIsToldWithItsCure(t *testing.T) {
	p := trial.New(t)
	e := newElsewhere(t, p)
	e.exec("create database chu_cu owner quan_tri template template0 encoding 'LATIN1' locale_provider libc locale 'C'",
		"create database cua_nguoi_khac template template0 encoding 'UTF8'", "create role ngheo login password 'x'",
		"create database cua_ngheo owner ngheo template template0 encoding 'UTF8'")
	before := e.standing()
	for _, c := range []struct {
		name   string
		given  func()
		status int
		says   string
	}{
		{"no file", func() { _ = os.Remove(e.dsn) }, trial.Usage, "no address file"},
		{"a file that others read", func() { e.write("tinh", "quan_tri", "canary", 0o644) }, trial.Usage, "chmod 600"},
		{"no name of a database", func() { e.write("''", "quan_tri", "canary", 0o600) }, trial.Usage, `lacks "dbname"`},
		{"a malformed address", func() { e.write("'tinh", "quan_tri", "canary", 0o600) }, trial.Usage, "not well formed"},
		{"a wrong password", func() { e.write("tinh", "quan_tri", "canary", 0o600) }, trial.Finding, "password authentication failed"},
		{"a database that is not there", func() { e.write("khong_co", "quan_tri", "canary mật khẩu", 0o600) }, trial.Finding, "no such database"},
		{"another encoding", func() { e.write("chu_cu", "quan_tri", "canary mật khẩu", 0o600) }, trial.Finding, "LATIN1"},
		{"somebody else's database", func() { e.write("cua_nguoi_khac", "quan_tri", "canary mật khẩu", 0o600) }, trial.Finding, `alter database "cua_nguoi_khac" owner to "quan_tri";`},
		{"a role without rights", func() { e.write("cua_ngheo", "ngheo", "x", 0o600) }, trial.Finding, `alter role "ngheo" createrole;`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.given()
			for _, lang := range []string{"vi", "en"} {
				p := p.For(t)
				p.Lang = lang
				args := append([]string{"install", "--demo", "--instance", p.Instance, "--listen", p.Listen, "--yes"}, e.args()...)
				o := p.Run(args...).Status(c.status)
				o.Told(t, lang)
				if lang == "en" && !strings.Contains(o.Stderr, c.says) || strings.Contains(o.Stdout+o.Stderr, "canary") {
					t.Errorf("%s", o.Stderr)
				}
			}
			if _, err := os.Stat(p.Root); err == nil {
				t.Error("something was written")
			}
		})
	}
	if after := e.standing(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

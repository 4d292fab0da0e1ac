package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/cmd/egovctl/internal/command"
	"egovctl/cmd/egovctl/internal/root"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/provisioning/instance"
	"egovctl/templates"
)

// place is an instance without an installation: the folders and files that commands read, and a real PostgreSQL with
// the packaged data behind the socket where they look for it. It is made once and lives as long as the test process.
type place struct {
	dir string
	err error
}

var here = sync.OnceValue(makePlace)

var folder string // of the place

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "egov-command-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func (p *place) at(parts ...string) string {
	return filepath.Join(append([]string{p.dir}, parts...)...)
}

// outcome is what a command did.
type outcome struct {
	t        *testing.T
	args     string
	exit     int
	out, err string
}

// run carries out one command line against the place, in this process.
func run(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	p := here()
	if p.err != nil {
		t.Fatal(p.err)
	}
	return runAt(t, p.dir, stdin, args...)
}

func runAt(t *testing.T, dir, stdin string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	env := map[string]string{"USER": "tester"}
	piped := term.Piped(strings.NewReader(stdin), &out, &errs, func(name string) string { return env[name] })
	exit := root.Run(append(args, "--root", dir), piped, "test", command.All())
	return outcome{t, strings.Join(args, " "), exit, out.String(), errs.String()}
}

// status checks the exit status.
func (o outcome) status(want int) outcome {
	o.t.Helper()
	if o.exit != want {
		o.t.Fatalf("%s: exit %d, not %d\n%s%s", o.args, o.exit, want, o.out, o.err)
	}
	return o
}

// has checks that all of these are on stdout.
func (o outcome) has(parts ...string) outcome {
	o.t.Helper()
	return o.find(o.out, "stdout", parts)
}

// tells checks that all of these are on stderr.
func (o outcome) tells(parts ...string) outcome {
	o.t.Helper()
	return o.find(o.err, "stderr", parts)
}

func (o outcome) find(in, where string, parts []string) outcome {
	o.t.Helper()
	for _, s := range parts {
		if !strings.Contains(in, s) {
			o.t.Errorf("%s: %q is not on %s:\n%s", o.args, s, where, in)
		}
	}
	return o
}

// json decodes stdout, which must be one document and nothing else.
func (o outcome) json(into any) outcome {
	o.t.Helper()
	if err := json.Unmarshal([]byte(o.out), into); err != nil {
		o.t.Fatalf("%s: %v\n%s", o.args, err, o.out)
	}
	return o
}

// keep lets dbtest's server be used beyond the test that happened to come first.
type keep struct{ testing.TB }

func (keep) Helper()        {}
func (keep) Cleanup(func()) {}
func (keep) Fatalf(format string, args ...any) {
	panic(format)
}

func makePlace() *place {
	p := &place{dir: folder}
	d := dbtest.Empty(keep{}) // its server; the database that commands know is another
	ctx := context.Background()
	if _, p.err = db.CreateDatabase(ctx, d.SuperDSN(), instance.Database); p.err != nil {
		return p
	}
	if p.err = p.files(d); p.err == nil {
		p.err = p.load(ctx, toDatabase(d.OwnerDSN()))
	}
	if p.err == nil { // the commands of one process leave their connections to its end
		p.err = execute(ctx, d.SuperDSN(), "alter database "+instance.Database+" set idle_session_timeout = '5s'")
	}
	return p
}

func execute(ctx context.Context, dsn, sql string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

func toDatabase(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + instance.Database
	return u.String()
}

// files lays instance.yaml, the secrets, and the socket.
func (p *place) files(d *dbtest.DB) error {
	for _, dir := range []string{"etc/secrets", "run", "journal"} {
		if err := os.MkdirAll(p.at(dir), 0o755); err != nil {
			return err
		}
	}
	answers, err := instance.Load(instance.Sources{Flags: map[string]string{"province.profile": "danang-2014", "http.listen": "127.0.0.1:9999"}})
	if err != nil {
		return err
	}
	private, public, err := audit.NewKeyPEM()
	if err != nil {
		return err
	}
	app, err := url.Parse(d.AppDSN())
	if err != nil {
		return err
	}
	owner, err := url.Parse(d.OwnerDSN())
	if err != nil {
		return err
	}
	appPassword, _ := app.User.Password()
	ownerPassword, _ := owner.User.Password()
	for name, content := range map[string][]byte{
		"etc/instance.yaml": answers.YAML(), "etc/secrets/" + instance.AuditKey: private, "etc/secrets/" + instance.AuditKey + ".pub": public,
		"etc/secrets/" + instance.AppPassword: []byte(appPassword), "etc/secrets/" + instance.OwnerPassword: []byte(ownerPassword),
	} {
		if err := os.WriteFile(p.at(name), content, 0o600); err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(app.Query().Get("host"), ".s.PGSQL."+app.Query().Get("port")), p.at("run", instance.SocketName))
}

// load migrates and seeds as an installation does.
func (p *place) load(ctx context.Context, dsn string) error {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		return err
	}
	offices, err := platform.Open(module.Deps{Texts: texts}, app.Files(templates.FS, p.at("local")), nil)
	if err != nil {
		return err
	}
	var streams []db.Stream
	for _, m := range offices.Modules() {
		streams = append(streams, db.Stream{Schema: m.Name, FS: m.Migrations})
	}
	if _, err := db.Migrate(ctx, dsn, streams, nil); err != nil {
		return err
	}
	set, err := packaged.Load(templates.FS, "danang-2014")
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, m := range offices.Modules() {
			if m.Seed == nil {
				continue
			}
			if err := m.Seed(ctx, tx, set); err != nil {
				return err
			}
		}
		return nil
	})
}

// dsnOf is the address of the commands' database for a role whose password is in the secret name.
func dsnOf(t *testing.T, name, role string) string {
	t.Helper()
	raw, err := os.ReadFile(here().at("etc/secrets", name))
	if err != nil {
		t.Fatal(err)
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, string(raw)), Path: "/" + instance.Database,
		RawQuery: url.Values{"host": {here().at("run")}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

package backup_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

// live is the one instance that the tests of this package back up: a real PostgreSQL with two schemas, files, overrides and
// secrets, in a folder that goes at the end.
var live struct {
	sync.Once
	site    instance.Site
	dir     string
	account string
	err     error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if live.dir != "" {
		if c, err := live.site.Server(host.NewLocal()); err == nil {
			_ = c.Stop(context.Background(), cluster.Immediate)
		}
		_ = os.RemoveAll(live.dir)
	}
	if live.account != "" {
		_ = host.NewLocal().RemoveAccount(live.account)
	}
	os.Exit(code)
}

func streams() []db.Stream {
	return []db.Stream{{Schema: "sample", FS: fstest.MapFS{
		"0001_note.up.sql": {Data: []byte(`begin; create table sample.note (id int primary key, text text, at timestamptz not null default now(), n float8, raw bytea,
			twice int generated always as (id * 2) stored); alter table sample.note enable row level security; grant usage on schema sample to egov_app; commit;` + "\n")},
		"0001_note.down.sql": {Data: []byte("begin; drop table sample.note; commit;\n")},
	}}}
}

// here is the live instance, made by the first test that asks.
func here(t testing.TB) instance.Site {
	t.Helper()
	live.Do(func() { live.err = lay() })
	if live.err != nil {
		t.Fatal(live.err)
	}
	return live.site
}

func lay() error {
	dir, err := os.MkdirTemp("", "egov-bk-")
	if err != nil {
		return err
	}
	live.dir = dir
	if err := os.Chmod(dir, 0o755); err != nil { // the account must get in
		return err
	}
	a, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": fmt.Sprintf("bk%d", os.Getpid())}})
	if err != nil {
		return err
	}
	on := host.NewLocal()
	live.site = instance.At(instance.Root(filepath.Join(dir, "egov")), a, "1.2.0")
	r := live.site.Root
	if live.site.AsRoot {
		live.account = a.Account()
		if _, err := on.CreateAccount(live.account, string(r)); err != nil {
			return err
		}
	}
	for _, d := range []string{r.Secrets(), r.LocalTemplates(), r.Files(), r.Log(), r.Run(), r.Backups(), r.Journal(), r.Releases()} {
		if err := on.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	for path, text := range map[string]string{
		r.Config(): string(a.YAML()), r.Applied(): string(a.YAML()), filepath.Join(r.LocalTemplates(), "a.html"): "của tỉnh\n",
		filepath.Join(r.Files(), "ab", "đơn.pdf"): strings.Repeat("pdf ", 100_000), filepath.Join(r.Files(), ".x.egov-new"): "half",
		filepath.Join(r.Journal(), "0001-install.jsonl"): "{}\n", r.Secret(instance.MetricsToken): "token\n",
	} {
		if err := write(on, path, text, 0o640); err != nil {
			return err
		}
	}
	if err := secrets(on, r); err != nil {
		return err
	}
	if err := live.site.OwnTree(on, string(r)); err != nil {
		return err
	}
	return database(on)
}

func write(on engine.Host, path, text string, mode os.FileMode) error {
	if err := on.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return on.WriteFile(path, []byte(text), mode)
}

func secrets(on engine.Host, r instance.Root) error {
	for _, name := range []string{instance.SuperPassword, instance.OwnerPassword, instance.AppPassword, instance.ReadOnlyPassword} {
		if err := on.WriteFile(r.Secret(name), []byte(secret.Random(24).Reveal()+"\n"), 0o600); err != nil {
			return err
		}
	}
	for name, fresh := range map[string]func() ([]byte, []byte, error){instance.AuditKey: audit.NewKeyPEM, instance.BackupKey: backup.NewKey, instance.RecoveryKey: backup.NewKey} {
		private, public, err := fresh()
		if err != nil {
			return err
		}
		if err := on.WriteFile(r.Secret(name), private, 0o600); err != nil {
			return err
		}
		if err := on.WriteFile(r.Secret(name)+".pub", public, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func database(on engine.Host) error {
	ctx, site := context.Background(), live.site
	word := func(name string) secret.String { s, _ := site.Secret(name); return s }
	c, err := site.Cluster(on)
	if err != nil {
		return err
	}
	if err := c.Init(ctx, word(instance.SuperPassword), cluster.Size{Memory: 512 << 20, Cores: 2}); err != nil {
		return err
	}
	if err := write(on, filepath.Join(site.Root.Postgres(), "local.conf"), "fsync = off\n", 0o644); err != nil {
		return err
	}
	if err := c.Start(ctx); err != nil {
		return err
	}
	super, err := site.DSN(instance.Superuser, instance.SuperPassword, "postgres")
	if err != nil {
		return err
	}
	if _, err := db.EnsureRoles(ctx, super.Reveal(), db.Passwords{Owner: word(instance.OwnerPassword), App: word(instance.AppPassword), ReadOnly: word(instance.ReadOnlyPassword)}); err != nil {
		return err
	}
	if _, err := db.CreateDatabase(ctx, super.Reveal(), instance.Database); err != nil {
		return err
	}
	owner, err := site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return err
	}
	if _, err := db.Migrate(ctx, owner.Reveal(), streams(), nil); err != nil {
		return err
	}
	if _, err := ask(ctx, site, `insert into sample.note (id, text, n, raw) select i, case when i % 7 = 0 then null else repeat('Đà Nẵng '||i||E'\n\\.\n', i % 5) end,
		i / 3.0, decode(md5(i::text), 'hex') from generate_series(1, 5000) i returning 'x'`); err != nil {
		return err
	}
	_, err = ask(ctx, site, `insert into platform.audit (kind, account, login, service, action, object, detail) select 'program', '', 'test', 'test', 'test', i::text, '{}'
		from generate_series(1, 30) i returning 'x'`)
	if err != nil {
		return err
	}
	pool, err := db.Open(ctx, owner.Reveal(), 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	seal, err := audit.NewSealer(pool, site.Root.Secret(instance.AuditKey), site.Root.AuditHead(), clock.System{})
	if err == nil {
		_, err = seal.Seal(ctx)
	}
	return err
}

// ask is the first column of the first row, as the superuser.
func ask(ctx context.Context, site instance.Site, sql string) (string, error) {
	dsn, err := site.DSN(instance.Superuser, instance.SuperPassword, instance.Database)
	if err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, dsn.Reveal())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	var got string
	err = conn.QueryRow(ctx, sql).Scan(&got)
	return got, err
}

// quiet hears no progress.
func quiet(int64, int64, string) {}

// made writes a set of the live instance into a target of its own.
func made(t testing.TB) (target.Folder, backup.Manifest, string) {
	t.Helper()
	site, dir := here(t), t.TempDir()
	to := target.NewFolder(dir, nil)
	id := backup.NewID(clock.System{}.Now(), trusted(t, site))
	m, err := backup.Create(t.Context(), site, to, id, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return to, m, filepath.Join(dir, id)
}

func trusted(t testing.TB, site instance.Site) []byte {
	t.Helper()
	key, err := backup.Trusted(site.Root)
	if err != nil || key == nil {
		t.Fatalf("no key of the audit log: %v", err)
	}
	return key
}

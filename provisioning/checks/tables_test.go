package checks_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/health"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/lineage"
	"egovctl/provisioning/steps/staged"
)

// The migrations of the running release's manifest are held against those of the database, each way.
func TestTablesOfAnotherReleaseAreFound(t *testing.T) {
	site := installed(t)
	brings(t, site)
	finds(t, site, "release.tables", health.Fail, "check.tables.behind")
	dsn, err := site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	must(t, err)
	_, err = db.Migrate(t.Context(), dsn.Reveal(), nil, nil)
	must(t, err)
	finds(t, site, "release.tables", health.Pass, "check.tables.ok")

	owner, err := pgx.Connect(t.Context(), dsn.Reveal())
	must(t, err)
	defer func() { _ = owner.Close(t.Context()) }()
	for _, c := range []struct {
		name, harm, mend string
		status           health.Status
		key              string
	}{
		{"one is missing", `delete from platform.migration_file where version = 3`,
			`insert into platform.migration_file select * from kept where version = 3`, health.Fail, "check.tables.behind"},
		{"one was made with another content", `update platform.migration_file set sha256 = sha256('x') where version = 2`,
			`update platform.migration_file m set sha256 = k.sha256 from kept k where k.version = m.version`, health.Fail, "check.tables.other"},
		{"there is one more, and no upgrade was ever begun here", `insert into platform.migration_file (schema, version, name, sha256) values ('onestop', 9, 'x', sha256('x'))`,
			``, health.Warn, "check.tables.later"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, sql := range []string{`drop table if exists pg_temp.kept`, `create temp table kept as select * from platform.migration_file`, c.harm} {
				_, err := owner.Exec(t.Context(), sql)
				must(t, err)
			}
			finds(t, site, "release.tables", c.status, c.key)
			_, err := owner.Exec(t.Context(), c.mend)
			must(t, err)
		})
	}
	next := site
	next.Version = "2.0.0"
	o := engine.Options{Root: string(site.Root), Release: "1.0.0", Host: host.NewLocal(), From: "1.0.0", To: "2.0.0"}
	_, err = engine.New(o).Run(t.Context(), lineage.Upgrade, []engine.Step{staged.New(next)})
	must(t, err)
	finds(t, site, "release.tables", health.Pass, "check.tables.kept")
}

// brings lets the manifest of the running release name the platform's own migrations.
func brings(t *testing.T, site instance.Site) {
	t.Helper()
	path := filepath.Join(site.Root.Current(), kit.ManifestFile)
	raw, err := os.ReadFile(path)
	must(t, err)
	m, err := kit.Parse(raw, path)
	must(t, err)
	files := db.PlatformStream().FS
	names, err := fs.Glob(files, "*.up.sql")
	must(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		must(t, err)
		sum := sha256.Sum256(text)
		m.Members = append(m.Members, kit.Member{Path: "migrations/platform/" + name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(text))})
	}
	raw, err = m.Encode()
	must(t, err)
	must(t, os.Chmod(path, 0o600))
	must(t, os.WriteFile(path, raw, 0o600))
}

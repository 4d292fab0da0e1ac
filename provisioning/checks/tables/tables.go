// Package tables checks that the tables are those of the release that runs.
package tables

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/lineage"
)

// Check holds the migrations that the database has against those of the release that current points at, by number and checksum.
func Check() check.Check {
	return check.Check{Code: "release.tables", Service: "release", Severity: "critical", After: []string{"release.intact", "postgres.reachable"}, Run: run}
}

func run(ctx context.Context, look check.Look) check.Finding {
	folder := look.Site.Root.Current()
	raw, err := look.Host.ReadFile(filepath.Join(folder, kit.ManifestFile))
	if err != nil {
		return check.Failed(fault.Wrap(err, fault.Finding, "release.damaged", "path", folder))
	}
	m, err := kit.Parse(raw, folder)
	if err != nil {
		return check.Failed(err)
	}
	have, err := applied(ctx, look.Site)
	if err != nil {
		return check.Failed(err)
	}
	missing, other, later := compare(m.Migrations(), have)
	switch {
	case len(missing) > 0:
		return check.Wrong("check.tables.behind", "version", m.Version, "names", strings.Join(missing, ", "))
	case len(other) > 0:
		return check.Wrong("check.tables.other", "version", m.Version, "names", strings.Join(other, ", "))
	case len(later) == 0:
		return check.Fine("check.tables.ok", "version", m.Version)
	}
	runs, err := engine.History(string(look.Site.Root))
	if err != nil {
		return check.Failed(fault.Wrap(err, fault.Unavailable, "commands.history.unreadable", "path", engine.FolderOf(string(look.Site.Root))))
	}
	if lineage.Left(runs, m.Version) {
		return check.Fine("check.tables.kept", "version", m.Version)
	}
	return check.Doubtful("check.tables.later", "version", m.Version, "names", strings.Join(later, ", "))
}

// applied are the checksums of the migrations that the database has, by "schema number".
func applied(ctx context.Context, site instance.Site) (map[string]string, error) {
	dsn, err := site.DSN(db.AppRole, instance.AppPassword, instance.Database)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, dsn.Reveal())
	if err != nil {
		return nil, db.Explain(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	have := map[string]string{}
	var there bool
	if err := conn.QueryRow(ctx, `select to_regclass('platform.migration_file') is not null`).Scan(&there); err != nil || !there {
		return have, db.Explain(err)
	}
	rows, err := conn.Query(ctx, `select schema || ' ' || version, encode(sha256, 'hex') from platform.migration_file`)
	if err != nil {
		return nil, db.Explain(err)
	}
	var name, sum string
	_, err = pgx.ForEachRow(rows, []any{&name, &sum}, func() error { have[name] = sum; return nil })
	return have, db.Explain(err)
}

// compare names the migrations of a release that the database lacks, those that it has with another content, and those of
// the database that the release does not know; each in order.
func compare(want, have map[string]string) (missing, other, later []string) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		switch sum, ok := have[name]; {
		case !ok:
			missing = append(missing, name)
		case sum != want[name]:
			other = append(other, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[name]; !ok {
			later = append(later, name)
		}
	}
	return missing, other, later
}

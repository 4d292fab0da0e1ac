package onestop_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop"
	"egovctl/templates"
)

func TestReal(t *testing.T) {
	texts, _ := locale.Load(templates.FS)
	mk := func(p *db.Pool) *platform.Offices {
		o, err := platform.Open(module.Deps{DB: p, Log: slog.Default(), Clock: clock.System{}, Texts: texts, Settings: module.Settings{PublicURL: "http://x", FilingPublic: true}}, app.Files(templates.FS, t.TempDir()), nil)
		if err != nil { t.Fatal(err) }
		return o
	}
	o := mk(nil)
	var streams []db.Stream
	for _, m := range o.Modules() { streams = append(streams, db.Stream{Schema: m.Name, FS: m.Migrations}) }
	d := dbtest.New(t, streams...)
	o = mk(d.Owner())
	set, err := packaged.Load(templates.FS, "danang-2014")
	if err != nil { t.Fatal(err) }
	err = d.Owner().Tx(context.Background(), who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		for _, m := range o.Modules() { if m.Seed != nil { if err := m.Seed(ctx, tx, set); err != nil { return err } } }
		_, err := o.Identity.SeedDemo(ctx, tx, set)
		return err
	})
	if err != nil { t.Fatal(err) }
	began := time.Now()
	err = d.Owner().Tx(context.Background(), who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		return o.Onestop.SeedDemo(ctx, tx, onestop.DemoInput{People: 300, Dossiers: 2000, Seed: 1, Now: time.Now()})
	})
	if err != nil { t.Fatal(err) }
	t.Log(time.Since(began))
	t.Log(d.Text(`select string_agg(state || ' ' || n, ', ') from (select state, count(*) n from onestop.dossier group by 1) x`))
	t.Log(d.Text(`select string_agg(timeliness || ' ' || n, ', ') from (select timeliness, count(*) n from onestop.dossier group by 1) x`))
	t.Log(d.Text(`select count(distinct agency_id) || ' agencies ' || count(distinct procedure_code) from onestop.dossier`))
	t.Log(d.Text(`select string_agg(agency_id || ':' || n, ' ') from (select agency_id, count(*) n from onestop.dossier group by 1 order by 2 desc limit 12) x`))
	app2 := mk(d.App())
	began = time.Now()
	if err := app2.Onestop.Probe(context.Background()); err != nil { t.Fatal(err) }
	t.Log("probe", time.Since(began))
}

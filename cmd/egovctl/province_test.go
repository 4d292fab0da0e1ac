package main_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/templates"
)

// What the decree of 2025 left: provinces, and communes, wards and special zones in them.
const (
	provinces = 34
	communes  = 3321
)

// The data of every province of today go into a database of its own by the same loads as an installation's, in the same
// transactions as its seed step makes.
func TestEveryProvinceInstallsItsData(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	offices, err := platform.Open(module.Deps{Texts: texts, Clock: clock.System{}}, app.Files(templates.FS, t.TempDir()), nil)
	if err != nil {
		t.Fatal(err)
	}
	var streams []db.Stream
	for _, m := range offices.Modules() {
		streams = append(streams, db.Stream{Schema: m.Name, FS: m.Migrations})
	}
	profiles, err := packaged.Profiles(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	tried, below := 0, 0
	for _, profile := range profiles {
		if profile.ID == packaged.Reference {
			continue
		}
		tried++
		t.Run(profile.ID+" "+profile.NameEN, func(t *testing.T) {
			d := dbtest.New(t, streams...)
			loaded(t, d, offices.Modules(), profile.ID)
			got := count(t, d, `select count(*) from agencies.unit where level = 'commune' and valid_to is null`)
			below += got
			for what, query := range map[string]string{
				"province":   `select count(*) from agencies.unit where level = 'province' and valid_to is null`,
				"agencies":   `select count(*) from agencies.agency`,
				"procedures": `select count(*) from procedures.procedure`,
				"offerings":  `select count(*) from procedures.offering`,
				"days off":   `select count(*) from deadlines.day`,
			} {
				if count(t, d, query) == 0 {
					t.Errorf("no %s", what)
				}
			}
			if lost := count(t, d, `select count(*) from procedures.procedure p where published and not exists
				(select from procedures.offering o where o.procedure = p.code)`); lost != 0 {
				t.Errorf("%d procedures are published and nobody offers them", lost)
			}
		})
	}
	if tried != provinces || below != communes {
		t.Errorf("%d provinces with %d communes, want %d with %d", tried, below, provinces, communes)
	}
}

func loaded(t *testing.T, d *dbtest.DB, modules []module.Module, profile string) {
	t.Helper()
	set, err := packaged.Load(templates.FS, profile)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, d.OwnerDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, m := range modules {
		if m.Seed == nil {
			continue
		}
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return m.Seed(ctx, tx, set) })
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
	}
}

func count(t *testing.T, d *dbtest.DB, query string) (n int) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, d.SuperDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// Three provinces of today come to a running portal; danang-2014 does so in nearly every other test.
func TestProvincesOfTodayComeToARunningPortal(t *testing.T) {
	for profile, name := range map[string]string{"48": "Đà Nẵng", "01": "Hà Nội", "96": "Cà Mau"} {
		t.Run(profile, func(t *testing.T) {
			p := trial.New(t)
			in := p.Install("--profile", profile)
			if in.Profile != profile || in.Counts.Units < 50 || in.Counts.Agencies <= in.Counts.Units || in.Counts.Procedures < 1000 || in.Counts.Online < 100 {
				t.Errorf("%s: %+v", in.Profile, in.Counts)
			}
			home := p.Anonymous().Get("/", trial.Header{Name: "Accept", Value: "text/html"}).Status(http.StatusOK)
			if !strings.Contains(home.Body, name) {
				t.Errorf("the portal's first page does not say %s", name)
			}
			var hits found
			p.Anonymous().Get("/api/v1/procedures?q=dang+ky+khai+sinh").Status(http.StatusOK).JSON(&hits)
			if len(hits.Items) == 0 {
				t.Error("nothing is found")
			}
			if h := p.Health("--no-probe"); h.Status != "healthy" {
				t.Errorf("%+v", h)
			}
			if again := p.Install("--profile", profile); again.Changes != 0 {
				t.Errorf("the next run makes %d changes", again.Changes)
			}
		})
	}
}

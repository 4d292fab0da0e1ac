package deadlines_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/deadlines"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
	"egovctl/templates"
)

var (
	ctx   = context.Background()
	now   = time.Date(2026, 11, 22, 9, 0, 0, 0, clock.Vietnam)
	admin = who.Principal{Account: "0b0e7d6c-0000-7000-8000-000000000001", Login: "quantri", Kind: who.Official, All: true,
		Positions: []who.Position{{Role: who.Admin, Agency: 1, Scope: []int32{1, 2}}}}
	clerk = who.Principal{Account: "0b0e7d6c-0000-7000-8000-000000000002", Login: "motcua", Kind: who.Official,
		Positions: []who.Position{{Role: who.Clerk, Agency: 2, Scope: []int32{2}}}}
)

var theSet = sync.OnceValues(func() (*packaged.Set, error) { return packaged.Load(templates.FS, "danang-2014") })

func set(t testing.TB) *packaged.Set {
	t.Helper()
	s, err := theSet()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func texts(t testing.TB) *locale.Catalog {
	t.Helper()
	c, err := locale.Load(only(t, "text"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// only copies what this room needs of the templates, so that it is tested apart from the others.
func only(t testing.TB, dirs ...string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, dir := range dirs {
		err := fs.WalkDir(templates.FS, dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := fs.ReadFile(templates.FS, file)
			out[file] = &fstest.MapFile{Data: raw}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func pages(t testing.TB) *web.Pages {
	t.Helper()
	p, err := web.NewPages(web.PagesConfig{Shipped: only(t, "portals/layout", "portals/assets", "portals/site", "portals/deadlines"),
		Texts: texts(t), Clock: clock.Fixed(now), Portal: web.Portal{ProvinceVI: "Thành phố Đà Nẵng"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// open gives the service over a database of its own, with the packaged data loaded by the owner.
func open(t testing.TB) (*deadlines.Service, *dbtest.DB) {
	t.Helper()
	blank, err := deadlines.New(module.Deps{Log: slog.New(slog.DiscardHandler), Clock: clock.Fixed(now)})
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t, db.Stream{Schema: "deadlines", FS: blank.Module().Migrations})
	s := again(t, d)
	err = d.Owner().Tx(ctx, who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error { return s.Seed(ctx, tx, set(t)) })
	if err != nil {
		t.Fatal(err)
	}
	return s, d
}

// again is another process of the same instance.
func again(t testing.TB, d *dbtest.DB) *deadlines.Service {
	t.Helper()
	s, err := deadlines.New(module.Deps{DB: d.App(), Log: slog.New(slog.DiscardHandler), Clock: clock.Fixed(now), Texts: texts(t), Pages: pages(t)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func promise(t testing.TB, s *deadlines.Service, d *dbtest.DB, received, term string) workcal.Promise {
	t.Helper()
	at, err := deadlines.ParseReceived(received)
	if err != nil {
		t.Fatal(err)
	}
	limit, err := workcal.ParseTerm(term)
	if err != nil {
		t.Fatal(err)
	}
	var p workcal.Promise
	err = d.App().Tx(ctx, clerk, func(ctx context.Context, tx pgx.Tx) error {
		p, err = s.Promise(ctx, tx, at, limit)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func due(p workcal.Promise) string { return p.Due.In(clock.Vietnam).Format("2006-01-02 15:04") }

func TestMigrationsKeepTheLaw(t *testing.T) {
	s, _ := deadlines.New(module.Deps{Clock: clock.Fixed(now)})
	dbtest.LintMigrations(t, s.Module().Migrations)
}

func TestTheSchemaGoesUpDownAndUpAgain(t *testing.T) {
	s, d := open(t)
	files := s.Module().Migrations
	for _, name := range []string{"0001_deadlines.down.sql", "0001_deadlines.up.sql"} {
		sql, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		d.Exec(string(sql))
	}
	if got := d.Text("select count(*)::text from platform.revision where schema = 'deadlines'"); got != "1" {
		t.Errorf("%s revisions", got)
	}
}

func TestThePackagedCalendarKeepsThePromisesOfTheHandbook(t *testing.T) {
	s, d := open(t)
	for _, tc := range []struct{ received, term, due string }{
		{"2026-02-13T09:00", "5wd", "2026-02-27 17:30"}, {"2026-04-23T09:00", "3wd", "2026-04-29 17:30"}, {"2026-08-21T09:00", "2wd", "2026-08-24 17:30"},
		{"2025-04-25T09:00", "1wd", "2025-04-26 17:30"}, {"2025-01-24T09:00", "3wd", "2025-02-05 17:30"}, {"2026-08-28T09:00", "3wd", "2026-09-07 17:30"},
		{"2026-11-20T09:00", "3wd", "2026-11-26 17:30"}, {"2026-01-17T09:00", "30d", "2026-02-23 17:30"}, {"2026-10-25T09:00", "30d", "2026-11-25 17:30"},
		{"2014-07-24", "same_day", "2014-07-24 17:30"}, {"2038-01-04", "3.5wd", "2038-01-08 11:30"},
	} {
		if p := promise(t, s, d, tc.received, tc.term); due(p) != tc.due {
			t.Errorf("%s %s: due %s, want %s", tc.received, tc.term, due(p), tc.due)
		}
	}
	calendar, err := s.Calendar(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range map[int]int{2024: 251, 2025: 250, 2026: 249} {
		if got, err := calendar.WorkingDays(clock.Date(year, 1, 1), clock.Date(year, 12, 31)); err != nil || got != want {
			t.Errorf("%d has %d working days (%v), want %d", year, got, err, want)
		}
	}
}

func TestEveryKindOfTermOfTheCatalogueIsCounted(t *testing.T) {
	s, _ := open(t)
	a, err := s.Almanac(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range workcal.TermKinds() {
		p, err := a.Promise(now, workcal.Term{Kind: kind, Thousands: 1000})
		if err != nil || p.HasDue == (kind == workcal.Other) {
			t.Errorf("%s: %+v, %v", kind, p, err)
		}
	}
	for _, procedure := range set(t).Procedures {
		for _, m := range procedure.Methods {
			if _, err := a.Promise(now, m.Term); err != nil {
				t.Errorf("%s: %v", procedure.Code, err)
			}
		}
	}
}

func TestAPromiseTellsItselfInBothLanguages(t *testing.T) {
	s, d := open(t)
	c := texts(t)
	p := promise(t, s, d, "2028-01-20T16:00", "5wd")
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var kept workcal.Promise // as a dossier stores it
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	for l, want := range map[locale.Lang]string{
		locale.Vietnamese: "Không tính 25/01/2028: Tết Nguyên đán (tính theo luật, chưa công bố; Bộ luật Lao động 2019 Điều 112).",
		locale.English:    "Not counted: 25/01/2028, Lunar New Year (Tết) (computed from the law, not announced; Bộ luật Lao động 2019 Điều 112).",
	} {
		var told []string
		for _, line := range kept.Trace {
			told = append(told, line.Say(c, l))
		}
		all := strings.Join(told, "\n")
		if !strings.Contains(all, want) || strings.Contains(all, "deadlines.") || strings.ContainsAny(all, "{}") {
			t.Errorf("in %s:\n%s", l, all)
		}
	}
	if !kept.Provisional || kept.Regime != "mc-2025" {
		t.Errorf("provisional %v, regime %s", kept.Provisional, kept.Regime)
	}
}

func TestAHalfDayIsWrittenAsEachLanguageDoes(t *testing.T) {
	s, d := open(t)
	c := texts(t)
	for l, want := range map[locale.Lang]string{locale.Vietnamese: "3,5 ngày làm việc", locale.English: "3.5 working days"} {
		if got := promise(t, s, d, "2026-03-09T10:00", "3.5wd").Trace; !slices.ContainsFunc(got, func(x workcal.TraceLine) bool { return strings.Contains(x.Say(c, l), want) }) {
			t.Errorf("in %s nothing of %+v says %s", l, got, want)
		}
	}
}

func TestTheRegimeIsThatOfTheDayOfReception(t *testing.T) {
	s, _ := open(t)
	for day, want := range map[string]string{"2014-07-24": "mc-2007", "2018-06-20": "mc-2015", "2018-06-21": "mc-2018", "2025-06-30": "mc-2018", "2025-07-01": "mc-2025"} {
		date, _ := clock.ParseDate(day)
		if r, err := s.RegimeAt(ctx, nil, deadlines.OneStop, date.Add(23*time.Hour)); err != nil || r.ID != want {
			t.Errorf("%s: %s, %v, want %s", day, r.ID, err, want)
		}
	}
	if _, err := s.RegimeAt(ctx, nil, deadlines.OneStop, clock.Date(1999, 1, 1)); fault.From(err).Key != "deadlines.regime.none" {
		t.Errorf("got %v", err)
	}
	if _, err := s.Regime(ctx, nil, "mc-1600"); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestHealthIsGoodOnAFreshInstallationAndBadBeforeTheSeed(t *testing.T) {
	s, d := open(t)
	if rs := s.Module().Health(ctx); len(rs) != 1 || health.Overall(rs) != "healthy" || rs[0].Key != "deadlines.health.provisional" {
		t.Errorf("%+v", rs)
	}
	d.Exec("delete from deadlines.office_hours")
	if rs := s.Module().Health(ctx); health.Overall(rs) != "unhealthy" {
		t.Errorf("%+v", rs)
	}
}

func TestTheTextsOfThisRoomAreWhole(t *testing.T) {
	c := texts(t)
	for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
		other := locale.English
		if l == other {
			other = locale.Vietnamese
		}
		for _, key := range c.Keys(l) {
			if (strings.HasPrefix(key, "deadlines.") || strings.HasPrefix(key, "workflow.")) && !c.Has(other, key) {
				t.Errorf("%s has no sentence in %s", key, other)
			}
		}
	}
	var wanted []string
	for _, k := range append(workcal.DayKinds(), workcal.Weekly) {
		wanted = append(wanted, "deadlines.kind."+string(k), "deadlines.trace.skip."+string(k))
	}
	for _, k := range workcal.TermKinds() {
		wanted = append(wanted, "deadlines.trace.rule."+string(k))
	}
	for _, key := range wanted {
		if !c.Has(locale.Vietnamese, key) {
			t.Errorf("%s has no sentence", key)
		}
	}
}

package deadlines_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// late is a holiday that was announced after the release: what the province adds to the packaged days.
const late = `insert into deadlines.day (date, edit) values ('2026-11-25',
	'{"date":"2026-11-25","kind":"holiday","name":"Nghỉ theo thông báo của tỉnh","basis":"Thông báo 12/TB-UBND","status":"official"}')`

func acts(d *dbtest.DB) string {
	return d.Text("select coalesce(string_agg(action || ' ' || object || ' ' || login, ', ' order by id), '') from platform.audit where service = 'deadlines'")
}

func TestAChangedDayCountsFromNowOnInEveryProcess(t *testing.T) {
	s, d := open(t)
	other := again(t, d)
	before := promise(t, s, d, "2026-11-20T09:00", "3wd")
	if due(before) != "2026-11-26 17:30" || due(promise(t, other, d, "2026-11-20T09:00", "3wd")) != due(before) {
		t.Fatal(due(before))
	}
	d.Exec(late)
	after := promise(t, s, d, "2026-11-20T09:00", "3wd")
	if due(after) != "2026-11-27 17:30" || after.CalendarVersion == before.CalendarVersion {
		t.Errorf("due %s with calendar %s", due(after), after.CalendarVersion)
	}
	if got := due(promise(t, other, d, "2026-11-20T09:00", "3wd")); got != due(after) {
		t.Errorf("another process still promises %s", got)
	}
}

func TestWhatWasRolledBackIsForgotten(t *testing.T) {
	s, d := open(t)
	stop := errors.New("stop")
	err := d.Owner().Tx(ctx, who.Program("test"), func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into deadlines.day (date, edit) values ('2026-11-25', '{"date":"2026-11-25","kind":"holiday","name":"x","basis":"x","status":"official"}')`); err != nil {
			return err
		}
		if a, err := s.Almanac(ctx, tx); err != nil || a.Calendar.IsWorking(now.AddDate(0, 0, 3)) {
			t.Errorf("the transaction does not see its own day (%v)", err)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if a, err := s.Almanac(ctx, nil); err != nil || !a.Calendar.IsWorking(now.AddDate(0, 0, 3)) {
		t.Errorf("a day that was never committed is still off (%v)", err)
	}
}

func TestThePackagedDayComesBackWhenTheEditIsCleared(t *testing.T) {
	s, d := open(t)
	d.Exec(`update deadlines.day set edit = '{"date":"2026-11-24","kind":"working","name":"Vẫn làm việc","basis":"Thông báo 13/TB-UBND","status":"official"}'
		where date = '2026-11-24'`)
	d.Exec(late)
	if got := due(promise(t, s, d, "2026-11-20T09:00", "3wd")); got != "2026-11-26 17:30" {
		t.Errorf("with a day worked and a day off it is due %s", got)
	}
	d.Exec("update deadlines.day set edit = null where base is not null")
	if got := due(promise(t, s, d, "2026-11-20T09:00", "3wd")); got != "2026-11-27 17:30" {
		t.Errorf("with the day off alone it is due %s", got)
	}
}

func TestTheProvincesHoursAndRegimesHold(t *testing.T) {
	s, d := open(t)
	d.Exec(`update deadlines.office_hours set edit = '{"hours":"07:00-11:30,13:30-17:00"}'`)
	if got := due(promise(t, s, d, "2026-03-02T09:00", "1wd")); got != "2026-03-03 17:00" {
		t.Errorf("due %s", got)
	}
	d.Exec(`update deadlines.regime set edit = jsonb_set(base, '{params}', '{"cutoff":"15:00","cutoff_applies":"all","extension_max":"2"}') where id = 'mc-2025'`)
	r, err := s.Regime(ctx, nil, "mc-2025")
	if err != nil || !r.Edited {
		t.Fatalf("%+v, %v", r, err)
	}
	if limits, err := r.Limits(); err != nil || limits.Extensions != 2 {
		t.Errorf("%+v, %v", limits, err)
	}
	if got := due(promise(t, s, d, "2026-04-29T16:00", "1wd")); got != "2026-05-05 17:00" {
		t.Errorf("due %s", got)
	}
}

func TestARegimeIsConfirmedByTheProvincesAdministratorOnly(t *testing.T) {
	s, d := open(t)
	scoped := admin
	scoped.All = false
	for name, tc := range map[string]struct {
		by     who.Principal
		regime string
		key    string
	}{
		"a clerk":                           {clerk, "mc-2025", "forbidden"},
		"an agency's administrator":         {scoped, "mc-2025", "forbidden"},
		"nobody":                            {who.Nobody(), "mc-2025", "forbidden"},
		"a regime that nobody has heard of": {admin, "mc-1600", "deadlines.regime.unknown"},
	} {
		if err := s.ConfirmRegime(ctx, tc.by, tc.regime); fault.From(err).Key != tc.key {
			t.Errorf("%s: got %v, want %s", name, err, tc.key)
		}
	}
	if r, err := s.Regime(ctx, nil, "mc-2025"); err != nil || r.ConfirmedBy != "" || acts(d) != "" {
		t.Fatalf("%+v, %v, %q", r, err, acts(d))
	}
	if err := s.ConfirmRegime(ctx, admin, "mc-2025"); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Regime(ctx, nil, "mc-2025"); err != nil || r.ConfirmedBy != admin.Account || r.ConfirmedAt.IsZero() {
		t.Errorf("%+v, %v", r, err)
	}
	if got := acts(d); got != "regime.confirm mc-2025 quantri" {
		t.Errorf("the audit log says %q", got)
	}
}

func TestRecordsThatCannotBeRightMakeNoCalendar(t *testing.T) {
	s, d := open(t)
	day := func(member, value string) string {
		return late + `; update deadlines.day set edit = jsonb_set(edit, '{` + member + `}', '"` + value + `"') where base is null`
	}
	regime := func(member, value string) string {
		return `update deadlines.regime set edit = jsonb_set(base, '{` + member + `}', '` + value + `') where id = 'mc-2025'`
	}
	for name, tc := range map[string]struct{ sql, key string }{
		"a day that is no date":               {day("date", "2026-02-30"), "deadlines.day.date"},
		"a name of two lines":                 {day("name", `a\nb`), "deadlines.day.name"},
		"no basis":                            {day("basis", " "), "deadlines.day.basis"},
		"a standing that is none":             {day("status", "rumour"), "deadlines.day.status"},
		"office hours of seven and a half":    {`update deadlines.office_hours set edit = '{"hours":"07:30-11:30,13:30-17:00"}'`, "deadlines.hours.total"},
		"a parameter that cannot be counted":  {regime("params,cutoff", `"late"`), "deadlines.regime.param"},
		"a regime that ends before it begins": {regime("valid_to", `"2025-06-01"`), "deadlines.regime.dates"},
		"two regimes that hold at once": {`insert into deadlines.regime (id, topic, valid_from, edit) values ('mc-2030', 'one_stop', '2030-01-01',
			'{"id":"mc-2030","topic":"one_stop","valid_from":"2030-01-01","basis":"x","params":{}}')`, "deadlines.regime.overlap"},
	} {
		undo := errors.New("undo")
		err := d.Owner().Tx(ctx, who.Program("test"), func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Conn().PgConn().Exec(ctx, tc.sql).ReadAll(); err != nil {
				return err
			}
			if _, err := s.Almanac(ctx, tx); fault.From(err).Key != tc.key {
				t.Errorf("%s: got %v, want %s", name, err, tc.key)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The service's own check is one wall; the database is the other.
func TestRowLevelSecurityLetsEveryoneReadAndOnlyTheProvinceWrite(t *testing.T) {
	_, d := open(t)
	writes := map[string]string{
		"insert a day":                  `insert into deadlines.day (date, edit) values ('2026-12-24', '{"kind":"holiday"}')`,
		"amend a day":                   `update deadlines.day set edit = '{"kind":"working"}' where date = '2026-11-24'`,
		"amend a regime":                `update deadlines.regime set confirmed_by = 'x', confirmed_at = now() where id = 'mc-2025'`,
		"amend the office hours":        `update deadlines.office_hours set edit = '{"hours":"08:00-16:00"}'`,
		"add a regime":                  `insert into deadlines.regime (id, topic, valid_from, edit) values ('x', 'y', '2030-01-01', '{}')`,
		"delete a day":                  `delete from deadlines.day where date = '2026-11-24'`,
		"rewrite what the kit brought":  `update deadlines.day set base = '{"kind":"working"}'`,
		"rewrite the revision":          `update platform.revision set version = version + 1`,
		"rewrite a packaged lunar date": `update deadlines.lunar set base = '{}'`,
	}
	for name, sql := range writes {
		for _, by := range []who.Principal{clerk, who.Nobody(), admin} {
			var rows int64
			err := d.App().Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
				if by.All && name != "delete a day" && name[:7] != "rewrite" {
					return nil // allowed, and tested elsewhere
				}
				done, err := tx.Exec(ctx, sql)
				rows = done.RowsAffected()
				return err
			})
			if rows != 0 || (err != nil && fault.CodeOf(err) != fault.Forbidden) {
				t.Errorf("%s as %q: %d rows, %v", name, by.Login, rows, err)
			}
		}
	}
	for _, by := range []who.Principal{clerk, who.Nobody()} {
		var n int
		err := d.App().Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
			return tx.QueryRow(ctx, "select count(*) from deadlines.day").Scan(&n)
		})
		if err != nil || n != len(set(t).Days) {
			t.Errorf("%q reads %d days, %v", by.Login, n, err)
		}
	}
	conn, err := pgx.Connect(ctx, d.ReadOnlyDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var n int
	if err := conn.QueryRow(ctx, "select count(*) from deadlines.regime").Scan(&n); err != nil || n != len(set(t).Regimes) {
		t.Errorf("the read-only role reads %d regimes, %v", n, err)
	}
}

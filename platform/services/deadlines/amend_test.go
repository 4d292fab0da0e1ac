package deadlines_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/deadlines"
)

// late is a holiday that was announced after the release.
func late() deadlines.Day {
	return deadlines.Day{Date: "2026-11-25", Kind: "holiday", Name: "Nghỉ theo thông báo của tỉnh", Basis: "Thông báo 12/TB-UBND", Status: "official"}
}

func acts(d *dbtest.DB) string {
	return d.Text("select coalesce(string_agg(action || ' ' || object || ' ' || login, ', ' order by id), '') from platform.audit where service = 'deadlines'")
}

func TestAChangedDayCountsFromNowOnAndMovesNoPromise(t *testing.T) {
	s, d := open(t)
	before := promise(t, s, d, "2026-11-20T09:00", "3wd")
	c, err := s.SetDay(ctx, admin, late())
	if err != nil || !c.Moved() || c.Before != before.CalendarVersion {
		t.Fatalf("%+v, %v", c, err)
	}
	after := promise(t, s, d, "2026-11-20T09:00", "3wd")
	if due(before) != "2026-11-26 17:30" || due(after) != "2026-11-27 17:30" || after.CalendarVersion != c.After {
		t.Errorf("before %s, after %s with %s", due(before), due(after), after.CalendarVersion)
	}
	if got := acts(d); got != "day.set 2026-11-25 quantri" {
		t.Errorf("the audit log says %q", got)
	}
	if got := d.Text("select detail ->> 'calendar_before' || ' ' || (detail ->> 'calendar_after') from platform.audit"); got != c.Before+" "+c.After {
		t.Errorf("the audit line says %q, want %s %s", got, c.Before, c.After)
	}
}

func TestAnotherProcessSeesTheChange(t *testing.T) {
	s, d := open(t)
	other := again(t, d)
	if got := due(promise(t, other, d, "2026-11-20T09:00", "3wd")); got != "2026-11-26 17:30" {
		t.Fatal(got)
	}
	if _, err := s.SetDay(ctx, admin, late()); err != nil {
		t.Fatal(err)
	}
	if got := due(promise(t, other, d, "2026-11-20T09:00", "3wd")); got != "2026-11-27 17:30" {
		t.Errorf("it still promises %s", got)
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
	worked := deadlines.Day{Date: "2026-11-24", Kind: "working", Name: "Vẫn làm việc", Basis: "Thông báo 13/TB-UBND", Status: "official"}
	for _, day := range []deadlines.Day{worked, late()} {
		if _, err := s.SetDay(ctx, admin, day); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.Text("select count(*)::text from deadlines.day where base is not null and edit is not null"); got != "1" {
		t.Errorf("%s packaged days are edited", got)
	}
	for _, date := range []string{"2026-11-24", "2026-11-25"} {
		if _, err := s.ClearDay(ctx, admin, date); err != nil {
			t.Fatal(err)
		}
	}
	if got := due(promise(t, s, d, "2026-11-20T09:00", "3wd")); got != "2026-11-26 17:30" {
		t.Errorf("due %s", got)
	}
	if got := d.Text("select count(*)::text from deadlines.day where edit is not null"); got != "0" {
		t.Errorf("%s edits are left", got)
	}
	for _, date := range []string{"2026-11-24", "2026-12-24"} {
		if _, err := s.ClearDay(ctx, admin, date); fault.From(err).Key != "deadlines.day.none" {
			t.Errorf("%s: got %v", date, err)
		}
	}
	if got := acts(d); got != "day.set 2026-11-24 quantri, day.set 2026-11-25 quantri, day.clear 2026-11-24 quantri, day.clear 2026-11-25 quantri" {
		t.Errorf("the audit log says %q", got)
	}
}

func TestOfficeHoursAndRegimesAreAmendedAndRecorded(t *testing.T) {
	s, d := open(t)
	if c, err := s.SetHours(ctx, admin, "07:00-11:30,13:30-17:00"); err != nil || !c.Moved() {
		t.Fatalf("%+v, %v", c, err)
	}
	if got := due(promise(t, s, d, "2026-03-02T09:00", "1wd")); got != "2026-03-03 17:00" {
		t.Errorf("due %s", got)
	}
	r, err := s.Regime(ctx, nil, "mc-2025")
	if err != nil || r.ConfirmedBy != "" || r.Edited {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := s.ConfirmRegime(ctx, admin, "mc-2025"); err != nil {
		t.Fatal(err)
	}
	if r, err = s.Regime(ctx, nil, "mc-2025"); err != nil || r.ConfirmedBy != admin.Account || r.ConfirmedAt.IsZero() {
		t.Fatalf("%+v, %v", r, err)
	}
	changed := r.Regime
	changed.Params = map[string]string{"cutoff": "15:00", "cutoff_applies": "all", "extension_max": "2"}
	if err := s.SetRegime(ctx, admin, changed); err != nil {
		t.Fatal(err)
	}
	if r, err = s.Regime(ctx, nil, "mc-2025"); err != nil || !r.Edited || r.ConfirmedBy != "" {
		t.Errorf("an edited regime is still confirmed: %+v, %v", r, err)
	}
	if limits, err := r.Limits(); err != nil || limits.Extensions != 2 {
		t.Errorf("%+v, %v", limits, err)
	}
	if got := due(promise(t, s, d, "2026-04-29T16:00", "1wd")); got != "2026-05-05 17:00" {
		t.Errorf("due %s", got)
	}
	if err := s.SetRegime(ctx, admin, deadlines.Regime{ID: "mc-2030", Topic: "one_stop", ValidFrom: "2030-01-01", Basis: "x"}); fault.From(err).Key != "deadlines.regime.overlap" {
		t.Errorf("two regimes hold at once: %v", err)
	}
	if got := acts(d); got != "hours.set  quantri, regime.confirm mc-2025 quantri, regime.set mc-2025 quantri" {
		t.Errorf("the audit log says %q", got)
	}
}

func TestAmendmentsThatAreRefusedLeaveNothing(t *testing.T) {
	s, d := open(t)
	day := func(change func(*deadlines.Day)) error {
		x := late()
		change(&x)
		_, err := s.SetDay(ctx, admin, x)
		return err
	}
	scoped := admin
	scoped.All = false
	for name, tc := range map[string]struct {
		err error
		key string
	}{
		"a clerk sets a day":                  {second(s.SetDay(ctx, clerk, late())), "forbidden"},
		"an agency's administrator does":      {second(s.SetDay(ctx, scoped, late())), "forbidden"},
		"nobody does":                         {second(s.SetDay(ctx, who.Nobody(), late())), "forbidden"},
		"a clerk confirms a regime":           {s.ConfirmRegime(ctx, clerk, "mc-2025"), "forbidden"},
		"a clerk sets the office hours":       {second(s.SetHours(ctx, clerk, "08:00-16:00")), "forbidden"},
		"a day that is no date":               {day(func(d *deadlines.Day) { d.Date = "2026-02-30" }), "deadlines.day.date"},
		"a day beyond the calendar":           {day(func(d *deadlines.Day) { d.Date = "2099-01-01" }), "deadlines.calendar.beyond"},
		"a kind that is none":                 {day(func(d *deadlines.Day) { d.Kind = "nap" }), "deadlines.day.kind"},
		"a name of two lines":                 {day(func(d *deadlines.Day) { d.Name = "a\nb" }), "deadlines.day.name"},
		"no basis":                            {day(func(d *deadlines.Day) { d.Basis = " " }), "deadlines.day.basis"},
		"a standing that is none":             {day(func(d *deadlines.Day) { d.Status = "rumour" }), "deadlines.day.status"},
		"office hours of seven and a half":    {second(s.SetHours(ctx, admin, "07:30-11:30,13:30-17:00")), "deadlines.hours.total"},
		"a regime that nobody knows":          {s.ConfirmRegime(ctx, admin, "mc-1600"), "deadlines.regime.unknown"},
		"a parameter that cannot be counted":  {s.SetRegime(ctx, admin, deadlines.Regime{ID: "mc-2025", Topic: "one_stop", ValidFrom: "2025-07-01", Basis: "x", Params: map[string]string{"cutoff": "late"}}), "deadlines.regime.param"},
		"a regime that ends before it begins": {s.SetRegime(ctx, admin, deadlines.Regime{ID: "mc-2025", Topic: "one_stop", ValidFrom: "2025-07-01", ValidTo: "2025-06-01", Basis: "x"}), "deadlines.regime.dates"},
	} {
		if fault.From(tc.err).Key != tc.key {
			t.Errorf("%s: got %v, want %s", name, tc.err, tc.key)
		}
	}
	if got := acts(d); got != "" {
		t.Errorf("the audit log says %q", got)
	}
	if got := d.Text("select count(*)::text from deadlines.day where edit is not null") + d.Text("select count(*)::text from deadlines.regime where edit is not null") +
		d.Text("select count(*)::text from deadlines.office_hours where edit is not null"); got != "000" {
		t.Errorf("edits of days, regimes and hours: %s", got)
	}
}

func second[T any](_ T, err error) error { return err }

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
		"rewrite the revision":          `update deadlines.revision set id = gen_random_uuid()`,
		"rewrite a packaged lunar date": `update deadlines.lunar set edit = '{}'`,
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

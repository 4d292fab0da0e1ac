package platform_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/money"
	"egovctl/platform/kernel/who"
	"egovctl/platform/merge"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures"
	"egovctl/templates"
)

// province is a loaded one, on real tables, without a platform that runs.
type province struct {
	*dbtest.DB
	t       testing.TB
	offices *platform.Offices
}

func loaded(t testing.TB, set *packaged.Set) province {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := platform.Open(module.Deps{Texts: texts, Clock: clock.System{}}, app.Files(templates.FS, t.TempDir()), nil)
	if err != nil {
		t.Fatal(err)
	}
	var streams []db.Stream
	for _, m := range bare.Modules() {
		streams = append(streams, db.Stream{Schema: m.Name, FS: m.Migrations})
	}
	p := province{dbtest.New(t, streams...), t, nil}
	if p.offices, err = platform.Open(module.Deps{Texts: texts, Clock: clock.System{}, DB: p.App()}, app.Files(templates.FS, t.TempDir()), nil); err != nil {
		t.Fatal(err)
	}
	p.owner(func(ctx context.Context, tx pgx.Tx) error {
		for _, m := range bare.Modules() {
			if m.Seed == nil {
				continue
			}
			if err := m.Seed(ctx, tx, set); err != nil {
				return err
			}
		}
		return nil
	})
	return p
}

func (p province) owner(fn func(context.Context, pgx.Tx) error) {
	p.t.Helper()
	if err := p.Owner().Tx(context.Background(), who.Program("test"), fn); err != nil {
		p.t.Fatal(err)
	}
}

func (p province) merge(set *packaged.Set, release string) map[string]merge.Report {
	p.t.Helper()
	out := map[string]merge.Report{}
	p.owner(func(ctx context.Context, tx pgx.Tx) error {
		for _, m := range p.offices.Modules() {
			if m.Merge.Kinds == nil {
				continue
			}
			r, err := merge.Run(ctx, tx, who.Program("upgrade"), m.Merge, set, release)
			if err != nil {
				return err
			}
			out[m.Name] = r
		}
		return nil
	})
	return out
}

func danang(t testing.TB) *packaged.Set {
	t.Helper()
	set, err := packaged.Load(templates.FS, "danang-2014")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// part is Đà Nẵng with few procedures: what is asked of a row is asked of any row.
func part(t testing.TB) *packaged.Set {
	set := danang(t)
	set.Procedures = set.Procedures[:300]
	kept := map[string]bool{}
	for _, p := range set.Procedures {
		kept[p.Code] = true
	}
	set.Offerings = slices.DeleteFunc(set.Offerings, func(o packaged.Offering) bool { return !kept[o.Procedure] })
	return set
}

// next is a release with other rows: renamed, repriced, added, taken away.
func next(t testing.TB, change func(set *packaged.Set)) *packaged.Set {
	set := part(t)
	change(set)
	return set
}

func TestTheSamePackagedRowsChangeNothing(t *testing.T) {
	p := loaded(t, part(t))
	for service, r := range p.merge(part(t), "1.0.0") {
		if want := (merge.Report{Service: service}); r != want {
			t.Errorf("%+v", r)
		}
	}
	if n := p.Text(`select count(*) from procedures.procedure where version > 1`); n != "0" {
		t.Errorf("%s procedures have a new version", n)
	}
}

var official = who.Principal{Account: "a1", Login: "quantri", Kind: who.Official, All: true, Positions: []who.Position{{Role: who.Admin, Agency: 1, Scope: []int32{1}}}}

// edit changes a procedure as an official does.
func (p province) edit(code string, patch procedures.Patch) {
	p.t.Helper()
	if _, err := p.offices.Procedures.Change(context.Background(), official, code, patch, 0); err != nil {
		p.t.Fatal(err)
	}
}

func (p province) resolve(name, take string) error {
	return p.App().Tx(context.Background(), official, func(ctx context.Context, tx pgx.Tx) error {
		_, err := merge.Resolve(ctx, tx, official, p.offices.Merging(), name, take, "vì thế")
		return err
	})
}

func TestEachSideKeepsItsFieldsAndTheProvinceWinsWhereBothChanged(t *testing.T) {
	old := part(t)
	p := loaded(t, old)
	both, ours, theirs, gone, goneEdited := old.Procedures[0].Code, old.Procedures[1].Code, old.Procedures[2].Code, old.Procedures[3].Code, old.Procedures[4].Code
	p.edit(both, procedures.Patch{Name: new("Tên của tỉnh"), Promulgator: new("Tỉnh")})
	p.edit(ours, procedures.Patch{Name: new("Chỉ tỉnh sửa")})
	p.edit(goneEdited, procedures.Patch{Name: new("Tỉnh giữ lại")})
	set := next(t, func(set *packaged.Set) {
		set.Procedures[0].Name, set.Procedures[0].Decision = "Tên mới", "QĐ 1"
		set.Procedures[2].Name = "Chỉ bản mới sửa"
		added := set.Procedures[5]
		added.Code, added.Name = "9.999999", "Thủ tục mới"
		set.Procedures = append(set.Procedures, added)
		set.Offerings = append(set.Offerings, packaged.Offering{Procedure: "9.999999", Agency: set.Agencies[3].Identifier, Online: true})
		drop := func(code string) bool { return code == gone || code == goneEdited }
		set.Procedures = slices.DeleteFunc(slices.Clone(set.Procedures), func(p packaged.Procedure) bool { return drop(p.Code) })
		set.Offerings = slices.DeleteFunc(slices.Clone(set.Offerings), func(o packaged.Offering) bool { return drop(o.Procedure) })
		set.Agencies[2].NameVI = "Tên mới của sở"
	})
	p.merge(set, "2.0.0")
	for _, c := range []struct{ sql, want string }{
		{`select name || '|' || (edit ->> 'decision') || '|' || (edit ->> 'promulgator') || '|' || (base ->> 'name') from procedures.procedure where code = '` + both + `'`, "Tên của tỉnh|QĐ 1|Tỉnh|Tên mới"},
		{`select name || '|' || version from procedures.procedure where code = '` + ours + `'`, "Chỉ tỉnh sửa|2"},
		{`select name || '|' || version || '|' || (edit is null) from procedures.procedure where code = '` + theirs + `'`, "Chỉ bản mới sửa|2|true"},
		{`select name from procedures.procedure where code = '9.999999'`, "Thủ tục mới"},
		{`select count(*) from procedures.offering where procedure = '9.999999'`, "1"},
		{`select published || '|' || filed_online from procedures.procedure where code = '` + gone + `'`, "false|false"},
		{`select count(*) from procedures.offering where procedure = '` + gone + `'`, "0"},
		{`select name || '|' || (base is null) from procedures.procedure where code = '` + goneEdited + `'`, "Tỉnh giữ lại|true"},
		{`select string_agg(key || array_to_string(path, '.') || '=' || edited_by, ' ' order by key = '` + goneEdited + `', path) from platform.conflict`, both + "name=quantri " + goneEdited + "=quantri"},
		{`select name_vi from agencies.agency where id = 3`, "Tên mới của sở"},
		{`select count(*) from platform.audit where action = 'packaged.merge'`, "4"},
		{`select count(*) from platform.audit where action = 'packaged.conflict'`, "1"},
	} {
		if got := p.Text(c.sql); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
	for service, r := range p.merge(set, "2.0.0") {
		if want := (merge.Report{Service: service}); r != want {
			t.Errorf("the second merge did something: %+v", r)
		}
	}
}

func TestADecisionIsStoredWithItsReason(t *testing.T) {
	old := part(t)
	p := loaded(t, old)
	first, second, gone := old.Procedures[0].Code, old.Procedures[1].Code, old.Procedures[2].Code
	for _, code := range []string{first, second, gone} {
		p.edit(code, procedures.Patch{Name: new("Của tỉnh"), Decision: new("QĐ của tỉnh")})
	}
	p.merge(next(t, func(set *packaged.Set) {
		for i := range 2 {
			set.Procedures[i].Name, set.Procedures[i].Decision = "Mới", "QĐ mới"
		}
		set.Procedures = slices.Delete(slices.Clone(set.Procedures), 2, 3)
		set.Offerings = slices.DeleteFunc(slices.Clone(set.Offerings), func(o packaged.Offering) bool { return o.Procedure == gone })
	}), "2.0.0")
	for _, c := range []struct {
		name, take string
		want       fault.Code
	}{
		{first + ".name", merge.TakeNew, ""}, {first + ".decision", "QĐ khác", ""}, {second, merge.TakeProvince, ""}, {gone, merge.TakeNew, ""},
		{first, merge.TakeNew, fault.NotFound}, {first + ".fees", merge.TakeNew, fault.NotFound},
	} {
		if err := p.resolve(c.name, c.take); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, c := range []struct{ sql, want string }{
		{`select name || '|' || (edit ->> 'decision') || '|' || version from procedures.procedure where code = '` + first + `'`, "Mới|QĐ khác|4"},
		{`select name || '|' || (edit ->> 'decision') || '|' || version from procedures.procedure where code = '` + second + `'`, "Của tỉnh|QĐ của tỉnh|2"},
		{`select name || '|' || published from procedures.procedure where code = '` + gone + `'`, "Của tỉnh|false"},
		{`select count(*) || '|' || min(resolved_by) || '|' || min(reason) from platform.conflict where state = 'resolved'`, "5|quantri|vì thế"},
		{`select count(*) from platform.audit where action = 'packaged.resolve' and login = 'quantri'`, "5"},
	} {
		if got := p.Text(c.sql); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
}

func TestAnAcceptedDifferenceIsShownApartWhileItStays(t *testing.T) {
	old := part(t)
	p := loaded(t, old)
	code := old.Procedures[0].Code
	p.edit(code, procedures.Patch{Name: new("Của tỉnh"), Decision: new("QĐ của tỉnh")})
	accepted := func() (n, all int) {
		p.owner(func(ctx context.Context, tx pgx.Tx) error {
			drifts, err := merge.Drifts(ctx, tx, p.offices.Merging())
			for _, d := range drifts {
				if all++; d.Accepted != nil {
					n++
				}
				if d.EditedBy != "quantri" || d.EditedAt == nil {
					t.Errorf("%s was edited by %q at %v", d.Name(), d.EditedBy, d.EditedAt)
				}
			}
			return err
		})
		return n, all
	}
	if err := p.App().Tx(context.Background(), official, func(ctx context.Context, tx pgx.Tx) error {
		n, err := merge.Accept(ctx, tx, official, p.offices.Merging(), code+".name", "theo quyết định")
		if n != 1 {
			t.Errorf("%d accepted", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if n, all := accepted(); n != 1 || all != 2 {
		t.Errorf("%d of %d accepted", n, all)
	}
	p.edit(code, procedures.Patch{Name: new("Tên khác nữa")})
	if n, all := accepted(); n != 0 || all != 2 {
		t.Errorf("%d of %d accepted after another edit", n, all)
	}
}

// 500 random edits, then an upgrade, a rollback and the upgrade again: 0 lost, 0 silently changed. A rollback leaves the
// data alone, so it is the same merge again; a later release must not bring anything back either.
func TestRandomEditsOutliveUpgradeRollbackAndUpgrade(t *testing.T) {
	old := part(t)
	p := loaded(t, old)
	r := rand.New(rand.NewPCG(7, 11))
	edited := map[string]map[string]string{}
	p.owner(func(ctx context.Context, tx pgx.Tx) error {
		for range 500 {
			code := old.Procedures[r.IntN(len(old.Procedures))].Code
			member := []string{"name", "decision", "promulgator"}[r.IntN(3)]
			value := fmt.Sprintf("tỉnh %d", r.IntN(1e6))
			if edited[code] == nil {
				edited[code] = map[string]string{}
			}
			edited[code][member] = value
			if _, err := tx.Exec(ctx, `update procedures.procedure set edit = jsonb_set(coalesce(edit, base), array[$2], to_jsonb($3::text)) where code = $1`, code, member, value); err != nil {
				return err
			}
		}
		return nil
	})
	upgrade := func(n int) *packaged.Set {
		return next(t, func(set *packaged.Set) {
			r := rand.New(rand.NewPCG(uint64(n), 1))
			for i := range set.Procedures {
				q := &set.Procedures[i]
				switch r.IntN(6) {
				case 0:
					q.Name = fmt.Sprintf("bản %d", n)
				case 1:
					q.Decision = fmt.Sprintf("bản %d", n)
				case 2:
					q.Promulgator, q.Name = fmt.Sprintf("bản %d", n), fmt.Sprintf("bản %d", n)
				}
			}
		})
	}
	kept := func(set *packaged.Set) {
		t.Helper()
		var rows map[string]map[string]any
		if err := json.Unmarshal([]byte(p.Text(`select jsonb_object_agg(code, coalesce(edit, base))::text from procedures.procedure`)), &rows); err != nil {
			t.Fatal(err)
		}
		for _, q := range set.Procedures {
			for member, value := range map[string]string{"name": q.Name, "decision": q.Decision, "promulgator": q.Promulgator} {
				if own, ok := edited[q.Code][member]; ok {
					value = own
				}
				if now, _ := rows[q.Code][member].(string); now != value {
					t.Errorf("%s.%s is %q, want %q", q.Code, member, now, value)
				}
			}
		}
	}
	second, third := upgrade(2), upgrade(3)
	if told := p.merge(second, "2.0.0")["procedures"]; told.Conflicts == 0 {
		t.Error("nothing was in conflict")
	}
	kept(second)
	if again := p.merge(second, "2.0.0")["procedures"]; again != (merge.Report{Service: "procedures"}) {
		t.Errorf("the upgrade after the rollback did something: %+v", again)
	}
	kept(second)
	p.merge(third, "3.0.0")
	kept(third)
	if n := p.Text(`select count(*) from platform.conflict c join procedures.procedure p on p.code = c.key
		where coalesce(p.edit, p.base) #>> c.path is distinct from c.province #>> '{}'`); n != "0" {
		t.Errorf("%s conflicts tell another value of the province than the one that holds", n)
	}
}

// counting counts what goes to the server: one for each statement, and one for each turn in which answers are waited for.
type counting struct {
	pgx.Tx
	statements, turns *int
}

func (c counting) note(statements int) { *c.statements += statements; *c.turns++ }

func (c counting) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	c.note(1)
	return c.Tx.Exec(ctx, sql, args...)
}

func (c counting) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	c.note(1)
	return c.Tx.Query(ctx, sql, args...)
}

func (c counting) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	c.note(1)
	return c.Tx.QueryRow(ctx, sql, args...)
}

func (c counting) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	c.note(b.Len())
	return c.Tx.SendBatch(ctx, b)
}

// The speed line: 4,000 procedures, 500 of them edited here, all of them changed by the release. What is held against a number is
// how often the server is asked, which does not grow with the rows; the time is for whoever measures in quiet.
func TestTheMergeOfTheWholeCatalogueAsksTheServerSeldom(t *testing.T) {
	old := danang(t)
	p := loaded(t, old)
	p.Exec(`update procedures.procedure set edit = jsonb_set(base, '{name}', to_jsonb('Tỉnh ' || code)) where code in (select code from procedures.procedure order by code limit 500)`)
	set := danang(t)
	for i := range set.Procedures {
		q := &set.Procedures[i]
		q.Name += " (sửa)"
		if len(q.Methods) > 0 {
			q.Methods = slices.Clone(q.Methods)
			q.Methods[0].Fees = []packaged.Fee{{Type: "fee", Amount: money.Dong(1000 * (i + 1))}}
		}
	}
	var statements, turns int
	var r merge.Report
	begin := time.Now()
	p.owner(func(ctx context.Context, tx pgx.Tx) (err error) {
		for _, o := range p.offices.Merging() {
			if o.Service == "procedures" {
				r, err = merge.Run(ctx, counting{tx, &statements, &turns}, who.Program("upgrade"), o, set, "2.0.0")
			}
		}
		return err
	})
	t.Logf("%d procedures, %d conflicts, %d offerings: %d statements in %d turns, %v", len(set.Procedures), r.Conflicts, len(set.Offerings), statements, turns,
		time.Since(begin).Round(time.Millisecond))
	if r.Conflicts != 500 || r.Changed != len(set.Procedures) {
		t.Errorf("%+v", r)
	}
	if statements > mostStatements {
		t.Errorf("%d statements, at most %d", statements, mostStatements)
	}
	if n := p.Text(`select count(*) from procedures.procedure where name <> 'Tỉnh ' || code and edit is not null`); n != "0" {
		t.Errorf("%s edits were lost", n)
	}
}

// mostStatements is how often the merge of the catalogue may ask the server, however many rows there are.
const mostStatements = 12

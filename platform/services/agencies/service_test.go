package agencies_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies"
	"egovctl/platform/web"
	"egovctl/templates"
)

var now = clock.Date(2026, time.November, 22).Add(9 * time.Hour)

// office is a running service over a database that was seeded with a profile.
type office struct {
	*agencies.Service
	t    *testing.T
	d    *dbtest.DB
	deps module.Deps
	set  *packaged.Set
}

func open(t *testing.T, profile string) *office {
	t.Helper()
	set, err := packaged.Load(templates.FS, profile)
	if err != nil {
		t.Fatal(err)
	}
	return openSet(t, set)
}

func openSet(t *testing.T, set *packaged.Set) *office {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := agencies.New(module.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t, db.Stream{Schema: "agencies", FS: plain.Module().Migrations})
	pages, err := web.NewPages(web.PagesConfig{Shipped: templates.FS, Texts: texts, Clock: clock.Fixed(now)})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, d: d, set: set, deps: module.Deps{DB: d.App(), Log: slog.New(slog.DiscardHandler), Clock: clock.Fixed(now),
		Texts: texts, Pages: pages}}
	if o.Service, err = agencies.New(o.deps); err != nil {
		t.Fatal(err)
	}
	err = d.Owner().Tx(context.Background(), who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		return o.Seed(ctx, tx, set)
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSeedStoresEveryProfileAsPackaged(t *testing.T) {
	for _, c := range []struct {
		profile                 string
		units, agencies, inTree int
	}{
		{"danang-2014", 65, 93, 65},
		{"48", 0, 0, 95}, // Đà Nẵng with Quảng Nam: the city and 94 communes
		{"20", 0, 0, 66}, // Lạng Sơn did not merge
		{"24", 0, 0, 100},
	} {
		t.Run(c.profile, func(t *testing.T) {
			o := open(t, c.profile)
			ctx := context.Background()
			if c.units != 0 && (c.units != len(o.set.Units) || c.agencies != len(o.set.Agencies)) {
				t.Fatalf("the profile has %d units and %d agencies", len(o.set.Units), len(o.set.Agencies))
			}
			in, err := o.Units(ctx, nil, time.Time{})
			if err != nil || len(in) != c.inTree {
				t.Errorf("%d units in force, want %d (%v)", len(in), c.inTree, err)
			}
			all, err := o.All(ctx, nil)
			if err != nil || len(all) != len(o.set.Agencies) {
				t.Fatalf("%d agencies, want %d (%v)", len(all), len(o.set.Agencies), err)
			}
			for _, a := range all {
				if a.ID != o.set.AgencyID(a.Identifier) {
					t.Errorf("%s has the number %d, want %d", a.Identifier, a.ID, o.set.AgencyID(a.Identifier))
				}
			}
			if below, _ := o.Below(ctx, nil, 1); len(below) != len(all) {
				t.Errorf("%d agencies below the top, want all %d", len(below), len(all))
			}
			o.d.Exec(`insert into agencies.agency (base, base_hash) select base || '{"identifier":"H17.Z","slug":"z"}', base_hash from agencies.agency where id = 1`)
			if got := o.d.Text(`select max(id) from agencies.agency`); got != fmt.Sprint(len(all)+1) {
				t.Errorf("the next agency got the number %s, want %d", got, len(all)+1)
			}
		})
	}
}

func TestPackagedBaseHasTheHashOfItsCanonicalForm(t *testing.T) {
	o := open(t, "danang-2014")
	var base map[string]any
	if err := json.Unmarshal([]byte(o.d.Text(`select base::text from agencies.agency where id = 1`)), &base); err != nil {
		t.Fatal(err)
	}
	if base["identifier"] != "H17" || base["parent"] != "" {
		t.Errorf("base = %v", base)
	}
	if n := o.d.Text(`select count(*) from agencies.agency where base_hash is null or octet_length(base_hash) <> ` + fmt.Sprint(sha256.Size)); n != "0" {
		t.Errorf("%s agencies without a hash", n)
	}
	if n := o.d.Text(`select count(*) from agencies.unit where edit is not null or base is null`); n != "0" {
		t.Errorf("%s units drifted right after the seed", n)
	}
}

func (o *office) get(path string, into any) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.ask(httptest.NewRequest(http.MethodGet, path, nil), who.Nobody(), into)
}

// people answers for whoever the test says.
type people struct{ web.Identities }

type asKey struct{}

func (people) BySession(ctx context.Context, _ string) (who.Principal, error) {
	return ctx.Value(asKey{}).(who.Principal), nil
}

func (o *office) ask(r *http.Request, by who.Principal, into any) *httptest.ResponseRecorder {
	o.t.Helper()
	front, err := web.NewFront(web.Config{Routes: o.Module().Routes, Pages: o.deps.Pages, Texts: o.deps.Texts, Log: o.deps.Log,
		Clock: o.deps.Clock, Identities: people{}})
	if err != nil {
		o.t.Fatal(err)
	}
	if by.SignedIn() {
		r = r.WithContext(context.WithValue(r.Context(), asKey{}, by))
		r.Header.Set("Authorization", "Bearer x")
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			o.t.Fatalf("%s: %v\n%s", r.URL, err, w.Body)
		}
	}
	return w
}

type unitList struct {
	Items []struct {
		Key, Code, Name, Level, Type, Parent string
		FullName                             string `json:"full_name"`
		SucceededBy                          []struct{ Code string }
		ValidTo                              *string `json:"valid_to"`
	}
	Next *string
}

func TestUnitsAPI(t *testing.T) {
	o := open(t, "48")
	for _, c := range []struct {
		name, query string
		want        int
		first       string
	}{
		{"today has the city and its communes", "?limit=1000", 95, "48"},
		{"accents do not matter", "?q=hai+chau", 1, "Phường Hải Châu"},
		{"the day before the merger has the old wards", "?as_of=2025-06-30&q=thach+thang", 1, "Phường Thạch Thang"},
		{"a level narrows", "?level=province", 1, "Thành phố Đà Nẵng"},
		{"districts are gone", "?level=district", 0, ""},
		{"districts were there", "?level=district&as_of=2025-06-30&q=hoa+vang", 1, "Huyện Hòa Vang"},
		{"a parent by its code", "?as_of=2025-06-30&parent=497", 11, ""},
		{"a code", "?code=20333", 1, "Đặc khu Hoàng Sa"},
		{"nothing", "?q=khong+co+don+vi+nay", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l unitList
			w := o.get("/api/v1/units"+c.query, &l)
			if w.Code != http.StatusOK || len(l.Items) < c.want || (c.want == 0 && len(l.Items) > 0) {
				t.Fatalf("%d, %d items, want %d\n%s", w.Code, len(l.Items), c.want, w.Body)
			}
			if c.first != "" && l.Items[0].FullName != c.first && l.Items[0].Code != c.first {
				t.Errorf("first is %s %s, want %s", l.Items[0].Code, l.Items[0].FullName, c.first)
			}
		})
	}
	var l unitList
	o.get("/api/v1/units?as_of=2025-06-30&code=20194", &l)
	if len(l.Items) != 1 || l.Items[0].ValidTo == nil || *l.Items[0].ValidTo != "2025-07-01" {
		t.Errorf("an ended unit does not tell its end: %+v", l)
	}
}

func TestUnitsPagesMeetWithoutGapOrOverlap(t *testing.T) {
	o := open(t, "danang-2014")
	seen, path := map[string]bool{}, "/api/v1/units?limit=7"
	for next := ""; ; {
		var l unitList
		o.get(path+next, &l)
		for _, u := range l.Items {
			if seen[u.Key] {
				t.Fatalf("%s came twice", u.Key)
			}
			seen[u.Key] = true
		}
		if l.Next == nil {
			break
		}
		next = "&cursor=" + url.QueryEscape(*l.Next)
	}
	if len(seen) != 65 {
		t.Errorf("%d units over all pages, want 65", len(seen))
	}
}

func TestBadQuestionsAreRefused(t *testing.T) {
	o := open(t, "48")
	for _, c := range []struct {
		name, path string
		status     int
		field      string
	}{
		{"a day that is none", "/api/v1/units?as_of=30-06-2025", 400, "as_of"},
		{"a day that does not exist", "/api/v1/units?as_of=2025-02-30", 400, "as_of"},
		{"a day before the records", "/api/v1/units?as_of=1990-01-01", 400, "as_of"},
		{"an unknown level", "/api/v1/units?level=village", 400, "level"},
		{"a limit of nothing", "/api/v1/units?limit=0", 400, "limit"},
		{"a cursor that names nothing", "/api/v1/units?cursor=eHh4", 400, "cursor"},
		{"NUL in the words", "/api/v1/units?q=%00", 400, ""},
		{"an endless question", "/api/v1/agencies?q=" + strings.Repeat("a", 500), 400, "q"},
		{"an unknown agency", "/api/v1/agencies/H99.99", 404, ""},
		{"an unknown parent", "/api/v1/agencies?parent=H99", 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p web.Problem
			w := o.get(c.path, &p)
			if w.Code != c.status || p.Field != c.field || p.Detail == "" || strings.Contains(p.Detail, ".") && !strings.Contains(p.Detail, " ") {
				t.Errorf("%d %+v", w.Code, p)
			}
		})
	}
}

func TestAdministratorConfirmsAnIdentifier(t *testing.T) {
	o := open(t, "danang-2014")
	ctx := context.Background()
	all, _ := o.All(ctx, nil)
	var provisional agencies.Agency
	for _, a := range all {
		if a.Provisional {
			provisional = a
			break
		}
	}
	admin := who.Principal{Account: "0199a000-0000-7000-8000-000000000001", Login: "quantri", Kind: who.Official, All: true,
		Positions: []who.Position{{Role: who.Admin, Agency: 1, Scope: []int32{1}}}}
	clerk := who.Principal{Account: "x", Kind: who.Official, Positions: []who.Position{{Role: who.Clerk, Agency: 1, Scope: []int32{1}}}}
	patch := func(by who.Principal, identifier, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPatch, "/api/v1/agencies/"+identifier, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return o.ask(r, by, nil)
	}
	if w := patch(clerk, provisional.Identifier, `{"short":"X"}`); w.Code != http.StatusForbidden {
		t.Errorf("a clerk: %d", w.Code)
	}
	if w := patch(admin, provisional.Identifier, `{"identifier":"nonsense"}`); w.Code != http.StatusBadRequest {
		t.Errorf("nonsense: %d", w.Code)
	}
	if w := patch(admin, provisional.Identifier, `{"identifier":"H17"}`); w.Code != http.StatusConflict {
		t.Errorf("another agency's identifier: %d %s", w.Code, w.Body)
	}
	if w := patch(admin, provisional.Identifier, `{"identifier":"H17.999","name_en":"New name","alias":"000.00.99.H17"}`); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, known := range []string{"H17.999", provisional.Identifier, "000.00.99.H17"} {
		a, err := o.ByIdentifier(ctx, nil, known)
		if err != nil || a.ID != provisional.ID || a.Provisional || a.NameEN != "New name" || !a.Edited || a.NameVI != provisional.NameVI {
			t.Errorf("by %s: %+v %v", known, a, err)
		}
	}
	if w := patch(admin, "H17.999", `{"identifier":"H17.998"}`); w.Code != http.StatusConflict {
		t.Errorf("a confirmed identifier was changed: %d", w.Code)
	}
	if w := patch(admin, "H17", `{"alias":"000.00.99.H17"}`); w.Code != http.StatusConflict {
		t.Errorf("an alias was given to a second agency: %d", w.Code)
	}
	trace := o.d.Text(`select string_agg(login || ' ' || action || ' ' || object, ';') from platform.audit`)
	if trace != "quantri agency.amend H17.999" {
		t.Errorf("the trace is %q", trace)
	}
	if o.d.Text(`select base ->> 'identifier' from agencies.agency where id = $1`, provisional.ID) != provisional.Identifier {
		t.Error("the packaged value was changed")
	}
}

func TestAChangeElsewhereIsSeenWithinASecond(t *testing.T) {
	o := open(t, "danang-2014")
	ctx := context.Background()
	if _, err := o.ByIdentifier(ctx, nil, "H17"); err != nil {
		t.Fatal(err)
	}
	o.d.Exec(`update agencies.agency set edit = base || '{"name_vi": "Tên mới"}' where id = 1`)
	deadline := time.Now().Add(time.Second)
	for {
		if a, _ := o.ByIdentifier(ctx, nil, "H17"); a.NameVI == "Tên mới" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("not seen")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestWhatIsNotCommittedStaysInItsTransaction(t *testing.T) {
	o := open(t, "danang-2014")
	ctx := context.Background()
	err := o.d.Owner().Tx(ctx, who.Program("test"), func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `update agencies.agency set edit = base || '{"name_vi": "Nháp"}' where id = 1`); err != nil {
			return err
		}
		if a, err := o.ByID(ctx, tx, 1); err != nil || a.NameVI != "Nháp" {
			t.Errorf("inside: %q %v", a.NameVI, err)
		}
		if a, err := o.ByID(ctx, nil, 1); err != nil || a.NameVI == "Nháp" {
			t.Errorf("outside: %q %v", a.NameVI, err)
		}
		return fault.New(fault.Interrupted, "no")
	})
	if !fault.Is(err, fault.Interrupted) {
		t.Fatal(err)
	}
	time.Sleep(600 * time.Millisecond)
	if a, _ := o.ByID(ctx, nil, 1); a.NameVI == "Nháp" {
		t.Error("what was rolled back is still shown")
	}
}

func TestRowLevelSecurity(t *testing.T) {
	o := open(t, "danang-2014")
	clerk := who.Principal{Account: "x", Kind: who.Official, Positions: []who.Position{{Role: who.Clerk, Agency: 1, Scope: []int32{1}}}}
	err := o.d.App().Tx(context.Background(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update agencies.agency set edit = base where id = 1`)
		if err == nil && tag.RowsAffected() != 0 {
			t.Error("a clerk changed an agency")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if n := o.d.Text(`select count(*) from pg_class where relnamespace = 'agencies'::regnamespace and relkind = 'r' and not relrowsecurity and relname not like '%migration%'`); n != "0" {
		t.Errorf("%s tables without row-level security", n)
	}
}

func TestUnitsPage(t *testing.T) {
	o := open(t, "48")
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"/don-vi-hanh-chinh", 200, "Phường Hải Châu"},
		{"/don-vi-hanh-chinh?as_of=2025-06-30&q=thach+thang", 200, "nay là"},
		{"/don-vi-hanh-chinh?as_of=2025-06-30", 200, "Huyện Hòa Vang"},
		{"/don-vi-hanh-chinh?as_of=1500-01-01", 400, "30/06/2025"},
		{"/don-vi-hanh-chinh?lang=en", 200, "Administrative units in force on 22/11/2026"},
	} {
		w := o.get(c.path, nil)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) || strings.Count(w.Body.String(), "<h1") != 1 {
			t.Errorf("%s: %d, without %q\n%.600s", c.path, w.Code, c.has, w.Body)
		}
	}
}

func TestSentencesAreThereInBothLanguages(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	own := func(l locale.Lang) (keys []string) {
		for _, k := range texts.Keys(l) {
			if strings.HasPrefix(k, "agencies.") {
				keys = append(keys, k)
			}
		}
		return keys
	}
	if d := cmp.Diff(own(locale.Vietnamese), own(locale.English)); d != "" {
		t.Error(d)
	}
}

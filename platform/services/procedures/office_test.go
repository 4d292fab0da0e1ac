package procedures_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
	"egovctl/templates"
)

// The people of these tests: the provincial administrator, the administrator of the People's Committee (agency 1), of a
// department (agency 2), a clerk of it, a citizen.
var (
	admin      = who.Principal{Account: "a1", Login: "quantri", Kind: who.Official, All: true, Positions: []who.Position{{Role: who.Admin, Agency: 1, Scope: []int32{1, 2, 3}}}}
	committee  = who.Principal{Account: "a2", Login: "ubnd", Kind: who.Official, Positions: []who.Position{{Role: who.AgencyAdmin, Agency: 1, Scope: []int32{1, 2, 3}}}}
	department = who.Principal{Account: "a3", Login: "so", Kind: who.Official, Positions: []who.Position{{Role: who.AgencyAdmin, Agency: 2, Scope: []int32{2}}}}
	clerk      = who.Principal{Account: "a4", Login: "motcua", Kind: who.Official, Positions: []who.Position{{Role: who.Clerk, Agency: 2, Scope: []int32{2}}}}
	citizen    = who.Principal{Account: "a5", Login: "dan", Kind: who.Person}
)

// people is an identity office in memory: a token is a login.
type people struct{}

func (people) BySession(_ context.Context, token string) (who.Principal, error) {
	for _, p := range []who.Principal{admin, committee, department, clerk, citizen} {
		if p.Login == token {
			return p, nil
		}
	}
	return who.Principal{}, fault.New(fault.Unauthenticated, "unauthenticated")
}

func (people) SignIn(context.Context, string, secret.String, netip.Addr) (string, who.Principal, error) {
	return "", who.Principal{}, fault.New(fault.Unauthenticated, "unauthenticated")
}

func (people) SignOut(context.Context, string) error { return nil }

// territory reads the real table of agencies.
type territory struct{}

func (territory) All(ctx context.Context, tx pgx.Tx) ([]procedures.Agency, error) {
	rows, err := tx.Query(ctx, `select id, coalesce(parent_id, 0), identifier, slug, name_vi, name_en, level from agencies.agency order by id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[procedures.Agency])
}

// office is a service over its own database, and its front door.
type office struct {
	*procedures.Service
	db    *dbtest.DB
	front http.Handler
}

func open(t testing.TB, set *packaged.Set) office {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.NewPages(web.PagesConfig{Shipped: templates.FS, Texts: texts, Portal: web.Portal{ProvinceVI: "Thành phố Đà Nẵng"}})
	if err != nil {
		t.Fatal(err)
	}
	streams := []db.Stream{{Schema: "agencies", FS: os.DirFS("../agencies/migrations")}, {Schema: "procedures", FS: os.DirFS("migrations")}}
	o := office{db: dbtest.New(t, streams...)}
	log := slog.New(slog.DiscardHandler)
	o.Service, err = procedures.New(procedures.Deps{Agencies: territory{}, Deps: module.Deps{DB: o.db.App(), Log: log, Clock: clock.System{},
		Texts: texts, Pages: pages, Settings: module.Settings{FilingPublic: true}}})
	if err != nil {
		t.Fatal(err)
	}
	front, err := web.NewFront(web.Config{Routes: o.Module().Routes, Identities: people{}, Pages: pages, Texts: texts, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	o.front = front
	o.seed(t, set)
	return o
}

// seed loads the agencies as the installer would, then the catalogue through the service.
func (o office) seed(t testing.TB, set *packaged.Set) time.Duration {
	t.Helper()
	begin := time.Now()
	err := o.db.Owner().Tx(context.Background(), who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		for _, a := range set.Agencies {
			body, err := json.Marshal(map[string]any{"identifier": a.Identifier, "provisional": false, "slug": a.Slug, "name_vi": a.NameVI,
				"name_en": a.NameEN, "short": a.Short, "kind": a.Kind, "level": a.Level, "site": a.Site, "order": a.Number})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into agencies.agency (id, parent_id, base) values ($1, nullif($2, 0), $3)`,
				a.Number, set.AgencyID(a.Parent), body); err != nil {
				return err
			}
		}
		begin = time.Now()
		return o.Seed(ctx, tx, set)
	})
	if err != nil {
		t.Fatal(err)
	}
	return time.Since(begin)
}

// small is a province with three agencies and five procedures, one of which is not announced.
func small() *packaged.Set {
	term := func(k workcal.TermKind, thousands int64) workcal.Term {
		return workcal.Term{Kind: k, Thousands: thousands}
	}
	agency := func(number int32, identifier, parent, name string, l unit.Level) packaged.Agency {
		return packaged.Agency{Number: number, Identifier: identifier, Slug: "s-" + identifier, NameVI: name, NameEN: "En " + name, Short: "x", Kind: "department", Level: l, Parent: parent}
	}
	return &packaged.Set{
		Agencies: []packaged.Agency{agency(1, "H17", "", "Ủy ban nhân dân thành phố", unit.Province), agency(2, "H17.08", "H17", "Sở Xây dựng", unit.Province),
			agency(3, "H17.30", "H17", "Ủy ban nhân dân phường Hải Châu", unit.Commune)},
		Fields: []packaged.Field{{Code: "HT", Name: "Hộ tịch"}, {Code: "XD", Name: "Xây dựng"}},
		Procedures: []packaged.Procedure{
			{Code: "1.001193", Name: "Đăng ký khai sinh", Field: "HT", Levels: []unit.Level{unit.Commune}, Online: packaged.OnlineFull, Published: true, FiledOnline: true,
				Methods: []packaged.Method{{Channel: packaged.Direct, Term: term(workcal.SameDay, 0)},
					{Channel: packaged.Online, Term: term(workcal.WorkingDays, 3500), Fees: []packaged.Fee{{Type: "charge", Amount: 8000, Note: "mỗi bản (sao)"}}}},
				Cases:   []packaged.Case{{Name: "Trường hợp chung", Components: []packaged.Component{{Code: "G01", Name: "Giấy chứng sinh", Originals: 1, Required: true}}}},
				Results: []packaged.Result{{Name: "Giấy khai sinh"}}, LegalBasis: []string{"60/2014/QH13"}, Decision: "1/QĐ-BTP", Subjects: []string{"Công dân Việt Nam"}},
			{Code: "1.000894", Name: "Đăng ký kết hôn", Field: "HT", Levels: []unit.Level{unit.Commune}, Online: packaged.OnlinePartial, Published: true,
				Methods: []packaged.Method{{Channel: packaged.Direct, Term: term(workcal.WorkingDays, 5000)}, {Channel: packaged.Direct, Term: term(workcal.WorkingDays, 10000)}}},
			{Code: "1.009994", Name: "Cấp giấy phép xây dựng mới", Field: "XD", Levels: []unit.Level{unit.Province, unit.Commune}, Online: packaged.OnlinePartial, Published: true, FiledOnline: true,
				Methods: []packaged.Method{{Channel: packaged.Direct, Term: term(workcal.CalendarDays, 20000), Fees: []packaged.Fee{{Type: "fee", Amount: 75000}}}}},
			{Code: "1.009995", Name: "Gia hạn giấy phép xây dựng", Field: "XD", Levels: []unit.Level{unit.Province}, Online: packaged.OnlineInformation, Published: true},
			{Code: "1.013225", Name: "Di dời công trình bí mật", Field: "XD", Levels: []unit.Level{unit.Province}, Online: packaged.OnlinePartial},
		},
		Offerings: []packaged.Offering{{Procedure: "1.001193", Agency: "H17.30", Online: true}, {Procedure: "1.000894", Agency: "H17.30"},
			{Procedure: "1.009994", Agency: "H17.08", Online: true}, {Procedure: "1.009994", Agency: "H17.30"}},
	}
}

func TestMigrationsFollowTheLaw(t *testing.T) {
	files, err := fs.Sub(os.DirFS("."), "migrations")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.LintMigrations(t, files)
}

// tx runs fn as by and fails the test on an error.
func (o office) tx(t testing.TB, by who.Principal, fn func(context.Context, pgx.Tx) error) {
	t.Helper()
	if err := o.db.App().Tx(context.Background(), by, fn); err != nil {
		t.Fatal(err)
	}
}

func (o office) get(t testing.TB, code string) procedures.Procedure {
	t.Helper()
	var p procedures.Procedure
	o.tx(t, admin, func(ctx context.Context, tx pgx.Tx) (err error) {
		p, err = o.Get(ctx, tx, code)
		return err
	})
	return p
}

func key(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Key
}

func ptr[T any](v T) *T { return &v }

// Package trial is a small office for the tests of this service: a real database, three agencies, four procedures, a
// calendar of weekends, and the people who work there. The other services are played by real, small ones.
package trial

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
	"egovctl/templates"
)

// The three agencies.
const (
	City       int32 = 1 // H17
	Department int32 = 2 // H17.18, below it
	Ward       int32 = 3 // H17.110, below it
)

// The procedures: the first two are taken online by the ward, the second also by the department.
const (
	SameDay     = "1.001193"
	FiveDays    = "1.000894"
	NoDate      = "2.000635" // the officer sets the date; counter only, at the ward
	Unpublished = "6.000001"
)

// Office is the office with its clock.
type Office struct {
	DB    *dbtest.DB
	Desk  *desk.Desk
	Texts *locale.Catalog
	Clock *Clock
}

// Clock is moved by hand.
type Clock struct{ now atomic.Pointer[time.Time] }

// Now is the moment that was set.
func (c *Clock) Now() time.Time { return *c.now.Load() }

// Set moves the clock.
func (c *Clock) Set(t time.Time) { c.now.Store(&t) }

// Morning is nine o'clock of a day in March 2026 in Việt Nam; the 9th is a Monday.
func Morning(day int) time.Time { return time.Date(2026, time.March, day, 9, 0, 0, 0, clock.Vietnam) }

// Streams are the migrations of the agencies' service, read from its folder, and this service's own.
func Streams() []db.Stream {
	root := "."
	for range 6 { // from whichever package of this service the test runs in
		if _, err := os.Stat(root + "/agencies/migrations"); err == nil {
			break
		}
		root += "/.."
	}
	return []db.Stream{{Schema: "agencies", FS: os.DirFS(root + "/agencies/migrations")},
		{Schema: "onestop", FS: os.DirFS(root + "/onestop/migrations")}}
}

// Open opens the office at nine o'clock on Monday 9 March 2026, with a database of its own.
func Open(t testing.TB) *Office {
	t.Helper()
	o := &Office{DB: dbtest.New(t, Streams()...), Clock: &Clock{}}
	o.Clock.Set(Morning(9))
	for i, a := range agencies {
		o.DB.Exec(`insert into agencies.agency (id, base) values ($1, jsonb_build_object('identifier', $2::text, 'provisional', false, 'slug', $2::text,
			'name_vi', $3::text, 'name_en', $4::text, 'short', $2::text, 'kind', 'department', 'level', 'commune', 'site', false, 'order', $1::int))`,
			i+1, a.Identifier, a.NameVI, a.NameEN)
	}
	var err error
	if o.Texts, err = locale.Load(templates.FS); err != nil {
		t.Fatal(err)
	}
	workflows, err := workflow.NewBook(workflow.Released())
	if err != nil {
		t.Fatal(err)
	}
	prints, err := fs.Sub(templates.FS, "print")
	if err != nil {
		t.Fatal(err)
	}
	o.Desk = &desk.Desk{DB: o.DB.App(), Log: slog.New(slog.DiscardHandler), Clock: o.Clock, Texts: o.Texts, Store: store.New(), Workflows: workflows,
		Settings: module.Settings{Instance: "trial", PublicURL: "https://dichvucong.danang.gov.vn", FilingPublic: true},
		Agencies: Territory{}, Procedures: Catalogue{}, Deadlines: NewAlmanac(t), Staff: Staff{}, Fonts: Fonts(t), Prints: prints}
	return o
}

// Fonts is a folder with a font that has every Vietnamese letter.
func Fonts(t testing.TB) fs.FS {
	t.Helper()
	built, err := fs.Sub(templates.FS, "portals/assets/dist/ttf")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []fs.FS{built, os.DirFS("/usr/share/fonts/truetype/noto"), os.DirFS("/usr/share/fonts/truetype/liberation2")} {
		if names, _ := fs.Glob(folder, "*.ttf"); len(names) > 0 {
			return folder
		}
	}
	t.Fatal("no font: run `make assets` (templates/portals/assets/dist/ttf)")
	return nil
}

// Tx runs fn as by and fails the test on an error.
func (o *Office) Tx(t testing.TB, by who.Principal, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	if err := o.DB.App().Tx(context.Background(), by, fn); err != nil {
		t.Fatal(err)
	}
}

var agencies = []desk.Agency{
	{ID: City, Identifier: "H17", NameVI: "Ủy ban nhân dân thành phố Đà Nẵng", NameEN: "People's Committee of Da Nang"},
	{ID: Department, Identifier: "H17.18", NameVI: "Sở Xây dựng", NameEN: "Department of Construction", ParentID: City},
	{ID: Ward, Identifier: "H17.110", NameVI: "Ủy ban nhân dân phường Hòa Cường", NameEN: "People's Committee of Hoa Cuong ward", ParentID: City},
}

// Territory plays the agencies' service.
type Territory struct{}

// ByIdentifier finds an agency.
func (Territory) ByIdentifier(_ context.Context, _ pgx.Tx, identifier string) (desk.Agency, error) {
	for _, a := range agencies {
		if a.Identifier == identifier {
			return a, nil
		}
	}
	return desk.Agency{}, fault.New(fault.NotFound, "agencies.unknown")
}

// ByID finds an agency.
func (Territory) ByID(_ context.Context, _ pgx.Tx, id int32) (desk.Agency, error) {
	if id < 1 || int(id) > len(agencies) {
		return desk.Agency{}, fault.New(fault.NotFound, "agencies.unknown")
	}
	return agencies[id-1], nil
}

// All lists them.
func (Territory) All(context.Context, pgx.Tx) ([]desk.Agency, error) { return agencies, nil }

// Catalogue plays the procedures' service.
type Catalogue struct{}

var procedures = []desk.Procedure{
	{Published: true, Procedure: packaged.Procedure{Code: SameDay, Name: "Thủ tục đăng ký khai sinh",
		Methods: []packaged.Method{{Channel: packaged.Direct, Term: workcal.Term{Kind: workcal.SameDay}}},
		Cases: []packaged.Case{{Name: "Trong nước", Components: []packaged.Component{{Code: "KQ1", Name: "Tờ khai", Originals: 1, Required: true}}},
			{Name: "Có yếu tố nước ngoài", Components: []packaged.Component{{Name: "Tờ khai", Originals: 1}, {Name: "Hộ chiếu", Copies: 1}}}}}},
	{Published: true, Procedure: packaged.Procedure{Code: FiveDays, Name: "Thủ tục đăng ký kết hôn", Methods: []packaged.Method{
		{Channel: packaged.Direct, Term: workcal.Term{Kind: workcal.WorkingDays, Thousands: 5000}},
		{Channel: packaged.Online, Term: workcal.Term{Kind: workcal.WorkingDays, Thousands: 3000}}}}},
	{Published: true, Procedure: packaged.Procedure{Code: NoDate, Name: "Cấp bản sao trích lục hộ tịch", Methods: []packaged.Method{
		{Channel: packaged.Direct, Term: workcal.Term{Kind: workcal.Other, Text: "Theo thỏa thuận"}}}}},
	{Procedure: packaged.Procedure{Code: Unpublished, Name: "Thủ tục chưa công bố"}},
}

var offerings = map[string][]desk.Offering{
	SameDay: {{AgencyID: Ward, Online: true}}, FiveDays: {{AgencyID: Ward, Online: true}, {AgencyID: Department}}, NoDate: {{AgencyID: Ward}},
}

// Get finds a procedure.
func (Catalogue) Get(_ context.Context, _ pgx.Tx, code string) (desk.Procedure, error) {
	for _, p := range procedures {
		if p.Code == code {
			return p, nil
		}
	}
	return desk.Procedure{}, fault.New(fault.NotFound, "procedure.unknown")
}

// Offering tells whether an agency takes a procedure.
func (Catalogue) Offering(_ context.Context, _ pgx.Tx, code string, agency int32) (bool, error) {
	for _, o := range offerings[code] {
		if o.AgencyID == agency {
			return o.Online, nil
		}
	}
	return false, fault.New(fault.NotFound, "procedure.not_offered")
}

// OfferedBy lists what an agency takes.
func (Catalogue) OfferedBy(_ context.Context, _ pgx.Tx, agency int32) ([]desk.Summary, error) {
	var out []desk.Summary
	for _, p := range procedures {
		if slices.ContainsFunc(offerings[p.Code], func(o desk.Offering) bool { return o.AgencyID == agency }) {
			out = append(out, desk.Summary{Code: p.Code, Name: p.Name})
		}
	}
	return out, nil
}

// Offerings lists who takes a procedure.
func (Catalogue) Offerings(_ context.Context, _ pgx.Tx, code string) ([]desk.Offering, error) {
	return offerings[code], nil
}

// Almanac plays the deadlines' service with the rules of the regime mc-2018.
type Almanac struct{ calendar *workcal.Calendar }

// NewAlmanac makes a calendar in which only weekends are days off.
func NewAlmanac(t testing.TB) Almanac {
	t.Helper()
	c, err := workcal.New(workcal.Input{Announced: []int{2024, 2025, 2026, 2027, 2028}})
	if err != nil {
		t.Fatal(err)
	}
	return Almanac{c}
}

func rules() workcal.Rules {
	r := workcal.DefaultRules()
	r.Regime = "mc-2018"
	return r
}

// Promise counts a time limit.
func (a Almanac) Promise(_ context.Context, _ pgx.Tx, received time.Time, t workcal.Term) (workcal.Promise, error) {
	return a.calendar.Due(received, t, rules())
}

// Resume moves a promise over a pause.
func (a Almanac) Resume(_ context.Context, _ pgx.Tx, p workcal.Promise, pause workcal.Pause) (workcal.Promise, error) {
	return a.calendar.Resume(p, pause, rules())
}

// Calendar is the calendar.
func (a Almanac) Calendar(context.Context, pgx.Tx) (*workcal.Calendar, error) { return a.calendar, nil }

// Limits are those of mc-2018.
func (a Almanac) Limits(context.Context, pgx.Tx, time.Time) (workflow.Limits, error) {
	return workflow.DefaultLimits(), nil
}

// Staff plays the identity service.
type Staff struct{}

// At lists who holds a role at an agency.
func (Staff) At(_ context.Context, _ pgx.Tx, agency int32, role who.Role) ([]desk.Official, error) {
	var out []desk.Official
	for _, p := range Officials() {
		if slices.ContainsFunc(p.Positions, func(x who.Position) bool { return x.Agency == agency && x.Role == role }) {
			out = append(out, desk.Official{Account: p.Account, Login: p.Login, Name: p.Name, Role: role})
		}
	}
	return out, nil
}

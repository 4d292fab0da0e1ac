// Package page is what people see of the office of territory.
package page

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/agencies/internal/territory"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	Snapshot(ctx context.Context, tx pgx.Tx) (*territory.Snapshot, error)
}

type desk struct {
	office Office
	clock  clock.Clock
	pages  *web.Pages
}

// Routes are the door plate of people.
func Routes(office Office, c clock.Clock, pages *web.Pages) []web.Route {
	d := desk{office, c, pages}
	return []web.Route{{Method: http.MethodGet, Pattern: "/don-vi-hanh-chinh", Format: web.Page,
		Access: web.Access{Public: true, Relation: web.Any}, Summary: "agencies.page.units", Handler: d.units}}
}

// UnitsPage is what templates/portals/agencies/units.html is given.
type UnitsPage struct {
	AsOf     string // 2006-01-02, for the date field
	On       territory.Day
	First    territory.Day // the first day that can be asked for
	Frozen   bool          // the profile keeps a past day in force
	Problem  error         // why the asked day was refused; the tree is then today's
	Tree     []territory.UnitNode
	Counts   map[string]int // level to number of units
	Search   string
	Found    []territory.UnitView // when something was searched for
	Searched bool
}

// units answers GET /don-vi-hanh-chinh?as_of=&q=: the tree of a day, or what a search finds in it.
func (d desk) units(w http.ResponseWriter, r *http.Request) error {
	snap, err := d.office.Snapshot(r.Context(), nil)
	if err != nil {
		return err
	}
	now, status := d.clock.Now(), http.StatusOK
	p := UnitsPage{AsOf: r.URL.Query().Get("as_of"), First: snap.HistoryFrom(), Frozen: snap.Frozen(),
		Search: r.URL.Query().Get("q"), Counts: map[string]int{}}
	if !web.Wholesome(p.AsOf) || !web.Wholesome(p.Search) {
		return fault.New(fault.Invalid, "text.invalid")
	}
	if p.On, err = snap.On(p.AsOf, now); err != nil {
		p.Problem, p.On, status = err, snap.Today(now), http.StatusBadRequest
	}
	p.AsOf = p.On.String()
	all := snap.FindUnits(territory.UnitQuery{On: p.On})
	for _, l := range []unit.Level{unit.Province, unit.District, unit.Commune} {
		p.Counts[string(l)] = 0
	}
	for _, u := range all {
		p.Counts[string(u.Level)]++
	}
	if p.Search != "" {
		p.Searched = true
		p.Found = snap.FindUnits(territory.UnitQuery{Q: p.Search, On: p.On})
	} else {
		p.Tree = snap.UnitTree(p.On)
	}
	return d.pages.Render(w, r, status, "agencies/units", p)
}

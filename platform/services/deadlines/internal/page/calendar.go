// Package page is what people see of the office of deadlines: the calendar of a year, to read and to print.
package page

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

const calendarPage = "deadlines/calendar"

// Office is the part of the service that answers here.
type Office interface {
	Almanac(ctx context.Context, tx pgx.Tx) (*almanac.Almanac, error)
}

type desk struct {
	office Office
	clock  clock.Clock
	pages  *web.Pages
}

// Routes are the door plate of people.
func Routes(office Office, c clock.Clock, pages *web.Pages) []web.Route {
	d := desk{office, c, pages}
	return []web.Route{{Method: http.MethodGet, Pattern: "/lich-lam-viec", Format: web.Page,
		Access: web.Access{Public: true, Relation: web.Any}, Summary: "deadlines.page.calendar", Handler: d.calendar}}
}

// Declare shows a sample to the page's template.
func Declare(pages *web.Pages) error {
	day := workcal.Day{Date: clock.Date(2026, time.January, 1), Kind: workcal.Holiday, Name: "Tết Dương lịch", NameKey: "deadlines.day.new_year", Status: workcal.Computed}
	plain := workcal.Day{Date: clock.Date(2026, time.January, 5), Kind: workcal.MakeUp, Name: "Làm bù", Basis: "Thông báo", Status: workcal.Official}
	return pages.Declare(calendarPage, Calendar{Year: 2026, Previous: 2025, Next: 2027, Hours: "07:30-11:30, 13:30-17:30", Version: "c0123456789ab", Computed: true,
		WorkingDays: 249, Months: []Month{{Number: 1, Weeks: [][]Cell{{{}, {Day: 1, Exception: true, Off: true, Info: day}}}}}, Days: []workcal.Day{day, plain}})
}

// Calendar is what templates/portals/deadlines/calendar.html is given.
type Calendar struct {
	Year           int
	Previous, Next int // 0 when there is none
	WorkingDays    int
	Hours          string
	Version        string
	Computed       bool // nobody has announced the year: its days are computed
	Months         []Month
	Days           []workcal.Day // the exceptions, in order
}

// Month is a grid of weeks from Monday to Sunday.
type Month struct {
	Number  int
	Working int // working days
	Weeks   [][]Cell
}

// Name is what English calls it.
func (m Month) Name() string { return time.Month(m.Number).String() }

// Cell is a day of the grid; Day 0 is an empty one.
type Cell struct {
	Day       int
	Off       bool
	Exception bool // not what its weekday says: listed below the grid
	Info      workcal.Day
}

// calendar answers GET /lich-lam-viec?year=.
func (d desk) calendar(w http.ResponseWriter, r *http.Request) error {
	a, err := d.office.Almanac(r.Context(), nil)
	if err != nil {
		return err
	}
	y, err := a.Year(r.URL.Query().Get("year"), d.clock.Now())
	if err != nil {
		return err
	}
	p := Calendar{Year: y.Year, WorkingDays: y.WorkingDays, Hours: strings.ReplaceAll(a.Calendar.Hours().String(), ",", ", "), Version: a.Calendar.Version(),
		Computed: !a.Announced(y.Year), Days: y.Days}
	if y.Year > y.First {
		p.Previous = y.Year - 1
	}
	if y.Year < y.Last {
		p.Next = y.Year + 1
	}
	for m := time.January; m <= time.December; m++ {
		p.Months = append(p.Months, month(a.Calendar, y.Year, m))
	}
	return d.pages.Render(w, r, http.StatusOK, calendarPage, p)
}

func month(c *workcal.Calendar, year int, m time.Month) Month {
	first := clock.Date(year, m, 1)
	out := Month{Number: int(m)}
	week := make([]Cell, 0, 7)
	for range (int(first.Weekday()) + 6) % 7 {
		week = append(week, Cell{})
	}
	for day := first; day.Month() == m; day = day.AddDate(0, 0, 1) {
		info := c.Day(day)
		off := info.Kind.Off()
		if !off {
			out.Working++
		}
		week = append(week, Cell{Day: day.Day(), Off: off, Exception: info.Name != "", Info: info})
		if len(week) == 7 {
			out.Weeks = append(out.Weeks, week)
			week = make([]Cell, 0, 7)
		}
	}
	if len(week) > 0 {
		for len(week) < 7 {
			week = append(week, Cell{})
		}
		out.Weeks = append(out.Weeks, week)
	}
	return out
}

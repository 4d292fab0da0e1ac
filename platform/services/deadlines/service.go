package deadlines

import (
	"context"
	"embed"
	"io/fs"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/health"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/services/deadlines/internal/api"
	"egovctl/platform/services/deadlines/internal/page"
	"egovctl/platform/services/deadlines/internal/store"
	"egovctl/platform/workcal"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The words of this office; their rules are in internal/almanac.
type (
	Almanac   = almanac.Almanac
	Day       = almanac.Day
	DayRecord = almanac.DayRecord
	Regime    = almanac.Regime
	// RegimeRecord is a Regime with who confirmed it; Rules and Limits read its numbers.
	RegimeRecord = almanac.RegimeRecord
)

// OneStop is the topic of the regimes that count the time of dossiers.
const OneStop = almanac.OneStop

// Service promises dates.
type Service struct {
	deps module.Deps
	held atomic.Pointer[Almanac]
}

// New makes the service; it reads nothing yet. Fault: the page's, when its template does not show its sample.
func New(deps module.Deps) (*Service, error) {
	s := &Service{deps: deps}
	if deps.Pages != nil {
		if err := page.Declare(deps.Pages); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Module plugs the service.
func (s *Service) Module() module.Module {
	files, _ := fs.Sub(migrations, "migrations") // a constant, valid path
	routes := api.Routes(s, s.deps.Clock, s.deps.Texts)
	routes = append(routes, page.Routes(s, s.deps.Clock, s.deps.Pages)...)
	return module.Module{Name: "deadlines", Migrations: files, Routes: routes, Seed: s.Seed, Merge: s.merging(), Health: s.health}
}

// Seed copies the packaged days, lunar dates, regimes and office hours into the empty schema. A kit from which no
// calendar can be made is refused before anything is written.
func (s *Service) Seed(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	if _, err := almanac.FromSet(set); err != nil {
		return err
	}
	return store.Seed(ctx, tx, almanac.FactsOf(set))
}

// FromSet is the almanac of a kit that is not installed anywhere: for the command line and for samples.
func FromSet(set *packaged.Set) (*Almanac, error) { return almanac.FromSet(set) }

// soon is how far ahead promises commonly reach.
const soon = 45 * 24 * time.Hour

func (s *Service) health(ctx context.Context) []health.Result {
	begin := s.deps.Clock.Now()
	started := time.Now()
	r := health.Result{Code: "deadlines.calendar", Service: "deadlines", Status: health.Pass, Severity: "warning", Key: "deadlines.health.ok"}
	a, err := s.Almanac(ctx, nil)
	if err != nil {
		r.Status, r.Severity, r.Key, r.CausedBy = health.Fail, "error", "deadlines.health.unreadable", "postgres.reachable"
	} else {
		judge(a, begin, &r)
	}
	r.MS = time.Since(started).Milliseconds()
	return []health.Result{r}
}

// judge finds a calendar that ends, and a present year that nobody announced. Days still to be announced in the weeks to
// come are told, not warned of: every autumn is like that, and promises resting on them say so themselves.
func judge(a *Almanac, now time.Time, r *health.Result) {
	first, last := a.Calendar.Covers()
	year := now.In(clock.Vietnam).Year()
	ahead := now.Add(soon).In(clock.Vietnam).Year()
	r.Args = map[string]string{"version": a.Calendar.Version(), "first": strconv.Itoa(first.Year()), "last": strconv.Itoa(last.Year()), "year": strconv.Itoa(year)}
	switch {
	case ahead > last.Year():
		r.Status, r.Severity, r.Key = health.Fail, "error", "deadlines.health.ends"
	case !a.Announced(year):
		r.Status, r.Key = health.Warn, "deadlines.health.computed"
	case !a.Announced(ahead) || provisional(a, ahead):
		r.Severity, r.Key = "info", "deadlines.health.provisional"
		r.Args["year"] = strconv.Itoa(ahead)
	}
}

// provisional reports whether a day of the year is still a proposal or computed.
func provisional(a *Almanac, year int) bool {
	for _, d := range a.Calendar.Exceptions(clock.Date(year, time.January, 1), clock.Date(year, time.December, 31)) {
		if d.Status == workcal.Proposed || d.Status == workcal.Computed {
			return true
		}
	}
	return false
}

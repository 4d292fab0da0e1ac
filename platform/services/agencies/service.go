package agencies

import (
	"context"
	"embed"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/health"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies/internal/api"
	"egovctl/platform/services/agencies/internal/page"
	"egovctl/platform/services/agencies/internal/store"
	"egovctl/platform/services/agencies/internal/territory"
	"egovctl/platform/web"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The words of this office; their rules are in internal/territory.
type (
	Agency      = territory.Agency
	AgencyQuery = territory.AgencyQuery
	Change      = territory.Change
	Day         = territory.Day
	Unit        = territory.UnitView
	UnitNode    = territory.UnitNode
	UnitQuery   = territory.UnitQuery
	UnitHistory = territory.UnitHistory
	Successor   = territory.Successor
	Snapshot    = territory.Snapshot
)

// DayOf makes the Day of t in Việt Nam.
func DayOf(t time.Time) Day { return territory.DayOf(t) }

// Service answers who is who among units and agencies.
type Service struct {
	deps    module.Deps
	held    atomic.Pointer[held]
	loading sync.Mutex // one reader at a time re-reads; the others go on with what they have
}

// New makes the service; it reads nothing yet. Fault: the page's, when its template does not show its sample.
func New(deps module.Deps) (*Service, error) {
	if deps.Pages != nil {
		if err := page.Declare(deps.Pages); err != nil {
			return nil, err
		}
	}
	return &Service{deps: deps}, nil
}

// Module plugs the service.
func (s *Service) Module() module.Module {
	migrationFiles, _ := fs.Sub(migrations, "migrations") // a constant, valid path
	var routes []web.Route
	routes = append(routes, api.Routes(s, s.deps.Clock)...)
	routes = append(routes, page.Routes(s, s.deps.Clock, s.deps.Pages)...)
	return module.Module{Name: "agencies", Migrations: migrationFiles, Routes: routes, Seed: s.Seed, Merge: s.merging(), Health: s.health}
}

// Seed copies the packaged units and agencies into the empty schema; agency i of the set gets the number i+1.
func (s *Service) Seed(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	return store.Seed(ctx, tx, set)
}

func (s *Service) health(ctx context.Context) []health.Result {
	begin := time.Now()
	r := health.Result{Code: "agencies.territory", Service: "agencies", Status: health.Pass, Severity: "error", Key: "agencies.health.ok"}
	snap, err := s.Snapshot(ctx, nil)
	switch {
	case err != nil:
		r.Status, r.Key, r.CausedBy = health.Fail, "agencies.health.unreadable", "postgres.reachable"
	case len(snap.Agencies(territory.DayOf(s.deps.Clock.Now()))) == 0:
		r.Status, r.Key = health.Fail, "agencies.health.empty"
	}
	r.MS = time.Since(begin).Milliseconds()
	return []health.Result{r}
}

package procedures

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
	"egovctl/platform/services/procedures/internal/api"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/page"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/services/procedures/internal/store"
	"egovctl/platform/web"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The words of this office.
type (
	Procedure = catalogue.Procedure
	Summary   = catalogue.Summary
	Offering  = catalogue.Offering
	Field     = catalogue.Field
	Patch     = catalogue.Patch
	Faults    = catalogue.Faults
	Query     = search.Query
	Result    = search.Result
	Record    = api.Record // a whole procedure as programs are given it
	Item      = api.Item   // a hit of a search as programs are given it
)

// Deps is what the office is given.
type Deps struct {
	module.Deps
	Agencies Agencies
}

// Service is the office.
type Service struct {
	deps    Deps
	held    atomic.Pointer[held]
	loading sync.Mutex    // one at a time rebuilds the index; the others go on with what they have
	changed chan struct{} // a change made here need not wait for the next look
}

// New makes the office; it reads nothing yet. An error is a page that is missing or cannot show its sample.
func New(deps Deps) (*Service, error) {
	if deps.Pages != nil {
		if err := page.Declare(deps.Pages); err != nil {
			return nil, err
		}
	}
	return &Service{deps: deps, changed: make(chan struct{}, 1)}, nil
}

// Module plugs the service.
func (s *Service) Module() module.Module {
	files, _ := fs.Sub(migrations, "migrations") // a constant, valid path
	var routes []web.Route
	routes = append(routes, api.Routes(s)...)
	routes = append(routes, page.Routes(s, s.deps.Pages, s.deps.Settings.FilingPublic)...)
	return module.Module{Name: "procedures", Migrations: files, Routes: routes, Seed: s.Seed, Merge: s.merging(), Run: s.Run, Health: s.health}
}

// Seed copies the packaged fields, procedures and offerings into the empty schema.
func (s *Service) Seed(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	return store.Seed(ctx, tx, set)
}

// health tells whether the catalogue can be searched and how old the index is.
func (s *Service) health(ctx context.Context) []health.Result {
	begin := time.Now()
	r := health.Result{Code: "procedures.index", Service: "procedures", Status: health.Pass, Severity: "error", Key: "procedures.health.ok"}
	h, err := s.ready(ctx)
	switch {
	case err != nil:
		r.Status, r.Key, r.CausedBy = health.Fail, "procedures.health.unreadable", "postgres.reachable"
	case h.index.Len() == 0:
		r.Status, r.Key = health.Fail, "procedures.health.empty"
	case time.Since(h.checked.time()) > staleAfter:
		r.Status, r.Severity, r.Key, r.CausedBy = health.Warn, "warning", "procedures.health.stale", "postgres.reachable"
	}
	r.MS = time.Since(begin).Milliseconds()
	return []health.Result{r}
}

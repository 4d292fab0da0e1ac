package sites

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/services/sites/internal/api"
	"egovctl/platform/services/sites/internal/page"
	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/services/sites/internal/store"
	"egovctl/platform/web"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Deps is what the service is made from.
type Deps struct {
	module.Deps
	Agencies   Agencies
	Procedures Procedures
}

// Service shows the portal and keeps the texts of its sites.
type Service struct{ deps Deps }

// New makes the service and declares its pages: one that is missing or cannot show its sample stops the start. Without
// Pages the service can only seed and migrate.
func New(deps Deps) (*Service, error) {
	if deps.Pages != nil {
		if err := page.Declare(deps.Pages); err != nil {
			return nil, err
		}
	}
	return &Service{deps: deps}, nil
}

// Module plugs the service.
func (s *Service) Module() module.Module {
	files, _ := fs.Sub(migrations, "migrations") // a constant, valid path
	var routes []web.Route
	routes = append(routes, page.Routes(s, s.deps.Pages)...)
	routes = append(routes, api.Routes(s)...)
	return module.Module{Name: "sites", Migrations: files, Routes: routes, Seed: s.Seed, Merge: s.merging(), Health: s.health}
}

// See reads what fn asks for, all of one moment.
func (s *Service) See(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return s.deps.DB.Read(ctx, web.PrincipalOf(ctx), fn)
}

// Agencies is the port, for the pages.
func (s *Service) Agencies() portal.Agencies { return s.deps.Agencies }

// Procedures is the port, for the pages.
func (s *Service) Procedures() portal.Procedures { return s.deps.Procedures }

// Site reads the site with slug; fault.NotFound "sites.unknown".
func (s *Service) Site(ctx context.Context, tx pgx.Tx, slug string) (Site, error) {
	return store.BySlug(ctx, tx, slug)
}

// SitesAfter lists at most limit sites by slug, beginning after slug.
func (s *Service) SitesAfter(ctx context.Context, tx pgx.Tx, slug string, limit int) ([]Site, error) {
	return store.After(ctx, tx, slug, limit)
}

// MayEdit reports whether p keeps the site of agency: the province's administrator, or an editor or administrator in
// whose scope the agency is.
func MayEdit(p who.Principal, agency int32) bool {
	return p.All && p.Holds(who.Admin) || p.HoldsAt(who.Admin, agency) ||
		p.HoldsAt(who.AgencyAdmin, agency) || p.HoldsAt(who.Editor, agency)
}

// MayEdit is the rule, for the pages.
func (s *Service) MayEdit(p who.Principal, agency int32) bool { return MayEdit(p, agency) }

// Amend changes the texts of a site in the name of the principal of ctx, with its audit row in the same transaction. A
// change that changes nothing writes nothing. Faults: NotFound "sites.unknown", Forbidden, Invalid as Change.Apply.
func (s *Service) Amend(ctx context.Context, slug string, ch Change) (Site, error) {
	by := web.PrincipalOf(ctx)
	var after Site
	err := s.deps.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		site, err := store.BySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		if !MayEdit(by, site.AgencyID) {
			return fault.New(fault.Forbidden, "forbidden")
		}
		if err := amend(ctx, tx, by, site, ch); err != nil {
			return err
		}
		after, err = store.BySlug(ctx, tx, slug)
		return err
	})
	return after, err
}

func amend(ctx context.Context, tx pgx.Tx, by who.Principal, site Site, ch Change) error {
	base, now, edited, err := store.Lock(ctx, tx, site.AgencyID)
	if err != nil {
		return err
	}
	if ch.Reset {
		now = base
	}
	now, changed, err := ch.Apply(now)
	if err != nil {
		return err
	}
	reset := ch.Reset && edited
	if len(changed) == 0 && !reset {
		return nil
	}
	edit := &now
	if now == base {
		edit = nil // the province says what is packaged: no drift
	}
	if err := store.Write(ctx, tx, site.AgencyID, edit); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, audit.Act{Service: "sites", Action: "site.edit", Object: site.Slug, AgencyID: site.AgencyID,
		Detail: map[string]any{"changed": changed, "reset": reset}})
}

func (s *Service) health(ctx context.Context) []health.Result {
	begin := time.Now()
	r := health.Result{Code: "sites.portal", Service: "sites", Status: health.Pass, Severity: "warning", Key: "sites.health.ok"}
	err := s.deps.DB.Read(ctx, who.Program("health"), func(ctx context.Context, tx pgx.Tx) error {
		some, err := store.After(ctx, tx, "", 1)
		if err == nil && len(some) == 0 {
			err = errNoSites
		}
		return err
	})
	switch {
	case errors.Is(err, errNoSites):
		r.Status, r.Key = health.Warn, "sites.health.empty"
	case err != nil:
		r.Status, r.Severity, r.Key, r.CausedBy = health.Fail, "error", "sites.health.unreadable", "postgres.reachable"
	}
	r.MS = time.Since(begin).Milliseconds()
	return []health.Result{r}
}

var errNoSites = errors.New("no sites")

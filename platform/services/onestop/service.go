package onestop

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/services/onestop/internal/api"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/page"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/web"
	"egovctl/platform/workflow"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Deps is what the service is given. Fonts is a folder of *.ttf files, Prints the folder templates/print with the
// province's own files first.
type Deps struct {
	module.Deps
	Agencies   Agencies
	Procedures Procedures
	Deadlines  Deadlines
	Staff      Staff
	Fonts      fs.FS
	Prints     fs.FS
}

// DemoInput says what a demonstration is to hold.
type DemoInput = desk.Demo

// Service is the one-stop office.
type Service struct {
	deps Deps
	desk *desk.Desk
}

// New makes the service; it reads nothing yet. It fails when a port is missing, a workflow is not proven, or a page cannot
// show its sample.
func New(d Deps) (*Service, error) {
	if d.Agencies == nil || d.Procedures == nil || d.Deadlines == nil || d.Staff == nil || d.Fonts == nil || d.Prints == nil {
		return nil, errors.New("onestop: a port is not plugged")
	}
	workflows, err := workflow.NewBook(workflow.Released())
	if err != nil {
		return nil, err
	}
	if d.Pages != nil {
		if err := page.Declare(d.Pages, d.Texts); err != nil {
			return nil, err
		}
	}
	return &Service{deps: d, desk: &desk.Desk{DB: d.DB, Log: d.Log, Clock: d.Clock, Texts: d.Texts, Settings: d.Settings, Store: store.New(), Workflows: workflows,
		Agencies: d.Agencies, Procedures: d.Procedures, Deadlines: d.Deadlines, Staff: d.Staff, Fonts: d.Fonts, Prints: d.Prints}}, nil
}

// Module plugs the service.
func (s *Service) Module() module.Module {
	files, _ := fs.Sub(migrations, "migrations") // a constant, valid path
	var routes []web.Route
	routes = append(routes, api.Routes(s.desk, s.deps.Texts)...)
	routes = append(routes, page.Routes(s.desk, s.deps.Texts, s.deps.Pages)...)
	return module.Module{Name: "onestop", Migrations: files, Routes: routes, Health: s.health}
}

// Probe files, routes, returns and erases a synthetic dossier in the reserved agency and code series. One audit line
// stays. Fault: Unavailable "onestop.probe".
func (s *Service) Probe(ctx context.Context) error { return s.desk.Probe(ctx) }

// SeedDemo fills a demonstration: in.People invented people (numbers of no place of registration) and in.Dossiers
// dossiers in every state over the twelve months before in.Now, each with a history that the workflow allows. tx is the
// owner's; agencies, procedures, calendar and accounts are there already. The same input gives the same rows.
func (s *Service) SeedDemo(ctx context.Context, tx pgx.Tx, in DemoInput) error {
	return s.desk.SeedDemo(ctx, tx, in)
}

// health looks whether the schema answers; it writes nothing and counts nothing.
func (s *Service) health(ctx context.Context) []health.Result {
	began := time.Now()
	r := health.Result{Code: "onestop.answers", Service: "onestop", Status: health.Pass, Severity: "critical", Key: "onestop.health.ok"}
	err := s.deps.DB.Read(ctx, who.Program("health"), func(ctx context.Context, tx pgx.Tx) error {
		return s.desk.Store.Answers(ctx, tx)
	})
	if err != nil {
		r.Status, r.Key, r.CausedBy = health.Fail, "onestop.health.silent", "postgres.reachable"
	}
	r.MS = time.Since(began).Milliseconds()
	return []health.Result{r}
}

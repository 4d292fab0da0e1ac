package identity

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/argon"
	"egovctl/platform/services/identity/internal/page"
	"egovctl/platform/services/identity/internal/store"
	"egovctl/platform/web"
)

//go:embed migrations/*.sql
var migrations embed.FS

const service = "identity"

// The words of this office; their rules are in internal/account.
type (
	Account  = account.Account
	Position = account.Position
	Person   = account.Person
	Status   = account.Status

	NewAccount   = account.NewAccount
	Created      = account.Created
	Registration = account.Registration
	Opened       = account.Opened
	OpenSession  = account.OpenSession
	Query        = account.Query
	MatrixRow    = account.MatrixRow
	Credential   = account.Credential
)

// The statuses of an account.
const (
	Fresh  = account.New
	Active = account.Active
	Locked = account.Locked
)

// Deps is what the office is given.
type Deps struct {
	module.Deps
	Agencies Agencies
}

// Service knows who acts. It implements web.Identities.
type Service struct {
	deps     Deps
	db       *db.Pool
	clock    clock.Clock
	agencies Agencies
	keeper   *argon.Keeper
}

var _ web.Identities = (*Service)(nil)

// New makes the service; it reads nothing yet. Fault: the pages', when a template does not show its sample.
func New(deps Deps) (*Service, error) {
	if deps.Pages != nil {
		if err := page.Declare(deps.Pages); err != nil {
			return nil, err
		}
	}
	return &Service{deps: deps, db: deps.DB, clock: deps.Clock, agencies: deps.Agencies, keeper: argon.New(argon.Standard())}, nil
}

// Module plugs the service. It has no packaged data: the first administrator comes by a one-time link.
func (s *Service) Module() module.Module {
	migrationFiles, _ := fs.Sub(migrations, "migrations") // a constant, valid path
	return module.Module{Name: service, Migrations: migrationFiles, Routes: s.routes(), Health: s.health,
		Jobs: []jobs.Job{{Name: "identity.sweep", Every: 10 * time.Minute, Run: s.Sweep}}}
}

// Sweep removes tries, ended sessions and links that have served.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Tx(ctx, who.Program("sweep"), func(ctx context.Context, tx pgx.Tx) error {
		return store.Sweep(ctx, tx, s.clock.Now())
	})
}

func (s *Service) health(ctx context.Context) []health.Result {
	begin := time.Now()
	r := health.Result{Code: "identity.administrator", Service: service, Status: health.Pass, Severity: "warning", Key: "identity.health.ok"}
	var all, ready int
	err := s.db.Read(ctx, who.Program("health"), func(ctx context.Context, tx pgx.Tx) error {
		var err error
		all, ready, err = store.Administrators(ctx, tx, s.clock.Now())
		return err
	})
	switch {
	case err != nil:
		r.Status, r.Severity, r.Key, r.CausedBy = health.Fail, "error", "identity.health.unreadable", "postgres.reachable"
	case all == 0:
		r.Status, r.Key = health.Warn, "identity.health.no_admin"
	case ready == 0:
		r.Status, r.Key = health.Warn, "identity.health.admin_waiting"
	}
	r.MS = time.Since(begin).Milliseconds()
	return []health.Result{r}
}

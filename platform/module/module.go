// Package module is the plug of a platform service: what it brings (schema, routes, packaged data, jobs, health)
// as plain values, so that neither the platform's start nor the installer knows a service by name.
package module

import (
	"context"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/backfill"
	"egovctl/platform/db"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/merge"
	"egovctl/platform/packaged"
	"egovctl/platform/web"
)

// Deps is what every service is given.
type Deps struct {
	DB       *db.Pool
	Log      *slog.Logger
	Clock    clock.Clock
	Texts    *locale.Catalog
	Pages    *web.Pages
	Settings Settings
}

// Settings is what a service may know of the instance's answers.
type Settings struct {
	Instance     string
	Profile      string
	Version      string
	PublicURL    string
	Language     locale.Lang
	FilingPublic bool
	LocalSignIn  bool
	Demo         bool
}

// Module is one service, plugged.
type Module struct {
	Name       string
	Migrations fs.FS // NNNN_title.up.sql and .down.sql at its root; the schema is named like the service
	Routes     []web.Route
	Seed       func(ctx context.Context, tx pgx.Tx, set *packaged.Set) error // loads the packaged data into an empty schema
	Merge      merge.Office                                                  // how the packaged rows of a release and those of the province become one
	Run        func(ctx context.Context) error                               // background work on every node: returns nil when ctx ends, not before; nil for none
	Jobs       []jobs.Job                                                    // periodic work, on one node at a time
	Backfills  []backfill.Work                                               // rows from before a migration, brought to what it added
	Health     func(ctx context.Context) []health.Result
}

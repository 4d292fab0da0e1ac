// Package app is the running platform: start order, stop order, and whether it may take traffic.
package app

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"egovctl/platform"
	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/merge"
	"egovctl/platform/module"
	"egovctl/platform/notice"
	"egovctl/platform/outbox"
	"egovctl/platform/override"
	"egovctl/platform/packaged"
	"egovctl/platform/web"
)

// Config is what the platform is started with.
type Config struct {
	DSN       secret.String // of the application role
	Settings  module.Settings
	Profile   packaged.Profile
	Templates fs.FS            // as packaged
	Local     override.Folders // what the province keeps in their place
	Log       *slog.Logger
	AuditKey  string // file of the key that signs the heads of the audit chain
	AuditHead string // file outside the database that keeps the newest head
	Disabled  []string
	History   func(locale.Lang) ([]Run, error) // what was done on the host, oldest first
	Figures   secret.String                    // token with which another host may read /metrics; empty for none
}

// App is the platform, not yet serving.
type App struct {
	cfg     Config
	pool    *db.Pool
	offices *platform.Offices
	front   *web.Front
	outbox  *outbox.Drain
	jobs    *jobs.Runner
	board   *notice.Board
}

const (
	maxConns = 12
	drain    = 20 * time.Second
)

// New connects everything; nothing runs yet.
func New(ctx context.Context, cfg Config) (*App, error) {
	own, err := web.OpenOverrides(cfg.Templates, cfg.Local)
	if err != nil {
		return nil, err
	}
	pages, err := web.NewPages(web.PagesConfig{Shipped: cfg.Templates, Local: own.Files, Texts: own.Texts, Known: own.Findings, Portal: portal(cfg)})
	if err != nil {
		return nil, err
	}
	pool, err := db.Open(ctx, cfg.DSN.Reveal(), maxConns)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, pool: pool, board: notice.New(pool, cfg.Settings.Version, cfg.Log)}
	pages.Announce(a.board.Coming)
	deps := module.Deps{DB: pool, Log: cfg.Log, Clock: clock.System{}, Texts: own.Texts, Pages: pages, Settings: cfg.Settings}
	if err := a.assemble(deps, own.Files); err != nil {
		pool.Close()
		return nil, err
	}
	for _, f := range pages.Findings() {
		cfg.Log.Warn("override", "finding", f.Key, "file", f.Args["file"], "why", f.Args["why"])
	}
	return a, nil
}

// assemble plugs the services and what works beside them.
func (a *App) assemble(deps module.Deps, own fs.FS) error {
	cfg := a.cfg
	var err error
	if a.offices, err = platform.Open(deps, filesOver(cfg.Templates, own), cfg.Disabled); err != nil {
		return err
	}
	sealer, err := audit.NewSealer(a.pool, cfg.AuditKey, cfg.AuditHead, deps.Clock)
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.outbox = outbox.New(a.pool, cfg.Log, []outbox.Consumer{moves(registry)})
	if a.jobs, err = jobs.New(a.pool, cfg.Log, a.periodic(sealer)); err != nil {
		return err
	}
	how := Health{DB: a.pool, Modules: a.offices.Modules(), Pages: deps.Pages, Outbox: a.outbox, Jobs: a.jobs, Since: deps.Clock.Now()}
	conflicts := Conflicts{DB: a.pool, Offices: a.offices, Pages: deps.Pages, Files: merge.Files(func() ([]override.File, error) {
		files, _, err := cfg.Local.Scan(cfg.Templates) // what cannot be read was told at start
		return files, err
	}, nil)}
	if err := conflicts.Declare(); err != nil {
		return err
	}
	history := History{Runs: cfg.History, Pages: deps.Pages}
	if err := history.Declare(); err != nil {
		return err
	}
	a.front, err = web.NewFront(web.Config{
		Routes: Routes(a.offices, how, conflicts, history), Identities: a.offices.Identity, Pages: deps.Pages, Texts: deps.Texts, Log: cfg.Log,
		Language: cfg.Settings.Language, PublicURL: cfg.Settings.PublicURL, Version: cfg.Settings.Version, Ready: a.pool.Ping, Metrics: registry, MetricsToken: cfg.Figures,
	})
	return err
}

// Routes are everything that the front door serves: the services' pages and API, the platform's own health, and the pages of
// conflicts and of the history.
func Routes(o *platform.Offices, how Health, conflicts Conflicts, history History) []web.Route {
	all := slices.Concat([]web.Route{how.Route()}, conflicts.Routes(), history.Routes())
	for _, m := range o.Modules() {
		all = append(all, m.Routes...)
	}
	return all
}

// Run serves on ln until ctx ends, then drains. ready is called once when traffic may come. Work in the background that
// fails ends it with that error.
func (a *App) Run(ctx context.Context, ln net.Listener, ready func()) error {
	defer a.pool.Close()
	if err := a.pool.Ping(ctx); err != nil {
		return err
	}
	workers := []worker{
		{"jobs", a.jobs.Run},
		{"notice", a.board.Run},
		{"outbox", func(ctx context.Context) error { return a.outbox.Run(ctx, time.Second) }},
	}
	for _, m := range a.offices.Modules() {
		if m.Run != nil {
			workers = append(workers, worker{m.Name, m.Run})
		}
	}
	return beside(ctx, a.cfg.Log, workers, func(ctx context.Context) error {
		ready()
		return web.Serve(ctx, ln, a.front, drain)
	})
}

// Package app is the running platform: start order, stop order, and whether it may take traffic.
package app

import (
	"context"
	"io/fs"
	"log/slog"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"egovctl/platform"
	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/module"
	"egovctl/platform/outbox"
	"egovctl/platform/packaged"
	"egovctl/platform/web"
)

// Config is what the platform is started with.
type Config struct {
	DSN       secret.String // of the application role
	Settings  module.Settings
	Profile   packaged.Profile
	Templates fs.FS  // as packaged
	Local     string // folder of the province's overrides
	Log       *slog.Logger
	AuditKey  string // file of the key that signs the heads of the audit chain
	AuditHead string // file outside the database that keeps the newest head
	Disabled  []string
	Figures   secret.String // token with which another host may read /metrics; empty for none
}

// App is the platform, not yet serving.
type App struct {
	cfg     Config
	pool    *db.Pool
	offices *platform.Offices
	front   *web.Front
	outbox  *outbox.Drain
	jobs    *jobs.Runner
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
	a := &App{cfg: cfg, pool: pool}
	deps := module.Deps{DB: pool, Log: cfg.Log, Clock: clock.System{}, Texts: own.Texts, Pages: pages, Settings: cfg.Settings}
	if err := a.assemble(deps); err != nil {
		pool.Close()
		return nil, err
	}
	for _, f := range pages.Findings() {
		cfg.Log.Warn("override", "finding", f.Key, "file", f.Args["file"], "why", f.Args["why"])
	}
	return a, nil
}

// assemble plugs the services and what works beside them.
func (a *App) assemble(deps module.Deps) error {
	cfg := a.cfg
	var err error
	if a.offices, err = platform.Open(deps, Files(cfg.Templates, cfg.Local), cfg.Disabled); err != nil {
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
	a.front, err = web.NewFront(web.Config{
		Routes: Routes(a.offices, how), Identities: a.offices.Identity, Pages: deps.Pages, Texts: deps.Texts, Log: cfg.Log,
		Language: cfg.Settings.Language, PublicURL: cfg.Settings.PublicURL, Version: cfg.Settings.Version, Ready: a.pool.Ping, Metrics: registry, MetricsToken: cfg.Figures,
	})
	return err
}

// Routes are everything that the front door serves: the services' pages and API, and the platform's own health.
func Routes(o *platform.Offices, how Health) []web.Route {
	all := []web.Route{how.Route()}
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

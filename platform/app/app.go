// Package app is the running platform: start order, stop order, and whether it may take traffic.
package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"egovctl/platform"
	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
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
}

// App is the platform, not yet serving.
type App struct {
	cfg     Config
	pool    *db.Pool
	offices *platform.Offices
	front   *web.Front
	sealer  *audit.Sealer
	outbox  *outbox.Drain
}

const (
	maxConns = 12
	drain    = 20 * time.Second
)

// New connects everything; nothing runs yet.
func New(ctx context.Context, cfg Config) (*App, error) {
	texts, err := locale.Load(cfg.Templates)
	if err != nil {
		return nil, err
	}
	local := os.DirFS(cfg.Local)
	pages, err := web.NewPages(web.PagesConfig{Shipped: cfg.Templates, Local: local, Texts: texts, Portal: portal(cfg)})
	if err != nil {
		return nil, err
	}
	pool, err := db.Open(ctx, cfg.DSN.Reveal(), maxConns)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, pool: pool}
	deps := module.Deps{DB: pool, Log: cfg.Log, Clock: clock.System{}, Texts: texts, Pages: pages, Settings: cfg.Settings}
	if a.offices, err = platform.Open(deps, Files(cfg.Templates, cfg.Local), cfg.Disabled); err != nil {
		return nil, err
	}
	if a.sealer, err = audit.NewSealer(pool, cfg.AuditKey, cfg.AuditHead, clock.System{}); err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.outbox = outbox.New(pool, cfg.Log, []outbox.Consumer{moves(registry)})
	var routes []web.Route
	for _, m := range a.offices.Modules() {
		routes = append(routes, m.Routes...)
	}
	a.front, err = web.NewFront(web.Config{
		Routes: routes, Identities: a.offices.Identity, Pages: pages, Texts: texts, Log: cfg.Log,
		Language: cfg.Settings.Language, PublicURL: cfg.Settings.PublicURL, Version: cfg.Settings.Version, Ready: pool.Ping, Metrics: registry,
	})
	return a, err
}

// Run serves on ln until ctx ends, then drains. ready is called once when traffic may come.
func (a *App) Run(ctx context.Context, ln net.Listener, ready func()) error {
	defer a.pool.Close()
	if err := a.pool.Ping(ctx); err != nil {
		return err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx)) // background work ends after the last request
	defer stop()
	group, work := errgroup.WithContext(work)
	for _, m := range a.offices.Modules() {
		if m.Run != nil {
			group.Go(func() error { return named(m.Name, m.Run(work)) })
		}
	}
	group.Go(func() error { return a.jobs(work) })
	group.Go(func() error { return a.outbox.Run(work, time.Second) })
	ready()
	served := web.Serve(ctx, ln, a.front, drain)
	stop()
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		return err
	}
	return served
}

func named(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

package wire

import (
	"context"
	"log/slog"
	"os"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/health"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/web"
	"egovctl/provisioning/instance"
	"egovctl/templates"
)

// Platform makes the platform of an installed instance, ready to be run.
func (e *Env) Platform(ctx context.Context, site instance.Site, log *slog.Logger) (*app.App, error) {
	dsn, err := site.DSN(db.AppRole, instance.AppPassword, instance.Database)
	if err != nil {
		return nil, err
	}
	profile, err := packaged.Find(templates.FS, site.Answers.Province.Profile)
	if err != nil {
		return nil, err
	}
	return app.New(ctx, app.Config{
		DSN: dsn, Settings: settings(site), Profile: profile, Templates: templates.FS, Local: site.Root.LocalTemplates(), Log: log,
		AuditKey: site.Root.Secret(instance.AuditKey), AuditHead: site.Root.AuditHead(), Disabled: site.Answers.Services.Disabled,
	})
}

// Overrides tells which of the province's own templates were refused, as findings: the shipped ones are shown instead.
func (e *Env) Overrides(site instance.Site) ([]health.Result, error) {
	pages, err := web.NewPages(web.PagesConfig{Shipped: templates.FS, Local: os.DirFS(site.Root.LocalTemplates()), Texts: e.Texts})
	if err != nil {
		return nil, err
	}
	deps := module.Deps{Texts: e.Texts, Clock: clock.System{}, Pages: pages, Settings: settings(site)}
	if _, err := platform.Open(deps, app.Files(templates.FS, site.Root.LocalTemplates()), nil); err != nil { // each service shows its pages' samples
		return nil, err
	}
	return pages.Findings(), nil
}

package wire

import (
	"context"
	"log/slog"
	"net"

	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/override"
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
	figures, err := site.Secret(instance.MetricsToken)
	if err != nil && !fault.Is(err, fault.NotInstalled) {
		return nil, err
	}
	return app.New(ctx, app.Config{
		DSN: dsn, Settings: settings(site), Profile: profile, Templates: templates.FS, Local: overrides(site.Root), Log: log, History: e.runsIn,
		AuditKey: site.Root.Secret(instance.AuditKey), AuditHead: site.Root.AuditHead(), Disabled: site.Answers.Services.Disabled, Figures: figures,
	})
}

// Listen takes the door that the starter of this process holds open, or opens the answered address. Faults: those of web.Listen.
func Listen(site instance.Site) (net.Listener, error) { return web.Listen(site.Answers.HTTP.Listen) }

// overrides are where the province's own files lie.
func overrides(root instance.Root) override.Folders {
	return override.Folders{Own: root.LocalTemplates(), Kept: root.LocalShipped()}
}

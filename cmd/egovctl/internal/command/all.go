// Package command is the street of commands: one folder each, one line each below.
package command

import (
	"egovctl/cmd/egovctl/internal/command/account"
	"egovctl/cmd/egovctl/internal/command/agencies"
	"egovctl/cmd/egovctl/internal/command/audit"
	"egovctl/cmd/egovctl/internal/command/backup"
	"egovctl/cmd/egovctl/internal/command/calendar"
	"egovctl/cmd/egovctl/internal/command/catalogue"
	"egovctl/cmd/egovctl/internal/command/completion"
	"egovctl/cmd/egovctl/internal/command/config"
	"egovctl/cmd/egovctl/internal/command/health"
	"egovctl/cmd/egovctl/internal/command/history"
	"egovctl/cmd/egovctl/internal/command/install"
	"egovctl/cmd/egovctl/internal/command/kit"
	"egovctl/cmd/egovctl/internal/command/logs"
	"egovctl/cmd/egovctl/internal/command/postgres"
	"egovctl/cmd/egovctl/internal/command/preflight"
	"egovctl/cmd/egovctl/internal/command/regime"
	"egovctl/cmd/egovctl/internal/command/restart"
	"egovctl/cmd/egovctl/internal/command/rollback"
	"egovctl/cmd/egovctl/internal/command/serve"
	"egovctl/cmd/egovctl/internal/command/start"
	"egovctl/cmd/egovctl/internal/command/status"
	"egovctl/cmd/egovctl/internal/command/stop"
	"egovctl/cmd/egovctl/internal/command/supervisor"
	"egovctl/cmd/egovctl/internal/command/uninstall"
	"egovctl/cmd/egovctl/internal/command/units"
	"egovctl/cmd/egovctl/internal/command/upgrade"
	"egovctl/cmd/egovctl/internal/command/version"
	"egovctl/cmd/egovctl/internal/root"
)

// All lists the commands.
func All() []root.Maker {
	return []root.Maker{
		preflight.New, install.New, status.New, start.New, stop.New, restart.New, serve.New, supervisor.New, postgres.New, logs.New, health.New,
		upgrade.New, rollback.New,
		kit.New,
		config.New, version.New, completion.New, uninstall.New, history.New,
		catalogue.New, units.New, agencies.New, calendar.New, regime.New, account.New, audit.New, backup.New,
	}
}

package screen

import (
	"context"
	"fmt"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
)

// Move carries out an upgrade or a rollback and tells its result; with --dry-run, what it would do.
func Move(ctx context.Context, env *wire.Env, m *wire.Move) error {
	if env.Flags.DryRun {
		plan, err := m.Plan(ctx)
		if err != nil {
			return err
		}
		return Plan(env, plan)
	}
	report := For(env)
	moved, err := m.Do(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	if err := Moved(env, moved); err != nil {
		return err
	}
	if err := moved.Lost(); err != nil {
		message, cure := env.Fault(err)
		fmt.Fprintf(env.Err, "%s %s\n  %s\n", env.PaintErr(term.Warning, "!"), message, cure)
		return &wire.Told{Err: err}
	}
	return nil
}

// Unchanged tells that there is nothing to do at version; key says why to a person.
func Unchanged(env *wire.Env, version, key string) error {
	m, err := env.Unchanged(version)
	switch {
	case err != nil:
		return err
	case !env.JSON():
		_, err := fmt.Fprintln(env.Out, env.T(key, "version", version))
		return err
	case env.Flags.DryRun:
		return Plan(env, []engine.Planned{})
	}
	return Moved(env, m)
}

// Announced tells that an upgrade is announced, or no more.
func Announced(env *wire.Env, a wire.Announced) error {
	if env.JSON() {
		return env.Line(a)
	}
	at := ""
	if a.At != nil {
		at = locale.DateTime(*a.At)
	}
	if env.Flags.DryRun {
		_, err := fmt.Fprintln(env.Out, env.T("commands.dry_run"))
		return err
	}
	_, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("upgrade.done."+a.Status, "to", a.To, "at", at)))
	return err
}

// Moved tells the result of an upgrade or a rollback.
func Moved(env *wire.Env, m wire.Moved) error {
	if env.JSON() {
		return env.Line(m)
	}
	_, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("upgrade.done."+m.Status, "from", m.From, "to", m.To, "ms", m.MS, "downtime", m.DowntimeMS)))
	return err
}

package screen

import (
	"context"
	"fmt"
	"strings"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
)

// Rehearsal tries an upgrade on a copy and tells how long each part took and what would have to be decided; with --dry-run,
// what it would do.
func Rehearsal(ctx context.Context, env *wire.Env, r *wire.Rehearsal) error {
	if env.Flags.DryRun {
		plan, err := r.Plan(ctx)
		if err != nil {
			return err
		}
		return Plan(env, plan)
	}
	report := For(env)
	done, err := r.Run(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Line(done)
	}
	lines := []string{env.Paint(term.Good, env.T("rehearse.done", "from", done.From, "to", done.To, "ms", done.MS, "downtime", done.DowntimeMS))}
	for _, s := range done.Steps {
		title := "rehearse.step." + s.Name
		if !env.Texts.Has(env.Lang, title) {
			title = "step." + s.Name
		}
		lines = append(lines, fmt.Sprintf("  %-*s %s", titleWidth, env.T(title), env.Seconds(s.MS)))
	}
	if n := len(done.Conflicts); n > 0 {
		lines = append(lines, env.T("rehearse.conflicts", "n", n))
		for _, c := range done.Conflicts {
			lines = append(lines, fmt.Sprintf("  %s  %s", c.Name(), env.T("merge.kind."+c.Kind)))
		}
	}
	_, err = fmt.Fprintln(env.Out, strings.Join(lines, "\n"))
	return err
}

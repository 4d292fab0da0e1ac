package backup

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/money"
)

func create(env *wire.Env) *cobra.Command {
	var out string
	c := &cobra.Command{Use: "create", Annotations: wire.Rehearses()}
	c.Flags().StringVar(&out, "out", "", env.T("cmd.backup.flag.out"))
	c.RunE = func(c *cobra.Command, _ []string) error { return runCreate(c.Context(), env, out) }
	return c
}

// made is the last line of `backup create -o json`.
type made struct {
	Event   string `json:"event"`
	Status  string `json:"status"`
	ID      string `json:"id"`
	Path    string `json:"path"`
	Bytes   int64  `json:"bytes"`
	Tables  int    `json:"tables"`
	Rows    int64  `json:"rows"`
	Files   int64  `json:"files"`
	Version string `json:"version"`
	MS      int64  `json:"ms"`
	Behind  string `json:"archive_behind,omitempty"` // why the continuous archive was not renewed
}

func runCreate(ctx context.Context, env *wire.Env, out string) error {
	b, err := env.NewBackup(ctx, out)
	if err != nil {
		return err
	}
	if env.Flags.DryRun {
		plan, err := b.Plan(ctx)
		if err != nil {
			return err
		}
		return screen.Plan(env, plan)
	}
	report := screen.For(env)
	err = b.Run(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	m := b.Made
	r := made{
		Event: "result", Status: "created", ID: b.ID, Path: b.Place, Bytes: m.Bytes(), Tables: len(m.Tables), Rows: m.Rows(), Files: m.Files(),
		Version: m.Version, MS: b.Took.Milliseconds(),
	}
	if env.JSON() {
		r.Behind = why(env, b.Behind)
		return env.Line(r)
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("backup.created"))); err != nil {
		return err
	}
	err = desk.Facts(env, []desk.Fact{
		{Label: env.T("backup.fact.id"), Value: r.ID}, {Label: env.T("backup.fact.place"), Value: r.Path},
		{Label: env.T("backup.fact.size"), Value: size(env, r.Bytes)}, {Label: env.T("backup.fact.holds"), Value: holds(env, r.Tables, r.Rows, r.Files)},
	})
	behind(env, b.Behind)
	return err
}

func holds(env *wire.Env, tables int, rows, files int64) string {
	return env.T("backup.holds", "tables", tables, "rows", money.Group(rows), "files", money.Group(files))
}

// size writes a number of bytes in thousands of bytes, as disks are sold.
func size(env *wire.Env, bytes int64) string {
	if bytes < 10_000_000 {
		return env.T("backup.size.kb", "n", money.Group((bytes+999)/1000))
	}
	return env.T("backup.size.mb", "n", money.Group((bytes+500_000)/1_000_000))
}

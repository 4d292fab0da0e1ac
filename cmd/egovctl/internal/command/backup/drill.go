package backup

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
)

func drill(env *wire.Env) *cobra.Command {
	var w where
	c := &cobra.Command{Use: "drill", Annotations: wire.Acts(), Args: cobra.MaximumNArgs(1)}
	w.flags(env, c)
	c.RunE = func(c *cobra.Command, args []string) error { return runDrill(c.Context(), env, w, args) }
	return c
}

// drilled is the last line of `backup drill -o json`.
type drilled struct {
	Event    string `json:"event"`
	Status   string `json:"status"` // proven
	ID       string `json:"id"`
	Path     string `json:"path"`
	Tables   int    `json:"tables"`
	Rows     int64  `json:"rows"`
	Files    int64  `json:"files"`
	Recovery bool   `json:"recovery_key"` // it was opened with the recovery key
	MS       int64  `json:"ms"`
}

func runDrill(ctx context.Context, env *wire.Env, w where, args []string) error {
	s, err := env.BackupSet(ctx, w.from, w.key, named(args))
	if err != nil {
		return err
	}
	report := screen.For(env)
	proof, err := s.Drill(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	m := s.Manifest
	if env.JSON() {
		return env.Line(drilled{
			Event: "result", Status: "proven", ID: s.ID, Path: s.Place, Tables: len(m.Tables), Rows: m.Rows(), Files: m.Files(), Recovery: s.Recovery, MS: proof.MS,
		})
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("backup.drilled"))); err != nil {
		return err
	}
	return desk.Facts(env, []desk.Fact{
		{Label: env.T("backup.fact.id"), Value: s.ID}, {Label: env.T("backup.fact.holds"), Value: holds(env, len(m.Tables), m.Rows(), m.Files())},
		{Label: env.T("backup.fact.took"), Value: env.Seconds(proof.MS)},
	})
}

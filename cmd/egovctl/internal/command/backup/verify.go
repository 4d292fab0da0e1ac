package backup

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
)

// where are the flags by which a person says which set, and with which key it is opened.
type where struct{ from, key string }

func (w *where) flags(env *wire.Env, c *cobra.Command) {
	c.Flags().StringVar(&w.from, "from", "", env.T("cmd.backup.flag.from"))
	c.Flags().StringVar(&w.key, "recovery-key", "", env.T("cmd.backup.flag.key"))
}

func verify(env *wire.Env) *cobra.Command {
	var w where
	c := &cobra.Command{Use: "verify", Annotations: wire.Acts(), Args: cobra.MaximumNArgs(1)}
	w.flags(env, c)
	c.RunE = func(c *cobra.Command, args []string) error { return runVerify(c.Context(), env, w, args) }
	return c
}

// checked is the last line of `backup verify -o json`.
type checked struct {
	Event   string   `json:"event"`
	Status  string   `json:"status"` // whole, damaged
	ID      string   `json:"id"`
	Path    string   `json:"path"`
	Bytes   int64    `json:"bytes"`
	Tables  int      `json:"tables"`
	Rows    int64    `json:"rows"`
	Files   int64    `json:"files"`
	Damaged []string `json:"damaged"` // members that are not as they were stored
	MS      int64    `json:"ms"`
}

func runVerify(ctx context.Context, env *wire.Env, w where, args []string) error {
	s, err := env.BackupSet(ctx, w.from, w.key, named(args))
	if err != nil {
		return err
	}
	report := screen.For(env)
	took, err := s.Verify(ctx, report.Event)
	report.Close()
	damaged := backup.Damage(err)
	if err != nil && len(damaged) == 0 {
		return err
	}
	m := s.Manifest
	r := checked{
		Event: "result", Status: "whole", ID: s.ID, Path: s.Place, Bytes: m.Bytes(), Tables: len(m.Tables), Rows: m.Rows(), Files: m.Files(),
		Damaged: damaged, MS: took.Milliseconds(),
	}
	if env.JSON() {
		if err == nil {
			r.Damaged = []string{}
			return env.Line(r)
		}
		r.Status = "damaged"
		if err := env.Line(r); err != nil {
			return err
		}
		return &wire.Told{Err: fault.Wrap(err, fault.Finding, "backup.damaged", "id", s.ID)}
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("backup.whole"))); err != nil {
		return err
	}
	return desk.Facts(env, []desk.Fact{
		{Label: env.T("backup.fact.id"), Value: r.ID}, {Label: env.T("backup.fact.place"), Value: r.Path},
		{Label: env.T("backup.fact.size"), Value: size(env, r.Bytes)}, {Label: env.T("backup.fact.holds"), Value: holds(env, r.Tables, r.Rows, r.Files)},
	})
}

// named is the set that the arguments name; "" for the newest.
func named(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

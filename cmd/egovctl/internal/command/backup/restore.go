package backup

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
)

type restoring struct {
	where
	confirm, back bool
	listen        string
	set           []string
}

func restore(env *wire.Env) *cobra.Command {
	var o restoring
	c := &cobra.Command{Use: "restore", Annotations: wire.Rehearses(), Args: cobra.MaximumNArgs(1)}
	o.flags(env, c)
	c.Flags().BoolVar(&o.confirm, "confirm", false, env.T("cmd.backup.flag.confirm"))
	c.Flags().BoolVar(&o.back, "back", false, env.T("cmd.backup.flag.back"))
	c.Flags().StringVar(&o.listen, "listen", "", env.T("cmd.install.flag.listen"))
	c.Flags().StringArrayVar(&o.set, "set", nil, env.T("cmd.backup.flag.set"))
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case (o.confirm || o.back) && len(args) > 0, o.confirm && o.back, !o.confirm && !o.back && len(args) == 0:
			return fault.New(fault.Invalid, "backup.which")
		case o.confirm:
			return runConfirm(c.Context(), env)
		case o.back:
			return runBack(c.Context(), env)
		}
		return runRestore(c.Context(), env, o, args[0])
	}
	return c
}

// restored is the last line of `backup restore -o json`.
type restored struct {
	Event   string `json:"event"`
	Status  string `json:"status"` // restored, confirmed, unchanged, back
	ID      string `json:"id,omitempty"`
	Path    string `json:"path,omitempty"`
	Root    string `json:"root"`
	URL     string `json:"url,omitempty"`
	Tables  int    `json:"tables,omitempty"`
	Rows    int64  `json:"rows,omitempty"`
	Files   int64  `json:"files,omitempty"`
	Version string `json:"version,omitempty"`
	Kept    string `json:"kept,omitempty"` // where the old side waits
	MS      int64  `json:"ms,omitempty"`
}

func runRestore(ctx context.Context, env *wire.Env, o restoring, set string) error {
	flags, typed, err := o.answers()
	if err != nil {
		return err
	}
	r, err := env.NewRestore(ctx, o.from, o.key, set, flags, typed)
	if err != nil {
		return err
	}
	defer r.Close()
	took, done, err := screen.Restore(ctx, env, r)
	if err != nil || !done {
		return err
	}
	m := r.Manifest
	v := restored{
		Event: "result", Status: "restored", ID: r.ID, Path: r.Place, Root: string(r.Site.Root), URL: r.Site.Answers.PublicURL(),
		Tables: len(m.Tables), Rows: m.Rows(), Files: m.Files(), Version: r.Site.Version, Kept: r.Old(), MS: took.Milliseconds(),
	}
	said := "backup.restored"
	if r.There {
		v.Status, said = "unchanged", "backup.there"
	}
	if env.JSON() {
		return env.Line(v)
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T(said, "at", locale.DateTime(m.MadeAt)))); err != nil {
		return err
	}
	err = desk.Facts(env, []desk.Fact{
		{Label: env.T("backup.fact.id"), Value: v.ID}, {Label: env.T("backup.fact.address"), Value: v.URL}, {Label: env.T("backup.fact.root"), Value: v.Root},
		{Label: env.T("backup.fact.holds"), Value: holds(env, v.Tables, v.Rows, v.Files)}, {Label: env.T("backup.fact.kept"), Value: v.Kept},
	})
	if err == nil && v.Kept != "" {
		desk.Note(env, "backup.restored.next")
	}
	return err
}

// answers are those that this host gives instead of the set's.
func (o restoring) answers() (flags, typed map[string]string, err error) {
	flags, typed = map[string]string{}, map[string]string{}
	if o.listen != "" {
		flags["http.listen"], typed["http.listen"] = o.listen, "--listen"
	}
	for _, pair := range o.set {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, nil, fault.New(fault.Invalid, "config.set", "value", pair)
		}
		if _, twice := flags[key]; twice {
			return nil, nil, fault.New(fault.Invalid, "config.twice", "where", "--set "+key, "key", key).At(key)
		}
		flags[key] = value
	}
	return flags, typed, nil
}

func runConfirm(ctx context.Context, env *wire.Env) error {
	if env.Flags.DryRun {
		plan, err := env.ConfirmPlan(ctx)
		if err != nil {
			return err
		}
		return screen.Plan(env, plan)
	}
	report := screen.For(env)
	out, err := env.ConfirmRestore(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	status := "confirmed"
	if out.Changes == 0 {
		status = "unchanged"
	}
	return end(env, status)
}

func runBack(ctx context.Context, env *wire.Env) error {
	if env.Flags.DryRun {
		return fault.New(fault.Invalid, "cli.flag_wrong", "flag", "--dry-run", "value", "true", "command", "egovctl backup restore --back")
	}
	report := screen.For(env)
	err := env.UndoRestore(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	return end(env, "back")
}

func end(env *wire.Env, status string) error {
	if env.JSON() {
		return env.Line(restored{Event: "result", Status: status, Root: string(env.Root())})
	}
	_, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("backup.end."+status)))
	return err
}

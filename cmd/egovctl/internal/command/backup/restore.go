package backup

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/backup"
)

type restoring struct {
	where
	confirm, back bool
	to            string
	listen        string
	set           []string
}

func restore(env *wire.Env) *cobra.Command {
	var o restoring
	c := &cobra.Command{Use: "restore", Annotations: wire.Rehearses(), Args: cobra.MaximumNArgs(1)}
	o.flags(env, c)
	c.Flags().BoolVar(&o.confirm, "confirm", false, env.T("cmd.backup.flag.confirm"))
	c.Flags().BoolVar(&o.back, "back", false, env.T("cmd.backup.flag.back"))
	c.Flags().StringVar(&o.to, "to-time", "", env.T("cmd.backup.flag.to_time"))
	c.Flags().StringVar(&o.listen, "listen", "", env.T("cmd.install.flag.listen"))
	c.Flags().StringArrayVar(&o.set, "set", nil, env.T("cmd.backup.flag.set"))
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case o.confirm && o.back, (o.confirm || o.back) == (len(args) > 0 || o.to != ""):
			return fault.New(fault.Invalid, "backup.which")
		case o.confirm:
			return runConfirm(c.Context(), env)
		case o.back:
			return runBack(c.Context(), env)
		}
		return o.run(c.Context(), env, args)
	}
	return c
}

// run brings back a set, a moment of this instance, or on a host without one a set with all that followed it.
func (o restoring) run(ctx context.Context, env *wire.Env, args []string) error {
	if o.to == "" {
		return runRestore(ctx, env, o, args[0], nil)
	}
	to, err := moment(o.to)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		return runRestore(ctx, env, o, args[0], &to)
	}
	if o.from != "" || o.key != "" || o.listen != "" || len(o.set) > 0 {
		return fault.New(fault.Invalid, "archive.flags")
	}
	return runRewind(ctx, env, to)
}

// restored is the last line of `backup restore -o json`.
type restored struct {
	Event   string     `json:"event"`
	Status  string     `json:"status"` // restored, confirmed, unchanged, back
	ID      string     `json:"id,omitempty"`
	Path    string     `json:"path,omitempty"`
	Root    string     `json:"root"`
	URL     string     `json:"url,omitempty"`
	Tables  int        `json:"tables,omitempty"`
	Rows    int64      `json:"rows,omitempty"`
	Files   int64      `json:"files,omitempty"`
	Version string     `json:"version,omitempty"`
	To      *time.Time `json:"to,omitempty"`   // the moment that the continuous archive led to; none for the set's own, and for everything
	Kept    string     `json:"kept,omitempty"` // where the old side waits
	MS      int64      `json:"ms,omitempty"`
	Behind  string     `json:"archive_behind,omitempty"` // why the continuous archive does not follow yet
}

func runRestore(ctx context.Context, env *wire.Env, o restoring, set string, to *time.Time) error {
	flags, typed, err := o.answers()
	if err != nil {
		return err
	}
	r, err := env.NewRestore(ctx, o.from, o.key, set, to, flags, typed)
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
	said, at := "backup.restored", locale.DateTime(m.MadeAt)
	switch {
	case r.There:
		v.Status, said = "unchanged", "backup.there"
	case to != nil && to.IsZero():
		said = "archive.restored.last"
	case to != nil:
		v.To, said, at = reached(*to), "archive.restored", backup.Shown(*to)
	}
	if env.JSON() {
		v.Behind = why(env, r.Behind)
		return env.Line(v)
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T(said, "at", at))); err != nil {
		return err
	}
	err = desk.Facts(env, []desk.Fact{
		{Label: env.T("backup.fact.id"), Value: v.ID}, {Label: env.T("backup.fact.address"), Value: v.URL}, {Label: env.T("backup.fact.root"), Value: v.Root},
		{Label: env.T("backup.fact.holds"), Value: holds(env, v.Tables, v.Rows, v.Files)}, {Label: env.T("backup.fact.kept"), Value: v.Kept},
	})
	if err == nil && v.Kept != "" {
		desk.Note(env, "backup.restored.next")
	}
	behind(env, r.Behind)
	return err
}

// behind tells why the continuous archive does not follow yet, after what was asked for is done.
func behind(env *wire.Env, err error) {
	if err != nil {
		_, cure := env.Fault(err)
		desk.Note(env, "archive.behind", "why", why(env, err), "cure", cure)
	}
}

// why is the sentence of an error; "" for none.
func why(env *wire.Env, err error) string {
	if err == nil {
		return ""
	}
	said, _ := env.Fault(err)
	return said
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
		plan, err := env.BackPlan()
		if err != nil {
			return err
		}
		return screen.Plan(env, plan)
	}
	report := screen.For(env)
	late, err := env.UndoRestore(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	behind(env, late)
	return end(env, "back")
}

func end(env *wire.Env, status string) error {
	if env.JSON() {
		return env.Line(restored{Event: "result", Status: status, Root: string(env.Root())})
	}
	_, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("backup.end."+status)))
	return err
}

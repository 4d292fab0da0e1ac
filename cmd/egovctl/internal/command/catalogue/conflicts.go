package catalogue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/merge"
)

func newConflicts(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "conflicts", Annotations: wire.Reads(), Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return conflicts(c.Context(), env)
	}}
}

func conflicts(ctx context.Context, env *wire.Env) error {
	var open []merge.Conflict
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) (err error) {
		open, err = merge.Live(ctx, tx, env.Province(o))
		return err
	})
	if err != nil {
		return err
	}
	if env.JSON() {
		err = desk.List[merge.Conflict]{Items: open}.Show(env)
	} else {
		err = tellConflicts(env, open)
	}
	if err == nil && len(open) > 0 {
		err = fault.New(fault.Decide, "merge.conflicts.open", "n", len(open))
		if env.JSON() {
			err = &wire.Told{Err: err} // one document on stdout
		}
	}
	return err
}

func tellConflicts(env *wire.Env, open []merge.Conflict) error {
	if len(open) == 0 {
		desk.Note(env, "merge.conflicts.none")
	}
	for _, c := range open {
		if _, err := fmt.Fprintf(env.Out, "%s  %s\n", env.Paint(term.Strong, c.Name()), env.T("merge.kind."+c.Kind)); err != nil {
			return err
		}
		if err := desk.Facts(env, []desk.Fact{
			{Label: "  " + env.T("merge.base"), Value: said(env, c.Base)},
			{Label: "  " + env.T("merge.province"), Value: said(env, c.Province)},
			{Label: "  " + env.T("merge.new", "release", c.Release), Value: said(env, c.New)},
			{Label: "  " + env.T("merge.by"), Value: handOf(c.EditedBy, c.EditedAt)},
		}); err != nil {
			return err
		}
	}
	return nil
}

// handOf is who made a value, and when.
func handOf(by string, at *time.Time) string {
	if at == nil {
		return by
	}
	return by + " · " + locale.Date(*at)
}

// mostSaid is how many letters of a value a person is shown; -o json has all.
const mostSaid = 400

// said is a value as a person reads it: a text without its quotes, nothing as a word.
func said(env *wire.Env, value json.RawMessage) string {
	var text string
	switch {
	case value == nil || string(value) == "null":
		return env.T("commands.none")
	case json.Unmarshal(value, &text) == nil:
		return term.Visible(text, mostSaid)
	}
	return term.Visible(string(value), mostSaid)
}

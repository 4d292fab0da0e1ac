// Package regime shows the dated rules of law that the instance counts by, and notes that an official has confirmed one.
package regime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/deadlines"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return desk.Group("regime",
		&cobra.Command{Use: "list", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return list(c.Context(), env) }},
		&cobra.Command{Use: "confirm ID", Annotations: wire.Rehearses(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
			return confirm(c.Context(), env, args[0])
		}})
}

// item is a regime with who confirmed it.
type item struct {
	deadlines.Regime
	Edited      bool       `json:"edited"`
	Confirmed   bool       `json:"confirmed"`
	ConfirmedBy string     `json:"confirmed_by,omitempty"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
}

func itemOf(r deadlines.RegimeRecord) item {
	i := item{Regime: r.Regime, Edited: r.Edited, Confirmed: r.ConfirmedBy != "", ConfirmedBy: r.ConfirmedBy}
	if i.Confirmed {
		i.ConfirmedAt = &r.ConfirmedAt
	}
	return i
}

func list(ctx context.Context, env *wire.Env) error {
	items := []item{}
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
		all, err := o.Deadlines.Regimes(ctx, tx)
		for _, r := range all {
			items = append(items, itemOf(r))
		}
		return err
	})
	if err != nil {
		return err
	}
	return desk.Sheets(env, items, tell)
}

func tell(env *wire.Env, i item) error {
	if _, err := fmt.Fprintln(env.Out, i.ID); err != nil {
		return err
	}
	valid := env.T("commands.regime.from", "from", shown(i.ValidFrom))
	if i.ValidTo != "" {
		valid = env.T("commands.regime.span", "from", shown(i.ValidFrom), "to", shown(i.ValidTo))
	}
	params := make([]string, 0, len(i.Params))
	for _, name := range slices.Sorted(maps.Keys(i.Params)) {
		params = append(params, name+"="+i.Params[name])
	}
	state := env.T("commands.regime.pending")
	if i.Confirmed {
		state = env.T("commands.regime.confirmed", "by", i.ConfirmedBy, "at", locale.DateTime(*i.ConfirmedAt))
	}
	return desk.Facts(env, []desk.Fact{
		{Label: env.T("commands.regime.topic"), Value: worded(env, "commands.regime.topic."+i.Topic, i.Topic)},
		{Label: env.T("commands.regime.valid"), Value: valid},
		{Label: env.T("commands.regime.basis"), Value: i.Basis},
		{Label: env.T("commands.regime.evidence"), Value: evidence(env, i.Evidence)},
		{Label: env.T("commands.regime.params"), Value: strings.Join(params, ", ")},
		{Label: env.T("commands.regime.state"), Value: state},
	})
}

// evidence tells how far the numbers were read in the law; what a province wrote stays as it is.
func evidence(env *wire.Env, s string) string {
	if id, ok := strings.CutPrefix(s, "defaults of "); ok {
		return env.T("commands.regime.evidence.defaults", "id", id)
	}
	return worded(env, "commands.regime.evidence."+s, s)
}

// worded is the sentence of a key, or plain when there is none.
func worded(env *wire.Env, key, plain string) string {
	if env.Texts.Has(env.Lang, key) {
		return env.T(key)
	}
	return plain
}

// shown writes an ISO day as the state writes it; what is stored was checked.
func shown(iso string) string {
	t, err := clock.ParseDate(iso)
	if err != nil {
		return iso
	}
	return locale.Date(t)
}

// confirm notes that the operator has found a regime right; one that is confirmed stays as it is.
func confirm(ctx context.Context, env *wire.Env, id string) error {
	var before, after deadlines.RegimeRecord
	err := desk.Offices(env, func(o *platform.Offices) (err error) {
		if before, err = o.Deadlines.Regime(ctx, nil, id); err != nil || before.ConfirmedBy != "" || env.Flags.DryRun {
			after = before
			return err
		}
		if err := o.Deadlines.ConfirmRegime(ctx, wire.Operator(), id); err != nil {
			return err
		}
		after, err = o.Deadlines.Regime(ctx, nil, id)
		return err
	})
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Print(itemOf(after))
	}
	key := "commands.regime.done"
	switch {
	case before.ConfirmedBy != "":
		key = "commands.regime.already"
	case env.Flags.DryRun:
		key = "commands.regime.would"
	}
	_, err = fmt.Fprintln(env.Out, env.T(key, "id", id, "by", after.ConfirmedBy))
	return err
}

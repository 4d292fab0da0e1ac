package catalogue

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/procedures"
)

func newSet(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "set CODE FIELD=VALUE ...", Annotations: wire.Rehearses(), Args: cobra.MinimumNArgs(2), RunE: func(c *cobra.Command, args []string) error {
		return set(c.Context(), env, args[0], args[1:])
	}}
}

// changed is the result of `catalogue set -o json`.
type changed struct {
	Code    string   `json:"code"`
	Version int      `json:"version"`
	DryRun  bool     `json:"dry_run"`
	Changes []change `json:"changes"`
}

type change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// errRehearsed undoes the transaction of a dry run, after every check was made.
var errRehearsed = errors.New("dry run")

func set(ctx context.Context, env *wire.Env, code string, args []string) error {
	if err := checkCode(code); err != nil {
		return err
	}
	settings, err := settingsOf(args)
	if err != nil {
		return err
	}
	var before, after procedures.Procedure
	err = desk.Tx(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
		if before, after, err = o.Procedures.Set(ctx, tx, wire.Operator(), code, settings); err != nil {
			return err
		}
		if env.Flags.DryRun {
			return errRehearsed
		}
		return nil
	})
	if err != nil && !errors.Is(err, errRehearsed) {
		return each(err)
	}
	out := changed{Code: code, Version: after.Version, DryRun: env.Flags.DryRun, Changes: changesOf(before, after)}
	if env.JSON() {
		return env.Print(out)
	}
	return tellSet(env, out)
}

func settingsOf(args []string) ([]procedures.Setting, error) {
	settings := make([]procedures.Setting, len(args))
	for i, a := range args {
		field, value, ok := strings.Cut(a, "=")
		if field = strings.TrimSpace(field); !ok || field == "" {
			return nil, fault.New(fault.Invalid, "commands.catalogue.assignment", "value", a, "known", strings.Join(procedures.SetFields(), ", "))
		}
		settings[i] = procedures.Setting{Field: field, Value: value}
	}
	return settings, nil
}

func changesOf(before, after procedures.Procedure) []change {
	list := []change{}
	for _, f := range procedures.SetFields() {
		old, now := procedures.Shown(before.Procedure, f), procedures.Shown(after.Procedure, f)
		if old != now {
			list = append(list, change{f, old, now})
		}
	}
	return list
}

func tellSet(env *wire.Env, out changed) error {
	for _, c := range out.Changes {
		if _, err := fmt.Fprintf(env.Out, "%s: %s → %s\n", c.Field, orNone(env, c.Old), orNone(env, c.New)); err != nil {
			return err
		}
	}
	key := "commands.catalogue.set"
	switch {
	case len(out.Changes) == 0:
		key = "commands.catalogue.unchanged"
	case out.DryRun:
		key = "commands.dry_run"
	}
	desk.Note(env, key, "code", out.Code, "n", out.Version)
	return nil
}

func orNone(env *wire.Env, s string) string {
	if s == "" {
		return env.T("commands.none")
	}
	return s
}

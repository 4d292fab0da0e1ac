// Package config shows, checks and compares the answers of an instance.
package config

import (
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/instance"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return desk.Group("config",
		&cobra.Command{Use: "validate", Annotations: wire.Reads(), RunE: func(*cobra.Command, []string) error { return validate(env) }},
		&cobra.Command{Use: "show", Annotations: wire.Reads(), RunE: func(*cobra.Command, []string) error { return show(env) }},
		&cobra.Command{Use: "schema", Annotations: wire.Reads(), RunE: func(*cobra.Command, []string) error { return schema(env) }},
		&cobra.Command{Use: "diff", Annotations: wire.Reads(), RunE: func(*cobra.Command, []string) error { return diff(env) }},
	)
}

func validate(env *wire.Env) error {
	if _, err := env.Answers(nil, nil); err != nil {
		return err
	}
	if env.JSON() {
		return env.Print(map[string]any{"valid": true})
	}
	_, err := fmt.Fprintln(env.Out, env.T("config.valid"))
	return err
}

type answer struct {
	Key   string          `json:"key"`
	Value string          `json:"value"`
	From  instance.Source `json:"from"`
}

func show(env *wire.Env) error {
	l, err := env.Answers(nil, nil)
	if err != nil {
		return err
	}
	answers := []answer{}
	rows := [][]string{}
	for _, k := range instance.Keys() {
		a := answer{k.Path, l.Value(k.Path), l.From[k.Path]}
		answers = append(answers, a)
		rows = append(rows, []string{a.Key, a.Value, env.T("config.from." + string(a.From))})
	}
	if env.JSON() {
		return env.Print(map[string]any{"items": answers})
	}
	return term.Table(env.Out, []string{env.T("config.column.key"), env.T("config.column.value"), env.T("config.column.from")}, rows)
}

func schema(env *wire.Env) error {
	raw, err := instance.Schema()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Out, string(raw))
	return err
}

func diff(env *wire.Env) error {
	if _, err := env.Installed(); err != nil {
		return err
	}
	old, err := instance.Load(instance.Sources{File: env.Root().Applied()}) // instance.yaml itself may be edited by hand
	if err != nil {
		return err
	}
	l, err := env.Answers(nil, nil)
	if err != nil {
		return err
	}
	changes := l.Diff(old)
	if env.JSON() {
		if changes == nil {
			changes = []instance.Difference{}
		}
		return env.Print(map[string]any{"items": changes})
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(env.Out, env.T("config.same"))
		return err
	}
	rows := make([][]string, len(changes))
	for i, d := range changes {
		rows[i] = []string{d.Key, d.Old, d.New}
	}
	return term.Table(env.Out, []string{env.T("config.column.key"), env.T("config.column.old"), env.T("config.column.new")}, rows)
}

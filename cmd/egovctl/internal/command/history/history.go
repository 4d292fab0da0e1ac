// Package history tells what was done to the instance: the runs of the journal.
package history

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/app"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "history", Annotations: wire.Reads(), RunE: func(*cobra.Command, []string) error { return run(env) }}
}

func run(env *wire.Env) error {
	items, err := env.Runs()
	if err != nil {
		return err
	}
	if len(items) == 0 { // what was never installed has no history
		if _, err := env.Installed(); err != nil {
			return err
		}
	}
	if err := show(env, items); err != nil {
		return err
	}
	return damaged(env, items)
}

func show(env *wire.Env, items []app.Run) error {
	return desk.List[app.Run]{Items: items, Empty: "commands.history.none",
		Columns: []desk.Column{{Key: "commands.column.number"}, {Key: "commands.column.operation"}, {Key: "commands.column.release"}, {Key: "commands.column.by"},
			{Key: "commands.column.started"}, {Key: "commands.column.took"}, {Key: "commands.column.changes"}, {Key: "commands.column.state", Gives: true}},
		Row: func(i app.Run) []string {
			started := "?"
			if i.Started != nil {
				started = locale.DateTime(*i.Started)
			}
			return []string{strconv.Itoa(i.Number), i.Operation, releasesOf(i), strings.TrimPrefix(i.By, "operator:"), started,
				env.Seconds(i.MS), strconv.Itoa(i.Changes), stateOf(env, i)}
		}}.Show(env)
}

// releasesOf names the release, or the two between which the run led.
func releasesOf(i app.Run) string {
	if i.From == "" || i.From == i.To {
		return cmp.Or(i.To, i.Release)
	}
	return i.From + " → " + i.To
}

func stateOf(env *wire.Env, i app.Run) string {
	s := env.T("commands.history.state." + i.State)
	switch {
	case i.ResumedBy != 0:
		s += ", " + env.T("commands.history.resumed", "run", i.ResumedBy)
	case i.Unfinished:
		s += ", " + env.T("commands.history.resumable", "op", wire.CommandOf(i.Operation))
	}
	return s
}

// damaged is the finding that a journal does not read as it was written.
func damaged(env *wire.Env, items []app.Run) error {
	n := 0
	for _, i := range items {
		for _, d := range i.Damage {
			n++
			if !env.JSON() {
				fmt.Fprintf(env.Err, "%s %s\n", env.PaintErr(term.Warning, "!"), env.T("commands.history.damage", "run", i.Number, "what", d))
			}
		}
	}
	if n == 0 {
		return nil
	}
	err := error(fault.New(fault.Finding, "commands.history.damaged", "n", n))
	if env.JSON() {
		err = &wire.Told{Err: err}
	}
	return err
}

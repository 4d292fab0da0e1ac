// Package history tells what was done to the instance: the runs of the journal.
package history

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "history", Annotations: wire.Reads(), RunE: func(*cobra.Command, []string) error { return run(env) }}
}

// item is one run.
type item struct {
	Number     int        `json:"number"`
	Operation  string     `json:"operation"`
	Release    string     `json:"release"` // of the program that ran
	By         string     `json:"by"`      // "" in a run of a release that did not note it
	From       string     `json:"from,omitempty"`
	To         string     `json:"to,omitempty"`
	Started    *time.Time `json:"started"` // null when not even the first line survived
	Ended      *time.Time `json:"ended"`   // of the last line
	MS         int64      `json:"ms"`      // from the first line to the last
	State      string     `json:"state"`   // done, undone, stopped, failed, cut
	Changes    int        `json:"changes"`
	Resumes    []int      `json:"resumes"`
	ResumedBy  int        `json:"resumed_by,omitempty"`
	Unfinished bool       `json:"unfinished"` // and no later run took it up
	Damage     []string   `json:"damage"`
}

func run(env *wire.Env) error {
	runs, err := engine.History(string(env.Root()))
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "commands.history.unreadable", "path", engine.FolderOf(string(env.Root())))
	}
	if len(runs) == 0 { // what was never installed has no history
		if _, err := env.Installed(); err != nil {
			return err
		}
	}
	items := itemsOf(env, runs)
	if err := show(env, items); err != nil {
		return err
	}
	return damaged(env, items)
}

func itemsOf(env *wire.Env, runs []engine.Run) []item {
	items := make([]item, len(runs))
	at := map[int]int{}
	for i, r := range runs {
		items[i] = item{Number: r.Number, Operation: r.Operation, Release: r.Release, By: r.By, From: r.From, To: r.To,
			MS: r.Ended.Sub(r.Started).Milliseconds(), Started: moment(r.Started), Ended: moment(r.Ended),
			State: string(r.State), Changes: r.Changes, Resumes: r.Resumes, Unfinished: r.Unfinished(), Damage: []string{}}
		if items[i].Resumes == nil {
			items[i].Resumes = []int{}
		}
		for _, d := range r.Damage {
			message, _ := env.Fault(d)
			items[i].Damage = append(items[i].Damage, message)
		}
		at[r.Number] = i
		for _, n := range r.Resumes {
			if k, ok := at[n]; ok {
				items[k].ResumedBy, items[k].Unfinished = r.Number, false
			}
		}
	}
	return items
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func show(env *wire.Env, items []item) error {
	return desk.List[item]{Items: items, Empty: "commands.history.none",
		Columns: []desk.Column{{Key: "commands.column.number"}, {Key: "commands.column.operation"}, {Key: "commands.column.release"}, {Key: "commands.column.by"},
			{Key: "commands.column.started"}, {Key: "commands.column.took"}, {Key: "commands.column.changes"}, {Key: "commands.column.state", Gives: true}},
		Row: func(i item) []string {
			started := "?"
			if i.Started != nil {
				started = locale.DateTime(*i.Started)
			}
			return []string{strconv.Itoa(i.Number), i.Operation, releasesOf(i), strings.TrimPrefix(i.By, "operator:"), started,
				env.Seconds(i.MS), strconv.Itoa(i.Changes), stateOf(env, i)}
		}}.Show(env)
}

// releasesOf names the release, or the two between which the run led.
func releasesOf(i item) string {
	if i.From == "" || i.From == i.To {
		return cmp.Or(i.To, i.Release)
	}
	return i.From + " → " + i.To
}

func stateOf(env *wire.Env, i item) string {
	s := env.T("commands.history.state." + i.State)
	switch {
	case i.ResumedBy != 0:
		s += ", " + env.T("commands.history.resumed", "run", i.ResumedBy)
	case i.Unfinished:
		s += ", " + env.T("commands.history.resumable", "op", i.Operation)
	}
	return s
}

// damaged is the finding that a journal does not read as it was written.
func damaged(env *wire.Env, items []item) error {
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

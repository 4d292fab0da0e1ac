// Package status tells what an instance has and how it runs.
package status

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/keeper"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "status", RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env) }}
}

// shown is the result of `status -o json`.
type shown struct {
	Status     string    `json:"status"` // running, stopped, degraded
	Instance   string    `json:"instance"`
	Root       string    `json:"root"`
	Profile    string    `json:"profile"`
	Version    string    `json:"version"`
	URL        string    `json:"url"`
	Postgres   process   `json:"postgres"`
	Platform   process   `json:"platform"`
	Unfinished *stranded `json:"unfinished,omitempty"`
}

type process struct {
	Running  bool       `json:"running"`
	PID      int        `json:"pid,omitempty"`
	Since    *time.Time `json:"since,omitempty"`
	Restarts int        `json:"restarts"`
}

type stranded struct {
	Operation string    `json:"operation"`
	At        time.Time `json:"at"`
}

func run(ctx context.Context, env *wire.Env) error {
	s, err := look(ctx, env)
	if err != nil {
		return err
	}
	if env.JSON() {
		err = env.Print(s)
	} else {
		err = tell(env, s)
	}
	if err == nil && s.Status != "running" {
		err = fault.New(fault.Finding, "status.not_running")
		if env.JSON() {
			err = &wire.Told{Err: err}
		}
	}
	return err
}

func look(ctx context.Context, env *wire.Env) (shown, error) {
	site, err := env.Site()
	if err != nil {
		return shown{}, err
	}
	s := shown{Instance: site.Answers.Instance, Root: string(site.Root), Profile: site.Answers.Province.Profile, Version: site.Version, URL: site.Answers.PublicURL()}
	look := env.Host()
	if s.Postgres.PID, _, err = site.Process(look); err != nil && !fault.Is(err, fault.NotFound) {
		return shown{}, err
	}
	s.Postgres.Running = s.Postgres.PID != 0
	state, err := keeper.For(site).Platform(ctx, look)
	if err != nil {
		return shown{}, err
	}
	s.Platform = process{Running: keeper.Ready(ctx, look, site), PID: state.PID, Restarts: state.Restarts}
	if state.PID != 0 {
		s.Platform.Since = &state.Since
	}
	switch {
	case s.Postgres.Running && s.Platform.Running:
		s.Status = "running"
	case s.Postgres.Running || state.PID != 0:
		s.Status = "degraded"
	default:
		s.Status = "stopped"
	}
	left, stranding, err := engine.Unfinished(string(site.Root))
	if err == nil && stranding {
		s.Unfinished = &stranded{left.Operation, left.Ended}
	}
	return s, nil
}

func tell(env *wire.Env, s shown) error {
	state := func(p process) string {
		if !p.Running {
			return env.Paint(term.Bad, env.T("status.down"))
		}
		text := env.Paint(term.Good, env.T("status.up"))
		if p.Since != nil {
			text += ", " + env.T("status.since", "time", locale.DateTime(*p.Since), "n", p.Restarts)
		}
		return text
	}
	for _, line := range [][2]string{
		{"status.instance", s.Instance}, {"status.root", s.Root}, {"status.profile", s.Profile}, {"status.release", s.Version},
		{"status.address", s.URL}, {"status.postgres", state(s.Postgres)}, {"status.platform", state(s.Platform)},
	} {
		if _, err := fmt.Fprintf(env.Out, "%-16s %s\n", env.T(line[0]), line[1]); err != nil {
			return err
		}
	}
	if s.Unfinished != nil {
		fmt.Fprintln(env.Out, env.T("status.unfinished", "op", s.Unfinished.Operation, "time", locale.DateTime(s.Unfinished.At)))
		fmt.Fprintln(env.Out, "  "+env.T("status.unfinished.cure", "op", s.Unfinished.Operation))
	}
	return nil
}

// Package status tells what an instance has and how it runs.
package status

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "status", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env) }}
}

// shown is the result of `status -o json`.
type shown struct {
	Status     string    `json:"status"` // running, stopped, degraded
	Instance   string    `json:"instance"`
	Root       string    `json:"root"`
	Profile    string    `json:"profile"`
	Version    string    `json:"version"`
	URL        string    `json:"url"`
	Trial      bool      `json:"development,omitempty"` // the release came in a kit under a development root
	Postgres   process   `json:"postgres"`
	Platform   process   `json:"platform"`
	Backup     *backups  `json:"backup,omitempty"`
	Staged     string    `json:"staged,omitempty"`     // a release that was laid down for an upgrade and waits for its commit
	Announced  *coming   `json:"announced,omitempty"`  // an upgrade that people were told of
	Operation  *underWay `json:"operation,omitempty"`  // one that runs now, in another process
	Unfinished *stranded `json:"unfinished,omitempty"` // one that nobody goes on with; what runs now may be doing that
}

type process struct {
	Running  bool       `json:"running"`
	PID      int        `json:"pid,omitempty"`
	Since    *time.Time `json:"since,omitempty"`
	Restarts int        `json:"restarts"`
	External bool       `json:"external,omitempty"` // somebody else keeps it
}

// backups is what an operator must know of them before he needs one.
type backups struct {
	Restored *time.Time `json:"proven_restore"` // when a restore or a drill last proved one, null for never
	ID       string     `json:"id,omitempty"`   // the set that it proved
	MadeAt   *time.Time `json:"made_at"`        // when that set was made
	Tested   bool       `json:"recovery_key_tested"`
	Exposed  bool       `json:"recovery_key_on_host"`
}

type coming struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

type underWay struct {
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
	PID   int       `json:"pid"`
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
		key := "status.not_running"
		if s.Operation != nil {
			key = "status.wait"
		}
		err = fault.New(fault.Finding, key)
		if env.JSON() {
			err = &wire.Told{Err: err}
		}
	}
	return err
}

func look(ctx context.Context, env *wire.Env) (shown, error) {
	site, err := env.Site()
	now, unseen := operation(env)
	if fault.Is(err, fault.NotInstalled) && now != nil { // the answers are not written yet, or removed already
		return shown{Status: "stopped", Root: string(env.Root()), Version: env.Version, Operation: now}, nil
	}
	if err = cmp.Or(err, unseen); err != nil {
		return shown{}, err
	}
	s := shown{Operation: now, Instance: site.Answers.Instance, Root: string(site.Root), Profile: site.Answers.Province.Profile, Version: site.Version, URL: site.Answers.PublicURL()}
	s.Trial = env.Development()
	look := env.Host()
	pid, answers, err := site.Process(look)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return shown{}, err
	}
	s.Postgres.PID = pid
	s.Postgres.External = site.External()
	s.Postgres.Running = s.Postgres.PID != 0 || answers
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
	case s.Postgres.Running && !s.Postgres.External || state.PID != 0:
		s.Status = "degraded"
	default:
		s.Status = "stopped"
	}
	if s.Backup, err = provenBackup(site.Root); err != nil {
		return shown{}, err
	}
	waits, told, err := env.Coming(ctx, site)
	if err != nil {
		return shown{}, err
	}
	if s.Staged = waits; told != nil {
		s.Announced = &coming{told.Version, told.At}
	}
	left, stranding, err := engine.Unfinished(string(site.Root))
	if err == nil && stranding && now == nil {
		s.Unfinished = &stranded{left.Operation, left.Ended}
	}
	return s, nil
}

// provenBackup tells the newest restore that was proven, and where the recovery key stands.
func provenBackup(root instance.Root) (*backups, error) {
	proofs, err := backup.Proofs(root)
	if err != nil {
		return nil, err
	}
	b := &backups{Exposed: backup.Exposed(root)}
	for _, p := range proofs {
		if p.Restores() && (b.Restored == nil || p.At.After(*b.Restored)) {
			b.Restored, b.MadeAt, b.ID = &p.At, &p.MadeAt, p.ID
		}
		b.Tested = b.Tested || p.Restores() && p.Recovery
	}
	return b, nil
}

// operation is the one that runs now; nil when none does.
func operation(env *wire.Env) (*underWay, error) {
	h, held, err := engine.Holding(string(env.Root()))
	if err != nil || !held {
		return nil, err
	}
	return &underWay{h.Operation, h.Since, h.PID}, nil
}

func tell(env *wire.Env, s shown) error {
	state := func(p process) string {
		if !p.Running {
			return env.Paint(term.Bad, env.T("status.down"))
		}
		text := env.Paint(term.Good, env.T("status.up"))
		if p.External {
			text += ", " + env.T("status.external")
		}
		if p.Since != nil {
			text += ", " + env.T("status.since", "time", locale.DateTime(*p.Since), "n", p.Restarts)
		}
		return text
	}
	for _, line := range [][2]string{
		{"status.instance", s.Instance}, {"status.root", s.Root}, {"status.profile", s.Profile}, {"status.release", s.Version},
		{"status.address", s.URL}, {"status.postgres", state(s.Postgres)}, {"status.platform", state(s.Platform)},
	} {
		if line[1] == "" {
			continue // not answered yet
		}
		if _, err := fmt.Fprintf(env.Out, "%-16s %s\n", env.T(line[0]), line[1]); err != nil {
			return err
		}
	}
	tellBackup(env, s.Backup)
	if s.Trial {
		for _, line := range term.Fold(env.T("kit.development"), 79) {
			fmt.Fprintln(env.Out, line)
		}
	}
	if s.Staged != "" {
		fmt.Fprintln(env.Out, env.T("status.staged", "version", s.Staged))
	}
	if a := s.Announced; a != nil {
		fmt.Fprintln(env.Out, env.T("status.announced", "version", a.Version, "at", locale.DateTime(a.At)))
	}
	if o := s.Operation; o != nil {
		fmt.Fprintln(env.Out, env.T("status.operation", "op", o.Name, "time", locale.DateTime(o.Since), "pid", o.PID))
	}
	if s.Unfinished != nil {
		fmt.Fprintln(env.Out, env.T("status.unfinished", "op", s.Unfinished.Operation, "time", locale.DateTime(s.Unfinished.At)))
		fmt.Fprintln(env.Out, "  "+env.T("status.unfinished.cure", "op", wire.CommandOf(s.Unfinished.Operation)))
	}
	return nil
}

// tellBackup tells how old the last proven restore is, and what still stands between a burnt host and a new one.
func tellBackup(env *wire.Env, b *backups) {
	if b == nil {
		return
	}
	text := env.Paint(term.Warning, env.T("status.backup.never"))
	if b.Restored != nil {
		text = env.T("status.backup.proven", "at", locale.DateTime(*b.Restored), "made", locale.DateTime(*b.MadeAt))
	}
	fmt.Fprintf(env.Out, "%-16s %s\n", env.T("status.backup"), text)
	switch {
	case b.Exposed:
		fmt.Fprintln(env.Err, env.PaintErr(term.Warning, env.T("status.key.exposed")))
	case !b.Tested:
		fmt.Fprintln(env.Err, env.PaintErr(term.Warning, env.T("status.key.untested")))
	}
}

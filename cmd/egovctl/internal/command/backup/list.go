package backup

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/backup"
)

func list(env *wire.Env) *cobra.Command {
	var from string
	c := &cobra.Command{Use: "list", Annotations: wire.Reads()}
	c.Flags().StringVar(&from, "from", "", env.T("cmd.backup.flag.from"))
	c.RunE = func(c *cobra.Command, _ []string) error { return runList(c.Context(), env, from) }
	return c
}

// listed is one set of `backup list -o json`.
type listed struct {
	ID       string    `json:"id"`
	Path     string    `json:"path"`
	MadeAt   time.Time `json:"made_at"`
	Instance string    `json:"instance"`
	Version  string    `json:"version"`
	Bytes    int64     `json:"bytes"`
	Tables   int       `json:"tables"`
	Rows     int64     `json:"rows"`
	Files    int64     `json:"files"`
	Proof    *proof    `json:"proof"`             // last time it was found good, null for never
	Trouble  string    `json:"trouble,omitempty"` // why its manifest cannot be believed
}

type proof struct {
	How      string    `json:"how"` // verified, drilled, restored
	At       time.Time `json:"at"`
	Recovery bool      `json:"recovery_key"` // with the recovery key, not the host's
}

func runList(ctx context.Context, env *wire.Env, from string) error {
	sets, err := env.Backups(ctx, from)
	if err != nil {
		return err
	}
	all := make([]listed, len(sets))
	for i, s := range sets {
		all[i] = shown(env, s)
	}
	if from == "" {
		if err := reach(ctx, env); err != nil {
			return err
		}
	}
	return desk.List[listed]{Items: all, Empty: "backup.list.none", Columns: []desk.Column{
		{Key: "backup.fact.id"}, {Key: "backup.fact.made"}, {Key: "backup.fact.version"}, {Key: "backup.fact.size"}, {Key: "backup.fact.proof", Gives: true},
	}, Row: func(l listed) []string {
		return []string{l.ID, locale.DateTime(l.MadeAt), l.Version, size(env, l.Bytes), proven(env, l)}
	}}.Show(env)
}

// reach tells which moments the continuous archive can bring back.
func reach(ctx context.Context, env *wire.Env) error {
	r, err := env.Reach(ctx)
	switch {
	case fault.Is(err, fault.Unavailable):
		behind(env, err) // the sets are listed all the same
		return nil
	case err != nil || r.Off:
		return err
	case r.From.IsZero():
		desk.Note(env, "archive.reach.none")
		return nil
	}
	desk.Note(env, "archive.reach", "from", backup.Shown(r.From))
	return nil
}

// proven says in words when the set was found good last, or what is wrong with it.
func proven(env *wire.Env, l listed) string {
	switch {
	case l.Trouble != "":
		return l.Trouble
	case l.Proof == nil:
		return env.T("backup.proof.none")
	}
	return env.T("backup.proof."+l.Proof.How) + ", " + locale.DateTime(l.Proof.At)
}

func shown(env *wire.Env, s backup.Listed) listed {
	m := s.Manifest
	l := listed{
		ID: s.ID, Path: s.Place, MadeAt: m.MadeAt.In(clock.Vietnam), Instance: m.Instance, Version: m.Version, Bytes: m.Bytes(), Tables: len(m.Tables),
		Rows: m.Rows(), Files: m.Files(),
	}
	if s.Proof != nil {
		l.Proof = &proof{How: s.Proof.How, At: s.Proof.At.In(clock.Vietnam), Recovery: s.Proof.Recovery}
	}
	if s.Trouble != nil {
		l.MadeAt, _ = backup.MadeAt(s.ID)
		l.MadeAt = l.MadeAt.In(clock.Vietnam)
		l.Trouble, _ = env.Fault(s.Trouble)
	}
	return l
}

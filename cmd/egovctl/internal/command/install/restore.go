package install

import (
	"context"
	"fmt"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
)

// restored is the last line of an installation that brings a backup back.
type restored struct {
	Event   string `json:"event"`
	Status  string `json:"status"` // restored
	ID      string `json:"id"`
	Version string `json:"version"`
	Root    string `json:"root"`
	URL     string `json:"url"`
	MS      int64  `json:"ms"`
}

// runRestore makes the instance of a backup on this host, with the release of the kit. Fault: invalid "install.backup_demo" for what
// only a new instance can have.
func runRestore(ctx context.Context, env *wire.Env, o options, from source) error {
	if o.demo || o.reconfigure || o.samples != nil {
		return fault.New(fault.Invalid, "install.backup_demo").At("backup")
	}
	flags, typed, err := o.flags()
	if err != nil {
		return err
	}
	r, err := env.NewRestoreFrom(ctx, from.kit, o.recovery, nil, flags, typed)
	if err != nil {
		return err
	}
	defer r.Close()
	took, done, err := screen.Restore(ctx, env, r)
	if err != nil || !done {
		return err
	}
	if err := from.remember(ctx); err != nil {
		return err
	}
	if env.JSON() {
		return env.Line(restored{Event: "result", Status: "restored", ID: r.ID, Version: r.Site.Version, Root: string(r.Site.Root),
			URL: r.Site.Answers.PublicURL(), MS: took.Milliseconds()})
	}
	if err := line(env, env.Paint(term.Good, env.T("backup.restored", "at", locale.DateTime(r.MadeAt)))); err != nil {
		return err
	}
	for _, row := range [][2]string{{"install.result.address", r.Site.Answers.PublicURL()}, {"install.result.root", string(r.Site.Root)}} {
		if err := folded(env, fmt.Sprintf("  %-12s ", env.T(row[0])), row[1]); err != nil {
			return err
		}
	}
	return nil
}

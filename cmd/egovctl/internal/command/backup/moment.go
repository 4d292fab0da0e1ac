package backup

import (
	"context"
	"fmt"
	"time"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
)

// everything is what a person types for all that the continuous archive has.
const everything = "latest"

// moment reads what follows --to-time: a time of day in Việt Nam, or with its zone as RFC 3339 has it. The zero time is everything.
// Fault: invalid "archive.time".
func moment(text string) (time.Time, error) {
	if text == everything {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if at, err := time.ParseInLocation(form, text, clock.Vietnam); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "archive.time", "value", text)
}

// runRewind brings the database of this instance back to a moment.
func runRewind(ctx context.Context, env *wire.Env, to time.Time) error {
	r, err := env.NewRewind(ctx, to)
	if err != nil {
		return err
	}
	defer r.Close()
	took, done, err := screen.Restore(ctx, env, r)
	if err != nil || !done {
		return err
	}
	v := restored{Event: "result", Status: "restored", ID: r.ID, Root: string(r.Site.Root), URL: r.Site.Answers.PublicURL(), Version: r.Site.Version,
		To: reached(to), Kept: r.Old(), MS: took.Milliseconds()}
	said, at := "archive.restored", backup.Shown(to)
	switch {
	case r.There:
		v.Status, said = "unchanged", "backup.there"
	case to.IsZero():
		said = "archive.restored.last"
	}
	if env.JSON() {
		v.Behind = why(env, r.Behind)
		return env.Line(v)
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T(said, "at", at))); err != nil {
		return err
	}
	err = desk.Facts(env, []desk.Fact{
		{Label: env.T("backup.fact.address"), Value: v.URL}, {Label: env.T("backup.fact.root"), Value: v.Root}, {Label: env.T("backup.fact.kept"), Value: v.Kept},
	})
	if err == nil && !r.There {
		desk.Note(env, "backup.restored.next")
	}
	behind(env, r.Behind)
	return err
}

// reached is the moment for programs; nil for everything.
func reached(to time.Time) *time.Time {
	if to.IsZero() {
		return nil
	}
	to = to.In(clock.Vietnam)
	return &to
}

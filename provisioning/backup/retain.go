package backup

import (
	"context"
	"fmt"
	"slices"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/instance"
)

// Surplus lists the sets of this instance at a target that the answers do not ask to keep, oldest first. Never among them:
// sets of others, the newest one, the newest that a restore has proven, and what the target itself still holds.
func Surplus(ctx context.Context, site instance.Site, from target.Target) ([]string, error) {
	key, err := Trusted(site.Root)
	if err != nil || key == nil {
		return nil, err
	}
	ids, _, err := from.List(ctx)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !Own(id, key) })
	proofs, err := Proofs(site.Root)
	if err != nil {
		return nil, err
	}
	var free []string
	for _, id := range surplus(ids, site.Answers.Backup.Keep, lastProven(proofs, ids)) {
		until, err := from.HeldUntil(ctx, id)
		if err != nil {
			return nil, err
		}
		if !until.After(clock.System{}.Now()) {
			free = append(free, id)
		}
	}
	return free, nil
}

// lastProven is the newest of the sets that a restore has proven; a reading counts while there is none.
func lastProven(proofs []Proof, ids []string) string {
	for _, restores := range []bool{true, false} {
		for _, id := range slices.Backward(ids) {
			if slices.ContainsFunc(proofs, func(p Proof) bool { return p.ID == id && (p.Restores() || !restores) }) {
				return id
			}
		}
	}
	return ""
}

// surplus chooses among sets in the order of their age. Of each of the last keep.Daily days that have a set, of each such week
// and of each such month the newest stays, and so does what is less than a day older than the newest of all. Who asks to keep nothing at all has not thought of this, and keeps everything.
func surplus(ids []string, keep instance.Keep, proven string) (out []string) {
	if len(ids) == 0 || keep.Daily+keep.Weekly+keep.Monthly == 0 {
		return nil
	}
	stays := map[string]bool{proven: true}
	newest, _ := MadeAt(ids[len(ids)-1])
	for _, id := range ids {
		at, _ := MadeAt(id)
		stays[id] = stays[id] || newest.Sub(at) < 24*time.Hour
	}
	for _, k := range []struct {
		most int
		of   func(time.Time) string
	}{
		{keep.Daily, func(t time.Time) string { return t.Format(time.DateOnly) }},
		{keep.Weekly, func(t time.Time) string { year, week := t.ISOWeek(); return fmt.Sprintf("%d-%d", year, week) }},
		{keep.Monthly, func(t time.Time) string { return t.Format("2006-01") }},
	} {
		seen := map[string]bool{}
		for _, id := range slices.Backward(ids) {
			at, _ := MadeAt(id)
			period := k.of(at.In(clock.Vietnam))
			if !seen[period] && len(seen) < k.most {
				seen[period], stays[id] = true, true
			}
		}
	}
	for _, id := range ids {
		if !stays[id] {
			out = append(out, id)
		}
	}
	return out
}

// Due reports whether the scheduled backup of today, or one that was missed, is still to be made: since the last moment at
// which the clock of Việt Nam stood at at ("02:30") no set of this instance was made at the target of the answers. It is never due
// when the answers name no target.
func Due(ctx context.Context, site instance.Site, from target.Target, now time.Time) (bool, error) {
	if site.Answers.Backup.Target == "" {
		return false, nil
	}
	key, err := Trusted(site.Root)
	if err != nil || key == nil {
		return false, err
	}
	ids, _, err := from.List(ctx)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(ids, func(id string) bool {
		at, _ := MadeAt(id)
		return Own(id, key) && !at.Before(last(now, site.Answers.Backup.At))
	}), nil
}

// Next is the first moment after now at which the clock of Việt Nam stands at at.
func Next(now time.Time, at string) time.Time { return last(now, at).Add(24 * time.Hour) }

// last is the latest moment not after now at which the clock of Việt Nam stood at at.
func last(now time.Time, at string) time.Time {
	now = now.In(clock.Vietnam)
	hour, err := time.Parse("15:04", at)
	if err != nil {
		return now // the answers were checked
	}
	then := time.Date(now.Year(), now.Month(), now.Day(), hour.Hour(), hour.Minute(), 0, 0, clock.Vietnam)
	if then.After(now) {
		then = then.AddDate(0, 0, -1)
	}
	return then
}

package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies/internal/territory"
)

// Seed copies the packaged units, names, successions and agencies into the empty schema; agency i of the set gets the
// number i+1. It runs as the owner, in the installer's transaction.
func Seed(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	var units, names, gone, agencies [][]any
	for _, u := range set.Units {
		body, sum, err := canonical(recordOfUnit(u))
		if err != nil {
			return fmt.Errorf("encode unit %s: %w", u.Key, err)
		}
		units = append(units, []any{u.Key, string(u.Level), u.Code, orNull(u.ParentKey), territory.DayOf(u.ValidFrom).Column(),
			territory.DayOf(u.ValidTo).Column(), u.Basis, body, sum})
		for i, n := range u.Names {
			names = append(names, []any{u.Key, int16(i), n.Type, n.Name, n.FullName, territory.DayOf(n.ValidFrom).Column(),
				territory.DayOf(n.ValidTo).Column(), n.Basis})
		}
	}
	for _, x := range set.Succession {
		gone = append(gone, []any{x.OldKey, x.NewKey, x.Kind, x.Default, territory.DayOf(x.Date).Column(), x.Basis})
	}
	for _, a := range set.Agencies {
		body, sum, err := canonical(recordOfAgency(a))
		if err != nil {
			return fmt.Errorf("encode agency %s: %w", a.Identifier, err)
		}
		agencies = append(agencies, []any{a.Number, numberOrNull(set.AgencyID(a.Parent)), orNull(a.UnitKey), body, sum})
	}
	for _, c := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"unit", []string{"key", "level", "code", "parent_key", "valid_from", "valid_to", "basis", "base", "base_hash"}, units},
		{"unit_name", []string{"unit_key", "ordinal", "type", "name", "full_name", "valid_from", "valid_to", "basis"}, names},
		{"succession", []string{"old_key", "new_key", "kind", "is_default", "on_date", "basis"}, gone},
		{"agency", []string{"id", "parent_id", "unit_key", "base", "base_hash"}, agencies},
	} {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"agencies", c.table}, c.columns, pgx.CopyFromRows(c.rows)); err != nil {
			return fmt.Errorf("copy agencies.%s: %w", c.table, err)
		}
	}
	return finish(ctx, tx, set)
}

// finish moves the sequence past the seeded numbers and notes from when on the records are complete.
func finish(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	var frozen territory.Day
	if set.Profile.Reconstruction {
		frozen = territory.DayOf(set.Profile.AsOf)
	}
	if _, err := tx.Exec(ctx, `update agencies.territory set history_from = $1, frozen_on = $2`,
		historyFrom(set).Column(), frozen.Column()); err != nil {
		return fmt.Errorf("note the packaged history: %w", err)
	}
	if _, err := tx.Exec(ctx, `select setval(pg_get_serial_sequence('agencies.agency', 'id'), $1)`,
		max(len(set.Agencies), 1)); err != nil {
		return fmt.Errorf("advance the agency numbers: %w", err)
	}
	return nil
}

// historyFrom is the earliest day about which the packaged rows say something definite: the day of the profile, the
// first day of a unit, or the day before the end of one whose beginning is not recorded.
func historyFrom(set *packaged.Set) territory.Day {
	first := territory.DayOf(set.Profile.AsOf)
	earlier := func(d territory.Day) {
		if !d.IsZero() && (first.IsZero() || d.Before(first.Time)) {
			first = d
		}
	}
	for _, u := range set.Units {
		earlier(territory.DayOf(u.ValidFrom))
		if u.ValidFrom.IsZero() && !u.ValidTo.IsZero() {
			earlier(territory.DayOf(u.ValidTo.AddDate(0, 0, -1)))
		}
	}
	return first
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func numberOrNull(n int32) any {
	if n == 0 {
		return nil
	}
	return n
}

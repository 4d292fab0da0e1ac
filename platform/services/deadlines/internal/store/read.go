// Package store is the SQL of the office of deadlines, and of nobody else.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/deadlines/internal/almanac"
)

// revision names what the tables hold now. With the transaction in it, a name that was rolled back never comes again.
const revision = `(select version || '/' || coalesce(writer::text, '') from platform.revision where schema = 'deadlines')`

// Revision is the name of what the tables hold now, as this transaction sees it.
func Revision(ctx context.Context, tx pgx.Tx) (string, error) {
	var id string
	err := tx.QueryRow(ctx, "select "+revision).Scan(&id)
	return id, err
}

// load is one statement, so that everything in it is of one moment whatever the isolation of the transaction.
const load = `select ` + revision + `, coalesce(h.edit, h.base) ->> 'hours',
	(select coalesce(jsonb_agg(jsonb_build_object('value', coalesce(edit, base), 'packaged', base is not null, 'edited', edit is not null)), '[]') from deadlines.day),
	(select coalesce(jsonb_agg(coalesce(edit, base)), '[]') from deadlines.lunar),
	(select coalesce(jsonb_agg(jsonb_build_object('value', coalesce(edit, base), 'edited', edit is not null, 'by', coalesce(confirmed_by, ''), 'at', confirmed_at)), '[]') from deadlines.regime)
	from deadlines.office_hours h`

type dayRow struct {
	Value            almanac.Day
	Packaged, Edited bool
}

type regimeRow struct {
	Value  almanac.Regime
	Edited bool
	By     string
	At     *time.Time
}

// Load reads everything. Fault: NotFound "deadlines.empty" before the seed.
func Load(ctx context.Context, tx pgx.Tx) (almanac.Facts, error) {
	var (
		f       almanac.Facts
		days    []byte
		lunar   []byte
		regimes []byte
	)
	err := tx.QueryRow(ctx, load).Scan(&f.Revision, &f.Hours, &days, &lunar, &regimes)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, fault.Wrap(err, fault.NotFound, "deadlines.empty")
	}
	if err != nil {
		return f, err
	}
	var dayRows []dayRow
	var regimeRows []regimeRow
	for _, part := range []struct {
		raw []byte
		to  any
	}{{days, &dayRows}, {lunar, &f.Lunar}, {regimes, &regimeRows}} {
		if err := json.Unmarshal(part.raw, part.to); err != nil {
			return f, fault.Wrap(err, fault.Internal, "internal")
		}
	}
	for _, d := range dayRows {
		f.Days = append(f.Days, almanac.DayRecord{Day: d.Value, Packaged: d.Packaged, Edited: d.Edited})
	}
	for _, r := range regimeRows {
		rec := almanac.RegimeRecord{Regime: r.Value, Edited: r.Edited, ConfirmedBy: r.By}
		if r.At != nil {
			rec.ConfirmedAt = *r.At
		}
		f.Regimes = append(f.Regimes, rec)
	}
	return f, nil
}

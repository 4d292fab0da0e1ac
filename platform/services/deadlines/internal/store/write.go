package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/deadlines/internal/almanac"
)

// Seed copies what a kit brings into the empty tables, each record with its hash.
func Seed(ctx context.Context, tx pgx.Tx, f almanac.Facts) error {
	b := &pgx.Batch{}
	for _, d := range f.Days {
		base, hash := canonical(d.Day)
		b.Queue("insert into deadlines.day (date, base, base_hash) values ($1::text::date, $2, $3)", d.Date, base, hash)
	}
	for _, l := range f.Lunar {
		base, hash := canonical(l)
		b.Queue("insert into deadlines.lunar (year, base, base_hash) values ($1, $2, $3)", l.Year, base, hash)
	}
	for _, r := range f.Regimes {
		base, hash := canonical(r.Regime)
		b.Queue(`insert into deadlines.regime (id, topic, valid_from, valid_to, base, base_hash)
			values ($1, $2, $3::text::date, nullif($4::text, '')::date, $5, $6)`, r.ID, r.Topic, r.ValidFrom, r.ValidTo, base, hash)
	}
	base, hash := canonical(almanac.Hours{Hours: f.Hours})
	b.Queue("insert into deadlines.office_hours (base, base_hash) values ($1, $2)", base, hash)
	return tx.SendBatch(ctx, b).Close()
}

// canonical is the record's JSON and its SHA-256.
func canonical(v any) (text, hash []byte) {
	text, _ = json.Marshal(v) // plain structs of strings and numbers: it cannot fail
	sum := sha256.Sum256(text)
	return text, sum[:]
}

// SetDay puts the province's record in place of whatever holds on its date.
func SetDay(ctx context.Context, tx pgx.Tx, d almanac.Day) error {
	edit, _ := canonical(d)
	_, err := tx.Exec(ctx, `insert into deadlines.day (date, edit) values ($1::text::date, $2)
		on conflict (date) do update set edit = excluded.edit`, d.Date, edit)
	return err
}

// ClearDay takes the province's record away; the packaged one, if there is one, holds again. Fault: NotFound
// "deadlines.day.none" when the province has no record for the date.
func ClearDay(ctx context.Context, tx pgx.Tx, date string) error {
	back, err := tx.Exec(ctx, "update deadlines.day set edit = null where date = $1::text::date and base is not null and edit is not null", date)
	if err != nil || back.RowsAffected() > 0 {
		return err
	}
	gone, err := tx.Exec(ctx, "delete from deadlines.day where date = $1::text::date and base is null", date)
	if err == nil && gone.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "deadlines.day.none", "date", date).At("date")
	}
	return err
}

// SetHours puts the province's office hours in place of the packaged ones.
func SetHours(ctx context.Context, tx pgx.Tx, hours string) error {
	edit, _ := canonical(almanac.Hours{Hours: hours})
	return one(tx.Exec(ctx, "update deadlines.office_hours set edit = $1", edit))
}

// SetRegime puts the province's regime in place of the packaged one, unconfirmed.
func SetRegime(ctx context.Context, tx pgx.Tx, r almanac.Regime) error {
	edit, _ := canonical(r)
	done, err := tx.Exec(ctx, `update deadlines.regime set topic = $2, valid_from = $3::text::date, valid_to = nullif($4::text, '')::date, edit = $5,
		confirmed_by = null, confirmed_at = null where id = $1`, r.ID, r.Topic, r.ValidFrom, r.ValidTo, edit)
	if err != nil || done.RowsAffected() > 0 {
		return err
	}
	return one(tx.Exec(ctx, `insert into deadlines.regime (id, topic, valid_from, valid_to, edit)
		values ($1, $2, $3::text::date, nullif($4::text, '')::date, $5)`, r.ID, r.Topic, r.ValidFrom, r.ValidTo, edit))
}

// ConfirmRegime notes who says that a regime is right.
func ConfirmRegime(ctx context.Context, tx pgx.Tx, id, by string) error {
	return one(tx.Exec(ctx, "update deadlines.regime set confirmed_by = $2, confirmed_at = now() where id = $1", id, by))
}

// one turns "no row changed" into a fault: row-level security hides what somebody may not write.
func one(done pgconn.CommandTag, err error) error {
	if err == nil && done.RowsAffected() == 0 {
		return fault.New(fault.Forbidden, "forbidden")
	}
	return err
}

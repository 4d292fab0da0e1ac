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

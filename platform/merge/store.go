package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

func (k Kind) rows(ctx context.Context, tx pgx.Tx) (map[string]row, error) {
	found, err := tx.Query(ctx, k.Read)
	if err != nil {
		return nil, err
	}
	out := map[string]row{}
	var r row
	_, err = pgx.ForEachRow(found, []any{&r.key, &r.print, &r.base, &r.edit, &r.withdrawn}, func() error {
		r.there = true
		out[r.key] = r
		r = row{}
		return nil
	})
	return out, err
}

// hand is who edited a row last, as far as it is known.
type hand struct {
	login string
	at    *time.Time
}

func (k Kind) hands(ctx context.Context, tx pgx.Tx, keys []string) (map[string]hand, error) {
	out := map[string]hand{}
	if k.Edited == "" || len(keys) == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, k.Edited, keys)
	if err != nil {
		return nil, err
	}
	var key, login string
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&key, &login, &at}, func() error {
		out[key] = hand{login, at}
		return nil
	})
	return out, err
}

// store notes the conflicts. One that is open already learns what is packaged now; who made the province's value, and
// what both began from, stay.
func (k Kind) store(ctx context.Context, tx pgx.Tx, service, release string, conflicts []found) error {
	keys := make([]string, len(conflicts))
	for i, c := range conflicts {
		keys[i] = c.key
	}
	hands, err := k.hands(ctx, tx, keys)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	for _, c := range conflicts {
		var values [3][]byte
		for i, v := range []any{c.Base, c.Ours, c.Theirs} {
			if values[i], err = jsonOf(v); err != nil {
				return err
			}
		}
		path := c.Path
		if path == nil {
			path = []string{}
		}
		h := hands[c.key]
		b.Queue(`insert into platform.conflict (service, kind, key, path, base, province, new, edited_by, edited_at, release)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			on conflict (service, kind, key, path) where state = 'open'
			do update set province = excluded.province, new = excluded.new, release = excluded.release, found_at = now()`,
			service, k.Name, c.key, path, values[0], values[1], values[2], h.login, h.at, release)
	}
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}

// jsonOf is a value as it is stored: null when it is absent.
func jsonOf(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode value: %w", err)
	}
	return raw, nil
}

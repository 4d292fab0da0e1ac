package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// rows reads every row. What was packaged is read where the province has edited it, or a value may be one record's alone; of
// the others it only counts that there is a record, and a catalogue is many megabytes.
func (k Kind) rows(ctx context.Context, tx pgx.Tx) (map[string]row, error) {
	base := "case when edit is not null then base when base is not null then 'null' end"
	if k.Sole != nil {
		base = "base"
	}
	found, err := tx.Query(ctx, `select key, print, `+base+`, edit, withdrawn from (`+k.Read+`) as all_rows (key, print, base, edit, withdrawn)`)
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

// named gives the conflicts of rows with who edited those.
func (k Kind) named(ctx context.Context, tx pgx.Tx, conflicts []found) ([]Place, error) {
	keys := make([]string, len(conflicts))
	for i, c := range conflicts {
		keys[i] = c.key
	}
	hands, err := k.hands(ctx, tx, keys)
	out := make([]Place, len(conflicts))
	for i, c := range conflicts {
		out[i] = Place{k.Name, c.key, c.Conflict, hands[c.key].login, hands[c.key].at}
	}
	return out, err
}

// parted stands between the names of a path on its way into the database: no name has it.
const parted = "\x1f"

// store notes the conflicts, in one statement. One that is open already learns what is packaged now; who made the province's
// value, and what both began from, stay.
func store(ctx context.Context, tx pgx.Tx, service, release string, conflicts []Place) error {
	if len(conflicts) == 0 {
		return nil
	}
	var kinds, keys, paths, by []string
	var values [3][][]byte
	var at []*time.Time
	for _, c := range conflicts {
		kinds, keys, paths = append(kinds, c.Kind), append(keys, c.Key), append(paths, strings.Join(c.Path, parted))
		by, at = append(by, c.By), append(at, c.At)
		for i, v := range []any{c.Base, c.Ours, c.Theirs} {
			raw, err := jsonOf(v)
			if err != nil {
				return err
			}
			values[i] = append(values[i], raw)
		}
	}
	_, err := tx.Exec(ctx, `insert into platform.conflict (service, release, kind, key, path, base, province, new, edited_by, edited_at)
		select $1, $2, u.kind, u.key, string_to_array(u.path, '`+parted+`'), u.base, u.province, u.new, u.edited_by, u.edited_at
		from unnest($3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::text[], $10::timestamptz[])
			as u (kind, key, path, base, province, new, edited_by, edited_at)
		on conflict (service, kind, key, path) where state = 'open'
		do update set province = excluded.province, new = excluded.new, release = excluded.release, found_at = now()`,
		service, release, kinds, keys, paths, values[0], values[1], values[2], by, at)
	return err
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

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/services/procedures/internal/search"
)

// Version reads the counter that moves with every change of the catalogue.
func Version(ctx context.Context, tx pgx.Tx) (int64, error) {
	var v int64
	return v, tx.QueryRow(ctx, `select version from platform.revision where schema = 'procedures'`).Scan(&v)
}

// Documents reads what the search index is made of.
func Documents(ctx context.Context, tx pgx.Tx) ([]search.Doc, error) {
	offered, err := offerings(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select p.code, p.name, p.field, coalesce(f.name, ''), p.levels, p.online, p.published, p.filed_online`+procedureFrom)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	shared := map[string]string{} // the few hundred names of fields stand in thousands of rows
	share := func(s string) string {
		if have, ok := shared[s]; ok {
			return have
		}
		shared[s] = s
		return s
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (search.Doc, error) {
		var d search.Doc
		var levels []byte
		err := row.Scan(&d.Code, &d.Name, &d.Field, &d.FieldName, &levels, &d.Online, &d.Published, &d.FiledOnline)
		if err != nil {
			return d, err
		}
		d.Field, d.FieldName, d.Online, d.Agencies = share(d.Field), share(d.FieldName), share(d.Online), offered[d.Code]
		return d, json.Unmarshal(levels, &d.Levels)
	})
}

func offerings(ctx context.Context, tx pgx.Tx) (map[string][]int32, error) {
	rows, err := tx.Query(ctx, `select procedure, array_agg(agency_id order by agency_id) from procedures.offering where offered group by procedure`)
	if err != nil {
		return nil, fmt.Errorf("read offerings: %w", err)
	}
	out := map[string][]int32{}
	var code string
	var agencies []int32
	_, err = pgx.ForEachRow(rows, []any{&code, &agencies}, func() error {
		out[code] = append([]int32(nil), agencies...)
		return nil
	})
	return out, err
}

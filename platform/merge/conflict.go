package merge

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/threeway"
)

// Conflict is a field that a release and the province both changed. A value that is absent is null.
type Conflict struct {
	ID       int64           `json:"id"`
	Service  string          `json:"service"`
	Kind     string          `json:"kind"`
	Key      string          `json:"key"`
	Path     []string        `json:"path"`
	Field    string          `json:"field"` // the path in one word, "" for the whole record
	Base     json.RawMessage `json:"base"`
	Province json.RawMessage `json:"province"`
	New      json.RawMessage `json:"new"`
	EditedBy string          `json:"edited_by"`
	EditedAt *time.Time      `json:"edited_at"`
	Release  string          `json:"release"`
	FoundAt  time.Time       `json:"found_at"`
	State    string          `json:"state"` // open, resolved
}

// Name is how a person names the conflict: the key, and the field behind it.
func (c Conflict) Name() string { return nameOf(c.Key, c.Path) }

func nameOf(key string, path []string) string {
	if len(path) == 0 {
		return key
	}
	return key + "." + threeway.Field(path)
}

// Open lists the conflicts that wait for a decision, by service, kind and key.
func Open(ctx context.Context, tx pgx.Tx) ([]Conflict, error) {
	rows, err := tx.Query(ctx, `select id, service, kind, key, path, array_to_string(path, '.'), base, province, new, edited_by, edited_at, release, found_at, state
		from platform.conflict where state = 'open' order by service, kind, key, path`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Conflict])
}

// Package store is the SQL of sites.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/sites/internal/portal"
)

const columns = `select agency_id, slug, coalesce(edit, base), edit is not null, changed_at from sites.site`

// BySlug reads a site; fault.NotFound "sites.unknown".
func BySlug(ctx context.Context, tx pgx.Tx, slug string) (portal.Site, error) {
	rows, err := tx.Query(ctx, columns+` where slug = $1`, slug)
	if err != nil {
		return portal.Site{}, err
	}
	s, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, fault.Wrap(err, fault.NotFound, "sites.unknown", "slug", slug)
	}
	return s, err
}

// After lists at most limit sites in the order of their slugs, beginning after slug.
func After(ctx context.Context, tx pgx.Tx, slug string, limit int) ([]portal.Site, error) {
	rows, err := tx.Query(ctx, columns+` where slug > $1 order by slug limit $2`, slug, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scan(row pgx.CollectableRow) (portal.Site, error) {
	var s portal.Site
	var raw []byte
	if err := row.Scan(&s.AgencyID, &s.Slug, &raw, &s.Edited, &s.Changed); err != nil {
		return s, err
	}
	if err := json.Unmarshal(raw, &s.Content); err != nil {
		return s, fmt.Errorf("read site %s: %w", s.Slug, err)
	}
	return s, nil
}

// Lock reads the packaged and the province's texts of a site for a change; edited is false while there are none of the
// province. A site that row-level security keeps from the principal is fault.Forbidden.
func Lock(ctx context.Context, tx pgx.Tx, agency int32) (base, now portal.Content, edited bool, err error) {
	var rawBase, rawNow []byte
	err = tx.QueryRow(ctx, `select coalesce(base, edit), coalesce(edit, base), edit is not null from sites.site
		where agency_id = $1 for update`, agency).Scan(&rawBase, &rawNow, &edited)
	if errors.Is(err, pgx.ErrNoRows) {
		return base, now, false, fault.Wrap(err, fault.Forbidden, "forbidden")
	}
	if err == nil {
		err = errors.Join(json.Unmarshal(rawBase, &base), json.Unmarshal(rawNow, &now))
	}
	return base, now, edited, err
}

// Write stores the province's texts; nil goes back to the packaged ones.
func Write(ctx context.Context, tx pgx.Tx, agency int32, edit *portal.Content) error {
	var raw []byte
	if edit != nil {
		var err error
		if raw, err = json.Marshal(edit); err != nil {
			return fmt.Errorf("write site: %w", err)
		}
	}
	tag, err := tx.Exec(ctx, `update sites.site set edit = $2, changed_at = now() where agency_id = $1`, agency, raw)
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.New(fault.Forbidden, "forbidden")
	}
	return err
}

// Seed copies packaged sites into the empty table.
func Seed(ctx context.Context, tx pgx.Tx, sites []portal.Site) error {
	rows := make([][]any, len(sites))
	for i, s := range sites {
		raw, err := json.Marshal(s.Content)
		if err != nil {
			return fmt.Errorf("seed site %s: %w", s.Slug, err)
		}
		sum := sha256.Sum256(raw)
		rows[i] = []any{s.AgencyID, s.Slug, raw, sum[:]}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"sites", "site"}, []string{"agency_id", "slug", "base", "base_hash"},
		pgx.CopyFromRows(rows))
	return err
}

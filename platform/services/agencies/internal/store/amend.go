package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/agencies/internal/territory"
)

// LockAgency reads an agency and holds it against other writers until the transaction ends.
// Writers of agencies stand in one line: an identifier must be free in two tables, which no single index can promise.
func LockAgency(ctx context.Context, tx pgx.Tx, id int32) (territory.Agency, error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('agencies.identifier'))`); err != nil {
		return territory.Agency{}, db.Explain(err)
	}
	a, err := scanAgency(tx.QueryRow(ctx, `select `+agencyColumns+` from agencies.agency where id = $1 for update`, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fault.Wrap(err, fault.NotFound, "agencies.unknown", "identifier", id)
	}
	return a, db.Explain(err)
}

// WriteAgency stores the province's value of a: names and identifier as they are in a, everything else as it was.
func WriteAgency(ctx context.Context, tx pgx.Tx, a territory.Agency) error {
	patch, err := json.Marshal(map[string]any{"identifier": a.Identifier, "provisional": a.Provisional,
		"name_vi": a.NameVI, "name_en": a.NameEN, "short": a.Short})
	if err != nil {
		return err
	}
	if err := free(ctx, tx, a.Identifier, a.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update agencies.agency set edit = coalesce(edit, base) || $2::jsonb where id = $1`, a.ID, patch)
	return taken(err, a.Identifier)
}

// AddAlias notes one more identifier of an agency.
func AddAlias(ctx context.Context, tx pgx.Tx, id int32, alias string) error {
	if err := free(ctx, tx, alias, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into agencies.agency_alias (identifier, agency_id)
		select $1, $2 where not exists (select from agencies.agency_alias where identifier = $1 and agency_id = $2)`, alias, id)
	return taken(err, alias)
}

// free refuses an identifier that names another agency, now or as an alias.
func free(ctx context.Context, tx pgx.Tx, identifier string, id int32) error {
	var other bool
	err := tx.QueryRow(ctx, `select exists (select from agencies.agency where identifier = $1 and id <> $2)
		or exists (select from agencies.agency_alias where identifier = $1 and agency_id <> $2)`, identifier, id).Scan(&other)
	if err != nil {
		return db.Explain(err)
	}
	if other {
		return fault.New(fault.Conflict, "agencies.identifier.taken", "identifier", identifier).At("identifier")
	}
	return nil
}

func taken(err error, identifier string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return fault.Wrap(err, fault.Conflict, "agencies.identifier.taken", "identifier", identifier).At("identifier")
	}
	return db.Explain(err)
}

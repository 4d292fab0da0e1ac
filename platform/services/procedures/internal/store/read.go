// Package store is the SQL of the procedure catalogue, and of nothing else.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/procedures/internal/catalogue"
)

const procedureColumns = `p.code, coalesce(p.edit, p.base), p.published, p.filed_online, p.version, p.changed_at,
	p.edit is not null or p.edit_published is not null or p.edit_filed_online is not null, coalesce(f.name, '')`

const procedureFrom = ` from procedures.procedure p left join procedures.field f on f.code = p.field`

// Procedure reads one record. Fault: NotFound "procedure.unknown".
func Procedure(ctx context.Context, tx pgx.Tx, code string) (catalogue.Procedure, error) {
	return one(tx.QueryRow(ctx, `select `+procedureColumns+procedureFrom+` where p.code = $1`, code), code)
}

// Lock is Procedure, and nobody else changes the record until the transaction ends.
func Lock(ctx context.Context, tx pgx.Tx, code string) (catalogue.Procedure, error) {
	return one(tx.QueryRow(ctx, `select `+procedureColumns+procedureFrom+` where p.code = $1 for update of p`, code), code)
}

// All reads every record by code; for import and export.
func All(ctx context.Context, tx pgx.Tx, lock bool) ([]catalogue.Procedure, error) {
	sql := `select ` + procedureColumns + procedureFrom + ` order by p.code`
	if lock {
		sql += ` for update of p`
	}
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, fmt.Errorf("list procedures: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (catalogue.Procedure, error) { return scan(row) })
}

func one(row pgx.Row, code string) (catalogue.Procedure, error) {
	p, err := scan(row)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, fault.New(fault.NotFound, "procedure.unknown", "code", code)
	}
	return p, err
}

func scan(row pgx.Row) (catalogue.Procedure, error) {
	var p catalogue.Procedure
	var code string
	var record []byte
	var published, filed bool
	err := row.Scan(&code, &record, &published, &filed, &p.Version, &p.ChangedAt, &p.Edited, &p.FieldName)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(record, &p.Procedure); err != nil {
		return p, fmt.Errorf("decode procedure %s: %w", code, err)
	}
	p.Published, p.FiledOnline = published, filed
	return p, nil
}

const summaryColumns = `p.code, p.name, p.field, coalesce(f.name, ''), p.levels, p.online, p.published, p.filed_online,
	p.edit is not null or p.edit_published is not null or p.edit_filed_online is not null, p.version`

// OfferedBy reads the announced procedures that an agency offers, by name.
func OfferedBy(ctx context.Context, tx pgx.Tx, agency int32) ([]catalogue.Summary, error) {
	rows, err := tx.Query(ctx, `select `+summaryColumns+procedureFrom+`
		join procedures.offering o on o.procedure = p.code
		where o.agency_id = $1 and o.offered and p.published order by p.name, p.code`, agency)
	if err != nil {
		return nil, fmt.Errorf("list offered procedures: %w", err)
	}
	return pgx.CollectRows(rows, summary)
}

func summary(row pgx.CollectableRow) (catalogue.Summary, error) {
	var s catalogue.Summary
	var levels []byte
	err := row.Scan(&s.Code, &s.Name, &s.Field, &s.FieldName, &levels, &s.Online, &s.Published, &s.FiledOnline, &s.Edited, &s.Version)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(levels, &s.Levels)
}

// Fields reads the fields with the number of announced procedures in each, by name.
func Fields(ctx context.Context, tx pgx.Tx) ([]catalogue.Field, error) {
	rows, err := tx.Query(ctx, `select f.code, f.name, (select count(*) from procedures.procedure p
		where p.field = f.code and p.published) from procedures.field f order by f.name, f.code`)
	if err != nil {
		return nil, fmt.Errorf("list fields: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f catalogue.Field, err error) {
		return f, row.Scan(&f.Code, &f.Name, &f.Procedures)
	})
}

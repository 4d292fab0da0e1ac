package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// Change queues what stores after in place of before: the former value goes to the history, the version moves by one.
// A province's value that equals the packaged one again is no edit any more.
func Change(b *pgx.Batch, by who.Principal, before catalogue.Procedure, after packaged.Procedure) error {
	was, err := catalogue.Canonical(before.Procedure)
	if err != nil {
		return fmt.Errorf("encode procedure: %w", err)
	}
	is, err := catalogue.Canonical(after)
	if err != nil {
		return fmt.Errorf("encode procedure: %w", err)
	}
	b.Queue(`insert into procedures.procedure_version (procedure, version, record, published, filed_online, valid_from, replaced_by, login)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		before.Code, before.Version, was, before.Published, before.FiledOnline, before.ChangedAt, by.Account, by.Login)
	b.Queue(`update procedures.procedure set edit = nullif($2::jsonb, base), edit_published = nullif($3, base_published),
		edit_filed_online = nullif($4, base_filed_online), version = version + 1, changed_at = now() where code = $1`,
		after.Code, is, after.Published, after.FiledOnline)
	return nil
}

// Create queues a record of the province's own.
func Create(b *pgx.Batch, p packaged.Procedure) error {
	record, err := catalogue.Canonical(p)
	if err != nil {
		return fmt.Errorf("encode procedure: %w", err)
	}
	b.Queue(`insert into procedures.procedure (code, edit, edit_published, edit_filed_online) values ($1, $2, $3, $4)`,
		p.Code, record, p.Published, p.FiledOnline)
	return nil
}

// Send runs a batch of writes. A row that row-level security hides is a refusal, not a silence.
func Send(ctx context.Context, tx pgx.Tx, b *pgx.Batch) error {
	results := tx.SendBatch(ctx, b)
	for range b.Len() {
		tag, err := results.Exec()
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.Forbidden, "forbidden")
		}
		if err != nil {
			_ = results.Close() // the first error is the one to tell
			return fmt.Errorf("write procedures: %w", err)
		}
	}
	return results.Close()
}

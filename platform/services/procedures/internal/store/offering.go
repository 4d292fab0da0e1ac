package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// Offering reads a procedure as one agency handles it. Fault: NotFound "procedure.not_offered", also for a procedure
// that the province does not announce.
func Offering(ctx context.Context, tx pgx.Tx, code string, agency int32) (catalogue.Offering, error) {
	o := catalogue.Offering{Procedure: code, AgencyID: agency}
	err := tx.QueryRow(ctx, `select o.online and p.filed_online from procedures.offering o join procedures.procedure p on p.code = o.procedure
		where o.procedure = $1 and o.agency_id = $2 and o.offered and p.published`, code, agency).Scan(&o.Online)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, fault.New(fault.NotFound, "procedure.not_offered", "code", code)
	}
	return o, err
}

// Offerings reads who offers a procedure, by agency number.
func Offerings(ctx context.Context, tx pgx.Tx, code string) ([]catalogue.Offering, error) {
	rows, err := tx.Query(ctx, `select agency_id, online from procedures.offering
		where procedure = $1 and offered order by agency_id`, code)
	if err != nil {
		return nil, fmt.Errorf("list offerings: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (catalogue.Offering, error) {
		o := catalogue.Offering{Procedure: code}
		return o, row.Scan(&o.AgencyID, &o.Online)
	})
}

// Offer lets an agency offer a procedure, or changes how. It reports whether that changed anything.
func Offer(ctx context.Context, tx pgx.Tx, o catalogue.Offering) (bool, error) {
	tag, err := tx.Exec(ctx, `insert into procedures.offering (procedure, agency_id, edit)
		values ($1, $2, jsonb_build_object('online', $3::bool))
		on conflict (procedure, agency_id) do update set edit = nullif(excluded.edit, offering.base)
		where not offering.offered or offering.online <> $3`, o.Procedure, o.AgencyID, o.Online)
	if err != nil {
		return false, fmt.Errorf("offer %s: %w", o.Procedure, err)
	}
	return tag.RowsAffected() > 0, nil
}

// Withdraw ends an offering: the province's own goes, a packaged one stays marked. Fault: NotFound
// "procedure.not_offered".
func Withdraw(ctx context.Context, tx pgx.Tx, code string, agency int32) error {
	gone, err := tx.Exec(ctx, `delete from procedures.offering where procedure = $1 and agency_id = $2 and base is null`, code, agency)
	if err != nil {
		return fmt.Errorf("withdraw %s: %w", code, err)
	}
	marked, err := tx.Exec(ctx, `update procedures.offering set edit = '{"online": false, "withdrawn": true}'
		where procedure = $1 and agency_id = $2 and offered`, code, agency)
	if err != nil {
		return fmt.Errorf("withdraw %s: %w", code, err)
	}
	if gone.RowsAffected()+marked.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "procedure.not_offered", "code", code)
	}
	return nil
}

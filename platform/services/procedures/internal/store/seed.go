package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// Seed copies the packaged fields, procedures and offerings into the empty schema. It runs as the owner, in the
// installer's transaction.
func Seed(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	if err := seedFields(ctx, tx, set.Fields); err != nil {
		return err
	}
	if err := seedProcedures(ctx, tx, set.Procedures); err != nil {
		return err
	}
	return seedOfferings(ctx, tx, set)
}

func seedFields(ctx context.Context, tx pgx.Tx, fields []packaged.Field) error {
	return load(ctx, tx, "field", []string{"code", "base", "base_hash"}, len(fields), func(i int) ([]any, error) {
		body, err := json.Marshal(struct {
			Code string `json:"code"`
			Name string `json:"name"`
		}(fields[i]))
		return []any{fields[i].Code, body, sum(body)}, err
	})
}

func seedProcedures(ctx context.Context, tx pgx.Tx, ps []packaged.Procedure) error {
	columns := []string{"code", "base", "base_hash", "base_published", "base_filed_online"}
	return load(ctx, tx, "procedure", columns, len(ps), func(i int) ([]any, error) {
		body, err := catalogue.Canonical(ps[i])
		return []any{ps[i].Code, body, sum(body), ps[i].Published, ps[i].FiledOnline}, err
	})
}

// seedOfferings loads tens of thousands of rows: their foreign keys are checked by one join afterwards, not row by row.
func seedOfferings(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	number := make(map[string]int32, len(set.Agencies))
	for _, a := range set.Agencies {
		number[a.Identifier] = a.Number
	}
	body := map[bool][]byte{true: []byte(`{"online":true}`), false: []byte(`{"online":false}`)}
	hash := map[bool][]byte{true: sum(body[true]), false: sum(body[false])}
	for _, sql := range []string{
		`set constraints all immediate`, // what the agencies' own seed left for the commit would forbid the next statement
		`alter table procedures.offering drop constraint offering_procedure, drop constraint offering_agency`,
		`set constraints all deferred`,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("seed offerings: %w", err)
		}
	}
	err := load(ctx, tx, "offering", []string{"procedure", "agency_id", "base", "base_hash"}, len(set.Offerings), func(i int) ([]any, error) {
		o := set.Offerings[i]
		id, known := number[o.Agency]
		if !known {
			return nil, fmt.Errorf("offering of %s by the unknown agency %s", o.Procedure, o.Agency)
		}
		return []any{o.Procedure, id, body[o.Online], hash[o.Online]}, nil
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `alter table procedures.offering
		add constraint offering_procedure foreign key (procedure) references procedures.procedure (code),
		add constraint offering_agency foreign key (agency_id) references agencies.agency (id)`)
	if err != nil {
		return fmt.Errorf("seed offerings: %w", err)
	}
	return nil
}

func load(ctx context.Context, tx pgx.Tx, table string, columns []string, n int, row func(int) ([]any, error)) error {
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"procedures", table}, columns, pgx.CopyFromSlice(n, row)); err != nil {
		return fmt.Errorf("copy procedures.%s: %w", table, err)
	}
	return nil
}

func sum(b []byte) []byte {
	h := sha256.Sum256(b)
	return h[:]
}

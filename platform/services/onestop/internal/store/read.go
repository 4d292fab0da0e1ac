package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/person"
	"egovctl/platform/services/onestop/internal/dossier"
)

// Rest adds people, papers, history and secret to a dossier.
func (s *Store) Rest(ctx context.Context, tx pgx.Tx, d dossier.Dossier) (dossier.Full, error) {
	f := dossier.Full{Dossier: d}
	var err error
	if f.Persons, err = s.persons(ctx, tx, d.ID); err != nil {
		return f, err
	}
	if f.Components, err = s.components(ctx, tx, d.ID); err != nil {
		return f, err
	}
	if f.Steps, err = s.Steps(ctx, tx, d.ID); err != nil {
		return f, err
	}
	err = tx.QueryRow(ctx, `select secret from onestop.dossier_secret where dossier_id = $1`, d.ID).Scan(&f.Secret)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return f, db.Explain(err)
}

func (s *Store) persons(ctx context.Context, tx pgx.Tx, id string) ([]dossier.Person, error) {
	rows, err := tx.Query(ctx, `select kind, name, id_number, phone, address, email from onestop.dossier_person
		where dossier_id = $1 order by kind`, id)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (dossier.Person, error) {
		var p dossier.Person
		var number, phone string
		err := row.Scan(&p.Kind, &p.Name, &number, &phone, &p.Address, &p.Email)
		p.Number, p.Phone = person.NumberOf(number), person.PhoneOf(phone)
		return p, err
	})
	return list, db.Explain(err)
}

func (s *Store) components(ctx context.Context, tx pgx.Tx, id string) ([]dossier.Component, error) {
	rows, err := tx.Query(ctx, `select code, name, originals, copies from onestop.component where dossier_id = $1 order by ord`, id)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[dossier.Component])
	return list, db.Explain(err)
}

// Steps is the history of a dossier, oldest first.
func (s *Store) Steps(ctx context.Context, tx pgx.Tx, id string) ([]dossier.Step, error) {
	rows, err := tx.Query(ctx, `select seq, agency_id, action, from_state, to_state, coalesce(by_account, ''), by_name, by_role,
		coalesce(to_account, ''), coalesce(to_agency, 0), at, note, due_before, due_after, promise
		from onestop.step where dossier_id = $1 order by seq`, id)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (dossier.Step, error) {
		var st dossier.Step
		var before, after *time.Time
		var promise []byte
		err := row.Scan(&st.Seq, &st.Agency, &st.Action, &st.From, &st.To, &st.ByAccount, &st.ByName, &st.ByRole,
			&st.ToAccount, &st.ToAgency, &st.At, &st.Note, &before, &after, &promise)
		if err != nil {
			return st, err
		}
		st.DueBefore, st.DueAfter = orZero(before), orZero(after)
		st.Promise, err = decodePromise(promise)
		return st, err
	})
	return list, db.Explain(err)
}

// Notices of a citizen's account, the newest first.
func (s *Store) Notices(ctx context.Context, tx pgx.Tx, account string, limit int) ([]dossier.Notice, error) {
	rows, err := tx.Query(ctx, `select n.seq, n.dossier_id, n.key, n.args, n.at, coalesce(d.code, d.reference)
		from onestop.notice n join onestop.dossier d on d.id = n.dossier_id
		where n.account = $1 order by n.at desc limit $2`, account, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (dossier.Notice, error) {
		var n dossier.Notice
		var args []byte
		if err := row.Scan(&n.Seq, &n.Dossier, &n.Key, &args, &n.At, &n.Name); err != nil {
			return n, err
		}
		return n, json.Unmarshal(args, &n.Args)
	})
	return list, db.Explain(err)
}

// CountComponents counts the declared papers of a dossier.
func (s *Store) CountComponents(ctx context.Context, tx pgx.Tx, id string) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `select count(*) from onestop.component where dossier_id = $1`, id).Scan(&n)
	return n, db.Explain(err)
}

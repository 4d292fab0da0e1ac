package store

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/workflow"
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
		p.Number, p.Phone = person.Number(number), person.Phone(phone)
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

// Position is the keyset of a list: after this date and id. The zero Position is the beginning.
type Position struct {
	At time.Time
	ID string
}

// Query says which dossiers of a list are wanted: those of Agency in State; else those of Agency that wait for one of
// Desks, and those that wait for Officer. Before keeps only running work that was promised earlier; Limit is at most 100.
type Query struct {
	Agency  int32
	State   workflow.State
	Desks   []who.Role
	Officer string
	Before  time.Time
	After   Position
	Limit   int
}

// Line is one dossier in a list: no personal data.
type Line struct {
	ID, Code, Reference string
	Procedure           string
	ProcedureName       string
	State               workflow.State
	Desk                who.Role
	Status              int
	Officer             string
	SubmittedAt         time.Time
	DueAt               time.Time
	DueByHour           bool
	PausedAt            time.Time
	RankAt              time.Time
	version             int32
}

const lineColumns = `id, coalesce(code, ''), reference, procedure_code, version_id, state, coalesce(desk, ''), status,
	coalesce(officer, ''), submitted_at, due_at, due_by_hour, paused_at, rank_at`

func scanLine(row pgx.CollectableRow) (Line, error) {
	var l Line
	var due, paused *time.Time
	err := row.Scan(&l.ID, &l.Code, &l.Reference, &l.Procedure, &l.version, &l.State, &l.Desk, &l.Status, &l.Officer,
		&l.SubmittedAt, &due, &l.DueByHour, &paused, &l.RankAt)
	l.DueAt, l.PausedAt = orZero(due), orZero(paused)
	return l, err
}

// List returns dossiers by promised date, the most urgent first. Each shape of query is one range of one index, so a
// page costs the same at any size and any depth.
func (s *Store) List(ctx context.Context, tx pgx.Tx, q Query) ([]Line, error) {
	after := q.After
	if after.ID == "" {
		after = Position{At: time.Unix(0, 0), ID: "00000000-0000-0000-0000-000000000000"}
	}
	sql, args := q.sql(after)
	if sql == "" {
		return nil, nil
	}
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, db.Explain(err)
	}
	lines, err := pgx.CollectRows(rows, scanLine)
	if err != nil {
		return nil, db.Explain(err)
	}
	return lines, s.nameLines(ctx, tx, lines)
}

// sql makes one range of an index for each thing asked for, and merges them: "desk = any(...)" would read and sort
// everything that waits.
func (q Query) sql(after Position) (string, []any) {
	args := []any{after.At, after.ID, q.Limit}
	overdue := ""
	if !q.Before.IsZero() {
		args = append(args, q.Before)
		overdue = ` and rank_at < $4 and finished_at is null and paused_at is null`
	}
	var ranges []string
	add := func(where string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			where = strings.Replace(where, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		ranges = append(ranges, `(select `+lineColumns+` from onestop.dossier where `+where+
			` and (rank_at, id) > ($1, $2)`+overdue+` order by rank_at, id limit $3)`)
	}
	if q.State != "" {
		add(`at_agency = ? and state = ?`, q.Agency, q.State)
	} else {
		for _, desk := range q.Desks {
			add(`at_agency = ? and desk = ?`, q.Agency, desk)
		}
		if q.Officer != "" {
			add(`officer = ? and desk = 'officer'`, q.Officer)
		}
	}
	if len(ranges) == 0 {
		return "", nil
	}
	if len(ranges) == 1 {
		return ranges[0], args
	}
	return strings.Join(ranges, ` union all `) + ` order by rank_at, id limit $3`, args
}

func (s *Store) nameLines(ctx context.Context, tx pgx.Tx, lines []Line) (err error) {
	for i := range lines {
		if lines[i].ProcedureName, err = s.name(ctx, tx, lines[i].version); err != nil {
			return err
		}
	}
	return nil
}

// Mine lists the dossiers of a citizen's account, the newest first. After.At is a time of submission.
func (s *Store) Mine(ctx context.Context, tx pgx.Tx, account string, after Position, limit int) ([]Line, error) {
	if after.ID == "" {
		after = Position{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: "ffffffff-ffff-ffff-ffff-ffffffffffff"}
	}
	rows, err := tx.Query(ctx, `select `+lineColumns+` from onestop.dossier where owner = $1
		and submitted_at <= $2 and (submitted_at < $2 or id > $3::uuid) order by submitted_at desc, id limit $4`,
		account, after.At, after.ID, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	lines, err := pgx.CollectRows(rows, scanLine)
	if err != nil {
		return nil, db.Explain(err)
	}
	return lines, s.nameLines(ctx, tx, lines)
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

// Tally counts the dossiers of an agency in each of states, up to limit each.
func (s *Store) Tally(ctx context.Context, tx pgx.Tx, agency int32, states []workflow.State, limit int) (map[workflow.State]int, error) {
	rows, err := tx.Query(ctx, `select state, n from onestop.tally($1, $2, $3)`, agency, states, limit)
	if err != nil {
		return nil, db.Explain(err)
	}
	out := map[workflow.State]int{}
	var state workflow.State
	var n int
	_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error { out[state] = n; return nil })
	return out, db.Explain(err)
}

// Standing is all that may be said without login: the code (before reception the reference) and in_progress,
// waiting_for_you or finished. fault.NotFound "onestop.dossier.unknown".
func (s *Store) Standing(ctx context.Context, tx pgx.Tx, key string) (code, standing string, err error) {
	err = tx.QueryRow(ctx, `select code, standing from onestop.standing($1)`, key).Scan(&code, &standing)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	return code, standing, db.Explain(err)
}

// Open lets the rest of the transaction see the one dossier whose receipt carries secret; false when it does not.
// The permission is a setting of the transaction and ends with it.
func (s *Store) Open(ctx context.Context, tx pgx.Tx, key, secret string) (bool, error) {
	var ok bool
	err := tx.QueryRow(ctx, `select onestop.open_by_secret($1, $2)`, key, secret).Scan(&ok)
	return ok, db.Explain(err)
}

// EraseProbe removes a dossier of the health probe. Any other is refused by the database.
func (s *Store) EraseProbe(ctx context.Context, tx pgx.Tx, id string) error {
	_, err := tx.Exec(ctx, `select onestop.erase_probe($1)`, id)
	return db.Explain(err)
}

// CountComponents counts the declared papers of a dossier.
func (s *Store) CountComponents(ctx context.Context, tx pgx.Tx, id string) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `select count(*) from onestop.component where dossier_id = $1`, id).Scan(&n)
	return n, db.Explain(err)
}

// Answers reads one row through an index, to see that the schema is there.
func (s *Store) Answers(ctx context.Context, tx pgx.Tx) error {
	var n int
	return db.Explain(tx.QueryRow(ctx, `select count(*) from (select from onestop.dossier where reference = 'T') x`).Scan(&n))
}

package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/who"
	"egovctl/platform/workflow"
)

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

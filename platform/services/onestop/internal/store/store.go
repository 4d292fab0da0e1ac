// Package store is the SQL of the one-stop service. Every method runs in the caller's transaction, under the row-level
// security of whoever acts.
package store

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/workflow"
)

// Store remembers nothing but the names of procedure versions, which never change.
type Store struct{ names sync.Map }

// New makes a Store.
func New() *Store { return &Store{} }

const columns = `d.id, d.agency_id, d.competent_id, d.at_agency, d.involved, d.procedure_code, d.version_id, coalesce(d.regime, ''),
	d.workflow, d.workflow_version, d.reference, coalesce(d.code, ''), d.channel, d.assisted, d.state, d.status,
	coalesce(d.return_state, ''), coalesce(d.desk, ''), coalesce(d.officer, ''), coalesce(d.owner, ''), coalesce(d.filed_by, ''),
	d.submitted_at, d.received_at, d.first_due_at, d.due_at, d.due_by_hour, d.paused_at, d.finished_at, d.returned_at,
	coalesce(d.timeliness, ''), coalesce(d.outcome, ''), d.asked_intake, d.asked_papers, d.extended, d.content_hash, d.version`

// places are where the columns go; the times that may be null go through times.
func places(d *dossier.Dossier, times *[6]*time.Time) []any {
	return []any{&d.ID, &d.Agency, &d.Competent, &d.At, &d.Involved, &d.Procedure, &d.VersionID, &d.Regime,
		&d.Workflow, &d.WorkflowVersion, &d.Reference, &d.Code, &d.Channel, &d.Assisted, &d.State, &d.Status,
		&d.Return, &d.Desk, &d.Officer, &d.Owner, &d.FiledBy,
		&d.SubmittedAt, &times[0], &times[1], &times[2], &d.DueByHour, &times[3], &times[4], &times[5],
		&d.Timeliness, &d.Outcome, &d.AskedIntake, &d.AskedPapers, &d.Extended, &d.ContentHash, &d.Version}
}

func settle(d *dossier.Dossier, times [6]*time.Time) {
	d.ReceivedAt, d.FirstDueAt, d.DueAt = orZero(times[0]), orZero(times[1]), orZero(times[2])
	d.PausedAt, d.FinishedAt, d.ReturnedAt = orZero(times[3]), orZero(times[4]), orZero(times[5])
}

// Find returns the dossier with a code or reference in its stored form. fault.NotFound "onestop.dossier.unknown" when
// there is none or none that may be seen: the two cannot be told apart.
func (s *Store) Find(ctx context.Context, tx pgx.Tx, key string) (dossier.Dossier, error) {
	return s.one(ctx, tx, `select `+columns+` from onestop.dossier d where d.code = $1 or d.reference = $1`, key)
}

// ByID is Find by id.
func (s *Store) ByID(ctx context.Context, tx pgx.Tx, id string) (dossier.Dossier, error) {
	return s.one(ctx, tx, `select `+columns+` from onestop.dossier d where d.id = $1`, id)
}

func (s *Store) one(ctx context.Context, tx pgx.Tx, sql string, args ...any) (dossier.Dossier, error) {
	var d dossier.Dossier
	var times [6]*time.Time
	err := db.Explain(tx.QueryRow(ctx, sql, args...).Scan(places(&d, &times)...))
	if fault.Is(err, fault.NotFound) {
		return d, fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	if err != nil {
		return d, err
	}
	settle(&d, times)
	d.ProcedureName, err = s.name(ctx, tx, d.VersionID)
	return d, err
}

// Last is the last line of a dossier's history.
type Last struct {
	Seq    int
	Action workflow.Action
	From   workflow.State
	Actor  string
}

// Lock is Find for a dossier that is about to change, together with its last step.
func (s *Store) Lock(ctx context.Context, tx pgx.Tx, key string) (dossier.Dossier, Last, error) {
	var d dossier.Dossier
	var times [6]*time.Time
	var l Last
	err := db.Explain(tx.QueryRow(ctx, `select `+columns+`, s.seq, s.action, s.from_state, s.actor from onestop.dossier d,
		lateral (select seq, action, from_state, coalesce(by_account, '') as actor from onestop.step
		         where dossier_id = d.id order by seq desc limit 1) s
		where d.code = $1 or d.reference = $1 for update of d`, key).
		Scan(append(places(&d, &times), &l.Seq, &l.Action, &l.From, &l.Actor)...))
	if fault.Is(err, fault.NotFound) {
		return d, l, fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	if err != nil {
		return d, l, err
	}
	settle(&d, times)
	d.ProcedureName, err = s.name(ctx, tx, d.VersionID)
	return d, l, err
}

// name of a procedure version; read once, because a version never changes.
func (s *Store) name(ctx context.Context, tx pgx.Tx, version int32) (string, error) {
	if n, ok := s.names.Load(version); ok {
		return n.(string), nil
	}
	var n string
	if err := tx.QueryRow(ctx, `select name from onestop.procedure_version where id = $1`, version).Scan(&n); err != nil {
		return "", db.Explain(err)
	}
	s.names.Store(version, n)
	return n, nil
}

// Procedure returns the record of a procedure version as it was frozen, into v.
func (s *Store) Procedure(ctx context.Context, tx pgx.Tx, version int32, v any) error {
	var body []byte
	if err := tx.QueryRow(ctx, `select body from onestop.procedure_version where id = $1`, version).Scan(&body); err != nil {
		return db.Explain(err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	return nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

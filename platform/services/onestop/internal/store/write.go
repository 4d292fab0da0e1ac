package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/workcal"
)

// Freeze keeps the record of a procedure as it is now and returns the number of that version; the same record has the
// same number. body is marshalled, so its field order must be fixed.
func (s *Store) Freeze(ctx context.Context, tx pgx.Tx, code, name string, body any) (int32, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, fault.Wrap(err, fault.Internal, "internal")
	}
	sum := sha256.Sum256(raw)
	const sql = `with known as (select id from onestop.procedure_version where hash = $3),
		fresh as (insert into onestop.procedure_version (code, name, hash, body)
		          select $1, $2, $3, $4 where not exists (select from known) on conflict (hash) do nothing returning id)
		select id from known union all select id from fresh`
	var id int32
	for range 2 { // another transaction may make the same version meanwhile; then it is there the second time
		err = tx.QueryRow(ctx, sql, code, name, sum[:], raw).Scan(&id)
		if !errors.Is(err, pgx.ErrNoRows) {
			break
		}
	}
	return id, db.Explain(err)
}

// Insert files a new dossier with its people, papers, secret and first step, and what also adds, in one round trip.
func (s *Store) Insert(ctx context.Context, tx pgx.Tx, f dossier.Full, also func(*pgx.Batch) error) error {
	d := f.Dossier
	var b pgx.Batch
	b.Queue(`insert into onestop.dossier (id, agency_id, competent_id, at_agency, involved, procedure_code, version_id,
		workflow, workflow_version, reference, channel, assisted, state, status, desk, owner, filed_by, submitted_at, content_hash)
		values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19)`,
		d.ID, d.Agency, d.Competent, d.At, d.Involved, d.Procedure, d.VersionID, d.Workflow, d.WorkflowVersion, d.Reference,
		d.Channel, d.Assisted, d.State, d.Status, orNull(d.Desk), orNull(d.Owner), orNull(d.FiledBy), d.SubmittedAt, d.ContentHash)
	b.Queue(`insert into onestop.dossier_secret (dossier_id, agency_id, secret) values ($1,$2,$3)`, d.ID, d.Agency, f.Secret)
	for _, p := range f.Persons {
		b.Queue(`insert into onestop.dossier_person (dossier_id, kind, agency_id, name, id_number, phone, address, email)
			values ($1,$2,$3,$4,$5,$6,$7,$8)`, d.ID, p.Kind, d.Agency, p.Name, p.Number.Reveal(), p.Phone.Reveal(), p.Address, p.Email)
	}
	queueComponents(&b, d, 0, f.Components)
	for _, st := range f.Steps {
		queueStep(&b, d, st)
	}
	if err := also(&b); err != nil {
		return err
	}
	return send(ctx, tx, &b)
}

// Components adds declared papers after the first have ones.
func (s *Store) Components(ctx context.Context, tx pgx.Tx, d dossier.Dossier, have int, added []dossier.Component) error {
	var b pgx.Batch
	queueComponents(&b, d, have, added)
	return send(ctx, tx, &b)
}

func queueComponents(b *pgx.Batch, d dossier.Dossier, have int, list []dossier.Component) {
	for i, c := range list {
		b.Queue(`insert into onestop.component (dossier_id, ord, agency_id, code, name, originals, copies) values ($1,$2,$3,$4,$5,$6,$7)`,
			d.ID, have+i+1, d.Agency, c.Code, c.Name, c.Originals, c.Copies)
	}
}

func queueStep(b *pgx.Batch, d dossier.Dossier, st dossier.Step) {
	var promise []byte
	if st.Promise != nil {
		promise, _ = json.Marshal(st.Promise) // plain values: it always marshals
	}
	b.Queue(`insert into onestop.step (dossier_id, seq, agency_id, action, from_state, to_state, by_account, by_name, by_role,
		to_account, to_agency, at, note, due_before, due_after, promise)
		values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)`,
		d.ID, st.Seq, st.Agency, st.Action, st.From, st.To, orNull(st.ByAccount), st.ByName, st.ByRole,
		orNull(st.ToAccount), orNull(st.ToAgency), st.At, st.Note, orNull(st.DueBefore), orNull(st.DueAfter), promise)
}

// Save writes what an act has changed, its step and its notice, and what also adds, in one round trip. d.Version is the version that was
// read; when the row has moved on since, the answer is fault.Conflict "onestop.dossier.changed".
func (s *Store) Save(ctx context.Context, tx pgx.Tx, d dossier.Dossier, st dossier.Step, n *dossier.Notice, also func(*pgx.Batch) error) error {
	var b pgx.Batch
	moved := false
	b.Queue(`update onestop.dossier set agency_id = $3, competent_id = $4, at_agency = $5, involved = $6, version_id = $7,
		regime = $8, code = $9, state = $10, status = $11, return_state = $12, desk = $13, officer = $14, received_at = $15,
		first_due_at = $16, due_at = $17, due_by_hour = $18, paused_at = $19, finished_at = $20, returned_at = $21, timeliness = $22,
		outcome = $23, asked_intake = $24, asked_papers = $25, extended = $26, version = version + 1
		where id = $1 and version = $2`,
		d.ID, d.Version, d.Agency, d.Competent, d.At, d.Involved, d.VersionID,
		orNull(d.Regime), orNull(d.Code), d.State, d.Status, orNull(d.Return), orNull(d.Desk), orNull(d.Officer), orNull(d.ReceivedAt),
		orNull(d.FirstDueAt), orNull(d.DueAt), d.DueByHour, orNull(d.PausedAt), orNull(d.FinishedAt), orNull(d.ReturnedAt), orNull(d.Timeliness),
		orNull(d.Outcome), d.AskedIntake, d.AskedPapers, d.Extended).
		Exec(func(tag pgconn.CommandTag) error { moved = tag.RowsAffected() == 1; return nil })
	queueStep(&b, d, st)
	if n != nil {
		args, _ := json.Marshal(n.Args) // a map of strings: it always marshals
		b.Queue(`insert into onestop.notice (dossier_id, seq, agency_id, account, key, args, at) values ($1,$2,$3,$4,$5,$6,$7)`,
			d.ID, n.Seq, d.Agency, orNull(d.Owner), n.Key, args, n.At)
	}
	if err := also(&b); err != nil {
		return err
	}
	if err := send(ctx, tx, &b); err != nil {
		return err
	}
	if !moved {
		return fault.New(fault.Conflict, "onestop.dossier.changed")
	}
	return nil
}

func send(ctx context.Context, tx pgx.Tx, b *pgx.Batch) error {
	if b.Len() == 0 {
		return nil
	}
	return db.Explain(tx.SendBatch(ctx, b).Close())
}

// Next draws the next number of an agency's codes on the day of at in Việt Nam: 1, 2, 3 and so on. Two receptions of
// one agency wait for each other, so a number is never given twice.
func (s *Store) Next(ctx context.Context, tx pgx.Tx, agency int32, at time.Time) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `insert into onestop.counter as c (agency_id, day, n) values ($1, $2, 1)
		on conflict (agency_id, day) do update set n = c.n + 1 returning n`, agency, at.In(clock.Vietnam).Format(time.DateOnly)).Scan(&n)
	return n, db.Explain(err)
}

// Promise returns the promise as the last step that touched it left it, nil when there is none yet.
func (s *Store) Promise(ctx context.Context, tx pgx.Tx, id string) (*workcal.Promise, error) {
	var raw []byte
	err := tx.QueryRow(ctx, `select promise from onestop.step where dossier_id = $1 and promise is not null order by seq desc limit 1`, id).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // a dossier without a promise is an ordinary one
	}
	if err != nil {
		return nil, db.Explain(err)
	}
	return decodePromise(raw)
}

func decodePromise(raw []byte) (*workcal.Promise, error) {
	if raw == nil {
		return nil, nil //nolint:nilnil // most steps do not touch the promise
	}
	var p workcal.Promise
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "internal")
	}
	return &p, nil
}

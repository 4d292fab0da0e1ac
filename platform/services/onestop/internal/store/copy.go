package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/services/onestop/internal/dossier"
)

// Rows is what a demonstration writes in one go.
type Rows struct {
	Dossiers []dossier.Full
	Notices  []NoticeRow
}

// NoticeRow is a notice with whose it is.
type NoticeRow struct {
	dossier.Notice
	Agency  int32
	Account string
}

// Counter names the sequence of an agency's codes on a day (2006-01-02).
type Counter struct {
	Agency int32
	Day    string
}

// CopyAll writes whole dossiers by COPY. tx is the owner's: COPY does not go through row-level security.
func (s *Store) CopyAll(ctx context.Context, tx pgx.Tx, r Rows, counters map[Counter]int) error {
	var dossiers, secrets, persons, papers, steps, notices, days [][]any
	for _, f := range r.Dossiers {
		d := f.Dossier
		dossiers = append(dossiers, []any{d.ID, d.Agency, d.Competent, d.At, d.Involved, d.Procedure, d.VersionID, orNull(d.Regime), d.Workflow,
			d.WorkflowVersion, d.Reference, orNull(d.Code), string(d.Channel), d.Assisted, string(d.State), d.Status, orNull(string(d.Return)),
			orNull(string(d.Desk)), orNull(d.Officer), orNull(d.Owner), orNull(d.FiledBy), d.SubmittedAt, orNull(d.ReceivedAt), orNull(d.FirstDueAt),
			orNull(d.DueAt), d.DueByHour, orNull(d.PausedAt), orNull(d.FinishedAt), orNull(d.ReturnedAt), orNull(string(d.Timeliness)),
			orNull(string(d.Outcome)), d.AskedIntake, d.AskedPapers, d.Extended, d.ContentHash, d.Version})
		secrets = append(secrets, []any{d.ID, d.Agency, f.Secret})
		for _, p := range f.Persons {
			persons = append(persons, []any{d.ID, string(p.Kind), d.Agency, p.Name, p.Number.Reveal(), p.Phone.Reveal(), p.Address, p.Email})
		}
		for i, c := range f.Components {
			papers = append(papers, []any{d.ID, i + 1, d.Agency, c.Code, c.Name, c.Originals, c.Copies})
		}
		for _, st := range f.Steps {
			row, err := stepRow(d.ID, st)
			if err != nil {
				return err
			}
			steps = append(steps, row)
		}
	}
	for _, n := range r.Notices {
		args, err := json.Marshal(n.Args)
		if err != nil {
			return fmt.Errorf("encode notice: %w", err)
		}
		notices = append(notices, []any{n.Dossier, n.Seq, n.Agency, orNull(n.Account), n.Key, args, n.At})
	}
	for c, n := range counters {
		days = append(days, []any{c.Agency, c.Day, n})
	}
	slices.SortFunc(days, func(a, b []any) int {
		return strings.Compare(fmt.Sprint(a[0], a[1]), fmt.Sprint(b[0], b[1]))
	})
	return copyTables(ctx, tx, []copied{
		{"dossier", "id agency_id competent_id at_agency involved procedure_code version_id regime workflow workflow_version reference code channel assisted state status return_state desk officer owner filed_by submitted_at received_at first_due_at due_at due_by_hour paused_at finished_at returned_at timeliness outcome asked_intake asked_papers extended content_hash version", dossiers},
		{"dossier_secret", "dossier_id agency_id secret", secrets},
		{"dossier_person", "dossier_id kind agency_id name id_number phone address email", persons},
		{"component", "dossier_id ord agency_id code name originals copies", papers},
		{"step", "dossier_id seq agency_id action from_state to_state by_account by_name by_role to_account to_agency at note due_before due_after promise", steps},
		{"notice", "dossier_id seq agency_id account key args at", notices},
		{"counter", "agency_id day n", days},
	})
}

func stepRow(id string, st dossier.Step) ([]any, error) {
	var promise []byte
	if st.Promise != nil {
		var err error
		if promise, err = json.Marshal(st.Promise); err != nil {
			return nil, fmt.Errorf("encode promise: %w", err)
		}
	}
	return []any{id, st.Seq, st.Agency, string(st.Action), string(st.From), string(st.To), orNull(st.ByAccount), st.ByName, string(st.ByRole),
		orNull(st.ToAccount), orNull(st.ToAgency), st.At, st.Note, orNull(st.DueBefore), orNull(st.DueAfter), promise}, nil
}

// copied is a table with its columns, separated by spaces, and rows.
type copied struct {
	table, columns string
	rows           [][]any
}

func copyTables(ctx context.Context, tx pgx.Tx, tables []copied) error {
	for _, t := range tables {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"onestop", t.table}, strings.Fields(t.columns), pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("copy onestop.%s: %w", t.table, err)
		}
	}
	return nil
}

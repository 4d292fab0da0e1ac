package desk

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/outbox"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// Topic is where every move of a dossier is announced to the other services, as an Event.
const Topic = "onestop.dossier"

// Event is a move of a dossier: no personal data.
type Event struct {
	Dossier   string `json:"dossier"`
	Code      string `json:"code"`
	Procedure string `json:"procedure"`
	Agency    int32  `json:"agency"`
	Competent int32  `json:"competent"`
	Action    string `json:"action"`
	State     string `json:"state"`
	Status    int    `json:"status"`
	Seq       int    `json:"seq"`
}

// Desk does the work. All fields are required; Fonts and Prints are the folders of the TrueType files and of
// templates/print.
type Desk struct {
	DB         *db.Pool
	Log        *slog.Logger
	Clock      clock.Clock
	Texts      *locale.Catalog
	Settings   module.Settings
	Store      *store.Store
	Workflows  *workflow.Book
	Agencies   Agencies
	Procedures Procedures
	Deadlines  Deadlines
	Staff      Staff
	Fonts      fs.FS
	Prints     fs.FS

	book ledger    // nil: Store; a demonstration keeps its own until it is written in one go
	draw io.Reader // nil: crypto/rand; where references and secrets come from
}

// ledger is what an act reads and writes beside the dossier itself.
type ledger interface {
	Freeze(ctx context.Context, tx pgx.Tx, code, name string, body any) (int32, error)
	Procedure(ctx context.Context, tx pgx.Tx, version int32, v any) error
	Next(ctx context.Context, tx pgx.Tx, agency int32, at time.Time) (int, error)
	Promise(ctx context.Context, tx pgx.Tx, id string) (*workcal.Promise, error)
	CountComponents(ctx context.Context, tx pgx.Tx, id string) (int, error)
	Components(ctx context.Context, tx pgx.Tx, d dossier.Dossier, have int, added []dossier.Component) error
}

func (s *Desk) ledger() ledger {
	if s.book != nil {
		return s.book
	}
	return s.Store
}

// announce adds the audit row and the event of a move to the batch that writes it.
func announce(by who.Principal, d dossier.Dossier, st dossier.Step) func(*pgx.Batch) error {
	return func(b *pgx.Batch) error {
		if d.Agency == dossier.ProbeAgency {
			return nil // the probe leaves one line of its own and no event
		}
		act := audit.Act{Service: "onestop", Action: "dossier." + string(st.Action), Object: d.ID, AgencyID: st.Agency,
			Detail: map[string]any{"name": d.Key(), "from": st.From, "to": st.To, "seq": st.Seq}}
		if err := audit.Queue(b, by, act); err != nil {
			return err
		}
		return outbox.Queue(b, Topic, Event{Dossier: d.ID, Code: d.Code, Procedure: d.Procedure, Agency: d.Agency,
			Competent: d.Competent, Action: string(st.Action), State: string(d.State), Status: d.Status, Seq: st.Seq})
	}
}

package api

import (
	"net/http"
	"time"

	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/web"
)

// item is a dossier in the inbox: no personal data.
type item struct {
	Code          *string    `json:"code"`
	Reference     string     `json:"reference"`
	Procedure     string     `json:"procedure"`
	ProcedureName string     `json:"procedure_name"`
	State         string     `json:"state"` // step of the workflow
	Status        int        `json:"status"`
	Waits         *string    `json:"waits"` // the role that is to act
	SubmittedAt   *time.Time `json:"submitted_at"`
	DueAt         *time.Time `json:"due_at"`
	DaysLeft      *int       `json:"days_left"`
	Overdue       bool       `json:"overdue"`
	Paused        bool       `json:"paused"`
}

const (
	usualPage = 20
	largePage = 100
)

func (a *API) inbox(w http.ResponseWriter, r *http.Request) error {
	cursor, err := web.Cursor(r)
	if err != nil {
		return err
	}
	limit, err := web.Limit(r, usualPage, largePage)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	got, err := a.desk.Inbox(r.Context(), web.PrincipalOf(r.Context()), desk.Ask{Agency: q.Get("agency"), State: q.Get("state"),
		Overdue: q.Get("overdue") == "true", Cursor: cursor, Limit: limit})
	if err != nil {
		return err
	}
	items := make([]item, 0, len(got.Items))
	for _, x := range got.Items {
		it := item{Code: orNull(x.Code), Reference: x.Reference, Procedure: x.Procedure, ProcedureName: x.ProcedureName,
			State: string(x.State), Status: x.Status, Waits: orNull(string(x.Desk)), SubmittedAt: stamp(x.SubmittedAt), DueAt: stamp(x.DueAt),
			Overdue: x.Overdue(), Paused: !x.PausedAt.IsZero()}
		if x.HasDue {
			it.DaysLeft = &x.DaysLeft
		}
		items = append(items, it)
	}
	return web.JSON(w, http.StatusOK, web.NewList(items, got.Next))
}

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/web"
)

// action is the body of POST /api/v1/dossiers/{code}/actions/{action}; every member is optional, and so is the body.
// To.Account is the id or login of an officer (assign), To.Agency an identifier (transfer), Due a day such as
// 2026-03-17 (extend, or receive where the law leaves the date to the official). Version is the version of the dossier
// that the actor saw: with another one now, the act is refused.
type action struct {
	Note       string      `json:"note,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	To         to          `json:"to,omitzero"`
	Due        string      `json:"due,omitempty"`
	Version    int         `json:"version,omitempty"`
	Components []component `json:"components,omitempty"`
}

type to struct {
	Account string `json:"account,omitempty"`
	Agency  string `json:"agency,omitempty"`
}

type acted struct {
	Code      *string    `json:"code"`
	Reference string     `json:"reference"`
	State     string     `json:"state"` // in_progress, waiting_for_you, finished
	Step      string     `json:"step"`
	Status    int        `json:"status"`
	DueAt     *time.Time `json:"due_at"`
	Version   int        `json:"version"`
}

func (a *API) act(w http.ResponseWriter, r *http.Request) error {
	var in action
	if r.ContentLength != 0 {
		if err := web.Decode(r, &in); err != nil {
			return err
		}
	}
	act := desk.Act{Action: web.Param(r, "action"), Note: in.Note, Reason: in.Reason, ToAccount: in.To.Account, ToAgency: in.To.Agency,
		Version: in.Version, Components: papers(in.Components)}
	var err error
	if act.Due, err = desk.ParseDue(in.Due); err != nil {
		return err
	}
	return a.once(w, r, func(ctx context.Context, tx pgx.Tx, by who.Principal) (int, any, error) {
		got, err := a.desk.Act(ctx, tx, by, web.Param(r, "code"), act)
		return http.StatusOK, acted{Code: orNull(got.Code), Reference: got.Reference, State: desk.Standing(got.Status),
			Step: string(got.State), Status: got.Status, DueAt: stamp(got.DueAt), Version: got.Version}, err
	})
}

package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/web"
)

// filing is the body of POST /api/v1/dossiers. Agency is an identifier; Case names a case of the procedure. Channel
// (direct, postal; online is for everybody) and Submitter are for clerks, who file for somebody at the counter.
type filing struct {
	Procedure  string      `json:"procedure"`
	Agency     string      `json:"agency"`
	Case       string      `json:"case,omitempty"`
	Channel    string      `json:"channel,omitempty"`
	Applicant  somebody    `json:"applicant"`
	Submitter  *somebody   `json:"submitter,omitempty"`
	Components []component `json:"components"`
}

type filed struct {
	Reference string    `json:"reference"`
	Code      *string   `json:"code"` // null: it is issued at reception
	Warnings  []warning `json:"warnings"`
}

type warning struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (a *API) file(w http.ResponseWriter, r *http.Request) error {
	var in filing
	if err := web.Decode(r, &in); err != nil {
		return err
	}
	f := desk.Filing{Procedure: in.Procedure, Agency: in.Agency, Case: in.Case, Applicant: in.Applicant, Components: papers(in.Components)}
	var err error
	if f.Channel, err = desk.ParseChannel(in.Channel); err != nil {
		return err
	}
	if in.Submitter != nil {
		f.Submitter = *in.Submitter
	}
	lang := web.LangOf(r.Context())
	return a.once(w, r, func(ctx context.Context, tx pgx.Tx, by who.Principal) (int, any, error) {
		got, err := a.desk.File(ctx, tx, by, f)
		out := filed{Reference: got.Reference, Warnings: []warning{}}
		for _, x := range got.Warnings {
			out.Warnings = append(out.Warnings, warning{Field: x.Field, Message: a.texts.T(lang, x.Key)})
		}
		return http.StatusCreated, out, err
	})
}

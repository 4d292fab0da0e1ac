// Package api answers programs: dossiers, their actions, the inbox. One file per resource.
package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/web"
)

// API answers with what the desk does.
type API struct {
	desk  *desk.Desk
	texts *locale.Catalog
}

// Routes is the door plate of the programs' side.
func Routes(d *desk.Desk, texts *locale.Catalog) []web.Route {
	a := &API{desk: d, texts: texts}
	filers := web.Access{Roles: []who.Role{who.Citizen, who.Clerk}, Relation: web.Any}
	actors := web.Access{Relation: web.Own, Scope: "owner of the dossier, or the agency that has it in hand"}
	officials := web.Access{Roles: officials(), Relation: web.OwnAgency, Scope: "agency of the position"}
	return []web.Route{
		{Method: http.MethodPost, Pattern: "/api/v1/dossiers", Format: web.API, Access: filers, Summary: "onestop.route.file",
			Handler: a.file, Body: filing{}, Answer: filed{}},
		{Method: http.MethodGet, Pattern: "/api/v1/dossiers/{code}", Format: web.API, Access: web.Access{Public: true, Relation: web.Any},
			Summary: "onestop.route.track", Handler: a.track, Rate: web.RateTracking, Answer: web.AnyOf{tracked{}, standing{}},
			Params: []web.Parameter{{Name: "secret", Summary: "onestop.param.secret"}}},
		{Method: http.MethodPost, Pattern: "/api/v1/dossiers/{code}/actions/{action}", Format: web.API, Access: actors,
			Summary: "onestop.route.act", Handler: a.act, Body: action{}, Answer: acted{}},
		{Method: http.MethodGet, Pattern: "/api/v1/inbox", Format: web.API, Access: officials, Summary: "onestop.route.inbox", Handler: a.inbox,
			Answer: web.List[item]{}, Params: []web.Parameter{{Name: "state", Summary: "onestop.param.state", Example: "received", Values: states(d)},
				{Name: "agency", Summary: "onestop.param.agency", Example: "H17.08"}, {Name: "overdue", Summary: "onestop.param.overdue", Example: "true", Values: web.Flag()},
				{Name: "cursor", Summary: "onestop.param.cursor"}, {Name: "limit", Summary: "onestop.param.limit", Example: "20"}}},
	}
}

// officials are the roles that have an inbox.
func officials() []who.Role {
	return []who.Role{who.Clerk, who.Officer, who.Head, who.Leader, who.Registrar, who.Cashier}
}

// states are those of the workflow.
func states(d *desk.Desk) []string {
	var out []string
	for _, s := range d.States() {
		out = append(out, string(s))
	}
	return out
}

// somebody is a person in a body.
type somebody = desk.Applicant

// component is a declared paper. What the catalogue says beside is taken and not needed, so that an entry of the
// procedure can be sent back as it came.
type component struct {
	Code      string `json:"code,omitempty"`
	Name      string `json:"name"`
	Originals int    `json:"originals,omitempty"`
	Copies    int    `json:"copies,omitempty"`
	Required  bool   `json:"required,omitempty"`
	EForm     bool   `json:"e_form,omitempty"`
}

// UnmarshalJSON also accepts the bare name of a paper.
func (c *component) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &c.Name)
	}
	type plain component
	if err := json.Unmarshal(raw, (*plain)(c)); err != nil {
		return fault.Wrap(err, fault.Invalid, "onestop.components.form").At("components")
	}
	return nil
}

func papers(list []component) []dossier.Component {
	out := make([]dossier.Component, 0, len(list))
	for _, c := range list {
		out = append(out, dossier.Component{Code: c.Code, Name: c.Name, Originals: c.Originals, Copies: c.Copies})
	}
	return out
}

// once writes inside one transaction, at most once per account and Idempotency-Key, and sends the answer.
func (a *API) once(w http.ResponseWriter, r *http.Request, write func(ctx context.Context, tx pgx.Tx, by who.Principal) (int, any, error)) error {
	key, err := web.IdempotencyKey(r.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	by := web.PrincipalOf(r.Context())
	var answer web.Answer
	err = a.desk.DB.Tx(r.Context(), by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		answer, err = web.Once(ctx, tx, r, key, func(ctx context.Context) (int, any, error) { return write(ctx, tx, by) })
		return err
	})
	if err != nil {
		return err
	}
	return answer.Send(w)
}

// stamp writes a time of Việt Nam, null for none.
func stamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	local := t.In(clock.Vietnam)
	return &local
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

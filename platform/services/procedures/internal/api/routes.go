// Package api is what programs may ask the office of the procedure catalogue, and what its administrators may change.
package api

import (
	"context"
	"net/http"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
	Narrow(ctx context.Context, q *search.Query, field, agency, level, online string) error
	Fields(ctx context.Context) ([]catalogue.Field, error)
	Administers(ctx context.Context, by who.Principal) (bool, error)
	View(ctx context.Context, by who.Principal, code string) (catalogue.View, error)
	Change(ctx context.Context, by who.Principal, code string, patch catalogue.Patch, version int) (catalogue.Procedure, error)
	Offer(ctx context.Context, by who.Principal, code, agency string, online bool) error
	Withdraw(ctx context.Context, by who.Principal, code, agency string) error
}

type desk struct{ office Office }

// Routes are the door plate of programs.
func Routes(office Office) []web.Route {
	d := desk{office}
	public := web.Access{Public: true, Relation: web.Any}
	province := web.Access{Roles: []who.Role{who.Admin, who.AgencyAdmin}, Relation: web.OwnAgency,
		Scope: "the province's first agency: the catalogue is the whole province's"}
	offering := web.Access{Roles: []who.Role{who.Admin, who.AgencyAdmin}, Relation: web.OwnAgency, Scope: "agency of the offering"}
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/v1/procedures", Format: web.API, Access: public, Summary: "procedures.api.search",
			Handler: d.search, Params: searchParams(), Answer: found{}},
		{Method: http.MethodGet, Pattern: "/api/v1/procedures/{code}", Format: web.API, Access: public,
			Summary: "procedures.api.get", Handler: d.get, Answer: Record{}},
		{Method: http.MethodPatch, Pattern: "/api/v1/procedures/{code}", Format: web.API, Access: province,
			Summary: "procedures.api.change", Handler: d.change, Body: change{}, Answer: Record{}},
		{Method: http.MethodPut, Pattern: "/api/v1/procedures/{code}/offerings/{agency}", Format: web.API, Access: offering,
			Summary: "procedures.api.offer", Handler: d.offer, Body: offer{}, Answer: offered{}},
		{Method: http.MethodDelete, Pattern: "/api/v1/procedures/{code}/offerings/{agency}", Format: web.API, Access: offering,
			Summary: "procedures.api.withdraw", Handler: d.withdraw},
		{Method: http.MethodGet, Pattern: "/api/v1/fields", Format: web.API, Access: public, Summary: "procedures.api.fields",
			Handler: d.fields, Answer: web.List[catalogue.Field]{}},
	}
}

// fields answers GET /api/v1/fields: all of them, by name.
func (d desk) fields(w http.ResponseWriter, r *http.Request) error {
	fields, err := d.office.Fields(r.Context())
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, web.NewList(fields, ""))
}

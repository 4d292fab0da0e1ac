// Package api is what programs may ask the office of territory: units, agencies, and an administrator's changes.
package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/agencies/internal/territory"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	Snapshot(ctx context.Context, tx pgx.Tx) (*territory.Snapshot, error)
	Amend(ctx context.Context, by who.Principal, identifier string, c territory.Change) (territory.Agency, error)
}

type desk struct {
	office Office
	clock  clock.Clock
}

// Routes are the door plate of programs.
func Routes(office Office, c clock.Clock) []web.Route {
	d := desk{office, c}
	public := web.Access{Public: true, Relation: web.Any}
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/v1/units", Format: web.API, Access: public, Summary: "agencies.api.units",
			Handler: d.units, Params: unitParams, Answer: web.List[territory.UnitView]{}},
		{Method: http.MethodGet, Pattern: "/api/v1/agencies", Format: web.API, Access: public, Summary: "agencies.api.agencies",
			Handler: d.agencies, Params: agencyParams, Answer: web.List[territory.Agency]{}},
		{Method: http.MethodGet, Pattern: "/api/v1/agencies/{identifier}", Format: web.API, Access: public,
			Summary: "agencies.api.agency", Handler: d.agency, Answer: territory.Agency{}},
		{Method: http.MethodPatch, Pattern: "/api/v1/agencies/{identifier}", Format: web.API,
			Access:  web.Access{Roles: []who.Role{who.Admin}, Relation: web.Any, Scope: "every agency: provincial administrator"},
			Summary: "agencies.api.amend", Handler: d.amend, Body: territory.Change{}, Answer: territory.Agency{}},
	}
}

var levels = []string{string(unit.Province), string(unit.District), string(unit.Commune)}

// maxQuery bounds what is searched for, in bytes.
const maxQuery = 200

// question is what both lists are asked.
type question struct {
	q      string
	level  unit.Level
	parent string
	cursor string
	limit  int
}

// asked reads the parameters that both lists share.
func asked(r *http.Request) (ask question, err error) {
	v := r.URL.Query()
	for _, values := range v {
		for _, s := range values {
			if !web.Wholesome(s) {
				return ask, fault.New(fault.Invalid, "text.invalid")
			}
		}
	}
	ask.q, ask.level, ask.parent = strings.TrimSpace(v.Get("q")), unit.Level(v.Get("level")), v.Get("parent")
	if len(ask.q) > maxQuery {
		return ask, fault.New(fault.Invalid, "agencies.query.long", "max", maxQuery).At("q")
	}
	if ask.cursor, err = web.Cursor(r); err != nil {
		return ask, err
	}
	ask.limit, err = web.Limit(r, 100, 1000)
	return ask, err
}

// answer sends the page of list that was asked for; key is what a cursor names an item by.
func answer[T any](w http.ResponseWriter, ask question, list []T, key func(T) string) error {
	items, next, err := cut(list, key, ask.cursor, ask.limit)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, web.NewList(items, next))
}

// cut gives the page after the item whose key is cursor, and the key from which the next one goes on ("" at the end).
// A cursor that names nothing in the list is refused.
func cut[T any](list []T, key func(T) string, cursor string, limit int) ([]T, string, error) {
	from := 0
	if cursor != "" {
		for from = 1; from <= len(list) && key(list[from-1]) != cursor; from++ {
		}
		if from > len(list) {
			return nil, "", fault.New(fault.Invalid, "web.cursor").At("cursor")
		}
	}
	list = list[from:]
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], key(list[limit-1]), nil
}

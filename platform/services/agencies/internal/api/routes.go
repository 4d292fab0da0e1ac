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

// maxQuery bounds what is searched for, in bytes.
const maxQuery = 200

// asked reads the parameters that both lists share.
func asked(r *http.Request) (q string, level unit.Level, err error) {
	v := r.URL.Query()
	for _, values := range v {
		for _, s := range values {
			if !web.Wholesome(s) {
				return "", "", fault.New(fault.Invalid, "text.invalid")
			}
		}
	}
	q, level = strings.TrimSpace(v.Get("q")), unit.Level(v.Get("level"))
	switch {
	case len(q) > maxQuery:
		return "", "", fault.New(fault.Invalid, "agencies.query.long", "max", maxQuery).At("q")
	case level != "" && level != unit.Province && level != unit.District && level != unit.Commune:
		return "", "", fault.New(fault.Invalid, "agencies.level.unknown", "level", level).At("level")
	}
	return q, level, nil
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

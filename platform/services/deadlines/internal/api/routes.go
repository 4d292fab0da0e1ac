// Package api is what programs may ask the office of deadlines: public facts.
package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	Almanac(ctx context.Context, tx pgx.Tx) (*almanac.Almanac, error)
}

type desk struct {
	office Office
	clock  clock.Clock
	texts  *locale.Catalog
}

// Routes are the door plate of programs.
func Routes(office Office, c clock.Clock, texts *locale.Catalog) []web.Route {
	d := desk{office, c, texts}
	public := web.Access{Public: true, Relation: web.Any}
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/v1/calendar", Format: web.API, Access: public, Summary: "deadlines.api.calendar", Handler: d.calendar,
			Params: []web.Parameter{{Name: "year", Summary: "deadlines.api.param.year", Example: "2026"}}, Answer: Year{}},
		{Method: http.MethodGet, Pattern: "/api/v1/deadlines/preview", Format: web.API, Access: public, Summary: "deadlines.api.preview", Handler: d.preview,
			Params: []web.Parameter{
				{Name: "received", Summary: "deadlines.api.param.received", Example: "2026-02-13T09:00"},
				{Name: "term", Summary: "deadlines.api.param.term", Example: "5wd"},
			}, Answer: Preview{}},
	}
}

package api

import (
	"net/http"

	"egovctl/platform/services/agencies/internal/territory"
	"egovctl/platform/web"
)

var unitParams = []web.Parameter{
	{Name: "q", Summary: "agencies.api.param.q", Example: "hai chau"},
	{Name: "level", Summary: "agencies.api.param.level", Example: "commune", Values: levels},
	{Name: "parent", Summary: "agencies.api.param.unit_parent", Example: "492"},
	{Name: "code", Summary: "agencies.api.param.code", Example: "20194"},
	{Name: "as_of", Summary: "agencies.api.param.as_of", Example: "2025-06-30"},
	{Name: "limit", Summary: "agencies.api.param.limit", Example: "100"},
	{Name: "cursor", Summary: "agencies.api.param.cursor"},
}

// units answers GET /api/v1/units: those in force on as_of, by level and code, or the best match first.
func (d desk) units(w http.ResponseWriter, r *http.Request) error {
	ask, err := asked(r)
	if err != nil {
		return err
	}
	snap, err := d.office.Snapshot(r.Context(), nil)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	on, err := snap.On(v.Get("as_of"), d.clock.Now())
	if err != nil {
		return err
	}
	if err := snap.KnowsUnit(ask.parent); ask.parent != "" && err != nil {
		return web.AtParameter("parent", err)
	}
	list := snap.FindUnits(territory.UnitQuery{Q: ask.q, Level: ask.level, Parent: ask.parent, Code: v.Get("code"), On: on})
	return answer(w, ask, list, func(u territory.UnitView) string { return u.Key })
}

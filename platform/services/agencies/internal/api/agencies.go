package api

import (
	"net/http"

	"egovctl/platform/services/agencies/internal/territory"
	"egovctl/platform/web"
)

var agencyParams = []web.Parameter{
	{Name: "q", Summary: "agencies.api.param.q", Example: "so xay dung"},
	{Name: "level", Summary: "agencies.api.param.level", Example: "province", Values: levels},
	{Name: "parent", Summary: "agencies.api.param.agency_parent", Example: "H17"},
	{Name: "limit", Summary: "agencies.api.param.limit", Example: "100"},
	{Name: "cursor", Summary: "agencies.api.param.cursor"},
}

// agencies answers GET /api/v1/agencies: those in force today, in the province's order, or the best match first.
func (d desk) agencies(w http.ResponseWriter, r *http.Request) error {
	ask, err := asked(r)
	if err != nil {
		return err
	}
	snap, err := d.office.Snapshot(r.Context(), nil)
	if err != nil {
		return err
	}
	list, err := snap.FindAgencies(territory.AgencyQuery{Q: ask.q, Level: ask.level, Parent: ask.parent, On: territory.DayOf(d.clock.Now())})
	if err != nil {
		return web.AtParameter("parent", err)
	}
	return answer(w, ask, list, func(a territory.Agency) string { return a.Identifier })
}

// agency answers GET /api/v1/agencies/{identifier}, by identifier or alias.
func (d desk) agency(w http.ResponseWriter, r *http.Request) error {
	snap, err := d.office.Snapshot(r.Context(), nil)
	if err != nil {
		return err
	}
	a, err := snap.ByIdentifier(web.Param(r, "identifier"))
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a)
}

// amend answers PATCH /api/v1/agencies/{identifier}: names, the confirmation of a provisional identifier, an alias.
func (d desk) amend(w http.ResponseWriter, r *http.Request) error {
	var c territory.Change
	if err := web.Decode(r, &c); err != nil {
		return err
	}
	a, err := d.office.Amend(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "identifier"), c)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a)
}

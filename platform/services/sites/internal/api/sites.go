// Package api is what programs get of the sites.
package api

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	See(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error
	Site(ctx context.Context, tx pgx.Tx, slug string) (portal.Site, error)
	SitesAfter(ctx context.Context, tx pgx.Tx, slug string, limit int) ([]portal.Site, error)
	Amend(ctx context.Context, slug string, ch portal.Change) (portal.Site, error)
}

// Site is a site as programs see it.
type Site struct {
	Slug string `json:"slug"`
	Path string `json:"path"`
	portal.Content
	Edited    bool      `json:"edited"`
	ChangedAt time.Time `json:"changed_at"`
}

type desk struct{ office Office }

// Routes are the door plate of programs.
func Routes(office Office) []web.Route {
	d := desk{office}
	public := web.Access{Public: true, Relation: web.Any}
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/api/v1/sites", Format: web.API, Access: public, Summary: "sites.api.list", Handler: d.list,
			Params: []web.Parameter{{Name: "cursor", Summary: "sites.api.cursor"}, {Name: "limit", Summary: "sites.api.limit", Example: "50"}},
			Answer: web.List[Site]{}},
		{Method: http.MethodGet, Pattern: "/api/v1/sites/{slug}", Format: web.API, Access: public, Summary: "sites.api.get",
			Handler: d.get, Answer: Site{}},
		{Method: http.MethodPatch, Pattern: "/api/v1/sites/{slug}", Format: web.API, Summary: "sites.api.edit", Handler: d.edit,
			Access: web.Access{Roles: []who.Role{who.Editor, who.AgencyAdmin, who.Admin}, Relation: web.OwnAgency, Scope: "agency of the site"},
			Body:   portal.Change{}, Answer: Site{}},
	}
}

func (d desk) list(w http.ResponseWriter, r *http.Request) error {
	after, err := web.Cursor(r)
	if err != nil {
		return err
	}
	limit, err := web.Limit(r, 50, 200)
	if err != nil {
		return err
	}
	var found []portal.Site
	err = d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) (err error) {
		found, err = d.office.SitesAfter(ctx, tx, after, limit+1)
		return err
	})
	if err != nil {
		return err
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].Slug
	}
	items := make([]Site, len(found))
	for i, s := range found {
		items[i] = show(s)
	}
	return web.JSON(w, http.StatusOK, web.NewList(items, next))
}

func (d desk) get(w http.ResponseWriter, r *http.Request) error {
	var site portal.Site
	err := d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) (err error) {
		site, err = d.office.Site(ctx, tx, web.Param(r, "slug"))
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, show(site))
}

func (d desk) edit(w http.ResponseWriter, r *http.Request) error {
	var ch portal.Change
	if err := web.Decode(r, &ch); err != nil {
		return err
	}
	site, err := d.office.Amend(r.Context(), web.Param(r, "slug"), ch)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, show(site))
}

func show(s portal.Site) Site {
	return Site{Slug: s.Slug, Path: "/co-quan/" + s.Slug, Content: s.Content, Edited: s.Edited, ChangedAt: s.Changed}
}

package page

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/web"
)

// AboutPage is what templates/portals/site/about.html is given.
type AboutPage struct {
	Portal   web.Portal
	Numbers  portal.Numbers
	Agencies int
	Sites    int
	Units    int
}

// about answers GET /gioi-thieu.
func (d desk) about(w http.ResponseWriter, r *http.Request) error {
	p := AboutPage{Portal: d.pages.Portal()}
	err := d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) (err error) {
		all, err := d.office.Agencies().All(ctx, tx)
		if err != nil {
			return err
		}
		p.Agencies = len(all)
		for _, a := range all {
			if a.Site {
				p.Sites++
			}
		}
		units, err := d.office.Agencies().Units(ctx, tx)
		if err != nil {
			return err
		}
		p.Units = len(units)
		p.Numbers, err = d.office.Procedures().Numbers(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return d.pages.Render(w, r, http.StatusOK, "site/about", p)
}

// SitemapPage is what templates/portals/site/sitemap.html is given.
type SitemapPage struct{ Groups portal.Groups }

// sitemap answers GET /so-do: every public address, one click away.
func (d desk) sitemap(w http.ResponseWriter, r *http.Request) error {
	all, err := d.all(r.Context())
	if err != nil {
		return err
	}
	return d.pages.Render(w, r, http.StatusOK, "site/sitemap", SitemapPage{Groups: portal.Group(all)})
}

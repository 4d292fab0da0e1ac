// Package page is what people see of the portal: one file per page.
package page

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	See(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error
	Agencies() portal.Agencies
	Procedures() portal.Procedures
	Site(ctx context.Context, tx pgx.Tx, slug string) (portal.Site, error)
	MayEdit(p who.Principal, agency int32) bool
	Amend(ctx context.Context, slug string, ch portal.Change) (portal.Site, error)
}

type desk struct {
	office Office
	pages  *web.Pages
}

// Routes are the door plate of people.
func Routes(office Office, pages *web.Pages) []web.Route {
	d := desk{office, pages}
	public := web.Access{Public: true, Relation: web.Any}
	editors := web.Access{Roles: []who.Role{who.Editor, who.AgencyAdmin, who.Admin}, Relation: web.OwnAgency, Scope: "agency of the site"}
	get := func(pattern, summary string, access web.Access, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Format: web.Page, Access: access, Summary: summary, Handler: h}
	}
	return []web.Route{
		get("/", "sites.page.home", public, d.home),
		get("/co-quan", "sites.page.agencies", public, d.agencies),
		get("/co-quan/{slug}", "sites.page.agency", public, d.agency),
		get("/co-quan/{slug}/co-cau", "sites.page.structure", public, d.structure),
		get("/co-quan/{slug}/thu-tuc", "sites.page.procedures", public, d.procedures),
		get("/gioi-thieu", "sites.page.about", public, d.about),
		get("/tro-nang", "sites.page.accessibility", public, d.plain("site/accessibility")),
		get("/so-do", "sites.page.sitemap", public, d.sitemap),
		get("/can-bo", "sites.page.desk", web.Access{Roles: officials(), Relation: web.Any}, d.start),
		get("/can-bo/trang", "sites.page.manage", editors, d.manage),
		get("/can-bo/trang/{slug}", "sites.page.edit", editors, d.edit),
		{Method: http.MethodPost, Pattern: "/can-bo/trang/{slug}", Format: web.Page, Access: editors, Summary: "sites.page.edit", Handler: d.save},
	}
}

// Declare tells the pages of this office, each with a sample of its data.
func Declare(pages *web.Pages) error {
	a := portal.Agency{ID: 1, Identifier: "H00", Slug: "a", NameVI: "A", NameEN: "A", Kind: "department", UnitKey: "u"}
	u := portal.Unit{Key: "u", FullName: "U"}
	head := Head{Agency: a, Site: portal.Site{Slug: "a", Content: portal.Content{TitleVI: "A", IntroVI: "x", Address: "x", Phone: "1", Email: "a@b", HoursVI: "x"}}}
	for _, p := range []struct {
		name   string
		sample any
	}{
		{"site/home", HomePage{Fields: []portal.Field{{Code: "1", Name: "F", Count: 1}}, Events: events, Groups: portal.Group([]portal.Agency{a})}},
		{"site/agencies", AgenciesPage{Top: portal.Tree([]portal.Agency{a}), Sections: []Section{{"departments", portal.Tree([]portal.Agency{a})}}, Counts: []LevelCount{{"province", 1}}}},
		{"site/agency", AgencyPage{Head: head, Fields: []portal.Field{{Name: "F", Count: 1}}, Total: 1, Below: []portal.Agency{a}}},
		{"site/structure", StructurePage{Head: head, Above: &a, Below: []portal.Agency{a}, Unit: &u, Within: []portal.Unit{u}}},
		{"site/procedures", ProceduresPage{Head: head, Found: []portal.Procedure{{Code: "1.000001", Name: "P", Online: true}}, Next: "?a=b"}},
		{"site/about", AboutPage{}},
		{"site/accessibility", nil},
		{"site/sitemap", SitemapPage{Groups: portal.Group([]portal.Agency{a})}},
		{"site/desk", DeskPage{Name: "x", Positions: []Held{{Role: who.Clerk, NameVI: "A"}}, Links: []web.NavLink{{Path: "/", Key: "web.home"}}}},
		{"site/manage", ManagePage{Agencies: []portal.Agency{a}}},
		{"site/edit", EditPage{Head: head, Form: web.NewForm()}},
	} {
		if err := pages.Declare(p.name, p.sample); err != nil {
			return err
		}
	}
	return nil
}

func (d desk) plain(page string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return d.pages.Render(w, r, http.StatusOK, page, nil)
	}
}

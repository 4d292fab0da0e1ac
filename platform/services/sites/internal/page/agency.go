package page

import (
	"context"
	"net/http"
	"sort"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/web"
)

// Head is what every page of an agency's site begins with.
type Head struct {
	Agency  portal.Agency
	Site    portal.Site
	Title   string
	Tab     string // home, structure, procedures
	MayEdit bool
}

// AgencyPage is what templates/portals/site/agency.html is given.
type AgencyPage struct {
	Head
	Intro  []string
	Hours  string
	Fields []portal.Field // the fields of its procedures, the fullest first
	Total  int
	Online int
	Below  []portal.Agency
}

// agency answers GET /co-quan/{slug}: the home of an agency's site.
func (d desk) agency(w http.ResponseWriter, r *http.Request) error {
	var p AgencyPage
	lang := web.LangOf(r.Context())
	err := d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) error {
		all, err := d.head(ctx, tx, r, "home", &p.Head)
		if err != nil {
			return err
		}
		offered, err := d.office.Procedures().OfferedBy(ctx, tx, p.Agency.ID)
		if err != nil {
			return err
		}
		p.Total, p.Fields = len(offered), fieldsOf(offered)
		for _, x := range offered {
			if x.Online {
				p.Online++
			}
		}
		_, p.Below = portal.Surroundings(all, p.Agency)
		return nil
	})
	if err != nil {
		return err
	}
	p.Intro, p.Hours = p.Site.Content.Paragraphs(lang), p.Site.Content.Hours(lang)
	if len(p.Fields) > fieldsShown {
		p.Fields = p.Fields[:fieldsShown]
	}
	return d.pages.Render(w, r, http.StatusOK, "site/agency", p)
}

// head finds the agency and its site by the path; fault.NotFound "sites.unknown" when the agency has none.
func (d desk) head(ctx context.Context, tx pgx.Tx, r *http.Request, tab string, h *Head) ([]portal.Agency, error) {
	slug := web.Param(r, "slug")
	all, err := d.office.Agencies().All(ctx, tx)
	if err != nil {
		return nil, err
	}
	if h.Site, err = d.office.Site(ctx, tx, slug); err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.ID == h.Site.AgencyID {
			h.Agency = a
		}
	}
	if h.Agency.ID == 0 { // the agency is no more; its site went with it
		return nil, fault.New(fault.NotFound, "sites.unknown", "slug", slug)
	}
	h.Title, h.Tab = h.Site.Content.Title(web.LangOf(r.Context())), tab
	h.MayEdit = d.office.MayEdit(web.PrincipalOf(r.Context()), h.Agency.ID)
	return all, nil
}

func fieldsOf(offered []portal.Procedure) []portal.Field {
	counts := map[string]int{}
	for _, p := range offered {
		counts[p.Field]++
	}
	var out []portal.Field
	for name, n := range counts {
		out = append(out, portal.Field{Name: name, Count: n})
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Count != out[j].Count {
			return out[i].Count > out[j].Count
		}
		return out[i].Name < out[j].Name
	})
	return out
}

// StructurePage is what templates/portals/site/structure.html is given.
type StructurePage struct {
	Head
	Above  *portal.Agency
	Below  []portal.Agency
	Unit   *portal.Unit
	Within []portal.Unit
}

// structure answers GET /co-quan/{slug}/co-cau: what stands above and below, and the territory.
func (d desk) structure(w http.ResponseWriter, r *http.Request) error {
	var p StructurePage
	err := d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) error {
		all, err := d.head(ctx, tx, r, "structure", &p.Head)
		if err != nil {
			return err
		}
		p.Above, p.Below = portal.Surroundings(all, p.Agency)
		units, err := d.office.Agencies().Units(ctx, tx)
		p.Unit, p.Within = portal.Territory(units, p.Agency.UnitKey)
		return err
	})
	if err != nil {
		return err
	}
	return d.pages.Render(w, r, http.StatusOK, "site/structure", p)
}

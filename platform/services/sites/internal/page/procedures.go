package page

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/web"
)

// proceduresShown is how many procedures stand on one page of a site.
const proceduresShown = 40

// ProceduresPage is what templates/portals/site/procedures.html is given.
type ProceduresPage struct {
	Head
	Query  string
	Field  string
	Fields []portal.Field
	Found  []portal.Procedure
	Total  int    // that fit the search
	All    int    // that the agency handles
	Next   string // address of the next page, "" on the last
}

// procedures answers GET /co-quan/{slug}/thu-tuc?q=&field=&cursor=: what the agency handles, and a search within it that
// does not mind accents.
func (d desk) procedures(w http.ResponseWriter, r *http.Request) error {
	after, err := web.Cursor(r)
	if err != nil {
		return err
	}
	p := ProceduresPage{Query: strings.TrimSpace(r.URL.Query().Get("q")), Field: r.URL.Query().Get("field")}
	var offered []portal.Procedure
	err = d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) error {
		_, err := d.head(ctx, tx, r, "procedures", &p.Head)
		if err != nil {
			return err
		}
		offered, err = d.office.Procedures().OfferedBy(ctx, tx, p.Agency.ID)
		return err
	})
	if err != nil {
		return err
	}
	p.All, p.Fields = len(offered), fieldsOf(offered)
	found := within(offered, p.Query, p.Field)
	p.Total = len(found)
	if p.Found = following(found, after); len(p.Found) > proceduresShown {
		p.Found = p.Found[:proceduresShown]
		p.Next = nextPage(r.URL, p.Found[proceduresShown-1].Code)
	}
	return d.pages.Render(w, r, http.StatusOK, "site/procedures", p)
}

// within keeps the procedures whose name or code holds every word of q.
func within(all []portal.Procedure, q, field string) []portal.Procedure {
	words := fold.Words(q)
	var out []portal.Procedure
	for _, p := range all {
		if field != "" && p.Field != field {
			continue
		}
		text := fold.Text(p.Name + " " + p.Code)
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(text, w)
		}
		if fits {
			out = append(out, p)
		}
	}
	return out
}

// following drops everything up to the procedure with the code after; all of it is left when after is not among them.
func following(all []portal.Procedure, after string) []portal.Procedure {
	if after == "" {
		return all
	}
	for i, p := range all {
		if p.Code == after {
			return all[i+1:]
		}
	}
	return all
}

func nextPage(u *url.URL, after string) string {
	q := u.Query()
	q.Del("lang")
	q.Set("cursor", web.EncodeCursor(after))
	return (&url.URL{Path: u.Path, RawQuery: q.Encode()}).RequestURI()
}

package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/merge"
	"egovctl/platform/web"
)

// Conflicts is the page on which the administrator of the catalogue decides about what the province and a release both changed.
// The places are of all offices, so the page is no office's.
type Conflicts struct {
	DB      *db.Pool
	Offices *platform.Offices
	Files   merge.Office // the province's own files
	Pages   *web.Pages
}

// ConflictsPage is what templates/portals/decide/conflicts.html is given.
type ConflictsPage struct {
	Form    web.Form
	At      int64 // the conflict that the form is of; 0 for none
	Open    []Sides
	Waiting int   // all that wait
	Next    int64 // the page behind this one begins after it; 0 on the last
	Decided bool
}

// Sides is a conflict as people read it.
type Sides struct {
	merge.Conflict
	Before, Ours, Theirs string // "" for an absent value
	When                 time.Time
}

const (
	conflictsPath = "/quan-tri/cho-quyet-dinh"
	conflictsPage = "decide/conflicts"
	conflictsAt   = 20 // a page shows so many
)

// Routes are the page's. A page that cannot show its sample is refused at start.
func (d Conflicts) Routes() []web.Route {
	province := web.Access{Roles: []who.Role{who.Admin, who.AgencyAdmin}, Relation: web.OwnAgency,
		Scope: "the province's first agency: the catalogue is the whole province's"}
	return []web.Route{
		{Method: http.MethodGet, Pattern: conflictsPath, Format: web.Page, Access: province, Summary: "merge.page.list", Handler: d.list, Shown: d.keeps},
		{Method: http.MethodPost, Pattern: conflictsPath, Format: web.Page, Access: province, Summary: "merge.page.decide", Handler: d.decide},
	}
}

// Declare gives the page a sample of its data.
func (d Conflicts) Declare() error {
	at := time.Now()
	c := merge.Conflict{ID: 1, Kind: "procedure", Key: "x", Field: "x", Path: []string{"x"}, Release: "x", EditedBy: "x", EditedAt: &at}
	form := web.NewForm()
	form.Fail("reason", fault.New(fault.Invalid, "merge.resolve.reason", "max", 1))
	return d.Pages.Declare(conflictsPage, ConflictsPage{Form: form, At: 1, Open: []Sides{sidesOf(c)}, Waiting: 1, Next: 1})
}

func (d Conflicts) offices() []merge.Office { return append(d.Offices.Merging(), d.Files) }

func (d Conflicts) keeps(ctx context.Context, p who.Principal) bool {
	may, err := d.Offices.Procedures.Administers(ctx, p)
	return err == nil && may
}

func (d Conflicts) only(r *http.Request) error {
	may, err := d.Offices.Procedures.Administers(r.Context(), web.PrincipalOf(r.Context()))
	if err == nil && !may {
		return fault.New(fault.Forbidden, "forbidden")
	}
	return err
}

// list answers GET /quan-tri/cho-quyet-dinh?sau=.
func (d Conflicts) list(w http.ResponseWriter, r *http.Request) error {
	if err := d.only(r); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK, ConflictsPage{Form: web.NewForm(), Decided: r.URL.Query().Has("xong")})
}

func (d Conflicts) show(w http.ResponseWriter, r *http.Request, status int, p ConflictsPage) error {
	var live []merge.Conflict
	err := d.DB.Read(r.Context(), web.PrincipalOf(r.Context()), func(ctx context.Context, tx pgx.Tx) (err error) {
		live, err = merge.Live(ctx, tx, d.offices())
		return err
	})
	if err != nil {
		return err
	}
	p.Waiting = len(live)
	after, _ := strconv.ParseInt(r.URL.Query().Get("sau"), 10, 64) // what is no number begins at the beginning
	begin := 0
	for i, c := range live {
		if c.ID == after {
			begin = i + 1
		}
	}
	for _, c := range live[begin:] {
		if len(p.Open) == conflictsAt {
			p.Next = p.Open[conflictsAt-1].ID
			break
		}
		p.Open = append(p.Open, sidesOf(c))
	}
	return d.Pages.Render(w, r, status, conflictsPage, p)
}

// decide answers POST /quan-tri/cho-quyet-dinh. What is wrong is shown beside the person's own words.
func (d Conflicts) decide(w http.ResponseWriter, r *http.Request) error {
	if err := d.only(r); err != nil {
		return err
	}
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(form.Get("id"), 10, 64) // what is no number is no conflict's
	take := form.Get("take")
	if take == "value" {
		take = form.Get("value")
	}
	by := web.PrincipalOf(r.Context())
	err = d.DB.Tx(r.Context(), by, func(ctx context.Context, tx pgx.Tx) error {
		_, err := merge.ResolveOne(ctx, tx, by, d.offices(), id, take, form.Get("reason"))
		return err
	})
	switch fault.CodeOf(err) {
	case "":
		http.Redirect(w, r, conflictsPath+"?xong=1", http.StatusSeeOther)
		return nil
	case fault.Invalid, fault.Conflict, fault.NotFound, fault.Forbidden:
		field := fault.From(err).Field
		if field != "reason" {
			field = "value"
		}
		form.Fail(field, err)
		return d.show(w, r, http.StatusBadRequest, ConflictsPage{Form: form, At: id})
	}
	return err
}

func sidesOf(c merge.Conflict) Sides {
	s := Sides{Conflict: c, Before: saidAs(c.Base), Ours: saidAs(c.Province), Theirs: saidAs(c.New)}
	if c.EditedAt != nil {
		s.When = *c.EditedAt
	}
	return s
}

// saidAs is a value as a person reads it: a text without its quotes, what has parts in lines.
func saidAs(value json.RawMessage) string {
	var text string
	var lines bytes.Buffer
	switch {
	case len(value) == 0 || string(value) == "null":
		return ""
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Indent(&lines, value, "", "  ") == nil:
		return lines.String()
	}
	return string(value)
}

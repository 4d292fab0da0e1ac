// Package page is what people see of the procedure catalogue: the search, a procedure's page, and the administrator's
// list and form.
package page

import (
	"context"
	"io"
	"net/http"
	"time"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/exchange"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// Office is the part of the service that answers here.
type Office interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
	Narrow(ctx context.Context, q *search.Query, field, agency, level, online string) error
	Fields(ctx context.Context) ([]catalogue.Field, error)
	AgencyList(ctx context.Context) ([]catalogue.Agency, error)
	Administers(ctx context.Context, by who.Principal) (bool, error)
	View(ctx context.Context, by who.Principal, code string) (catalogue.View, error)
	Change(ctx context.Context, by who.Principal, code string, patch catalogue.Patch, version int) (catalogue.Procedure, error)
	Export(ctx context.Context, by who.Principal, w io.Writer, format string) error
	Import(ctx context.Context, by who.Principal, r io.Reader, format string, dryRun bool) (exchange.Report, error)
}

type desk struct {
	office Office
	pages  *web.Pages
	filing bool // the public filing pages are open
}

// maxSheet bounds an uploaded catalogue: the whole of it as YAML has some 10 MB.
const maxSheet = 32 << 20

// Routes are the door plate of people.
func Routes(office Office, pages *web.Pages, filing bool) []web.Route {
	d := desk{office, pages, filing}
	public := web.Access{Public: true, Relation: web.Any}
	province := web.Access{Roles: []who.Role{who.Admin, who.AgencyAdmin}, Relation: web.OwnAgency,
		Scope: "the province's first agency: the catalogue is the whole province's"}
	return []web.Route{
		{Method: http.MethodGet, Pattern: "/thu-tuc", Format: web.Page, Access: public, Summary: "procedures.page.search", Handler: d.search},
		{Method: http.MethodGet, Pattern: "/thu-tuc/{code}", Format: web.Page, Access: public, Summary: "procedures.page.procedure", Handler: d.procedure},
		{Method: http.MethodGet, Pattern: "/quan-tri/thu-tuc", Format: web.Page, Access: province, Summary: "procedures.page.manage", Handler: d.manage, Shown: d.keeps},
		{Method: http.MethodPost, Pattern: "/quan-tri/thu-tuc", Format: web.Page, Access: province, MaxBody: maxSheet,
			Summary: "procedures.page.import", Handler: d.upload},
		{Method: http.MethodGet, Pattern: "/quan-tri/thu-tuc/tai-ve", Format: web.Page, Access: province, Summary: "procedures.page.export", Handler: d.download},
		{Method: http.MethodGet, Pattern: "/quan-tri/thu-tuc/{code}", Format: web.Page, Access: province, Summary: "procedures.page.edit", Handler: d.edit},
		{Method: http.MethodPost, Pattern: "/quan-tri/thu-tuc/{code}", Format: web.Page, Access: province, Summary: "procedures.page.save", Handler: d.save},
	}
}

// Declare gives every page a sample of its data, so that a template which cannot show it is refused at start.
func Declare(pages *web.Pages) error {
	agency := catalogue.Agency{ID: 1, Identifier: "H17", NameVI: "x", NameEN: "x", Level: unit.Province}
	p := packaged.Procedure{Code: "1.000000", Name: "x", Field: "x", Levels: []unit.Level{unit.Commune}, Online: packaged.OnlineFull, Published: true,
		Subjects: []string{"x"}, Executing: []string{"x"}, Promulgator: "x", LegalBasis: []string{"x"}, Decision: "x",
		Methods: []packaged.Method{{Channel: packaged.Direct, Term: workcal.Term{Kind: workcal.WorkingDays, Thousands: 3500, Text: "x"},
			Fees: []packaged.Fee{{Type: "charge", Amount: 8000, Note: "x"}, {Type: "fee"}}}, {Channel: packaged.Postal, Term: workcal.Term{Kind: workcal.Other}}},
		Cases:   []packaged.Case{{Name: "x", Components: []packaged.Component{{Name: "x", Originals: 1, Copies: 1, Required: true, EForm: true}}}},
		Results: []packaged.Result{{Name: "x"}}}
	full := catalogue.Procedure{Procedure: p, FieldName: "x", Version: 2, Edited: true, ChangedAt: time.Now()}
	view := catalogue.View{Procedure: full, Offerings: []catalogue.OfferingAt{{Agency: agency, Online: true}, {Agency: agency}}}
	list := SearchPage{Q: "x", Filtered: true, Fields: []catalogue.Field{{Code: "x", Name: "x", Procedures: 1}}, Agencies: []catalogue.Agency{agency},
		Found: search.Result{Total: 1, Hits: []*search.Doc{{Code: "1.000000", Name: "x", Levels: p.Levels, Online: p.Online, FiledOnline: true, Agencies: []int32{1}}}}, Next: "x"}
	for name, sample := range map[string]any{
		"procedures/search":    list,
		"procedures/procedure": ProcedurePage{View: view, Channels: channelsOf(p), Filing: true},
		"procedures/manage":    ManagePage{SearchPage: list, Form: web.NewForm(), Report: &exchange.Report{Problems: []exchange.Problem{{Line: 1, Code: "x", Field: "x", Err: errSample}}}},
		"procedures/edit":      editPage(full, formOf(full, locale.Vietnamese), list.Fields, true),
	} {
		if err := pages.Declare(name, sample); err != nil {
			return err
		}
	}
	return nil
}

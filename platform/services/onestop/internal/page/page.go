// Package page is what people see of the one-stop office: citizens file and look up, clerks receive, officials work
// through their inbox. One file per page.
package page

import (
	"fmt"
	"net/http"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

type office struct {
	desk  *desk.Desk
	texts *locale.Catalog
	pages *web.Pages
}

// Routes is the door plate of the people's side.
func Routes(d *desk.Desk, texts *locale.Catalog, pages *web.Pages) []web.Route {
	o := office{d, texts, pages}
	public := web.Access{Public: true, Relation: web.Any}
	filers := web.Access{Roles: []who.Role{who.Citizen}, Relation: web.Any}
	clerks := web.Access{Roles: []who.Role{who.Clerk}, Relation: web.OwnAgency, Scope: "agency of the position"}
	staff := web.Access{Roles: []who.Role{who.Clerk, who.Officer, who.Head, who.Leader, who.Registrar, who.Cashier},
		Relation: web.OwnAgency, Scope: "agency of the position"}
	seen := web.Access{Relation: web.Own, Scope: "owner of the dossier, or an agency that has or had it in hand"}
	official := web.Access{Roles: append(staff.Roles, who.Controller), Relation: web.OwnAgency, Scope: "an agency that has or had the dossier in hand"}
	mine := web.Access{Roles: []who.Role{who.Citizen}, Relation: web.Own, Scope: "owner of the dossier"}
	get, post := http.MethodGet, http.MethodPost
	page := func(method, pattern string, a web.Access, summary string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Format: web.Page, Access: a, Summary: "onestop.route." + summary, Handler: h}
	}
	routes := []web.Route{
		page(get, "/nop-ho-so/{code}", filers, "page.file", o.fileForm),
		page(post, "/nop-ho-so/{code}", filers, "page.file", o.file),
		page(get, "/mot-cua", staff, "page.inbox", o.inbox),
		page(get, "/mot-cua/tiep-nhan", clerks, "page.counter", o.counterForm),
		page(post, "/mot-cua/tiep-nhan", clerks, "page.counter", o.counter),
		page(get, "/ho-so-cua-toi", mine, "page.mine", o.mine),
		page(get, "/ho-so/{code}", seen, "page.dossier", o.dossier),
		page(post, "/ho-so/{code}/xem-day-du", official, "page.reveal", o.reveal),
		page(post, "/ho-so/{code}/{action}", seen, "page.act", o.act),
		page(get, "/ho-so/{code}/giay-tiep-nhan.pdf", public, "page.receipt", o.receipt),
		page(get, "/tra-cuu", public, "page.track", o.trackForm),
		page(post, "/tra-cuu", public, "page.track", o.trackAsk),
		page(get, "/tra-cuu/{code}", public, "page.track", o.track),
	}
	for i := range routes {
		if routes[i].Access.Public {
			routes[i].Rate = web.RateTracking
		}
	}
	return routes
}

// Declare shows a sample to each template, so that one that cannot show its page is found at start.
func Declare(pages *web.Pages, texts *locale.Catalog) error {
	view := desk.View{Full: dossier.Full{Dossier: dossier.Dossier{Reference: "TAAA-AAAA-AAAA", State: workflow.Filed, Agency: 1, Competent: 1, At: 1},
		Persons: []dossier.Person{{Kind: dossier.Applicant, Name: "A"}}, Components: []dossier.Component{{Name: "A"}},
		Steps: []dossier.Step{{Seq: 1, Agency: 1, Action: dossier.File, To: workflow.Filed, ByRole: who.Clerk}}},
		Agencies: map[int32]desk.Agency{1: {ID: 1, NameVI: "A"}}, Official: true, Left: desk.Item{Standing: workcal.NoDate},
		Can:     []desk.Can{{Action: workflow.Receive}, {Action: workflow.Assign, Reason: true}, {Action: workflow.Transfer}, {Action: workflow.Extend}},
		Promise: &workcal.Promise{Trace: []workcal.TraceLine{{Key: "onestop.trace.set"}}}}
	list := []desk.Item{{Line: store.Line{Reference: "TAAA-AAAA-AAAA", State: workflow.Filed}, Standing: workcal.NoDate}}
	for name, sample := range map[string]any{
		"onestop/file":    filePage{Form: web.NewForm(), Agencies: []desk.Agency{{}}, Papers: []paper{{}}, Cases: []caseChoice{{}}},
		"onestop/review":  filePage{Form: web.NewForm(), Papers: []paper{{}}},
		"onestop/filed":   filedPage{},
		"onestop/counter": counterPage{filePage: filePage{Form: web.NewForm(), Papers: []paper{{}}}, Takes: []desk.Summary{{}}},
		"onestop/inbox":   inboxPage{Items: list, Tabs: []tab{{}}, States: []tab{{}}, Workplaces: []desk.Agency{{}, {}}},
		"onestop/dossier": dossierPage{texts: texts, View: view, Form: web.NewForm(), Form2: web.NewForm()},
		"onestop/track":   trackPage{Form: web.NewForm(), Asked: true, Tracked: desk.Tracked{Code: "X", Standing: desk.InProgress, View: &view}},
		"onestop/mine":    minePage{Mine: desk.Mine{Items: list, Notices: []dossier.Notice{{Key: "onestop.notice.received"}}}},
	} {
		if err := pages.Declare(name, sample); err != nil {
			return fmt.Errorf("onestop: %w", err)
		}
	}
	return nil
}

// usualPage is how many lines a list shows.
const usualPage = 20

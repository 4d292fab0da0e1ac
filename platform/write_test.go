package platform_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/internal/inspect"
	"egovctl/platform/kernel/id"
	"egovctl/platform/kernel/who"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// write is a writing route with a request that it accepts, and what the audit log then says.
type write struct {
	route string
	by    string // "" for the token of the scene
	aim   func(s *scene) string
	body  func(w *inspect.World, p *inspect.Place) (kind, body string)
	acts  []string // service and action of every new line
	at    string   // the place whose agency the lines name, "" for none
	after func(s *scene, a inspect.Answer)
}

// scene is what one write leaves to the next.
type scene struct {
	*inspect.World
	t                      *testing.T
	link, token, reference string
}

// unaudited are the routes of method POST that write nothing.
var unaudited = map[string]string{
	"POST /tra-cuu": "it sends the browser to the address of the code that was typed",
}

// bodyless are the writing routes that look at no body.
var bodyless = map[string]bool{
	"POST /api/v1/accounts/{login}/lock": true, "POST /api/v1/accounts/{login}/unlock": true, "POST /api/v1/accounts/{login}/reset": true,
	"POST /quan-tri/tai-khoan/{login}/khoa": true, "POST /quan-tri/tai-khoan/{login}/mo-khoa": true, "POST /quan-tri/tai-khoan/{login}/dat-lai": true,
	"DELETE /api/v1/procedures/{code}/offerings/{agency}": true, "DELETE /api/v1/session": true, "POST /dang-xuat": true,
	"POST /tai-khoan/phien/{id}/ket-thuc": true,
}

func asJSON(v any) func(*inspect.World, *inspect.Place) (string, string) {
	return func(*inspect.World, *inspect.Place) (string, string) { return jsonType, inspect.Body(v) }
}

func asForm(pairs ...string) func(*inspect.World, *inspect.Place) (string, string) {
	return func(*inspect.World, *inspect.Place) (string, string) { return formType, inspect.Form(pairs...) }
}

const (
	firstPassword  = "mot-mat-khau-du-dai-1"
	secondPassword = "mot-mat-khau-du-dai-2"
)

// writing is the table: every route that writes, in an order in which each has what it needs.
func writing() []write {
	return append(append(accountWrites(), catalogueWrites()...), dossierWrites()...)
}

// conflicts lets one wait at each place, so that asking for it later writes nothing.
func conflicts(w *inspect.World) {
	for _, p := range w.Places {
		conflict(w, p)
	}
}

// conflict is one that waits, about the name of a procedure.
func conflict(w *inspect.World, p *inspect.Place) (kind, body string) {
	n := w.DB.Text(`insert into platform.conflict (service, kind, key, path, base, province, new, release)
		select 'procedures', 'procedure', code, '{name}', '"x"', to_jsonb(name), '"y"', '0.0.1' from procedures.procedure where code = '` + p.Procedure + `'
		on conflict (service, kind, key, path) where state = 'open' do update set province = excluded.province returning id::text`)
	return formType, inspect.Form("id", n, "take", "province", "reason", "theo quyết định")
}

func accountWrites() []write {
	own := []write{
		{route: "POST /api/v1/accounts", by: "agency_admin@home", acts: []string{"identity account.create", "identity link.issue"}, at: inspect.Home,
			body: func(_ *inspect.World, p *inspect.Place) (string, string) {
				return jsonType, inspect.Body(inspect.J{"login": "moi.mot", "name": "Lê Mới", "positions": []inspect.J{{"role": "clerk", "agency": p.Identifier}}})
			},
			after: func(s *scene, a inspect.Answer) { s.link = member(s.t, a, "setup_link") }},
		{route: "POST /thiet-lap/{token}", by: "anonymous", acts: []string{"identity password.choose"},
			aim:  func(s *scene) string { return s.link[strings.LastIndex(s.link, "/thiet-lap/"):] },
			body: asForm("password", firstPassword, "again", firstPassword)},
		{route: "POST /api/v1/session", by: "anonymous", acts: []string{"identity session.open"}, body: asJSON(inspect.J{"login": "moi.mot", "password": firstPassword}),
			after: func(s *scene, a inspect.Answer) { s.token = member(s.t, a, "token") }},
		{route: "DELETE /api/v1/session", acts: []string{"identity session.close"}},
		{route: "POST /dang-nhap", by: "anonymous", acts: []string{"identity session.open"}, body: asForm("login", "moi.mot", "password", firstPassword),
			after: func(s *scene, a inspect.Answer) { s.token = cookie(a) }},
		{route: "POST /tai-khoan/mat-khau", acts: []string{"identity password.change"},
			body: asForm("present", firstPassword, "password", secondPassword, "again", secondPassword)},
		{route: "POST /tai-khoan/phien/{id}/ket-thuc", acts: []string{"identity session.close"}, aim: func(s *scene) string {
			s.NewToken(s.t, "moi.mot")
			return "/tai-khoan/phien/" + s.DB.Text(`select s.id::text from identity.session s join identity.account a on a.id = s.account_id
				where a.login = 'moi.mot' and s.revoked_at is null and s.kind = 'program'`) + "/ket-thuc"
		}},
		{route: "POST /dang-xuat", acts: []string{"identity session.close"}},
		{route: "POST /dang-ky", by: "anonymous", acts: []string{"identity account.create", "identity session.open"},
			body: asForm("login", "congdan.moi", "name", "Võ Thị Mới", "id_number", "097190555001", "phone", "", "address", "", "birth", "", "password", firstPassword)},
	}
	positions := func(role string) func(*inspect.World, *inspect.Place) (string, string) {
		return func(_ *inspect.World, p *inspect.Place) (string, string) {
			return jsonType, inspect.Body(inspect.J{"positions": []inspect.J{{"role": role, "agency": p.Identifier}}})
		}
	}
	governed := []write{
		{route: "PUT /api/v1/accounts/{login}/positions", body: positions("cashier"), acts: []string{"identity account.positions"}},
		{route: "POST /api/v1/accounts/{login}/lock", acts: []string{"identity account.lock"}},
		{route: "POST /api/v1/accounts/{login}/unlock", acts: []string{"identity account.unlock"}},
		{route: "POST /api/v1/accounts/{login}/reset", acts: []string{"identity link.issue"}},
		{route: "POST /quan-tri/tai-khoan/{login}/khoa", acts: []string{"identity account.lock"}},
		{route: "POST /quan-tri/tai-khoan/{login}/mo-khoa", acts: []string{"identity account.unlock"}},
		{route: "POST /quan-tri/tai-khoan/{login}/dat-lai", acts: []string{"identity link.issue"}},
		{route: "POST /quan-tri/tai-khoan/{login}/chuc-vu", acts: []string{"identity account.positions"},
			body: func(_ *inspect.World, p *inspect.Place) (string, string) {
				return formType, inspect.Form("keep", "cashier@"+p.Identifier, "role", "clerk", "agency", p.Identifier)
			}},
		{route: "POST /quan-tri/tai-khoan/tao-moi", acts: []string{"identity account.create", "identity link.issue"},
			body: func(_ *inspect.World, p *inspect.Place) (string, string) {
				return formType, inspect.Form("login", "moi.hai", "name", "Lý Mới", "role", "clerk", "agency", p.Identifier)
			}},
	}
	for i := range governed {
		governed[i].by, governed[i].at = "agency_admin@home", inspect.Home
	}
	return append(own, governed...)
}

func catalogueWrites() []write {
	return []write{
		{route: "PATCH /api/v1/agencies/{identifier}", by: "admin", acts: []string{"agencies agency.amend"}, at: inspect.Home, body: asJSON(inspect.J{"short": "SXD mới"})},
		{route: "PATCH /api/v1/procedures/{code}", by: "admin", acts: []string{"procedures procedure.change"}, body: asJSON(inspect.J{"decision": "Quyết định thử 1"})},
		{route: "PUT /api/v1/procedures/{code}/offerings/{agency}", by: "agency_admin@home", acts: []string{"procedures offering.put"}, at: inspect.Home, body: asJSON(inspect.J{"online": false})},
		{route: "DELETE /api/v1/procedures/{code}/offerings/{agency}", by: "agency_admin@home", acts: []string{"procedures offering.withdraw"}, at: inspect.Home},
		{route: "POST /quan-tri/thu-tuc/{code}", by: "admin", acts: []string{"procedures procedure.change"},
			body: func(w *inspect.World, p *inspect.Place) (string, string) {
				a := w.Do(inspect.Call{By: w.Person("admin"), Method: "GET", Path: "/quan-tri/thu-tuc/" + p.Procedure})
				v := inspect.Values(inspect.Parse(a.Body))
				v.Set("decision", "Quyết định thử 2")
				return formType, v.Encode()
			}},
		{route: "POST /quan-tri/thu-tuc", by: "admin", acts: []string{"procedures catalogue.import"}, body: sheet},
		{route: "POST /quan-tri/cho-quyet-dinh", by: "admin", acts: []string{"procedures packaged.resolve"}, body: conflict},
		{route: "PATCH /api/v1/sites/{slug}", by: "editor@home", acts: []string{"sites site.edit"}, at: inspect.Home, body: asJSON(inspect.J{"phone": "0236 3000 000"})},
		{route: "POST /can-bo/trang/{slug}", by: "editor@home", acts: []string{"sites site.edit"}, at: inspect.Home, body: asForm("address", "24 Trần Phú")},
	}
}

// sheet is the catalogue as it is downloaded, cut to one procedure whose name is changed.
func sheet(w *inspect.World, p *inspect.Place) (kind, body string) {
	a := w.Do(inspect.Call{By: w.Person("admin"), Method: "GET", Path: "/quan-tri/thu-tuc/tai-ve?format=csv"})
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		return "", fmt.Sprint("no sheet: ", err)
	}
	at := 0
	for i, name := range rows[0] {
		if name == "name" {
			at = i
		}
	}
	var few [][]string
	for _, r := range rows {
		if len(few) == 0 || r[0] == p.Spare {
			few = append(few, r)
		}
	}
	if len(few) > 1 {
		few[1][at] += " (đã sửa)"
	}
	var text, form bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(few); err != nil {
		return "", err.Error()
	}
	m := multipart.NewWriter(&form)
	_ = m.WriteField("store", "1") // memory does not refuse
	part, _ := m.CreateFormFile("sheet", "thu-tuc.csv")
	_, _ = part.Write(text.Bytes())
	_ = m.Close()
	return m.FormDataContentType(), form.String()
}

func dossierWrites() []write {
	filing := func(w *inspect.World, p *inspect.Place) (string, string) {
		return jsonType, inspect.Body(inspect.J{"procedure": p.Procedure, "agency": p.Identifier, "applicant": w.Applicant(p.Key), "components": []inspect.J{}})
	}
	typed := func(extra ...string) func(*inspect.World, *inspect.Place) (string, string) {
		return func(w *inspect.World, p *inspect.Place) (string, string) {
			who := w.Applicant(p.Key)
			return formType, inspect.Form(append([]string{"agency", p.Identifier, "procedure", p.Procedure, "applicant.name", who["name"].(string),
				"applicant.id_number", who["id_number"].(string), "once", id.New()}, extra...)...)
		}
	}
	return []write{
		{route: "POST /api/v1/dossiers", by: "citizen", acts: []string{"onestop dossier.file"}, at: inspect.Home, body: filing,
			after: func(s *scene, a inspect.Answer) { s.reference = member(s.t, a, "reference") }},
		{route: "POST /api/v1/dossiers/{code}/actions/{action}", by: "clerk@home", acts: []string{"onestop dossier.receive"}, at: inspect.Home, body: asJSON(inspect.J{}),
			aim:   func(s *scene) string { return "/api/v1/dossiers/" + s.reference + "/actions/receive" },
			after: func(s *scene, a inspect.Answer) { s.reference = member(s.t, a, "code") }},
		{route: "POST /ho-so/{code}/{action}", by: "leader@home", acts: []string{"onestop dossier.assign"}, at: inspect.Home,
			aim: func(s *scene) string { return "/ho-so/" + s.reference + "/assign" },
			body: func(w *inspect.World, _ *inspect.Place) (string, string) {
				return formType, inspect.Form("to.account", w.Person("officer@home").Login)
			}},
		{route: "POST /ho-so/{code}/xem-day-du", by: "officer@home", acts: []string{"onestop dossier.reveal"}, at: inspect.Home, body: asForm("reason", "Kiểm tra nhân thân")},
		{route: "POST /nop-ho-so/{code}", by: "citizen", acts: []string{"onestop dossier.file"}, at: inspect.Home, body: typed("confirm", "1")},
		{route: "POST /mot-cua/tiep-nhan", by: "clerk@home", acts: []string{"onestop dossier.file", "onestop dossier.receive"}, at: inspect.Home, body: typed("channel", "direct")},
	}
}

// accepted is a body that the route would accept for a thing of the place.
func accepted(w *inspect.World, l inspect.Line, p *inspect.Place) (kind, body string) {
	for _, x := range writing() {
		if x.route == l.Route() && x.body != nil && l.Route() != "POST /quan-tri/thu-tuc/{code}" && l.Route() != "POST /quan-tri/thu-tuc" {
			return x.body(w, p)
		}
	}
	if bodyless[l.Route()] {
		return "", ""
	}
	return formType, "version=1&name=x"
}

// writes runs each writing route once and reads what the audit log then has more than before.
func writes(t *testing.T, w *inspect.World, lines []inspect.Line) {
	s := &scene{World: w, t: t}
	var found []string
	done := map[string]bool{}
	doc := openAPI(t, w, "vi")
	for _, x := range writing() {
		done[x.route] = true
		l, ok := lineOf(lines, x.route)
		if !ok {
			found = append(found, x.route+" is written here and not in the access table")
			continue
		}
		c := call(s, x, l)
		before := w.DB.Text(`select coalesce(max(id), 0) from platform.audit`)
		a := w.Do(c)
		found = append(found, w.Sound(a)...)
		if a.Status >= 400 {
			found = append(found, fmt.Sprintf("%s is refused: %s", a, refusal(a)))
			continue
		}
		if strings.HasPrefix(l.Pattern, "/api/") {
			found = append(found, doc.Holds(l, a)...)
		}
		want := lineWanted(w, x)
		if d := cmp.Diff(want, auditSince(t, w, before)); d != "" {
			found = append(found, fmt.Sprintf("%s: the audit log (-wanted +there):\n%s", a, d))
		}
		if x.after != nil {
			x.after(s, a)
		}
	}
	for _, l := range lines {
		if l.Writes() && !done[l.Route()] && unaudited[l.Route()] == "" {
			found = append(found, l.Route()+" writes and has no line in the table of writes (write_test.go)")
		}
	}
	t.Logf("%d writing routes", len(done))
	report(t, w, found)
}

func call(s *scene, x write, l inspect.Line) inspect.Call {
	s.t.Helper()
	target, err := l.Aim(s.Places[inspect.Home])
	if err != nil {
		s.t.Fatal(err)
	}
	c := inspect.Call{Method: l.Method, Path: target.Path, Lang: "en", Token: s.token}
	if x.by != "" {
		c.By, c.Token = s.Person(x.by), ""
	}
	if x.aim != nil {
		c.Path = x.aim(s)
	}
	if x.body != nil {
		c.Type, c.Body = x.body(s.World, s.Places[inspect.Home])
	}
	return c
}

func lineOf(lines []inspect.Line, route string) (inspect.Line, bool) {
	for _, l := range lines {
		if l.Route() == route {
			return l, true
		}
	}
	return inspect.Line{}, false
}

func lineWanted(w *inspect.World, x write) []string {
	agency := "-"
	if x.at != "" {
		agency = fmt.Sprint(w.Places[x.at].ID)
	}
	var out []string
	for _, act := range x.acts {
		out = append(out, act+" "+agency)
	}
	return out
}

// auditSince are the lines after one, in their order: service, action and agency.
func auditSince(t *testing.T, w *inspect.World, after string) []string {
	t.Helper()
	var out []string
	err := w.DB.Owner().Read(context.Background(), who.Program("inspection"), func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select service || ' ' || action || ' ' || coalesce(agency_id::text, '-') from platform.audit
			where id > $1::text::bigint order by id`, after)
		if err == nil {
			out, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// crossSite sends each write with the cookie of somebody who may do it, as a page of another site would make the browser
// do it.
func crossSite(t *testing.T, w *inspect.World, lines []inspect.Line) {
	conflicts(w)
	before, err := w.Fingerprint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{World: w, t: t, link: "/thiet-lap/x", reference: w.Places[inspect.Home].Dossier, token: w.Person("citizen").Token}
	var found []string
	for _, x := range writing() {
		l, ok := lineOf(lines, x.route)
		if !ok || x.route == "POST /tai-khoan/phien/{id}/ket-thuc" { // its scene opens a session
			continue
		}
		for _, from := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.example"}}} {
			c := call(s, x, l)
			c.Cookie, c.Header = true, from
			a := w.Do(c)
			found = append(found, w.Sound(a)...)
			if a.Status != http.StatusForbidden {
				found = append(found, fmt.Sprintf("%s with %v, wanted 403", a, from))
			}
		}
	}
	after, err := w.Fingerprint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, after); d != "" {
		found = append(found, "requests of other sites changed tables (-before +after):\n"+d)
	}
	report(t, w, found)
}

package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
	"egovctl/templates"
)

// people is an identity office in memory: a token is a login, and "down" is an office that does not answer.
type people struct{}

var (
	citizen = who.Principal{Account: "a1", Login: "dan", Kind: who.Person}
	clerk   = who.Principal{Account: "a2", Login: "motcua", Name: "Cán bộ thử", Kind: who.Official,
		Positions: []who.Position{{Role: who.Clerk, Agency: 3, Scope: []int32{3}}}}
	admin = who.Principal{Account: "a3", Login: "quantri", Name: "Quản trị thử", Kind: who.Official, All: true,
		Positions: []who.Position{{Role: who.Admin, Agency: 1, Scope: []int32{1}}}}
)

func (people) BySession(_ context.Context, token string) (who.Principal, error) {
	for _, p := range []who.Principal{citizen, clerk, admin} {
		if token == p.Login {
			return p, nil
		}
	}
	if token == "down" {
		return who.Nobody(), fault.Wrap(errors.New("dial unix /secret/path: refused"), fault.Unavailable, "db.unreachable")
	}
	return who.Nobody(), fault.New(fault.Unauthenticated, "unauthenticated")
}

func (people) SignIn(_ context.Context, login string, password secret.String, _ netip.Addr) (string, who.Principal, error) {
	if login == "motcua" && password.Reveal() == "right" {
		return "motcua", clerk, nil
	}
	return "", who.Nobody(), fault.New(fault.Unauthenticated, "unauthenticated")
}

func (people) SignOut(context.Context, string) error { return nil }

// shipped is the part of the templates that the front door itself needs; tests may add to it and change it.
func shipped(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, dir := range []string{"portals/layout", "portals/assets", "portals/site", "text"} {
		err := fs.WalkDir(templates.FS, dir, func(file string, d fs.DirEntry, err error) error {
			own := !strings.HasPrefix(file, "text/") || strings.HasSuffix(file, "/web.yaml") ||
				strings.HasSuffix(file, "/kernel.yaml") || strings.HasSuffix(file, "/sites.yaml")
			if err != nil || d.IsDir() || !own {
				return err
			}
			raw, err := fs.ReadFile(templates.FS, file)
			out[file] = &fstest.MapFile{Data: raw}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func texts(t testing.TB) *locale.Catalog {
	t.Helper()
	c, err := locale.Load(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func pages(t testing.TB) *web.Pages {
	t.Helper()
	p, err := web.NewPages(web.PagesConfig{Shipped: shipped(t), Texts: texts(t),
		Portal: web.Portal{ProvinceVI: "Thành phố Đà Nẵng", ProvinceEN: "Da Nang City", Code: "48"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// house is a front door over routes, with its log.
func house(t testing.TB, change func(*web.Config), routes ...web.Route) (*web.Front, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	c := web.Config{Routes: routes, Identities: people{}, Pages: pages(t), Texts: texts(t), Version: "1.0",
		Log: slog.New(slog.NewJSONHandler(log, nil))}
	if change != nil {
		change(&c)
	}
	f, err := web.NewFront(c)
	if err != nil {
		t.Fatal(err)
	}
	return f, log
}

// scenario is one request and what must and must not come of it.
type scenario struct {
	name    string
	method  string
	target  string
	header  map[string]string
	body    string
	status  int
	want    []string // in the answer's head or body
	wantNot []string
}

func (s scenario) run(t *testing.T, f http.Handler) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(s.method, s.target, strings.NewReader(s.body))
	for k, v := range s.header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if w.Code != s.status {
		t.Fatalf("%s: status %d, want %d\n%s", s.name, w.Code, s.status, w.Body)
	}
	var head bytes.Buffer
	_ = w.Header().Write(&head)
	whole := head.String() + "\n" + w.Body.String()
	for _, want := range s.want {
		if !strings.Contains(whole, want) {
			t.Errorf("%s: %q is missing in\n%s", s.name, want, whole)
		}
	}
	for _, not := range append(s.wantNot, "goroutine [", "runtime/debug.Stack", ".go:", "/secret/path", "panic") {
		if strings.Contains(whole, not) {
			t.Errorf("%s: %q must not appear in\n%s", s.name, not, whole)
		}
	}
	return w
}

func say(text string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.JSON(w, http.StatusOK, map[string]string{"said": text, "who": web.PrincipalOf(r.Context()).Login,
			"lang": string(web.LangOf(r.Context())), "code": web.Param(r, "code")})
	}
}

type birth struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

func hear(w http.ResponseWriter, r *http.Request) error {
	var b birth
	if err := web.Decode(r, &b); err != nil {
		return err
	}
	return web.JSON(w, http.StatusCreated, b)
}

func street() []web.Route {
	public := web.Access{Public: true, Relation: web.Any}
	staff := web.Access{Roles: []who.Role{who.Clerk}, Relation: web.OwnAgency, Scope: "agency of the dossier"}
	return []web.Route{
		{Method: "GET", Pattern: "/api/v1/open", Format: web.API, Access: public, Summary: "web.home", Handler: say("open"),
			Params: []web.Parameter{{Name: "q", Summary: "web.search.label"}, {Name: "late", Summary: "web.search.label", Values: web.Flag()}}, Answer: web.List[birth]{}},
		{Method: "GET", Pattern: "/api/v1/open/{code}", Format: web.API, Access: public, Summary: "web.home", Handler: say("one")},
		{Method: "POST", Pattern: "/api/v1/births", Format: web.API, Access: web.Access{Relation: web.Any}, Summary: "web.home",
			Handler: hear, Body: birth{}, Answer: birth{}},
		{Method: "GET", Pattern: "/api/v1/inbox", Format: web.API, Access: staff, Summary: "web.home", Handler: say("inbox")},
		{Method: "GET", Pattern: "/api/v1/fall", Format: web.API, Access: public, Summary: "web.home",
			Handler: func(http.ResponseWriter, *http.Request) error { panic("the password is hunter2") }},
		{Method: "GET", Pattern: "/api/v1/broken", Format: web.API, Access: public, Summary: "web.home",
			Handler: func(http.ResponseWriter, *http.Request) error { return errors.New("pq: hunter2 at /secret/path") }},
		{Method: "GET", Pattern: "/page", Format: web.Page, Access: public, Handler: say("page")},
		{Method: "GET", Pattern: "/page/fall", Format: web.Page, Access: public,
			Handler: func(http.ResponseWriter, *http.Request) error { panic("hunter2") }},
		{Method: "GET", Pattern: "/ban-lam-viec", Format: web.Page, Access: staff, Handler: say("desk")},
		{Method: "POST", Pattern: "/ban-lam-viec", Format: web.Page, Access: staff, Handler: say("desk")},
		{Method: "POST", Pattern: "/bieu-mau", Format: web.Page, Access: public, Handler: echoForm},
		{Method: "POST", Pattern: "/tai-len", Format: web.Page, Access: public, MaxBody: 8 << 20, Handler: echoForm},
		{Method: "POST", Pattern: "/api/v1/session", Format: web.API, Access: public, Summary: "web.home", Rate: web.RateSignIn,
			Handler: signIn},
	}
}

func echoForm(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, map[string]string{"name": f.Trim("name")})
}

func signIn(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.SignIn(w, r, "motcua", secret.New("right")); err != nil {
		return err
	}
	return web.JSON(w, http.StatusCreated, struct{}{})
}

func TestScenarios(t *testing.T) {
	f, _ := house(t, nil, street()...)
	auth := func(login string) map[string]string { return map[string]string{"Authorization": "Bearer " + login} }
	withJSON := func(login string) map[string]string {
		h := auth(login)
		h["Content-Type"] = "application/json"
		return h
	}
	problem := "application/problem+json"
	for _, s := range []scenario{
		{name: "an open route answers a stranger with the security headers", method: "GET", target: "/api/v1/open", status: 200,
			want:    []string{`"said":"open"`, "default-src 'none'", "frame-ancestors 'none'", "nosniff", "X-Request-Id", "no-store"},
			wantNot: []string{"unsafe-inline", "Strict-Transport"}},
		{name: "a value that a parameter cannot have is 400 and named", method: "GET", target: "/api/v1/open?late=maybe", status: 400,
			want: []string{problem, `"field":"late"`, "true, false"}},
		{name: "so is a second value of it", method: "GET", target: "/api/v1/open?late=true&late=maybe", status: 400},
		{name: "an empty value is none", method: "GET", target: "/api/v1/open?late=", status: 200},
		{name: "any text goes where the values are no fixed list", method: "GET", target: "/api/v1/open?q=maybe&late=false", status: 200},
		{name: "HEAD is answered as GET", method: "HEAD", target: "/api/v1/open", status: 200},
		{name: "a parameter is handed out unescaped", method: "GET", target: "/api/v1/open/H17%2D1%20a", status: 200, want: []string{`"H17-1 a"`}},
		{name: "a stranger is told 401 before the body is looked at", method: "POST", target: "/api/v1/births", body: "{{{", status: 401,
			want: []string{problem, `"code":"unauthenticated"`, "Www-Authenticate: Bearer"}},
		{name: "a wrong token is told 401 even where all may read", method: "GET", target: "/api/v1/open", header: auth("nobody"), status: 401,
			want: []string{"urn:egov:problem:web.token.invalid"}},
		{name: "the wrong role is told 403", method: "GET", target: "/api/v1/inbox", header: auth("dan"), status: 403, want: []string{`"code":"forbidden"`}},
		{name: "another wrong role is told 403", method: "GET", target: "/api/v1/inbox", header: auth("quantri"), status: 403},
		{name: "the right role is let in", method: "GET", target: "/api/v1/inbox", header: auth("motcua"), status: 200, want: []string{`"who":"motcua"`}},
		{name: "a cookie lets in as well", method: "GET", target: "/api/v1/inbox", header: map[string]string{"Cookie": "egov_session=motcua"}, status: 200},
		{name: "a dead cookie is removed and its owner is nobody", method: "GET", target: "/page", header: map[string]string{"Cookie": "egov_session=old"},
			status: 200, want: []string{"Set-Cookie: egov_session=; Path=/; Max-Age=0", `"who":""`}},
		{name: "an office that does not answer is 503", method: "GET", target: "/page", header: map[string]string{"Cookie": "egov_session=down"}, status: 503},
		{name: "a stranger's page visit leads to the sign-in page", method: "GET", target: "/ban-lam-viec?x=1", status: 303,
			want: []string{"Location: /dang-nhap?next=%2Fban-lam-viec%3Fx%3D1"}},
		{name: "a stranger's form is told 401 with a way on", method: "POST", target: "/ban-lam-viec", status: 401, want: []string{"Cần đăng nhập", "/dang-nhap"}},
		{name: "a citizen on a clerk's page is told 403 as a page", method: "GET", target: "/ban-lam-viec",
			header: map[string]string{"Cookie": "egov_session=dan"}, status: 403, want: []string{"text/html", "<h1>Không có quyền"}},
		{name: "a signed-in page is not to be stored", method: "GET", target: "/ban-lam-viec", header: map[string]string{"Cookie": "egov_session=motcua"},
			status: 200, want: []string{"Cache-Control: no-store"}},

		{name: "JSON is read", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"name":"Đỗ","count":2}`, status: 201, want: []string{`"name":"Đỗ"`}},
		{name: "malformed JSON is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"name":`, status: 400, want: []string{"web.json.malformed", problem}},
		{name: "an empty body is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), status: 400, want: []string{"web.json.malformed"}},
		{name: "an unknown member is 400 and named", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"nom":"x"}`, status: 400, want: []string{`"field":"nom"`}},
		{name: "a repeated member is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"name":"x","name":"y"}`, status: 400, want: []string{"web.json.twice"}},
		{name: "a wrong type is 400 and named", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"count":"x"}`, status: 400, want: []string{`"field":"count"`, "number"}},
		{name: "trailing data is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"name":"x"} {}`, status: 400, want: []string{"web.json.trailing"}},
		{name: "an array is not an object", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `[{"name":"x"}]`, status: 400, want: []string{"web.json.object"}, wantNot: []string{"«»"}},
		{name: "a text is not an object", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `"x"`, status: 400, want: []string{"web.json.object"}},
		{name: "a number is not an object", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: ` 7`, status: 400, want: []string{"web.json.object"}},
		{name: "null is not an empty object", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `null`, status: 400, want: []string{"web.json.object"}},
		{name: "blanks before the object are none of our business", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: "\r\n {\"name\":\"x\"}", status: 201},
		{name: "a written NUL is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"name":"a\u0000b"}`, status: 400, want: []string{"text.invalid"}},
		{name: "a raw NUL is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: "{\"name\":\"a\x00b\"}", status: 400},
		{name: "text that is not UTF-8 is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: "{\"name\":\"\xff\xfe\"}", status: 400, want: []string{"text.invalid"}},
		{name: "JSON nested without end is 400", method: "POST", target: "/api/v1/births", header: withJSON("dan"), body: `{"name":` + strings.Repeat("[", 5000), status: 400},
		{name: "another content type is 415", method: "POST", target: "/api/v1/births",
			header: map[string]string{"Authorization": "Bearer dan", "Content-Type": "text/plain"}, body: `{}`, status: 415, want: []string{`"code":"unsupported"`}},
		{name: "no content type is 415", method: "POST", target: "/api/v1/births", header: auth("dan"), body: `{}`, status: 415},
		{name: "a body of 10 MB is 413", method: "POST", target: "/api/v1/births", header: withJSON("dan"),
			body: `{"name":"` + strings.Repeat("x", 10<<20) + `"}`, status: 413, want: []string{`"code":"too_large"`, problem}, wantNot: []string{"xxxx"}},

		{name: "NUL in the path is 400", method: "GET", target: "/api/v1/open/a%00b", status: 400, want: []string{"web.address", problem}},
		{name: "a path that is not UTF-8 is 400", method: "GET", target: "/api/v1/open/%ff", status: 400},
		{name: "NUL in the query is 400", method: "GET", target: "/page?q=%00", status: 400, want: []string{"text/html"}},
		{name: "a bad escape in the query is 400", method: "GET", target: "/page?q=%zz", status: 400},
		{name: "an unknown path of the API is a problem", method: "GET", target: "/api/v1/none", status: 404, want: []string{problem, `"code":"not_found"`, `"title":"Không tìm thấy"`}},
		{name: "an unknown path is a page", method: "GET", target: "/none", status: 404, want: []string{"<h1>Không tìm thấy</h1>", `<html lang="vi">`}},
		{name: "a program that takes JSON gets a problem anywhere", method: "GET", target: "/none", header: map[string]string{"Accept": "application/json"}, status: 404, want: []string{problem}},
		{name: "a wrong method is 405 and says which are right", method: "PUT", target: "/api/v1/births", status: 405, want: []string{"Allow: POST", problem}, wantNot: []string{"Allow: GET"}},
		{name: "a wrong method on a page is a page", method: "DELETE", target: "/page", status: 405, want: []string{"Allow: GET", "text/html"}},
		{name: "an invented method is 405", method: "BREW", target: "/page", status: 405},
		{name: "one slash too many leads to the right address", method: "GET", target: "/page/?a=b", status: 301, want: []string{"Location: /page?a=b"}},
		{name: "two slashes do not lead to another host", method: "GET", target: "//evil.example/", status: 404, wantNot: []string{"Location"}},

		{name: "a panic is 500 without its words", method: "GET", target: "/api/v1/fall", status: 500, want: []string{problem, `"instance":"urn:uuid:`}, wantNot: []string{"hunter2"}},
		{name: "a panic on a page is a page", method: "GET", target: "/page/fall", status: 500, want: []string{"<h1>Hệ thống gặp lỗi</h1>"}, wantNot: []string{"hunter2"}},
		{name: "an unforeseen error is 500 without its words", method: "GET", target: "/api/v1/broken", status: 500, wantNot: []string{"hunter2", "pq:"}},

		{name: "a problem speaks English to those who ask", method: "GET", target: "/api/v1/none", header: map[string]string{"Accept-Language": "en-GB,en;q=0.9"},
			status: 404, want: []string{`"title":"Not found"`, "Content-Language: en"}},
		{name: "a page stays Vietnamese whatever the browser's maker thought", method: "GET", target: "/none", header: map[string]string{"Accept-Language": "en-US"},
			status: 404, want: []string{`<html lang="vi">`}},
		{name: "the switch changes the language and is remembered", method: "GET", target: "/none?lang=en", status: 404,
			want: []string{`<html lang="en">`, "Set-Cookie: egov_lang=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", "?lang=vi"}},
		{name: "the remembered language holds", method: "GET", target: "/none", header: map[string]string{"Cookie": "egov_lang=en"}, status: 404, want: []string{`<html lang="en">`}},
		{name: "an unknown language is nothing", method: "GET", target: "/none?lang=xx", status: 404, want: []string{`<html lang="vi">`}, wantNot: []string{"Set-Cookie"}},

		{name: "a form is read", method: "POST", target: "/bieu-mau", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			body: "name=+%C4%90%E1%BB%97+", status: 200, want: []string{`"name":"Đỗ"`}},
		{name: "a form with NUL is 400", method: "POST", target: "/bieu-mau", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body: "name=a%00", status: 400},
		{name: "a form that is JSON is 415", method: "POST", target: "/bieu-mau", header: map[string]string{"Content-Type": "application/json"}, body: "{}", status: 415},
		{name: "another site's form is refused", method: "POST", target: "/bieu-mau",
			header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
			body:   "name=a", status: 403, want: []string{"trang web khác"}},
		{name: "another site's form is refused by its origin alone", method: "POST", target: "/ban-lam-viec",
			header: map[string]string{"Origin": "https://evil.example", "Cookie": "egov_session=motcua"}, status: 403},
		{name: "a bearer token needs no such check", method: "POST", target: "/api/v1/births",
			header: map[string]string{"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site", "Authorization": "Bearer dan", "Content-Type": "application/json"},
			body:   `{}`, status: 201},
		{name: "the platform is alive", method: "GET", target: "/healthz", status: 200},
		{name: "the platform is ready", method: "GET", target: "/readyz", status: 200},
		{name: "figures are not for strangers", method: "GET", target: "/metrics", status: 404},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(t, f) })
	}
}

// A body of unknown length is cut off at the route's limit, and an upload leaves no file behind.
func TestBodiesAreBounded(t *testing.T) {
	f, _ := house(t, nil, street()...)
	srv := httptest.NewServer(f)
	defer srv.Close()
	send := func(path, kind string, body io.Reader) *http.Response {
		r, err := http.NewRequest("POST", srv.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer dan")
		r.Header.Set("Content-Type", kind)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp
	}
	endless := io.MultiReader(strings.NewReader(`{"name":"`), strings.NewReader(strings.Repeat("x", 3<<20)))
	if resp := send("/api/v1/births", "application/json", endless); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a chunked body of 3 MB: %d, want 413", resp.StatusCode)
	}
	t.Setenv("TMPDIR", t.TempDir())
	var form bytes.Buffer
	mw := multipart.NewWriter(&form)
	part, err := mw.CreateFormFile("paper", "a.pdf")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(bytes.Repeat([]byte("x"), 2<<20))
	_ = mw.WriteField("name", "An")
	_ = mw.Close()
	if resp := send("/tai-len", mw.FormDataContentType(), &form); resp.StatusCode != http.StatusOK {
		t.Errorf("an upload: %d, want 200", resp.StatusCode)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left behind: %v, %v", left, err)
	}
}

func TestTheLogHoldsNoQueriesAndNoPathsOfPeople(t *testing.T) {
	f, log := house(t, nil, street()...)
	scenario{name: "a visit", method: "GET", target: "/api/v1/open/H17.1-240101-0001?q=Nguyen-Van-A", status: 200}.run(t, f)
	scenario{name: "a fall", method: "GET", target: "/api/v1/fall", status: 500}.run(t, f)
	got := log.String()
	for _, not := range []string{"Nguyen-Van-A", "H17.1-240101-0001"} {
		if strings.Contains(got, not) {
			t.Errorf("the log holds %q:\n%s", not, got)
		}
	}
	for _, want := range []string{`"route":"/api/v1/open/{code}"`, `"msg":"panic"`, `"stack":"goroutine`, `"request":"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %q:\n%s", want, got)
		}
	}
}

func TestCookiesUnderHTTPS(t *testing.T) {
	f, _ := house(t, func(c *web.Config) { c.PublicURL = "https://dichvucong.danang.gov.vn" }, street()...)
	scenario{name: "the session's cookie", method: "POST", target: "/api/v1/session", status: 201,
		want: []string{"Set-Cookie: __Host-egov_session=motcua; Path=/; HttpOnly; Secure; SameSite=Lax", "Strict-Transport-Security"}}.run(t, f)
	scenario{name: "a cookie without the prefix counts for nothing", method: "GET", target: "/api/v1/inbox", status: 401,
		header: map[string]string{"Cookie": "egov_session=motcua"}}.run(t, f)
	scenario{name: "the public address is no other site", method: "POST", target: "/ban-lam-viec", status: 200,
		header: map[string]string{"Cookie": "__Host-egov_session=motcua", "Origin": "https://dichvucong.danang.gov.vn"}}.run(t, f)
}

func TestRateOfSignIn(t *testing.T) {
	f, _ := house(t, func(c *web.Config) { c.RatePerMinute = map[web.Rate]int{web.RateSignIn: 3} }, street()...)
	from := func(addr string) int {
		r := httptest.NewRequest("POST", "/api/v1/session", nil)
		r.RemoteAddr = addr
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests && (w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"too_many"`)) {
			t.Errorf("a refusal says when to come back: %v %s", w.Header(), w.Body)
		}
		return w.Code
	}
	for i, want := range []int{201, 201, 201, 429, 429} {
		if got := from("127.0.0.9:5000"); got != want {
			t.Errorf("attempt %d: %d, want %d", i+1, got, want)
		}
	}
	if got := from("127.0.0.10:5000"); got != 201 {
		t.Errorf("another address: %d, want 201", got)
	}
}

func TestBehindAProxyOnThisHostEveryVisitorHasHisOwnLane(t *testing.T) {
	for _, c := range []struct {
		name, public, peer string
		want               int // of the fifth attempt, each from another visitor
	}{
		{"under https this host's word is believed", "https://dichvu.danang.example", "127.0.0.1:5000", 201},
		{"another host's is not", "https://dichvu.danang.example", "203.0.113.7:5000", 429},
		{"without https nobody stands in front", "http://127.0.0.1:8080", "127.0.0.1:5000", 429},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, _ := house(t, func(cfg *web.Config) {
				cfg.PublicURL, cfg.RatePerMinute = c.public, map[web.Rate]int{web.RateSignIn: 3}
			}, street()...)
			got := 0
			for i := range 5 {
				r := httptest.NewRequest("POST", "/api/v1/session", nil)
				r.RemoteAddr = c.peer
				r.Header.Set("X-Forwarded-For", fmt.Sprintf("127.0.0.1, 198.51.100.%d", i+1))
				w := httptest.NewRecorder()
				f.ServeHTTP(w, r)
				got = w.Code
			}
			if got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestNotReady(t *testing.T) {
	f, _ := house(t, func(c *web.Config) { c.Ready = func(context.Context) error { return errors.New("dial /secret/path") } })
	scenario{name: "not ready", method: "GET", target: "/readyz", status: 503, wantNot: []string{"dial"}}.run(t, f)
	scenario{name: "but alive", method: "GET", target: "/healthz", status: 200}.run(t, f)
}

func TestFigures(t *testing.T) {
	f, _ := house(t, func(c *web.Config) {
		c.MetricsToken, c.PublicURL = secret.New("figures-token"), "https://dichvu.danang.example"
	}, street()...)
	scenario{name: "a visit", method: "GET", target: "/api/v1/open", status: 200}.run(t, f)
	scenario{name: "with the token", method: "GET", target: "/metrics", header: map[string]string{"Authorization": "Bearer figures-token"}, status: 200,
		want: []string{`egov_http_requests_total{method="GET",route="/api/v1/open",status="200"} 1`}}.run(t, f)
	scenario{name: "with another", method: "GET", target: "/metrics", header: map[string]string{"Authorization": "Bearer no"}, status: 404}.run(t, f)
	for _, c := range []struct {
		name, from, host, forwarded string
		want                        int
	}{
		{"from this host", "127.0.0.1:4000", "127.0.0.1:8080", "", 200},
		{"by the name of every host", "127.0.0.1:4000", "LocalHost:8080", "", 200},
		{"over IPv6", "[::1]:4000", "[::1]:8080", "", 200},
		{"by the public name", "127.0.0.1:4000", "dichvu.danang.example", "", 200},
		{"a page in a browser on this host, by a name of its own", "127.0.0.1:4000", "rebound.example:8080", "", 404},
		{"a name that only begins well", "127.0.0.1:4000", "127.0.0.1.rebound.example", "", 404},
		{"no name at all", "127.0.0.1:4000", "", "", 404},
		{"from elsewhere, under a name of this host", "203.0.113.7:4000", "127.0.0.1:8080", "", 404},
		{"through a proxy on this host", "127.0.0.1:4000", "127.0.0.1:8080", "203.0.113.7", 404},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr, r.Host = c.from, c.host
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

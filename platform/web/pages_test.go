package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/money"
	"egovctl/platform/web"
)

const ordinary = `{{define "title"}}T{{end}}{{define "main"}}<h1>shipped {{.Name}}</h1>{{end}}`

// withPage makes pages from the shipped templates, the page test/one and the province's files.
func withPage(t *testing.T, text string, local map[string]string) (*web.Pages, error) {
	t.Helper()
	fsys := shipped(t)
	fsys["portals/test/one.html"] = &fstest.MapFile{Data: []byte(text)}
	own := fstest.MapFS{}
	for name, text := range local {
		own[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return web.NewPages(web.PagesConfig{Shipped: fsys, Local: own, Texts: texts(t),
		Clock: clock.Fixed(time.Date(2026, 11, 22, 9, 0, 0, 0, clock.Vietnam)), Portal: web.Portal{ProvinceVI: "Thành phố Đà Nẵng"}})
}

func show(t *testing.T, p *web.Pages, l locale.Lang, page string, data any) string {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	w := httptest.NewRecorder()
	if err := p.Render(w, r.WithContext(web.WithLang(r.Context(), l)), http.StatusOK, page, data); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

type named struct{ Name string }

func TestOverrides(t *testing.T) {
	const file = "portals/test/one.html"
	for _, c := range []struct {
		name    string
		local   map[string]string
		want    string
		refused string // the file that is told in the findings
	}{
		{"no override shows the shipped page", nil, "<h1>shipped An</h1>", ""},
		{"a good override is shown", map[string]string{file: `{{define "title"}}T{{end}}{{define "main"}}<h1>own {{.Name}}</h1>{{end}}`}, "<h1>own An</h1>", ""},
		{"one that does not parse is refused", map[string]string{file: `{{define "main"}}{{if}}`}, "<h1>shipped An</h1>", file},
		{"one without the page's blocks is refused", map[string]string{file: `<p>nothing</p>`}, "<h1>shipped An</h1>", file},
		{"one that asks for what the page does not have is refused", map[string]string{file: `{{define "title"}}T{{end}}{{define "main"}}{{.Nothing}}{{end}}`}, "<h1>shipped An</h1>", file},
		{"one that points at no asset is refused", map[string]string{file: `{{define "title"}}T{{end}}{{define "main"}}{{asset "no.css"}}{{end}}`}, "<h1>shipped An</h1>", file},
		{"a good layout is shown", map[string]string{"portals/layout/footer.html": `{{define "footer"}}<footer>own footer</footer>{{end}}`}, "own footer", ""},
		{"a layout that does not parse is refused", map[string]string{"portals/layout/footer.html": `{{define "footer"}}{{end`}, "foot-links", "portals/layout/footer.html"},
		{"a layout that fails is refused", map[string]string{"portals/layout/footer.html": `{{define "footer"}}{{.Nothing}}{{end}}`}, "foot-links", "portals/layout/footer.html"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := withPage(t, ordinary, c.local)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Declare("test/one", named{"An"}); err != nil {
				t.Fatal(err)
			}
			if got := show(t, p, locale.Vietnamese, "test/one", named{"An"}); !strings.Contains(got, c.want) {
				t.Errorf("%q is missing in\n%s", c.want, got)
			}
			findings := p.Findings()
			if c.refused == "" && len(findings) != 0 || c.refused != "" && (len(findings) != 1 || findings[0].Args["file"] != c.refused) {
				t.Errorf("findings %v, want one for %q", findings, c.refused)
			}
		})
	}
}

func TestAShippedPageThatIsWrongStopsTheStart(t *testing.T) {
	if _, err := withPage(t, `{{define "main"}}{{if}}`, nil); err == nil {
		t.Error("a shipped page that does not parse was taken")
	}
	p, err := withPage(t, ordinary, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Declare("test/none", nil); err == nil {
		t.Error("a page that is not there was declared")
	}
	if err := p.Declare("test/one", struct{}{}); err == nil {
		t.Error("a page that cannot show its sample was declared")
	}
}

func TestFunctions(t *testing.T) {
	at := time.Date(2026, 2, 5, 7, 5, 0, 0, time.UTC)
	data := map[string]any{"at": at, "zero": time.Time{}, "none": (*time.Time)(nil), "dong": money.Dong(1234567), "n": 1234567,
		"code": "H17/1 á", "due": time.Date(2026, 11, 20, 17, 0, 0, 0, clock.Vietnam), "soon": time.Date(2026, 11, 25, 0, 0, 0, 0, clock.Vietnam),
		"err": fault.New(fault.Invalid, "person.number.invalid"), "nasty": `"><script>alert(1)</script>`}
	for _, c := range []struct{ text, vi, en string }{
		{`{{date .at}}`, "05/02/2026", "05/02/2026"},
		{`{{datetime .at}}`, "05/02/2026 14:05", "05/02/2026 14:05"},
		{`{{longdate .at}}`, "ngày 05 tháng 02 năm 2026", "5 February 2026"},
		{`{{isodate .at}}`, "2026-02-05", "2026-02-05"},
		{`[{{date .zero}}{{date .none}}{{date nil}}]`, "[]", "[]"},
		{`{{dong .dong}}`, "1.234.567 đ", "1.234.567 đ"},
		{`{{number .n}}`, "1.234.567", "1.234.567"},
		{`{{daysleft .due}}`, "Quá hạn 2 ngày", "Days overdue: 2"},
		{`{{daysleft .soon}}`, "Còn 3 ngày", "Days left: 3"},
		{`{{fault .err}}`, "Số định danh cá nhân phải gồm đúng 12 chữ số.", "A personal identification number has exactly 12 digits."},
		{`{{cure .err}}`, "Nhập lại 12 chữ số ghi trên thẻ căn cước.", "Enter the 12 digits printed on the identity card."},
		{`<a href="{{path "/ho-so" .code}}{{query "q" "a b" "x" ""}}">`, `href="/ho-so/H17%2F1%20%C3%A1?q=a&#43;b"`, `href="/ho-so/H17%2F1%20%C3%A1?q=a&#43;b"`},
		{`<p>{{.nasty}}</p>`, "&lt;script&gt;", "&lt;script&gt;"},
		{`{{either "một" "one"}}{{either "hai" ""}}`, "mộthai", "onehai"},
		{`{{template "badge" (dict "kind" "late" "text" "Quá hạn")}}`, `<span class="badge badge-late">Quá hạn</span>`, "badge-late"},
	} {
		p, err := withPage(t, `{{define "title"}}T{{end}}{{define "main"}}`+c.text+`{{end}}`, nil)
		if err != nil {
			t.Fatal(err)
		}
		for l, want := range map[locale.Lang]string{locale.Vietnamese: c.vi, locale.English: c.en} {
			got := show(t, p, l, "test/one", data)
			if !strings.Contains(got, want) || strings.Contains(got, "<script>") {
				t.Errorf("%s in %s: %q is missing in\n%s", c.text, l, want, got)
			}
		}
	}
}

func TestAFormShowsAgainWhatWasTypedAndWhatIsWrong(t *testing.T) {
	p, err := withPage(t, `{{define "title"}}T{{end}}{{define "main"}}{{template "errors" .Form}}{{template "input" (dict "form" .Form "name" "phone" "label" "Điện thoại" "hint" "10 số" "required" true)}}{{end}}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	form := web.NewForm("phone", `12"3`)
	form.Fail("phone", fault.New(fault.Invalid, "person.phone.invalid"))
	got := show(t, p, locale.Vietnamese, "test/one", struct{ Form web.Form }{form})
	for _, want := range []string{`<a href="#phone">Số điện thoại không hợp lệ.</a>`, `value="12&#34;3"`, `aria-invalid="true"`,
		`aria-describedby="phone-error"`, `id="phone-error"`, `<label for="phone">Điện thoại</label>`, " required"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

// A fresh clone has only the placeholder in dist/: the portal stands without the fetched typeface.
func TestPagesStandWithoutFetchedAssets(t *testing.T) {
	fsys := shipped(t)
	for name := range fsys {
		if strings.HasPrefix(name, "portals/assets/dist/") && !strings.HasSuffix(name, "PLACEHOLDER.txt") {
			delete(fsys, name)
		}
	}
	p, err := web.NewPages(web.PagesConfig{Shipped: fsys, Texts: texts(t)})
	if err != nil {
		t.Fatal(err)
	}
	got := show(t, p, locale.Vietnamese, web.ErrorPage, web.Problem{Title: "x"})
	if strings.Contains(got, "fonts.css") || !strings.Contains(got, "css/portal.css") {
		t.Errorf("the page points at what is not there:\n%s", got)
	}
}

func TestAssets(t *testing.T) {
	f, _ := house(t, nil)
	page := scenario{name: "a page", method: "GET", target: "/none", status: 404}.run(t, f).Body.String()
	_, rest, _ := strings.Cut(page, `href="/assets/`)
	digest, _, _ := strings.Cut(rest, "/")
	scenario{name: "a file may be kept for ever", method: "GET", target: "/assets/" + digest + "/css/portal.css", status: 200,
		want: []string{"immutable", "text/css"}, wantNot: []string{"Content-Encoding"}}.run(t, f)
	scenario{name: "compressed for those who take it", method: "GET", target: "/assets/" + digest + "/css/portal.css", status: 200,
		header: map[string]string{"Accept-Encoding": "br, gzip"}, want: []string{"Content-Encoding: gzip"}}.run(t, f)
	scenario{name: "another release's address gets today's file, not to be kept", method: "GET", target: "/assets/0123/css/portal.css", status: 200,
		wantNot: []string{"immutable"}}.run(t, f)
	for _, hidden := range []string{"package.json", ".npmrc", "build", "dist/PLACEHOLDER.txt", "../layout/base.html", "%2e%2e/layout/base.html"} {
		scenario{name: hidden + " is not served", method: "GET", target: "/assets/" + digest + "/" + hidden, status: 404}.run(t, f)
	}
}

package browser_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"egovctl/cmd/egovctl/internal/trial"
)

func TestMain(m *testing.M) {
	code := m.Run()
	trial.End()
	os.Exit(code)
}

// visitor is one person at the portal, with a browser of his own.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	url  string
	name string // what the pictures are called after
}

// visit opens a browser for one person. With scripts false no script of a page would run, if there were one.
func visit(t *testing.T, url, name string, scripts bool) *visitor {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("lang", "vi"), chromedp.Flag("hide-scrollbars", true))
	ctx, leave := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("close the browser: %v", err)
		}
		leave()
		stop()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	v := &visitor{t: t, ctx: ctx, url: url, name: name}
	v.do(emulation.SetScriptExecutionDisabled(!scripts))
	v.width(1440)
	return v
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium on this host: apt-get install chromium")
	return ""
}

// becomes makes another person of this visitor: the cookies of the one before are gone.
func (v *visitor) becomes(name string) {
	v.t.Helper()
	v.name = name
	v.do(network.ClearBrowserCookies())
}

// patience is the longest that a page may take on a slow and busy host.
const patience = 30 * time.Second

func (v *visitor) do(actions ...chromedp.Action) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		v.t.Fatalf("%s at %s: %v", v.name, v.at(), err)
	}
}

// goes does what leads to another page, waits for it, and wants it to answer with this status.
func (v *visitor) goes(status int64, actions ...chromedp.Action) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	from := v.at()
	answer, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		v.t.Fatalf("%s from %s: %v", v.name, from, err)
	}
	if answer.Status != status {
		v.t.Fatalf("%s from %s: %s answers %d, want %d: %s", v.name, from, answer.URL, answer.Status, status, v.text("main"))
	}
}

// open goes to a path of the portal.
func (v *visitor) open(path string) { v.t.Helper(); v.goes(200, chromedp.Navigate(v.url+path)) }

// press clicks what leads to another page.
func (v *visitor) press(selector string) {
	v.t.Helper()
	v.goes(200, chromedp.Click(selector, chromedp.ByQuery))
}

// unfold opens a panel that hides its form until it is wanted.
func (v *visitor) unfold(details string) {
	v.t.Helper()
	if v.count(details+"[open]") == 0 {
		v.do(chromedp.Click(details+" > summary", chromedp.ByQuery))
	}
	v.do(chromedp.WaitVisible(details+" > form", chromedp.ByQuery))
}

// fill types over what stands in an input.
func (v *visitor) fill(selector, value string) {
	v.t.Helper()
	v.do(chromedp.Clear(selector, chromedp.ByQuery), chromedp.SendKeys(selector, value, chromedp.ByQuery))
}

// ask evaluates an expression in the page.
func (v *visitor) ask(expression string, into any) {
	v.t.Helper()
	v.do(chromedp.Evaluate(expression, into))
}

// text is what a person reads in an element.
func (v *visitor) text(selector string) string {
	v.t.Helper()
	var s string
	v.ask(fmt.Sprintf(`(document.querySelector(%q) || {innerText: ""}).innerText`, selector), &s)
	return s
}

// value is what stands in an input.
func (v *visitor) value(selector string) string {
	v.t.Helper()
	var s string
	v.ask(fmt.Sprintf(`(document.querySelector(%q) || {value: ""}).value`, selector), &s)
	return s
}

// link is the address that a link leads to, without following it.
func (v *visitor) link(selector string) string {
	v.t.Helper()
	var s string
	v.ask(fmt.Sprintf(`(document.querySelector(%q) || {href: ""}).href`, selector), &s)
	return s
}

func (v *visitor) count(selector string) int {
	v.t.Helper()
	var n int
	v.ask(fmt.Sprintf(`document.querySelectorAll(%q).length`, selector), &n)
	return n
}

// at is the path of the page that is open.
func (v *visitor) at() string {
	var s string
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.Location(&s)); err != nil {
		return "?"
	}
	return s[min(len(v.url), len(s)):]
}

// width makes the window that wide, in CSS pixels.
func (v *visitor) width(px int64) {
	v.t.Helper()
	v.do(chromedp.EmulateViewport(px, 900))
}

// signIn signs in on the page for it.
func (v *visitor) signIn(a trial.Account) {
	v.t.Helper()
	v.open("/dang-nhap")
	v.fill("#login", a.Login)
	v.fill("#password", a.Password)
	v.press("main form button")
	if v.at() == "/dang-nhap" {
		v.t.Fatalf("%s cannot sign in: %s", a.Login, v.text("main"))
	}
}

// download fetches a file with the cookies of this visitor.
func (v *visitor) download(address string) (body []byte, header http.Header) {
	v.t.Helper()
	var cookies []*network.Cookie
	v.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		cookies, err = network.GetCookies().Do(ctx)
		return err
	}))
	req, err := http.NewRequestWithContext(v.ctx, http.MethodGet, address, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // only read
	body, err = io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		v.t.Fatalf("%s answers %d, %v", address, res.StatusCode, err)
	}
	return body, res.Header
}

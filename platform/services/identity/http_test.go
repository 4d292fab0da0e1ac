package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
)

func (h *house) send(method, path, token, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	front, err := web.NewFront(web.Config{Routes: h.Module().Routes, Pages: h.deps.Pages, Texts: h.deps.Texts, Log: h.deps.Log,
		Clock: h.clock, Identities: h.Service, RatePerMinute: map[web.Rate]int{web.RateSignIn: 10000}})
	if err != nil {
		h.t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	switch {
	case strings.HasPrefix(path, "/api/") && body != "":
		r.Header.Set("Content-Type", "application/json")
	case body != "":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if strings.HasPrefix(path, "/api/") && token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	} else if token != "" {
		r.AddCookie(&http.Cookie{Name: "egov_session", Value: token})
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	return w
}

func TestSessionAPI(t *testing.T) {
	h := build(t)
	body := fmt.Sprintf(`{"login":"motcua.phuong-mot","password":%q}`, h.demo["motcua.phuong-mot"].Password.Reveal())
	w := h.send("POST", "/api/v1/session", "", body)
	var o struct {
		Token   string
		Expires time.Time `json:"expires_at"`
		Account struct {
			Login     string
			Positions []struct{ Role, Agency string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil || w.Code != 200 || o.Token == "" || o.Account.Login != "motcua.phuong-mot" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(o.Account.Positions) != 1 || o.Account.Positions[0].Agency != "H17.2.1" || o.Account.Positions[0].Role != "clerk" {
		t.Errorf("%+v", o.Account)
	}
	if w := h.send("GET", "/api/v1/session", o.Token, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "motcua.phuong-mot") {
		t.Errorf("who am I: %d %s", w.Code, w.Body)
	}
	if w := h.send("GET", "/api/v1/accounts", o.Token, ""); w.Code != 403 {
		t.Errorf("a clerk lists accounts: %d", w.Code)
	}
	if w := h.send("DELETE", "/api/v1/session", o.Token, ""); w.Code != 204 {
		t.Errorf("sign out: %d", w.Code)
	}
	if w := h.send("GET", "/api/v1/session", o.Token, ""); w.Code != 401 {
		t.Errorf("after signing out: %d", w.Code)
	}
	one := h.send("POST", "/api/v1/session", "", `{"login":"quantri","password":"x"}`)
	two := h.send("POST", "/api/v1/session", "", `{"login":"khong.co","password":"x"}`)
	strip := func(w *httptest.ResponseRecorder) string {
		b, _, _ := strings.Cut(w.Body.String(), `"instance"`)
		return b
	}
	if one.Code != 401 || strip(one) != strip(two) {
		t.Errorf("%d %s\n%d %s", one.Code, one.Body, two.Code, two.Body)
	}
	for range 10 {
		w = h.send("POST", "/api/v1/session", "", `{"login":"quantri","password":"x"}`)
	}
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("after many tries: %d %v", w.Code, w.Header())
	}
}

func TestAccountsAPI(t *testing.T) {
	h := build(t)
	o, err := h.Token(context.Background(), who.Program("cli"), "quantri.phuong-mot")
	if err != nil {
		t.Fatal(err)
	}
	token := o.Token.Reveal()
	w := h.send("POST", "/api/v1/accounts", token, `{"login":"moi","name":"Lê Mới","positions":[{"role":"clerk","agency":"H17.2.1"}]}`)
	if w.Code != 201 || !strings.Contains(w.Body.String(), `"setup_link":"/thiet-lap/`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		has                string
	}{
		{"GET", "/api/v1/accounts?q=le+moi", "", 200, `"login":"moi"`},
		{"GET", "/api/v1/accounts?agency=H17.2.1&status=new", "", 200, `"login":"moi"`},
		{"GET", "/api/v1/accounts?status=odd", "", 400, `"field":"status"`},
		{"GET", "/api/v1/accounts?agency=H99", "", 400, `"field":"agency"`},
		{"PUT", "/api/v1/accounts/moi/positions", `{"positions":[{"role":"officer","agency":"H17.2.1"}]}`, 200, `"officer"`},
		{"PUT", "/api/v1/accounts/moi/positions", `{"positions":[{"role":"king","agency":"H17.2.1"}]}`, 400, ""},
		{"PUT", "/api/v1/accounts/moi/positions", `{"positions":[{"role":"clerk","agency":"H99"}]}`, 400, ""},
		{"POST", "/api/v1/accounts/moi/lock", "", 200, `"locked"`},
		{"POST", "/api/v1/accounts/moi/unlock", "", 200, `"login":"moi"`},
		{"POST", "/api/v1/accounts/moi/reset", "", 200, "setup_link"},
		{"POST", "/api/v1/accounts/motcua.so-xay-dung/lock", "", 404, ""},
		{"POST", "/api/v1/accounts", `{"login":"x y","name":"Lê","positions":[{"role":"clerk","agency":"H17.2.1"}]}`, 400, "login"},
	} {
		w := h.send(c.method, c.path, token, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
	if n := h.d.Text(`select count(*) from platform.audit where service = 'identity' and login = 'quantri.phuong-mot'`); n == "0" {
		t.Error("nothing was noted")
	}
}

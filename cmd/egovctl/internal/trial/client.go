package trial

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Client speaks to the instance over HTTP as one person, or as nobody.
type Client struct {
	t     testing.TB
	base  string
	token string
	http  *http.Client
}

// Anonymous is a client without login.
func (p *Place) Anonymous() *Client {
	p.T.Helper()
	return &Client{t: p.T, base: p.URL(), http: &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SignIn is a client with a bearer token. One login per account and instance is kept: sign-ins are rationed.
func (p *Place) SignIn(a Account) *Client {
	p.T.Helper()
	c := p.Anonymous()
	key := p.Base + " " + a.Login + " " + a.Password
	if kept, ok := tokens.Load(key); ok {
		c.token = kept.(string) //nolint:forcetypeassert // only strings are stored
		return c
	}
	var session struct {
		Token string `json:"token"`
	}
	c.Post("/api/v1/session", map[string]string{"login": a.Login, "password": a.Password}).Status(http.StatusOK).JSON(&session)
	if session.Token == "" {
		p.T.Fatalf("no token for %s", a.Login)
	}
	c.token = session.Token
	tokens.Store(key, c.token)
	return c
}

// As signs in the demo's account with a role at an agency.
func (p *Place) As(in Installed, role, agency string) *Client {
	p.T.Helper()
	a, ok := in.Holder(role, agency)
	if !ok {
		p.T.Fatalf("no account is %s at %q", role, agency)
	}
	return p.SignIn(a)
}

var tokens sync.Map

// Header is one more header of a request.
type Header struct{ Name, Value string }

// Get asks for a path.
func (c *Client) Get(path string, headers ...Header) Answer {
	c.t.Helper()
	return c.Do(http.MethodGet, path, nil, headers...)
}

// Post sends a value as JSON.
func (c *Client) Post(path string, body any, headers ...Header) Answer {
	c.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.Do(http.MethodPost, path, bytes.NewReader(raw), append([]Header{{"Content-Type", "application/json"}}, headers...)...)
}

// Do sends any request.
func (c *Client) Do(method, path string, body io.Reader, headers ...Header) Answer {
	c.t.Helper()
	a, err := c.try(method, path, body, headers...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// try is Do for whoever counts with it that nobody answers.
func (c *Client) try(method, path string, body io.Reader, headers ...Header) (Answer, error) {
	r, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return Answer{}, err
	}
	r.Header.Set("Accept", "application/json, text/html;q=0.5")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for _, h := range headers {
		r.Header.Set(h.Name, h.Value)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	a := Answer{t: c.t, What: method + " " + path, Code: resp.StatusCode, Header: resp.Header, Body: string(raw)}
	return a, errors.Join(err, resp.Body.Close())
}

// Answer is what came back.
type Answer struct {
	t      testing.TB
	What   string
	Code   int
	Header http.Header
	Body   string
}

// Status fails the test unless the answer has this status.
func (a Answer) Status(want int) Answer {
	a.t.Helper()
	if a.Code != want {
		a.t.Fatalf("%s: status %d, want %d\n%s", a.What, a.Code, want, tail(a.Body))
	}
	return a
}

// JSON decodes the body.
func (a Answer) JSON(v any) Answer {
	a.t.Helper()
	if kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		a.t.Fatalf("%s: content type %q", a.What, a.Header.Get("Content-Type"))
	}
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.What, err, tail(a.Body))
	}
	return a
}

// Problem is a refusal as RFC 9457 has it.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Cure   string `json:"cure"`
	Code   string `json:"code"`
	Field  string `json:"field"`
}

// Problem checks that the answer is a refusal of the client's fault, in a sentence, and shows nothing of the inside.
func (a Answer) Problem(status int) Problem {
	a.t.Helper()
	var p Problem
	if kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type")); err != nil || kind != "application/problem+json" {
		a.t.Fatalf("%s: status %d, content type %q\n%s", a.What, a.Code, a.Header.Get("Content-Type"), tail(a.Body))
	}
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil {
		a.t.Fatalf("%s: %v", a.What, err)
	}
	if a.Code != status || p.Status != status {
		a.t.Errorf("%s: status %d, in the body %d, want %d: %s", a.What, a.Code, p.Status, status, p.Detail)
	}
	if p.Type == "" || p.Title == "" || !Sentence(p.Detail) {
		a.t.Errorf("%s: not a whole problem: %+v", a.What, p)
	}
	for _, inside := range insides {
		if strings.Contains(a.Body, inside) {
			a.t.Errorf("%s: the answer shows %q of the inside:\n%s", a.What, inside, tail(a.Body))
		}
	}
	return p
}

// insides are traces of the program's inside that no visitor may see.
var insides = []string{"goroutine ", ".go:", "panic", "SQLSTATE", "pgx", "pgconn", "postgres://", "runtime error", "/opt/", "egov_app"}

// Answers reports whether the instance answers a path with this status, also when nobody listens.
func (p *Place) Answers(path string, status int) bool {
	c := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Get(p.URL() + path)
	if err != nil {
		return false
	}
	_ = resp.Body.Close() // the status is all that counts
	return resp.StatusCode == status
}

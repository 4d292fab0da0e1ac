package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
)

func TestARouteWithoutAFullRowIsRefused(t *testing.T) {
	good := web.Route{Method: "GET", Pattern: "/api/v1/x", Format: web.API, Access: web.Access{Public: true, Relation: web.Any}, Handler: say("x")}
	for name, change := range map[string]func(*web.Route){
		"no row":                             func(r *web.Route) { r.Access = web.Access{} },
		"no relation":                        func(r *web.Route) { r.Access.Relation = "" },
		"unknown relation":                   func(r *web.Route) { r.Access.Relation = "friend" },
		"public with roles":                  func(r *web.Route) { r.Access.Roles = []who.Role{who.Clerk} },
		"public of an agency":                func(r *web.Route) { r.Access.Relation, r.Access.Scope = web.OwnAgency, "agency" },
		"own without its scope in words":     func(r *web.Route) { r.Access = web.Access{Relation: web.Own} },
		"unknown role":                       func(r *web.Route) { r.Access = web.Access{Roles: []who.Role{"king"}, Relation: web.Any} },
		"no handler":                         func(r *web.Route) { r.Handler = nil },
		"no format":                          func(r *web.Route) { r.Format = 0 },
		"a page among the API":               func(r *web.Route) { r.Format = web.Page },
		"an API route outside":               func(r *web.Route) { r.Pattern = "/x" },
		"unknown method":                     func(r *web.Route) { r.Method = "BREW" },
		"a pattern without a slash in front": func(r *web.Route) { r.Pattern = "x" },
		"an unknown rate":                    func(r *web.Route) { r.Rate = "often" },
	} {
		bad := good
		change(&bad)
		c := web.Config{Routes: []web.Route{bad}, Texts: texts(t), Log: slog.New(slog.DiscardHandler)}
		if _, err := web.NewFront(c); err == nil {
			t.Errorf("a route with %s was taken", name)
		}
	}
	twice := web.Config{Routes: []web.Route{good, good}, Texts: texts(t), Log: slog.New(slog.DiscardHandler)}
	if _, err := web.NewFront(twice); err == nil {
		t.Error("the same line was taken twice")
	}
}

func TestOpenAPI(t *testing.T) {
	f, _ := house(t, nil, street()...)
	body := scenario{name: "the document", method: "GET", target: "/api/v1/openapi.json?lang=en", status: 200}.run(t, f).Body.Bytes()
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			OperationID string                      `json:"operationId"`
			Parameters  []struct{ Name, In string } `json:"parameters"`
			Security    []map[string][]string       `json:"security"`
			Responses   map[string]json.RawMessage  `json:"responses"`
			RequestBody json.RawMessage             `json:"requestBody"`
		} `json:"paths"`
		Components struct {
			Schemas         map[string]json.RawMessage `json:"schemas"`
			SecuritySchemes map[string]json.RawMessage `json:"securitySchemes"`
		} `json:"components"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Components.SecuritySchemes["bearer"] == nil {
		t.Errorf("version %q, schemes %v", doc.OpenAPI, doc.Components.SecuritySchemes)
	}
	one := doc.Paths["/api/v1/open/{code}"]["get"]
	if len(one.Parameters) != 1 || one.Parameters[0].In != "path" || one.Parameters[0].Name != "code" {
		t.Errorf("parameters %v", one.Parameters)
	}
	post := doc.Paths["/api/v1/births"]["post"]
	if post.RequestBody == nil || len(post.Security) != 2 || post.Responses["201"] == nil || post.Responses["default"] == nil {
		t.Errorf("post %+v", post)
	}
	if doc.Paths["/page"] != nil {
		t.Error("a page is in the document")
	}
	ids := map[string]bool{}
	for path, item := range doc.Paths {
		for method, op := range item {
			if ids[op.OperationID] {
				t.Errorf("%s %s: operation %q is there twice", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	everyReferenceLeadsSomewhere(t, body, doc.Components.Schemas)
	answersFitTheirSchema(t, f, body)
}

func everyReferenceLeadsSomewhere(t *testing.T, body []byte, schemas map[string]json.RawMessage) {
	t.Helper()
	for _, part := range strings.Split(string(body), `"$ref":"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if schemas[name] == nil {
			t.Errorf("schema %q is not there", name)
		}
	}
}

// answersFitTheirSchema lets a reader of JSON Schema 2020-12 take the document and check a real refusal with it.
func answersFitTheirSchema(t *testing.T, f *web.Front, body []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:doc", doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Problem", "birth", "ListOfbirth"} {
		if _, err := c.Compile("mem:doc#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
	problem, err := c.Compile("mem:doc#/components/schemas/Problem")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/none", nil))
	answer, err := jsonschema.UnmarshalJSON(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := problem.Validate(answer); err != nil {
		t.Error(err)
	}
}

func TestLists(t *testing.T) {
	empty, _ := json.Marshal(web.NewList[int](nil, ""))
	if string(empty) != `{"items":[],"next":null}` {
		t.Errorf("an empty list is %s", empty)
	}
	page := web.NewList([]int{1}, "after:1")
	r := httptest.NewRequest("GET", "/?cursor="+*page.Next+"&limit=5", nil)
	if at, err := web.Cursor(r); err != nil || at != "after:1" {
		t.Errorf("cursor %q, %v", at, err)
	}
	if n, err := web.Limit(r, 20, 100); err != nil || n != 5 {
		t.Errorf("limit %d, %v", n, err)
	}
	for _, bad := range []string{"/?cursor=%21", "/?cursor=AA", "/?limit=0", "/?limit=101", "/?limit=x"} {
		r := httptest.NewRequest("GET", bad, nil)
		_, cursorErr := web.Cursor(r)
		_, limitErr := web.Limit(r, 20, 100)
		if cursorErr == nil && limitErr == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestSafeNext(t *testing.T) {
	for next, want := range map[string]string{"/a?b=c": "/a?b=c", "": "/", "https://evil": "/", "//evil": "/", "/\\evil": "/", "javascript:x": "/", "a": "/", "/a\r\nb": "/"} {
		if got := web.SafeNext(next, "/"); got != want {
			t.Errorf("SafeNext(%q) = %q, want %q", next, got, want)
		}
	}
}

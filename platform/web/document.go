package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
)

// object is a JSON object of the OpenAPI document.
type object = map[string]any

var pathParam = regexp.MustCompile(`\{([a-zA-Z_]+)(:[^}]*)?\}`)

// document describes the API routes as OpenAPI 3.1, in one language.
func (f *Front) document(l locale.Lang) object {
	s := newSchemas()
	problem := s.of(Problem{})
	paths := object{}
	for i := range f.routes {
		rt := &f.routes[i]
		if rt.Format != API {
			continue
		}
		path := pathParam.ReplaceAllString(rt.Pattern, "{$1}")
		item, ok := paths[path].(object)
		if !ok {
			item = object{}
			paths[path] = item
		}
		item[strings.ToLower(rt.Method)] = f.operation(l, rt, s, problem)
	}
	server := f.publicURL
	if server == "" {
		server = "/"
	}
	return object{
		"openapi": "3.1.0",
		"info":    object{"title": f.texts.T(l, "web.api.title"), "version": orElse(f.version, "0"), "description": f.texts.T(l, "web.api.about")},
		"servers": []object{{"url": server}},
		"paths":   paths,
		"components": object{
			"schemas": s.named,
			"securitySchemes": object{
				"bearer": object{"type": "http", "scheme": "bearer"},
				"cookie": object{"type": "apiKey", "in": "cookie", "name": f.cookieName(sessionCookie)},
			},
		},
	}
}

func (f *Front) operation(l locale.Lang, rt *Route, s *schemas, problem object) object {
	op := object{
		"operationId": operationID(rt),
		"summary":     f.texts.T(l, rt.Summary),
		"description": f.who(l, rt.Access),
		"tags":        []string{tag(rt.Pattern)},
		"security":    []object{{"bearer": []string{}}, {"cookie": []string{}}},
		"responses": object{
			"default":   object{"description": f.texts.T(l, "web.api.problem"), "content": object{"application/problem+json": object{"schema": problem}}},
			success(rt): f.answer(l, rt, s),
		},
	}
	if rt.Access.Public {
		op["security"] = []object{{}, {"bearer": []string{}}, {"cookie": []string{}}}
	}
	if params := f.parameters(l, rt); len(params) > 0 {
		op["parameters"] = params
	}
	if rt.Body != nil {
		op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(rt.Body)}}}
	}
	return op
}

func (f *Front) answer(l locale.Lang, rt *Route, s *schemas) object {
	ok := object{"description": f.texts.T(l, "web.api.answer")}
	if rt.Answer != nil {
		ok["content"] = object{"application/json": object{"schema": s.of(rt.Answer)}}
	}
	return ok
}

func (f *Front) parameters(l locale.Lang, rt *Route) []object {
	var out []object
	for _, m := range pathParam.FindAllStringSubmatch(rt.Pattern, -1) {
		out = append(out, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, p := range rt.Params {
		schema := object{"type": "string"}
		if p.Values != nil {
			schema["enum"] = p.Values
		}
		q := object{"name": p.Name, "in": "query", "description": f.texts.T(l, p.Summary), "schema": schema}
		if p.Example != "" {
			q["example"] = p.Example
		}
		out = append(out, q)
	}
	if rt.Method != "GET" && rt.Method != "DELETE" {
		out = append(out, object{"name": "Idempotency-Key", "in": "header",
			"description": f.texts.T(l, "web.api.idempotency"), "schema": object{"type": "string", "maxLength": 128}})
	}
	return out
}

// who says in words who may call, as the access table has it.
func (f *Front) who(l locale.Lang, a Access) string {
	switch {
	case a.Public:
		return f.texts.T(l, "web.api.public")
	case len(a.Roles) == 0:
		return f.texts.T(l, "web.api.signed_in")
	}
	names := make([]string, len(a.Roles))
	for i, role := range a.Roles {
		names[i] = f.texts.T(l, roleKey(role))
	}
	return f.texts.T(l, "web.api.roles", "roles", strings.Join(names, ", "))
}

func roleKey(r who.Role) string { return "web.role." + string(r) }

// success is the status of an answer that is no refusal. What a POST makes is created, unless the route says otherwise.
func success(rt *Route) string {
	switch {
	case rt.Status != 0:
		return strconv.Itoa(rt.Status)
	case rt.Method == http.MethodDelete && rt.Answer == nil:
		return strconv.Itoa(http.StatusNoContent)
	case rt.Method == http.MethodPost && !strings.Contains(rt.Pattern, "/actions/"):
		return strconv.Itoa(http.StatusCreated)
	}
	return strconv.Itoa(http.StatusOK)
}

func operationID(rt *Route) string {
	words := strings.FieldsFunc(strings.TrimPrefix(pathParam.ReplaceAllString(rt.Pattern, "by_$1"), "/api/v1"),
		func(c rune) bool { return c == '/' || c == '-' || c == '.' })
	return strings.ToLower(rt.Method) + "_" + strings.Join(words, "_")
}

func tag(pattern string) string {
	parts := strings.Split(strings.TrimPrefix(pattern, "/api/v1/"), "/")
	return parts[0]
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

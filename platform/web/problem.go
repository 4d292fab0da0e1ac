package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"egovctl/platform/kernel/fault"
)

// statuses is the one table from a fault's code to an HTTP status.
var statuses = map[fault.Code]int{
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Finding:         http.StatusConflict,
	fault.Partial:         http.StatusConflict,
	fault.Busy:            http.StatusConflict,
	fault.Refused:         http.StatusUnprocessableEntity,
	fault.Decide:          http.StatusConflict,
	fault.NotInstalled:    http.StatusServiceUnavailable,
	fault.Interrupted:     http.StatusServiceUnavailable,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// Status gives the HTTP status of err; 200 for nil.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if s, ok := statuses[fault.CodeOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Problem is the body of every refusal that a program gets (RFC 9457), with the cure and the field beside.
type Problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Cure     string `json:"cure,omitempty"`
	Code     string `json:"code"`
	Field    string `json:"field,omitempty"`
	Instance string `json:"instance,omitempty"`
}

// problem tells err in the reader's language. The cause stays in the log.
func (f *Front) problem(r *http.Request, status int, err error) Problem {
	lang, e := LangOf(r.Context()), fault.From(err)
	if e.Key == "internal" || strings.HasPrefix(e.Key, "db.un") || e.Key == "db.timeout" || e.Key == "db.dsn" {
		e = fault.Wrap(err, e.Code, "web.failed") // the kernel's cures are commands for the operator, not for visitors
	}
	detail, cure := f.texts.Fault(lang, e)
	code := string(e.Code)
	p := Problem{Type: "urn:egov:problem:" + e.Key, Title: f.texts.T(lang, "web.title."+code), Status: status,
		Detail: detail, Cure: cure, Code: code, Field: e.Field}
	if status == http.StatusMethodNotAllowed {
		p.Title = f.texts.T(lang, "web.title.method")
	}
	if id := RequestID(r.Context()); id != "" {
		p.Instance = "urn:uuid:" + id
	}
	return p
}

// Reference is the number under which the request is logged, for people to quote.
func (p Problem) Reference() string { return strings.TrimPrefix(p.Instance, "urn:uuid:") }

// speaksAPI reports whether the request is a program's: by path, or because it takes JSON and not HTML.
func speaksAPI(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, apiPrefix) {
		return true
	}
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// JSON answers with v as JSON.
func JSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	writeBody(w, status, "application/json; charset=utf-8", append(body, '\n'))
	return nil
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader is gone when this fails; there is nobody left to tell
}

// Redirect sends the browser to path with GET (303): after a form was accepted, reloading does not repeat it.
func Redirect(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

package web

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"

	"egovctl/platform/kernel/fault"
)

// fail is the one place where an error becomes an answer: a problem document for programs, a page for people.
func (f *Front) fail(w http.ResponseWriter, r *http.Request, err error) {
	f.failAs(w, r, Status(err), err)
}

func (f *Front) failAs(w http.ResponseWriter, r *http.Request, status int, err error) {
	f.note(r, status, err)
	v := visitOf(r.Context())
	h := w.Header()
	for _, stale := range []string{"Content-Encoding", "Content-Disposition", "ETag", "Last-Modified"} {
		h.Del(stale)
	}
	h.Set("Cache-Control", "no-store")
	if status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close") // what is still on its way is not worth reading
	}
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="egov"`)
	}
	asAPI := speaksAPI(r)
	if v.route != nil {
		asAPI = v.route.Format == API
	}
	switch {
	case asAPI:
		f.sendProblem(w, r, status, err)
	case status == http.StatusUnauthorized && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		h.Del("WWW-Authenticate")
		next := url.Values{"next": {SafeNext(r.URL.RequestURI(), "/")}}
		http.Redirect(w, r, SignInPath+"?"+next.Encode(), http.StatusSeeOther)
	default:
		h.Del("WWW-Authenticate")
		f.sendPage(w, r, status, err)
	}
}

func (f *Front) sendProblem(w http.ResponseWriter, r *http.Request, status int, err error) {
	_ = JSON(problemWriter{w}, status, f.problem(r, status, err)) // a Problem always marshals
}

// problemWriter gives the answer its own media type.
type problemWriter struct{ http.ResponseWriter }

func (p problemWriter) WriteHeader(status int) {
	p.Header().Set("Content-Type", "application/problem+json")
	p.ResponseWriter.WriteHeader(status)
}

// sendPage shows the error page; when even that cannot be rendered, its sentences alone.
func (f *Front) sendPage(w http.ResponseWriter, r *http.Request, status int, err error) {
	p := f.problem(r, status, err)
	if f.pages != nil {
		renderErr := f.pages.Render(w, r, status, ErrorPage, p)
		if renderErr == nil {
			return
		}
		f.log.ErrorContext(r.Context(), "error page", "request", RequestID(r.Context()), "error", renderErr.Error())
	}
	lang := string(LangOf(r.Context()))
	writeBody(w, status, "text/html; charset=utf-8", []byte("<!doctype html><html lang=\""+lang+"\"><title>"+
		html.EscapeString(p.Title)+"</title><h1>"+html.EscapeString(p.Title)+"</h1><p>"+html.EscapeString(p.Detail)+
		"</p><p>"+html.EscapeString(p.Cure)+"</p></html>\n"))
}

// note logs what is ours to mend. What a visitor did wrong is in the access log by its status alone.
func (f *Front) note(r *http.Request, status int, err error) {
	if status < http.StatusInternalServerError || errors.Is(err, context.Canceled) {
		return
	}
	f.log.ErrorContext(r.Context(), "request failed", "request", RequestID(r.Context()), "status", status,
		"code", string(fault.CodeOf(err)), "error", err.Error())
}

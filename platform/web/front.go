package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
)

// Config is what the front door is built from. Texts, Log and Routes are needed; the rest has a sense when absent.
type Config struct {
	Routes     []Route
	Identities Identities // nil: nobody can sign in
	Pages      *Pages     // nil: error pages are bare sentences
	Texts      *locale.Catalog
	Log        *slog.Logger
	Clock      clock.Clock // nil: the host's
	Language   locale.Lang // of pages when the reader chose none; "" is Vietnamese
	PublicURL  string      // what people type; https makes cookies Secure and named __Host-
	Version    string

	Ready         func(ctx context.Context) error // nil: ready as soon as it serves
	MetricsToken  secret.String                   // empty: /metrics answers this host only, by its own name
	Metrics       *prometheus.Registry            // nil: a registry of its own
	RatePerMinute map[Rate]int                    // overrides DefaultRates
}

// DefaultRates is how often one address may call routes of each rate, in a minute.
func DefaultRates() map[Rate]int { return map[Rate]int{RateSignIn: 60, RateTracking: 120} }

// Front is the front door: an http.Handler over the door plates of all services.
type Front struct {
	identities Identities
	pages      *Pages
	texts      *locale.Catalog
	log        *slog.Logger
	clock      clock.Clock
	lang       locale.Lang
	https      bool
	publicURL  string
	publicHost string // its name, without the port
	version    string
	ready      func(ctx context.Context) error
	csrf       *http.CrossOriginProtection
	metrics    *metrics
	mux        *chi.Mux
	routes     []Route
	handler    http.Handler
}

// NewFront builds the front door. A route whose access row is empty or contradicts itself, and two routes with the
// same method and pattern, are refused.
func NewFront(c Config) (*Front, error) {
	if c.Texts == nil || c.Log == nil {
		return nil, errors.New("front door: texts and log are needed")
	}
	public, err := url.Parse(c.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("front door: public url: %w", err)
	}
	f := &Front{identities: c.Identities, pages: c.Pages, texts: c.Texts, log: c.Log, clock: c.Clock, lang: c.Language,
		https: public.Scheme == "https", publicURL: c.PublicURL, publicHost: strings.ToLower(public.Hostname()), version: c.Version, ready: c.Ready,
		csrf: http.NewCrossOriginProtection(), mux: chi.NewMux(), routes: c.Routes}
	if f.clock == nil {
		f.clock = clock.System{}
	}
	if f.lang == "" {
		f.lang = locale.Vietnamese
	}
	if public.Host != "" {
		if err := f.csrf.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			return nil, fmt.Errorf("front door: public url: %w", err)
		}
	}
	if f.metrics, err = newMetrics(c.Metrics, c.MetricsToken); err != nil {
		return nil, err
	}
	if err := f.mount(c); err != nil {
		return nil, err
	}
	f.handler = f.hall(f.mux)
	return f, nil
}

// ServeHTTP answers one request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.handler.ServeHTTP(w, r) }

// Routes lists what is served for the services, in the order given: for the access matrix and its tests.
func (f *Front) Routes() []Route { return f.routes }

func (f *Front) mount(c Config) error {
	rates := DefaultRates()
	for name, n := range c.RatePerMinute {
		rates[name] = n
	}
	seen := map[string]bool{}
	for _, rt := range c.Routes {
		if err := rt.Check(); err != nil {
			return err
		}
		line := rt.Method + " " + rt.Pattern
		if seen[line] {
			return fmt.Errorf("route %s is given twice", line)
		}
		seen[line] = true
		h, err := f.limited(rt, rates, f.serve(rt))
		if err != nil {
			return err
		}
		f.mux.Method(rt.Method, rt.Pattern, h)
		if rt.Method == http.MethodGet {
			f.mux.Method(http.MethodHead, rt.Pattern, h)
		}
	}
	if f.pages != nil {
		f.pages.meet(c.Routes)
		f.mux.Get(assetPrefix+"*", f.pages.serveAsset)
		f.mux.Head(assetPrefix+"*", f.pages.serveAsset)
	}
	f.mux.Get("/healthz", f.healthz)
	f.mux.Get("/readyz", f.readyz)
	f.mux.Get("/metrics", f.serveMetrics)
	f.mux.Get("/api/v1/openapi.json", f.openapi)
	f.mux.NotFound(f.notFound)
	f.mux.MethodNotAllowed(f.wrongMethod)
	return nil
}

// serve is the way of every request to its handler: who asks, may they, is it their own browser's wish, is the body
// of a size; only then the service.
func (f *Front) serve(rt Route) http.HandlerFunc {
	limit := rt.MaxBody
	if limit == 0 {
		limit = DefaultMaxBody
	}
	return func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r.Context())
		v.route = &rt
		p, err := f.principal(w, r, v)
		if err == nil {
			err = rt.Access.admit(p)
		}
		if err == nil && !v.bearer {
			err = f.sameOrigin(r)
		}
		if err == nil {
			err = tooLong(r, limit)
		}
		if err == nil {
			err = checkValues(rt.Params, r.URL.Query())
		}
		r = r.WithContext(WithPrincipal(r.Context(), p))
		if err != nil {
			f.fail(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		defer removeUploads(r)
		if rt.Format == API || p.SignedIn() {
			w.Header().Set("Cache-Control", "no-store")
		}
		if err := rt.Handler(w, r); err != nil {
			f.failUnlessBegun(w, r, err)
		}
	}
}

// removeUploads deletes the temporary files of a form; net/http would do so for its own request only, not for our copy.
func removeUploads(r *http.Request) {
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll()
	}
}

// failUnlessBegun turns err into an answer; when the handler has already begun to answer, it can only be logged.
func (f *Front) failUnlessBegun(w http.ResponseWriter, r *http.Request, err error) {
	if begun, ok := w.(interface{ Status() int }); ok && begun.Status() != 0 {
		f.note(r, http.StatusInternalServerError, err)
		return
	}
	f.fail(w, r, err)
}

func (f *Front) healthz(w http.ResponseWriter, _ *http.Request) {
	writeBody(w, http.StatusOK, "application/json", []byte(`{"status":"alive"}`+"\n"))
}

// readyTime bounds what /readyz waits for.
const readyTime = 3 * time.Second

func (f *Front) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if f.ready != nil {
		if err := f.ready(ctx); err != nil {
			f.note(r, http.StatusServiceUnavailable, err)
			writeBody(w, http.StatusServiceUnavailable, "application/json", []byte(`{"status":"not_ready"}`+"\n"))
			return
		}
	}
	writeBody(w, http.StatusOK, "application/json", []byte(`{"status":"ready"}`+"\n"))
}

package web

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	handler  http.Handler
	token    secret.String
}

func newMetrics(reg *prometheus.Registry, token secret.String) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "egov_http_requests_total",
			Help: "Requests answered, by route pattern, method and status."}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "egov_http_request_seconds",
			Help:    "Time from the first byte of a request to the last of its answer, by route pattern.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
		token: token,
	}
	own := []prometheus.Collector{m.requests, m.seconds}
	if reg == nil {
		reg = prometheus.NewRegistry()
		own = append(own, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	for _, c := range own {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	m.handler = promhttp.HandlerFor(reg, promhttp.HandlerOpts{})
	return m, nil
}

func (m *metrics) count(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, known(method), strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// serveMetrics answers the holder of the token, and this host when it asks for localhost (see FromThisHost) or for the public
// name. To all others there is nothing here.
func (f *Front) serveMetrics(w http.ResponseWriter, r *http.Request) {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	known := ok && !f.metrics.token.Empty() &&
		subtle.ConstantTimeCompare([]byte(given), []byte(f.metrics.token.Reveal())) == 1
	if !known && (!direct(r) || !f.ownName(r)) {
		f.fail(w, r, fault.New(fault.NotFound, "not_found"))
		return
	}
	f.metrics.handler.ServeHTTP(w, r)
}

// ownName reports whether the request's Host is this host's: localhost, or the public name.
func (f *Front) ownName(r *http.Request) bool {
	return localName(r) || f.publicHost != "" && hostName(r) == f.publicHost
}

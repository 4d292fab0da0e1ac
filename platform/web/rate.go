package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/httprate"

	"egovctl/platform/kernel/fault"
)

// rateWindow is the span over which attempts of one address are counted.
const rateWindow = time.Minute

// limited puts the route's rate in front of it. Addresses of IPv6 are counted by their network of 64 bits.
func (f *Front) limited(rt Route, rates map[Rate]int, next http.Handler) (http.Handler, error) {
	if rt.Rate == "" {
		return next, nil
	}
	n, ok := rates[rt.Rate]
	if !ok || n < 1 {
		return nil, fmt.Errorf("route %s %s has the unknown rate %q", rt.Method, rt.Pattern, rt.Rate)
	}
	by := func(r *http.Request) (string, error) {
		return httprate.CanonicalizeIP(ClientAddr(r).String()), nil
	}
	over := func(w http.ResponseWriter, r *http.Request) {
		visitOf(r.Context()).route = &rt
		w.Header().Set("Retry-After", strconv.Itoa(int(rateWindow.Seconds())))
		f.fail(w, r, fault.New(fault.TooMany, "web.too_many"))
	}
	return httprate.LimitBy(n, rateWindow, by, httprate.WithLimitHandler(over))(next), nil
}

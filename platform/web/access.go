package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Check refuses a route whose line on the door plate is incomplete or contradicts itself: without a full access row
// nothing is served.
func (rt Route) Check() error {
	a := rt.Access
	switch {
	case rt.Handler == nil:
		return rt.bad("has no handler")
	case !slices.Contains(methods, rt.Method):
		return rt.bad("has an unknown method")
	case !strings.HasPrefix(rt.Pattern, "/"):
		return rt.bad("has a pattern that does not begin with /")
	case rt.Format != Page && rt.Format != API:
		return rt.bad("has no format")
	case rt.Format == API != strings.HasPrefix(rt.Pattern, apiPrefix):
		return rt.bad("is an API route outside " + apiPrefix + ", or a page inside it")
	case a.Relation == "":
		return rt.bad("has no access row: Relation is empty")
	case a.Relation != Any && a.Relation != Own && a.Relation != OwnAgency:
		return rt.bad("has an unknown relation " + string(a.Relation))
	case a.Public && len(a.Roles) > 0:
		return rt.bad("is public and asks for roles")
	case a.Public && a.Relation == OwnAgency:
		return rt.bad("is public, but nobody has no agency")
	case a.Relation != Any && a.Scope == "":
		return rt.bad("does not say what its scope is taken from")
	case slices.ContainsFunc(a.Roles, unknownRole):
		return rt.bad("asks for an unknown role")
	}
	return nil
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

const apiPrefix = "/api/"

func unknownRole(r who.Role) bool { return !slices.Contains(who.Roles(), r) }

func (rt Route) bad(why string) error {
	return fmt.Errorf("route %s %s %s", rt.Method, rt.Pattern, why)
}

// admit compares who asks with the row: 401 for nobody, 403 for the wrong role. How the person stands to the thing
// asked for is decided by the service and by row-level security.
func (a Access) admit(p who.Principal) error {
	switch {
	case a.Public:
		return nil
	case !p.SignedIn():
		return fault.New(fault.Unauthenticated, "unauthenticated")
	case len(a.Roles) > 0 && !p.Holds(a.Roles...):
		return fault.New(fault.Forbidden, "forbidden")
	}
	return nil
}

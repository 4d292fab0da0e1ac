// Package web is the platform's front door: routes with their access rows, sessions and cookies, CSRF, forms,
// rendering, and the one place where an error becomes a page or a problem document.
package web

import (
	"context"
	"net/http"

	"egovctl/platform/kernel/who"
)

// Handler answers a request or returns a fault; the front door turns a fault into the error page or problem+json.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Relation is how the person must stand to the thing asked for. Anything but Any is enforced by the service
// (and by row-level security behind it): the route table states it so that the access matrix can test it.
type Relation string

// The relations.
const (
	Any       Relation = "any"        // public facts, or the person's own new thing
	Own       Relation = "own"        // the applicant's own dossier, the account's own page
	OwnAgency Relation = "own_agency" // of an agency in the person's scope
)

// Access is a route's row in the access table: who may call it and how they must stand to what they ask for.
// Roles nil with Public false means: anyone signed in. The zero Access is refused at start (Relation is empty).
type Access struct {
	Public   bool
	Roles    []who.Role
	Relation Relation
	Scope    string // what the scope is taken from, in words: "agency of the dossier"
}

// Format says how a route speaks when it goes wrong, and whether cookies may sign in.
type Format int

// The formats.
const (
	Page Format = iota + 1 // HTML for people: cookie session, CSRF, error page
	API                    // JSON for programs: bearer token or cookie session, problem+json
)

// Route is one line of a service's door plate.
type Route struct {
	Method  string
	Pattern string // chi pattern: /api/v1/dossiers/{code}
	Format  Format
	Access  Access
	MaxBody int64  // bytes; 0 means DefaultMaxBody
	Summary string // message key of what it does, for the OpenAPI document
	Handler Handler

	Status int                                             // of a success, for the OpenAPI document; 0 is what the method makes usual
	Shown  func(ctx context.Context, p who.Principal) bool // narrows to whom Access shows the page in the navigation; nil does not

	Rate   Rate        // attempts allowed per address; the zero Rate is unlimited
	Params []Parameter // query parameters: the front door checks their Values, the OpenAPI document shows them
	Body   any         // a value of the body's type, for the OpenAPI document; nil for none
	Answer any         // a value of the answer's type, for the OpenAPI document; nil when it is not JSON
}

// Parameter is a query parameter of an API route.
type Parameter struct {
	Name    string
	Summary string // message key
	Example string
	Values  []string // all that it may be, besides absent or empty; nil when that is not a fixed list
}

// Flag are the Values of a parameter that is so or not.
func Flag() []string { return []string{"true", "false"} }

// Rate names how often one address may call a route. The numbers are in Config.
type Rate string

// The rates.
const (
	RateSignIn   Rate = "sign_in"  // guessing passwords
	RateTracking Rate = "tracking" // guessing dossier codes
)

// DefaultMaxBody bounds a request body unless the route says otherwise.
const DefaultMaxBody = 1 << 20

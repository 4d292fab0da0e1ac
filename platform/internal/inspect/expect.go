package inspect

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"egovctl/platform/kernel/who"
)

// Line is a line of the access table: what a person has written down about a route.
type Line struct {
	Method, Pattern string
	Who             string // "anyone", "signed in", or roles
	Relation        string // any, own, own_agency
	Scope           string
}

// Route is method and pattern.
func (l Line) Route() string { return l.Method + " " + l.Pattern }

// ReadTable reads the access table.
func ReadTable(r io.Reader) ([]Line, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []Line
	for _, c := range rows[1:] {
		out = append(out, Line{c[0], c[1], c[2], c[3], c[4]})
	}
	return out, nil
}

// Verdict is what the table says of one person asking for one thing.
type Verdict string

// The verdicts.
const (
	SignIn  Verdict = "sign in"       // 401; a page sends the browser to the sign-in page
	Refused Verdict = "refused"       // 403: the wrong role
	Hidden  Verdict = "out of sight"  // 403 or 404: the right role, somebody else's thing
	Allowed Verdict = "may be served" // anything but a refusal for who asks
)

// Target is the thing that a request asks for, with whose it is.
type Target struct {
	Place   *Place
	Path    string
	Foreign string // why a person to whom the place is closed gets nothing: the kind of thing; "" when it is public
}

// Verdict reads the table's line for a person and a target.
func (w *World) Verdict(l Line, p *Person, x Target) Verdict {
	switch {
	case l.Who == "anyone":
		return Allowed
	case !p.SignedIn():
		return SignIn
	case l.Who != "signed in" && !slices.Contains(strings.Fields(l.Who), string(p.Role)):
		return Refused
	case l.Relation == "any" || x.Foreign == "":
		return Allowed
	}
	switch x.Foreign {
	case "session": // of an account that nobody here is
		return Hidden
	case "catalogue": // the whole province's
		if p.SeesPlace(Top) {
			return Allowed
		}
		return Hidden
	case "dossier":
		if p.Owns == x.Place.Key || p.SeesPlace(x.Place.Key) {
			return Allowed
		}
		return Hidden
	}
	if p.SeesPlace(x.Place.Key) {
		return Allowed
	}
	return Hidden
}

// Fits compares an answer with a verdict: "" when it fits.
func (v Verdict) Fits(l Line, a Answer) string {
	page := !strings.HasPrefix(l.Pattern, "/api/")
	ok := false
	switch v {
	case SignIn:
		ok = a.Status == 401
		if page && (l.Method == "GET" || l.Method == "HEAD") {
			ok = a.Status == 303 && a.Header.Get("Location") == "/dang-nhap?"+url.Values{"next": {a.Call.Path}}.Encode()
		}
	case Refused:
		ok = a.Status == 403
	case Hidden:
		ok = a.Status == 403 || a.Status == 404
	case Allowed:
		toSignIn := a.Status == 303 && strings.HasPrefix(a.Header.Get("Location"), "/dang-nhap?next")
		ok = a.Status < 500 && a.Status != 401 && !toSignIn
		if l.Method == "GET" && l.Who != "anyone" { // what is allowed is also there
			ok = a.Status == 200 || a.Status == 303 && !toSignIn
		}
		if l.Method != "GET" && a.Status == 403 {
			ok = l.Relation == "own" // the workflow may refuse an act to somebody who sees the dossier
		}
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("%s, the table says: %s", a, v)
}

// params are the parameters of patterns and the things that they stand for. Where the same name means different
// things, the beginning of the pattern tells which.
var params = []struct {
	begin, param, kind string
	of                 func(*Place) string
}{
	{"/ho-so/", "code", "dossier", func(p *Place) string { return p.Dossier }},
	{"/tra-cuu/", "code", "dossier", func(p *Place) string { return p.Dossier }},
	{"/api/v1/dossiers/", "code", "dossier", func(p *Place) string { return p.Dossier }},
	{"/quan-tri/thu-tuc", "code", "catalogue", func(p *Place) string { return p.Procedure }},
	{"/api/v1/procedures/{code}/offerings/", "code", "", func(p *Place) string { return p.Spare }},
	{"/api/v1/procedures/{code}/offerings/", "agency", "agency", func(p *Place) string { return p.Identifier }},
	{"/api/v1/procedures/", "code", "catalogue", func(p *Place) string { return p.Procedure }},
	{"/", "code", "", func(p *Place) string { return p.Procedure }},
	{"/", "login", "agency", func(p *Place) string { return p.Login }},
	{"/", "slug", "agency", func(p *Place) string { return p.Slug }},
	{"/", "identifier", "agency", func(p *Place) string { return p.Identifier }},
	{"/", "action", "", func(*Place) string { return "receive" }},
	{"/", "token", "", func(*Place) string { return "no-such-link" }},
	{"/tai-khoan/phien/", "id", "session", func(p *Place) string { return p.Session }},
}

// catalogueScope is what the access table says where a thing is the whole province's.
const catalogueScope = "the province's first agency"

// Aim fills a route's pattern with the things of a place. A parameter that nobody has described is an error: it gets
// its line in params.
func (l Line) Aim(p *Place) (Target, error) {
	x := Target{Place: p, Path: l.Pattern}
	if strings.HasPrefix(l.Scope, catalogueScope) {
		x.Foreign = "catalogue"
	}
	for {
		from := strings.IndexByte(x.Path, '{')
		if from < 0 {
			return x, nil
		}
		to := from + strings.IndexByte(x.Path[from:], '}')
		name, _, _ := strings.Cut(x.Path[from+1:to], ":")
		found := false
		for _, k := range params {
			if k.param == name && strings.HasPrefix(l.Pattern, k.begin) {
				x.Path = x.Path[:from] + url.PathEscape(k.of(p)) + x.Path[to+1:]
				if k.kind != "" {
					x.Foreign = k.kind
				}
				found = true
				break
			}
		}
		if !found {
			return x, fmt.Errorf("%s: nothing is known that {%s} could stand for: add it to params", l.Route(), name)
		}
	}
}

// Words that an answer to p must not hold: the canaries of every place that p has no business with. Tracking with a
// code alone is no business.
func (w *World) Forbidden(p *Person) []string {
	var out []string
	for _, place := range w.Places {
		if p.SeesPlace(place.Key) {
			continue
		}
		out = append(out, place.Staff...)
		if p.Owns != place.Key {
			out = append(out, place.Canaries...)
		}
	}
	return out
}

// Leaks looks for words in an answer that are not for who asked. A print of a dossier is compressed: whoever may not see
// the dossier gets none at all.
func (w *World) Leaks(p *Person, x Target, a Answer) []string {
	var out []string
	for _, word := range w.Forbidden(p) {
		if strings.Contains(strings.ToLower(a.Body), strings.ToLower(word)) {
			out = append(out, fmt.Sprintf("%s holds the canary %s", a, word))
		}
	}
	if a.kind() == "application/pdf" && x.Foreign == "dossier" && p.Owns != x.Place.Key && !p.SeesPlace(x.Place.Key) {
		out = append(out, fmt.Sprintf("%s is a print of somebody else's dossier", a))
	}
	return out
}

// Writes reports whether a route may change something.
func (l Line) Writes() bool { return l.Method != "GET" && l.Method != "HEAD" }

// Citizen reports whether it is one.
func (p *Person) Citizen() bool { return p.Role == who.Citizen }

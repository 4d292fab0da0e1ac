package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
)

// Portal is what every page says about whose portal it is.
type Portal struct {
	ProvinceVI, ProvinceEN string // "Thành phố Đà Nẵng"
	Code                   string // two-digit code of the province: chooses the colours
	Domain                 string
	Version                string
	Note                   string // message key of what must be said on every page: that it is a reconstruction; "" for nothing
	Demo                   bool
	Nav, StaffNav          []NavItem // nil: the usual ones
}

// NavItem is a line of the main navigation. It is shown when a route answers at its path and lets the reader in.
type NavItem struct {
	Path string
	Key  string // message key
}

func (p Portal) complete() Portal {
	if p.Nav == nil {
		p.Nav = []NavItem{{"/thu-tuc", "web.nav.procedures"}, {"/tra-cuu", "web.nav.track"}, {"/co-quan", "web.nav.agencies"},
			{"/ho-so-cua-toi", "web.nav.mine"}, {"/gioi-thieu", "web.nav.about"}}
	}
	if p.StaffNav == nil {
		p.StaffNav = []NavItem{{"/can-bo", "web.nav.desk"}, {"/mot-cua", "web.nav.inbox"}, {"/mot-cua/tiep-nhan", "web.nav.counter"},
			{"/lich-lam-viec", "web.nav.calendar"}, {"/quan-tri/thu-tuc", "web.nav.catalogue"},
			{"/quan-tri/tai-khoan", "web.nav.accounts"}, {"/can-bo/trang", "web.nav.sites"}, {"/quan-tri/lich-su", "web.nav.history"}}
	}
	return p
}

type navLine struct {
	NavItem
	staff  bool
	access Access
	shown  func(context.Context, who.Principal) bool
}

// meet remembers which paths of the navigation are answered, and for whom.
func (p *Pages) meet(routes []Route) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nav = nil
	add := func(items []NavItem, staff bool) {
		for _, it := range items {
			for _, rt := range routes {
				if rt.Method == http.MethodGet && rt.Pattern == it.Path {
					p.nav = append(p.nav, navLine{NavItem: it, staff: staff, access: rt.Access, shown: rt.Shown})
				}
			}
		}
	}
	add(p.portal.Nav, false)
	add(p.portal.StaffNav, true)
}

// View is what the layout sees. A page's own blocks see only Data.
type View struct {
	Lang     locale.Lang
	Other    locale.Lang // the language to switch to
	Switch   string      // address of this page in the other language
	Portal   Portal
	Province string
	Owner    string // who answers for the portal, in the footer
	User     who.Principal
	Official bool
	Page     string
	Path     string
	Search   string // what is in the search box
	Notice   string // of an upgrade to come; "" for none
	Nav      []NavLink
	StaffNav []NavLink
	Year     int
	Data     any
}

// NavLink is a line of the navigation as this reader sees it.
type NavLink struct {
	Path, Key string
	Here      bool
}

func (p *Pages) view(r *http.Request, page string, data any) View {
	l, user := LangOf(r.Context()), PrincipalOf(r.Context())
	v := View{Lang: l, Other: locale.English, Portal: p.portal, Page: page, Path: r.URL.Path, User: user,
		Official: user.Kind == who.Official, Data: data, Year: p.clock.Now().Year(),
		Province: p.portal.ProvinceVI}
	if l == locale.English {
		v.Other = locale.Vietnamese
		v.Province = orElse(p.portal.ProvinceEN, v.Province)
	}
	v.Notice = p.notice(l, v.Official)
	v.Owner = p.texts.T(l, "web.portal.owner", "province", inSentence(v.Province))
	query := url.Values{}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		query = r.URL.Query()
	}
	if r.URL.Path == "/thu-tuc" {
		v.Search = query.Get("q")
	}
	query.Set("lang", string(v.Other))
	v.Switch = (&url.URL{Path: r.URL.Path, RawQuery: query.Encode()}).RequestURI()
	v.Nav = p.links(r, false)
	v.StaffNav = p.StaffLinks(r)
	return v
}

// StaffLinks are the lines of the officials' navigation that this reader may follow; none for citizens and strangers.
func (p *Pages) StaffLinks(r *http.Request) []NavLink {
	if PrincipalOf(r.Context()).Kind != who.Official {
		return nil
	}
	return p.links(r, true)
}

func (p *Pages) links(r *http.Request, staff bool) []NavLink {
	var out []NavLink
	best := -1
	for _, n := range p.nav {
		reader := PrincipalOf(r.Context())
		if n.staff != staff || n.access.admit(reader) != nil || n.shown != nil && !n.shown(r.Context(), reader) {
			continue
		}
		out = append(out, NavLink{Path: n.Path, Key: n.Key})
		under := r.URL.Path == n.Path || strings.HasPrefix(r.URL.Path, n.Path+"/")
		if under && (best < 0 || len(n.Path) > len(out[best].Path)) {
			best = len(out) - 1
		}
	}
	if best >= 0 {
		out[best].Here = true
	}
	return out
}

// sampleRequest is a visitor's request in l, for trying templates at start.
func sampleRequest(l locale.Lang) *http.Request {
	ctx := WithLang(context.Background(), l)
	return (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{}}).WithContext(ctx)
}

func samplePeople(l locale.Lang) []*http.Request {
	visitor := sampleRequest(l)
	official := who.Principal{Account: "x", Login: "x", Name: "x", Kind: who.Official}
	return []*http.Request{visitor, visitor.WithContext(WithPrincipal(visitor.Context(), official))}
}

// inSentence writes "Thành phố Đà Nẵng" as it stands after other words: "thành phố Đà Nẵng".
func inSentence(name string) string {
	for _, kind := range []string{"Thành phố", "Tỉnh"} {
		if rest, ok := strings.CutPrefix(name, kind); ok {
			return strings.ToLower(kind) + rest
		}
	}
	return name
}

package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
)

// SignInPath is the page to which someone who must sign in first is sent, with ?next= the page that was asked for.
const SignInPath = "/dang-nhap"

const (
	sessionCookie = "egov_session"
	langCookie    = "egov_lang"
)

// SignIn checks login and password with the identity office and starts the session in this browser.
func SignIn(w http.ResponseWriter, r *http.Request, login string, password secret.String) (who.Principal, error) {
	f := visitOf(r.Context()).front
	if f == nil || f.identities == nil {
		return who.Nobody(), fault.New(fault.Unavailable, "web.signin.off")
	}
	token, p, err := f.identities.SignIn(r.Context(), login, password, ClientAddr(r))
	if err != nil {
		return who.Nobody(), err
	}
	StartSession(w, r, token)
	return p, nil
}

// SignOut ends the session of this request and removes the cookie.
func SignOut(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r.Context())
	if v.front == nil {
		return nil
	}
	v.front.dropCookie(w, sessionCookie)
	if v.token == "" || v.front.identities == nil {
		return nil
	}
	return v.front.identities.SignOut(r.Context(), v.token)
}

// StartSession gives the browser the token of a session that the identity office opened (after a one-time link, for
// example). The cookie ends with the browser; the office ends the session itself.
func StartSession(w http.ResponseWriter, r *http.Request, token string) {
	if f := visitOf(r.Context()).front; f != nil {
		f.setCookie(w, sessionCookie, token, 0, true)
	}
}

// SessionToken is the token that this request came with, "" for none.
func SessionToken(r *http.Request) string { return visitOf(r.Context()).token }

// ClientAddr is the caller's address: the connection's, or the one that a trusted proxy tells.
func ClientAddr(r *http.Request) netip.Addr {
	addr := remoteAddr(r)
	f := visitOf(r.Context()).front
	if f == nil {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && f.trusts(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr
}

// SafeNext returns next if it is a path of this portal, else fallback: a sign-in page never sends people elsewhere.
func SafeNext(next, fallback string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") {
		return fallback
	}
	return next
}

// principal finds out who asks. A bearer token that is no good is refused everywhere; a cookie that is no good is
// removed and its owner is nobody.
func (f *Front) principal(w http.ResponseWriter, r *http.Request, v *visit) (who.Principal, error) {
	token, bearer := f.token(r)
	if token == "" || f.identities == nil {
		if bearer {
			return who.Nobody(), fault.New(fault.Unauthenticated, "web.token.invalid")
		}
		return who.Nobody(), nil
	}
	v.bearer = bearer
	p, err := f.identities.BySession(r.Context(), token)
	switch {
	case err == nil:
		v.token = token
		return p, nil
	case !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.NotFound):
		return who.Nobody(), err
	case bearer:
		return who.Nobody(), fault.Wrap(err, fault.Unauthenticated, "web.token.invalid")
	}
	f.dropCookie(w, sessionCookie)
	return who.Nobody(), nil
}

func (f *Front) token(r *http.Request) (token string, bearer bool) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, rest, _ := strings.Cut(h, " ")
		if strings.EqualFold(scheme, "Bearer") {
			return plausible(strings.TrimSpace(rest)), true
		}
	}
	c, err := r.Cookie(f.cookieName(sessionCookie))
	if err != nil {
		return "", false
	}
	return plausible(c.Value), false
}

// plausible keeps what cannot be a token of ours away from the database.
func plausible(token string) string {
	if len(token) > 512 || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return ""
	}
	return token
}

// cookieName has the prefix __Host- under https: the browser then refuses such a cookie from any other origin.
func (f *Front) cookieName(name string) string {
	if f.https {
		return "__Host-" + name
	}
	return name
}

func (f *Front) setCookie(w http.ResponseWriter, name, value string, maxAge int, httpOnly bool) {
	http.SetCookie(w, &http.Cookie{Name: f.cookieName(name), Value: value, Path: "/", MaxAge: maxAge,
		Secure: f.https, HttpOnly: httpOnly, SameSite: http.SameSiteLaxMode})
}

func (f *Front) dropCookie(w http.ResponseWriter, name string) { f.setCookie(w, name, "", -1, true) }

// trusts reports whether a peer's X-Forwarded-For is believed. The platform speaks no TLS itself: under https there is
// somebody in front of it on this host, and without him all people would share one address and its limits.
func (f *Front) trusts(peer netip.Addr) bool { return f.https && peer.IsLoopback() }

func remoteAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// FromThisHost reports whether a program on this host asks for localhost, by this name or by number. The name counts
// because a page that a browser on this host has open may point its own name here (DNS rebinding); what came through a
// proxy on this host is not from this host.
func FromThisHost(r *http.Request) bool { return direct(r) && localName(r) }

// direct reports whether the peer is this host, and speaks for itself.
func direct(r *http.Request) bool {
	peer := remoteAddr(r)
	forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
	return !forwarded && (peer.IsLoopback() || peer.IsValid() && peer == localAddr(r))
}

// localName reports whether the request's Host is localhost or a loopback address.
func localName(r *http.Request) bool {
	name := hostName(r)
	addr, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// hostName is the request's Host without the port.
func hostName(r *http.Request) string {
	asked := url.URL{Host: r.Host}
	return strings.ToLower(asked.Hostname())
}

// localAddr is the address at which a request came in; the zero one when it came over no network.
func localAddr(r *http.Request) netip.Addr {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	addr, _ := netip.AddrFromSlice(at.IP)
	return addr.Unmap()
}

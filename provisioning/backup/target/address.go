package target

import (
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
)

// Address is an outside target as backup.target names it:
//
//	sftp://USER@HOST[:22]/FOLDER
//	s3://HOST[:443]/BUCKET[/FOLDER][?region=R][&lock=DAYS]
//
// with &rate=N for at most N million bytes a second on the line. No secret stands in it.
type Address struct {
	kind, user, host, path string
	region                 string
	lock                   time.Duration // how long a set is held where the bucket can lock; 0 for the usual time
	rate                   int64         // bytes a second, 0 for as fast as the line is
	query                  string
}

// usualLock is how long a bucket with object lock holds a set for which nothing else was asked.
const usualLock = 30 * 24 * time.Hour

// Outside reports whether a place is an outside target's, and not a folder.
func Outside(place string) bool { return strings.Contains(place, "://") }

// ParseAddress reads one. Faults, all invalid: "backup.target.kind" for another kind of place, "backup.target.address" for what is wrong in
// this one.
func ParseAddress(place string) (Address, error) {
	u, err := url.Parse(place)
	if err != nil || u.Scheme != "sftp" && u.Scheme != "s3" {
		return Address{}, fault.Wrap(err, fault.Invalid, "backup.target.kind", "target", place).At("backup.target")
	}
	wrong := fault.New(fault.Invalid, "backup.target.address", "target", u.Redacted()).At("backup.target")
	if _, secret := u.User.Password(); secret || u.Hostname() == "" || u.Fragment != "" || path.Clean(u.Path) != u.Path || u.Path == "/" {
		return Address{}, wrong
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"sftp": "22", "s3": "443"}[u.Scheme]
	}
	a := Address{kind: u.Scheme, user: u.User.Username(), host: net.JoinHostPort(u.Hostname(), port), path: u.Path, query: u.RawQuery}
	if (a.kind == "sftp") != (a.user != "") || !a.options(u.Query()) {
		return Address{}, wrong
	}
	return a, nil
}

// options reads what stands behind the question mark; ok is false for what cannot be.
func (a *Address) options(query url.Values) (ok bool) {
	for name, values := range query {
		n, err := strconv.ParseInt(values[0], 10, 32)
		number := err == nil && n > 0
		switch {
		case len(values) != 1:
			return false
		case name == "rate" && number && n <= 10_000:
			a.rate = n * 1_000_000
		case a.kind == "s3" && name == "lock" && number && n <= 3650:
			a.lock = time.Duration(n) * 24 * time.Hour
		case a.kind == "s3" && name == "region" && setName.MatchString(values[0]):
			a.region = values[0]
		default:
			return false
		}
	}
	return true
}

// at is the address of what lies below the target.
func (a Address) at(below string) string {
	host := a.host
	if name, port, _ := net.SplitHostPort(host); port == map[string]string{"sftp": "22", "s3": "443"}[a.kind] {
		host = strings.TrimSuffix(net.JoinHostPort(name, ""), ":")
	}
	u := url.URL{Scheme: a.kind, Host: host, Path: path.Join(a.path, below), RawQuery: a.query}
	if a.user != "" {
		u.User = url.User(a.user)
	}
	return u.String()
}

// Split parts the address of a set into that of its target and its name.
func Split(place string) (of, set string) {
	u, err := url.Parse(place)
	if err != nil {
		return place, ""
	}
	set, u.Path = path.Base(u.Path), path.Dir(u.Path)
	return u.String(), set
}

// Open is the outside target at an address. The file credentials says how it is entered. Nothing is asked of the other side yet.
// Faults: those of ParseAddress and of the file.
func Open(place, credentials string) (Target, error) {
	a, err := ParseAddress(place)
	if err != nil {
		return nil, err
	}
	c, err := readCredentials(credentials)
	if err != nil {
		return nil, err
	}
	if a.kind == "sftp" {
		return newSFTP(a, c, credentials)
	}
	return newS3(a, c, credentials)
}

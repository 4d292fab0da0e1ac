package kit

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// semver is a version after semver.org 2.0.0, without build metadata; each number has at most five digits.
var semver = regexp.MustCompile(`^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$`)

// Version of a release, or the date of a data kit in the same form.
type Version struct {
	Major, Minor, Patch int64
	Pre                 string // "rc.1"; "" for a final one
}

// ParseVersion reads "1.2.3" or "1.2.3-rc.1".
func ParseVersion(s string) (Version, error) {
	m := semver.FindStringSubmatch(s)
	if m == nil || len(s) > 60 {
		return Version{}, fmt.Errorf("no version: %.80q", s)
	}
	v := Version{Pre: m[4]}
	for i, p := range []*int64{&v.Major, &v.Minor, &v.Patch} {
		*p, _ = strconv.ParseInt(m[i+1], 10, 64) // the expression has seen to it
	}
	return v, nil
}

func (v Version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Pre != "" {
		s += "-" + v.Pre
	}
	return s
}

// Compare orders versions as semver.org does: what comes before a final version is older than it.
func (v Version) Compare(w Version) int {
	if c := cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor), cmp.Compare(v.Patch, w.Patch)); c != 0 {
		return c
	}
	switch {
	case v.Pre == w.Pre:
		return 0
	case v.Pre == "":
		return 1
	case w.Pre == "":
		return -1
	}
	return comparePre(strings.Split(v.Pre, "."), strings.Split(w.Pre, "."))
}

func comparePre(a, b []string) int {
	for i := range min(len(a), len(b)) {
		x, errX := strconv.ParseUint(a[i], 10, 64)
		y, errY := strconv.ParseUint(b[i], 10, 64)
		var c int
		switch {
		case errX == nil && errY == nil:
			c = cmp.Compare(x, y)
		case errX == nil:
			c = -1
		case errY == nil:
			c = 1
		default:
			c = cmp.Compare(a[i], b[i])
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// Number is the version of the signed metadata of a kit of v: it grows with v. What comes before a final version shares
// a number; Compare tells those apart.
func (v Version) Number() int64 {
	n := ((v.Major*100_000+v.Minor)*100_000 + v.Patch) * 2
	if v.Pre == "" {
		n++
	}
	return n + 1 // never 0
}

// Range is a set of versions: comparisons that must all hold, as ">=0.1.0 <2.0.0". "" holds for none.
type Range string

// Valid reports whether every comparison of r can be read.
func (r Range) Valid() bool {
	parts := strings.Fields(string(r))
	for _, p := range parts {
		if _, _, err := comparison(p); err != nil {
			return false
		}
	}
	return len(parts) > 0
}

// Has reports whether v is in r. What cannot be read has nothing.
func (r Range) Has(v Version) bool {
	parts := strings.Fields(string(r))
	for _, p := range parts {
		op, w, err := comparison(p)
		if err != nil {
			return false
		}
		c := v.Compare(w)
		if ok := map[string]bool{">=": c >= 0, ">": c > 0, "<": c < 0, "<=": c <= 0, "=": c == 0}[op]; !ok {
			return false
		}
	}
	return len(parts) > 0
}

func comparison(s string) (op string, v Version, err error) {
	for _, op := range []string{">=", "<=", ">", "<", "="} {
		if rest, ok := strings.CutPrefix(s, op); ok {
			v, err = ParseVersion(rest)
			return op, v, err
		}
	}
	v, err = ParseVersion(s)
	return "=", v, err
}

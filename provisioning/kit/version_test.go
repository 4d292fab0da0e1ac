package kit

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestVersionsAreOrdered(t *testing.T) {
	// semver.org 2.0.0, section 11, and a few of ours.
	in := strings.Fields("0.0.0 0.1.0-dev 0.1.0 0.2.0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1 1.10.0 2.0.0 2026.1122.2114")
	for i, a := range in {
		for j, b := range in {
			x, err1 := ParseVersion(a)
			y, err2 := ParseVersion(b)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if c := x.Compare(y); (c < 0) != (i < j) || (c > 0) != (i > j) {
				t.Errorf("%s against %s: %d", a, b, c)
			}
			if i < j && x.Number() > y.Number() {
				t.Errorf("the number of %s is above that of %s", a, b)
			}
		}
	}
	for _, s := range []string{"", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3+meta", "1.2.123456", "1.2.3-á", "1.2.3\n", "1.2.3-" + strings.Repeat("a", 60)} {
		if v, err := ParseVersion(s); err == nil {
			t.Errorf("%q is %v", s, v)
		}
	}
}

// Comparing is an order, a version is what it prints, and its number never goes the other way.
func TestVersionLaws(t *testing.T) {
	version := rapid.Custom(func(t *rapid.T) Version {
		n := rapid.Int64Range(0, 99_999)
		return Version{n.Draw(t, "major"), n.Draw(t, "minor"), n.Draw(t, "patch"), rapid.SampledFrom([]string{"", "rc.1", "rc.10", "a", "0", "a.b.c", "99999999999999999999"}).Draw(t, "pre")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := version.Draw(t, "a"), version.Draw(t, "b"), version.Draw(t, "c")
		if back, err := ParseVersion(a.String()); err != nil || back != a {
			t.Fatalf("%v is read as %v: %v", a, back, err)
		}
		if a.Compare(b) != -b.Compare(a) || (a.Compare(b) == 0) != (a == b) {
			t.Fatalf("%v and %v", a, b)
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Fatalf("%v, %v, %v", a, b, c)
		}
		if a.Compare(b) < 0 && a.Number() > b.Number() || a.Number() < 1 {
			t.Fatalf("numbers of %v and %v: %d, %d", a, b, a.Number(), b.Number())
		}
		if r := Range(fmt.Sprintf(">=%v <%v", a, b)); !r.Valid() || r.Has(c) != (a.Compare(c) <= 0 && c.Compare(b) < 0) {
			t.Fatalf("%v in %s: %v", c, r, r.Has(c))
		}
	})
}

func TestARangeThatCannotBeReadHasNothing(t *testing.T) {
	v := Version{Major: 1}
	for _, r := range []Range{"", " ", ">=1", "~1.0.0", ">=1.0.0 and", "1.0.0-", ">= 1.0.0"} {
		if r.Valid() || r.Has(v) {
			t.Errorf("%q", r)
		}
	}
	for _, r := range []Range{"1.0.0", "=1.0.0", "<=1.0.0", ">0.9.9 <=1.0.0"} {
		if !r.Valid() || !r.Has(v) {
			t.Errorf("%q has no 1.0.0", r)
		}
	}
}

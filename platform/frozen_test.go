package platform_test

import (
	"crypto/sha256"
	"encoding/csv"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"egovctl/platform/db"
	"egovctl/platform/internal/inspect"
)

var release = flag.String("release", "", "note in testdata/released.csv that this release brings the migrations that are new")

const released = "testdata/released.csv"

// A migration that a release has brought is never edited, renamed or taken out, and none is put before it: provinces have
// run it, and their next upgrade would be refused. What must change is a new file.
func TestReleasedMigrationsStayAsTheyAre(t *testing.T) {
	text, err := os.ReadFile(released)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	have := migrations(t)
	for _, f := range thawed(lines[1:], have) {
		t.Error(f)
	}
	if *release != "" {
		for _, file := range have {
			if !slices.ContainsFunc(lines, func(l []string) bool { return l[0] == file[0] }) {
				text = fmt.Appendf(text, "%s,%s,%s\n", file[0], file[1], *release)
			}
		}
		if err := os.WriteFile(released, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAChangedReleasedMigrationIsSeen(t *testing.T) {
	lines := [][]string{{"a/0001_x.up.sql", "11", "0.1.0"}, {"a/0003_y.up.sql", "33", "0.2.0"}}
	for name, c := range map[string]struct {
		have [][]string
		want string
	}{
		"nothing was changed, one is new":   {[][]string{{"a/0001_x.up.sql", "11"}, {"a/0003_y.up.sql", "33"}, {"a/0004_z.up.sql", "44"}, {"b/0001_x.up.sql", "55"}}, ""},
		"a released one was edited":         {[][]string{{"a/0001_x.up.sql", "12"}, {"a/0003_y.up.sql", "33"}}, "a/0001_x.up.sql is not what release 0.1.0 brought"},
		"a released one is gone":            {[][]string{{"a/0003_y.up.sql", "33"}}, "a/0001_x.up.sql, which release 0.1.0 brought, is gone"},
		"a new one stands before a release": {[][]string{{"a/0001_x.up.sql", "11"}, {"a/0002_z.up.sql", "22"}, {"a/0003_y.up.sql", "33"}}, "a/0002_z.up.sql comes before a/0003_y.up.sql"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(thawed(lines, c.have), "\n"); got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want)) {
				t.Errorf("%q", got)
			}
		})
	}
}

// thawed says which of the released files (file, sum, release) are not among those that we have (file, sum) as they were.
func thawed(lines, have [][]string) []string {
	var found []string
	for _, l := range lines {
		schema, _, _ := strings.Cut(l[0], "/")
		i := slices.IndexFunc(have, func(f []string) bool { return f[0] == l[0] })
		switch {
		case i < 0:
			found = append(found, fmt.Sprintf("%s, which release %s brought, is gone", l[0], l[2]))
		case have[i][1] != l[1]:
			found = append(found, fmt.Sprintf("%s is not what release %s brought: put it back and write a new file", l[0], l[2]))
		}
		for _, f := range have {
			known := slices.ContainsFunc(lines, func(k []string) bool { return k[0] == f[0] })
			if !known && strings.HasPrefix(f[0], schema+"/") && f[0] < l[0] {
				found = append(found, fmt.Sprintf("%s comes before %s, which release %s brought: give it the next number", f[0], l[0], l[2]))
			}
		}
	}
	return found
}

// migrations lists every up file, schema/name, with its sum.
func migrations(t *testing.T) [][]string {
	t.Helper()
	var out [][]string
	for _, s := range append([]db.Stream{db.PlatformStream()}, inspect.Streams(t)...) {
		names, err := fs.Glob(s.FS, "*.up.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(s.FS, name)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, []string{s.Schema + "/" + name, fmt.Sprintf("%x", sha256.Sum256(text))})
		}
	}
	return out
}

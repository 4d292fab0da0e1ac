package platform_test

import (
	"encoding/csv"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/module"
	"egovctl/platform/web"
	"egovctl/templates"
)

var update = flag.Bool("update", false, "write testdata/access.csv anew; read every changed line before you commit it")

const table = "testdata/access.csv"

// offices opens every service on db deps; without a database when deps.DB is nil.
func offices(t *testing.T, deps module.Deps) *platform.Offices {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	deps.Texts, deps.Clock = texts, clock.System{}
	if deps.Settings.Language == "" {
		deps.Settings = module.Settings{Instance: "test", Profile: "danang-2014", PublicURL: "http://127.0.0.1:8080", Language: locale.Vietnamese, FilingPublic: true, LocalSignIn: true}
	}
	o, err := platform.Open(deps, app.Files(templates.FS, t.TempDir()), nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func routes(o *platform.Offices) []web.Route {
	return app.Routes(o, app.Health{}, app.Conflicts{}, app.History{})
}

// Who may call what stands in a table that a person reads, not only in the code: a route without its line, a line
// without its route, and a line that says something else fail.
func TestEveryRouteHasItsLineInTheAccessTable(t *testing.T) {
	have := [][]string{{"method", "pattern", "who", "relation", "scope"}}
	for _, r := range routes(offices(t, module.Deps{})) {
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		have = append(have, []string{r.Method, r.Pattern, admitted(r.Access), string(r.Access.Relation), r.Access.Scope})
	}
	slices.SortFunc(have[1:], func(a, b []string) int { return strings.Compare(a[1]+" "+a[0], b[1]+" "+b[0]) })
	if *update {
		f, err := os.Create(table)
		if err != nil {
			t.Fatal(err)
		}
		if err := csv.NewWriter(f).WriteAll(have); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	want, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Errorf("%s says otherwise (-table +code):\n%s", table, d)
	}
}

func admitted(a web.Access) string {
	switch {
	case a.Public:
		return "anyone"
	case len(a.Roles) == 0:
		return "signed in"
	}
	names := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		names[i] = string(r)
	}
	return strings.Join(names, " ")
}

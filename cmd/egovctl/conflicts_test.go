package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

const (
	ownAbout = "portals/site/about.html"
	ownText  = "text/vi/sites.yaml"
)

// conflict is what the tests read of `catalogue conflicts -o json`.
type conflict struct {
	Kind, Key, Field, Province, New string
	EditedBy                        string `json:"edited_by"`
	EditedAt                        string `json:"edited_at"`
	Release                         string
}

// conflicts lists what waits for a decision, as "key field".
func conflicts(t *testing.T, p *trial.Place) (names []string, all []conflict) {
	t.Helper()
	var told struct{ Items []map[string]any }
	o := p.Operate("catalogue", "conflicts", "-o", "json").JSON(&told)
	for _, i := range told.Items {
		text := func(member string) string { s, _ := i[member].(string); return s }
		c := conflict{text("kind"), text("key"), text("field"), text("province"), text("new"), text("edited_by"), text("edited_at"), text("release")}
		if c.EditedBy == "" || c.EditedAt == "" || c.Release != trial.NextVersion {
			t.Errorf("who, when or why is not told: %+v", c)
		}
		all, names = append(all, c), append(names, c.Key+" "+c.Field)
	}
	if want := map[bool]int{true: trial.Done, false: trial.Undecided}[len(all) == 0]; o.Exit != want {
		t.Errorf("exit %d with %d conflicts", o.Exit, len(all))
	}
	slices.Sort(names)
	return names, all
}

// copied lays a shipped file, changed, in front of the shipped one.
func copied(t *testing.T, p *trial.Place, name string, pairs ...string) string {
	t.Helper()
	raw, err := os.ReadFile(p.At("current", "templates", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	own := strings.NewReplacer(pairs...).Replace(string(raw))
	write(t, p.At("local", "templates", filepath.FromSlash(name)), own)
	return own
}

// What a province made of procedures, sentences and pages goes through an upgrade, its decisions, a rollback and the upgrade again:
// nothing is lost, nothing is changed silently, and nothing is asked twice.
func TestConflictsAreListedAndDecidedFromTheCommandLine(t *testing.T) {
	p, next := trial.New(t), trial.Next(t)
	p.Install()
	var drifts struct{ Items []map[string]any }
	if p.Operate("catalogue", "diff", "-o", "json").Status(trial.Done).JSON(&drifts); len(drifts.Items) != 0 {
		t.Errorf("a fresh instance differs from its release: %v", drifts.Items)
	}
	var renamed []string
	for _, c := range next.Changes {
		if c.Kind == "renamed" && len(renamed) < 4 {
			renamed = append(renamed, c.Code)
			p.Operate("catalogue", "set", c.Code, "name=Tên của tỉnh").Status(trial.Done)
		}
	}
	own := copied(t, p, ownAbout, "<h2>{{t \"sites.about.what\"}}</h2>", "<h2 class=\"own\">{{t \"sites.about.what\"}}</h2>", "{{t \"sites.about.data.text\"}}", "Dữ liệu của tỉnh")
	write(t, p.At("local", "templates", ownText), "# của tỉnh\nsites.about.lead: \"{province} kính chào.\"\nsites.about.data: Số liệu\n")
	copied(t, p, "text/en/sites.yaml")
	p.Operate("restart").Status(trial.Done)

	about := func() string {
		t.Helper()
		return p.Anonymous().Get("/gioi-thieu", trial.Header{Name: "Accept", Value: "text/html"}, trial.Header{Name: "Accept-Language", Value: "vi"}).Status(http.StatusOK).Body
	}
	shows := func(when string, want, absent []string) {
		t.Helper()
		page := about()
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page lacks %q", when, w)
			}
		}
		for _, a := range absent {
			if strings.Contains(page, a) {
				t.Errorf("%s: the page has %q", when, a)
			}
		}
	}
	shows("before", []string{`class="own"`, "Dữ liệu của tỉnh", "kính chào", "Số liệu"}, nil)
	moved(t, p.Upgrade(next), "upgraded", trial.Version, next.Version)
	shows("after the upgrade", []string{`class="own"`, "Dữ liệu của tỉnh", "kính chào", "Số liệu"}, []string{`id="what"`})
	if page := p.Anonymous().Get("/gioi-thieu?lang=en", trial.Header{Name: "Accept", Value: "text/html"}).Status(http.StatusOK).Body; !strings.Contains(page, "receive dossiers") {
		t.Error("a file that was only copied hides the release's sentence")
	}

	names, all := conflicts(t, p)
	hunk := ""
	for _, c := range all {
		if c.Key == ownAbout {
			hunk = c.Field
			if !strings.Contains(c.Province, "own") || !strings.Contains(c.New, `id="what"`) || c.Kind != "template" {
				t.Errorf("%+v", c)
			}
		}
	}
	want := []string{ownAbout + " " + hunk, ownText + " sites.about.lead"}
	for _, code := range renamed {
		want = append(want, code+" name")
	}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Fatalf("waiting: %v\nwant %v", names, want)
	}

	resolve := func(status int, args ...string) trial.Outcome {
		t.Helper()
		return p.Operate(append([]string{"catalogue", "resolve"}, args...)...).Status(status)
	}
	because := []string{"--reason", "theo quyết định của tỉnh"}
	with := func(more ...string) []string { return append(more, because...) }
	resolve(trial.Usage, renamed[0], "--take", "new")
	resolve(trial.Usage, with(renamed[0])...)
	resolve(trial.Failed, with("9.999999", "--take", "new")...)
	resolve(trial.Done, with(ownAbout+"."+hunk, "--take", "new", "--dry-run")...)
	if again, _ := conflicts(t, p); !slices.Equal(again, want) {
		t.Errorf("refusals and a dry run left %v", again)
	}
	if raw, err := os.ReadFile(p.At("local", "templates", ownAbout)); err != nil || string(raw) != own {
		t.Errorf("a dry run wrote the page: %v", err)
	}
	// An edit by hand decides as well.
	p.Operate("catalogue", "set", renamed[3], "name=Tên khác nữa").Status(trial.Done)
	resolve(trial.Failed, with(renamed[3]+".name", "--take", "new")...)
	resolve(trial.Done, with(renamed[0]+".name", "--take", "new")...)
	resolve(trial.Done, with(renamed[1], "--take", "province")...)
	resolve(trial.Done, with(renamed[2]+".name", "--take", "Tên thứ ba")...)
	resolve(trial.Done, with(ownAbout+"."+hunk, "--take", "new")...)
	resolve(trial.Done, with(ownText+".sites.about.lead", "--take", "province")...)
	if left, _ := conflicts(t, p); len(left) != 0 {
		t.Errorf("after all decisions: %v", left)
	}
	for i, name := range []string{"(sửa đổi)", "Tên của tỉnh", "Tên thứ ba", "Tên khác nữa"} {
		if o := p.Operate("catalogue", "show", renamed[i]).Status(trial.Done); !strings.Contains(o.Stdout, name) {
			t.Errorf("%s is not called %q", renamed[i], name)
		}
	}
	p.Operate("restart").Status(trial.Done)
	decided := func(when string) {
		t.Helper()
		shows(when, []string{`id="what"`, "Dữ liệu của tỉnh", "kính chào", "Số liệu"}, []string{`class="own"`})
	}
	decided("after the decisions")
	moved(t, p.Rollback(), "rolled_back", next.Version, trial.Version)
	shows("after the rollback", []string{"Dữ liệu của tỉnh", "kính chào", "Số liệu"}, nil)
	moved(t, p.Upgrade(next), "upgraded", trial.Version, next.Version)
	decided("after the second upgrade")
	if left, _ := conflicts(t, p); len(left) != 0 {
		t.Errorf("what was decided is asked again: %v", left)
	}
	p.Operate("audit", "verify").Status(trial.Done)
}

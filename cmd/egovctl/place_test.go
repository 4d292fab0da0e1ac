package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// A host whose only network is loopback takes an installation, and its instance is healthy there.
func TestAnInstallationNeedsNoNetwork(t *testing.T) {
	p := trial.New(t).Alone()
	o := p.Together(p.InstallArgs("--with-probe", "--samples", "20"), []string{"health", "-o", "json"}).Status(trial.Done)
	if !strings.Contains(o.Stdout, `"status":"installed"`) || !strings.Contains(o.Stdout, `"status": "healthy"`) {
		t.Errorf("%s", o.Stdout)
	}
	if p.Answers("/healthz", http.StatusOK) {
		t.Error("the instance answers from outside its namespace, so it was not alone")
	}
}

// A ROOT whose socket path would be too long is served from /run when root installs, and refused with a cure otherwise.
func TestALongRootIsServedFromRunOrRefused(t *testing.T) {
	p := trial.New(t)
	p.Root = filepath.Join(p.Base, strings.Repeat("r", 150-len(p.Base)-1))
	if len(p.Root) != 150 {
		t.Fatalf("%d bytes", len(p.Root))
	}
	if !trial.AsRoot() {
		for _, lang := range []string{"vi", "en"} {
			p.Lang = lang
			p.Run(text(p)...).Status(trial.Finding).Told(t, lang)
		}
		return
	}
	in := p.Install()
	if in.Counts != trial.Danang2014 {
		t.Errorf("%+v", in.Counts)
	}
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("%+v", h)
	}
	if again := p.Install(); again.Changes != 0 {
		t.Errorf("the next run makes %d changes", again.Changes)
	}
	p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	p.Gone()
}

// The folder above ROOT is a link to a larger disk, as /opt often is. Such an installation was once refused with a cure that
// did not help.
func TestARootBelowALink(t *testing.T) {
	p := trial.New(t)
	disk, link := filepath.Join(p.Base, "disk"), filepath.Join(p.Base, "link")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(disk, link); err != nil {
		t.Fatal(err)
	}
	p.Root = filepath.Join(link, "root")
	p.Install()
	p.Run("restart").Status(trial.Done)
	if s := status(t, p, trial.Done); s.Status != "running" {
		t.Errorf("%+v", s)
	}
	if again := p.Install(); again.Changes != 0 {
		t.Errorf("the next run makes %d changes", again.Changes)
	}
	p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	p.Gone()
	if left, err := os.ReadDir(disk); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// A page that the province wrote itself is shown. One that does not parse is refused by name, and the shipped one stays.
func TestAnOverrideThatDoesNotParseIsRefusedAndTheShippedPageStays(t *testing.T) {
	p := trial.New(t)
	p.Install()
	html := trial.Header{Name: "Accept", Value: "text/html"}
	shipped := p.Anonymous().Get("/thu-tuc", html).Status(http.StatusOK)
	write(t, p.At("local", "templates", "portals", "site", "home.html"),
		`{{define "title"}}Trang riêng{{end}}{{define "main"}}<h1>Trang riêng của tỉnh</h1>{{end}}`)
	write(t, p.At("local", "templates", "portals", "procedures", "search.html"), `{{define "main"}}{{if}}`)
	p.Run("restart").Status(trial.Done)

	if home := p.Anonymous().Get("/", html).Status(http.StatusOK); !strings.Contains(home.Body, "Trang riêng của tỉnh") {
		t.Error("the province's own page is not shown")
	}
	if page := p.Anonymous().Get("/thu-tuc", html).Status(http.StatusOK); h1(page.Body) != h1(shipped.Body) || h1(page.Body) == "" {
		t.Errorf("the page is %q, the shipped one was %q", h1(page.Body), h1(shipped.Body))
	}
	for _, lang := range []string{"vi", "en"} {
		p.Lang = lang
		var h trial.Health
		p.Run("health", "--no-probe", "-o", "json").Status(trial.Done).JSON(&h)
		named := false
		for _, c := range h.Checks {
			if c.Status == "warn" && strings.Contains(c.Message, "procedures/search.html") {
				named = trial.Sentence(c.Message) && trial.Sentence(c.Cure)
			}
		}
		if h.Status != "degraded" || !named {
			raw, _ := json.Marshal(h)
			t.Errorf("%s: the refused file is not named with a cure: %s", lang, raw)
		}
	}
}

func h1(page string) string {
	_, rest, _ := strings.Cut(page, "<h1")
	text, _, _ := strings.Cut(rest, "</h1>")
	return text
}

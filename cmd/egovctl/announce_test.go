package main_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// A release that removes something for good is told to people days before, and comes only when they were told and a backup was
// proven by a restore; each of the two can be waived by its name, which the journal keeps.
func TestAContractingUpgradeIsAnnounced(t *testing.T) {
	p, next := trial.New(t), trial.Contracting(t)
	in := p.Install()
	cause := func(args []string, status int) string {
		t.Helper()
		o := p.Operate(args...).Status(status)
		return o.Stdout + o.Stderr
	}
	if told := cause(trial.UpgradeArgs(next), trial.Finding); !strings.Contains(told, "announced at least 3 days") || !strings.Contains(told, "nobody reads the remark") {
		t.Errorf("not told why: %s", told)
	}
	p.ReleasesAre(trial.Version)
	for _, moment := range []string{"tomorrow", time.Now().Add(time.Hour).Format(time.RFC3339)} {
		cause(trial.UpgradeArgs(next, "--announce", moment), trial.Usage)
	}
	cause(trial.UpgradeArgs(next, "--accept-risk", "everything"), trial.Usage)

	at := time.Now().Add(4*24*time.Hour + time.Hour)
	var announced struct{ Status, To string }
	p.Operate(trial.UpgradeArgs(next, "--announce", at.Format(time.RFC3339))...).Status(trial.Done).Result(&announced)
	if announced.Status != "announced" || announced.To != next.Version {
		t.Errorf("%+v", announced)
	}
	citizen, officer := p.As(in, "citizen", ""), p.As(in, "officer", "")
	waitFor(t, p.Anonymous(), "/?lang=en", "The portal will be upgraded at ", true)
	waitFor(t, citizen, "/?lang=vi", "Cổng sẽ được nâng cấp lúc ", true)
	waitFor(t, officer, "/can-bo?lang=en", ", in 4 days ", true)
	if told := cause(trial.UpgradeArgs(next), trial.Finding); !strings.Contains(told, "has not come yet") {
		t.Errorf("not told that it is too early: %s", told)
	}
	cause(trial.UpgradeArgs(next, "--announce", "none"), trial.Done)
	waitFor(t, p.Anonymous(), "/?lang=en", "will be upgraded at", false)

	cause(trial.UpgradeArgs(next, "--announce", at.Format(time.RFC3339)), trial.Done)
	comes(t, p)
	if told := cause(trial.UpgradeArgs(next), trial.Finding); !strings.Contains(told, "proven by a restore") {
		t.Errorf("not told that no backup is proven: %s", told)
	}
	p.ReleasesAre(trial.Version)
	cause(trial.UpgradeArgs(next, "--stage"), trial.Done)
	cause([]string{"upgrade", "commit", "--yes", "-o", "json"}, trial.Finding)
	p.Runs(trial.Version)
	p.Operate("backup", "drill").Status(trial.Done)
	var m trial.Moved
	p.Operate("upgrade", "commit", "--accept-risk", "upgrade.unannounced", "--yes", "-o", "json").Status(trial.Done).Result(&m)
	moved(t, m, "upgraded", trial.Version, next.Version)
	waitFor(t, p.Anonymous(), "/?lang=en", "is being upgraded", false)
	lines, err := os.ReadDir(p.At("journal"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(lines, func(e os.DirEntry) bool {
		return strings.HasSuffix(e.Name(), "-upgrade.jsonl") && bytes.Contains(read(t, p.At("journal", e.Name())), []byte(`"risks":["upgrade.unannounced"]`))
	}) {
		t.Error("the journal does not tell which risk was accepted")
	}
}

// waitFor looks at a page until it has a text, or has it no more.
func waitFor(t *testing.T, c *trial.Client, path, text string, there bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		body := c.Get(path).Status(http.StatusOK).Body
		if strings.Contains(body, text) == there {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s on %s: want %v", text, path, there)
		}
	}
}

// comes lets the announced moment come.
func comes(t *testing.T, p *trial.Place) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, `update platform.state set value = jsonb_set(value, '{at}', to_jsonb(now() - interval '1 minute')) where key = 'upgrade.announced'`); err != nil {
		t.Fatal(err)
	}
}

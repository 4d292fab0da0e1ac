package main_test

import (
	"strings"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// On the way from one release to the next and back each of the two is judged by its own program and its own tables, whoever asks;
// and what waits, and what is no more possible, is said.
func TestBetweenTwoReleasesEachIsJudgedByItsOwn(t *testing.T) {
	p, next := trial.New(t), trial.Next(t)
	p.Install()
	// The next release's program would look for columns that this one has not.
	asked := func(version, program string) {
		t.Helper()
		var h trial.Health
		trial.Exec(t, nil, program, "health", "--root", p.Root, "-o", "json").Status(trial.Done).JSON(&h)
		if h.Version != version {
			t.Errorf("%s of %s: %s", program, version, h.Version)
		}
	}
	asked(trial.Version, next.Binary)

	at := time.Now().Add(4 * 24 * time.Hour).UTC().Truncate(time.Second)
	p.Operate(trial.UpgradeArgs(next, "--announce", at.Format(time.RFC3339))...).Status(trial.Done)
	p.Operate(trial.UpgradeArgs(next, "--stage")...).Status(trial.Done)
	var s struct {
		Staged    string
		Announced *struct {
			Version string
			At      time.Time
		}
	}
	p.Run("status", "-o", "json").Status(trial.Done).JSON(&s)
	if s.Staged != next.Version || s.Announced == nil || s.Announced.Version != next.Version || !s.Announced.At.Equal(at) {
		t.Errorf("what waits is told as %+v", s)
	}
	if text := p.Run("status", "--lang", "en").Status(trial.Done).Stdout; !strings.Contains(text, "is staged and waits") || !strings.Contains(text, "is announced for") {
		t.Errorf("what waits is told as %s", text)
	}

	p.Operate("upgrade", "commit", "--yes", "-o", "json").Status(trial.Done)
	asked(next.Version, trial.Binary(t))
	if text := p.Run("status", "--lang", "en").Status(trial.Done).Stdout; strings.Contains(text, "is staged") || strings.Contains(text, "is announced") {
		t.Errorf("what is over is told: %s", text)
	}
	drifts(t, p.Of(next.Version))
	super := p.Super(t.Context())
	defer func() { _ = super.Close(t.Context()) }()
	if _, err := super.Exec(t.Context(), `alter table sites.site add column behind text`); err != nil {
		t.Fatal(err)
	}
	drifts(t, p.Of(next.Version), "sites.site column behind")

	p.Rollback()
	asked(trial.Version, next.Binary)
	drifts(t, p.Of(trial.Version), "sites.site column behind")
	o := p.Run("rollback", "--dry-run", "--lang", "en").Status(trial.Done)
	if !strings.Contains(o.Stdout, "nothing to go back to") {
		t.Errorf("a rollback that leads nowhere: %s", o.Stdout)
	}
	var plan struct {
		Status  string
		Changes int
		Steps   []any
	}
	p.Run("rollback", "--dry-run", "-o", "json").Status(trial.Done).JSON(&plan)
	if plan.Status != "planned" || plan.Changes != 0 || plan.Steps == nil {
		t.Errorf("%+v", plan)
	}
	o = p.Run("catalogue", "diff", "--accept", "sites.site", "--reason", "trial", "--dry-run", "--lang", "en").Status(trial.Done)
	if !strings.Contains(o.Stderr, "Nothing was changed") {
		t.Errorf("a rehearsed acceptance: %s", o.Stderr)
	}
	drifts(t, p.Of(trial.Version), "sites.site column behind")
}

// drifts holds the differences of the tables that nobody has accepted against those that there must be.
func drifts(t *testing.T, p *trial.Place, want ...string) {
	t.Helper()
	var told struct {
		Items []struct {
			Service, Key string
			Path         []string
			Accepted     any
		}
	}
	p.Run("catalogue", "diff", "-o", "json").Status(trial.Done).JSON(&told)
	got := []string{}
	for _, d := range told.Items {
		if d.Service == "schema" && d.Accepted == nil {
			got = append(got, d.Key+" "+strings.Join(d.Path, " "))
		}
	}
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("the tables differ in %q, want %q", got, want)
	}
}

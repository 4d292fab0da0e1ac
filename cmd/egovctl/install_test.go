package main_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/cmd/egovctl/internal/trial"
)

type progress struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	Unit  string `json:"unit"`
}

// The contract that tools outside rely on: the last line of the installation.
func TestTheResultOfAnInstallationIsAsTheContractSays(t *testing.T) {
	p := trial.New(t)
	o := p.Run(p.InstallArgs("--with-probe", "--samples", "50")...).Status(trial.Done)
	var in trial.Installed
	o.Result(&in)

	t.Run("the fields are there and no others but the profile", func(t *testing.T) {
		var raw map[string]json.RawMessage
		o.Result(&raw)
		want := []string{"accounts", "changes", "counts", "event", "profile", "root", "status", "steps", "url", "version"}
		if got := slices.Sorted(maps.Keys(raw)); !slices.Equal(got, want) {
			t.Errorf("fields %v, want %v", got, want)
		}
	})
	t.Run("the values are those of this installation", func(t *testing.T) {
		if in.Event != "result" || in.Status != "installed" || in.Version != trial.Version || in.URL != p.URL() || in.Root != p.Root {
			t.Errorf("%+v", in)
		}
		if in.Changes < 20 || len(in.Steps) < 10 {
			t.Errorf("%d changes in %d steps", in.Changes, len(in.Steps))
		}
		for _, s := range in.Steps {
			if s.Name == "" || s.MS == nil {
				t.Errorf("a step without name or time: %+v", s)
			}
		}
	})
	t.Run("Đà Nẵng of 2014 has 65 units, 93 agencies, 1196 procedures, 498 of them online", func(t *testing.T) {
		if diff := cmp.Diff(trial.Danang2014, in.Counts); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("there is an account with a password of its own for every role", func(t *testing.T) {
		seen := map[string]bool{}
		for _, a := range in.Accounts {
			if a.Login == "" || len(a.Password) < 12 || len(a.Roles) == 0 || seen[a.Password] || seen[a.Login] {
				t.Errorf("account %q: roles %v, a password of %d letters", a.Login, a.Roles, len(a.Password))
			}
			seen[a.Password], seen[a.Login] = true, true
		}
		for _, role := range []string{"admin", "controller", "clerk", "officer", "head", "leader", "citizen"} {
			if _, ok := in.Holder(role, ""); !ok {
				t.Errorf("nobody is %s", role)
			}
		}
	})
	t.Run("stdout holds JSON lines and stderr nothing", func(t *testing.T) {
		if len(o.Lines()) < 50 || o.Stderr != "" {
			t.Errorf("%d lines, stderr %q", len(o.Lines()), o.Stderr)
		}
	})
	t.Run("the dossiers are counted while they are made", func(t *testing.T) {
		var last progress
		for _, e := range o.Lines() {
			if e.Event == "progress" && e.Step == "samples" {
				if err := json.Unmarshal(e.Raw, &last); err != nil {
					t.Fatal(err)
				}
			}
		}
		if want := (progress{Done: 50, Total: 50, Unit: "dossiers"}); last != want {
			t.Errorf("the last count is %+v, want %+v", last, want)
		}
	})
	t.Run("a run that says nothing of dossiers changes nothing", func(t *testing.T) {
		var again trial.Installed
		p.Run("install", "--demo", "--instance", p.Instance, "--listen", p.Listen, "--yes", "-o", "json").Status(trial.Done).Result(&again)
		if again.Changes != 0 {
			t.Errorf("%d changes", again.Changes)
		}
	})
	t.Run("a second run changes nothing and touches nothing", func(t *testing.T) {
		tree, rows := p.Tree(), p.Database()
		var again trial.Installed
		second := p.Run(p.InstallArgs("--with-probe", "--samples", "50")...).Status(trial.Done).Result(&again)
		if again.Changes != 0 {
			t.Errorf("%d changes: %s", again.Changes, second.Stdout)
		}
		trial.Same(t, "the folder of the instance", tree, p.Tree())
		if diff := cmp.Diff(rows, p.Database()); diff != "" {
			t.Errorf("the database: %s", diff)
		}
		if diff := cmp.Diff(in.Accounts, again.Accounts); diff != "" {
			t.Errorf("the accounts: %s", diff)
		}
	})
	t.Run("health is green, with the probe and without", func(t *testing.T) {
		for _, args := range [][]string{{"health", "-o", "json"}, {"health", "--no-probe", "-o", "json"}} {
			h := p.Health(args[1:]...)
			if h.Status != "healthy" {
				t.Errorf("%v: %+v", args, h)
			}
		}
	})
}

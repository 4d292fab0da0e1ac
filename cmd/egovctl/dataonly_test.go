package main_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// changeOf is the first change of a kind.
func changeOf(t *testing.T, of trial.Release, kind string, n int) trial.CatalogueChange {
	t.Helper()
	for _, c := range of.Changes {
		if c.Kind == kind {
			if n--; n < 0 {
				return c
			}
		}
	}
	t.Fatalf("too few changes of the kind %s", kind)
	return trial.CatalogueChange{}
}

// decide is the exit status while decisions are open.
const decide = 7

// isNamed reports whether a procedure has the name that a change gives it.
func isNamed(t *testing.T, p *trial.Place, c trial.CatalogueChange) bool {
	t.Helper()
	var have struct{ Name string }
	p.Operate("catalogue", "show", c.Code, "-o", "json").Status(trial.Done).JSON(&have)
	return have.Name == c.To
}

// A data kit changes rows and nothing else: province's edits stay, programs and their processes are the same, nobody is refused.
func TestADataUpdateChangesRowsAlone(t *testing.T) {
	p := trial.New(t)
	first, second := trial.Updates(t)
	in := p.Install()
	renamed, edited := changeOf(t, first, "renamed", 0), changeOf(t, first, "renamed", 1)
	p.Operate("catalogue", "set", edited.Code, "name=Tên của tỉnh").Status(trial.Done)
	code, agency := offeredOnline(t, p, in, "dang ky khai sinh")
	ledger := p.FileDossiers(p.As(in, "citizen", ""), 2, code, agency)
	ledger.More(5)
	releases, supervisor, platform := p.Tree(), p.Process("supervise"), p.Process("serve")

	t.Run("it cannot be staged or rehearsed", func(t *testing.T) {
		p := p.For(t)
		p.Operate(trial.UpgradeArgs(first, "--stage")...).Status(trial.Usage)
		p.Operate(trial.UpgradeArgs(first, "--rehearse")...).Status(trial.Usage)
		p.Operate(trial.UpgradeArgs(first, "--dry-run")...).Status(trial.Done)
		if isNamed(t, p, renamed) {
			t.Error("a dry run renamed a procedure")
		}
	})
	moved(t, p.Upgrade(first), "updated", trial.Version, first.Version)
	ledger.More(5)
	t.Run("the rows are new, and the province's stay", func(t *testing.T) {
		p := p.For(t)
		if !isNamed(t, p, renamed) || isNamed(t, p, edited) {
			t.Errorf("%s is renamed: %v; %s, which the province had named, too: %v", renamed.Code, isNamed(t, p, renamed), edited.Code, isNamed(t, p, edited))
		}
		var open struct {
			Items []struct{ Key, Release string }
		}
		told := p.Operate("catalogue", "conflicts", "-o", "json").Status(decide).Stdout
		if err := json.NewDecoder(strings.NewReader(told)).Decode(&open); err != nil {
			t.Fatal(err)
		}
		if len(open.Items) != 1 || open.Items[0].Release != first.Version || !strings.Contains(open.Items[0].Key, edited.Code) {
			t.Errorf("conflicts %+v", open.Items)
		}
	})
	t.Run("no program was touched", func(t *testing.T) {
		p := p.For(t)
		p.ReleasesAre(trial.Version)
		p.Runs(trial.Version)
		if p.Process("supervise") != supervisor || p.Process("serve") != platform {
			t.Error("processes are other ones")
		}
		before, after := trial.WithoutMoves(releases, trial.Release{}), trial.WithoutMoves(p.Tree(), trial.Release{})
		trial.Same(t, "the tree after a data update", before, after)
	})
	t.Run("the history tells it", func(t *testing.T) {
		var told struct {
			Items []struct{ Operation, From, To, State, By string }
		}
		p.For(t).Operate("history", "-o", "json").Status(trial.Done).JSON(&told)
		if !slices.ContainsFunc(told.Items, func(i struct{ Operation, From, To, State, By string }) bool {
			return i.Operation == "data" && i.To == first.Version && i.State == "done" && i.By != ""
		}) {
			t.Errorf("%+v", told.Items)
		}
	})
	t.Run("a second time it does nothing, and it is not rolled back", func(t *testing.T) {
		p := p.For(t)
		moved(t, p.Upgrade(first), "unchanged", first.Version, first.Version)
		if told := p.Operate("upgrade", first.Kit, "--yes", "--lang", "en").Status(trial.Done).Stdout; !strings.Contains(told, "The data of "+first.Version+" are there already") {
			t.Errorf("it is told as %s", told)
		}
		p.Operate(trial.RollbackArgs()...).Status(trial.Usage)
		if !isNamed(t, p, renamed) {
			t.Error("the rows went back")
		}
	})
	moved(t, p.Upgrade(second), "updated", first.Version, second.Version)
	p.Operate(trial.UpgradeArgs(first)...).Status(trial.Refused) // older than what was seen
	if counts := p.Kept(p.As(in, "citizen", ""), ledger.Close()); counts[trial.Unknown] != 0 {
		t.Errorf("%d requests failed: %v", counts[trial.Unknown], ledger.Last())
	}
	t.Run("a release that does not read the newer data is refused before the first write", func(t *testing.T) {
		p, next := p.For(t), trial.Next(t)
		rows := p.Database()
		p.Operate(trial.UpgradeArgs(next)...).Status(trial.Refused)
		sameRows(t, rows, p.Database())
		p.ReleasesAre(trial.Version)
	})
	t.Run("one that reads them and is older leaves them as they are, and so does the way back", func(t *testing.T) {
		p, late := p.For(t), trial.Late(t)
		moved(t, p.Upgrade(late), "upgraded", trial.Version, late.Version)
		if !isNamed(t, p, renamed) {
			t.Error("older rows came back with the upgrade")
		}
		moved(t, p.Rollback(), "rolled_back", late.Version, trial.Version)
		if !isNamed(t, p, renamed) {
			t.Error("older rows came back with the rollback")
		}
	})
	p.Operate("audit", "verify").Status(trial.Done)
}

package main_test

import (
	"net/http"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// Two provinces' instances live on one host. One goes to the next release and back while people file at the other: each has its own
// release, processes, data, history and backups, and neither is told of the other's.
func TestInstancesOnOneHostDoNotMeet(t *testing.T) {
	a, b, next := trial.New(t), trial.New(t), trial.Next(t)
	a.Install()
	inB := b.Install()
	code, agency := offeredOnline(t, b, inB, "dang ky khai sinh")
	citizen := b.As(inB, "citizen", "")
	ledger := b.FileDossiers(citizen, 2, code, agency)
	ledger.More(5)
	supervisor, platform, tree := b.Process("supervise"), b.Process("serve"), b.Tree().Still()

	moved(t, a.Upgrade(next), "upgraded", trial.Version, next.Version)
	ledger.More(5)
	a.Runs(next.Version)
	b.Runs(trial.Version)
	if b.Process("supervise") != supervisor || b.Process("serve") != platform {
		t.Error("the neighbour's processes are other ones")
	}
	for _, p := range []*trial.Place{a, b} {
		s := status(t, p, trial.Done)
		if s.Root != p.Root || s.Status != "running" {
			t.Errorf("%+v", s)
		}
		var sets struct{ Items []struct{ Instance string } }
		p.Operate("backup", "list", "-o", "json").Status(trial.Done).JSON(&sets)
		if p == b && len(sets.Items) != 0 || p == a && len(sets.Items) != 1 {
			t.Errorf("%s has %d backups", p.Instance, len(sets.Items))
		}
	}
	moved(t, a.Rollback(), "rolled_back", next.Version, trial.Version)
	historyTells(t, a, "upgrade 0.1.0-trial 0.2.0-trial", "rollback 0.2.0-trial 0.1.0-trial")
	historyTells(t, b)
	a.Operate("stop").Status(trial.Done)
	b.Anonymous().Get("/readyz").Status(http.StatusOK)
	if counts := b.Kept(citizen, ledger.Close()); counts[trial.Unknown] != 0 {
		t.Errorf("%d requests failed: %v", counts[trial.Unknown], ledger.Last())
	}
	trial.Same(t, "the neighbour", trial.WithoutMoves(tree, next), trial.WithoutMoves(b.Tree().Still(), next))
	for _, p := range []*trial.Place{a, b} {
		p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
		p.Gone()
		if p == a {
			b.Anonymous().Get("/readyz").Status(http.StatusOK)
		}
	}
}

package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// An instance under live filing goes to the next release and back, twice: 0 dossiers lost, 0 twice, 0 failed requests.
func TestAnUpgradeAndARollbackUnderLiveFilingLoseNothing(t *testing.T) {
	p, next := trial.New(t), trial.Next(t)
	in := p.Install()
	code, agency := offeredOnline(t, p, in, "dang ky khai sinh")
	citizen := p.As(in, "citizen", "")
	ledger := p.FileDossiers(citizen, 4, code, agency)
	ledger.More(10)
	for range 2 {
		moved(t, p.Upgrade(next), "upgraded", trial.Version, next.Version)
		p.Runs(next.Version)
		ledger.More(10)
		moved(t, p.Upgrade(next), "unchanged", next.Version, next.Version)
		moved(t, p.Rollback(), "rolled_back", next.Version, trial.Version)
		p.Runs(trial.Version)
		ledger.More(10)
		moved(t, p.Rollback(), "unchanged", trial.Version, trial.Version)
	}
	entries := ledger.Close()
	// Whoever filed under one release is whole under the other: the columns were kept in step.
	p.SplitsHold()
	counts := p.Kept(citizen, entries)
	t.Logf("%v", counts)
	if counts[trial.Unknown] != 0 {
		t.Errorf("%d requests failed: %v", counts[trial.Unknown], ledger.Last())
	}
	p.Runs(trial.Version)
	p.Run("audit", "verify").Status(trial.Done)
	historyTells(t, p, "upgrade 0.1.0-trial 0.2.0-trial", "rollback 0.2.0-trial 0.1.0-trial", "upgrade 0.1.0-trial 0.2.0-trial", "rollback 0.2.0-trial 0.1.0-trial")
}

// moved holds the last line of a move against what must be.
func moved(t *testing.T, m trial.Moved, status, from, to string) {
	t.Helper()
	if m.Status != status || m.From != from || m.To != to || m.DowntimeMS > m.MS {
		t.Errorf("%+v, want %s from %s to %s", m, status, from, to)
	}
	if status == "unchanged" {
		return
	}
	if m.DowntimeMS != 0 {
		t.Logf("%s: nobody took requests for %d ms", status, m.DowntimeMS) // our clients wait longer than it knocks
	}
	raw, err := os.ReadFile(m.Report)
	if err != nil {
		t.Fatalf("the report of %+v: %v", m, err)
	}
	var report struct {
		Tables []struct {
			Name    string `json:"name"`
			Before  any    `json:"before"`
			After   any    `json:"after"`
			Missing []any  `json:"missing"`
			Changed []any  `json:"changed"`
		} `json:"tables"`
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Tables) < 5 {
		t.Errorf("the report has %d tables", len(report.Tables))
	}
	for _, table := range report.Tables {
		if len(table.Missing)+len(table.Changed) != 0 {
			t.Errorf("%s of %s: missing %v, changed %v", status, table.Name, table.Missing, table.Changed)
		}
	}
}

// historyTells checks the moves of the journal, oldest first, each as operation, from and to.
func historyTells(t *testing.T, p *trial.Place, want ...string) {
	t.Helper()
	var told struct {
		Items []struct {
			Operation, From, To, State, By string
		} `json:"items"`
	}
	p.Operate("history", "-o", "json").Status(trial.Done).JSON(&told)
	var got []string
	for _, i := range told.Items {
		if i.State == "done" && (i.Operation == "upgrade" || i.Operation == "rollback" || i.Operation == "abort") {
			got = append(got, i.Operation+" "+i.From+" "+i.To)
			if i.By == "" {
				t.Errorf("nobody did %s", got[len(got)-1])
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("history tells %v, want %v", got, want)
	}
}

// A staged release is laid down beside the one that runs and changes nothing; it is given up, or committed later, also on an
// instance that was stopped meanwhile.
func TestAStagedReleaseChangesNothingUntilItsCommit(t *testing.T) {
	p, next := trial.New(t), trial.Next(t)
	p.Install()
	p.Operate(trial.RollbackArgs()...).Status(trial.Usage)
	p.Operate("upgrade", "commit", "-o", "json").Status(trial.Usage)
	before, rows := trial.WithoutMoves(p.Tree(), next), p.Database()

	var staged trial.Moved
	p.Operate(trial.UpgradeArgs(next, "--stage")...).Status(trial.Done).Result(&staged)
	if staged.Status != "staged" || staged.To != next.Version {
		t.Errorf("%+v", staged)
	}
	trial.Same(t, "what a staged release leaves", before, trial.WithoutMoves(p.Tree(), next))
	sameRows(t, rows, p.Database())
	p.Runs(trial.Version)
	var aborted trial.Moved
	p.Operate("upgrade", "abort", "--yes", "-o", "json").Status(trial.Done).Result(&aborted)
	if aborted.Status != "aborted" {
		t.Errorf("%+v", aborted)
	}
	p.ReleasesAre(trial.Version)
	trial.Same(t, "what an abort leaves", before, trial.WithoutMoves(p.Tree(), next))
	p.Operate("upgrade", "abort", "--yes", "-o", "json").Status(trial.Usage)

	p.Operate(trial.UpgradeArgs(next, "--stage")...).Status(trial.Done)
	p.Operate("stop").Status(trial.Done)
	var upgraded trial.Moved
	p.Operate("upgrade", "commit", "--yes", "-o", "json").Status(trial.Done).Result(&upgraded)
	if upgraded.Status != "upgraded" || upgraded.From != trial.Version || upgraded.To != next.Version {
		t.Errorf("%+v", upgraded)
	}
	p.ReleasesAre(trial.Version, next.Version)
	p.Anonymous().Get("/readyz").Status(http.StatusOK)
	p.Runs(next.Version)
	rehearsed := p.Tree()
	p.Operate(trial.RollbackArgs("--dry-run")...).Status(trial.Done)
	trial.Same(t, "what a rehearsed rollback leaves", rehearsed, p.Tree())
	moved(t, p.Rollback(), "rolled_back", next.Version, trial.Version)
	// The supervisor still drains the platform of the release before; what asks it to end now was once lost.
	p.Operate("stop").Status(trial.Done)
}

func sameRows(t *testing.T, want, got trial.Rows) {
	t.Helper()
	for table, w := range want {
		if g := got[table]; g != w && !strings.HasPrefix(table, "platform.") {
			t.Errorf("%s was %s and is %s", table, w, g)
		}
	}
}

// A release that does not come up goes back by itself; the one that runs goes on taking requests throughout.
func TestAReleaseThatDoesNotComeUpGoesBackByItself(t *testing.T) {
	p, next := trial.New(t), trial.Next(t)
	in := p.Install()
	luck := p.Root + ".out-of-luck" // see testdata/next
	write(t, luck, "")
	code, agency := offeredOnline(t, p, in, "dang ky khai sinh")
	citizen := p.As(in, "citizen", "")
	ledger := p.FileDossiers(citizen, 2, code, agency)
	ledger.More(10)
	o := p.Operate(trial.UpgradeArgs(next)...).Status(trial.Failed)
	if !strings.Contains(o.Stdout, `"run_undone"`) {
		t.Errorf("it is not told that everything was put back: %s", o.Stdout)
	}
	var failed struct {
		Error struct{ Code string } `json:"error"`
	}
	if o.Result(&failed); failed.Error.Code != "unavailable" {
		t.Errorf("the cause is not that it did not come up: %s", o.Stdout)
	}
	ledger.More(10)
	p.Runs(trial.Version)
	if err := os.Remove(luck); err != nil {
		t.Fatal(err)
	}
	moved(t, p.Upgrade(next), "upgraded", trial.Version, next.Version)
	entries := ledger.Close()
	if counts := p.Kept(citizen, entries); counts[trial.Unknown] != 0 {
		t.Errorf("%d requests failed: %v", counts[trial.Unknown], ledger.Last())
	}
}

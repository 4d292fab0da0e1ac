//go:build drill

package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// Each file of a set with a bit flipped, truncated, or missing: verify and restore find it before the live side is touched.
func TestDrillDamageOfASetIsFound(t *testing.T) {
	t.Parallel()
	v := setOut(t)
	var made backedUp
	v.p.Operate("backup", "create", "--out", filepath.Join(t.TempDir(), "out"), "-o", "json").Status(trial.Done).Result(&made)
	rows := v.p.Database()
	members, err := os.ReadDir(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	damagedSets(t, v.p, made)
	for table, want := range v.p.Database() {
		if !strings.HasPrefix(table, "platform.") && rows[table] != want {
			t.Errorf("%s was %s, is %s", table, rows[table], want)
		}
	}
	drill.Tell(t, "%d files, each damaged in 3 ways: %d of %d found by verify and by restore, the live side as before", len(members), 3*len(members), 3*len(members))
}

// A row that goes behind the product's back while a rollback is under way is named in the report.
func TestDrillARowThatGoesDuringARollbackIsNamed(t *testing.T) {
	t.Parallel()
	v := setOut(t)
	v.p.Upgrade(v.next)
	l := v.p.OfInstance().Begin(trial.RollbackArgs()...)
	if _, came := l.Until(func(e trial.Event) bool { return e.Line() == "rollback: change_started swap" }); !came {
		t.Fatalf("no exchange: %+v", l.Wait())
	}
	l.Signal(syscall.SIGSTOP)
	id := asked[string](t, v.p, `with gone as (delete from onestop.dossier_secret where dossier_id = (select dossier_id from onestop.dossier_secret limit 1)
		returning dossier_id) select dossier_id::text from gone`)
	l.Signal(syscall.SIGCONT)
	o := l.Wait()
	var m trial.Moved
	o.Result(&m)
	raw, err := os.ReadFile(m.Report)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Tables []struct {
			Name    string
			Missing []string
		}
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, table := range report.Tables {
		if named += len(table.Missing); len(table.Missing) > 0 && (table.Name != "onestop.dossier_secret" || !slices.Equal(table.Missing, []string{id})) {
			t.Errorf("missing of %s: %v", table.Name, table.Missing)
		}
	}
	if named != 1 {
		t.Errorf("%d rows are named, the row %s went: %s", named, id, raw)
	}
	drill.Tell(t, "1 row went, named in the report; exit %d, %s", o.Exit, m.Status)
}

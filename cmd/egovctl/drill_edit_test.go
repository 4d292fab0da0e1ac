//go:build drill

package main_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// localEdits are made by a province between two releases.
const localEdits = 500

// editable are the columns of the sheet in which any words may stand.
var editable = []string{"name", "subjects", "executing", "decision"}

// cell is one field of one procedure, as the sheet has it.
type cell struct{ code, column string }

// A province edits 500 fields of its catalogue, drawn by chance, by the sheet, and then goes to the next release, back, and there
// again. Each edit stands after each of the three, what the release changed as well is a conflict that is told, and nothing else
// has changed but what the release brings. DRILL_SEED repeats a run.
func TestDrillLocalEditsSurviveTheMoves(t *testing.T) {
	t.Parallel()
	seed, seeds := drill.Seed(t), uint64(1)
	if trial.Long() {
		seeds = 20
	}
	v := setOut(t)
	for s := seed; s < seed+seeds; s++ {
		if !trial.Case(t, fmt.Sprintf("seed %d", s), s, func(t *testing.T) { v.edited(t, rand.New(rand.NewPCG(s, 0)), s) }) {
			break
		}
	}
}

func (v *travels) edited(t *testing.T, draw *rand.Rand, seed uint64) {
	v.back(t)
	shipped := v.sheet(t)
	want, theirs := map[cell]string{}, v.theirs()
	for c, value := range shipped {
		want[c] = value
	}
	edits := v.edits(draw, shipped)
	for c, value := range edits {
		want[c] = value
	}
	v.bring(t, shipped, edits)
	if d := different(want, v.sheet(t), nil); len(d) > 0 {
		t.Fatalf("the sheet was not taken as it is: %v", d)
	}
	for c, value := range theirs {
		if _, ours := edits[c]; !ours {
			want[c] = value
		}
	}
	left := v.withdrawn(edits) // rows that go with the release, as nobody here has touched them
	conflicts := 0
	for _, to := range []string{v.next.Version, trial.Version, v.next.Version} {
		args := trial.RollbackArgs()
		if to == v.next.Version {
			args = v.up()
		}
		v.p.For(t).Operate(args...).Status(trial.Done)
		if d := different(want, v.sheet(t), left); len(d) > 0 {
			t.Errorf("in %s %d cells are not what they must be, such as %v", to, len(d), d[:min(5, len(d))])
		}
		told := v.conflicts(t)
		for c := range edits {
			_, changed := theirs[c]
			if changed && !told[c] {
				t.Errorf("in %s it is not told that both changed %v", to, c)
			}
			if told[c] && !changed {
				t.Errorf("in %s a conflict is told for %v, which the release leaves alone", to, c)
			}
		}
		for _, change := range v.next.Changes {
			if change.Kind == "withdrawn" && !left[change.Code] && !told[cell{change.Code, ""}] {
				t.Errorf("in %s it is not told that %s was edited here and withdrawn there", to, change.Code)
			}
		}
		conflicts = len(told)
	}
	drill.Tell(t, "DRILL_SEED=%d; %d edits, upgrade, rollback, upgrade: 0 lost, 0 silently changed, %d conflicts told", seed, len(edits), conflicts)
}

// theirs are the cells that the next release changes, where the sheet shows one value for one change.
func (v *travels) theirs() map[cell]string {
	out := map[cell]string{}
	for _, change := range v.next.Changes {
		switch change.Kind {
		case "renamed":
			out[cell{change.Code, "name"}] = change.To
		case "decision":
			out[cell{change.Code, "decision"}] = change.To
		}
	}
	return out
}

// withdrawn are the procedures that the release takes away and nobody here has edited.
func (v *travels) withdrawn(edits map[cell]string) map[string]bool {
	out := map[string]bool{}
	for _, change := range v.next.Changes {
		touched := slices.ContainsFunc(editable, func(column string) bool { _, ok := edits[cell{change.Code, column}]; return ok })
		if change.Kind == "withdrawn" && !touched {
			out[change.Code] = true
		}
	}
	return out
}

// edits draws them: half of what the release changes is edited here too, the others are anywhere.
func (v *travels) edits(draw *rand.Rand, shipped map[cell]string) map[cell]string {
	out := map[cell]string{}
	edit := func(c cell) { out[c] = fmt.Sprintf("%s, bản của tỉnh số %d", shipped[c], len(out)+1) }
	for _, change := range v.next.Changes {
		if change.Kind == "new" || draw.IntN(2) == 0 {
			continue
		}
		column := editable[draw.IntN(len(editable))]
		if draw.IntN(2) == 0 { // the very field
			column = map[string]string{"renamed": "name"}[change.Kind]
			if column == "" {
				column = "decision"
			}
		}
		edit(cell{change.Code, column})
	}
	var codes []string
	for c := range shipped {
		if c.column == "name" {
			codes = append(codes, c.code)
		}
	}
	slices.Sort(codes)
	for len(out) < localEdits {
		c := cell{codes[draw.IntN(len(codes))], editable[draw.IntN(len(editable))]}
		if _, done := out[c]; !done {
			edit(c)
		}
	}
	return out
}

// sheet is the catalogue as the instance carries it out, but for the fees, which fill a cell with more than one value.
func (v *travels) sheet(t *testing.T) map[cell]string {
	t.Helper()
	out := v.p.For(t).Operate("catalogue", "export", "--format", "csv").Status(trial.Done).Stdout
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) < 3000 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	cells := map[cell]string{}
	for _, row := range rows[1:] {
		for i, column := range rows[0] {
			if i > 0 && !strings.HasSuffix(column, "_fees") && !strings.HasSuffix(column, "_terms") {
				cells[cell{row[0], column}] = row[i]
			}
		}
	}
	return cells
}

// bring takes the edits in as a sheet that has those columns alone.
func (v *travels) bring(t *testing.T, shipped, edits map[cell]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edits.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for c := range edits {
		codes[c.code] = true
	}
	w := csv.NewWriter(file)
	_ = w.Write(append([]string{"code"}, editable...)) // Error tells
	for code := range codes {
		row := []string{code}
		for _, column := range editable {
			value, ok := edits[cell{code, column}]
			if !ok {
				value = shipped[cell{code, column}]
			}
			row = append(row, value)
		}
		_ = w.Write(row)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	v.p.For(t).Operate("catalogue", "import", path).Status(trial.Done)
}

// conflicts are the cells of which the instance says that both changed them; without a column where it is the whole procedure.
func (v *travels) conflicts(t *testing.T) map[cell]bool {
	t.Helper()
	var told struct {
		Items []struct{ Kind, Key, Field string }
	}
	o := v.p.For(t).Operate("catalogue", "conflicts", "-o", "json")
	o.JSON(&told)
	out := map[cell]bool{}
	for _, c := range told.Items {
		out[cell{c.Key, c.Field}] = true
	}
	return out
}

// different names the cells of want that are not in have as they must be, and the others that have come or gone. Procedures in left
// may be gone.
func different(want, have map[cell]string, left map[string]bool) (out []string) {
	for c, value := range want {
		got, there := have[c]
		if !there && left[c.code] {
			continue
		}
		if got != value || !there {
			out = append(out, fmt.Sprintf("%v is %q, want %q", c, got, value))
		}
	}
	for c := range have {
		if _, known := want[c]; !known && !strings.HasPrefix(c.code, "9.9900") {
			out = append(out, fmt.Sprintf("%v has come", c))
		}
	}
	slices.Sort(out)
	return out
}

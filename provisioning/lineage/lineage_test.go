package lineage

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"egovctl/provisioning/engine"
)

// done is a run that ended well.
func done(operation, from, to string) engine.Run {
	return engine.Run{Operation: operation, From: from, To: to, State: engine.Done}
}

// begun is a run that stopped part-way, with a change begun.
func begun(number int, operation, from, to string) engine.Run {
	return engine.Run{Number: number, Operation: operation, From: from, To: to, State: engine.Cut,
		Lines: []engine.Line{{Event: engine.ChangeStarted}}}
}

func TestARollbackGoesBackToTheReleaseThatRanUntilTheNewestUpgrade(t *testing.T) {
	undone := done(Upgrade, "1", "2")
	undone.State = engine.Undone
	for name, c := range map[string]struct {
		runs   []engine.Run
		before string
		moved  bool
	}{
		"nothing was ever done":                      {nil, "", false},
		"an installation":                            {[]engine.Run{done(Install, "", "1")}, "", false},
		"a staged release never ran":                 {[]engine.Run{done(Stage, "1", "2")}, "", false},
		"an upgrade":                                 {[]engine.Run{done(Upgrade, "1", "2")}, "1", true},
		"an upgrade that went back by itself":        {[]engine.Run{undone}, "", false},
		"an upgrade that was begun":                  {[]engine.Run{begun(1, Upgrade, "1", "2")}, "", false},
		"an upgrade to where one was":                {[]engine.Run{done(Upgrade, "1", "2"), done(Upgrade, "2", "2")}, "1", true},
		"two upgrades":                               {[]engine.Run{done(Upgrade, "1", "2"), done(Upgrade, "2", "3")}, "2", true},
		"an upgrade rolled back":                     {[]engine.Run{done(Upgrade, "1", "2"), done(Rollback, "2", "1")}, "", true},
		"two upgrades, one rolled back":              {[]engine.Run{done(Upgrade, "1", "2"), done(Upgrade, "2", "3"), done(Rollback, "3", "2")}, "", true},
		"upgraded again after a rollback":            {[]engine.Run{done(Upgrade, "1", "2"), done(Rollback, "2", "1"), done(Upgrade, "1", "2")}, "1", true},
		"the second upgrade failed and was undone":   {[]engine.Run{done(Upgrade, "1", "2"), undone}, "1", true},
		"the second upgrade was begun and aborted":   {[]engine.Run{done(Upgrade, "1", "2"), begun(2, Upgrade, "2", "3"), done(Abort, "3", "2")}, "1", true},
		"operations that lead nowhere lie between":   {[]engine.Run{done(Upgrade, "1", "2"), done("start", "", ""), done("backup", "", "")}, "1", true},
		"a rollback that was begun has not led back": {[]engine.Run{done(Upgrade, "1", "2"), begun(2, Rollback, "2", "1")}, "1", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Before(c.runs); got != c.before {
				t.Errorf("before is %q, want %q", got, c.before)
			}
			if got := Moved(c.runs); got != c.moved {
				t.Errorf("moved is %v, want %v", got, c.moved)
			}
		})
	}
}

func TestWhatIsUnderWayIsTheRunThatNobodyEnded(t *testing.T) {
	resumed := done(Upgrade, "1", "2")
	resumed.Number, resumed.Resumes = 2, []int{1}
	aborted := done(Abort, "2", "1")
	aborted.Number, aborted.Resumes = 2, []int{1}
	again := begun(2, Upgrade, "1", "2")
	again.Resumes = []int{1}
	idle := begun(1, Upgrade, "1", "2")
	idle.Lines = nil
	for name, c := range map[string]struct {
		runs []engine.Run
		ok   bool
	}{
		"nothing was begun":                    {[]engine.Run{done(Upgrade, "1", "2")}, false},
		"it was begun":                         {[]engine.Run{begun(1, Upgrade, "1", "2")}, true},
		"it was cut before its first change":   {[]engine.Run{idle}, false},
		"it was taken up and ended":            {[]engine.Run{begun(1, Upgrade, "1", "2"), resumed}, false},
		"it was given up":                      {[]engine.Run{begun(1, Upgrade, "1", "2"), aborted}, false},
		"it was taken up and cut again":        {[]engine.Run{begun(1, Upgrade, "1", "2"), again}, true},
		"a start in between does not end it":   {[]engine.Run{begun(1, Upgrade, "1", "2"), done("start", "", "")}, true},
		"another operation that is under way":  {[]engine.Run{begun(1, "backup", "", "")}, false},
		"a rollback that is under way is none": {[]engine.Run{begun(1, Rollback, "2", "1")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			from, to, ok := Under(c.runs, Upgrade)
			if ok != c.ok || ok && (from != "1" || to != "2") {
				t.Errorf("%q to %q, %v", from, to, ok)
			}
		})
	}
}

// Whatever a host did: a rollback never leads to a release that did not run just before the one that runs.
func TestARollbackNeverLeadsAnywhereElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs, at, last := []engine.Run{done(Install, "", "0")}, 0, ""
		for n := range rapid.IntRange(0, 12).Draw(t, "operations") {
			here := fmt.Sprint(at)
			switch rapid.SampledFrom([]string{Upgrade, Rollback, Abort, "failed", "start"}).Draw(t, fmt.Sprintf("operation %d", n)) {
			case Upgrade:
				at++
				runs, last = append(runs, done(Upgrade, here, fmt.Sprint(at))), here
			case Rollback:
				if last != "" {
					runs, last = append(runs, done(Rollback, here, last)), ""
					at--
				}
			case Abort:
				next := fmt.Sprint(at + 1)
				runs = append(runs, begun(len(runs), Upgrade, here, next), done(Abort, next, here))
			case "failed":
				r := done(Upgrade, here, fmt.Sprint(at+1))
				r.State = engine.Undone
				runs = append(runs, r)
			default:
				runs = append(runs, done("start", "", ""))
			}
		}
		if got := Before(runs); got != last {
			t.Fatalf("%q, want %q", got, last)
		}
	})
}

func TestADataUpdateIsKnownUntilTheNextMove(t *testing.T) {
	failed := done(Data, "", "2026.1201.0")
	failed.State = engine.Failed
	for name, c := range map[string]struct {
		runs []engine.Run
		data string
	}{
		"none":                       {[]engine.Run{done(Upgrade, "1", "2")}, ""},
		"one":                        {[]engine.Run{done(Upgrade, "1", "2"), done(Data, "", "2026.1201.0"), done("start", "", "")}, "2026.1201.0"},
		"two":                        {[]engine.Run{done(Data, "", "2026.1201.0"), done(Data, "2026.1201.0", "2026.1202.0")}, "2026.1202.0"},
		"one that failed":            {[]engine.Run{failed}, ""},
		"an upgrade came after it":   {[]engine.Run{done(Data, "", "2026.1201.0"), done(Upgrade, "1", "2")}, ""},
		"a rollback came after it":   {[]engine.Run{done(Data, "", "2026.1201.0"), done(Rollback, "2", "1")}, ""},
		"it is no way to go back to": {[]engine.Run{done(Data, "", "2026.1201.0")}, "2026.1201.0"},
	} {
		if got := Updated(c.runs); got != c.data {
			t.Errorf("%s: %q, want %q", name, got, c.data)
		}
		if before := Before(c.runs); before == "2026.1201.0" || Moved(c.runs) && before == "" && name == "one" {
			t.Errorf("%s: before is %q", name, before)
		}
	}
}

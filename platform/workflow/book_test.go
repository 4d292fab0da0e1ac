package workflow_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"

	"egovctl/platform/kernel/fault"
	. "egovctl/platform/workflow"
)

// frozen is what each released definition was when it went live, as the SHA-256 of its JSON.
var frozen = map[string]string{
	"standard 1": "e7fcecab7bbcc3721e19a4081f0d0301cc814b748c253e2221f80dd80c41e856",
}

func TestAReleasedDefinitionNeverChanges(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Released() {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(raw)
		name, is := fmt.Sprintf("%s %d", d.ID, d.Version), hex.EncodeToString(sum[:])
		seen[name] = true
		switch was := frozen[name]; was {
		case is:
		case "":
			t.Errorf("%s is new: add the line %q: %q to frozen when it is released", name, name, is)
		default:
			t.Errorf("%s was changed, and so were the dossiers that are under way on it. Take the change back, write it as the next version beside this one, and add that to Released.", name)
		}
	}
	for name := range frozen {
		if !seen[name] {
			t.Errorf("%s is missing from Released: the dossiers that are under way on it could not go on", name)
		}
	}
}

func TestWhatIsReleasedIsProven(t *testing.T) {
	b, err := NewBook(Released())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Newest(StandardID); err != nil {
		t.Error(err)
	}
}

func TestABookIsRefused(t *testing.T) {
	second, third, blind := Standard(), Standard(), Standard()
	second.Version, third.Version = 2, 3
	drop(&blind, Issue, Signed)
	for _, tc := range []struct {
		name string
		all  []Definition
		want string
	}{
		{"with a definition that is not proven", []Definition{blind}, "workflow.unproven"},
		{"with a version twice", []Definition{Standard(), Standard()}, "workflow.versions"},
		{"without the version before", []Definition{Standard(), third}, "workflow.versions"},
		{"in the wrong order", []Definition{second, Standard()}, "workflow.versions"},
	} {
		if _, err := NewBook(tc.all); fault.From(err).Key != tc.want {
			t.Errorf("%s: %v, want %s", tc.name, err, tc.want)
		}
	}
}

func TestABookFindsEveryVersionAndKnowsTheNewest(t *testing.T) {
	second := Standard()
	second.Version = 2
	step(&second, Received).State = "taken"
	for i := range second.Transitions {
		for _, s := range []*State{&second.Transitions[i].From, &second.Transitions[i].To, &second.Transitions[i].Restart} {
			if *s == Received {
				*s = "taken"
			}
		}
	}
	b, err := NewBook([]Definition{Standard(), second})
	if err != nil {
		t.Fatal(err)
	}
	for version := 1; version <= 2; version++ {
		if d, err := b.Find(StandardID, version); err != nil || d.Version != version {
			t.Errorf("version %d: %d, %v", version, d.Version, err)
		}
	}
	if d, err := b.Newest(StandardID); err != nil || d.Version != 2 {
		t.Errorf("the newest is %d, %v", d.Version, err)
	}
	for _, missing := range []error{func() error { _, err := b.Find(StandardID, 3); return err }(), func() error { _, err := b.Newest("x"); return err }()} {
		if fault.From(missing).Key != "workflow.unknown" {
			t.Errorf("what is missing: %v", missing)
		}
	}
	states := map[State]int{}
	for _, s := range b.Steps() {
		states[s.State]++
	}
	if len(states) != len(Standard().Steps)+1 || states["taken"] != 1 || states[Received] != 1 || states[Filed] != 1 {
		t.Errorf("states %v", states)
	}
}

//go:build drill

package main_test

import (
	"encoding/json"
	"slices"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// mishap is one harm that is done to an instance before a command, and what may come of it.
type mishap struct {
	name  string
	at    string // the release that runs before it
	harm  harm
	args  []string
	exits []int
	then  string // the release that runs in the end

	// inject is the harm where it is the n-th call of each thread of the command that fails. A thread that makes fewer of them is
	// not hurt: then it is an earlier one.
	inject func(n int) harm
	n      int
}

// harm hurts an instance. The place that it returns is where the command is then run; mend takes the cause away.
type harm func(t *testing.T, p *trial.Place, i *trial.Image) (in *trial.Place, mend func())

// ends are the exit statuses of an operation that could not be done: never that of a defect in what was typed.
var ends = []int{trial.Failed, trial.Finding, trial.Partial}

func orDone(exits []int) []int { return append([]int{trial.Done}, exits...) }

// onImage is an instance on a disk of its own that has been to the next release, under live filing.
func onImage(t *testing.T) (*travels, *trial.Image) {
	t.Helper()
	p, image := trial.New(t).OnImage(8000)
	v := &travels{p: p, next: trial.Next(t)}
	v.in = p.Install()
	code, agency := offeredOnline(t, p, v.in, "dang ky khai sinh")
	v.citizen = p.As(v.in, "citizen", "")
	p.Rest = rest
	v.ledger = p.FileDossiers(v.citizen, 1, code, agency)
	p.Operate(trial.UpgradeArgs(v.next)...).Status(trial.Done)
	return v, image
}

// happens does the harm, runs the command, takes the cause away and leads the instance to its end.
func (m mishap) happens(t *testing.T, v *travels, image *trial.Image) {
	if m.inject == nil {
		m.once(t, v, image)
		return
	}
	for n := m.n; ; n /= 2 {
		m.harm = m.inject(n)
		m.once(t, v, image)
		fired := v.p.For(t).Fired()
		t.Logf("at call %d: %d calls failed", n, fired)
		if fired > 0 {
			return
		}
		if n == 1 || t.Failed() {
			t.Error("no call failed, so nothing is proven")
			return
		}
	}
}

func (m mishap) once(t *testing.T, v *travels, image *trial.Image) {
	t.Helper()
	p := v.p.For(t)
	defer p.Logs()
	if p.Current() != m.at {
		v.there(t, m.at)
	}
	in, mend := m.harm(t, p, image.For(p))
	o := in.Run(m.args...)
	m.judge(t, o)
	mend()
	p.Operate("start", "--yes").Status(trial.Done)
	if m.at == m.then {
		p.Operate(m.args...)
	}
	v.there(t, m.then)
}

// judge checks how a command ended, and that one that could not do its work says why and what to do.
func (m mishap) judge(t *testing.T, o trial.Outcome) {
	t.Helper()
	var r struct {
		Error struct{ Code, Message, Cure string }
	}
	if o.Exit != trial.Done {
		lines := o.Lines()
		if err := json.Unmarshal(lines[len(lines)-1].Raw, &r); err != nil {
			t.Fatal(err)
		}
		if !trial.Sentence(r.Error.Message) || !trial.Sentence(r.Error.Cure) || r.Error.Code == "internal" {
			t.Errorf("exit %d without a message and a cure: %+v\n%s", o.Exit, r.Error, o.Stderr)
		}
	}
	t.Logf("exit %d: %s: %s [%s]", o.Exit, r.Error.Code, r.Error.Message, r.Error.Cure)
	if !slices.Contains(m.exits, o.Exit) {
		t.Errorf("exit %d, want one of %v\n%s%s", o.Exit, m.exits, o.Stdout, o.Stderr)
	}
}

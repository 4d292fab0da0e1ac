package wire

import (
	"time"

	"egovctl/platform/app"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
)

// Runs are the operations of the journal at Root, oldest first; none where nothing was ever done. Fault: unavailable
// "commands.history.unreadable".
func (e *Env) Runs() ([]app.Run, error) {
	runs, err := engine.History(string(e.Root()))
	if err != nil {
		return nil, e.unreadable(err)
	}
	h, held, err := engine.Holding(string(e.Root()))
	if err != nil {
		return nil, e.unreadable(err)
	}
	if n := len(runs); n > 0 && runs[n-1].State == engine.Cut && !held { // it may have ended between the two looks
		again, err := engine.History(string(e.Root()))
		if err != nil {
			return nil, e.unreadable(err)
		}
		runs = again[:min(n, len(again))]
	}
	out := e.runsOf(runs)
	if held && lives(runs, h) {
		last := &out[len(out)-1]
		last.State, last.Unfinished = stateRunning, false
	}
	return out, nil
}

func (e *Env) unreadable(err error) error {
	return fault.Wrap(err, fault.Unavailable, "commands.history.unreadable", "path", engine.FolderOf(string(e.Root())))
}

// stateRunning is that of the run whose process holds the lock: the journal alone would tell it as cut.
const stateRunning = "running"

// lives reports whether the newest run is that of who holds the lock. Whoever has just taken it has written no line yet: then the newest
// run is an older one, which may have been cut in the same operation.
func lives(runs []engine.Run, h engine.Holder) bool {
	n := len(runs)
	return n > 0 && runs[n-1].State == engine.Cut && runs[n-1].Operation == h.Operation && !runs[n-1].Started.Before(h.Since)
}

func (e *Env) runsOf(runs []engine.Run) []app.Run {
	out := make([]app.Run, len(runs))
	at := map[int]int{}
	for i, r := range runs {
		out[i] = app.Run{Number: r.Number, Operation: r.Operation, Release: r.Release, By: r.By, From: r.From, To: r.To, Risks: r.Risks,
			MS: r.Ended.Sub(r.Started).Milliseconds(), Started: moment(r.Started), Ended: moment(r.Ended),
			State: string(r.State), Changes: r.Changes, Resumes: append([]int{}, r.Resumes...), Unfinished: r.Unfinished(), Damage: []string{}}
		for _, d := range r.Damage {
			message, _ := e.Fault(d)
			out[i].Damage = append(out[i].Damage, message)
		}
		at[r.Number] = i
		for _, n := range r.Resumes {
			if k, ok := at[n]; ok {
				out[k].ResumedBy, out[k].Unfinished = r.Number, false
			}
		}
	}
	return out
}

// runsIn are Runs with their sentences in a language.
func (e *Env) runsIn(l locale.Lang) ([]app.Run, error) {
	reader := *e
	reader.Lang = l
	return reader.Runs()
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

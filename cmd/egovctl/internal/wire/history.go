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
		return nil, fault.Wrap(err, fault.Unavailable, "commands.history.unreadable", "path", engine.FolderOf(string(e.Root())))
	}
	return e.runsOf(runs), nil
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

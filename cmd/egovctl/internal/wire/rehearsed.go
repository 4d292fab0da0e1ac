package wire

import (
	"context"
	"encoding/json"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// said is what a command on the copy told in its lines of JSON.
type said struct {
	DowntimeMS int64
	steps      []RehearsedStep
}

// run carries out a command of a program on the copy, to its end; it dies with us. Fault: "rehearse.failed" with the code, the
// sentence and the cure that the command ended with.
func (r *Rehearsal) run(ctx context.Context, on engine.Host, copied instance.Site, program string, args ...string) (said, error) {
	raw, err := on.Run(ctx, engine.Command{
		Path: program, Args: append(args, "--root", string(copied.Root), "--lang", string(r.env.Lang), "--yes", "-o", "json"),
		Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"},
	})
	told, failed := heard(raw)
	if failed != nil {
		return told, failed
	}
	return told, err
}

// heard reads the lines. What is none of them is for people.
func heard(raw []byte) (told said, failed error) {
	for line := range strings.Lines(string(raw)) {
		var e struct {
			Event      string
			Step       string
			Seq        int
			MS         int64
			Status     string
			DowntimeMS int64 `json:"downtime_ms"`
			Error      struct {
				Code          fault.Code
				Message, Cure string
			}
		}
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		switch {
		case e.Event == engine.StepDone && e.Seq > 0: // the others had nothing to do
			told.steps = append(told.steps, RehearsedStep{e.Step, e.MS})
		case e.Event == "result" && e.Status == "failed":
			failed = fault.New(e.Error.Code, "rehearse.failed", "why", e.Error.Message, "cure", e.Error.Cure)
		case e.Event == "result":
			told.DowntimeMS = e.DowntimeMS
		}
	}
	return told, failed
}

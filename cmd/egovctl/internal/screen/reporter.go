// Package screen shows the progress of long work: a progress bar on a terminal, one plain line per step in a pipe, JSON
// lines for programs. All three hear the same events.
package screen

import (
	"fmt"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/engine"
)

// Reporter hears the events of a run. Close returns when everything is on the screen.
type Reporter interface {
	Event(engine.Event)
	Close()
}

// For chooses the reporter for this terminal and output.
func For(env *wire.Env) Reporter {
	switch {
	case env.JSON():
		return &lines{env}
	case env.Screen():
		return newBar(env)
	default:
		return &plain{env: env}
	}
}

// lines prints every event as a line of JSON on stdout.
type lines struct{ env *wire.Env }

func (l *lines) Event(e engine.Event) { _ = l.env.Line(e) }
func (l *lines) Close()               {}

// plain prints one line per step that had something to do.
type plain struct{ env *wire.Env }

func (p *plain) Event(e engine.Event) {
	if s := told(p.env, e); s != "" {
		fmt.Fprintln(p.env.Err, s)
	}
}

func (p *plain) Close() {}

// told is the lasting line of an event; "" when it deserves none.
func told(env *wire.Env, e engine.Event) string {
	switch e.Event {
	case engine.StepDone:
		if e.Count == 0 && e.Seq == 0 {
			return ""
		}
		return fmt.Sprintf("%s %-*s %s", env.PaintErr(term.Good, "✓"), titleWidth, env.T(e.Title), env.PaintErr(term.Faint, env.Seconds(e.MS)))
	case engine.UndoDone:
		return env.PaintErr(term.Good, "−") + " " + env.Doing(e.Title, e.Target)
	case engine.StepKept:
		return fmt.Sprintf("%s %s: %s", env.PaintErr(term.Warning, "="), env.T(e.Title), env.T(e.Message))
	case engine.ChangeFailed, engine.UndoFailed:
		return env.PaintErr(term.Bad, "✗") + " " + env.Doing(e.Title, e.Target)
	case engine.RunStarted:
		if len(e.Resumes) > 0 {
			return env.T("screen.resumes", "run", e.Resumes[len(e.Resumes)-1])
		}
	case engine.JournalDamaged:
		return env.PaintErr(term.Warning, "!") + " " + env.T(e.Message, "run", e.Run)
	}
	return ""
}

// titleWidth is the column in which the times of steps stand below each other.
const titleWidth = 36

package desk

import (
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/workflow"
)

// notice is what the citizen is told of the act: every change of state, and every new date. What is taken back before
// it was told is not told.
func (w *work) notice() *dossier.Notice {
	key := "onestop.notice." + string(w.d.State)
	switch {
	case w.move.Action == workflow.Undo || w.d.Agency == dossier.ProbeAgency:
		return nil
	case w.move.Action == workflow.Extend:
		key = "onestop.notice.extended"
	case w.move.Action == workflow.Resume:
		key = "onestop.notice.resumed"
	}
	args := map[string]string{"code": w.d.Key(), "due": "", "note": ""}
	if !w.d.DueAt.IsZero() {
		args["due"] = locale.DateTime(w.d.DueAt)
	} else if key == "onestop.notice.received" || key == "onestop.notice.resumed" {
		key += ".no_due"
	}
	if forApplicant(w.def, w.before.State, w.move.To, w.move.Action) {
		args["note"] = w.step.Note
	}
	return &dossier.Notice{Seq: w.step.Seq, Dossier: w.d.ID, Key: key, Args: args, At: w.now}
}

package api

import (
	"net/http"
	"time"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/web"
)

// standing is all that strangers learn: the code, and in_progress, waiting_for_you or finished.
type standing struct {
	Code  string `json:"code"`
	State string `json:"state"`
}

// tracked is a dossier for who owns it, has it in scope, or holds the secret of its receipt. People's names and
// numbers are not part of it.
type tracked struct {
	Code        *string    `json:"code"`
	Reference   string     `json:"reference"`
	State       string     `json:"state"` // in_progress, waiting_for_you, finished
	Step        string     `json:"step"`
	StepName    string     `json:"step_name"`
	Status      int        `json:"status"` // national list
	Procedure   named      `json:"procedure"`
	Agency      named      `json:"agency"` // where it lies now
	SubmittedAt *time.Time `json:"submitted_at"`
	ReceivedAt  *time.Time `json:"received_at"`
	DueAt       *time.Time `json:"due_at"`
	FinishedAt  *time.Time `json:"finished_at"`
	ReturnedAt  *time.Time `json:"returned_at"`
	DaysLeft    *int       `json:"days_left"` // working days, negative when overdue; null without a date
	Overdue     bool       `json:"overdue"`
	Paused      bool       `json:"paused"`
	Timeliness  *string    `json:"timeliness"`
	Outcome     *string    `json:"outcome"`
	Version     int        `json:"version"`
	Timeline    []moment   `json:"timeline"`
	Why         []string   `json:"why"`     // the reasons of the promised date
	Actions     []string   `json:"actions"` // what the reader may do now
}

type named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type moment struct {
	At     time.Time `json:"at"`
	Action string    `json:"action"`
	Step   string    `json:"step"`
	Agency string    `json:"agency"`
	Role   string    `json:"role"`
	Note   string    `json:"note,omitempty"`
}

func (a *API) track(w http.ResponseWriter, r *http.Request) error {
	t, err := a.desk.Track(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"), r.URL.Query().Get("secret"))
	if err != nil {
		return err
	}
	if t.View == nil {
		return web.JSON(w, http.StatusOK, standing{Code: t.Code, State: t.Standing})
	}
	return web.JSON(w, http.StatusOK, a.tracked(t, web.LangOf(r.Context())))
}

func (a *API) tracked(t desk.Tracked, lang locale.Lang) tracked {
	v := t.View
	english := lang == locale.English
	out := tracked{
		Code: orNull(v.Code), Reference: v.Reference, State: t.Standing, Step: string(v.State),
		StepName: a.texts.T(lang, "onestop.state."+string(v.State)), Status: v.Status,
		Procedure:   named{v.Dossier.Procedure, v.ProcedureName},
		Agency:      named{v.Agencies[v.At].Identifier, v.Agencies[v.At].Name(english)},
		SubmittedAt: stamp(v.SubmittedAt), ReceivedAt: stamp(v.ReceivedAt), DueAt: stamp(v.DueAt), FinishedAt: stamp(v.FinishedAt),
		ReturnedAt: stamp(v.ReturnedAt), Overdue: v.Overdue(), Paused: v.Paused(),
		Timeliness: orNull(string(v.Timeliness)), Outcome: orNull(string(v.Outcome)), Version: v.Version,
		Timeline: []moment{}, Why: []string{}, Actions: []string{},
	}
	if v.Left.HasDue && v.FinishedAt.IsZero() {
		out.DaysLeft = &v.Left.DaysLeft
	}
	for _, m := range v.Timeline() {
		out.Timeline = append(out.Timeline, moment{At: *stamp(m.At), Action: string(m.Action), Step: string(m.To),
			Agency: v.Agencies[m.Agency].Name(english), Role: string(m.ByRole), Note: m.Note})
	}
	if v.Promise != nil {
		for _, l := range v.Promise.Trace {
			out.Why = append(out.Why, l.Say(a.texts, lang))
		}
	}
	for _, c := range v.Can {
		out.Actions = append(out.Actions, string(c.Action))
	}
	return out
}

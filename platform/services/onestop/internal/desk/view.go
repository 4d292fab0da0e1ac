package desk

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// View is a dossier as somebody who may see it sees it.
type View struct {
	dossier.Full
	Agencies map[int32]Agency // every agency that the dossier or its history names
	Left     Item             // how long is left until the promised date
	Promise  *workcal.Promise // the latest, nil before reception
	Can      []Can            // what the reader may do now
	Official bool             // the reader is an official: sees the history in full
	Clerk    bool             // the reader may print the receipt
	Officers []Official       // to whom it can be assigned, when the reader may
	Offering []Agency         // to where it can be transferred, when the reader may
	BySecret bool             // opened with the secret of the receipt, nobody is signed in
	NoDate   bool             // the law leaves the promised date to the official

	flow workflow.Definition // the dossier's own
}

// Can is an act that is open to the reader.
type Can struct {
	Action workflow.Action
	Reason bool // a written reason is needed
	Answer bool // the citizen's answer to a request for papers
}

// view gathers what a reader may see and do.
func (s *Desk) view(ctx context.Context, tx pgx.Tx, by who.Principal, d dossier.Dossier) (View, error) {
	v := View{Official: by.Kind == who.Official || by.Kind == who.System, Agencies: map[int32]Agency{}}
	var err error
	if v.Full, err = s.Store.Rest(ctx, tx, d); err != nil {
		return v, err
	}
	lines, err := s.items(ctx, tx, []store.Line{{DueAt: d.DueAt, DueByHour: d.DueByHour, PausedAt: d.PausedAt, Status: d.Status}}, s.Clock.Now())
	if err != nil {
		return v, err
	}
	v.Left = lines[0]
	for _, st := range v.Steps {
		if st.Promise != nil {
			v.Promise = st.Promise
		}
	}
	if v.flow, err = s.definition(d); err != nil {
		return v, err
	}
	v.Clerk = slices.Contains(rolesOn(d, by), who.Clerk)
	if err := s.nameAgencies(ctx, tx, &v); err != nil {
		return v, err
	}
	return v, s.possible(ctx, tx, by, &v)
}

func (s *Desk) nameAgencies(ctx context.Context, tx pgx.Tx, v *View) error {
	ids := append([]int32{v.Agency, v.Competent, v.At}, v.Involved...)
	for _, st := range v.Steps {
		ids = append(ids, st.Agency)
	}
	for _, id := range ids {
		if _, known := v.Agencies[id]; known || id == dossier.ProbeAgency {
			continue
		}
		a, err := s.Agencies.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		v.Agencies[id] = a
	}
	return nil
}

// possible lists what the reader may do now, and between what there is to choose.
func (s *Desk) possible(ctx context.Context, tx pgx.Tx, by who.Principal, v *View) error {
	roles := rolesOn(v.Dossier, by)
	if len(roles) == 0 || len(v.Steps) == 0 {
		return nil
	}
	end := v.Steps[len(v.Steps)-1]
	f, err := s.facts(ctx, tx, v.Dossier, store.Last{Action: end.Action, From: end.From, Actor: end.ByAccount}, by)
	if err != nil {
		return err
	}
	for _, a := range v.flow.Available(v.State, roles, f) {
		v.Can = append(v.Can, Can{Action: a, Reason: v.flow.NeedsReason(v.State, a), Answer: a == workflow.Supplement && v.Desk == who.Citizen})
		switch a {
		case workflow.Receive:
			var p packaged.Procedure
			err = s.Store.Procedure(ctx, tx, v.VersionID, &p)
			v.NoDate = v.Code == "" && TermOf(p, v.Channel).Kind == workcal.Other
		case workflow.Assign:
			v.Officers, err = s.Staff.At(ctx, tx, v.Competent, who.Officer)
		case workflow.Transfer:
			v.Offering, err = s.others(ctx, tx, v.Full)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// others are the agencies that take the same procedure.
func (s *Desk) others(ctx context.Context, tx pgx.Tx, f dossier.Full) ([]Agency, error) {
	offerings, err := s.Procedures.Offerings(ctx, tx, f.Procedure)
	if err != nil {
		return nil, err
	}
	var ids []int32
	for _, o := range offerings {
		if o.AgencyID != f.Competent {
			ids = append(ids, o.AgencyID)
		}
	}
	return s.agenciesOf(ctx, tx, ids)
}

// agenciesOf looks agencies up.
func (s *Desk) agenciesOf(ctx context.Context, tx pgx.Tx, ids []int32) ([]Agency, error) {
	out := make([]Agency, 0, len(ids))
	for _, id := range ids {
		a, err := s.Agencies.ByID(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// Overdue reports whether the promised date has passed while the work goes on.
func (v View) Overdue() bool { return v.Left.Overdue() }

// Timeline is the history as the reader may know it: officials see all; the citizen sees agencies and roles, and of
// what was written only what was written for the citizen: requests, refusals, new dates.
func (v View) Timeline() []dossier.Step {
	if v.Official {
		return v.Steps
	}
	out := make([]dossier.Step, 0, len(v.Steps))
	for _, st := range v.Steps {
		if st.ByRole != who.Citizen && !forApplicant(v.flow, st.From, st.To, st.Action) {
			st.Note = ""
		}
		st.ByAccount, st.ByName, st.ToAccount = "", "", ""
		out = append(out, st)
	}
	return out
}

// forApplicant reports whether what is written at an act is meant for the applicant: the reason of a request, a
// refusal, a stop or a new date. Remarks between officials are not.
func forApplicant(def workflow.Definition, from, to workflow.State, a workflow.Action) bool {
	before, _ := def.Step(from)
	after, _ := def.Step(to)
	return def.NeedsReason(from, a) && (before.National != after.National || a == workflow.Extend)
}

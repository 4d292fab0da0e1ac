package desk

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// Receive takes a dossier in at the counter and receives it at once: the code is issued and the date promised in the
// same transaction. act.Due is the date that the clerk sets where the law leaves it to him. Faults: those of File and Act.
func (s *Desk) Receive(ctx context.Context, tx pgx.Tx, by who.Principal, f Filing, act Act) (Acted, []Warning, error) {
	full, warnings, err := s.file(ctx, tx, by, f)
	if err != nil {
		return Acted{}, nil, err
	}
	act.Action, act.Version = string(workflow.Receive), 0
	d, err := s.act(ctx, tx, by, full.Reference, act)
	return acted(d), warnings, err
}

// Offer is what a filing form needs to know.
type Offer struct {
	Procedure Procedure
	Agencies  []Agency // where the procedure can be filed by the reader
	Term      workcal.Term
}

// Offer tells where a procedure can be filed: by a citizen at every agency that takes it online, by a clerk at the own
// ones. Faults: NotFound "onestop.filing.procedure"; Forbidden "onestop.filing.off"; Invalid "onestop.filing.not_online".
func (s *Desk) Offer(ctx context.Context, by who.Principal, code string) (Offer, error) {
	var o Offer
	clerk := by.Kind == who.Official
	if !clerk && !s.Settings.FilingPublic {
		return o, fault.New(fault.Forbidden, "onestop.filing.off")
	}
	err := s.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if o.Procedure, err = s.Procedures.Get(ctx, tx, code); err != nil || !o.Procedure.Published {
			return unless(err, fault.New(fault.NotFound, "onestop.filing.procedure", "code", code))
		}
		channel := packaged.Online
		if clerk {
			channel = packaged.Direct
		}
		o.Term = TermOf(o.Procedure.Procedure, channel)
		offerings, err := s.Procedures.Offerings(ctx, tx, code)
		if err != nil {
			return err
		}
		kept := filable(by, offerings)
		if len(kept) == 0 && !clerk {
			return fault.New(fault.Invalid, "onestop.filing.not_online")
		}
		o.Agencies, err = s.agenciesOf(ctx, tx, kept)
		return err
	})
	return o, err
}

// filable are the agencies at which by may file.
func filable(by who.Principal, offerings []Offering) []int32 {
	var out []int32
	for _, o := range offerings {
		if by.Kind == who.Official && by.HoldsAt(who.Clerk, o.AgencyID) || by.Kind != who.Official && o.Online {
			out = append(out, o.AgencyID)
		}
	}
	return out
}

// Takes lists the procedures that the agency of a clerk receives.
func (s *Desk) Takes(ctx context.Context, by who.Principal, identifier string) (Agency, []Summary, error) {
	var a Agency
	var list []Summary
	err := s.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if a, err = s.workplace(ctx, tx, by, identifier); err != nil {
			return err
		}
		list, err = s.Procedures.OfferedBy(ctx, tx, a.ID)
		return err
	})
	return a, list, err
}

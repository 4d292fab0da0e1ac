package desk

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/workflow"
)

// The standings that anybody may know of a code.
const (
	InProgress    = "in_progress"
	WaitingForYou = "waiting_for_you"
	Finished      = "finished"
)

// Standing is the coarse answer for a national status; the database says the same to strangers.
func Standing(status int) string {
	switch status {
	case workflow.NationalSupplement, workflow.NationalPayment:
		return WaitingForYou
	case workflow.NationalRefused, workflow.NationalStopped, workflow.NationalFinished, workflow.NationalReturned:
		return Finished
	}
	return InProgress
}

// Tracked is what a look-up gives: View is nil for strangers, who learn only Code and Standing.
type Tracked struct {
	Code     string
	Standing string
	View     *View
}

// Track looks up a code or reference. Who owns the dossier, has it in scope or holds its secret gets the View. Fault:
// NotFound "onestop.dossier.unknown", the same for what cannot be a code at all.
func (s *Desk) Track(ctx context.Context, by who.Principal, name, secret string) (Tracked, error) {
	var out Tracked
	key, ok := dossier.Normalise(name)
	if !ok {
		return out, fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	err := s.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		opened := false
		var err error
		if secret != "" {
			if opened, err = s.Store.Open(ctx, tx, key, secret); err != nil {
				return err
			}
		}
		d, err := s.Store.Find(ctx, tx, key)
		if fault.Is(err, fault.NotFound) {
			out.Code, out.Standing, err = s.Store.Standing(ctx, tx, key)
			return err
		}
		if err != nil {
			return err
		}
		v, err := s.view(ctx, tx, by, d)
		v.BySecret = opened && !by.SignedIn()
		out = Tracked{Code: d.Key(), Standing: Standing(d.Status), View: &v}
		return err
	})
	return out, err
}

// Reveal shows the people of a dossier unmasked to an official who says why; the audit log keeps who, which and why.
// Faults: Invalid "onestop.reveal.reason" (field reason), NotFound "onestop.dossier.unknown", Forbidden for others.
func (s *Desk) Reveal(ctx context.Context, by who.Principal, name, reason string) (View, error) {
	var v View
	key, ok := dossier.Normalise(name)
	if !ok {
		return v, fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	why, err := line(reason)
	if err != nil || len([]rune(why)) < 5 {
		return v, fault.New(fault.Invalid, "onestop.reveal.reason").At("reason")
	}
	if by.Kind != who.Official {
		return v, fault.New(fault.Forbidden, "forbidden")
	}
	err = s.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		d, err := s.Store.Find(ctx, tx, key)
		if err != nil {
			return err
		}
		if v, err = s.view(ctx, tx, by, d); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: "onestop", Action: "dossier.reveal", Object: d.ID, AgencyID: d.Agency,
			Detail: map[string]any{"name": d.Key(), "reason": why}})
	})
	return v, err
}

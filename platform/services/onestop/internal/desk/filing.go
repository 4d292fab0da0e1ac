package desk

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/id"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/dossier"
)

// Applicant is somebody as typed into a form.
type Applicant struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone,omitempty"`
	Address  string `json:"address,omitempty"`
	Email    string `json:"email,omitempty"`
}

// Filing is what somebody hands in. Procedure and Agency are a procedure code and an agency identifier.
type Filing struct {
	Procedure  string
	Agency     string
	Case       string           // name of the case, "" for the only or first one
	Channel    packaged.Channel // "" is the usual one of who files: direct for a clerk, online, the only one, for a citizen
	Applicant  Applicant
	Submitter  Applicant // empty: the applicant comes in person
	Components []dossier.Component
}

// Warning is something worth asking again that refuses nothing.
type Warning struct {
	Field string
	Key   string // message key
}

// Filed is the answer to a filing.
type Filed struct {
	ID        string
	Reference string
	Warnings  []Warning
}

// File takes a dossier in: from a citizen online, or from a clerk at the counter on behalf of one. It waits for
// reception under its reference. Faults: Forbidden "onestop.filing.off" and "onestop.filing.elsewhere", Invalid at the
// field that is wrong ("procedure", "agency", "applicant.id_number" and so on).
func (s *Desk) File(ctx context.Context, tx pgx.Tx, by who.Principal, f Filing) (Filed, error) {
	full, warnings, err := s.file(ctx, tx, by, f)
	return Filed{ID: full.ID, Reference: full.Reference, Warnings: warnings}, err
}

// file is File with everything that was filed.
func (s *Desk) file(ctx context.Context, tx pgx.Tx, by who.Principal, f Filing) (dossier.Full, []Warning, error) {
	full, warnings, err := s.prepare(ctx, tx, by, f)
	if err != nil {
		return full, nil, err
	}
	return full, warnings, s.Store.Insert(ctx, tx, full, announce(by, full.Dossier, full.Steps[0]))
}

// prepare makes the dossier that f becomes, with its first step, and writes nothing of it.
func (s *Desk) prepare(ctx context.Context, tx pgx.Tx, by who.Principal, f Filing) (dossier.Full, []Warning, error) {
	var full dossier.Full
	if by.Kind == who.Person {
		if !s.Settings.FilingPublic {
			return full, nil, fault.New(fault.Forbidden, "onestop.filing.off")
		}
		if f.Channel != "" && f.Channel != packaged.Online {
			return full, nil, fault.New(fault.Invalid, "onestop.channel.counter").At("channel")
		}
		f.Channel, f.Submitter = packaged.Online, Applicant{}
	}
	persons, wrong := people(f)
	if len(wrong) > 0 {
		return full, nil, wrong[0]
	}
	components, err := papers(f.Components)
	if err != nil {
		return full, nil, err
	}
	at, err := s.place(ctx, tx, by, f)
	if err != nil {
		return full, nil, err
	}
	if full.Dossier, err = s.fresh(ctx, tx, by, at, f); err != nil {
		return full, nil, err
	}
	full.Persons, full.Components = persons, components
	if full.Secret, err = dossier.NewSecret(s.draw); err != nil {
		return full, nil, fault.Wrap(err, fault.Internal, "internal")
	}
	full.ContentHash = contentHash(full, at.agency.Identifier)
	st := dossier.Step{Seq: 1, Agency: full.Agency, Action: dossier.File, To: full.State, At: full.SubmittedAt}
	sign(&st, by, filingRole(by))
	full.Steps = []dossier.Step{st}
	return full, warn(persons, full.SubmittedAt), nil
}

// place is where and for what a dossier is filed.
type place struct {
	agency    Agency
	procedure Procedure
}

// place finds procedure and agency and refuses what is not offered there, or not on this channel.
func (s *Desk) place(ctx context.Context, tx pgx.Tx, by who.Principal, f Filing) (place, error) {
	var p place
	var err error
	if p.procedure, err = s.Procedures.Get(ctx, tx, f.Procedure); err != nil || !p.procedure.Published {
		return p, unless(err, fault.New(fault.Invalid, "onestop.filing.procedure", "code", f.Procedure).At("procedure"))
	}
	if p.agency, err = s.Agencies.ByIdentifier(ctx, tx, f.Agency); err != nil {
		return p, unless(err, fault.New(fault.Invalid, "onestop.filing.agency", "agency", f.Agency).At("agency"))
	}
	online, err := s.Procedures.Offering(ctx, tx, p.procedure.Code, p.agency.ID)
	if err != nil {
		return p, unless(err, fault.New(fault.Invalid, "onestop.filing.not_offered", "agency", p.agency.NameVI).At("agency"))
	}
	switch {
	case by.Kind == who.Person && !online:
		return p, fault.New(fault.Invalid, "onestop.filing.not_online").At("procedure")
	case by.Kind == who.Official && !by.HoldsAt(who.Clerk, p.agency.ID):
		return p, fault.New(fault.Forbidden, "onestop.filing.elsewhere", "agency", p.agency.NameVI).At("agency")
	case f.Case != "" && caseOf(p.procedure, f.Case) == nil:
		return p, fault.New(fault.Invalid, "onestop.filing.case").At("case")
	}
	return p, nil
}

// unless returns known for a missing thing, and any other trouble as it is.
func unless(err error, known *fault.Error) error {
	if err == nil || fault.Is(err, fault.NotFound) {
		return known
	}
	return err
}

func caseOf(p Procedure, name string) *packaged.Case {
	for i := range p.Cases {
		if p.Cases[i].Name == name {
			return &p.Cases[i]
		}
	}
	return nil
}

// fresh makes the dossier's own row.
func (s *Desk) fresh(ctx context.Context, tx pgx.Tx, by who.Principal, p place, f Filing) (dossier.Dossier, error) {
	version, err := s.ledger().Freeze(ctx, tx, p.procedure.Code, p.procedure.Name, p.procedure.Procedure)
	if err != nil {
		return dossier.Dossier{}, err
	}
	reference, err := dossier.NewReference(s.draw)
	if err != nil {
		return dossier.Dossier{}, fault.Wrap(err, fault.Internal, "internal")
	}
	d := dossier.Dossier{
		ID: id.New(), Agency: p.agency.ID, Competent: p.agency.ID, At: p.agency.ID, Involved: []int32{p.agency.ID},
		Procedure: p.procedure.Code, ProcedureName: p.procedure.Name, VersionID: version, Reference: reference,
		Channel: f.Channel, Assisted: by.Kind == who.Official && f.Channel == packaged.Online, FiledBy: by.Account,
		SubmittedAt: s.Clock.Now().Truncate(time.Microsecond), Version: 1,
	}
	if d.Channel == "" {
		d.Channel = packaged.Direct
	}
	if by.Kind == who.Person {
		d.Owner = by.Account
	}
	return d, s.begin(&d)
}

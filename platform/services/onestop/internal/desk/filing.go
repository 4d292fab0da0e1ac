package desk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/id"
	"egovctl/platform/kernel/person"
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
	Case       string // name of the case, "" for the only or first one
	Channel    packaged.Channel
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

const (
	maxComponents = 100
	maxText       = 500
)

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
		f.Channel, f.Submitter = packaged.Online, Applicant{}
		if !s.Settings.FilingPublic {
			return full, nil, fault.New(fault.Forbidden, "onestop.filing.off")
		}
	}
	persons, warnings, wrong := people(f)
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
	return full, warnings, nil
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
	begin(&d)
	return d, nil
}

// Check looks at what was typed, without the database, and lists everything that is wrong with it, each at its field.
func (f Filing) Check() []error {
	_, _, wrong := people(f)
	if _, err := papers(f.Components); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// people checks applicant and submitter.
func people(f Filing) (list []dossier.Person, warnings []Warning, wrong []error) {
	all := map[dossier.PersonKind]Applicant{dossier.Applicant: f.Applicant}
	if f.Submitter != (Applicant{}) {
		all[dossier.Submitter] = f.Submitter
	}
	for _, kind := range []dossier.PersonKind{dossier.Applicant, dossier.Submitter} {
		a, ok := all[kind]
		if !ok {
			continue
		}
		p, errs := somebody(a, kind)
		list, wrong = append(list, p), append(wrong, errs...)
		if len(p.Number) == 12 && p.Number.Odd() {
			warnings = append(warnings, Warning{Field: string(kind) + ".id_number", Key: "onestop.warning.id_number"})
		}
	}
	return list, warnings, wrong
}

// somebody checks one person. Fields are named "applicant.name" and so on.
func somebody(a Applicant, kind dossier.PersonKind) (dossier.Person, []error) {
	var wrong []error
	note := func(err error, field string) {
		if err != nil {
			wrong = append(wrong, fault.From(err).At(string(kind)+"."+field))
		}
	}
	p := dossier.Person{Kind: kind}
	var err error
	p.Name, err = person.ParseName(a.Name)
	note(err, "name")
	p.Number, err = number(a.IDNumber)
	note(err, "id_number")
	p.Phone, err = person.ParsePhone(a.Phone)
	note(err, "phone")
	p.Address, err = line(a.Address)
	note(err, "address")
	p.Email, err = email(a.Email)
	note(err, "email")
	return p, wrong
}

// number accepts a personal number, or the number of an enterprise (10 digits, a branch 10-3) by its check digit.
func number(s string) (person.Number, error) {
	s = strings.TrimSpace(s)
	if main, branch, _ := strings.Cut(s, "-"); len(main) == 10 && (branch == "" || len(branch) == 3) && enterprise(main) &&
		strings.Trim(branch, "0123456789") == "" {
		return person.Number(s), nil
	}
	return person.ParseNumber(s)
}

// enterprise checks the tenth digit of an enterprise number: 10 less the weighted sum modulo 11.
func enterprise(s string) bool {
	sum := 0
	for i, w := range []int{31, 29, 23, 19, 17, 13, 7, 5, 3} {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += w * int(s[i]-'0')
	}
	return s[9] >= '0' && s[9] <= '9' && int(s[9]-'0') == 10-sum%11
}

// line is free text of one line: at most maxText characters, spaces collapsed, no control characters.
func line(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if len([]rune(s)) > maxText || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
		return "", fault.New(fault.Invalid, "onestop.text.invalid", "max", maxText)
	}
	return s, nil
}

func email(s string) (string, error) {
	s = strings.TrimSpace(s)
	name, host, ok := strings.Cut(s, "@")
	if s != "" && (!ok || name == "" || !strings.Contains(host, ".") || len(s) > 254 || strings.ContainsAny(s, " \t\r\n,;<>\"\x00\ufffd") ||
		strings.Contains(host, "@")) {
		return "", fault.New(fault.Invalid, "onestop.email.invalid")
	}
	return s, nil
}

// papers checks the declared papers.
func papers(list []dossier.Component) ([]dossier.Component, error) {
	if len(list) > maxComponents {
		return nil, fault.New(fault.Invalid, "onestop.components.many", "max", maxComponents).At("components")
	}
	out := make([]dossier.Component, 0, len(list))
	for i, c := range list {
		at := "components." + strconv.Itoa(i)
		name := strings.Join(strings.Fields(c.Name), " ")
		code, err := line(c.Code)
		switch {
		case err != nil:
			return nil, fault.From(err).At(at + ".code")
		case name == "" || len([]rune(name)) > 4*maxText || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0xfffd }):
			return nil, fault.New(fault.Invalid, "onestop.components.name").At(at + ".name")
		case c.Originals < 0 || c.Originals > 99 || c.Copies < 0 || c.Copies > 99:
			return nil, fault.New(fault.Invalid, "onestop.components.count").At(at)
		}
		out = append(out, dossier.Component{Code: code, Name: name, Originals: c.Originals, Copies: c.Copies})
	}
	return out, nil
}

// contentHash is what an outside witness can compare: the content as it was filed.
func contentHash(f dossier.Full, agency string) []byte {
	type somebody struct{ Kind, Name, Number, Phone, Address, Email string }
	content := struct {
		Procedure, Agency, Channel string
		People                     []somebody
		Papers                     []dossier.Component
	}{Procedure: f.Procedure, Agency: agency, Channel: string(f.Channel), Papers: f.Components}
	for _, p := range f.Persons {
		content.People = append(content.People, somebody{string(p.Kind), p.Name, p.Number.Reveal(), p.Phone.Reveal(), p.Address, p.Email})
	}
	raw, _ := json.Marshal(content) // plain values: it always marshals
	sum := sha256.Sum256(raw)
	return sum[:]
}

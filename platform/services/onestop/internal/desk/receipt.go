package desk

import (
	"bytes"
	"context"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/receipt"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// Receipt prints form 01 for a clerk of the receiving agency, for the owner, and for whoever holds the secret. Faults:
// NotFound "onestop.dossier.unknown", also for who may not have it; Conflict "onestop.receipt.early" before reception.
func (s *Desk) Receipt(ctx context.Context, by who.Principal, name, secret string, lang locale.Lang) ([]byte, error) {
	key, ok := dossier.Normalise(name)
	if !ok {
		return nil, fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	var r receipt.Receipt
	var regime string
	err := s.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		opened := false
		var err error
		if secret != "" {
			if opened, err = s.Store.Open(ctx, tx, key, secret); err != nil {
				return err
			}
		}
		d, err := s.Store.Find(ctx, tx, key)
		if err != nil {
			return err
		}
		own := by.Kind == who.Person && d.Owner == by.Account
		if !opened && !own && !by.HoldsAt(who.Clerk, d.Agency) {
			return fault.New(fault.NotFound, "onestop.dossier.unknown")
		}
		if d.Code == "" {
			return fault.New(fault.Conflict, "onestop.receipt.early")
		}
		full, err := s.Store.Rest(ctx, tx, d)
		if err != nil {
			return err
		}
		regime = d.Regime
		r, err = s.receiptOf(ctx, tx, full, lang)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.print(regime, lang, r)
}

func (s *Desk) print(regime string, lang locale.Lang, r receipt.Receipt) ([]byte, error) {
	form, err := receipt.LoadForm(s.Prints, regime, lang)
	if err != nil {
		return nil, err
	}
	fonts, err := receipt.LoadFonts(s.Fonts)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := receipt.Write(&b, form, fonts, r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// receiptOf gathers what the form says. The date is the one that was promised at reception: a later one is told by its
// own form, and the receipt stays what it was.
func (s *Desk) receiptOf(ctx context.Context, tx pgx.Tx, f dossier.Full, lang locale.Lang) (receipt.Receipt, error) {
	var r receipt.Receipt
	agency, err := s.Agencies.ByID(ctx, tx, f.Agency)
	if err != nil {
		return r, err
	}
	english := lang == locale.English
	applicant, submitter := f.Person(dossier.Applicant), f.Person(dossier.Submitter)
	r = receipt.Receipt{
		Lang: lang, Agency: agency.Name(english), Code: f.Code, Name: applicant.Name, Submitter: submitter.Name,
		Address: applicant.Address, Phone: applicant.Phone.Reveal(), Email: applicant.Email,
		Procedure: f.ProcedureName, ProcCode: f.Procedure, Received: f.ReceivedAt, Due: f.FirstDueAt,
		NoDue: s.Texts.T(lang, "onestop.receipt.no_due"), ResultAt: s.Texts.T(lang, "onestop.receipt.result_at", "agency", agency.Name(english)),
		URL: s.trackURL(f.Code, f.Secret), Shown: strings.TrimSuffix(s.Settings.PublicURL, "/") + "/tra-cuu",
	}
	if r.Submitter == "" {
		r.Submitter = r.Name
	}
	if agency.ParentID != 0 {
		parent, err := s.Agencies.ByID(ctx, tx, agency.ParentID)
		if err != nil {
			return r, err
		}
		r.Parent = parent.Name(english)
	}
	for _, c := range f.Components {
		r.Components = append(r.Components, receipt.Component{Name: c.Name, Originals: c.Originals, Copies: c.Copies})
	}
	for _, st := range f.Steps {
		if st.Action == workflow.Receive && r.Clerk == "" {
			r.Clerk = st.ByName
		}
		if st.Promise != nil && r.Term == "" {
			r.Term = Term(s.Texts, lang, st.Promise.Term)
		}
	}
	return r, nil
}

// trackURL is what the QR code carries: ASCII, and the secret that opens the one dossier.
func (s *Desk) trackURL(code, secret string) string {
	q := ""
	if secret != "" {
		q = "?secret=" + url.QueryEscape(secret)
	}
	return strings.TrimSuffix(s.Settings.PublicURL, "/") + "/tra-cuu/" + url.PathEscape(code) + q
}

// Term says a time limit: "3,5 ngày làm việc".
func Term(texts *locale.Catalog, lang locale.Lang, t workcal.Term) string {
	if t.Kind == workcal.Other && t.Text != "" {
		return t.Text
	}
	whole, rest := t.Thousands/1000, t.Thousands%1000
	n := texts.T(lang, "onestop.number", "n", whole)
	if rest != 0 {
		n = strings.TrimRight(texts.T(lang, "onestop.number.fraction", "n", whole, "rest", threeDigits(rest)), "0")
	}
	return texts.T(lang, "onestop.term."+string(t.Kind), "n", n)
}

func threeDigits(n int64) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

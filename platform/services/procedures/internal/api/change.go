package api

import (
	"net/http"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// change is what PATCH takes: what is absent stays. Version is the one that was read; so is If-Match.
type change struct {
	Version     *int             `json:"version,omitempty"`
	Name        *string          `json:"name,omitempty"`
	Field       *string          `json:"field,omitempty"`
	Online      *string          `json:"online,omitempty"`
	Published   *bool            `json:"published,omitempty"`
	FiledOnline *bool            `json:"filed_online,omitempty"`
	Methods     *[]method        `json:"methods,omitempty"`
	Cases       *[]packaged.Case `json:"cases,omitempty"`
	LegalBasis  *[]string        `json:"legal_basis,omitempty"`
	Decision    *string          `json:"decision,omitempty"`
}

type offer struct {
	Online bool `json:"online"`
}

type offered struct {
	Procedure string `json:"procedure"`
	Agency    string `json:"agency"`
	Online    bool   `json:"online"`
}

// change answers PATCH /api/v1/procedures/{code}.
func (d desk) change(w http.ResponseWriter, r *http.Request) error {
	var body change
	if err := web.Decode(r, &body); err != nil {
		return err
	}
	version, err := seen(r, body.Version)
	if err != nil {
		return err
	}
	patch := catalogue.Patch{Name: body.Name, Field: body.Field, Online: body.Online, Published: body.Published,
		FiledOnline: body.FiledOnline, Cases: body.Cases, LegalBasis: body.LegalBasis, Decision: body.Decision}
	if body.Methods != nil {
		ms, err := methodsOf(*body.Methods)
		if err != nil {
			return err
		}
		patch.Methods = &ms
	}
	if _, err := d.office.Change(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"), patch, version); err != nil {
		return err
	}
	return d.show(w, r, http.StatusOK)
}

// seen is the version that the caller has read: If-Match, or the member of the body, 0 when it does not care.
func seen(r *http.Request, member *int) (int, error) {
	tag := strings.Trim(strings.TrimPrefix(strings.TrimSpace(r.Header.Get("If-Match")), "W/"), `"`)
	bad := fault.New(fault.Invalid, "procedures.version.malformed").At("version")
	switch {
	case tag != "" && tag != "*":
		n, err := strconv.Atoi(tag)
		if err != nil || n < 1 || member != nil && *member != n {
			return 0, bad
		}
		return n, nil
	case member != nil && *member < 1:
		return 0, bad
	case member != nil:
		return *member, nil
	}
	return 0, nil
}

func methodsOf(ms []method) ([]packaged.Method, error) {
	out := make([]packaged.Method, len(ms))
	for i, m := range ms {
		n, err := catalogue.ParseAmount(strconv.FormatFloat(m.Term.Amount, 'f', -1, 64))
		if err != nil {
			return nil, fault.From(err).At("methods[" + strconv.Itoa(i) + "].term.amount")
		}
		out[i] = packaged.Method{Channel: m.Channel, Term: workcal.Term{Kind: m.Term.Kind, Thousands: n, Text: m.Term.Text}, Fees: m.Fees}
		if len(m.Fees) == 0 {
			out[i].Fees = nil
		}
	}
	return out, nil
}

// offer answers PUT /api/v1/procedures/{code}/offerings/{agency}.
func (d desk) offer(w http.ResponseWriter, r *http.Request) error {
	var body offer
	if err := web.Decode(r, &body); err != nil {
		return err
	}
	by, code, agency := web.PrincipalOf(r.Context()), web.Param(r, "code"), web.Param(r, "agency")
	if err := d.office.Offer(r.Context(), by, code, agency, body.Online); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, offered{code, agency, body.Online})
}

// withdraw answers DELETE /api/v1/procedures/{code}/offerings/{agency}.
func (d desk) withdraw(w http.ResponseWriter, r *http.Request) error {
	err := d.office.Withdraw(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"), web.Param(r, "agency"))
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

package api

import (
	"fmt"
	"net/http"
	"time"

	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// Record is a whole procedure, as programs are given it.
type Record struct {
	Code           string            `json:"code"`
	Name           string            `json:"name"`
	Field          named             `json:"field"`
	Levels         []unit.Level      `json:"levels"`
	Ministry       bool              `json:"ministry"`
	Online         string            `json:"online"`
	Published      bool              `json:"published"`
	FiledOnline    bool              `json:"filed_online"`
	Subjects       []string          `json:"subjects"`
	Promulgator    string            `json:"promulgator"`
	Executing      []string          `json:"executing"`
	Methods        []method          `json:"methods"`
	Cases          []packaged.Case   `json:"cases"`
	Results        []packaged.Result `json:"results"`
	LegalBasis     []string          `json:"legal_basis"`
	Decision       string            `json:"decision"`
	NonTerritorial bool              `json:"non_territorial"`
	Offerings      []offeringAt      `json:"offerings"`
	Version        int               `json:"version"`
	Edited         bool              `json:"edited"`
	ChangedAt      time.Time         `json:"changed_at"`
}

type offeringAt struct {
	Agency string `json:"agency"`
	NameVI string `json:"name_vi"`
	NameEN string `json:"name_en"`
	Online bool   `json:"online"`
}

// method is a way of filing with its time limit and fees.
type method struct {
	Channel packaged.Channel `json:"channel"`
	Term    term             `json:"term"`
	Fees    []packaged.Fee   `json:"fees"`
}

// term is a time limit; Amount is absent for same_day and other.
type term struct {
	Kind   workcal.TermKind `json:"kind"`
	Amount float64          `json:"amount,omitempty"`
	Text   string           `json:"text,omitempty"`
}

// get answers GET /api/v1/procedures/{code}.
func (d desk) get(w http.ResponseWriter, r *http.Request) error {
	return d.show(w, r, http.StatusOK)
}

// show sends the record as it stands. Its version is also the entity tag, for If-Match.
func (d desk) show(w http.ResponseWriter, r *http.Request, status int) error {
	v, err := d.office.View(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"))
	if err != nil {
		return err
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%d"`, v.Version))
	return web.JSON(w, status, RecordOf(v))
}

// RecordOf is the record of a view. Its lists are never null.
func RecordOf(v catalogue.View) Record {
	p := v.Procedure
	r := Record{Code: p.Code, Name: p.Name, Field: named{p.Field, p.FieldName}, Levels: filled(p.Levels), Ministry: p.Ministry,
		Online: p.Online, Published: p.Published, FiledOnline: p.FiledOnline, Subjects: filled(p.Subjects), Promulgator: p.Promulgator,
		Executing: filled(p.Executing), Methods: []method{}, Cases: filled(p.Cases), Results: filled(p.Results),
		LegalBasis: filled(p.LegalBasis), Decision: p.Decision, NonTerritorial: p.NonTerritorial, Offerings: []offeringAt{},
		Version: p.Version, Edited: p.Edited, ChangedAt: p.ChangedAt}
	for _, m := range p.Methods {
		r.Methods = append(r.Methods, method{Channel: m.Channel, Fees: filled(m.Fees),
			Term: term{Kind: m.Term.Kind, Amount: float64(m.Term.Thousands) / 1000, Text: m.Term.Text}})
	}
	for _, o := range v.Offerings {
		r.Offerings = append(r.Offerings, offeringAt{o.Agency.Identifier, o.Agency.NameVI, o.Agency.NameEN, o.Online})
	}
	return r
}

// filled makes an empty list of none: lists are never null.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

package catalogue

import (
	"time"

	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures"
)

// record is a whole procedure as GET /api/v1/procedures/{code} sends it.
type record struct {
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
	Offerings      []offering        `json:"offerings"`
	Version        int               `json:"version"`
	Edited         bool              `json:"edited"`
	ChangedAt      time.Time         `json:"changed_at"`
}

type offering struct {
	Agency string `json:"agency"`
	NameVI string `json:"name_vi"`
	NameEN string `json:"name_en"`
	Online bool   `json:"online"`
}

type method struct {
	Channel packaged.Channel `json:"channel"`
	Term    limit            `json:"term"`
	Fees    []packaged.Fee   `json:"fees"`
}

// limit is a time limit; Amount is absent for same_day and other.
type limit struct {
	Kind   packaged.TermKind `json:"kind"`
	Amount float64           `json:"amount,omitempty"`
	Text   string            `json:"text,omitempty"`
}

func recordOf(v procedures.View) record {
	p := v.Procedure
	r := record{Code: p.Code, Name: p.Name, Field: named{p.Field, p.FieldName}, Levels: filled(p.Levels), Ministry: p.Ministry,
		Online: p.Online, Published: p.Published, FiledOnline: p.FiledOnline, Subjects: filled(p.Subjects), Promulgator: p.Promulgator,
		Executing: filled(p.Executing), Methods: []method{}, Cases: filled(p.Cases), Results: filled(p.Results),
		LegalBasis: filled(p.LegalBasis), Decision: p.Decision, NonTerritorial: p.NonTerritorial, Offerings: []offering{},
		Version: p.Version, Edited: p.Edited, ChangedAt: p.ChangedAt}
	for _, m := range p.Methods {
		r.Methods = append(r.Methods, method{Channel: m.Channel, Fees: filled(m.Fees),
			Term: limit{Kind: m.Term.Kind, Amount: float64(m.Term.Thousands) / 1000, Text: m.Term.Text}})
	}
	for _, o := range v.Offerings {
		r.Offerings = append(r.Offerings, offering{o.Agency.Identifier, o.Agency.NameVI, o.Agency.NameEN, o.Online})
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

package exchange

import (
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// record is a whole procedure as YAML shows it.
type record struct {
	Code           string   `yaml:"code"`
	Name           string   `yaml:"name"`
	Field          string   `yaml:"field"`
	Levels         []string `yaml:"levels,flow"`
	Ministry       bool     `yaml:"ministry,omitempty"`
	Online         string   `yaml:"online"`
	Published      bool     `yaml:"published"`
	FiledOnline    bool     `yaml:"filed_online"`
	Subjects       []string `yaml:"subjects,omitempty"`
	Promulgator    string   `yaml:"promulgator,omitempty"`
	Executing      []string `yaml:"executing,omitempty"`
	Methods        []method `yaml:"methods,omitempty"`
	Cases          []kase   `yaml:"cases,omitempty"`
	Results        []result `yaml:"results,omitempty"`
	LegalBasis     []string `yaml:"legal_basis,omitempty"`
	Decision       string   `yaml:"decision,omitempty"`
	NonTerritorial bool     `yaml:"non_territorial,omitempty"`
}

type method struct {
	Channel string   `yaml:"channel"`
	Term    string   `yaml:"term"`
	Fees    []string `yaml:"fees,omitempty"`
}

type kase struct {
	Name       string      `yaml:"name,omitempty"`
	Components []component `yaml:"components"`
}

type component struct {
	Code      string `yaml:"code,omitempty"`
	Name      string `yaml:"name"`
	Originals int    `yaml:"originals,omitempty"`
	Copies    int    `yaml:"copies,omitempty"`
	Required  bool   `yaml:"required,omitempty"`
	EForm     bool   `yaml:"e_form,omitempty"`
}

type result struct {
	Code string `yaml:"code,omitempty"`
	Name string `yaml:"name"`
}

func recordOf(p packaged.Procedure) record {
	r := record{Code: p.Code, Name: p.Name, Field: p.Field, Ministry: p.Ministry, Online: p.Online, Published: p.Published,
		FiledOnline: p.FiledOnline, Subjects: p.Subjects, Promulgator: p.Promulgator, Executing: p.Executing,
		LegalBasis: p.LegalBasis, Decision: p.Decision, NonTerritorial: p.NonTerritorial}
	for _, l := range p.Levels {
		r.Levels = append(r.Levels, string(l))
	}
	for _, m := range p.Methods {
		x := method{Channel: string(m.Channel), Term: catalogue.FormatTerm(m.Term)}
		for _, f := range m.Fees {
			x.Fees = append(x.Fees, catalogue.FormatFee(f))
		}
		r.Methods = append(r.Methods, x)
	}
	for _, c := range p.Cases {
		x := kase{Name: c.Name}
		for _, part := range c.Components {
			x.Components = append(x.Components, component(part))
		}
		r.Cases = append(r.Cases, x)
	}
	for _, x := range p.Results {
		r.Results = append(r.Results, result(x))
	}
	return r
}

func levelsOf(ss []string) []unit.Level {
	var out []unit.Level
	for _, s := range ss {
		out = append(out, unit.Level(s))
	}
	return out
}

func methodsOf(ms []method) ([]packaged.Method, error) {
	var out []packaged.Method
	for _, m := range ms {
		term, err := catalogue.ParseTerm(m.Term)
		if err != nil {
			return nil, err
		}
		x := packaged.Method{Channel: packaged.Channel(m.Channel), Term: term}
		for _, s := range m.Fees {
			f, err := catalogue.ParseFee(s)
			if err != nil {
				return nil, err
			}
			x.Fees = append(x.Fees, f)
		}
		out = append(out, x)
	}
	return out, nil
}

func casesOf(cs []kase) []packaged.Case {
	var out []packaged.Case
	for _, c := range cs {
		x := packaged.Case{Name: c.Name}
		for _, part := range c.Components {
			x.Components = append(x.Components, packaged.Component(part))
		}
		out = append(out, x)
	}
	return out
}

func resultsOf(rs []result) []packaged.Result {
	var out []packaged.Result
	for _, r := range rs {
		out = append(out, packaged.Result(r))
	}
	return out
}

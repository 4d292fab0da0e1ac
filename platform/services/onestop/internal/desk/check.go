package desk

import (
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/typed"
	"egovctl/platform/services/onestop/internal/dossier"
)

const (
	maxComponents = 100
	maxText       = 500
)

// Check looks at what was typed, without the database, and lists everything that is wrong with it, each at its field.
func (f Filing) Check() []error {
	_, wrong := people(f)
	if _, err := papers(f.Components); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// people checks applicant and submitter.
func people(f Filing) (list []dossier.Person, wrong []error) {
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
	}
	return list, wrong
}

// warn tells what is worth asking again about people. The number of an enterprise has another length and is never odd.
func warn(list []dossier.Person, today time.Time) []Warning {
	var out []Warning
	for _, p := range list {
		if len(p.Number.Reveal()) == 12 && p.Number.Odd(today) {
			out = append(out, Warning{Field: string(p.Kind) + ".id_number", Key: "onestop.warning.id_number"})
		}
	}
	return out
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

// number accepts a personal number, or the number of an enterprise (10 digits, a branch 10-3) by its check digit; both
// may be typed in groups.
func number(s string) (person.Number, error) {
	d := person.Ungrouped(s)
	switch {
	case len(d) != 10 && len(d) != 13, strings.Trim(d, "0123456789") != "", !enterprise(d[:10]):
		return person.ParseNumber(s)
	case len(d) == 13:
		return person.NumberOf(d[:10] + "-" + d[10:]), nil
	}
	return person.NumberOf(d), nil
}

// enterprise checks the tenth of ten digits, the last of an enterprise number: 10 less the weighted sum modulo 11.
func enterprise(s string) bool {
	sum := 0
	for i, w := range []int{31, 29, 23, 19, 17, 13, 7, 5, 3} {
		sum += w * int(s[i]-'0')
	}
	return int(s[9]-'0') == 10-sum%11
}

// line is free text of one line, of at most maxText characters.
func line(s string) (string, error) {
	s, ok := typed.Line(s)
	if !ok || len([]rune(s)) > maxText {
		return "", fault.New(fault.Invalid, "onestop.text.invalid", "max", maxText)
	}
	return s, nil
}

func email(s string) (string, error) {
	s, clean := typed.Line(s)
	name, host, ok := strings.Cut(s, "@")
	if !clean || s != "" && (!ok || name == "" || !strings.Contains(host, ".") || len(s) > 254 || strings.ContainsAny(s, " ,;<>\"") ||
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
		name, ok := typed.Line(c.Name)
		code, err := line(c.Code)
		switch {
		case err != nil:
			return nil, fault.From(err).At(at + ".code")
		case !ok || name == "" || len([]rune(name)) > 4*maxText:
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

package catalogue

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/typed"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/workcal"
)

// Limits of a record. Names of the national database reach 600 characters.
const (
	maxName   = 2000
	maxAmount = 10_000_000_000_000 // đồng
	maxParts  = 500                // methods, components and the like of one record
)

// Faults is everything that is wrong with a record, in the order of the record.
type Faults []*fault.Error

// Error tells them all, for the log.
func (f Faults) Error() string {
	said := make([]string, len(f))
	for i, e := range f {
		said[i] = e.Error()
	}
	return strings.Join(said, "; ")
}

// Unwrap lets a caller that shows one fault show the first.
func (f Faults) Unwrap() []error {
	out := make([]error, len(f))
	for i, e := range f {
		out[i] = e
	}
	return out
}

// Check says everything that is wrong with p; nil when it may be stored. knows tells whether a field of administration
// exists. Each fault names the member that is meant.
func Check(p packaged.Procedure, knows func(field string) bool) error {
	var all Faults
	say := func(at, key string, args ...any) {
		all = append(all, fault.New(fault.Invalid, key, args...).At(at))
	}
	if !unit.ValidProcedureCode(p.Code) {
		say("code", "procedures.code.malformed", "code", p.Code)
	}
	checkName(p.Name, say)
	if !knows(p.Field) {
		say("field", "procedures.field.unknown", "field", p.Field)
	}
	if !KnownOnline(p.Online) {
		say("online", "procedures.online.unknown", "online", p.Online)
	}
	if len(p.Levels) == 0 {
		say("levels", "procedures.levels.empty")
	}
	for _, l := range p.Levels {
		if !KnownLevel(l) {
			say("levels", "procedures.level.unknown", "level", l)
		}
	}
	if p.FiledOnline && !p.Published {
		say("filed_online", "procedures.filed_online.unpublished")
	}
	if n := len(p.Methods); n > maxParts {
		say("methods", "procedures.too_many", "max", maxParts)
	}
	for i, m := range p.Methods {
		checkMethod(fmt.Sprintf("methods[%d]", i), m, say)
	}
	checkCases(p.Cases, say)
	if len(all) == 0 {
		return nil
	}
	return all
}

type sayer = func(at, key string, args ...any)

func checkName(name string, say sayer) {
	switch _, ok := typed.Text(name); {
	case !ok:
		say("name", "text.invalid")
	case strings.TrimSpace(name) == "":
		say("name", "procedures.name.empty")
	case utf8.RuneCountInString(name) > maxName:
		say("name", "procedures.name.long", "max", maxName)
	}
}

func checkMethod(at string, m packaged.Method, say sayer) {
	if !slices.Contains(Channels(), m.Channel) {
		say(at+".channel", "procedures.channel.unknown", "channel", m.Channel)
	}
	t := m.Term
	counted := slices.Contains(countedTerms(), t.Kind)
	switch {
	case t.Kind == "":
		say(at+".term", "procedures.term.unit", "term", amount(t.Thousands))
	case !counted && t.Kind != workcal.SameDay && t.Kind != workcal.Other:
		say(at+".term.kind", "procedures.term.kind", "kind", t.Kind)
	case counted && (t.Thousands <= 0 || t.Thousands > 10_000_000), !counted && t.Thousands < 0:
		say(at+".term.amount", "procedures.term.amount", "amount", amount(t.Thousands))
	}
	for i, f := range m.Fees {
		in := fmt.Sprintf("%s.fees[%d]", at, i)
		if !slices.Contains(FeeTypes(), f.Type) {
			say(in+".type", "procedures.fee.type", "type", f.Type)
		}
		switch {
		case f.Amount < 0:
			say(in+".amount", "procedures.fee.negative", "amount", int64(f.Amount))
		case f.Amount > maxAmount:
			say(in+".amount", "procedures.fee.large", "max", int64(maxAmount))
		}
	}
}

func checkCases(cases []packaged.Case, say sayer) {
	for i, c := range cases {
		if len(c.Components) > maxParts {
			say(fmt.Sprintf("cases[%d]", i), "procedures.too_many", "max", maxParts)
		}
		for k, part := range c.Components {
			at := fmt.Sprintf("cases[%d].components[%d]", i, k)
			switch name, ok := typed.Line(part.Name); {
			case !ok: // it could not be filed
				say(at+".name", "text.invalid")
			case name == "":
				say(at+".name", "procedures.component.name")
			}
			if part.Originals < 0 || part.Copies < 0 {
				say(at, "procedures.component.count")
			}
		}
	}
}

// KnownOnline reports whether s is a level of online service.
func KnownOnline(s string) bool {
	return s == packaged.OnlineFull || s == packaged.OnlinePartial || s == packaged.OnlineInformation
}

// KnownLevel reports whether l is an administrative level.
func KnownLevel(l unit.Level) bool {
	return l == unit.Province || l == unit.District || l == unit.Commune
}

// Channels lists the ways of filing, in the order in which they are shown.
func Channels() []packaged.Channel {
	return []packaged.Channel{packaged.Direct, packaged.Online, packaged.Postal}
}

// FeeTypes lists phí, lệ phí and giá dịch vụ.
func FeeTypes() []string { return []string{"fee", "charge", "price"} }

// countedTerms are those that need an amount.
func countedTerms() []workcal.TermKind {
	return []workcal.TermKind{workcal.WorkingDays, workcal.CalendarDays, workcal.Months, workcal.WorkingHours}
}

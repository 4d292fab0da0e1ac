package procedures

import (
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// SetFields lists what `catalogue set` can set.
func SetFields() []string {
	return []string{"name", "field", "levels", "online", "decision", "published", "filed_online",
		"term.direct", "term.online", "term.postal", "fees.direct", "fees.online", "fees.postal"}
}

func patchOf(p packaged.Procedure, field, value string) (Patch, error) {
	member, channel, _ := strings.Cut(field, ".")
	if !slices.Contains(SetFields(), field) {
		return Patch{}, fault.New(fault.Invalid, "procedures.set.unknown", "field", field, "known", strings.Join(SetFields(), ", "))
	}
	switch member {
	case "name":
		return Patch{Name: &value}, nil
	case "field":
		return Patch{Field: &value}, nil
	case "online":
		return Patch{Online: &value}, nil
	case "decision":
		return Patch{Decision: &value}, nil
	case "levels":
		var levels []unit.Level
		for _, l := range strings.FieldsFunc(value, func(r rune) bool { return r == '|' || r == ',' || r == ' ' }) {
			levels = append(levels, unit.Level(l))
		}
		return Patch{Levels: &levels}, nil
	case "published", "filed_online":
		yes := value == "true"
		if !yes && value != "false" {
			return Patch{}, fault.New(fault.Invalid, "procedures.boolean", "value", value).At(field)
		}
		if member == "published" {
			return Patch{Published: &yes}, nil
		}
		return Patch{FiledOnline: &yes}, nil
	}
	return patchMethod(p, packaged.Channel(channel), member, value)
}

// patchMethod changes the one method of a channel, or adds it with a time limit.
func patchMethod(p packaged.Procedure, channel packaged.Channel, member, value string) (Patch, error) {
	ms := slices.Clone(p.Methods)
	at := -1
	for i, m := range ms {
		if m.Channel == channel && at >= 0 {
			return Patch{}, fault.New(fault.Invalid, "procedures.set.several", "channel", channel)
		} else if m.Channel == channel {
			at = i
		}
	}
	if at < 0 {
		if member == "fees" {
			return Patch{}, fault.New(fault.Invalid, "procedures.import.fee_without_term")
		}
		ms, at = append(ms, packaged.Method{Channel: channel}), len(ms)
	}
	var err error
	if member == "term" {
		ms[at].Term, err = catalogue.ParseTerm(value)
		return Patch{Methods: &ms}, err
	}
	ms[at].Fees = nil
	for _, part := range strings.Split(value, "|") {
		if part = strings.TrimSpace(part); part == "" || part == "none" {
			continue
		}
		fee, err := catalogue.ParseFee(part)
		if err != nil {
			return Patch{}, err
		}
		ms[at].Fees = append(ms[at].Fees, fee)
	}
	return Patch{Methods: &ms}, nil
}

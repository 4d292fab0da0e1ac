package territory

import (
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
)

// Agency is an organ of state attached to a unit. ID is the number inside this instance; outside it is Identifier.
type Agency struct {
	ID          int32      `json:"-"`
	Identifier  string     `json:"identifier"` // H17.08
	Aliases     []string   `json:"aliases,omitempty"`
	Provisional bool       `json:"provisional"` // the identifier is ours until the real one is known
	Slug        string     `json:"slug"`
	NameVI      string     `json:"name_vi"`
	NameEN      string     `json:"name_en"`
	Short       string     `json:"short"`
	Kind        string     `json:"kind"` // people_committee, department, division, centre
	Level       unit.Level `json:"level"`
	UnitKey     string     `json:"unit"`
	ParentID    int32      `json:"-"`
	Parent      string     `json:"parent"` // identifier of the agency above, "" at the top
	Site        bool       `json:"site"`
	Order       int        `json:"-"`
	ValidFrom   Day        `json:"valid_from"`
	ValidTo     Day        `json:"valid_to"`
	Edited      bool       `json:"edited"` // the province's value differs from the packaged one
}

// Change is what an administrator may change of an agency; nil leaves a value as it is.
type Change struct {
	NameVI     *string `json:"name_vi,omitempty"`
	NameEN     *string `json:"name_en,omitempty"`
	Short      *string `json:"short,omitempty"`
	Identifier *string `json:"identifier,omitempty"` // confirms a provisional identifier; the old one stays as an alias
	Alias      *string `json:"alias,omitempty"`      // one more identifier by which it is known, such as 000.00.21.H17
}

// MaxAgencyName bounds names, in characters.
const MaxAgencyName = 250

// Apply gives the agency after c. Faults: Invalid for an empty or overlong name or an identifier of neither QĐ 20/2020
// nor QCVN 102:2016; Conflict when the identifier is already a confirmed one.
func (c Change) Apply(a Agency) (Agency, error) {
	for _, f := range []struct {
		field string
		from  *string
		to    *string
	}{{"name_vi", c.NameVI, &a.NameVI}, {"name_en", c.NameEN, &a.NameEN}, {"short", c.Short, &a.Short}} {
		if f.from == nil {
			continue
		}
		v := strings.Join(strings.Fields(*f.from), " ")
		if v == "" || len([]rune(v)) > MaxAgencyName {
			return a, fault.New(fault.Invalid, "agencies.name.invalid", "max", MaxAgencyName).At(f.field)
		}
		*f.to = v
	}
	if c.Alias != nil && !unit.ValidIdentifier(*c.Alias) {
		return a, fault.New(fault.Invalid, "agencies.identifier.invalid", "identifier", *c.Alias).At("alias")
	}
	if c.Identifier == nil {
		return a, nil
	}
	if !unit.ValidIdentifier(*c.Identifier) {
		return a, fault.New(fault.Invalid, "agencies.identifier.invalid", "identifier", *c.Identifier).At("identifier")
	}
	if !a.Provisional && *c.Identifier != a.Identifier {
		return a, fault.New(fault.Conflict, "agencies.identifier.confirmed", "identifier", a.Identifier).At("identifier")
	}
	a.Identifier, a.Provisional = *c.Identifier, false
	return a, nil
}

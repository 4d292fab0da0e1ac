package packaged

import (
	"cmp"
	"slices"
)

// in2014 is the rule for the reference: each handler of 2026 is led back to who did that work in 2014. Departments by
// their ancestry and the field; what communes do now by the tier that the field had; branches of the land registration
// office were offices of the districts; a field that did not exist yet (tier none) has no handler.
func (c *catalogue) in2014(e *executors, hCode string, departments []department) selection {
	return c.choose(e, hCode, func(r *record, group string) []string {
		office := ""
		if r.field != nil {
			office = r.field.office2014
			if r.field.tier2014 == "none" {
				return nil
			}
		}
		switch group {
		case groupField:
			return []string{office}
		case groupProvince:
			return []string{group, office}
		case groupCommune:
			return tier(r.field)
		case groupPolice:
			if office != "" && office != "police_province" { // driving licences were the transport department's
				return []string{office}
			}
			return []string{group}
		case groupBranch:
			return []string{group}
		}
		return []string{ancestor(departments, group, office)}
	})
}

func tier(f *field) []string {
	switch {
	case f != nil && f.tier2014 == "district":
		return []string{groupDistrict}
	case f != nil && f.tier2014 == "both":
		return []string{groupDistrict, groupCommune}
	}
	return []string{groupCommune}
}

// ancestor is the department of 2014 that did a group's work in a field: of those whose work went to the group, the
// field's own; else the one of the same name; else the first.
func ancestor(departments []department, group, office string) string {
	found := ""
	for _, d := range departments {
		if !slices.Contains(d.became, group) {
			continue
		}
		if d.group == office {
			return office
		}
		if found == "" || d.group == group {
			found = d.group
		}
	}
	return found
}

// rank orders the records for the cut to the numbers of the press: the city's own first; then whole the fields that the
// press names (building, land, driving, business, investment) and the daily ones of wards and communes (civil status,
// certification, residence); then the others. Inside each, by the serial part of the code: a low number was registered
// early, so the procedure is old.
func rank(a, b *record) int {
	return cmp.Or(cmp.Compare(a.class(), b.class()), cmp.Compare(a.Code[2:], b.Code[2:]), cmp.Compare(a.Code, b.Code))
}

func (r *record) class() int {
	switch {
	case r.Promulgator[:1] == "H":
		return 0
	case r.field != nil && r.field.namedByPress:
		return 1
	}
	return 2
}

// rankOnline is rank with the fields of the press and the city's own together first, and full before partial.
func rankOnline(a, b *record) int {
	partial := func(r *record) int {
		if r.Online == OnlineFull {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(late(a), late(b)), cmp.Compare(partial(a), partial(b)), rank(a, b))
}

// late puts the city's own records and the fields of the press together.
func late(r *record) int { return max(r.class(), 1) }

// cut takes the first n of the records that keep allows, in an order.
func (c *catalogue) cut(n int, order func(a, b *record) int, keep func(*record) bool) map[string]bool {
	var list []*record
	for i := range c.records {
		if keep(&c.records[i]) {
			list = append(list, &c.records[i])
		}
	}
	slices.SortFunc(list, order)
	m := make(map[string]bool, n)
	for _, r := range list[:min(n, len(list))] {
		m[r.Code] = true
	}
	return m
}

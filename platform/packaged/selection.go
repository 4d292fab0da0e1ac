package packaged

import "slices"

// selection says which records a province announces and which groups offer each: by who handles the procedure, never
// by the records' mark of a vertical sector.
type selection struct {
	groups map[string][]string // procedure code to the groups that offer it; only of records that may be published
}

// ours reports whether a record may be announced by a province at all: it is whole, it is for citizens, and it was
// promulgated by a ministry or by this province.
func (r *record) ours(hCode string) bool {
	if r.Incomplete || r.Internal {
		return false
	}
	return r.Promulgator[:1] != "H" || r.Promulgator == hCode || len(r.Promulgator) > 3 && r.Promulgator[:4] == hCode+"."
}

// today is the rule for the 34 provinces: the handlers of the record; what the provincial committee decides is also
// received by the department of the field; "the agency that the committee appoints" is that department.
func (c *catalogue) today(e *executors, hCode string) selection {
	return c.choose(e, hCode, func(r *record, group string) []string {
		office := ""
		if r.field != nil {
			office = r.field.office2025
		}
		switch group {
		case groupField:
			return []string{office}
		case groupProvince:
			return []string{group, office}
		}
		return []string{group}
	})
}

// choose asks resolve for the groups that stand for each handler of each record.
func (c *catalogue) choose(e *executors, hCode string, resolve func(*record, string) []string) selection {
	sel := selection{groups: make(map[string][]string, len(c.records))}
	for i := range c.records {
		r := &c.records[i]
		if !r.ours(hCode) {
			continue
		}
		var groups []string
		for _, h := range e.handlers(r) {
			for _, g := range resolve(r, h) {
				if g != "" && !slices.Contains(groups, g) {
					groups = append(groups, g)
				}
			}
		}
		if groups != nil {
			sel.groups[r.Code] = groups
		}
	}
	return sel
}

// offers lists, for each record, the agencies (by index) that offer it; records that nobody offers are left out.
func (s selection) offers(agencies []Agency) map[string][]int {
	byGroup := map[string][]int{}
	for i, a := range agencies {
		for _, g := range a.Groups {
			byGroup[g] = append(byGroup[g], i)
		}
	}
	m := make(map[string][]int, len(s.groups))
	for code, groups := range s.groups {
		var list []int
		for _, g := range groups {
			list = append(list, byGroup[g]...)
		}
		slices.Sort(list)
		if list = slices.Compact(list); len(list) > 0 {
			m[code] = list
		}
	}
	return m
}

// publish marks what is announced and filed online, and makes the offerings, in order of code and of agency.
func (c *catalogue) publish(set *Set, offers map[string][]int, announced, online func(*record) bool) {
	set.Procedures = make([]Procedure, 0, len(c.records))
	for i := range c.records {
		r := &c.records[i]
		if announced(r) {
			r.Published, r.FiledOnline = true, online(r)
			for _, a := range offers[r.Code] {
				set.Offerings = append(set.Offerings, Offering{Procedure: r.Code, Agency: set.Agencies[a].Identifier, Online: r.FiledOnline})
			}
		}
		set.Procedures = append(set.Procedures, r.Procedure)
	}
}

// filable reports whether a record can be filed online: its level promises it, and the channel is there.
func (r *record) filable() bool { return r.Online != OnlineInformation && r.method(Online) != nil }

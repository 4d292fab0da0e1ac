package portal

import "egovctl/platform/kernel/unit"

// Node is an agency with those directly below it.
type Node struct {
	Agency
	Below []Node
}

// Tree arranges agencies under their parents, keeping their order. An agency whose parent is not among them stands at
// the top.
func Tree(all []Agency) []Node {
	known := make(map[int32]bool, len(all))
	children := map[int32][]Agency{}
	for _, a := range all {
		known[a.ID] = true
	}
	for _, a := range all {
		parent := a.ParentID
		if !known[parent] {
			parent = 0
		}
		children[parent] = append(children[parent], a)
	}
	return grow(children, 0)
}

func grow(children map[int32][]Agency, of int32) []Node {
	var out []Node
	for _, a := range children[of] {
		out = append(out, Node{Agency: a, Below: grow(children, a.ID)})
	}
	return out
}

// Surroundings of an agency: the one above it and those directly below it.
func Surroundings(all []Agency, of Agency) (above *Agency, below []Agency) {
	for i := range all {
		switch {
		case all[i].ID == of.ParentID:
			above = &all[i]
		case all[i].ParentID == of.ID:
			below = append(below, all[i])
		}
	}
	return above, below
}

// Territory gives the unit of an agency and the communes within it.
func Territory(units []Unit, key string) (of *Unit, within []Unit) {
	parents := make(map[string]string, len(units))
	for i := range units {
		parents[units[i].Key] = units[i].ParentKey
		if units[i].Key == key {
			of = &units[i]
		}
	}
	for _, u := range units {
		if u.Level == unit.Commune && u.Key != key && under(parents, u.Key, key) {
			within = append(within, u)
		}
	}
	return of, within
}

func under(parents map[string]string, key, top string) bool {
	for range 4 { // province, district, commune: never deeper
		if key = parents[key]; key == top {
			return key != ""
		}
	}
	return false
}

// Groups are the agencies by level and kind, as the home page counts them.
type Groups struct {
	Departments, Districts, Communes []Agency
}

// Group sorts agencies into what people call departments, districts and communes. The committee of the province itself
// is none of them.
func Group(all []Agency) Groups {
	var g Groups
	for _, a := range all {
		switch {
		case a.Level == unit.District && a.Kind == "people_committee":
			g.Districts = append(g.Districts, a)
		case a.Level == unit.Commune && a.Kind == "people_committee":
			g.Communes = append(g.Communes, a)
		case a.Level == unit.Province && a.Kind != "people_committee":
			g.Departments = append(g.Departments, a)
		}
	}
	return g
}

package territory

import (
	"cmp"
	"slices"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/unit"
)

// Facts is what the store reads: every unit, name, succession and agency of the instance at one version.
type Facts struct {
	Version     int64
	HistoryFrom Day // the first day about which the records say everything
	FrozenOn    Day // a reconstruction keeps this day in force; zero: the calendar's today
	Units       []Unit
	Succession  []Succession
	Agencies    []Agency // Parent is filled in here
}

// Snapshot answers every question about units and agencies without a query. It is immutable.
type Snapshot struct {
	facts      Facts
	unitAt     map[string]int   // key to index
	unitsOf    map[string][]int // code to indexes, oldest first
	into, from map[string][]Succession
	agencyAt   map[int32]int
	named      map[string]int32 // identifier or alias to id
	below      map[int32][]int32
	agencyText []text
	unitText   []text
}

// text is what a search compares: folded (without accents) and exact.
type text struct{ folded, exact string }

// NewSnapshot indexes facts; it keeps and reorders their slices.
func NewSnapshot(f Facts) *Snapshot {
	s := &Snapshot{facts: f, unitAt: map[string]int{}, unitsOf: map[string][]int{}, into: map[string][]Succession{},
		from: map[string][]Succession{}, agencyAt: map[int32]int{}, named: map[string]int32{},
		below: map[int32][]int32{}}
	s.indexUnits()
	s.indexAgencies()
	return s
}

func (s *Snapshot) indexUnits() {
	units := s.facts.Units
	slices.SortFunc(units, func(a, b Unit) int {
		return cmp.Or(cmp.Compare(rank(a.Level), rank(b.Level)), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Key, b.Key))
	})
	s.unitText = make([]text, len(units))
	for i := range units {
		u := &units[i]
		s.unitAt[u.Key] = i
		s.unitsOf[u.Code] = append(s.unitsOf[u.Code], i)
		for _, n := range u.Names {
			s.unitText[i].folded += " " + fold.Text(n.FullName)
			s.unitText[i].exact += " " + fold.Exact(n.FullName)
		}
	}
	for _, x := range s.facts.Succession {
		s.into[x.OldKey] = append(s.into[x.OldKey], x)
		s.from[x.NewKey] = append(s.from[x.NewKey], x)
	}
}

func (s *Snapshot) indexAgencies() {
	agencies := s.facts.Agencies
	slices.SortFunc(agencies, func(a, b Agency) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
	children := map[int32][]int32{}
	s.agencyText = make([]text, len(agencies))
	for i := range agencies {
		a := &agencies[i]
		s.agencyAt[a.ID] = i
		children[a.ParentID] = append(children[a.ParentID], a.ID)
		for _, alias := range a.Aliases {
			s.named[alias] = a.ID
		}
		s.agencyText[i] = text{
			folded: " " + fold.Text(a.NameVI) + " " + fold.Text(a.NameEN) + " " + fold.Text(a.Short) + " " + fold.Text(a.Identifier),
			exact:  " " + fold.Exact(a.NameVI),
		}
	}
	for i := range agencies { // after the aliases: an identifier in use is never shadowed by an alias
		a := &agencies[i]
		s.named[a.Identifier] = a.ID
		if p, ok := s.agencyAt[a.ParentID]; ok {
			a.Parent = agencies[p].Identifier
		}
		s.below[a.ID] = descend(children, a.ID, nil)
	}
}

// descend lists id and everything below it; seen guards against a circle in edited data.
func descend(children map[int32][]int32, id int32, seen []int32) []int32 {
	if slices.Contains(seen, id) {
		return seen
	}
	seen = append(seen, id)
	for _, c := range children[id] {
		seen = descend(children, c, seen)
	}
	return seen
}

// Version is the change counter at which the snapshot was read.
func (s *Snapshot) Version() int64 { return s.facts.Version }

func rank(l unit.Level) int {
	return slices.Index([]unit.Level{unit.Province, unit.District, unit.Commune}, l)
}

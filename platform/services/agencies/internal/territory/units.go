package territory

import (
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
)

// Today is the day whose territory is in force: the frozen one of a reconstruction, else now's.
func (s *Snapshot) Today(now time.Time) Day {
	if !s.facts.FrozenOn.IsZero() {
		return s.facts.FrozenOn
	}
	return DayOf(now)
}

// Frozen reports whether a past day is kept in force.
func (s *Snapshot) Frozen() bool { return !s.facts.FrozenOn.IsZero() }

// HistoryFrom is the first day about which the records say everything; zero when nothing is packaged.
func (s *Snapshot) HistoryFrom() Day { return s.facts.HistoryFrom }

// On reads as_of (2006-01-02, "" for today). Faults: Invalid "agencies.as_of.malformed", "agencies.as_of.before".
func (s *Snapshot) On(asOf string, now time.Time) (Day, error) {
	if asOf == "" {
		return s.Today(now), nil
	}
	t, err := clock.ParseDate(asOf)
	if err != nil || t.Year() > 9000 {
		return Day{}, fault.New(fault.Invalid, "agencies.as_of.malformed", "value", asOf).At("as_of")
	}
	if t.Before(s.facts.HistoryFrom.Time) {
		first := s.facts.HistoryFrom.Format("02/01/2006")
		return Day{}, fault.New(fault.Invalid, "agencies.as_of.before", "first", first).At("as_of")
	}
	return Day{t}, nil
}

// UnitQuery narrows a list; zero values do not.
type UnitQuery struct {
	Q      string
	Level  unit.Level
	Parent string // key or code of the unit directly above
	Code   string
	On     Day
}

// FindUnits answers a query among the units in force on its day, the best match first, else by level and code.
func (s *Snapshot) FindUnits(q UnitQuery) []UnitView {
	var hits []hit
	n := newNeedle(q.Q)
	for i := range s.facts.Units {
		u := &s.facts.Units[i]
		if !within(q.On, u.ValidFrom, u.ValidTo) || (q.Level != "" && u.Level != q.Level) || (q.Code != "" && u.Code != q.Code) {
			continue
		}
		if q.Parent != "" && u.ParentKey != q.Parent && s.code(u.ParentKey) != q.Parent {
			continue
		}
		if score, ok := n.match(s.unitText[i], u.Code); ok {
			hits = append(hits, hit{i, score})
		}
	}
	list := make([]UnitView, 0, len(hits))
	for _, h := range ranked(hits) {
		list = append(list, s.view(&s.facts.Units[h.at], q.On))
	}
	return list
}

// UnitTree is everything in force on day, from the top. A unit whose parent is not in force stands at the top.
func (s *Snapshot) UnitTree(day Day) []UnitNode {
	children := map[string][]*Unit{}
	for i := range s.facts.Units {
		u := &s.facts.Units[i]
		if !within(day, u.ValidFrom, u.ValidTo) {
			continue
		}
		parent := ""
		if p, ok := s.unitAt[u.ParentKey]; ok && within(day, s.facts.Units[p].ValidFrom, s.facts.Units[p].ValidTo) {
			parent = u.ParentKey
		}
		children[parent] = append(children[parent], u)
	}
	var grow func(parent string) []UnitNode
	grow = func(parent string) []UnitNode {
		var nodes []UnitNode
		for _, u := range children[parent] {
			nodes = append(nodes, UnitNode{UnitView: s.view(u, day), Children: grow(u.Key)})
		}
		return nodes
	}
	return grow("")
}

// UnitByKey is one unit as it was on day (its last state if it had ended); fault.NotFound "agencies.unit.unknown".
func (s *Snapshot) UnitByKey(key string, day Day) (UnitView, error) {
	i, ok := s.unitAt[key]
	if !ok {
		return UnitView{}, fault.New(fault.NotFound, "agencies.unit.unknown", "code", key)
	}
	return s.view(&s.facts.Units[i], day), nil
}

// KnowsUnit is nil when a unit ever had this key or code; fault.NotFound "agencies.unit.unknown".
func (s *Snapshot) KnowsUnit(name string) error {
	if _, key := s.unitAt[name]; !key && len(s.unitsOf[name]) == 0 {
		return fault.New(fault.NotFound, "agencies.unit.unknown", "code", name)
	}
	return nil
}

// UnitHistory lists every unit that ever had code, oldest first; fault.NotFound "agencies.unit.unknown".
func (s *Snapshot) UnitHistory(code string, today Day) ([]UnitHistory, error) {
	var list []UnitHistory
	for _, i := range s.unitsOf[code] {
		u := &s.facts.Units[i]
		h := UnitHistory{UnitView: s.view(u, today), Basis: u.Basis, Names: u.Names, PrecededBy: []Successor{}}
		for _, x := range s.from[u.Key] {
			if o, ok := s.unitAt[x.OldKey]; ok {
				h.PrecededBy = append(h.PrecededBy, s.successor(&s.facts.Units[o], x))
			}
		}
		if p, ok := s.unitAt[u.ParentKey]; ok {
			h.ParentName = s.view(&s.facts.Units[p], today).FullName
		}
		list = append(list, h)
	}
	if list == nil {
		return nil, fault.New(fault.NotFound, "agencies.unit.unknown", "code", code)
	}
	return list, nil
}

func (s *Snapshot) code(key string) string {
	if i, ok := s.unitAt[key]; ok {
		return s.facts.Units[i].Code
	}
	return ""
}

func (s *Snapshot) view(u *Unit, day Day) UnitView {
	n := u.nameOn(day)
	v := UnitView{Key: u.Key, Code: u.Code, Name: n.Name, FullName: n.FullName, Type: n.Type, Level: u.Level,
		Parent: u.ParentKey, ValidFrom: u.ValidFrom, ValidTo: u.ValidTo, SucceededBy: []Successor{}}
	for _, x := range s.into[u.Key] {
		if i, ok := s.unitAt[x.NewKey]; ok && x.NewKey != u.Key {
			v.SucceededBy = append(v.SucceededBy, s.successor(&s.facts.Units[i], x))
		}
	}
	return v
}

func (s *Snapshot) successor(u *Unit, x Succession) Successor {
	n := u.nameOn(x.Date)
	return Successor{Key: u.Key, Code: u.Code, FullName: n.FullName, Kind: x.Kind, Default: x.Default, Date: x.Date, Basis: x.Basis}
}

package territory

import (
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
)

// ByIdentifier finds an agency by its identifier or one of its aliases; fault.NotFound "agencies.unknown".
func (s *Snapshot) ByIdentifier(identifier string) (Agency, error) {
	if id, ok := s.named[identifier]; ok {
		return s.ByID(id)
	}
	return Agency{}, fault.New(fault.NotFound, "agencies.unknown", "identifier", identifier)
}

// ByID finds an agency by its number; fault.NotFound "agencies.unknown".
func (s *Snapshot) ByID(id int32) (Agency, error) {
	if i, ok := s.agencyAt[id]; ok {
		return s.facts.Agencies[i], nil
	}
	return Agency{}, fault.New(fault.NotFound, "agencies.unknown", "identifier", id)
}

// Below lists id and every agency under it, itself first; nil when there is no such agency. The slice is shared: read only.
func (s *Snapshot) Below(id int32) []int32 { return s.below[id] }

// Agencies lists those in force on day, in the order in which the province shows them.
func (s *Snapshot) Agencies(day Day) []Agency {
	list := make([]Agency, 0, len(s.facts.Agencies))
	for _, a := range s.facts.Agencies {
		if within(day, a.ValidFrom, a.ValidTo) {
			list = append(list, a)
		}
	}
	return list
}

// AgencyQuery narrows a list; zero values do not.
type AgencyQuery struct {
	Q      string
	Level  unit.Level
	Parent string // identifier or alias of the agency directly above
	On     Day
}

// FindAgencies answers a query, the best match first, else in the province's order. Fault: NotFound for a parent that
// does not exist.
func (s *Snapshot) FindAgencies(q AgencyQuery) ([]Agency, error) {
	var parent int32
	if q.Parent != "" {
		p, err := s.ByIdentifier(q.Parent)
		if err != nil {
			return nil, err
		}
		parent = p.ID
	}
	var hits []hit
	n := newNeedle(q.Q)
	for i, a := range s.facts.Agencies {
		if !within(q.On, a.ValidFrom, a.ValidTo) || (q.Level != "" && a.Level != q.Level) || (parent != 0 && a.ParentID != parent) {
			continue
		}
		if score, ok := n.match(s.agencyText[i], a.Identifier); ok {
			hits = append(hits, hit{i, score})
		}
	}
	list := make([]Agency, 0, len(hits))
	for _, h := range ranked(hits) {
		list = append(list, s.facts.Agencies[h.at])
	}
	return list, nil
}

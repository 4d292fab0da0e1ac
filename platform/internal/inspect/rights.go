package inspect

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"egovctl/platform/kernel/who"
)

// Right says whose rows the database lets somebody insert or delete, whatever the application would let through.
type Right string

// The rights, from the narrowest on. Within them a policy may ask for more, such as a role.
const (
	RightNobody   Right = "nobody"
	RightProgram  Right = "program"  // the program itself
	RightProvince Right = "province" // whoever sees every agency
	RightSeat     Right = "seat"     // they, and whoever sees the province's first agency
	RightGovern   Right = "govern"   // they, and the administrator of any agency
	RightOwn      Right = "own"      // whoever sees every agency, and whose agency or account the row names
	RightLinked   Right = "linked"   // they, and to whose rows the row belongs
	RightKnown    Right = "known"    // whoever is somebody
	RightAnyone   Right = "anyone"
)

// Rights are a table's line in the list of rights.
type Rights struct {
	Insert, Delete Right
	Why            string
}

// ReadRights reads the list of rights, in which every table has a line.
func ReadRights(r io.Reader) (map[string]Rights, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	known := []Right{RightNobody, RightProgram, RightProvince, RightSeat, RightGovern, RightOwn, RightLinked, RightKnown, RightAnyone}
	out := map[string]Rights{}
	for _, c := range rows[1:] {
		x := Rights{Right(c[1]), Right(c[2]), c[3]}
		if !slices.Contains(known, x.Insert) || !slices.Contains(known, x.Delete) {
			return nil, fmt.Errorf("%s: there are no rights %s and %s", c[0], x.Insert, x.Delete)
		}
		out[c[0]] = x
	}
	return out, nil
}

// mine is the condition under which a row is somebody's own, as far as the right goes: mine of table.go.
func (r Right) mine(all []Table, t Table) string {
	depth := 0
	if r == RightLinked {
		depth = deepest
	}
	return "(" + mine(all, t, "t", depth) + ") is true and ($1::text is null and $2::int[] is null) is not true"
}

// reaches reports whether the right reaches a row; mine says whether the row is p's business.
func (r Right) reaches(p *Person, mine bool) bool {
	switch r {
	case RightProgram:
		return p.Principal.Kind == who.System
	case RightProvince:
		return p.Principal.All
	case RightSeat:
		return p.Principal.All || p.Place == Top
	case RightGovern:
		return p.Principal.All || p.Principal.Holds(who.AgencyAdmin)
	case RightOwn, RightLinked:
		return p.Principal.All || mine
	case RightKnown:
		return p.Principal.Kind != who.Anonymous
	}
	return r == RightAnyone
}

// shows reports whether p, who could write, shows that the right is as wide as it says and not a narrower one.
func (r Right) shows(p *Person) bool {
	switch r {
	case RightProgram:
		return true
	case RightProvince:
		return p.Principal.Kind != who.System
	case RightAnyone:
		return p.Principal.Kind == who.Anonymous
	}
	return !p.Principal.All
}

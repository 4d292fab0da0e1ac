package territory

import "egovctl/platform/kernel/unit"

// Unit is an administrative unit over its whole life.
type Unit struct {
	Key       string // "province/24/2025-07-01"
	Level     unit.Level
	Code      string // GSO code: a decimal string with leading zeros, never a number
	ParentKey string
	ValidFrom Day
	ValidTo   Day // the first day on which it no longer is
	Basis     string
	Names     []UnitName // oldest first
}

// UnitName is a dated name and type.
type UnitName struct {
	Type      string `json:"type"` // Phường, Xã, Đặc khu, Quận, Huyện, Thành phố, Tỉnh
	Name      string `json:"name"`
	FullName  string `json:"full_name"`
	ValidFrom Day    `json:"valid_from"`
	ValidTo   Day    `json:"valid_to"`
	Basis     string `json:"basis,omitempty"`
}

// Succession says that the old unit went over, whole or in part, into the new one.
type Succession struct {
	OldKey, NewKey string
	Kind           string // merged, unchanged, split, raised
	Default        bool   // the default successor of a split
	Date           Day
	Basis          string
}

// UnitView is a unit as it was on a day: what the API, the page and the command line show.
type UnitView struct {
	Key         string      `json:"key"`
	Code        string      `json:"code"`
	Name        string      `json:"name"`
	FullName    string      `json:"full_name"`
	Type        string      `json:"type"`
	Level       unit.Level  `json:"level"`
	Parent      string      `json:"parent"` // key of the unit above, "" at the top
	ValidFrom   Day         `json:"valid_from"`
	ValidTo     Day         `json:"valid_to"`
	SucceededBy []Successor `json:"succeeded_by"`
}

// Successor is what a unit is now ("nay là"); a split has several, one of them the default.
type Successor struct {
	Key      string `json:"key"`
	Code     string `json:"code"`
	FullName string `json:"full_name"`
	Kind     string `json:"kind"`
	Default  bool   `json:"default"`
	Date     Day    `json:"date"`
	Basis    string `json:"basis,omitempty"`
}

// UnitNode is a unit with the units below it on the same day.
type UnitNode struct {
	UnitView
	Children []UnitNode `json:"children,omitempty"`
}

// UnitHistory is the whole life of a unit: every name, what it came from and what it went into.
type UnitHistory struct {
	UnitView
	Basis      string      `json:"basis,omitempty"`
	Names      []UnitName  `json:"names"`
	PrecededBy []Successor `json:"preceded_by"`
	ParentName string      `json:"parent_name,omitempty"` // full name of the unit above
}

// nameOn gives the name in force on day; before the first known name the first, after the last the last.
func (u *Unit) nameOn(day Day) UnitName {
	if len(u.Names) == 0 {
		return UnitName{Name: u.Code, FullName: u.Code}
	}
	for _, n := range u.Names {
		if within(day, n.ValidFrom, n.ValidTo) {
			return n
		}
	}
	if first := u.Names[0]; !first.ValidFrom.IsZero() && day.Before(first.ValidFrom.Time) {
		return first
	}
	return u.Names[len(u.Names)-1]
}

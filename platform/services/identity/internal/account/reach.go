package account

import "egovctl/platform/kernel/who"

// Reach is how far the rows go that a role may see.
type Reach int

// The reaches.
const (
	OwnAgency Reach = iota + 1 // the agency of the position
	Below                      // that agency and those under it
	Province                   // every agency
)

// ReachOf gives the reach of a role held in a position. A role that is no position's (citizen) reaches nothing: 0.
func ReachOf(r who.Role) Reach {
	switch r {
	case who.Clerk, who.Officer, who.Head, who.Registrar, who.Cashier, who.Editor:
		return OwnAgency
	case who.Leader, who.AgencyAdmin:
		return Below
	case who.Admin, who.Controller:
		return Province
	}
	return 0
}

// Staff lists the roles that a position can have, in the order in which they are shown.
func Staff() []who.Role {
	var list []who.Role
	for _, r := range who.Roles() {
		if ReachOf(r) != 0 {
			list = append(list, r)
		}
	}
	return list
}

// MayGive reports whether by may give or take role at agency: the provincial administrator and the program every one,
// an agency administrator those that stay within his agencies.
func MayGive(by who.Principal, role who.Role, agency int32) bool {
	if ReachOf(role) == 0 {
		return false
	}
	return Governs(by) || (ReachOf(role) != Province && by.HoldsAt(who.AgencyAdmin, agency))
}

// Governs reports whether by administers every account. (A controller sees all agencies, but administers none.)
func Governs(by who.Principal) bool { return by.Kind == who.System || by.Holds(who.Admin) }

// AdminScope lists the agencies whose accounts by administers as an agency administrator, each once or more.
func AdminScope(by who.Principal) []int32 {
	var list []int32
	for _, p := range by.Positions {
		if p.Role == who.AgencyAdmin {
			list = append(list, p.Scope...)
		}
	}
	return list
}

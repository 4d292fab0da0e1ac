// Package who says who acts: the principal that every transaction carries, and the roles of an office.
package who

import "slices"

// Role is what a position allows.
type Role string

// The roles. A citizen or organisation has no position: its role follows from its kind.
const (
	Citizen     Role = "citizen"      // người dân, doanh nghiệp
	Clerk       Role = "clerk"        // cán bộ một cửa
	Officer     Role = "officer"      // chuyên viên
	Head        Role = "head"         // lãnh đạo phòng
	Leader      Role = "leader"       // lãnh đạo đơn vị
	Registrar   Role = "registrar"    // văn thư
	Cashier     Role = "cashier"      // kế toán thu phí
	Controller  Role = "controller"   // kiểm soát thủ tục hành chính
	Editor      Role = "editor"       // biên tập cổng thông tin
	AgencyAdmin Role = "agency_admin" // quản trị đơn vị
	Admin       Role = "admin"        // quản trị hệ thống tỉnh
)

// Roles lists them in the order in which they are shown.
func Roles() []Role {
	return []Role{Citizen, Clerk, Officer, Head, Leader, Registrar, Cashier, Controller, Editor, AgencyAdmin, Admin}
}

// Kind is what sort of someone acts.
type Kind string

// The kinds. System is the program itself: jobs, seeds, the health probe.
const (
	Anonymous Kind = "anonymous"
	Person    Kind = "person"
	Official  Kind = "official"
	System    Kind = "system"
)

// Position is one role held at one agency. Scope lists the agencies whose rows the position may see:
// its own and, for leaders and administrators, those below it.
type Position struct {
	Role   Role
	Agency int32
	Scope  []int32
}

// Principal acts. The zero value is nobody: anonymous, no scope.
type Principal struct {
	Account   string // account id, "" for anonymous and system
	Login     string
	Name      string // shown beside acts; for officials only
	Kind      Kind
	Positions []Position
	All       bool // sees every agency's rows: provincial administrator, system
}

// Nobody is an anonymous visitor.
func Nobody() Principal { return Principal{Kind: Anonymous} }

// Program is the platform itself, named for the audit log by what it does ("seed", "probe", "seal").
func Program(name string) Principal { return Principal{Kind: System, Login: name, All: true} }

// SignedIn reports whether someone is there.
func (p Principal) SignedIn() bool { return p.Kind == Person || p.Kind == Official }

// Holds reports whether p has one of roles, anywhere.
func (p Principal) Holds(roles ...Role) bool {
	if p.Kind == Person && slices.Contains(roles, Citizen) {
		return true
	}
	return slices.ContainsFunc(p.Positions, func(x Position) bool { return slices.Contains(roles, x.Role) })
}

// HoldsAt reports whether p has role over agency.
func (p Principal) HoldsAt(role Role, agency int32) bool {
	return slices.ContainsFunc(p.Positions, func(x Position) bool {
		return x.Role == role && slices.Contains(x.Scope, agency)
	})
}

// Scope is the union of the positions' scopes, sorted, each agency once.
func (p Principal) Scope() []int32 {
	var all []int32
	for _, x := range p.Positions {
		all = append(all, x.Scope...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

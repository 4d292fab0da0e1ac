package page

import (
	"net/http"

	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
)

// DeskPage is what templates/portals/site/desk.html is given.
type DeskPage struct {
	Name      string
	Positions []Held
	Links     []web.NavLink
}

// Held is a position as its holder reads it.
type Held struct {
	Role           who.Role
	NameVI, NameEN string // of the agency
}

// start answers GET /can-bo: where an official begins the day (cổng ứng dụng dùng chung): the positions held, and the
// tasks that belong to them.
func (d desk) start(w http.ResponseWriter, r *http.Request) error {
	all, err := d.all(r.Context())
	if err != nil {
		return err
	}
	by := web.PrincipalOf(r.Context())
	p := DeskPage{Name: by.Name}
	for _, x := range by.Positions {
		h := Held{Role: x.Role}
		for _, a := range all {
			if a.ID == x.Agency {
				h.NameVI, h.NameEN = a.NameVI, a.NameEN
			}
		}
		p.Positions = append(p.Positions, h)
	}
	for _, l := range d.pages.StaffLinks(r) {
		if !l.Here {
			p.Links = append(p.Links, l)
		}
	}
	return d.pages.Render(w, r, http.StatusOK, "site/desk", p)
}

// officials are all roles but the citizen's.
func officials() []who.Role {
	var out []who.Role
	for _, role := range who.Roles() {
		if role != who.Citizen {
			out = append(out, role)
		}
	}
	return out
}

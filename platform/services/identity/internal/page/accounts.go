package page

import (
	"net/http"
	"strings"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// AccountsPage is what templates/portals/identity/accounts.html is given.
type AccountsPage struct {
	Q, Status string
	Statuses  []account.Status
	Items     []AccountLine
	Next      string // address of the next page, "" on the last
}

// AccountLine is an account with its positions in words.
type AccountLine struct {
	account.Account
	Held []HeldLine
}

// accounts answers GET /quan-tri/tai-khoan?q=&status=&cursor=.
func (d desk) accounts(w http.ResponseWriter, r *http.Request) error {
	cursor, err := web.Cursor(r)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	p := AccountsPage{Q: strings.TrimSpace(v.Get("q")), Status: v.Get("status"), Statuses: []account.Status{account.New, account.Active, account.Locked}}
	list, next, err := d.Office.List(r.Context(), web.PrincipalOf(r.Context()),
		account.Query{Q: p.Q, Status: account.Status(p.Status), After: cursor})
	if err != nil {
		return err
	}
	for _, a := range list {
		held, err := d.held(r.Context(), a.Positions)
		if err != nil {
			return err
		}
		p.Items = append(p.Items, AccountLine{a, held})
	}
	if next != "" {
		v.Set("cursor", web.EncodeCursor(next))
		p.Next = "?" + v.Encode()
	}
	return d.Pages.Render(w, r, http.StatusOK, "identity/accounts", p)
}

// Choice is an agency or a role that a form offers.
type Choice struct{ Value, VI, EN string }

// choices are the agencies and roles that the reader may give.
func (d desk) choices(r *http.Request) (agencies []Choice, roles []who.Role, err error) {
	by := web.PrincipalOf(r.Context())
	ids, err := d.Agencies.Numbers(r.Context(), nil)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		if !account.MayGive(by, who.Clerk, id) {
			continue
		}
		identifier, vi, en, err := d.Agencies.Label(r.Context(), nil, id)
		if err != nil {
			return nil, nil, err
		}
		agencies = append(agencies, Choice{identifier, vi, en})
	}
	for _, role := range account.Staff() {
		if account.Governs(by) || account.ReachOf(role) != account.Province {
			roles = append(roles, role)
		}
	}
	return agencies, roles, nil
}

package page

import (
	"net/http"

	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/web"
)

// minePage is the citizen's own list.
type minePage struct {
	desk.Mine
	More string // cursor of the next page
}

// mine answers GET /ho-so-cua-toi?cursor=.
func (o office) mine(w http.ResponseWriter, r *http.Request) error {
	cursor, err := web.Cursor(r)
	if err != nil {
		return err
	}
	got, err := o.desk.Mine(r.Context(), web.PrincipalOf(r.Context()), cursor, usualPage)
	if err != nil {
		return err
	}
	page := minePage{Mine: got}
	if got.Next != "" {
		page.More = web.EncodeCursor(got.Next)
	}
	return o.pages.Render(w, r, http.StatusOK, "onestop/mine", page)
}

// Badge is the kind of badge that a line wears.
func (p minePage) Badge(it desk.Item) string {
	if desk.Standing(it.Status) == desk.WaitingForYou {
		return "wait"
	}
	return badge(string(it.Standing))
}

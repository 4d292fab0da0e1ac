package page

import (
	"net/http"
	"net/url"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// trackPage asks for a code and shows what is known of it.
type trackPage struct {
	Form    web.Form
	Asked   bool
	Tracked desk.Tracked
	Secret  string // goes on to the receipt
}

// trackForm answers GET /tra-cuu.
func (o office) trackForm(w http.ResponseWriter, r *http.Request) error {
	return o.pages.Render(w, r, http.StatusOK, "onestop/track", trackPage{Form: web.NewForm()})
}

// trackAsk answers POST /tra-cuu: the code goes into the address, so that the answer can be reloaded and kept.
func (o office) trackAsk(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	key, ok := dossier.Normalise(form.Get("code"))
	if !ok {
		form.Fail("code", fault.New(fault.Invalid, "onestop.track.form"))
		return o.pages.Render(w, r, http.StatusBadRequest, "onestop/track", trackPage{Form: form})
	}
	return web.Redirect(w, r, "/tra-cuu/"+url.PathEscape(key))
}

// track answers GET /tra-cuu/{code}?secret=.
func (o office) track(w http.ResponseWriter, r *http.Request) error {
	page := trackPage{Form: web.NewForm("code", web.Param(r, "code")), Asked: true, Secret: r.URL.Query().Get("secret")}
	var err error
	page.Tracked, err = o.desk.Track(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"), page.Secret)
	if fault.Is(err, fault.NotFound) {
		page.Form.Fail("code", err)
		page.Asked = false
		return o.pages.Render(w, r, http.StatusNotFound, "onestop/track", page)
	}
	if err != nil {
		return err
	}
	return o.pages.Render(w, r, http.StatusOK, "onestop/track", page)
}

// Badge is the kind of badge that the standing wears.
func (p trackPage) Badge() string {
	switch p.Tracked.Standing {
	case desk.Finished:
		return "good"
	case desk.WaitingForYou:
		return "wait"
	}
	return "info"
}

// DueBadge is the kind of badge that the promise wears.
func (p trackPage) DueBadge() string {
	if p.Tracked.View == nil {
		return badge(string(workcal.NoDate))
	}
	return badge(string(p.Tracked.View.Left.Standing))
}

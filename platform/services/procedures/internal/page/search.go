package page

import (
	"net/http"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/procedures/internal/api"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/web"
)

var errSample = fault.New(fault.Invalid, "procedures.name.empty")

// SearchPage is what templates/portals/procedures/search.html is given.
type SearchPage struct {
	Q, Field, Agency, Level, Online string
	Fields                          []catalogue.Field
	Agencies                        []catalogue.Agency
	Found                           search.Result
	Next                            string // cursor of the next page
	Filtered                        bool   // something was asked for
	Problem                         error  // why the question could not be answered
}

// Levels lists the administrative levels for the filter.
func (SearchPage) Levels() []unit.Level {
	return []unit.Level{unit.Province, unit.District, unit.Commune}
}

// search answers GET /thu-tuc?q=&field=&agency=&level=&online=.
func (d desk) search(w http.ResponseWriter, r *http.Request) error {
	p, status, err := d.look(r, true)
	if err != nil {
		return err
	}
	return d.pages.Render(w, r, status, "procedures/search", p)
}

// look asks the index. A question that cannot be answered is shown again, with the reason.
func (d desk) look(r *http.Request, published bool) (SearchPage, int, error) {
	v := r.URL.Query()
	if err := api.Wholesome(v); err != nil {
		return SearchPage{}, 0, err
	}
	p := SearchPage{Q: v.Get("q"), Field: v.Get("field"), Agency: v.Get("agency"), Level: v.Get("level"), Online: v.Get("online")}
	p.Filtered = p.Q != "" || p.Field != "" || p.Agency != "" || p.Level != "" || p.Online != ""
	var err error
	if p.Fields, err = d.office.Fields(r.Context()); err != nil {
		return p, 0, err
	}
	if p.Agencies, err = d.office.AgencyList(r.Context()); err != nil {
		return p, 0, err
	}
	q := search.Query{Text: p.Q, Published: published}
	if q.Cursor, err = web.Cursor(r); err == nil && !search.ValidCursor(q.Cursor) {
		err = fault.New(fault.Invalid, "web.cursor")
	}
	if err == nil {
		err = known(p.Level, p.Online)
	}
	if err == nil {
		err = d.office.Narrow(r.Context(), &q, p.Field, p.Agency, p.Level, p.Online)
	}
	if fault.Is(err, fault.Invalid) {
		p.Problem = err
		return p, http.StatusBadRequest, nil
	}
	if err != nil {
		return p, 0, err
	}
	p.Found, err = d.office.Search(r.Context(), q)
	if p.Found.Next != "" {
		p.Next = web.EncodeCursor(p.Found.Next)
	}
	return p, http.StatusOK, err
}

// known refuses a level of administration or of online service that does not exist; "" is none.
func known(level, online string) error {
	if level != "" && !catalogue.KnownLevel(unit.Level(level)) {
		return fault.New(fault.Invalid, "procedures.level.unknown", "level", level).At("level")
	}
	if online != "" && !catalogue.KnownOnline(online) {
		return fault.New(fault.Invalid, "procedures.online.unknown", "online", online).At("online")
	}
	return nil
}

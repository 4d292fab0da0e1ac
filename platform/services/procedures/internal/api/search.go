package api

import (
	"net/http"
	"net/url"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/web"
)

// maxQuery bounds what is searched for, in bytes: the longest names have some 1,200.
const maxQuery = 2000

// found is a page of the search. Total counts all pages.
type found struct {
	Items []item  `json:"items"`
	Next  *string `json:"next"`
	Total int     `json:"total"`
}

type item struct {
	Code          string       `json:"code"`
	Name          string       `json:"name"`
	Field         named        `json:"field"`
	Levels        []unit.Level `json:"levels"`
	Online        string       `json:"online"`
	FiledOnline   bool         `json:"filed_online"`
	Published     bool         `json:"published"`
	AgenciesCount int          `json:"agencies_count"`
}

type named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func searchParams() []web.Parameter {
	return []web.Parameter{{Name: "q", Summary: "procedures.param.q", Example: "dang ky khai sinh"},
		{Name: "field", Summary: "procedures.param.field", Example: "G03-TP01"},
		{Name: "agency", Summary: "procedures.param.agency", Example: "H17.08"},
		{Name: "level", Summary: "procedures.param.level", Example: "commune"},
		{Name: "online", Summary: "procedures.param.online", Example: "full"},
		{Name: "published", Summary: "procedures.param.published", Example: "any"},
		{Name: "limit", Summary: "procedures.param.limit", Example: "20"},
		{Name: "cursor", Summary: "procedures.param.cursor"}}
}

// search answers GET /api/v1/procedures.
func (d desk) search(w http.ResponseWriter, r *http.Request) error {
	q, err := d.asked(r)
	if err != nil {
		return err
	}
	got, err := d.office.Search(r.Context(), q)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, pageOf(got))
}

// asked reads the question. A value that cannot be is refused, never ignored.
func (d desk) asked(r *http.Request) (search.Query, error) {
	v := r.URL.Query()
	if err := Wholesome(v); err != nil {
		return search.Query{}, err
	}
	q := search.Query{Text: v.Get("q"), Published: true}
	var err error
	if q.Limit, err = web.Limit(r, search.DefaultLimit, search.MaxLimit); err != nil {
		return q, err
	}
	if q.Cursor, err = web.Cursor(r); err != nil {
		return q, err
	}
	if !search.ValidCursor(q.Cursor) {
		return q, fault.New(fault.Invalid, "web.cursor").At("cursor")
	}
	if err := Known(v.Get("level"), v.Get("online")); err != nil {
		return q, err
	}
	if err := d.office.Narrow(r.Context(), &q, v.Get("field"), v.Get("agency"), v.Get("level"), v.Get("online")); err != nil {
		return q, err
	}
	switch v.Get("published") {
	case "", "true":
	case "any":
		may, err := d.office.Administers(r.Context(), web.PrincipalOf(r.Context()))
		if err == nil && !may {
			err = fault.New(fault.Forbidden, "forbidden")
		}
		if err != nil {
			return q, err
		}
		q.Published = false
	default:
		return q, fault.New(fault.Invalid, "procedures.published.unknown").At("published")
	}
	return q, nil
}

// Wholesome refuses parameters that cannot be text, or a question that is too long.
func Wholesome(v url.Values) error {
	for _, values := range v {
		for _, s := range values {
			if !web.Wholesome(s) {
				return fault.New(fault.Invalid, "text.invalid")
			}
		}
	}
	if len(v.Get("q")) > maxQuery {
		return fault.New(fault.Invalid, "procedures.query.long", "max", maxQuery).At("q")
	}
	return nil
}

// Known refuses a level of administration or of online service that does not exist; "" is none.
func Known(level, online string) error {
	if level != "" && !catalogue.KnownLevel(unit.Level(level)) {
		return fault.New(fault.Invalid, "procedures.level.unknown", "level", level).At("level")
	}
	if online != "" && !catalogue.KnownOnline(online) {
		return fault.New(fault.Invalid, "procedures.online.unknown", "online", online).At("online")
	}
	return nil
}

func pageOf(got search.Result) found {
	f := found{Items: make([]item, len(got.Hits)), Total: got.Total}
	for i, h := range got.Hits {
		f.Items[i] = item{Code: h.Code, Name: h.Name, Field: named{h.Field, h.FieldName}, Levels: h.Levels, Online: h.Online,
			FiledOnline: h.FiledOnline, Published: h.Published, AgenciesCount: len(h.Agencies)}
	}
	if got.Next != "" {
		next := web.EncodeCursor(got.Next)
		f.Next = &next
	}
	return f
}

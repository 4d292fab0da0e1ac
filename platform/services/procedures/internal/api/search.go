package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/web"
)

// maxQuery bounds what is searched for, in bytes: the longest names have some 1,200.
const maxQuery = 2000

// found is a page of the search. Total counts all pages.
type found struct {
	Items []Item  `json:"items"`
	Next  *string `json:"next"`
	Total int     `json:"total"`
}

// Item is a procedure as lists have it.
type Item struct {
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
		{Name: "level", Summary: "procedures.param.level", Example: "commune",
			Values: []string{string(unit.Province), string(unit.District), string(unit.Commune)}},
		{Name: "online", Summary: "procedures.param.online", Example: "full",
			Values: []string{packaged.OnlineFull, packaged.OnlinePartial, packaged.OnlineInformation}},
		{Name: "published", Summary: "procedures.param.published", Example: "any", Values: []string{"true", "any"}},
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
	body, err := pageOf(got)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the reader is gone when this fails
	return nil
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
	if err := d.office.Narrow(r.Context(), &q, v.Get("field"), v.Get("agency"), v.Get("level"), v.Get("online")); err != nil {
		return q, err
	}
	if v.Get("published") == "any" {
		may, err := d.office.Administers(r.Context(), web.PrincipalOf(r.Context()))
		if err == nil && !may {
			err = fault.New(fault.Forbidden, "forbidden")
		}
		if err != nil {
			return q, err
		}
		q.Published = false
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

// ItemOf is a document as lists show it.
func ItemOf(d *search.Doc) Item {
	return Item{Code: d.Code, Name: d.Name, Field: named{d.Field, d.FieldName}, Levels: d.Levels, Online: d.Online,
		FiledOnline: d.FiledOnline, Published: d.Published, AgenciesCount: len(d.Agencies)}
}

// Render is ItemOf as JSON.
func Render(d *search.Doc) ([]byte, error) {
	body, err := json.Marshal(ItemOf(d))
	if err != nil {
		return nil, fmt.Errorf("render procedure %s: %w", d.Code, err)
	}
	return body, nil
}

// pageOf writes found out of items that the index mostly has in their final form.
func pageOf(got search.Result) ([]byte, error) {
	body := append(make([]byte, 0, 512*(len(got.Hits)+1)), `{"items":[`...)
	for i, h := range got.Hits {
		one := h.Rendered
		if one == nil {
			var err error
			if one, err = Render(h); err != nil {
				return nil, err
			}
		}
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, one...)
	}
	body = append(body, `],"next":`...)
	if got.Next == "" {
		body = append(body, `null`...)
	} else {
		body = strconv.AppendQuote(body, web.EncodeCursor(got.Next)) // base64: nothing in it needs escaping
	}
	body = append(body, `,"total":`...)
	return append(strconv.AppendInt(body, int64(got.Total), 10), '}', '\n'), nil
}

package api

import (
	"net/http"

	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/web"
)

// Year is the calendar of a year: the days that are not what their weekday says.
type Year struct {
	Year        int           `json:"year"`
	Announced   bool          `json:"announced"` // false: the days are computed from the law
	WorkingDays int           `json:"working_days"`
	Hours       string        `json:"hours"`
	Version     string        `json:"version"`
	Items       []almanac.Day `json:"items"`
	Next        *string       `json:"next"`
}

// calendar answers GET /api/v1/calendar?year=, this year when none is named.
func (d desk) calendar(w http.ResponseWriter, r *http.Request) error {
	a, err := d.office.Almanac(r.Context(), nil)
	if err != nil {
		return err
	}
	y, err := a.Year(r.URL.Query().Get("year"), d.clock.Now())
	if err != nil {
		return err
	}
	out := Year{Year: y.Year, Announced: a.Announced(y.Year), WorkingDays: y.WorkingDays, Hours: a.Calendar.Hours().String(),
		Version: a.Calendar.Version(), Items: []almanac.Day{}}
	for _, x := range y.Days {
		name := x.Name
		if x.NameKey != "" {
			name = d.texts.T(web.LangOf(r.Context()), x.NameKey)
		}
		out.Items = append(out.Items, almanac.Day{Date: x.Date.Format("2006-01-02"), Kind: string(x.Kind), Name: name, Basis: x.Basis, Status: x.Status})
	}
	return web.JSON(w, http.StatusOK, out)
}

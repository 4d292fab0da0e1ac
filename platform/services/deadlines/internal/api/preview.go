package api

import (
	"net/http"
	"time"

	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// Preview is a promise that nobody has made yet.
type Preview struct {
	Received        time.Time  `json:"received"`
	Term            string     `json:"term"`
	Due             *time.Time `json:"due"` // null for a term without a date
	ToTheHour       bool       `json:"to_the_hour"`
	Provisional     bool       `json:"provisional"` // it rests on days that are proposed or computed
	Regime          string     `json:"regime"`
	CalendarVersion string     `json:"calendar_version"`
	Trace           []Line     `json:"trace"`
}

// Line is one reason: the sentence, and the key and arguments that it was made of.
type Line struct {
	Key  string            `json:"key"`
	Text string            `json:"text"`
	Args map[string]string `json:"args,omitempty"`
}

// preview answers GET /api/v1/deadlines/preview?received=&term=; received is now when it is not named.
func (d desk) preview(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	received := d.clock.Now()
	if s := q.Get("received"); s != "" {
		var err error
		if received, err = almanac.ParseReceived(s); err != nil {
			return err
		}
	}
	term, err := workcal.ParseTerm(q.Get("term"))
	if err != nil {
		return err
	}
	a, err := d.office.Almanac(r.Context(), nil)
	if err != nil {
		return err
	}
	p, err := a.Promise(received, term)
	if err != nil {
		return err
	}
	out := Preview{Received: p.Received, Term: term.String(), ToTheHour: p.ToTheHour, Provisional: p.Provisional, Regime: p.Regime,
		CalendarVersion: p.CalendarVersion, Trace: []Line{}}
	if p.HasDue {
		out.Due = &p.Due
	}
	for _, l := range p.Trace {
		out.Trace = append(out.Trace, Line{Key: l.Key, Text: l.Say(d.texts, web.LangOf(r.Context())), Args: l.Args})
	}
	return web.JSON(w, http.StatusOK, out)
}

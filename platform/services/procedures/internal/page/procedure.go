package page

import (
	"net/http"
	"strconv"
	"strings"

	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/web"
)

// ProcedurePage is what templates/portals/procedures/procedure.html is given.
type ProcedurePage struct {
	catalogue.View
	Channels []Channel
	Filing   bool // the reader may file online at this portal
	Editor   bool // the reader may change the catalogue
}

// Channel is a way of filing with its time limit in words and its fees.
type Channel struct {
	Key              string // message key of the channel's name
	Term             string // message key of the time limit, with {n}
	AmountVI, Amount string // "3,5" and "3.5"
	Text             string
	Fees             []packaged.Fee
}

// Offered reports whether an agency takes it online at this portal.
func (p ProcedurePage) Offered() bool {
	for _, o := range p.Offerings {
		if o.Online {
			return p.Filing
		}
	}
	return false
}

// Components counts the papers of all cases.
func (p ProcedurePage) Components() int {
	n := 0
	for _, c := range p.Cases {
		n += len(c.Components)
	}
	return n
}

// Remarks reports whether the lines of a case are explanations: official records keep these among the papers, and ask
// for no original and no copy of them.
func (p ProcedurePage) Remarks(c packaged.Case) bool {
	for _, paper := range c.Components {
		if paper.Originals > 0 || paper.Copies > 0 {
			return false
		}
	}
	return true
}

// procedure answers GET /thu-tuc/{code}.
func (d desk) procedure(w http.ResponseWriter, r *http.Request) error {
	by := web.PrincipalOf(r.Context())
	v, err := d.office.View(r.Context(), by, web.Param(r, "code"))
	if err != nil {
		return err
	}
	p := ProcedurePage{View: v, Channels: channelsOf(v.Procedure.Procedure), Filing: d.filing && by.Kind != who.Official} // officials take dossiers in at the counter
	if p.Editor, err = d.office.Administers(r.Context(), by); err != nil {
		return err
	}
	return d.pages.Render(w, r, http.StatusOK, "procedures/procedure", p)
}

func channelsOf(p packaged.Procedure) []Channel {
	out := make([]Channel, 0, len(p.Methods))
	for _, m := range p.Methods {
		n := strconv.FormatFloat(float64(m.Term.Thousands)/1000, 'f', -1, 64)
		out = append(out, Channel{Key: "procedures.channel." + string(m.Channel), Term: "procedures.term.say." + string(m.Term.Kind),
			Amount: n, AmountVI: strings.Replace(n, ".", ",", 1), Text: m.Term.Text, Fees: m.Fees})
	}
	return out
}

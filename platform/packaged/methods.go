package packaged

import (
	"strings"

	"egovctl/platform/workcal"
)

// channelRow is a line of methods.csv with the letters of its channels.
type channelRow struct {
	channels string
	row
}

var channelOf = map[rune]Channel{'D': Direct, 'O': Online, 'P': Postal}

// Civil status and certification: their records write same-day limits as OTHER without a word.
const civilStatus, certification = "G15-TP07", "G15-TP03"

func (s *source) readMethods(c *catalogue) error {
	rows := map[string][]channelRow{}
	err := s.each("catalogue/methods.csv", []string{"code", "channels", "amount", "unit", "note"}, func(x []string) {
		rows[x[0]] = append(rows[x[0]], channelRow{x[1], row{amount: x[2], unit: x[3], note: x[4]}})
	})
	for i := range c.records {
		c.records[i].setMethods(rows[c.records[i].Code])
	}
	return err
}

// setMethods gives the record one method for each channel, in the order direct, online, postal.
func (r *record) setMethods(rows []channelRow) {
	sameDay := r.Field == civilStatus || r.Field == certification
	r.Methods = []Method{}
	for _, letter := range "DOP" {
		var terms []workcal.Term
		for _, line := range rows {
			if strings.ContainsRune(line.channels, letter) {
				terms = append(terms, line.term(sameDay))
			}
		}
		if terms != nil {
			r.Methods = append(r.Methods, Method{Channel: channelOf[letter], Term: longest(terms)})
		}
	}
	if r.Incomplete { // the desk is open even where nothing else is known
		r.Methods = []Method{{Channel: Direct, Term: workcal.Term{Kind: workcal.Other}}}
	}
}

// mendOnline adds the online channel that the record's level promises but the record lacks: with the limit and fees of
// its first channel, and marked. An electronic filing may cost less than the counter, never more.
func (r *record) mendOnline() {
	if r.Online == OnlineInformation || len(r.Methods) == 0 || r.method(Online) != nil {
		return
	}
	m := r.Methods[0]
	m.Channel, m.Derived = Online, true
	r.Methods = append(r.Methods, m)
}

func (r *record) method(c Channel) *Method {
	for i := range r.Methods {
		if r.Methods[i].Channel == c {
			return &r.Methods[i]
		}
	}
	return nil
}

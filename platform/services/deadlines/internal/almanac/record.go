// Package almanac is what the office of deadlines knows, read once and never changed: the days, the regimes of law, the
// office hours, and the calendar made from them.
package almanac

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// OneStop is the topic of the regimes that count the time of dossiers.
const OneStop = "one_stop"

// Day is a record of the calendar. Its JSON form is what is stored: field order is fixed, so the same record has the
// same bytes and the same hash.
type Day struct {
	Date   string `json:"date"` // 2026-11-24
	Kind   string `json:"kind"` // holiday, compensation, swap, make_up, working
	Name   string `json:"name"`
	Basis  string `json:"basis"`
	Status string `json:"status"` // official, statutory, proposed, computed
}

// The longest texts that a record takes, in characters.
const (
	maxName  = 200
	maxBasis = 500
)

// Check refuses a record that cannot be right. Faults, all Invalid and with the field: "deadlines.day.date",
// "deadlines.day.kind", "deadlines.day.name", "deadlines.day.basis", "deadlines.day.status".
func (d Day) Check() error {
	if _, err := clock.ParseDate(d.Date); err != nil {
		return fault.New(fault.Invalid, "deadlines.day.date", "date", d.Date).At("date")
	}
	if !workcal.DayKind(d.Kind).Known() {
		return fault.New(fault.Invalid, "deadlines.day.kind", "kind", d.Kind, "date", d.Date).At("kind")
	}
	if !plain(d.Name, maxName) {
		return fault.New(fault.Invalid, "deadlines.day.name", "max", maxName).At("name")
	}
	if !plain(d.Basis, maxBasis) {
		return fault.New(fault.Invalid, "deadlines.day.basis", "max", maxBasis).At("basis")
	}
	if !slices.Contains([]string{workcal.Official, workcal.Statutory, workcal.Proposed, workcal.Computed}, d.Status) {
		return fault.New(fault.Invalid, "deadlines.day.status", "status", d.Status).At("status")
	}
	return nil
}

// plain wants 1 to limit characters of one line.
func plain(s string, limit int) bool {
	n := utf8.RuneCountInString(s)
	return utf8.ValidString(s) && strings.TrimSpace(s) != "" && n <= limit && !strings.ContainsFunc(s, unicode.IsControl)
}

// DayRecord is a Day and where it came from.
type DayRecord struct {
	Day
	Packaged bool // the kit brought a record for this date
	Edited   bool // the province has its own
}

// Lunar is the stored form of the two lunar dates of a year.
type Lunar struct {
	Year  int    `json:"year"`
	Tet   string `json:"tet"`
	GioTo string `json:"gio_to"`
}

// Hours is the stored form of the office hours.
type Hours struct {
	Hours string `json:"hours"`
}

// Regime is a dated set of rules of law, with the numbers that it sets as Params.
type Regime struct {
	ID        string            `json:"id"`
	Topic     string            `json:"topic"`
	ValidFrom string            `json:"valid_from"`         // 2018-06-21
	ValidTo   string            `json:"valid_to,omitempty"` // the first day on which it no longer holds; "" while it does
	Basis     string            `json:"basis"`
	Evidence  string            `json:"evidence,omitempty"` // how far the packaged numbers were read in the law
	Params    map[string]string `json:"params"`
}

// RegimeRecord is a Regime, where it came from, and who has confirmed it.
type RegimeRecord struct {
	Regime
	Edited      bool
	ConfirmedBy string // "" until an official of the province has confirmed it
	ConfirmedAt time.Time
}

var (
	regimeID   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,40}$`)
	regimeWord = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)
)

// Check refuses a regime that cannot be right. Faults, all Invalid and with the field: "deadlines.regime.id",
// "deadlines.regime.dates", "deadlines.regime.basis", "deadlines.regime.param".
func (r Regime) Check() error {
	if !regimeID.MatchString(r.ID) || !regimeWord.MatchString(r.Topic) {
		return fault.New(fault.Invalid, "deadlines.regime.id", "id", r.ID, "topic", r.Topic).At("id")
	}
	from, err := clock.ParseDate(r.ValidFrom)
	to, errTo := clock.ParseDate(r.ValidTo)
	if err != nil || (r.ValidTo != "" && (errTo != nil || !from.Before(to))) {
		return fault.New(fault.Invalid, "deadlines.regime.dates", "regime", r.ID).At("valid_from")
	}
	if !plain(r.Basis, maxBasis) {
		return fault.New(fault.Invalid, "deadlines.regime.basis", "max", maxBasis).At("basis")
	}
	for name, value := range r.Params {
		if !regimeWord.MatchString(name) || !plain(value, maxName) {
			return fault.New(fault.Invalid, "deadlines.regime.param", "regime", r.ID, "name", name, "value", value).At(name)
		}
	}
	if _, err := workcal.ParseRules(r.ID, r.Basis, r.Params); err != nil {
		return err
	}
	_, err = workflow.ParseLimits(r.ID, r.Params)
	return err
}

// holdsOn compares ISO days, which sort as they follow.
func (r Regime) holdsOn(day string) bool {
	return r.ValidFrom <= day && (r.ValidTo == "" || day < r.ValidTo)
}

// Rules is how the regime counts time.
func (r RegimeRecord) Rules() (workcal.Rules, error) {
	rules, err := workcal.ParseRules(r.ID, r.Basis, r.Params)
	rules.Pending = r.ConfirmedBy == ""
	return rules, err
}

// Limits is how the regime bounds a workflow.
func (r RegimeRecord) Limits() (workflow.Limits, error) { return workflow.ParseLimits(r.ID, r.Params) }

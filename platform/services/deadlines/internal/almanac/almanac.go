package almanac

import (
	"slices"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/packaged"
	"egovctl/platform/workcal"
)

// Facts is what the store holds, or what a kit brings.
type Facts struct {
	Revision string // of the database; "" for a kit
	Days     []DayRecord
	Lunar    []Lunar
	Regimes  []RegimeRecord
	Hours    string
}

// Almanac answers from facts that stay as they are.
type Almanac struct {
	Revision  string
	Calendar  *workcal.Calendar
	Days      []DayRecord    // by date
	Regimes   []RegimeRecord // by topic and first day
	announced map[int]bool
}

// New checks the facts and makes the calendar. A year is announced when the kit brings days for it; the others are
// computed, with the province's records in place of the computed ones. Faults: those of the records and of
// workcal.New, and Invalid "deadlines.regime.overlap" when two regimes of a topic hold on the same day.
func New(f Facts) (*Almanac, error) {
	a := &Almanac{Revision: f.Revision, Days: f.Days, Regimes: f.Regimes, announced: map[int]bool{}}
	slices.SortFunc(a.Days, func(x, y DayRecord) int { return strings.Compare(x.Date, y.Date) })
	slices.SortFunc(a.Regimes, func(x, y RegimeRecord) int {
		return strings.Compare(x.Topic+" "+x.ValidFrom, y.Topic+" "+y.ValidFrom)
	})
	var in workcal.Input
	for _, d := range a.Days {
		if err := d.Check(); err != nil {
			return nil, err
		}
		date, _ := clock.ParseDate(d.Date)
		if d.Packaged && !a.announced[date.Year()] {
			a.announced[date.Year()] = true
			in.Announced = append(in.Announced, date.Year())
		}
		in.Days = append(in.Days, workcal.Day{Date: date, Kind: workcal.DayKind(d.Kind), Name: d.Name, Basis: d.Basis, Status: d.Status})
	}
	for _, l := range f.Lunar {
		tet, err := clock.ParseDate(l.Tet)
		gioTo, err2 := clock.ParseDate(l.GioTo)
		if err != nil || err2 != nil || tet.Year() != l.Year || gioTo.Year() != l.Year {
			return nil, fault.New(fault.Invalid, "deadlines.lunar", "year", l.Year)
		}
		in.Lunar = append(in.Lunar, workcal.Lunar{Year: l.Year, Tet: tet, GioTo: gioTo})
	}
	if err := a.checkRegimes(); err != nil {
		return nil, err
	}
	var err error
	if in.Hours, err = workcal.ParseHours(f.Hours); err != nil {
		return nil, err
	}
	a.Calendar, err = workcal.New(in)
	return a, err
}

func (a *Almanac) checkRegimes() error {
	for i, r := range a.Regimes {
		if err := r.Check(); err != nil {
			return err
		}
		if i == 0 || a.Regimes[i-1].Topic != r.Topic {
			continue
		}
		if before := a.Regimes[i-1]; before.holdsOn(r.ValidFrom) {
			return fault.New(fault.Invalid, "deadlines.regime.overlap", "regime", r.ID, "other", before.ID)
		}
	}
	return nil
}

// FromSet is the almanac of a kit that is not installed anywhere.
func FromSet(set *packaged.Set) (*Almanac, error) { return New(FactsOf(set)) }

// FactsOf turns what a kit brings into records.
func FactsOf(set *packaged.Set) Facts {
	f := Facts{Hours: set.OfficeHours}
	if f.Hours == "" {
		f.Hours = workcal.DefaultHours().String()
	}
	for _, d := range set.Days {
		f.Days = append(f.Days, DayRecord{Packaged: true, Day: Day{Date: isoDay(d.Date), Kind: d.Kind, Name: d.NameVI, Basis: d.Basis, Status: d.Status}})
	}
	for _, l := range set.Lunar {
		f.Lunar = append(f.Lunar, Lunar{Year: l.Year, Tet: isoDay(l.Tet), GioTo: isoDay(l.GioTo)})
	}
	for _, r := range set.Regimes {
		f.Regimes = append(f.Regimes, RegimeRecord{Regime: Regime{ID: r.ID, Topic: r.Topic, ValidFrom: isoDay(r.ValidFrom), ValidTo: isoDay(r.ValidTo),
			Basis: r.Basis, Evidence: r.Evidence, Params: r.Params}})
	}
	return f
}

func isoDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Vietnam).Format(time.DateOnly)
}

// Announced reports whether the days of a year were brought by the kit; the others are computed from the law.
func (a *Almanac) Announced(year int) bool { return a.announced[year] }

// RegimeAt finds the regime of a topic on a day. Fault: NotFound "deadlines.regime.none".
func (a *Almanac) RegimeAt(topic string, day time.Time) (RegimeRecord, error) {
	iso := isoDay(day)
	for _, r := range a.Regimes {
		if r.Topic == topic && r.holdsOn(iso) {
			return r, nil
		}
	}
	return RegimeRecord{}, fault.New(fault.NotFound, "deadlines.regime.none", "topic", topic, "date", day.In(clock.Vietnam).Format("02/01/2006"))
}

// Regime finds one by its id: a dossier keeps the regime of the day on which it was received. Fault: NotFound
// "deadlines.regime.unknown".
func (a *Almanac) Regime(id string) (RegimeRecord, error) {
	for _, r := range a.Regimes {
		if r.ID == id {
			return r, nil
		}
	}
	return RegimeRecord{}, fault.New(fault.NotFound, "deadlines.regime.unknown", "regime", id)
}

// Promise counts a time limit under the regime of the day of reception.
func (a *Almanac) Promise(received time.Time, term workcal.Term) (workcal.Promise, error) {
	regime, err := a.RegimeAt(OneStop, received)
	if err != nil {
		return workcal.Promise{}, err
	}
	rules, err := regime.Rules()
	if err != nil {
		return workcal.Promise{}, err
	}
	return a.Calendar.Due(received, term, rules)
}

// Resume moves a promise over a pause, under the regime that it was made under.
func (a *Almanac) Resume(p workcal.Promise, pause workcal.Pause) (workcal.Promise, error) {
	regime, err := a.Regime(p.Regime)
	if err != nil {
		return workcal.Promise{}, err
	}
	rules, err := regime.Rules()
	if err != nil {
		return workcal.Promise{}, err
	}
	return a.Calendar.Resume(p, pause, rules)
}

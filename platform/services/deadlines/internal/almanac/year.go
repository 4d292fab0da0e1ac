package almanac

import (
	"strconv"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/workcal"
)

// YearView is a year of the calendar.
type YearView struct {
	Year        int
	WorkingDays int
	Days        []workcal.Day // exceptions in order
	First, Last int           // the years that can be asked for
}

// Year reads a year as it was asked for, "" for the one of now. Faults: Invalid "deadlines.year" at field "year",
// NotFound "deadlines.calendar.beyond" for a year that is not known.
func (a *Almanac) Year(asked string, now time.Time) (YearView, error) {
	year := now.In(clock.Vietnam).Year()
	if asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || len(asked) != 4 {
			return YearView{}, fault.New(fault.Invalid, "deadlines.year", "value", asked).At("year")
		}
		year = n
	}
	from, to := clock.Date(year, time.January, 1), clock.Date(year, time.December, 31)
	n, err := a.Calendar.WorkingDays(from, to)
	if err != nil {
		e := *fault.From(err)
		e.Code = fault.NotFound
		return YearView{}, e.At("year")
	}
	first, last := a.Calendar.Covers()
	return YearView{Year: year, WorkingDays: n, Days: a.Calendar.Exceptions(from, to), First: first.Year(), Last: last.Year()}, nil
}

package packaged

import (
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
)

// calendar reads the days, the lunar dates, the office hours of the province and the regimes of law.
func (s *source) calendar(set *Set) error {
	err := s.each("calendar/days.csv", []string{"date", "kind", "name", "basis", "status"}, func(c []string) {
		set.Days = append(set.Days, Day{Date: day(c[0]), Kind: c[1], NameVI: c[2], Basis: c[3], Status: c[4]})
	})
	if err != nil {
		return err
	}
	err = s.each("calendar/lunar.csv", []string{"year", "tet", "gio_to"}, func(c []string) {
		year, _ := strconv.Atoi(c[0])
		set.Lunar = append(set.Lunar, LunarYear{Year: year, Tet: day(c[1]), GioTo: day(c[2])})
	})
	if err != nil {
		return err
	}
	// The hours of the last row whose first province code is not above ours: the south begins at 70.
	err = s.each("calendar/office_hours.csv", []string{"provinces_from", "hours", "basis"}, func(c []string) {
		if c[0] <= set.Profile.Province {
			set.OfficeHours = c[1]
		}
	})
	if err != nil {
		return err
	}
	columns := []string{"id", "topic", "valid_from", "valid_to", "basis", "evidence", "params"}
	return s.each("calendar/regimes.csv", columns, func(c []string) {
		set.Regimes = append(set.Regimes, Regime{
			ID: c[0], Topic: c[1], ValidFrom: day(c[2]), ValidTo: day(c[3]), Basis: c[4], Evidence: c[5], Params: params(c[6]),
		})
	})
}

// params reads "cutoff=15:00;extension_max=1".
func params(s string) map[string]string {
	m := map[string]string{}
	for pair := range strings.SplitSeq(s, ";") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			m[k] = v
		}
	}
	return m
}

// day reads an ISO date; "" is the zero time, without an end or a beginning.
func day(s string) (t time.Time) {
	if s == "" {
		return t
	}
	t, _ = clock.ParseDate(s)
	return t
}

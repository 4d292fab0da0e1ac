package workcal

import (
	"sort"
	"time"

	"egovctl/platform/kernel/clock"
)

// Lunar holds the two dates of a year that the lunar calendar decides (UTC+7 reckoning).
type Lunar struct {
	Year  int
	Tet   time.Time // mùng 1 Tết
	GioTo time.Time // mùng 10 tháng Ba âm lịch
}

const labourCode = "Bộ luật Lao động 2019 Điều 112"

// solar are the holidays with a fixed date, since the year in which each began to be one.
var solar = []struct {
	month     time.Month
	day, from int
	key, name string
	basis     string
}{
	{time.January, 1, 0, "deadlines.day.new_year", "Tết Dương lịch", labourCode},
	{time.April, 30, 0, "deadlines.day.victory", "Ngày Chiến thắng", labourCode},
	{time.May, 1, 0, "deadlines.day.labour", "Ngày Quốc tế lao động", labourCode},
	{time.September, 2, 0, "deadlines.day.national", "Quốc khánh", labourCode},
	{time.November, 24, 2026, "deadlines.day.culture", "Ngày Văn hóa Việt Nam", "Nghị quyết 28/2026/QH16"},
}

// nationalAdjacentFrom is the first year in which a day beside 2 September is off as well: the Labour Code of 2019 is in force since 1 January 2021.
const nationalAdjacentFrom = 2021

// StatutoryDays computes the holidays of a year that nobody has announced yet (or whose announcement is not at hand):
// fixed dates, the day beside 2 September, Tết (the last day of the old year and the first four of the new), Giỗ Tổ,
// and a day in lieu for each that falls on a weekly rest day (Điều 111.3). Every one is marked computed: the government
// may still choose another adjacent day, another split of Tết, and swaps, which no rule foretells.
func StatutoryDays(year int, lunar Lunar) []Day {
	var days []Day
	add := func(date time.Time, key, name, basis string) {
		days = append(days, Day{Date: date, Kind: Holiday, Name: name, NameKey: key, Basis: basis, Status: Computed})
	}
	for _, s := range solar {
		if year >= s.from {
			add(clock.Date(year, s.month, s.day), s.key, s.name, s.basis)
		}
	}
	if year >= nationalAdjacentFrom {
		add(besideNational(year), "deadlines.day.national_adjacent", "Quốc khánh (ngày liền kề)", labourCode)
	}
	for i := -1; i <= 3; i++ {
		add(lunar.Tet.AddDate(0, 0, i), "deadlines.day.tet", "Tết Nguyên đán", labourCode)
	}
	add(lunar.GioTo, "deadlines.day.ancestors", "Giỗ Tổ Hùng Vương", labourCode)
	sort.Slice(days, func(i, j int) bool { return days[i].Date.Before(days[j].Date) })
	return append(days, inLieu(days)...)
}

// besideNational is 1 or 3 September, whichever joins 2 September to a weekend; this is how it was chosen in every
// year from 2021 to 2026.
func besideNational(year int) time.Time {
	national := clock.Date(year, time.September, 2)
	switch national.Weekday() {
	case time.Monday, time.Thursday, time.Sunday:
		return national.AddDate(0, 0, 1)
	}
	return national.AddDate(0, 0, -1)
}

// inLieu gives, for each holiday on a Saturday or Sunday, the next day that is worked and not taken yet.
func inLieu(holidays []Day) []Day {
	taken := make(map[dayNum]bool, len(holidays))
	for _, h := range holidays {
		taken[numOf(h.Date)] = true
	}
	var lieu []Day
	for _, h := range holidays {
		n := numOf(h.Date)
		if !n.weekend() {
			continue
		}
		for n.weekend() || taken[n] {
			n++
		}
		taken[n] = true
		lieu = append(lieu, Day{Date: n.midnight(), Kind: Compensation, Name: h.Name, NameKey: h.NameKey, Basis: "Bộ luật Lao động 2019 Điều 111 khoản 3", Status: Computed})
	}
	return lieu
}

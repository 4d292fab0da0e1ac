package packaged

import (
	"regexp"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/workcal"
)

// row is one line of methods.csv: what the record says about time for some channels.
type row struct {
	amount string // "3.5", "" when the record gives words
	unit   string // working_day, day, month, hour, other
	note   string // the words of the record; its own prose about filing is not carried
}

// term applies the rules for one line (templates/SOURCES.md, "Time limits"):
// units of the record are taken as they are; OTHER is a same-day term when its words say so, or when civil status and
// certification give nothing but 0 or 1 (Luật Hộ tịch: at once, after 15:00 the next working day); a limit when its
// words are one limit and nothing else; else words, and an officer sets the date.
func (r row) term(sameDayField bool) workcal.Term {
	n, words := thousandths(r.amount), fold.Text(r.note)
	if filing.MatchString(words) && !limits.MatchString(words) {
		words, r.note = "", "" // says where to file, not how long it takes
	}
	switch r.unit {
	case "working_day":
		return workcal.Term{Kind: workcal.WorkingDays, Thousands: n, Text: r.note}
	case "day":
		return workcal.Term{Kind: workcal.CalendarDays, Thousands: n, Text: r.note}
	case "month":
		return workcal.Term{Kind: workcal.Months, Thousands: n, Text: r.note}
	case "hour":
		return workcal.Term{Kind: workcal.WorkingHours, Thousands: n, Text: r.note}
	}
	if saysSameDay(words) || sameDayField && n <= 1000 && words == "" {
		return workcal.Term{Kind: workcal.SameDay, Text: r.note}
	}
	if t, ok := soleLimit(words); ok {
		t.Text = r.note
		return t
	}
	if n <= 1000 { // 0 and 1 are what the source writes when it has no number
		n = 0
	}
	return workcal.Term{Kind: workcal.Other, Thousands: n, Text: r.note}
}

var (
	limits = regexp.MustCompile(`\b\d+ (ngay|thang|gio)\b`)
	filing = regexp.MustCompile(`^(?:nop |gui |qua |thong qua |truc tiep |truc tuyen |tai |bang phuong thuc |theo mo ta$)`)
	sole   = regexp.MustCompile(`^(?:khong qua|trong thoi han|trong vong)? ?(\d{1,3}) (ngay lam viec|ngay)(?: ke tu (?:ngay|khi) nhan (?:du|duoc)(?: day du)? ho so(?: day du)?(?: hop le)?)?(?: (?:doi voi|tai) cac xa mien nui .*tang them .*| cac co quan lien quan den qua trinh thuc hien .*)?$`)
)

// saysSameDay: the words promise the day of reception and no other limit.
func saysSameDay(words string) bool {
	if limits.MatchString(words) && !strings.Contains(words, "sau 15 gio") {
		return false
	}
	return strings.Contains(words, "ngay trong ngay") || strings.Contains(words, "trong ngay lam viec nhan duoc") ||
		strings.Contains(words, "trong ngay nhan duoc") || strings.Contains(words, "trong ngay tiep nhan")
}

// soleLimit reads words that are one limit, with or without the longer one of mountain communes, which stays as text.
func soleLimit(words string) (workcal.Term, bool) {
	m := sole.FindStringSubmatch(words)
	if m == nil {
		return workcal.Term{}, false
	}
	days, _ := strconv.ParseInt(m[1], 10, 64)
	if m[2] == "ngay" {
		return workcal.Term{Kind: workcal.CalendarDays, Thousands: days * 1000}, days > 0
	}
	return workcal.Term{Kind: workcal.WorkingDays, Thousands: days * 1000}, days > 0
}

// thousandths reads "3.5" as 3500; "" is 0.
func thousandths(s string) int64 {
	whole, part, _ := strings.Cut(s, ".")
	n, _ := strconv.ParseInt(whole+(part + "000")[:3], 10, 64)
	return n
}

// longest joins the lines of one channel into its term: the longest limit holds (several lines are stages or cases,
// and where the national database gives one figure for them it is mostly the longest, never the sum), the words of all are kept; words without a limit never displace a limit.
func longest(terms []workcal.Term) workcal.Term {
	best, texts := terms[0], []string{}
	for i, t := range terms {
		if t.Text != "" {
			texts = append(texts, t.Text)
		}
		if i > 0 && hours(t) > hours(best) {
			best = t
		}
	}
	best.Text = strings.Join(texts, " · ")
	return best
}

// hours is a term's length for comparing only, in thousandths of a working hour: five of seven days are worked.
func hours(t workcal.Term) int64 {
	switch t.Kind {
	case workcal.WorkingDays:
		return t.Thousands * 8
	case workcal.CalendarDays:
		return t.Thousands * 40 / 7
	case workcal.Months:
		return t.Thousands * 176
	case workcal.WorkingHours:
		return t.Thousands
	case workcal.SameDay:
		return 1
	}
	return 0
}

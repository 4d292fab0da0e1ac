package person_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/person"
	"egovctl/templates"
)

func TestNumbersAreReadInGroups(t *testing.T) {
	for typed, want := range map[string]string{
		"048203001234": "048203001234", "0482 0300 1234": "048203001234", "048-203.001 234": "048203001234",
		"\u00a00482\u00a00300\u00a01234\t": "048203001234", "097190000011": "097190000011",
		"": "", " - ": "", "04820300123": "", "0482 0300 12345": "", "0482 0300 123A": "", "0482/0300/1234": "",
		strings.Repeat("٠", 12): "",
	} {
		got, err := person.ParseNumber(typed)
		if got.Reveal() != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", typed, got.Reveal(), err)
		}
	}
}

func TestTelephonesAreReadInGroups(t *testing.T) {
	for typed, want := range map[string]string{
		"0905123456": "0905123456", "0905 123 456": "0905123456", "+84 905.123-456": "0905123456", "0236\u00a03822 041": "02363822041",
	} {
		if got, err := person.ParsePhone(typed); got.Reveal() != want || err != nil {
			t.Errorf("%q is %q, %v", typed, got.Reveal(), err)
		}
	}
	for _, typed := range []string{"12", "0905 12345A", "84+905123456", "0405123456", "+", "0905,123,456"} {
		if got, err := person.ParsePhone(typed); err == nil {
			t.Errorf("%q is taken for %q", typed, got.Reveal())
		}
	}
}

func TestANumberThatTodayCannotBeIsOdd(t *testing.T) {
	today := time.Date(2026, 3, 9, 10, 0, 0, 0, clock.Vietnam)
	for name, c := range map[string]struct {
		number string
		odd    bool
	}{
		"a province":                            {"001203001234", false},
		"the last province":                     {"096203001234", false},
		"a country":                             {"101203001234", false},
		"no province has 000":                   {"000203001234", true},
		"nor 003, between two that have theirs": {"003203001234", true},
		"nor 097":                               {"097190000011", true},
		"nor 098":                               {"098085000022", true},
		"no country has 100":                    {"100203001234", true},
		"born this year":                        {"048226001234", false},
		"born next year":                        {"048327001234", true},
		"born 120 years ago":                    {"048106001234", false},
		"born 121 years ago":                    {"048005001234", true},
		"a century to come":                     {"048990000123", true},
		"digits in their order":                 {"123456789012", true},
		"the same digit":                        {"999999999999", true},
		"nothing":                               {"", true},
		"an old number of nine digits":          {"123456789", true},
	} {
		if got := person.NumberOf(c.number).Odd(today); got != c.odd {
			t.Errorf("%s: %q is odd: %v", name, c.number, got)
		}
	}
	if newYear := time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC); person.NumberOf("048327001234").Odd(newYear) {
		t.Error("the year does not begin at midnight of Việt Nam")
	}
}

func TestThePlacesAreTheProvincesOfTheRecords(t *testing.T) {
	f, err := templates.FS.Open("hierarchy/provinces_2025_06.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, row := range rows[1:] {
		codes = append(codes, "0"+row[0])
	}
	if got := strings.Join(codes, " "); len(codes) != 63 || got != person.Provinces {
		t.Errorf("%d provinces: %s", len(codes), got)
	}
}

func TestNamesOfEveryScriptAreTaken(t *testing.T) {
	for typed, want := range map[string]string{
		"Nguyễn Thị Ánh": "Nguyễn Thị Ánh", "\t Nguyễn  Thị\u00a0 Ánh\n": "Nguyễn Thị Ánh", "Nguye\u0302\u0303n": "Nguyễn", "Y": "Y",
		"H'Hen Niê": "H'Hen Niê", "김": "김", strings.Repeat("ễ", person.MaxName): strings.Repeat("ễ", person.MaxName),
		"": "", "12": "", "---": "", "A\x00B": "", "A\ufffd": "", "A\nB": "", "A\u202eB": "", strings.Repeat("ễ", person.MaxName+1): "",
	} {
		if got, err := person.ParseName(typed); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", typed, got, err)
		}
	}
}

func TestListsGoByTheGivenName(t *testing.T) {
	for name, want := range map[string]string{
		"Nguyễn Thị Ánh": "Ánh Nguyễn Thị", "Lê  Lợi": "Lợi Lê", "Ánh": "Ánh", "": "",
	} {
		if got := person.SortKey(name); got != want {
			t.Errorf("%q sorts as %q", name, got)
		}
	}
}

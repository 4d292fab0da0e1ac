package person_test

import (
	"strings"
	"testing"

	"egovctl/platform/kernel/person"
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

func TestAPlaceThatNeverWasIsOdd(t *testing.T) {
	for number, odd := range map[string]bool{
		"001203001234": false, "096203001234": false, "101203001234": false, "000203001234": true, "097203001234": true, "100203001234": true,
		"": true, "123456789": true,
	} {
		if got := person.NumberOf(number).Odd(); got != odd {
			t.Errorf("%q is odd: %v", number, got)
		}
	}
}

func TestNamesOfEveryScriptAreTaken(t *testing.T) {
	for typed, want := range map[string]string{
		"Nguyễn Thị Ánh": "Nguyễn Thị Ánh", "  Nguyễn \t Thị  Ánh ": "Nguyễn Thị Ánh", "Nguye\u0302\u0303n": "Nguyễn", "Y": "Y",
		"H'Hen Niê": "H'Hen Niê", "김": "김", strings.Repeat("ễ", person.MaxName): strings.Repeat("ễ", person.MaxName),
		"": "", "12": "", "---": "", "A\x00B": "", "A\ufffd": "", strings.Repeat("ễ", person.MaxName+1): "",
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

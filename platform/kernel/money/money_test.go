package money_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/money"
)

func TestAmountsAreWrittenInGroupsOfThree(t *testing.T) {
	for n, want := range map[money.Dong]string{
		0: "0 đ", 7: "7 đ", 999: "999 đ", 1000: "1.000 đ", 120000: "120.000 đ", 1234567: "1.234.567 đ", -1: "-1 đ", -999: "-999 đ",
		-1000: "-1.000 đ", math.MaxInt64: "9.223.372.036.854.775.807 đ", math.MinInt64: "-9.223.372.036.854.775.808 đ",
	} {
		if got := n.String(); got != want {
			t.Errorf("%d is %q, not %q", int64(n), got, want)
		}
	}
}

func TestGroupsKeepTheNumber(t *testing.T) {
	form := regexp.MustCompile(`^-?\d{1,3}(\.\d{3})*$`)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		s := money.Group(n)
		if back, err := strconv.ParseInt(strings.ReplaceAll(s, ".", ""), 10, 64); err != nil || back != n || !form.MatchString(s) {
			t.Fatalf("%d is written %q", n, s)
		}
	})
}

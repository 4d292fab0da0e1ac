package fold_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"egovctl/platform/kernel/fold"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"Đăng ký khai sinh":       "dang ky khai sinh",
		"  ĐÀ NẴNG, Hoà-Vang ":    "da nang hoa vang",
		"Đăk Lăk":                 "dak lak",
		"H'Hen Niê":               "h hen nie",
		"1.001193":                "1 001193",
		"":                        "",
		"…":                       "",
		norm.NFD.String("Thủy"):   "thuy",
		"TỔ CHỨC (không bao gồm)": "to chuc khong bao gom",
	} {
		if got := fold.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestExactMeetsBothTonePlacements(t *testing.T) {
	for _, p := range [][2]string{{"Hòa Vang", "hoà vang"}, {"thủy sản", "thuỷ sản"}, {"KHỎE", "khoẻ"}} {
		if fold.Exact(p[0]) != fold.Exact(p[1]) {
			t.Errorf("%q and %q should be equal", p[0], p[1])
		}
	}
	for _, p := range [][2]string{{"Hòa", "Hoa"}, {"đ", "d"}, {"ă", "a"}, {"bán", "bàn"}} {
		if fold.Exact(p[0]) == fold.Exact(p[1]) {
			t.Errorf("%q and %q should differ", p[0], p[1])
		}
	}
}

func TestTextIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := fold.Text(s)
		if twice := fold.Text(once); twice != once {
			t.Fatalf("%q folds to %q, then to %q", s, once, twice)
		}
	})
}

package account

import (
	"slices"
	"strings"
	"testing"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
)

func TestPasswordRules(t *testing.T) {
	for _, c := range []struct{ name, login, password, key string }{
		{"a sentence", "an", "bảy con voi đi chợ", ""},
		{"twelve characters", "an", "kq7mwpx4zrtv", ""},
		{"eleven characters", "an", "kq7mwpx4zrt", "identity.password.short"},
		{"eleven characters that are more bytes", "an", "ắằẳẵặấầẩẫậứ", "identity.password.short"},
		{"endless", "an", strings.Repeat("abcdef", 60), "identity.password.long"},
		{"common with digits behind", "an", "matkhaumoi2026", "identity.password.common"},
		{"common with accents and capitals", "an", "Mật Khẩu Của Tôi", "identity.password.common"},
		{"two letters in turn", "an", "ababababababab", "identity.password.common"},
		{"the login in it", "nguyen.an", "toi-nguyenan-day", "identity.password.login"},
		{"a short login in it is no matter", "an", "quan an ngon lam", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := CheckPassword(secret.New(c.password), c.login)
			if (err == nil) != (c.key == "") || (err != nil && fault.From(err).Key != c.key) {
				t.Errorf("%v, want %q", err, c.key)
			}
		})
	}
}

func TestEveryRoleHasAReach(t *testing.T) {
	for _, r := range who.Roles() {
		if (ReachOf(r) == 0) != (r == who.Citizen) {
			t.Errorf("%s reaches %d", r, ReachOf(r))
		}
	}
	if slices.Contains(Staff(), who.Citizen) || len(Staff()) != len(who.Roles())-1 {
		t.Errorf("%v", Staff())
	}
}

func TestMayGive(t *testing.T) {
	admin := who.Principal{Kind: who.Official, Positions: []who.Position{{Role: who.Admin, Agency: 1}}}
	local := who.Principal{Kind: who.Official, Positions: []who.Position{{Role: who.AgencyAdmin, Agency: 2, Scope: []int32{2, 3}}, {Role: who.Clerk, Agency: 9, Scope: []int32{9}}}}
	controller := who.Principal{Kind: who.Official, All: true, Positions: []who.Position{{Role: who.Controller, Agency: 1, Scope: []int32{1, 2, 3}}}}
	for _, c := range []struct {
		name   string
		by     who.Principal
		role   who.Role
		agency int32
		want   bool
	}{
		{"the province gives everything", admin, who.Admin, 7, true},
		{"but nobody gives citizenship", admin, who.Citizen, 7, false},
		{"an agency's administrator at his agency", local, who.Leader, 3, true},
		{"not where he is a clerk", local, who.Clerk, 9, false},
		{"not a provincial role", local, who.Controller, 2, false},
		{"a controller gives nothing", controller, who.Clerk, 2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := MayGive(c.by, c.role, c.agency); got != c.want {
				t.Error(got)
			}
		})
	}
}

func TestParsePerson(t *testing.T) {
	today := clock.Date(2026, 11, 22)
	for birth, ok := range map[string]bool{"": true, "1990": true, "1990-05": true, "1990-05-17": true, "90": false, "1990-13": false,
		"1990-02-30": false, "2030": false, "1800": false, "1990-5-7": false, "17/05/1990": false} {
		_, errs := ParsePerson("Nguyễn An", "097190000011", "", "", birth, today)
		if (len(errs) == 0) != ok {
			t.Errorf("born %q: %v", birth, errs)
		}
	}
	_, errs := ParsePerson(" ", "12345678901", "abc", strings.Repeat("x", 301), "x", today)
	if len(errs) != 5 {
		t.Errorf("%d errors: %v", len(errs), errs)
	}
	for _, address := range []string{"Số 1\nđường Mẫu", "Số 1 \u202eđường Mẫu", "Số 1\x1b"} {
		if _, errs := ParsePerson("Nguyễn An", "097190000011", "", address, "", today); len(errs) != 1 || fault.From(errs[0]).Field != "address" {
			t.Errorf("address %q: %v", address, errs)
		}
	}
}

func TestParseLogin(t *testing.T) {
	for in, want := range map[string]string{" Nguyen.An ": "nguyen.an", "a1": "a1", "a": "", "nguyễn": "", ".an": "", "a b": "", strings.Repeat("a", 81): ""} {
		got, err := ParseLogin(in)
		if got != want || (want == "") != fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
}
